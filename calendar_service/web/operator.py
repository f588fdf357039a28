"""The operator's pages: the delivery counts of each deadline, and a preview of messages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from flask import Blueprint, request

from calendar_service.records.due import due
from calendar_service.records.errors import gettext_noop
from calendar_service.records.leads import UnknownLead, read_lead, write_lead
from calendar_service.records.main_moment import main_moment
from calendar_service.records.notification_keys import ReminderKey
from calendar_service.records.selection import BadSelection
from calendar_service.records.times import civil_from_instant
from calendar_service.records.working_days import WorkingDays
from calendar_service.reminders.channels.base import Envelope
from calendar_service.reminders.channels.link_placeholders import fill_html_links, fill_links
from calendar_service.reminders.messages.reminder import compose_reminder
from calendar_service.store.receipts import Receipt, receipts
from calendar_service.web.context import cache, status
from calendar_service.web.layout import POLICY
from calendar_service.web.operator_auth import require_operator
from calendar_service.web.operator_faults import list_open, list_set_aside
from calendar_service.web.token_pages import open_page, private_page
from calendar_service.web.upcoming import list_planned
from calendar_service.writers import phrases
from calendar_service.writers.selection_words import describe_lead

if TYPE_CHECKING:
    from flask import Response

    from calendar_service.records.edition import Edition, Entry
    from calendar_service.records.leads import Lead
    from calendar_service.writers.i18n import Language
    from calendar_service.writers.render_context import RenderContext

blueprint = Blueprint("operator", __name__)
blueprint.before_request(require_operator)

_NEWEST = 300
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
_PREVIEW_POLICY = POLICY.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")


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
class DeadlineReceipt:
    """A moment of a record, or a change to it, with the counts of its messages."""

    record_id: str
    title: phrases.LocalizedText
    moment: str
    lines: list[PlannedLine]


@blueprint.get("/operator")
@blueprint.get("/<lang>/operator")
def overview(lang: str = "") -> Response:
    """Show the faults, the planned notifications, and the delivery counts of the newest deadlines."""
    opening = open_page(lang)
    edition, view = opening
    now, zone = cache().clock(), edition.calendar.zone
    found = status().read(now)
    planned, deadlines = [], []
    if found.is_database_up:
        planned = list_planned(cache().engine, edition, now, view.lang)
        deadlines = _deadlines(receipts(cache().engine, newest=_NEWEST), edition, view.lang)
    return private_page(
        "operator.html",
        opening,
        "/operator",
        is_database_up=found.is_database_up,
        faults=list_open(found.faults, zone, view.lang),
        set_aside=list_set_aside(found.faults, zone, view.lang),
        planned=planned,
        deadlines=deadlines,
    )


@blueprint.get("/operator/letter/<record_id>")
def message_preview(record_id: str) -> Response:
    """Show the reminder of a record as it is rendered at the given lead."""
    lead = _lead(request.args.get("lead", "7 days"))
    opening = open_page(request.args.get("lang", ""))
    edition, view = opening
    entry, calendar = cache().entry(record_id), edition.calendar
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
    response = private_page(
        "operator_letter.html",
        opening,
        f"/operator/letter/{record_id}",
        message=composed,
        text=fill_links(composed.text, links),
        html=fill_html_links(composed.html, links),
        sent=view.lang.gettext("{label}: {title}", label=describe_lead(lead, view.lang), title=when),
        others=[
            (other, _preview(record_id, lead, other))
            for other in edition.calendar.shown_languages
            if other != view.lang.code
        ],
    )
    # A message has inline styles, and a srcdoc frame inherits the policy of this page.
    response.headers["Content-Security-Policy"] = _PREVIEW_POLICY
    return response


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


def _preview(record_id: str, lead: Lead, code: str) -> str:
    query = urlencode({"lead": write_lead(lead), "lang": code})
    return f"/operator/letter/{record_id}?{query}"


def _deadlines(counted: list[Receipt], edition: Edition, lang: Language) -> list[DeadlineReceipt]:
    """Return the receipts grouped by moment, in the order of the newest of each."""
    found: dict[object, list[Receipt]] = {}
    for each in counted:
        found.setdefault(each.key.target if isinstance(each.key, ReminderKey) else each.key, []).append(each)
    return [_deadline(lines, edition, lang) for lines in found.values()]


def _deadline(lines: list[Receipt], edition: Edition, lang: Language) -> DeadlineReceipt:
    first = lines[0]
    entry = edition.entries.get(first.record_id)
    label = lang.gettext("Changed")
    if isinstance(first.key, ReminderKey):
        when = phrases.when_words(first.key.at, edition.calendar.zone, lang)
        label = lang.gettext("{label}: {title}", label=phrases.moment_label(first.key.moment, lang), title=when)
    return DeadlineReceipt(
        record_id=first.record_id,
        title=phrases.pick(entry.record.title, lang.code) if entry else phrases.LocalizedText(first.record_id, ""),
        moment=label,
        lines=[PlannedLine(_label(each, lang), _preview_of(each, entry, lang), _counts(each, lang)) for each in lines],
    )


def _counts(receipt: Receipt, lang: Language) -> list[StateCount]:
    return [StateCount(lang.gettext(label), getattr(receipt, name), name in _BAD) for name, label in _COUNTED.items()]


def _label(receipt: Receipt, lang: Language) -> str:
    if isinstance(receipt.key, ReminderKey):
        return describe_lead(receipt.key.lead, lang)
    return lang.gettext("Change notice")


def _preview_of(receipt: Receipt, entry: Entry | None, lang: Language) -> str:
    key = receipt.key
    return _preview(receipt.record_id, key.lead, lang.code) if isinstance(key, ReminderKey) and entry else ""
