"""Texts that try to break out of a content line, and records that are full of them."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import get_type_hints

from hypothesis import strategies as st

from calendar_service.records.edition import DeadlineChange, Edition, Entry, Revision
from calendar_service.records.enums import Kind, MomentName
from calendar_service.records.record import (
    Calendar,
    Contact,
    Link,
    Milestone,
    Place,
    Question,
    Record,
    Schedule,
    Session,
    TimeSpan,
)
from calendar_service.records.texts import Text
from calendar_service.records.times import CivilTime, EndOfDay
from calendar_service.writers.feed import FeedHead, write_feed
from calendar_service.writers.i18n import language
from calendar_service.writers.render_context import RenderContext
from calendar_service.writers.vevents import write_vevents

NOW = datetime(2027, 1, 4, 9, tzinfo=UTC)
TODAY = (date(2027, 1, 1), date(2027, 12, 31))
BARE = re.compile(rb"(?<!\r)\n|\r(?!\n)")
PIECES = [
    "\r",
    "\n",
    "\r\n",
    "\r\n ",
    "\0",
    "\x0b",
    "\x0c",
    "\x1c",
    "\x1d",
    "\x1e",
    "\x7f",
    "\x85",
    "\u2028",
    "\u2029",
    "\ufeff",
    "\ufffe",
    "\ud800",
    "\udfff",
    "\u202e",
    "\u2066",
    "\u200b",
    "\u0301",
    "\u20dd",
    "\t",
    " ",
    "\u00a0",
    '"',
    "'",
    ";",
    ":",
    ",",
    "\\",
    "\\n",
    "\\N",
    "^n",
    "^'",
    "{label}",
    "{}",
    "%0D%0A",
    "BEGIN:VEVENT",
    "END:VEVENT\r\n",
    "\r\nEND:VCALENDAR\r\n",
    "\nSUMMARY:other",
    "\r\nX-EVIL:1",
    "\u2028BEGIN:VALARM",
    ";VALUE=DATE:",
    "🐻‍❄️",
    "👩🏽‍🚀",
    "é",
    "ظ",
    "気",
    "a" * 76,
    "ü" * 40,
]
TEXTS = st.lists(st.sampled_from(PIECES) | st.text(max_size=8), max_size=14).map("".join).map(lambda text: text[:500])
CALENDAR = Calendar(id="hostile.example", name={"en": "Hostile"}, zone="Europe/Paris", languages=("en", "fr"))


def clock(day, hour):
    return CivilTime(day, time(hour), "Europe/Paris")


def make_record(number, text):
    """Make a record with `text(n)` in every place for a text, the model's own checks left out."""

    def words(n):
        return {"en": text(n), "fr": text(n + 1)}

    day = date(2027, 3, 1 + number % 28)
    span = TimeSpan(clock(day, 9), clock(day, 10))
    tender = number % 3 == 0
    milestones = (
        {
            MomentName.CLOSES: Milestone(clock(day, 17), text(1)),
            MomentName.QUESTIONS_BY: Milestone(EndOfDay(day, "UTC"), text(2)),
        }
        if tender
        else {}
    )
    record = Record(
        id=f"r{number}",
        kind=Kind.TENDER if tender else Kind.EVENT,
        title=words(3),
        summary=words(4),
        url=f"https://a.example/{text(5)}",
        place=Place(words(6), words(7), None, text(8)),
        tags=(text(9), text(10)),
        languages=("en",),
        organisers=(words(11), words(12)),
        contact=Contact(text(13), text(14), f"https://b.example/{text(15)}"),
        documents=(Link(words(16), f"https://c.example/{text(17)}"),),
        questions=(Question(words(26), words(27), day),),
        note_of_change=words(18),
        schedule=None if tender else Schedule(span, text(19)),
        join=f"https://d.example/{text(20)}" if number % 2 else "",
        registration_url=f"https://e.example/{text(21)}",
        sessions=() if tender else (Session(f"s{number}", words(22), span, text(23)),),
        milestones=milestones,
        buyer=words(24),
        reference=text(25),
    )
    # A field that is new is hostile, too.
    texts = [name for name, hint in get_type_hints(Record).items() if hint == Text and not getattr(record, name)]
    return replace(record, **{name: words(28) for name in texts})


def make_entry(number, text):
    record = make_record(number, text)
    moves = ()
    if MomentName.CLOSES in record.milestones:
        old = Milestone(EndOfDay(date(2027, 2, 1), "UTC"), text(26))
        reason = {"en": text(27)}
        moves = (DeadlineChange(MomentName.CLOSES, old, record.milestones[MomentName.CLOSES], NOW, reason),)
    return Entry(Revision(record, 1, 0, NOW), moves)


def write_entries(entries, calendar=CALENDAR, name="Hostile", alarm=None, lang="en"):
    view = RenderContext(language(lang), "https://calendar.example", "en", alarm=alarm)
    edition = Edition(1, NOW, calendar, {})
    blocks = [write_vevents(entry, calendar, view, TODAY) for entry in entries]
    return write_feed(FeedHead(name, "https://calendar.example/calendar.ics", NOW), blocks, edition, view)
