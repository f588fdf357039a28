"""The page of changes: what differs from the public edition, who is notified of it, and what is held."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, cast

from flask import abort, redirect, request

from calendar_service.admin.access import editors_blueprint, require_role, sessions, who
from calendar_service.admin.layout import ADMIN, admin_page, page_language
from calendar_service.admin.overview import Overview, open_overview
from calendar_service.admin.publication import (
    NotWritten,
    message_about,
    publication_values,
    publish_pending,
    why_blocked,
)
from calendar_service.admin.shown_changes import (
    MOST_ERRORS,
    shown_errors,
    shown_scheduled,
    shown_waiting,
)
from calendar_service.admin.waiting import keep_edits, settle_conflicts
from calendar_service.records.errors import gettext_noop
from calendar_service.store.engine import writing
from calendar_service.store.publication import PublishOutcome
from calendar_service.store.waiting_changes import delete_waiting
from calendar_service.store.whole_file import ChangedMeanwhile
from calendar_service.web.buttons import UnclearButton, pressed_button
from calendar_service.web.context import cache
from calendar_service.web.layout import WITH_PREVIEW
from calendar_service.writers.i18n import language

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from flask import Response

    from calendar_service.parsers.editing.edits import Edit
    from calendar_service.store.waiting_changes import WaitingChange

blueprint = editors_blueprint("admin_changes")

CHANGES = f"{ADMIN}/changes"
_DONE = {
    PublishOutcome.PUBLISHED: gettext_noop("Published."),
    PublishOutcome.UNCHANGED: gettext_noop("Saved. What is public is the same."),
    PublishOutcome.HELD: gettext_noop("It is still held; the reasons are below."),
    PublishOutcome.BROKEN: gettext_noop("The file has problems; nothing was published."),
    "discarded": gettext_noop("The change is discarded."),
    "chosen": gettext_noop("Chosen."),
    "gone": gettext_noop("This change is not there any more."),
    None: gettext_noop("The file has changed since you loaded the page. Look at it again, then confirm."),
}
_STILL_TYPED = gettext_noop("Nothing was changed. What you typed is still here, to be sent again later.")
_MOST_DIGITS = 10


@blueprint.get(CHANGES)
def show_changes() -> Response:
    """Show what differs from the public edition. It changes nothing."""
    done = page_language().gettext(_DONE[_outcome()]) if "done" in request.args else ""
    return _page(open_overview(_only(request.args.get("only", "")), is_held_first=True), done=done)


def _page(overview: Overview, *, done: str = "", problem: str = "", status: HTTPStatus = HTTPStatus.OK) -> Response:
    abandoned = _abandoned(overview)
    return admin_page(
        "admin_changes.html",
        status,
        overview=overview,
        path=CHANGES,
        done=done,
        problem=problem,
        errors=shown_errors(overview.pending.state),
        more_errors=max(0, len(overview.pending.state.reading.errors) - MOST_ERRORS),
        waiting=[shown_waiting(each, overview) for each in overview.mine],
        others=[shown_waiting(each, overview) for each in overview.others if each not in abandoned],
        abandoned=[shown_waiting(each, overview) for each in abandoned] if who().may("write") else [],
        scheduled=shown_scheduled(overview),
        only=request.values.get("only", ""),
        may_correct=who().may("publish"),
        **publication_values(overview),
    )


@blueprint.post(CHANGES)
def act_on_changes() -> Response:
    """Publish what the editor has seen, with or without messages, or discard or settle one waiting change."""
    only = _only(request.form.get("only", ""))
    overview = open_overview(only, is_held_first=True)
    try:
        action = pressed_button(request.form, ("publish", "silent", "discard", "choose"))
    except UnclearButton:
        abort(HTTPStatus.BAD_REQUEST)
    if action in ("publish", "silent"):
        return _publish(overview, is_silent=action == "silent")
    require_role("write")
    chosen = [each for each in (*overview.mine, *_abandoned(overview)) if each.id == only]
    if not chosen:
        return back_to_changes("gone")
    if action == "discard":
        with writing(overview.engine) as connection:
            delete_waiting(connection, chosen[0].editor, [chosen[0].id])
        return back_to_changes("discarded")
    wanted = {name.removeprefix("field-"): value for name, value in request.form.items() if name.startswith("field-")}
    settle_conflicts(overview.engine, chosen[0], wanted, overview.state, cache().clock())
    return back_to_changes("chosen")


def _publish(overview: Overview, *, is_silent: bool) -> Response:
    require_role("publish")
    if blocked := why_blocked(overview):
        return _page(overview, problem=blocked, status=HTTPStatus.CONFLICT)
    state, pending = overview.state, overview.pending
    is_seen = pending.state.digest == request.form.get("digest") and not state.trouble
    if not is_seen or pending.state.reading.draft is None:
        return back_to_changes("changed")
    try:
        return back_to_changes(publish_pending(overview, is_silent=is_silent).value)
    except ChangedMeanwhile:
        return back_to_changes("changed")
    except NotWritten as error:
        return _page(overview, problem=overview.lang.gettext(error.message), status=HTTPStatus.CONFLICT)


def _abandoned(overview: Overview) -> list[WaitingChange]:
    """Return the changes of who is no editor any more; any other editor may discard them."""
    return [each for each in overview.others if sessions().editor_of(each.editor) is None]


def keep_until_published(overview: Overview, edits: Mapping[str, Sequence[Edit]]) -> Response | None:
    """Keep edits of records, by their id, as changes of the editor, and lead to the page that shows them.

    Return None where nothing can be published from here: the form is shown again, see `refusal_of`. Raise UnfitEdit
    and DatabaseFault.
    """
    if overview.read_only:
        return None
    if edits:
        keep_edits(overview.engine, who().editor.address, edits, overview.state, cache().clock())
    return cast("Response", redirect(CHANGES, HTTPStatus.SEE_OTHER))


def refusal_of(overview: Overview) -> str:
    """Return why a form that was sent is shown again: nothing can be published from here."""
    lang = overview.lang
    return " ".join([lang.say(overview.read_only or ""), lang.gettext(_STILL_TYPED)])


def _only(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < _MOST_DIGITS else None


@blueprint.get(f"{CHANGES}/message")
def show_message() -> Response:
    """Show the message about one change, or all of them, as it will be sent."""
    overview = open_overview(_only(request.args.get("only", "")), is_held_first=True)
    code = request.args.get("lang_of_message", overview.lang.code)
    if overview.difference is None or code not in overview.difference.following.calendar.shown_languages:
        abort(HTTPStatus.NOT_FOUND)
    record_id = request.args.get("record", "")
    message = message_about(overview.difference, record_id, code)
    if message is None:
        abort(HTTPStatus.NOT_FOUND)
    subject, text, html = message
    response = admin_page(
        "admin_message.html",
        overview=overview,
        path=CHANGES,
        subject=subject,
        text=text,
        html=html,
        message_language=code,
        others=[
            (language(each).own_name(), each)
            for each in overview.difference.following.calendar.shown_languages
            if each != code
        ],
        record_id=record_id,
    )
    response.headers["Content-Security-Policy"] = WITH_PREVIEW
    return response


def back_to_changes(done: str) -> Response:
    """Lead to the page of changes, which says what was done."""
    return cast("Response", redirect(f"{CHANGES}?done={done}", HTTPStatus.SEE_OTHER))


def _outcome() -> str | None:
    done = request.args["done"]
    return done if done in _DONE else None
