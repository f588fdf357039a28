"""No text of a record, of an address or of a form runs in a browser or becomes markup, even without the page's policy."""

import json
import re
from datetime import timedelta
from urllib.parse import urlencode

import pytest

from calendar_service.parsers.calendar_file import read_calendar_file
from calendar_service.records.changes import ChangeKind, RecordChange
from calendar_service.records.enums import MomentName
from calendar_service.records.notification_keys import DigestPeriod
from calendar_service.records.schema import BlockText, LineText, RecordSchema
from calendar_service.reminders.messages.account import compose_confirmation
from calendar_service.reminders.messages.digest import compose_digest
from calendar_service.reminders.messages.items import DigestItem, RecordNotice
from calendar_service.reminders.messages.notice import compose_notice
from calendar_service.reminders.messages.reminder import compose_reminder
from calendar_service.web.context import CACHE
from calendar_service.writers.i18n import language
from calendar_service.writers.render_context import RenderContext
from tests.support.databases import open_sqlite
from tests.support.payloads import PAYLOADS
from tests.support.signing_up import BASE, CHOICE, NOW, SignUp

BEARER = {"Authorization": f"Bearer {'o' * 20}"}
LISTS = ["/", "/month/2027-03", "/embed", "/reminders", "/widget?limit=100", "/widget?view=month&month=2027-03"]
LISTS += ["/widget?view=next", "/widget?view=compact", "/subscribe", "/operator"]
NAMES = ["q", "tag", "kind", "country", "id", "from", "tz", "lang", "alarms", "cancelled", "page", "accent", "view"]
ASKED = ["/", "/fr/subscribe", "/reminders", "/embed", "/widget"]
FIELDS = ["address", "kind", "tag", "place", "id", "q", "spoken", "lead", "own_leads", "digest", "language", "zone"]
# Elements and attributes that no page of ours has.
RAW = """() => [...document.querySelectorAll(
    `img:not([src^="data:"]), video, object, embed, math, template, style, [srcdoc]:not(.letter), [formaction],
     script:not([src]):not([type="application/ld+json"]), [href^="javascript:" i], [href^="data:text" i]`),
  ...[...document.querySelectorAll("*")].filter(each => each.getAttributeNames().some(name => name.startsWith("on")))]
  .map(each => each.outerHTML.slice(0, 200))"""


class Choice:
    leads = ("7 days",)
    wants_new, digest = True, "weekly"

    def __init__(self, selection):
        self.selection = selection


class Visitor:
    """A browser before the application, with no policy to protect it, that counts dialogs and foreign markup."""

    def __init__(self, browser, site):
        self.site = site
        self.page = browser.new_context(bypass_csp=True).new_page()
        self.dialogs, self.raw, self.html = [], {}, ""
        self.page.on("dialog", self._told)
        self.page.route("**/*", self._answer)

    def _told(self, dialog):
        self.dialogs.append((self.page.url, dialog.message))
        dialog.dismiss()

    def _answer(self, route):
        # Only pages run texts: our own files are the same for every text.
        is_page = route.request.is_navigation_request() and route.request.frame.parent_frame is None
        route.fulfill(content_type="text/html", body=self.html) if is_page else route.abort()

    def show(self, name, html):
        self.html = html
        self.page.goto(f"{BASE}/{len(self.raw)}", wait_until="load")
        if found := self.page.evaluate(RAW):
            self.raw[name] = found

    def get(self, path):
        answer = self.site.client.get(path, headers=BEARER)
        assert answer.status_code < 500, path
        self.show(path, answer.get_data(as_text=True))

    def post(self, path, fields):
        answer = self.site.client.post(path, data=fields)
        assert answer.status_code < 500, fields
        self.show(f"{path} {fields}", answer.get_data(as_text=True))

    def finish(self):
        """Give what was found, after whatever still wants to run has run."""
        self.page.wait_for_timeout(100)
        self.page.context.close()
        return self.dialogs, self.raw


def hostile_calendar(payloads):
    """Write a calendar with a payload in every text field of a tender and an event; only tags take no such signs."""
    records = []
    for number, payload in enumerate(payloads):
        text = {"en": payload, "fr": payload}
        shared = {"title": text, "summary": text, "organisers": [text], "note_of_change": text}
        shared |= {"contact": {"name": payload}}
        # Texts that are new in the schema take a payload, too.
        shared |= {
            name: text
            for name, field in RecordSchema.model_fields.items()
            if name not in shared and field.annotation in (LineText | None, BlockText | None)
        }
        records.append(
            shared
            | {"id": f"tender-{number}", "kind": "tender", "buyer": text, "reference": payload[:100]}
            | {"closes": f"{1 + number % 28} March 2027, 17:00", "opens": "1 April 2027"}
            | {"documents": [{"title": text, "url": f"https://example.org/{number}?a=%22%3E"}]}
        )
        records.append(
            shared
            | {"id": f"event-{number}", "kind": "event", "when": f"{1 + number % 28} March 2027 at 9.00-10.00 CET"}
            | {"place": {"name": text, "city": text, "address": payload, "country": "FR"}}
            | {"sessions": [{"id": "one", "title": text, "when": f"{1 + number % 28} March 2027 at 9.00-9.30 CET"}]}
        )
    head = {"id": "demo.example", "timezone": "Europe/Paris", "languages": ["en", "fr"], "reminders": ["7 days"]}
    head |= {"name": {"en": payloads[0]}, "description": {"en": payloads[-1]}}
    return json.dumps({"calendar": head, "records": records}, ensure_ascii=False, indent=1)  # JSON is YAML


