"""A calendar with records in every state, and what each surface shows of a record: its own part, as text."""

import html
import json
import re
from datetime import UTC, datetime, timedelta
from functools import cache
from urllib.parse import parse_qs, unquote, urlsplit
from xml.etree import ElementTree as ET

from calendar_service.reminders.messages.samples import sample_messages
from calendar_service.store.editions import load_edition
from calendar_service.writers.i18n import language
from calendar_service.writers.render_context import RenderContext
from tests.support.audited import PUBLISHED, Audited
from tests.support.paths import CALENDARS

STATES = CALENDARS / "states.yaml"
NOW = datetime(2027, 1, 20, 12, 0, tzinfo=UTC)
BEFORE = [
    ("when: 8 March 2027 at 14.00-15.00 CET", "when: 7 March 2027 at 11.00-12.00 CET"),
    (
        "place: {name: {en: Town hall, fr: Hôtel de ville}, city: Lyon, country: FR}",
        "place: {city: Strasbourg, country: FR}",
    ),
    ("closes: 10 March 2027, 17:00", "closes: 8 March 2027, 17:00"),
    ("    note_of_change: {en: Corrected annex 3., fr: Annexe 3 corrigée.}\n", ""),
    ("note_of_change: Write to another address.", "note_of_change: Nothing yet."),
    ("    note_of_change: {en: The room list was wrong., fr: La liste des salles était fausse.}\n", ""),
]
GONE = """  - id: gone
    kind: webinar
    title: {en: Gone talk, fr: Conférence disparue}
    when: 11 March 2027 at 11.00-12.30 CET
    place: online
    join: https://meet.example.org/gone
    registration: {url: "https://register.example.org/gone"}
    note_of_change: {en: Not a word of this., fr: Pas un mot de ceci.}
"""
"""A record that leaves the file. Its reason was given for something else."""
_ATOM = "{http://www.w3.org/2005/Atom}"
_MONTHS = {"clinic": "2027-02", "quarterly": "2027-01"}


def open_states(folder):
    """Publish the calendar as it was before, and then as it is."""
    text = before = STATES.read_text(encoding="utf-8")
    for now, was in BEFORE:
        assert now in before
        before = before.replace(now, was)
    opened = Audited(folder)
    opened.publish(before + GONE)
    opened.publish(text, PUBLISHED + timedelta(days=3))
    opened.app_at(NOW)
    return opened


def _prefix(lang):
    return "" if lang == "en" else f"/{lang}"


def _plain(markup):
    text = re.sub(r"<(script|style)\b.*?</\1>", " ", markup, flags=re.DOTALL)
    # Addresses are told in attributes, and hidden texts beside what is seen.
    links = " ".join(re.findall(r'href="([^"]*)"', text))
    return html.unescape(" ".join(re.sub(r"<[^>]*>", " ", text).split()) + " " + links)


def _parts(markup, record, pattern):
    found = [each for each in re.findall(pattern, markup, re.DOTALL) if f"/events/{record}" in each]
    return " ".join(map(_plain, found))


def page(site, record, lang):
    markup = site.html(f"{_prefix(lang)}/events/{record}")
    return _plain(markup[markup.index("<main") : markup.index("</main>")])


def title_of_page(site, record, lang):
    return html.unescape(re.search("<title>(.*?)</title>", site.html(f"{_prefix(lang)}/events/{record}"))[1])


def agenda(site, record, lang):
    return _parts(site.html(f"{_prefix(lang)}/"), record, '<li class="row .*?</li>')


def month(site, record, lang):
    return _parts(
        site.html(f"{_prefix(lang)}/month/{_MONTHS.get(record, '2027-03')}"), record, '<li class="(?!row|chip).*?</li>'
    )


def widget(view):
    def show(site, record, lang):
        asked = f"/widget?view={view}&lang={lang}&id={record}&limit=100"
        asked += f"&month={_MONTHS.get(record, '2027-03')}" if view == "month" else ""
        markup = site.html(asked)
        return _plain(markup[markup.index("<main") : markup.index("</main>")])

    return show


def _unfolded(body):
    return body.decode().replace("\r\n ", "").replace("\\,", ",").replace("\\;", ";").replace("\\n", "\n")


def _vevents(text, record):
    events = re.findall("BEGIN:VEVENT.*?END:VEVENT", text, re.DOTALL)
    return "\n".join(each for each in events if re.search(rf"UID:{record}[@-]", each))


def widget_next(site, record, lang):
    return _plain(site.html(f"/widget?view=next&lang={lang}&id={record}").partition("<main")[2])


