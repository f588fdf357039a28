"""The page of messages, for operators and for editors: faults, failures, what is planned, and what was sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from calendar_service.records.due import due
from calendar_service.records.errors import gettext_noop
from calendar_service.records.leads import UnknownLead, read_lead, write_lead
from calendar_service.records.main_moment import main_moment
from calendar_service.records.notification_keys import AccountKey, DigestKey, ReminderKey, record_of
from calendar_service.records.selection import BadSelection
from calendar_service.records.times import civil_from_instant
from calendar_service.records.working_days import WorkingDays
from calendar_service.reminders.channels.base import Envelope
from calendar_service.reminders.channels.link_placeholders import fill_html_links, fill_links
from calendar_service.reminders.forecast import forecast
from calendar_service.reminders.messages.reminder import compose_reminder
from calendar_service.store.engine import writing
from calendar_service.store.message_history import list_failures, retry_failed
from calendar_service.store.receipts import Receipt, receipts
from calendar_service.web.context import cache, status
from calendar_service.web.message_days import DAYS_BACK, message_days
from calendar_service.web.operator_faults import list_open, list_set_aside
from calendar_service.web.upcoming import PLANNED_WITHIN, list_planned
from calendar_service.writers import phrases
from calendar_service.writers.selection_words import describe_lead

if TYPE_CHECKING:
    from calendar_service.records.edition import Edition, Entry
    from calendar_service.records.leads import Lead
    from calendar_service.store.message_history import FailedMessages
    from calendar_service.writers.i18n import Language
    from calendar_service.writers.render_context import RenderContext

_LOOK_BACK = timedelta(days=DAYS_BACK)
_MOST_FAILURES = 50
_NEWEST = 300
_MOST_DIGITS = 18
_COUNTED = {
    "waiting": gettext_noop("Waiting"),
    "sent": gettext_noop("Sent"),
    "retried": gettext_noop("Retried"),
    "failed": gettext_noop("Failed"),
    "bounced": gettext_noop("Bounced"),
    "suppressed": gettext_noop("Blocked"),
    "dropped": gettext_noop("Failed for good"),
    "missed": gettext_noop("Too late"),
}
_BAD = frozenset({"failed", "bounced", "missed"})


@dataclass(frozen=True)
class StateCount:
    """The number of messages in one state; `is_bad` if an operator should look at it."""

    label: str
    number: int
    is_bad: bool


@dataclass(frozen=True)
class PlannedLine:
    """One notification, the URL of its preview ("" if there is none), and its counts."""

    label: str
    preview: str
    counts: list[StateCount]


@dataclass(frozen=True)
class ShownFailure:
    """Messages that failed for one reason, without addresses; `retriable` of them can be tried again."""

    number: int
    count: int
    occasion_id: int
    record_id: str
    title: phrases.LocalizedText
    label: str
    reason: str
    last: str
    retriable: int


@dataclass(frozen=True)
class DeadlineReceipt:
    """A moment of a record, or a change to it, with the counts of its messages."""

    record_id: str
    title: phrases.LocalizedText
    moment: str
    lines: list[PlannedLine]


def message_page(edition: Edition, lang: Language, samples: str, *, for_editors: bool = False) -> dict[str, Any]:
    """Return what the page shows; `samples` is the path below which messages are previewed."""
    now, zone, engine = cache().clock(), edition.calendar.zone, cache().engine
    found = status().read(now)
    shown: dict[str, Any] = {
        "is_database_up": found.is_database_up,
        "for_editors": for_editors,
        "faults": list_open(found.faults, zone, lang, for_editors=for_editors),
        "set_aside": list_set_aside(found.faults, zone, lang, for_editors=for_editors),
    }
    if not found.is_database_up:
        return shown
    planned = forecast(engine, edition, (now, now + PLANNED_WITHIN), with_addresses=False)
    failed = list_failures(engine, now - _LOOK_BACK, now, _MOST_FAILURES)
    return shown | {
        "days": message_days(engine, planned, zone, now, lang),
        "failures": [_failure(number, each, edition, lang) for number, each in enumerate(failed, start=1)],
        "planned": list_planned(planned, edition, lang),
        "deadlines": _deadlines(receipts(engine, newest=_NEWEST), edition, lang, samples),
    }


def retry(occasion_id: str) -> int:
    """Have the messages of a notification that failed sent again; return how many. Raise DatabaseFault."""
    if not (occasion_id.isascii() and occasion_id.isdecimal() and len(occasion_id) <= _MOST_DIGITS):
        return 0
    now = cache().clock()
    with writing(cache().engine) as connection:
        return retry_failed(connection, int(occasion_id), now - _LOOK_BACK, now)


def read_retried(text: str) -> int | None:
    """Return how many messages were tried again, as the address of the page says; None if it does not."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS else None


