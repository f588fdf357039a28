"""The messages that tests look at: a calendar, what becomes of it, and what subscribers are told."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import cache
from typing import TYPE_CHECKING

from calendar_service.parsers.calendar_file import read_calendar_file
from calendar_service.records.changes import find_changes, record_state
from calendar_service.records.edition import Edition, Revision, advance, compare_with_draft
from calendar_service.records.enums import MomentName, Status
from calendar_service.records.moments import span_points
from calendar_service.records.notification_keys import DigestPeriod
from calendar_service.records.occurrences import occurrence_on
from calendar_service.records.record import Link, Milestone, OccurrenceChange, Place, Record, Session
from calendar_service.reminders.messages.account import compose_confirmation, compose_known, compose_trouble
from calendar_service.reminders.messages.common import sender_name
from calendar_service.reminders.messages.digest import compose_digest
from calendar_service.reminders.messages.edition_notice import compose_notices
from calendar_service.reminders.messages.fault import compose_fault_mail
from calendar_service.reminders.messages.items import DigestItem, RecordNotice
from calendar_service.reminders.messages.notice import compose_notice
from calendar_service.reminders.messages.reminder import compose_reminder
from calendar_service.store.faults import Fault, FaultKind
from calendar_service.writers.i18n import language
from calendar_service.writers.render_context import RenderContext
from tests.support.paths import CALENDARS

if TYPE_CHECKING:
    from calendar_service.reminders.channels.base import Message

PUBLISHED = datetime(2027, 6, 1, 9, tzinfo=UTC)
CHANGED = datetime(2027, 6, 28, 8, 30, tzinfo=UTC)
NOW = datetime(2027, 7, 3, 15, tzinfo=UTC)
BASE = "https://calendar.example"
FAULT = Fault(
    kind=FaultKind.DATABASE,
    key="10.0.0.1",
    reason="The disk under the database is full.",
    details=("2027-07-03T14:00:00Z",),
    count=3,
    first_at=NOW,
    last_at=NOW,
    retry_at=None,
    mailed_at=None,
)
LONG = "A title that goes on " * 14 + "to the very end"
NAMES = {
    "reason_en": "More time was asked for.",
    "reason_fr": "Un délai supplémentaire a été demandé.",
    "document_en": "Minutes",
    "document_fr": "Compte rendu",
    "session_en": "Opening",
    "session_fr": "Ouverture",
}


@dataclass(frozen=True)
class Choice:
    selection: str = ""
    leads: tuple[str, ...] = ()
    wants_new: bool = False
    digest: str = ""


@cache
def published() -> Edition:
    reading = read_calendar_file(CALENDARS / "messages.yaml")
    assert reading.draft, reading.errors
    records = tuple(lengthened(each) if each.id == "long-title" else each for each in reading.draft.records)
    draft = replace(reading.draft, records=records)
    return advance(None, 1, PUBLISHED, draft.calendar, compare_with_draft(None, draft, PUBLISHED, PUBLISHED).revisions)


def lengthened(record: Record) -> Record:
    words = " ".join(["Words upon words, and none of them short."] * 122)
    return replace(
        record,
        title=dict.fromkeys(record.title, LONG),
        summary=dict.fromkeys(record.title, words),
        tags=tuple(f"a rather long tag, number {n}" for n in range(40)),
    )


def changed(record_id: str, *, withdrawn: bool = False, **values) -> tuple[Edition, Revision, Revision]:
    """The edition after a change of one record, and the record's revisions before and after."""
    before = published().entries[record_id].revision
    note = {"en": NAMES["reason_en"], "fr": NAMES["reason_fr"]}
    record = before.record if withdrawn else replace(before.record, note_of_change=note, **values)
    after = Revision(record, 2, 1, CHANGED, withdrawn=withdrawn)
    return advance(published(), 2, CHANGED, published().calendar, [after]), before, after


def reminder(
    record_id: str, name: MomentName, view: RenderContext, *, now=NOW, edition=None, occurrence=None
) -> Message:
    edition = edition or published()
    entry = edition.entries[record_id]
    record = entry.record
    if occurrence:
        at = span_points(occurrence_on(record.schedule, occurrence).span)[0][1]
    else:
        at = record.milestones[name].at if name in record.milestones else span_points(record.schedule.span)[0][1]
    return compose_reminder(entry, edition, name, at, occurrence=occurrence, now=now, view=view)


def notice(view: RenderContext, edition: Edition, before: Revision, after: Revision) -> Message:
    entry, zone = edition.entries[after.record.id], edition.calendar.zone
    sides = [(each.record, record_state(each.record, withdrawn=each.withdrawn)) for each in (before, after)]
    differences = find_changes(*sides, zone, CHANGED)
    return compose_notice(RecordNotice(entry, before, after, differences), edition, now=CHANGED, view=view)


def documents() -> tuple[Edition, Revision, Revision]:
    """One of two documents is replaced, and a third one is new."""
    terms, form = published().entries["charts-tender"].record.documents
    minutes = Link({"en": NAMES["document_en"], "fr": NAMES["document_fr"]}, "https://example.org/minutes")
    return changed("charts-tender", documents=(replace(terms, url=f"{terms.url}&v=3"), form, minutes))


