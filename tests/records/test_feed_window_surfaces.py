"""`from=` and `to=` bound what each surface lists: what lies in that time, all of it, and nothing else."""

import csv
import io
import json
import re
from datetime import UTC, date, datetime, timedelta
from html import unescape
from xml.etree import ElementTree as ET

import icalendar
import pytest

from tests.support.audited import WINDOWS as WINDOWS_FILE
from tests.support.audited import Audited

NOW = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)
ATOM = "{http://www.w3.org/2005/Atom}"
STARTS, CLOSES = "starts", "closes"
ONCE = [
    ("turn-of-year", STARTS, date(2019, 12, 30), date(2020, 1, 2)),
    ("past-talk", STARTS, date(2020, 7, 7), date(2020, 7, 7)),
    ("past-tender", "opens", date(2021, 1, 4), date(2021, 1, 4)),
    ("past-tender", "questions_by", date(2020, 12, 1), date(2020, 12, 1)),
    ("past-tender", CLOSES, date(2020, 12, 31), date(2020, 12, 31)),
    ("late-tender", "questions_by", date(2020, 12, 15), date(2020, 12, 15)),
    ("late-tender", CLOSES, date(2021, 1, 15), date(2021, 1, 15)),
    ("conference", "registration_closes", date(2027, 2, 26), date(2027, 2, 26)),
    ("conference", STARTS, date(2027, 3, 31), date(2027, 4, 2)),
    ("conference", "opening", date(2027, 3, 31), date(2027, 3, 31)),
    ("conference", "closing", date(2027, 4, 2), date(2027, 4, 2)),
    ("coming-talk", STARTS, date(2026, 12, 16), date(2026, 12, 16)),
]
MOVED = {date(2020, 3, 31): date(2020, 4, 1), date(2020, 12, 29): date(2021, 1, 6)}