def feed(site, record, lang):
    return _vevents(_unfolded(site.body(f"/calendar.ics?lang={lang}")), record)


def file(site, record, lang):
    return _vevents(_unfolded(site.body(f"/events/{record}.ics?lang={lang}")), record)


def _texts(value):
    """Return all keys and values of JSON as lines."""
    match value:
        case dict():
            return "\n".join(f"{name}\n{_texts(each)}" for name, each in value.items())
        case list():
            return "\n".join(map(_texts, value))
    return str(value)


def jcal(site, record, lang):
    events = json.loads(site.body(f"/calendar.jcal?lang={lang}"))[2]
    own = [
        each for each in events if any(re.match(rf"{record}[@-]", str(prop[3])) for prop in each[1] if prop[0] == "uid")
    ]
    return _texts(own)


def jscalendar(site, record, lang):
    entries = json.loads(site.body(f"/calendar.jscalendar?lang={lang}"))["entries"]
    own = [each for each in entries if re.match(rf"{record}[@-]", each["uid"])]
    return _texts([{name: value for name, value in each.items() if name != "localizations"} for each in own])


def json_feed(site, record, lang):
    items = json.loads(site.body(f"/calendar.json?lang={lang}"))["items"]
    return _texts([each for each in items if each["id"].startswith(f"{record}@")])


def atom(site, record, lang):
    entries = ET.fromstring(site.body(f"/calendar.atom?lang={lang}")).iter(f"{_ATOM}entry")
    own = [each for each in entries if each.findtext(f"{_ATOM}id").endswith(f":{record}")]
    return "\n".join("".join(each.itertext()) for each in own)


def csv(site, record, lang):
    lines = site.body(f"/calendar.csv?lang={lang}").decode().splitlines()
    return "\n".join(each for each in lines if each.startswith(f"{record},"))


def api(site, record, lang):
    records = json.loads(site.body(f"/api/v1/records?lang={lang}"))["records"]
    return _texts([each for each in records if each["id"] == record])


def jsonld(site, record, lang):
    markup = site.html(f"{_prefix(lang)}/events/{record}")
    return _texts(json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', markup)[1]))


@cache
def _all_mails(site, lang):
    view = RenderContext(language(lang), site.base, "en")
    return list(sample_messages(load_edition(site.engine), view, NOW))


def mails(site, record, lang):
    return [each.message for each in _all_mails(site, lang) if each.record == record]


def mail_text(site, record, lang):
    return " ".join(" ".join(each.text.split()) for each in mails(site, record, lang))


def mail_html(site, record, lang):
    return " ".join(_plain(each.html) for each in mails(site, record, lang))


def mail_file(site, record, lang):
    return "\n".join(
        _vevents(_unfolded(each.attachment), record) for each in mails(site, record, lang) if each.attachment
    )


def mail_data(site, record, lang):
    return "\n".join(_texts(each.data) for each in mails(site, record, lang))


def add_links(site, record, lang):
    """Return what the programs are handed that a page offers; "" where it offers none."""
    links = re.findall(
        r'href="(https://(?:calendar\.google|outlook)[^"]*)"', site.html(f"{_prefix(lang)}/events/{record}")
    )
    queries = [parse_qs(urlsplit(html.unescape(each)).query) for each in links]
    return "\n".join(_texts(each) for each in queries)


def embed_title(site, record, lang):
    """Return the title of the frame, which a site shows in place of the frame where it can."""
    return json.loads(site.body(f"/oembed?format=json&url={site.base}{_prefix(lang)}/events/{record}"))["title"]


def oembed(site, record, lang):
    found = json.loads(site.body(f"/oembed?format=json&url={site.base}{_prefix(lang)}/events/{record}"))
    frame = html.unescape(re.search(r'src="([^"]*)"', found["html"])[1]).removeprefix(site.base)
    return found["title"] + " " + _plain(site.html(unquote(frame)))


PEOPLE = {
    "page": page,
    "agenda": agenda,
    "month": month,
    "widget, agenda": widget("agenda"),
    "widget, compact": widget("compact"),
    "widget, month": widget("month"),
    "feed": feed,
    "file": file,
    "jCal": jcal,
    "JSCalendar": jscalendar,
    "JSON Feed": json_feed,
    "Atom": atom,
    "JSON-LD": jsonld,
    "mail, text": mail_text,
    "mail, HTML": mail_html,
    "mail, file": mail_file,
    "oEmbed": oembed,
}
"""The surfaces whose words people read."""
PROGRAMS = {"API": api, "CSV": csv, "webhook": mail_data}
"""The surfaces that name states and reasons for programs."""