def several(view: RenderContext) -> Message:
    """A session is added and the place is another, which comes first; an occurrence is called off, a tender too, and another one is new."""
    during = published().entries["long-title"].record.schedule.span
    opening = Session("opening", {"en": NAMES["session_en"], "fr": NAMES["session_fr"]}, during, "")
    clinic = published().entries["help-desk"].record.schedule
    off = OccurrenceChange(date(2027, 7, 13), None)
    changes = [
        changed("academy", sessions=(opening,), place=Place(online=True)),
        changed("help-desk", schedule=replace(clinic, changes=(off,))),
        changed("roads-study", status=Status.CANCELLED),
        documents(),
    ]
    notices = []
    for edition, before, after in changes:
        sides = [(each.record, record_state(each.record, withdrawn=each.withdrawn)) for each in (before, after)]
        found = find_changes(*sides, edition.calendar.zone, CHANGED)
        notices.append(RecordNotice(edition.entries[after.record.id], before, after, found))
    entry = published().entries["racism-webinar"]
    notices.append(RecordNotice(entry, None, entry.revision, []))
    return compose_notices(notices, published(), now=CHANGED, view=view)


def new(record_id: str, view: RenderContext) -> Message:
    entry = published().entries[record_id]
    return compose_notice(RecordNotice(entry, None, entry.revision, []), published(), now=CHANGED, view=view)


def extended() -> tuple[Edition, Revision, Revision]:
    milestones = dict(published().entries["charts-tender"].record.milestones)
    milestones[MomentName.CLOSES] = Milestone(
        replace(milestones[MomentName.CLOSES].at, day=date(2027, 7, 17)), "17 July 2027, 17:00"
    )
    return changed("charts-tender", milestones=milestones)


def moved(record_id: str, **civil) -> tuple[Edition, Revision, Revision]:
    schedule = published().entries[record_id].record.schedule
    starts, ends = (replace(each, **civil) for each in (schedule.span.starts, schedule.span.ends))
    return changed(record_id, schedule=replace(schedule, span=replace(schedule.span, starts=starts, ends=ends)))


def digest(view: RenderContext, period: str) -> Message:
    edition = published()

    def item(record_id: str, kind: str = "reminder") -> DigestItem:
        record = edition.entries[record_id].record
        name = MomentName.CLOSES if record.milestones.get(MomentName.CLOSES) else MomentName.STARTS
        at = record.milestones[name].at if name is MomentName.CLOSES else span_points(record.schedule.span)[0][1]
        return DigestItem(edition.entries[record_id], kind, name, at)

    items = [item("charts-tender"), item("academy"), item("roads-study", "new"), item("english-only"), item("arabic")]
    return compose_digest(items, edition, period=DigestPeriod(period), now=datetime(2027, 7, 4, tzinfo=UTC), view=view)


@cache
def all_messages(code: str) -> dict[str, Message]:
    """Every kind of message, by name, in a language."""
    view = RenderContext(language(code), BASE, "en")
    seoul = replace(view, zone="Asia/Seoul")
    confirm = f"{BASE}/reminders/confirm/signed-token"
    choice = Choice(
        "kind=tender&tag=roads&q=visitors+words", ("7 days", "1 day at 18:00"), wants_new=True, digest="weekly"
    )
    day_before = datetime(2027, 7, 5, 9, tzinfo=UTC)
    place = Place(online=True)
    return {
        "tender": reminder("charts-tender", MomentName.CLOSES, view, now=datetime(2027, 6, 26, 15, tzinfo=UTC)),
        "extended": reminder("charts-tender", MomentName.CLOSES, view, edition=extended()[0]),
        "questions": reminder("charts-tender", MomentName.QUESTIONS_BY, view, now=datetime(2027, 7, 1, tzinfo=UTC)),
        "date-only": reminder("roads-study", MomentName.CLOSES, view, now=datetime(2027, 7, 9, 7, tzinfo=UTC)),
        "webinar-seoul": reminder("racism-webinar", MomentName.STARTS, seoul, now=day_before),
        "all-day": reminder("academy", MomentName.STARTS, view),
        "registration": reminder("academy", MomentName.REGISTRATION_CLOSES, view),
        "series": reminder("help-desk", MomentName.STARTS, view, occurrence=date(2027, 7, 13)),
        "long-title": reminder("long-title", MomentName.STARTS, view),
        "arabic": reminder("arabic", MomentName.STARTS, view),
        "english-only": reminder("english-only", MomentName.STARTS, view),
        "notice-extended": notice(seoul, *extended()),
        "notice-moved": notice(view, *moved("racism-webinar", day=date(2027, 7, 8))),
        "notice-cancelled": notice(view, *changed("housing-conference", status=Status.CANCELLED)),
        "notice-postponed": notice(view, *changed("housing-conference", status=Status.POSTPONED)),
        "notice-withdrawn": notice(view, *changed("housing-conference", withdrawn=True)),
        "notice-place": notice(view, *changed("housing-conference", place=place)),
        "notice-documents": notice(view, *documents()),
        "notices": several(view),
        "new": new("charts-tender", view),
        "digest": digest(seoul, "daily"),
        "digest-weekly": digest(view, "weekly"),
        "confirmation": compose_confirmation(choice, confirm, published(), view=view),
        "known": compose_known(published(), view=view),
        "trouble": compose_trouble(published(), view=view),
        "alarm": compose_fault_mail([FAULT], sender_name(published(), view.lang), "10.0.0.1", view=view),
    }
