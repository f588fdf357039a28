"""A third language is a catalogue, not code: all that a visitor sees comes from it, from CLDR or from the calendar."""

import json
import re
from datetime import timedelta
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import icalendar
import pytest

from calendar_service.publishing import publish_file
from calendar_service.records import texts
from calendar_service.reminders.channels.base import MANAGE_URL, UNSUBSCRIBE_URL
from calendar_service.writers import i18n as languages
from tests.support import messages as sample_messages
from tests.support.databases import open_sqlite
from tests.support.paths import CALENDARS
from tests.support.pseudo_language import CODE, Known, draw, write_catalogue
from tests.support.signing_up import CHOICE, NOW, SignUp, add_sent_messages

SHOWCASE = CALENDARS / "showcase.yaml"
MESSAGES = CALENDARS / "messages.yaml"
BEFORE = {
    'closes: "29 November 2026, 17:00"': 'closes: "23 November 2026, 17:00"',
    "when: 15-16 December 2026": "when: 14-15 December 2026",
}
BEARER = {"Authorization": f"Bearer {'o' * 20}"}
WRONG = CHOICE | {"address": "ann@", "own_leads": "soon-ish"}
SETTINGS = {"do": "save", "watch-0": "kind=tender", "language": CODE, "zone": "Asia/Seoul"}
TYPED = ["bergen", "zzz", "party", "knid", "soon-ish", "ann@", "Mars/Olympus", "0 minutes"]
SEEN = ("title", "aria-label", "placeholder", "alt", "data-words", "data-copy", "data-copied", "data-mine")
PATHS = [
    "/",
    "/?kind=event&tag=network&q=bergen&country=NO&tz=Asia/Seoul&cancelled=show",
    "/?q=zzz",
    "/?from=2026-12-16&to=2026-12-16",
    "/month",
    "/month/2026-12",
    "/year/2026",
    "/newsletter",
    "/events/charts-tender",
    "/events/audit-tender",
    "/events/now",
    "/events/rumours-webinar",
    "/events/cancelled",
    "/events/postponed",
    "/events/human-rights-day",
    "/events/help-desk",
    "/events/arabic",
    "/events/policy-lab",
    "/events/long",
    "/events/systemic-racism",
    "/subscribe",
    "/subscribe?kind=tender&tag=data&country=FR&language=en",
    "/subscribe?id=charts-tender",
    "/nothing",
    "/events/nothing",
    "/?kind=party",
    "/?knid=tender",
    "/?tz=Mars/Olympus",
    "/?from=soon-ish",
    "/?page=7",
    "/reminders",
    "/reminders?kind=tender&tag=data",
    "/reminders?id=charts-tender",
    "/reminders/confirm/none",
    "/embed",
    "/embed?accent=zzz&limit=7777",
]
FRAMES = ["agenda", "month", "next", "compact"]


def _operator(site):
    return site.get(f"/{CODE}/operator", **BEARER)


def _operator_message(site):
    return site.get(f"/operator/letter/charts-tender?lead=5+working+days&lang={CODE}", **BEARER)


def _do(site, **fields):
    return site.post(f"/{CODE}{site.manage_path(site.subscriber())}", fields)


def _unsubscribe(site):
    return f"/{CODE}{site.unsubscribe_path(site.subscriber(address='eve@example.org'))}"


ACTS = {
    "asked": lambda site: site.post(f"/{CODE}/reminders", CHOICE),
    "asked wrongly": lambda site: site.post(f"/{CODE}/reminders", WRONG),
    "to confirm": lambda site: site.get(f"/{CODE}/reminders/confirm/{site.ask(address='bob@example.org')}"),
    "confirmed": lambda site: site.post(
        f"/{CODE}/reminders/confirm/{site.ask(address='bob@example.org')}", {"do": "confirm"}
    ),
    "refused": lambda site: site.post(
        f"/{CODE}/reminders/confirm/{site.ask(address='cat@example.org')}", {"do": "refuse"}
    ),
    "manage": lambda site: site.get(f"/{CODE}{site.manage_path(site.subscriber())}"),
    "saved wrongly": lambda site: _do(site, **SETTINGS, **{"own_leads-0": "soon-ish"}),
    "saved": lambda site: _do(site, **SETTINGS, **{"own_leads-0": "36 hours"}),
    "unclear button": lambda site: _do(site, do="dance"),
    "saved nothing": lambda site: _do(site, do="save", language=CODE, zone="Asia/Seoul"),
    "webhook refused": lambda site: _do(site, do="webhook", webhook="http://127.0.0.1/"),
    "paused": lambda site: _do(site, do="pause"),
    "going on": lambda site: _do(site, do="resume"),
    "unsubscribe": lambda site: site.get(_unsubscribe(site)),
    "unsubscribed": lambda site: site.post(_unsubscribe(site)),
    "ended": lambda site: site.post(
        f"/{CODE}{site.manage_path(site.subscriber(address='dan@example.org'))}", {"do": "end"}
    ),
    "deleted": lambda site: site.post(
        f"/{CODE}{site.manage_path(site.subscriber(address='fay@example.org'))}", {"do": "forget"}
    ),
    "operator": _operator,
    "operator's letter": _operator_message,
    "letter of no lead": lambda site: site.get(f"/operator/letter/charts-tender?lead=0+minutes&lang={CODE}", **BEARER),
    "widget refused": lambda site: site.get(f"/widget?lang={CODE}&kind=party"),
    "widget with nothing": lambda site: site.get(f"/widget?lang={CODE}&q=zzz"),
}
ACTS |= {f"widget {view}": lambda site, view=view: site.get(f"/widget?lang={CODE}&view={view}") for view in FRAMES}


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory):
    """Put the language beside the others for the time of these tests."""
    folder = tmp_path_factory.mktemp("catalogues")
    write_catalogue(folder)
    caches = (languages.language, texts.output_languages, sample_messages.all_messages)
    with pytest.MonkeyPatch.context() as patch:
        for module in (languages, texts):
            patch.setattr(module, "CATALOGUES", folder)
        for each in caches:
            each.cache_clear()
        yield CODE
    for each in caches:
        each.cache_clear()