def _failure(number: int, failed: FailedMessages, edition: Edition, lang: Language) -> ShownFailure:
    zone, key = edition.calendar.zone, failed.key
    record_id = record_of(key) if not isinstance(key, AccountKey) else ""
    label = lang.gettext("Change notice")
    if isinstance(key, ReminderKey):
        label = describe_lead(key.lead, lang)
    elif isinstance(key, AccountKey):
        label = lang.gettext("About a subscription")
    elif isinstance(key, DigestKey):
        label = lang.gettext("Summary of several dates")
    return ShownFailure(
        number=number,
        count=failed.number,
        occasion_id=failed.occasion_id,
        record_id=record_id,
        title=_title_of(record_id, edition.entries.get(record_id), lang),
        label=label,
        reason=failed.reason,
        last=phrases.when_words(civil_from_instant(failed.last_at.replace(second=0, microsecond=0), zone), zone, lang),
        retriable=failed.retriable,
    )


def _title_of(record_id: str, entry: Entry | None, lang: Language) -> phrases.LocalizedText:
    return phrases.pick(entry.record.title, lang.code) if entry else phrases.LocalizedText(record_id, "")


def sample_page(record_id: str, lead_words: str, edition: Edition, view: RenderContext, samples: str) -> dict[str, Any]:
    """Return what the page of a reminder shows, as it is rendered at a lead. Raise BadSelection and NoSuchRecord."""
    lead, entry, calendar = _lead(lead_words), cache().entry(record_id), edition.calendar
    main = main_moment(entry, calendar, cache().clock())
    sent_at = due(lead, main.at, calendar.zone, WorkingDays(closures=frozenset(calendar.closures)))
    if sent_at is None:
        raise BadSelection(
            "lead",
            write_lead(lead),
            gettext_noop("That would be too late to remind."),
            gettext_noop("Choose a longer time."),
        )
    composed = compose_reminder(entry, edition, main.name, main.at, occurrence=main.occurrence, now=sent_at, view=view)
    when = phrases.when_words(civil_from_instant(sent_at, calendar.zone), calendar.zone, view.lang)
    links = _sample_links(view)
    return {
        "message": composed,
        "text": fill_links(composed.text, links),
        "html": fill_html_links(composed.html, links),
        "sent": view.lang.gettext("{label}: {title}", label=describe_lead(lead, view.lang), title=when),
        "others": [
            (other, _preview(samples, record_id, lead, other))
            for other in edition.calendar.shown_languages
            if other != view.lang.code
        ],
    }


def _sample_links(view: RenderContext) -> Envelope:
    """Return an envelope without a recipient, with sample links."""
    base = f"{view.base_url}{view.prefix}/reminders"
    return Envelope("", "", manage_url=f"{base}/manage/…", unsubscribe_url=f"{base}/unsubscribe/…")


def _lead(words: str) -> Lead:
    try:
        return read_lead(words)
    except UnknownLead as error:
        raise BadSelection(
            "lead",
            error.words,
            gettext_noop("'{value}' is not understood."),
            gettext_noop("Write days, weeks, hours or minutes."),
        ) from None


def _preview(samples: str, record_id: str, lead: Lead, code: str) -> str:
    query = urlencode({"lead": write_lead(lead), "lang": code})
    return f"{samples}/{record_id}?{query}"


def _deadlines(counted: list[Receipt], edition: Edition, lang: Language, samples: str) -> list[DeadlineReceipt]:
    """Return the receipts grouped by moment, in the order of the newest of each."""
    found: dict[object, list[Receipt]] = {}
    for each in counted:
        found.setdefault(each.key.target if isinstance(each.key, ReminderKey) else each.key, []).append(each)
    return [_deadline(lines, edition, lang, samples) for lines in found.values()]


def _deadline(lines: list[Receipt], edition: Edition, lang: Language, samples: str) -> DeadlineReceipt:
    first = lines[0]
    entry = edition.entries.get(first.record_id)
    label = lang.gettext("Changed")
    if isinstance(first.key, ReminderKey):
        when = phrases.when_words(first.key.at, edition.calendar.zone, lang)
        label = lang.gettext("{label}: {title}", label=phrases.moment_label(first.key.moment, lang), title=when)
    return DeadlineReceipt(
        record_id=first.record_id,
        title=_title_of(first.record_id, entry, lang),
        moment=label,
        lines=[
            PlannedLine(_label(each, lang), _preview_of(each, entry, lang, samples), _counts(each, lang))
            for each in lines
        ],
    )


def _counts(receipt: Receipt, lang: Language) -> list[StateCount]:
    return [StateCount(lang.gettext(label), getattr(receipt, name), name in _BAD) for name, label in _COUNTED.items()]


def _label(receipt: Receipt, lang: Language) -> str:
    if isinstance(receipt.key, ReminderKey):
        return describe_lead(receipt.key.lead, lang)
    return lang.gettext("Change notice")


def _preview_of(receipt: Receipt, entry: Entry | None, lang: Language, samples: str) -> str:
    key = receipt.key
    return _preview(samples, receipt.record_id, key.lead, lang.code) if isinstance(key, ReminderKey) and entry else ""