def weekly(until):
    days = [date(2019, 12, 3) + timedelta(weeks=n) for n in range((until - date(2019, 12, 3)).days // 7 + 1)]
    return [MOVED.get(day, day) for day in days if day != date(2020, 1, 14)]


def last_days():
    days = [date(2020, 1, 31) + timedelta(days=n) for n in range(366 * 8)]
    return [day for day in days if day.day == 31 and day.year < 2028]


WINDOWS = {
    "a year": ("2020-01-01", "2020-12-31", "2020", "2020"),
    "a month": ("2027-03-01", "2027-03-31", "March 2027", "Mars 2027"),
    "a day": ("2026-12-16", "2026-12-16", "Wednesday 16 December 2026", "Mercredi 16 décembre 2026"),
    "within a year": ("2027-03-15", "2027-04-02", "15 March to 2 April 2027", "15 mars au 2 avril 2027"),
    "past and coming": ("2020-12-30", "2027-01-01", "30 December 2020 to 1 January 2027", None),
    "two years": ("2020-01-01", "2021-12-31", "1 January 2020 to 31 December 2021", None),
    "only the end of an occurrence": ("2020-01-02", "2020-01-05", "2-5 January 2020", None),
    "only questions": ("2020-12-14", "2020-12-19", "14-19 December 2020", None),
    "only a registration": ("2027-02-24", "2027-02-26", "24-26 February 2027", None),
    "where a series was moved away": ("2020-12-29", "2020-12-30", "29-30 December 2020", None),
    "where a series was moved to": ("2021-01-06", "2021-01-06", "Wednesday 6 January 2021", "Mercredi 6 janvier 2021"),
    "nothing": ("2019-01-01", "2019-11-30", "1 January to 30 November 2019", "1er janvier au 30 novembre 2019"),
    "from": ("2027-03-15", "", "From 15 March 2027", "À partir du 15 mars 2027"),
    "far ahead": ("2030-01-01", "", "From 1 January 2030", "À partir du 1er janvier 2030"),
    "until": ("", "2020-07-07", "Until 7 July 2020", "Jusqu’au 7 juillet 2020"),
}


def query(window):
    first, last = WINDOWS[window][:2]
    return "&".join(each for each in (f"from={first}" * bool(first), f"to={last}" * bool(last)) if each)


def expected(window, ahead):
    """Return what lies in a window, as (record, moment, first day); a series without an end is listed `ahead` days."""
    first, last = (date.fromisoformat(each) if each else None for each in WINDOWS[window][:2])
    end = last or max(first, NOW.date()) + timedelta(days=ahead)
    rows = [*ONCE, *(("weekly", STARTS, day, day) for day in weekly(end))]
    rows += [("last-days", STARTS, day, day) for day in last_days()]
    return {
        (record, moment, begins)
        for record, moment, begins, ends in rows
        if (first or date.min) <= ends and begins <= (last or (end if record == "weekly" else date.max))
    }


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    opened = Audited(tmp_path_factory.mktemp("windows"))
    opened.publish(WINDOWS_FILE.read_text(encoding="utf-8"), NOW)
    opened.app_at(NOW)
    yield opened
    opened.engine.dispose()


# -- what each surface lists ------------------------------------------------------------------------


def _rows(markup):
    rows = re.findall(r'<li class="row .*?</li>', markup, re.DOTALL)
    found = [(re.search(r'/events/([a-z-]+)[?"]', row)[1], re.search(r'datetime="([^"]{10})', row)[1]) for row in rows]
    assert len(found) == len(set(found)), "a row stands twice"
    return set(found)


def agenda(site, asked):
    found, path = set(), f"/?{asked}"
    while path:
        markup = site.html(path)
        rows = _rows(markup)
        assert not rows & found
        found |= rows
        path = unescape(next(iter(re.findall(r'rel="next" href="([^"]*)"', markup)), ""))
    return found


def widget(view):
    return lambda site, asked: _rows(site.html(f"/widget?view={view}&limit=100&{asked}"))


def oembed(site, asked):
    url = f"{site.base}/?{asked}&limit=100".replace("&", "%26")
    frame = re.search(r'src="([^"]*)"', json.loads(site.body(f"/oembed?url={url}"))["html"])[1]
    return _rows(site.html(unescape(frame).removeprefix(site.base)))


def _of_months(path_of):
    """Read the rows of the grid's months, one after the other; a row may stand in two months."""

    def rows(site, asked):
        first, last = (date.fromisoformat(each[-10:]) for each in asked.split("&"))
        months = sorted({f"{first + timedelta(days=n):%Y-%m}" for n in range((last - first).days + 1)})
        return set().union(*(_rows(site.html(path_of(month, asked))) for month in months))

    return rows


month = _of_months(lambda month, asked: f"/month/{month}?{asked}")
widget_month = _of_months(lambda month, asked: f"/widget?view=month&limit=100&month={month}&{asked}")
ROWS = {
    "agenda": agenda,
    "widget, list": widget("agenda"),
    "widget, compact": widget("compact"),
    "oEmbed": oembed,
}
MONTHS = {"month": month, "widget, month": widget_month}


def _moments(record, moments, name=""):
    days = {(record, name or each["name"], (each.get("at") or each["date"])[:10]) for each in moments}
    return {each for each in days if not each[1].endswith("ends")}


def _of_record(record, listed):
    sessions = (_moments(record, each["moments"][:1], each["id"]) for each in listed.get("sessions", []))
    return _moments(record, listed["moments"]).union(*sessions)


def api(site, asked):
    records = json.loads(site.body(f"/api/v1/records?{asked}"))["records"]
    return set().union(*(_of_record(each["id"], each) for each in records))


def json_feed(site, asked):
    items = json.loads(site.body(f"/calendar.json?{asked}"))["items"]
    return set().union(*(_of_record(each["id"].partition("@")[0], each["_calendar"]) for each in items))


def table(site, asked):
    found = set()
    for row in csv.DictReader(io.StringIO(site.body(f"/calendar.csv?{asked}").decode())):
        name = row["session"].lower() if row["moment"] == "session starts" else row["moment"]
        found |= _moments(row["id"], [row | {"name": name}])
    return found


MOMENTS = {"API": api, "JSON Feed": json_feed, "CSV": table}
NAMES = {record for record, *_ in ONCE} | {"weekly", "last-days"}


def _entry(uid, day):
    """Return the record, the moment and the day of an entry with a UID."""
    name = uid.partition("@")[0]
    record = max((each for each in NAMES if name == each or name.startswith(f"{each}-")), key=len)
    rest = name.removeprefix(record).strip("-")
    known = "" if not rest or rest.isdecimal() else rest.replace("-", "_").removeprefix("session_")
    return record, known or (CLOSES if record.endswith("tender") else STARTS), f"{day}"[:10]


def feed(site, asked):
    calendar = icalendar.Calendar.from_ical(site.body(f"/calendar.ics?{asked}"))
    return {_entry(each["uid"], each.decoded("dtstart")) for each in calendar.events if "nothing" not in each["uid"]}


def jcal(site, asked):
    found = set()
    for _, properties, _ in (
        each for each in json.loads(site.body(f"/calendar.jcal?{asked}"))[2] if each[0] == "vevent"
    ):
        of = {each[0]: each[3] for each in properties}
        found |= {_entry(of["uid"], of["dtstart"])} if "nothing" not in of["uid"] else set()
    return found


def jscalendar(site, asked):
    entries = json.loads(site.body(f"/calendar.jscalendar?{asked}"))["entries"]
    return {_entry(each["uid"], each.get("start") or each["due"]) for each in entries}


def files(site, asked):
    """Return the entries of all records' own files."""
    found = set()
    for record in NAMES:
        calendar = icalendar.Calendar.from_ical(site.body(f"/events/{record}.ics?{asked}"))
        events = [each for each in calendar.events if "nothing" not in each["uid"]]
        found |= {_entry(each["uid"], each.decoded("dtstart")) for each in events}
    return found


ENTRIES = {"feed": feed, "jCal": jcal, "JSCalendar": jscalendar, "files": files}


# -- the tests --------------------------------------------------------------------------------------


def _spelled(found):
    return sorted({(*each[:-1], f"{each[-1]}") for each in found})


@pytest.mark.parametrize("surface", ROWS)
@pytest.mark.parametrize("window", WINDOWS)
def test_lists_for_people(site, window, surface):
    shown = ROWS[surface](site, query(window))
    wanted = {(record, f"{day}") for record, moment, day in expected(window, 366) if moment in (STARTS, CLOSES)}
    if surface != "agenda" and len(wanted) > 100:
        assert len(shown) == 100
        assert shown <= wanted
        return
    assert sorted(shown) == sorted(wanted)


@pytest.mark.parametrize("surface", MONTHS)
@pytest.mark.parametrize("window", [name for name, (first, last, *_) in WINDOWS.items() if first and last])
def test_months(site, window, surface):
    shown = MONTHS[surface](site, query(window))
    wanted = {(record, f"{day}") for record, moment, day in expected(window, 0) if moment in (STARTS, CLOSES)}
    assert sorted(shown) == sorted(wanted)


@pytest.mark.parametrize("surface", MOMENTS)
@pytest.mark.parametrize("window", WINDOWS)
def test_lists_for_programs(site, window, surface):
    assert sorted(MOMENTS[surface](site, query(window))) == _spelled(expected(window, 731))


@pytest.mark.parametrize("surface", ENTRIES)
@pytest.mark.parametrize("window", WINDOWS)
def test_calendar_entries(site, window, surface):
    found, wanted = ENTRIES[surface](site, query(window)), expected(window, 731)
    # A series stands whole, with its rule, where one of its occurrences is listed.
    assert {each[0] for each in found if each[0] == "weekly"} == {each[0] for each in wanted if each[0] == "weekly"}
    assert sorted(each for each in found if each[0] != "weekly") == _spelled(
        each for each in wanted if each[0] != "weekly"
    )


@pytest.mark.parametrize("window", WINDOWS)
def test_atom_has_the_records_of_the_api(site, window):
    entries = ET.fromstring(site.body(f"/calendar.atom?{query(window)}")).iter(f"{ATOM}entry")
    assert {each.findtext(f"{ATOM}id").rpartition(":")[2] for each in entries} == {
        each[0] for each in expected(window, 731)
    }


@pytest.mark.parametrize("window", [name for name in WINDOWS if "moved" in name])
def test_a_series_keeps_the_entries_of_moved_occurrences(site, window):
    calendar = icalendar.Calendar.from_ical(site.body(f"/calendar.ics?{query(window)}"))
    overrides = [each for each in calendar.events if each["uid"].startswith("weekly@") and "recurrence-id" in each]
    assert len(overrides) == (3 if any(each[0] == "weekly" for each in expected(window, 0)) else 0)


@pytest.mark.parametrize("lang", ["en", "fr"])
@pytest.mark.parametrize("window", WINDOWS)
def test_heading_names_the_days(site, window, lang):
    words = WINDOWS[window][2 if lang == "en" else 3]
    if words is None:
        return
    prefix = "" if lang == "en" else "/fr"
    markup = unescape(site.html(f"{prefix}/?{query(window)}"))
    assert f'<h2 id="window">{words}</h2>' in markup
    assert f"<title>{words} - " in markup
    assert 'id="coming"' not in markup
    assert 'id="past"' not in markup
    for view in ("agenda", "compact"):
        shown = unescape(site.html(f"/widget?view={view}&lang={lang}&{query(window)}"))
        assert f'<p class="parting">{words}</p>' in shown
        assert f"<title>{words} - " in shown
        assert 'id="past"' not in shown
    described = json.loads(site.body(f"/oembed?url={site.base}{prefix}/?{query(window).replace('&', '%26')}"))
    assert described["title"].startswith(f"{words} - ")


def test_an_empty_window_says_so(site):
    asked = query("nothing")
    assert "Nothing in this period." in site.html(f"/?{asked}")
    assert "Rien dans cette période." in site.html(f"/widget?lang=fr&{asked}")


def test_a_widget_prefers_what_is_coming(site):
    shown = _rows(site.html(f"/widget?limit=8&{query('past and coming')}"))
    days = sorted(day for _, day in shown)
    assert [day for day in days if day > "2026-12-01"][:3] == ["2026-12-08", "2026-12-15", "2026-12-16"]
    assert days[:2] == ["2026-11-24", "2026-12-01"]
    assert len(days) == 8


def test_the_next_deadline_lies_in_the_window(site):
    assert "/events/coming-talk" in site.html(f"/widget?view=next&{query('a day')}")
    assert "/events/" not in site.html(f"/widget?view=next&{query('a year')}").partition("<footer")[0]


def test_too_many_occurrences_are_refused_in_words(site):
    daily = WINDOWS_FILE.read_text(encoding="utf-8").replace("repeats: every Tuesday", "repeats: every day")
    daily = re.sub(r"    changes:\n(      .*\n)+", "", daily)
    site.publish(daily, NOW + timedelta(days=1))
    site.app_at(NOW + timedelta(days=1))
    for path in ("/", "/widget", "/calendar.csv", "/api/v1/records"):
        answer = site.get(f"{path}?from=2020-01-01&to=2099-12-31")
        assert answer.status_code == 400
        assert "more than 20000 dates" in answer.get_data(as_text=True)
