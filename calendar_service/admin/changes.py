"""The page of changes: what differs from the public edition, who is notified of it, and what is held."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, cast

from flask import abort, redirect, request

from calendar_service.admin.access import editors_blueprint, require_role, who
from calendar_service.admin.comparison import changed_keys
from calendar_service.admin.file_state import other_publisher
from calendar_service.admin.layout import ADMIN, admin_page, page_language
from calendar_service.admin.overview import Overview, open_overview
from calendar_service.admin.status_line import held_reasons
from calendar_service.publishing import publish_file
from calendar_service.records.errors import gettext_noop
from calendar_service.records.main_moment import main_moment
from calendar_service.records.selection import Selection
from calendar_service.reminders.channels.base import ChannelName, Envelope
from calendar_service.reminders.channels.link_placeholders import fill_html_links, fill_links
from calendar_service.reminders.messages.edition_notice import notice_row
from calendar_service.store.editions import PublishOutcome
from calendar_service.store.engine import writing
from calendar_service.store.lease import this_host
from calendar_service.store.publish_intents import PublishIntent, store_intent
from calendar_service.web.buttons import UnclearButton, pressed_button
from calendar_service.web.context import cache
from calendar_service.web.layout import POLICY
from calendar_service.writers import phrases
from calendar_service.writers.description import message_times
from calendar_service.writers.i18n import language
from calendar_service.writers.render_context import render_context_of

if TYPE_CHECKING:
    from flask import Response

    from calendar_service.admin.comparison import FileComparison
    from calendar_service.admin.file_state import FileState
    from calendar_service.parsers.calendar_file import Finding
    from calendar_service.records.record import Record
    from calendar_service.reminders.announcement import AnnouncedChange, Audience
    from calendar_service.writers.i18n import Language
    from calendar_service.writers.render_context import RenderContext

blueprint = editors_blueprint("admin_changes")

CHANGES = f"{ADMIN}/changes"
_AROUND = 3
_MOST_ERRORS = 20
_PREVIEW_POLICY = POLICY.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")
_CHANNELS = {
    ChannelName.MAIL: gettext_noop("by email"),
    ChannelName.WEBHOOK: gettext_noop("by webhook"),
    ChannelName.CHAT: gettext_noop("in a chat room"),
}
_DONE = {
    PublishOutcome.PUBLISHED: gettext_noop("Published."),
    PublishOutcome.UNCHANGED: gettext_noop("It was public already."),
    PublishOutcome.HELD: gettext_noop("It is still held; the reasons are below."),
    PublishOutcome.BROKEN: gettext_noop("The file has problems; nothing was published."),
    None: gettext_noop("The file has changed since you loaded the page. Look at it again, then confirm."),
}


@dataclass(frozen=True)
class AudiencePart:
    """How many subscribers are reached in one language and by one channel."""

    number: int
    language: str
    channel: str


@dataclass(frozen=True)
class ShownChange:
    """One record that differs: a headline, sentences, the keys and lines of the file, and who is notified."""

    record_id: str
    title: phrases.LocalizedText
    headline: str
    lines: list[str]
    keys: list[str]
    text: list[tuple[int, str]]
    notified: int
    parts: list[AudiencePart]
    is_told: bool


@dataclass(frozen=True)
class ShownError:
    """A problem of the file, with the lines around it."""

    finding: Finding
    text: list[tuple[int, str]]


@blueprint.get(CHANGES)
def show_changes() -> Response:
    """Show what differs from the public edition. It changes nothing."""
    overview = open_overview()
    held = held_reasons(overview.state, overview.status)
    difference = overview.difference
    other = other_publisher(overview.engine, this_host())
    return admin_page(
        "admin_changes.html",
        overview=overview,
        path=CHANGES,
        done=page_language().gettext(_DONE[_outcome()]) if "done" in request.args else "",
        errors=_errors(overview.state),
        more_errors=max(0, len(overview.state.reading.errors) - _MOST_ERRORS),
        difference=difference,
        changes=_changes(overview, difference) if difference else [],
        notified=_total(difference.announcement.audience) if difference else 0,
        parts=_parts(difference.announcement.audience, overview.lang) if difference else [],
        languages=_languages(difference) if difference else [],
        held=held,
        other_publisher=other,
        may_publish=bool(held) and not other and who().may("publish"),
    )


@blueprint.post(CHANGES)
def confirm_held_file() -> Response:
    """Publish a held file as the editor has seen it, with or without messages."""
    require_role("publish")
    overview, now = open_overview(), cache().clock()
    try:
        is_silent = pressed_button(request.form, ("confirm", "silent")) == "silent"
    except UnclearButton:
        abort(HTTPStatus.BAD_REQUEST)
    if other_publisher(overview.engine, this_host()):
        abort(HTTPStatus.CONFLICT)
    if overview.state.digest != request.form.get("digest") or overview.state.trouble:
        return _back("changed")
    intent = PublishIntent(overview.state.digest, who().editor.address, is_confirmed=True, is_silent=is_silent)
    with writing(overview.engine) as connection:
        store_intent(connection, intent, now)
    result = publish_file(overview.engine, overview.reader.path, now, host=this_host())
    cache().refresh()
    return _back(result.outcome.value)


@blueprint.get(f"{CHANGES}/message")
def show_message() -> Response:
    """Show the message about one change, or all of them, as it will be sent."""
    overview = open_overview()
    code = request.args.get("lang_of_message", overview.lang.code)
    if overview.difference is None or code not in overview.difference.following.calendar.shown_languages:
        abort(HTTPStatus.NOT_FOUND)
    view = _view(overview.difference, language(code))
    record_id = request.args.get("record", "")
    message = overview.difference.announcement.message(record_id, now=cache().clock(), view=view)
    if message is None:
        abort(HTTPStatus.NOT_FOUND)
    links = Envelope("", "", manage_url=f"{view.base_url}/…", unsubscribe_url=f"{view.base_url}/…")
    response = admin_page(
        "admin_message.html",
        overview=overview,
        path=CHANGES,
        message=message,
        text=fill_links(message.text, links),
        html=fill_html_links(message.html, links),
        message_language=code,
        others=[
            (language(each).own_name(), each)
            for each in overview.difference.following.calendar.shown_languages
            if each != code
        ],
        record_id=record_id,
    )
    # A message has inline styles, and a srcdoc frame inherits the policy of this page.
    response.headers["Content-Security-Policy"] = _PREVIEW_POLICY
    return response


def _back(done: str) -> Response:
    return cast("Response", redirect(f"{CHANGES}?done={done}", HTTPStatus.SEE_OTHER))


def _outcome() -> PublishOutcome | None:
    try:
        return PublishOutcome(request.args["done"])
    except ValueError:
        return None


def _errors(state: FileState) -> list[ShownError]:
    return [
        ShownError(each, state.lines(each.line - _AROUND, each.line + _AROUND))
        for each in state.reading.errors[:_MOST_ERRORS]
    ]


def _changes(overview: Overview, difference: FileComparison) -> list[ShownChange]:
    view = _view(difference, overview.lang)
    return [_shown(each, difference, overview, view) for each in difference.announcement.changes]


def _shown(change: AnnouncedChange, difference: FileComparison, overview: Overview, view: RenderContext) -> ShownChange:
    record, now = change.after.record, cache().clock()
    entry = difference.following.entries[record.id]
    before = difference.last.entries.get(record.id) if difference.last else None
    is_back = before is not None and before.revision.withdrawn
    if change.notice:
        row = notice_row(change.notice, difference.following, view, now)
        headline, lines = row.counted, row.lines
    else:
        headline = _untold_headline(before.record if before and not is_back else None, change, overview.lang)
        calendar = difference.following.calendar
        lines = message_times(main_moment(entry, calendar, now).span, record, calendar, view)[:1]
    return ShownChange(
        record_id=record.id,
        title=phrases.pick(record.title, view.lang.code),
        headline=headline,
        lines=lines,
        keys=[] if change.after.withdrawn else changed_keys(before.record if before else None, record),
        text=overview.record_lines(record.id),
        notified=_total(change.audience),
        parts=_parts(change.audience, overview.lang),
        is_told=change.notice is not None,
    )


def _untold_headline(before: Record | None, change: AnnouncedChange, lang: Language) -> str:
    if change.after.withdrawn:
        return lang.gettext("Withdrawn")
    return lang.gettext("Text changed") if before else lang.gettext("New")


def _parts(audience: Audience, lang: Language) -> list[AudiencePart]:
    return [
        AudiencePart(number, lang.language(code), lang.gettext(_CHANNELS[ChannelName(channel)]))
        for (code, channel), number in sorted(audience.items(), key=lambda item: (-item[1], item[0]))
    ]


def _total(audience: Audience) -> int:
    return sum(audience.values())


def _languages(difference: FileComparison) -> list[tuple[str, str]]:
    """Return the languages in which there is a message to read: code and own name."""
    if not any(each.notice for each in difference.announcement.changes):
        return []
    return [(code, language(code).own_name()) for code in difference.following.calendar.shown_languages]


def _view(difference: FileComparison, lang: Language) -> RenderContext:
    default = difference.following.calendar.default_language
    return render_context_of(Selection(lang=lang.code), cache().renderer.base_url, default)
