"""The other forms of a feed: JSON Feed, Atom, CSV and jCal say what /api/v1/records and the .ics say."""

import csv
import io
import json
from urllib.parse import quote, urlencode
from xml.etree import ElementTree as ET

import icalendar
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

ATOM = "{http://www.w3.org/2005/Atom}"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def query(choices):
    return urlencode(choices, doseq=True, quote_via=quote)


def records(service, asked):
    return json.loads(service.body(f"/api/v1/records?{asked}"))["records"]


def ids(service, asked):
    """Give the ids of the records in every form of the output."""
    feed = icalendar.Calendar.from_ical(service.body(f"/calendar.ics?{asked}"))
    uids = {str(event["uid"]).partition("@")[0] for event in feed.events}
    known = {record["id"] for record in records(service, "from=1970-01-01")}
    table = csv.DictReader(io.StringIO(service.body(f"/calendar.csv?{asked}").decode()))
    atom = ET.fromstring(service.body(f"/calendar.atom?{asked}"))
    return {
        "api": {record["id"] for record in records(service, asked)},
        "ics": {
            max((name for name in known if uid == name or uid.startswith(f"{name}-")), key=len)
            for uid in uids - {"nothing-yet"}
        },
        "json": {item["id"].partition("@")[0] for item in json.loads(service.body(f"/calendar.json?{asked}"))["items"]},
        "atom": {entry.findtext(f"{ATOM}id").rpartition(":")[2] for entry in atom.findall(f"{ATOM}entry")},
        "csv": {row["id"] for row in table},
    }


CHOICES = st.fixed_dictionaries(
    {},
    optional={
        "kind": st.lists(st.sampled_from(["event", "webinar", "tender"]), min_size=1, unique=True).map(",".join),
        "country": st.sampled_from(["KR", "FR", "KR,FR", "CY"]),
        "language": st.sampled_from(["en", "fr", "en,fr"]),
        "q": st.sampled_from(["seoul", "Séoul", "a", "tender", "nothing like this"]),
        "from": st.sampled_from(["2026-01-01", "2027-02-10", "2027-03-09"]),
        "to": st.sampled_from(["2027-03-09", "2027-12-31"]),
        "cancelled": st.sampled_from(["show", "hide"]),
        "lang": st.sampled_from(["en", "fr"]),
    },
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(CHOICES)
def test_one_selection_gives_the_same_records_in_every_form(rich, choices):
    found = ids(rich, query(choices))
    assert all(each == found["api"] for each in found.values()), found


def test_json_feed_holds_the_moments_of_the_api(rich):
    asked = "from=2026-01-01&to=2027-12-31&lang=fr"
    feed = json.loads(rich.body(f"/calendar.json?{asked}"))
    assert {name: feed[name] for name in ("version", "title", "feed_url", "home_page_url", "language")} == {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Cités interculturelles",
        "feed_url": "https://calendar.example/calendar.json?from=2026-01-01&to=2027-12-31&lang=fr",
        "home_page_url": "https://calendar.example/fr/",
        "language": "fr",
    }
    told = {item["id"].partition("@")[0]: item["_calendar"]["moments"] for item in feed["items"]}
    assert told == {record["id"]: record["moments"] for record in records(rich, asked)}
    assert all(item["content_text"] and item["title"] and item["url"].startswith("https://") for item in feed["items"])


def test_atom_is_in_order_of_change_and_says_languages(rich):
    feed = ET.fromstring(rich.body("/calendar.atom?from=2026-01-01&lang=fr"))
    assert feed.get(LANG) == "fr"
    updated = [entry.findtext(f"{ATOM}updated") for entry in feed.findall(f"{ATOM}entry")]
    assert updated == sorted(updated, reverse=True)
    assert feed.findtext(f"{ATOM}updated") == updated[0]
    for entry in feed.findall(f"{ATOM}entry"):
        assert [child.tag.removeprefix(ATOM) for child in entry][:4] == ["id", "title", "updated", "link"]
        assert entry.findtext(f"{ATOM}content")
    tender = next(each for each in feed.iter(f"{ATOM}entry") if each.findtext(f"{ATOM}id").endswith(":charts-tender"))
    title = tender.find(f"{ATOM}title")
    assert (title.get(LANG), title.text) == ("en", "Tool to create and maintain online charts (anglais seulement)")


def test_table_has_a_line_for_each_moment(rich):
    asked = "from=2026-01-01&to=2027-12-31"
    lines = rich.body(f"/calendar.csv?{asked}").decode()
    assert lines.count("\r\n") == lines.count("\n")
    rows = [
        (row["id"], row["moment"], row["at"], row["date"], row["zone"])
        for row in csv.DictReader(io.StringIO(lines, newline=""))
    ]
    assert rows == [
        (record["id"], moment["name"], moment.get("at", ""), moment.get("date", ""), moment["zone"])
        for record in records(rich, asked)
        for moment in [
            *record["moments"],
            *(
                each | {"name": f"session {each['name']}"}
                for session in record.get("sessions", [])
                for each in session["moments"]
            ),
        ]
    ]


def test_sessions_have_their_title_and_place(rich):
    rows = csv.DictReader(io.StringIO(rich.body("/calendar.csv?id=academy&lang=fr").decode(), newline=""))
    assert [(row["moment"], row["session"], row["place"]) for row in rows if row["session"]] == [
        ("session starts", "Ouverture", "Palais de l'Europe, Avenue de l'Europe, Strasbourg, France"),
        ("session ends", "Ouverture", "Palais de l'Europe, Avenue de l'Europe, Strasbourg, France"),
        ("session starts", "Clôture", "Hemicycle"),
        ("session ends", "Clôture", "Hemicycle"),
    ]
    (record,) = json.loads(rich.body("/api/v1/records?id=academy&lang=fr"))["records"]
    assert [(each["id"], each["title"], each.get("place")) for each in record["sessions"]] == [
        ("opening", "Ouverture", None),
        ("closing", "Clôture", "Hemicycle"),
    ]


def test_jcal_reads_back_as_the_same_calendar(rich):
    feed = icalendar.Calendar.from_ical(rich.body("/calendar.ics?from=2026-01-01"))
    again = icalendar.Calendar.from_jcal(json.loads(rich.body("/calendar.jcal?from=2026-01-01")))

    def told(calendar):
        return [
            (str(each["uid"]), each["dtstart"].dt, each["dtend"].dt, str(each["summary"])) for each in calendar.events
        ]

    assert told(again) == told(feed)


FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)"]