@pytest.fixture(scope="module")
def site(catalogue, tmp_path_factory):
    """The showcase in three languages, with a deadline that has moved and some messages sent."""
    folder = tmp_path_factory.mktemp("site")
    text = SHOWCASE.read_text(encoding="utf-8").replace("[en, fr]", f"[en, fr, {catalogue}]", 1)
    before = text
    for new, old in BEFORE.items():
        assert new in before
        before = before.replace(new, old)
    engine = open_sqlite(folder / "calendar.sqlite3")
    site = SignUp(engine, folder, operator_token="o" * 20, text=before)
    (folder / "events.yaml").write_text(text, encoding="utf-8")
    publish_file(engine, folder / "events.yaml", NOW + timedelta(minutes=1), confirmed=True)
    site.now = NOW + timedelta(minutes=2)
    add_sent_messages(engine)
    yield site
    engine.dispose()


@pytest.fixture(scope="module")
def known(catalogue):
    return Known(languages.language(catalogue), [SHOWCASE], TYPED)


@pytest.fixture(scope="module")
def known_messages(catalogue):
    marks = [MANAGE_URL, UNSUBSCRIBE_URL]
    made = ["roads", "visitors words", "a rather long tag, number", "Nothing has been sent since", *marks]
    return Known(languages.language(catalogue), [MESSAGES], [*made, *sample_messages.NAMES.values()])


class Read(HTMLParser):
    """The runs of text of a page and what else is read aloud; the text of an element with `code` is no sentence."""

    def __init__(self, html):
        super().__init__()
        self.runs, self._silent = [], 0
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.runs += [given[name] for name in SEEN if given.get(name)]
        if given.get("name") == "description" or given.get("property", "").startswith("og:"):
            self.runs += [given["content"]] if given["property" if "property" in given else "name"] not in IDS else []
        self._silent += tag in SILENT

    def handle_endtag(self, tag):
        self._silent -= tag in SILENT

    def handle_data(self, data):
        if not self._silent and data.strip():
            self.runs.append(data)


IDS = ("og:type", "og:url", "og:locale")
SILENT = ("style", "script", "textarea")


def found_in(html, known):
    # An old date is struck through in the middle of a sentence.
    runs = Read(re.sub("</?s>", "", html)).runs
    return {word: run for run in runs for word in known.leaks(run)}


@pytest.mark.parametrize("path", PATHS)
def test_page_is_said_by_the_catalogue(site, known, path):
    answer = site.get(f"/{CODE}{path}")
    html = answer.get_data(as_text=True)
    assert answer.status_code in (200, 400, 404)
    assert f'<html lang="{CODE}">' in html
    assert "⟦" in html
    assert found_in(html, known) == {}


@pytest.mark.parametrize("name", ACTS)
def test_what_follows_an_act_is_said_by_the_catalogue(site, known, name):
    answer = ACTS[name](site)
    html = answer.get_data(as_text=True)
    # The error page of an address without a language is in that of its query.
    assert answer.status_code in (200, 400, 404)
    assert "⟦" in html
    assert found_in(html, known) == {}


def test_messages_are_said_by_the_catalogue(known_messages):
    found = {}
    for name, message in sample_messages.all_messages(CODE).items():
        if name == "long-title":  # it is cut, and so not found whole among the calendar's own texts
            continue
        runs = [message.subject, message.text, *Read(message.html).runs]
        found |= {word: name for run in runs for word in known_messages.leaks(run)}
    assert found == {}


def test_feeds_are_said_by_the_catalogue(site, known):
    events = icalendar.Calendar.from_ical(site.get(f"/calendar.ics?lang={CODE}&alarms=7+days").get_data()).walk()
    told = [f"{each[name]}" for each in events for name in ("SUMMARY", "DESCRIPTION", "LOCATION") if name in each]
    told += [item[name] for item in read_json(site) for name in ("title", "content_text")]
    atom = ET.fromstring(site.get(f"/calendar.atom?lang={CODE}").get_data())
    told += [text for name in ("title", "summary", "content") for text in texts_of(atom, name)]
    # A title that is cut is not found whole among the calendar's own.
    assert {word: text for text in told if "…" not in text for word in known.leaks(text)} == {}
    assert sum("⟦" in text for text in told) > 50


def read_json(site):
    return json.loads(site.get(f"/calendar.json?lang={CODE}").get_data())["items"]


def texts_of(atom, name):
    return ["".join(each.itertext()) for each in atom.iter(f"{{http://www.w3.org/2005/Atom}}{name}")]


def test_plural_forms_are_those_of_the_language(catalogue):
    lang = languages.language(catalogue)
    told = [lang.ngettext("In {number} day", "In {number} days", number) for number in (1, 2, 5, 22)]
    one, many = draw("In {number} day"), draw("In {number} days")
    assert told == [one.format(number=1), *(many.format(number=number) for number in (2, 5, 22))]


def test_a_leak_is_seen(known):
    assert known.leaks(f"{draw('Closes now')} and this") == ["and", "this"]
    assert known.leaks(f"{draw('Closes {when}')}".format(when="soon")) == ["soon"]
    assert known.leaks("grudnia 2026 17:00 CET") == []