@pytest.fixture
def site_with(tmp_path):
    engine = open_sqlite(tmp_path / "calendar.sqlite3")

    def make(payloads):
        before = hostile_calendar(payloads)
        site = SignUp(engine, tmp_path, operator_token="o" * 20, text=before.replace("17:00", "16:00"))
        (tmp_path / "events.yaml").write_text(before, encoding="utf-8")
        reading = read_calendar_file(tmp_path / "events.yaml")
        assert reading.errors == []
        site.publish(tmp_path / "events.yaml", NOW + timedelta(minutes=1))
        site.now = NOW + timedelta(minutes=2)
        return site

    yield make
    engine.dispose()


texts = pytest.mark.parametrize(
    "payloads", [PAYLOADS[3::66], pytest.param(PAYLOADS, marks=pytest.mark.slow)], ids=["some", "all"]
)


@texts
def test_texts_of_records_stay_texts(browser, site_with, payloads):
    site = site_with(payloads)
    site.subscriber(kind=[], tag=[])
    visitor = Visitor(browser, site)
    for path in LISTS:
        visitor.get(path)
    for number, payload in enumerate(payloads):
        for kind in ("tender", "event"):
            visitor.get(f"/events/{kind}-{number}")
            assert visitor.page.locator("h1").text_content() == payload
        visitor.get(f"/fr/reminders?id=event-{number}")
        visitor.get(f"/operator/letter/tender-{number}?lead=7+days")
    assert visitor.finish() == ([], {})


@texts
def test_letters_stay_letters(browser, site_with, payloads):
    site = site_with(payloads)
    edition = site.app.extensions[CACHE].edition()
    view = RenderContext(language("fr"), BASE, "en", "Asia/Seoul")
    visitor = Visitor(browser, site)
    for number, payload in enumerate(payloads):
        entry, other = edition.entries[f"tender-{number}"], edition.entries[f"event-{number}"]
        at = entry.record.milestones[MomentName.CLOSES].at
        place = RecordChange(ChangeKind.PLACE, old_place=other.record.place, new_place=other.record.place)
        told = {"now": NOW, "view": view}
        for message in (
            compose_reminder(entry, edition, MomentName.CLOSES, at, occurrence=None, **told),
            compose_notice(RecordNotice(other, other.revision, other.revision, [place]), edition, **told),
            compose_digest(
                [DigestItem(entry, "new", MomentName.CLOSES, at)], edition, period=DigestPeriod.DAILY, **told
            ),
            compose_confirmation(Choice(urlencode({"q": payload})), f"{BASE}/c", edition, view=view),
        ):
            visitor.show(message.subject, re.sub("<style.*?</style>", "", message.html, flags=re.DOTALL))
    assert visitor.finish() == ([], {})


@texts
def test_what_is_asked_for_stays_text(browser, site, payloads):
    visitor = Visitor(browser, site)
    manage = site.manage_path(site.subscriber())
    for number, payload in enumerate(payloads):
        path = ASKED[number % len(ASKED)]
        for name in (NAMES[number % len(NAMES)], "q", payload):
            visitor.get(f"{path}?{urlencode({name: payload})}")
        for name in (FIELDS[number % len(FIELDS)], "address"):
            visitor.post("/fr/reminders", CHOICE | {name: payload})
        visitor.post(manage, {"do": "save", "watch-0": payload, "own_leads-0": payload, "zone": payload})
        visitor.post(manage, {"do": "webhook", "webhook": payload})
    assert visitor.finish() == ([], {})


@pytest.fixture
def site(tmp_path):
    engine = open_sqlite(tmp_path / "calendar.sqlite3")
    yield SignUp(engine, tmp_path, operator_token="o" * 20)
    engine.dispose()


def test_what_runs_is_seen(browser, site):
    visitor = Visitor(browser, site)
    for number, payload in enumerate(PAYLOADS[:60:5]):
        visitor.show(f"{number}", f"<!doctype html><title>x</title><p>{payload}</p>")
    dialogs, raw = visitor.finish()
    assert len(dialogs) >= 6
    assert len(raw) >= 9