@pytest.mark.parametrize("formula", FORMULAS)
def test_table_runs_no_formula(service, formula):
    head = "calendar: {id: a.example, name: A, timezone: Europe/Paris, languages: [en]}\nrecords:\n"
    service.publish(f'{head}  - {{id: one, kind: event, title: "{formula}", when: 1 May 2027}}\n', service.now)
    rows = list(csv.DictReader(io.StringIO(service.body("/calendar.csv").decode())))
    assert {row["title"] for row in rows} == {f"'{formula}"}


@pytest.mark.parametrize(
    ("form", "media_type"),
    [
        ("json", "application/feed+json"),
        ("atom", "application/atom+xml; charset=utf-8"),
        ("csv", "text/csv; charset=utf-8; header=present"),
        ("jcal", "application/calendar+json"),
    ],
)
def test_every_form_is_cached_alike(rich, form, media_type):
    answer = rich.get(f"/calendar.{form}")
    assert answer.headers["Content-Type"] == media_type
    assert rich.get(f"/calendar.{form}", If_None_Match=answer.headers["ETag"]).status_code == 304
    assert rich.get(f"/calendar.{form}?knid=x").mimetype == "application/problem+json"


SEARCHED = ["/", "/fr/", "/month/2027-03", "/calendar.ics", "/calendar.json", "/calendar.atom", "/calendar.csv"]
SEARCHED += ["/calendar.jcal", "/calendar.jscalendar", "/api/v1/records", "/widget", "/widget?view=compact"]
SEARCHED += ["/widget?view=next", "/widget?view=month&month=2027-03"]


@pytest.mark.parametrize("path", SEARCHED)
def test_the_search_finds_the_names_of_tags_in_each_language(rich, path):
    def body(words):
        return rich.body(f"{path}{'&' if '?' in path else '?'}q={words}").decode()

    assert "charts-tender" in body("graphiques")  # French for its tag, which is "charts"
    assert "charts-tender" not in body("graphique-de-rien")
