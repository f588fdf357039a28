"""No text of a record breaks out of a message: neither into its markup, nor its subject, nor a subscriber's links."""

import unicodedata
from dataclasses import replace
from html.parser import HTMLParser

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from calendar_service.records.changes import ChangeKind, RecordChange
from calendar_service.records.edition import Edition, Entry, Revision
from calendar_service.records.enums import MomentName
from calendar_service.records.notification_keys import DigestPeriod
from calendar_service.records.record import Contact, Link, Place
from calendar_service.reminders.channels.base import MANAGE_URL, UNSUBSCRIBE_URL
from calendar_service.reminders.messages.digest import compose_digest
from calendar_service.reminders.messages.items import DigestItem, RecordNotice
from calendar_service.reminders.messages.notice import compose_notice
from calendar_service.reminders.messages.reminder import compose_reminder
from calendar_service.writers.i18n import language
from calendar_service.writers.render_context import RenderContext
from tests.support.messages import BASE, CHANGED, NOW, published

PIECES = [
    "<h1>",
    "</h1>",
    "</td></table>",
    "<script>alert(1)</script>",
    "<img src=x onerror=y>",
    "<!--",
    "-->",
    "<![endif]-->",
    '"',
    "'",
    "&",
    "&lt;h1&gt;",
    "{{ say }}",
    "{% endif %}",
    "{label}",
    "{}",
    "\r\nBcc: other@example.org",
    "\n",
    "\0",
    "\x1b[31m",
    "\x85",
    "\u2028",
    "\u202e",
    "\ud800",
    "\ufffe",
    MANAGE_URL,
    UNSUBSCRIBE_URL,
    "\ue000",
    "javascript:alert(1)",
    "ظ",
    "é",
    "🐻‍❄️",
    "word",
    " ",
]
texts = st.lists(st.sampled_from(PIECES) | st.text(max_size=8), max_size=12).map("".join)
VOID = {"meta", "br"}


class Tags(HTMLParser):
    """The tags of a page, in order, with the addresses that it links to."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags, self.links, self.open = [], [], []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.links += [value for name, value in attrs if name == "href"]
        assert not any(name.startswith("on") or name == "src" for name, _ in attrs)
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@st.composite
def entries(draw):
    entry = published().entries["charts-tender"]
    text = {"en": draw(texts)}
    record = replace(
        entry.record,
        title=text,
        summary={"en": draw(texts)},
        buyer={"en": draw(texts)},
        reference=draw(texts),
        note_of_change={"en": draw(texts)},
        place=Place(name={"en": draw(texts)}, address=draw(texts)),
        documents=(Link({"en": draw(texts)}, draw(texts)), Link({"en": "x"}, "https://e.org/" + draw(texts))),
        contact=Contact(draw(texts), draw(texts), draw(texts)),
        registration_url=draw(texts),
    )
    return Entry(Revision(record, 2, 1, CHANGED))


# A failing example is plain enough as it is found; to make it smaller takes minutes.
@settings(max_examples=20, phases=(Phase.explicit, Phase.reuse, Phase.generate))
@given(entry=entries(), code=st.sampled_from(["en", "fr"]))
def test_texts_stay_texts(entry, code):
    calendar = published().calendar
    edition = Edition(2, CHANGED, calendar, {entry.record.id: entry})
    view = RenderContext(language(code), BASE, "en", "Asia/Seoul")
    at = entry.record.milestones[MomentName.CLOSES].at
    place = RecordChange(ChangeKind.PLACE, old_place=entry.record.place, new_place=entry.record.place)
    messages = [
        compose_reminder(entry, edition, MomentName.CLOSES, at, occurrence=None, now=NOW, view=view),
        compose_notice(RecordNotice(entry, entry.revision, entry.revision, [place]), edition, now=CHANGED, view=view),
        compose_notice(RecordNotice(entry, None, entry.revision, []), edition, now=CHANGED, view=view),
        compose_digest(
            [DigestItem(entry, "new", MomentName.CLOSES, at)], edition, period=DigestPeriod.DAILY, now=NOW, view=view
        ),
    ]
    for message in messages:
        check(message)


def check(message):
    page = Tags(message.html)
    assert page.open == []
    assert page.tags.count("h1") == 1
    assert not {"script", "img"} & set(page.tags)
    assert all(link.startswith(("https://", "http://")) or link in (MANAGE_URL, UNSUBSCRIBE_URL) for link in page.links)
    for text in (message.text, message.html):
        assert text.count(MANAGE_URL) == text.count(UNSUBSCRIBE_URL) == 1
        assert not any(unicodedata.category(char) in {"Cc", "Cs"} and char != "\n" for char in text)
    assert 0 < len(message.subject) <= 200
    assert not any(unicodedata.category(char) in {"Cc", "Cs", "Zl", "Zp"} for char in message.subject)
    assert not {"\ue000", "\ue001"} & set(message.subject)
