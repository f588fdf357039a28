"""The page that corrects a broken file as text, at the lines of its problems. It is written only without problems."""

from __future__ import annotations

import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, cast

from flask import abort, redirect, request

from calendar_service.admin.access import editors_blueprint, require_role
from calendar_service.admin.changes import CHANGES, back_to_changes
from calendar_service.admin.layout import admin_page
from calendar_service.admin.overview import open_overview
from calendar_service.admin.publication import NotWritten, message_about, publication_values, publish_pending
from calendar_service.admin.shown_changes import MOST_ERRORS, ShownError, shown_errors
from calendar_service.admin.text_windows import (
    AROUND,
    TextWindow,
    locate_line,
    open_windows,
    replace_windows,
    shown_first,
)
from calendar_service.records.errors import gettext_noop
from calendar_service.store.whole_file import ChangedMeanwhile
from calendar_service.web.buttons import UnclearButton, pressed_button

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask import Response

    from calendar_service.admin.file_state import FileState
    from calendar_service.admin.overview import Overview

blueprint = editors_blueprint("admin_correct_text")

TEXT = f"{CHANGES}/text"
_WINDOW = re.compile("text-([0-9]{1,7})-([0-9]{1,7})")
_MOST_LINES = 2 * AROUND + 1
_STALE = gettext_noop(
    "The file has changed since you loaded the page. This is how it is now; "
    "what you typed stands below, and is not saved."
)
_UNSEEN = gettext_noop("The text is not as it was checked. Look at what it changes, then publish it.")


@dataclass(frozen=True)
class ShownWindow:
    """A window as the page shows it: the number of its first line in the corrected file, and the problems in it."""

    window: TextWindow
    first: int
    errors: list[ShownError]

    @property
    def name(self) -> str:
        """The name of its field."""
        return f"text-{self.window.first}-{self.window.last}"

    @property
    def last(self) -> int:
        """The number of its last line in the corrected file."""
        return self.first + max(len(self.window.lines), 1) - 1


@blueprint.route(TEXT, methods=["GET", "POST"])
def correct_text() -> Response:
    """Show the lines of a broken file, check what was typed in their place, and publish it."""
    require_role("publish")
    sent, known, button = _sent(), request.form.get("known", ""), _button()
    overview = open_overview(
        rewrite=lambda state: replace_windows(state.data, sent) if state.digest == known else state.data
    )
    state, result = overview.state, overview.pending.state
    if state.trouble or not (button or state.reading.errors):
        return cast("Response", redirect(CHANGES, HTTPStatus.SEE_OTHER))  # which says why there is nothing to correct
    if button and state.digest != known:
        return _stale(overview, sent)
    if button not in ("publish", "silent") or result.reading.draft is None:
        is_good = not button or button == "more" or result.reading.draft is not None
        return _page(overview, sent, status=HTTPStatus.OK if is_good else HTTPStatus.UNPROCESSABLE_ENTITY)
    if overview.read_only:
        return _page(overview, sent, problem=overview.lang.say(overview.read_only), status=HTTPStatus.CONFLICT)
    if result.digest != request.form.get("checked"):
        return _page(overview, sent, problem=overview.lang.gettext(_UNSEEN), status=HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        return back_to_changes(publish_pending(overview, is_silent=button == "silent").value)
    except ChangedMeanwhile:
        return _stale(open_overview(rewrite=lambda state: state.data), sent)
    except NotWritten as error:
        return _page(overview, sent, problem=overview.lang.gettext(error.message), status=HTTPStatus.CONFLICT)


def _sent() -> list[TextWindow]:
    """Return what was typed. Abort with 400 if it is not what a form of this page sends."""
    fields = [(found, text) for name, text in request.form.items() if (found := _WINDOW.fullmatch(name))]
    windows = sorted(
        (TextWindow(int(found[1]), int(found[2]), text) for found, text in fields), key=lambda it: it.first
    )
    before = 0
    for each in windows:
        if not before < each.first <= each.last + 1 <= each.first + _MOST_LINES:
            abort(HTTPStatus.BAD_REQUEST)
        before = max(each.last, before)
    return windows


def _button() -> str:
    if request.method != "POST":
        return ""
    try:
        return pressed_button(request.form, ("check", "more", "publish", "silent"))
    except UnclearButton:
        abort(HTTPStatus.BAD_REQUEST)


def _stale(overview: Overview, sent: Sequence[TextWindow]) -> Response:
    """Show the file as somebody else has saved it meanwhile, with what was typed beside it."""
    typed = "\n…\n".join(each.text for each in sent)
    kept = "\n…\n".join(text for text in (request.form.get("kept", ""), typed) if text)
    lines = [each.first + AROUND for each in sent] if not overview.state.reading.errors else []
    windows = open_windows(overview.state.data, lines)
    problem = overview.lang.gettext(_STALE)
    return _page(overview, windows, kept=kept, problem=problem, status=HTTPStatus.CONFLICT)


def _shown(state: FileState, result: FileState, sent: Sequence[TextWindow]) -> list[ShownWindow]:
    """Return the windows that were sent, and one for each problem of the file with their texts that is in none."""
    errors = shown_errors(result)
    places = [(locate_line(sent, each.finding.line)[1], each) for each in errors]
    asked = request.form.get("line", 0, type=int) if request.form.get("do") == "more" else 0
    lines = [line for line, _ in places] + ([locate_line(sent, asked)[1]] if asked else [])
    windows = open_windows(state.data, lines, sent)
    found: dict[int, list[ShownError]] = {}
    for _, each in places:
        window = locate_line(windows, each.finding.line)[0] or windows[-1]  # what is missing at the end of the file
        found.setdefault(window.first, []).append(each)
    return [ShownWindow(each, shown_first(windows, each), found.get(each.first, [])) for each in windows]


def _page(
    overview: Overview,
    sent: Sequence[TextWindow],
    *,
    kept: str | None = None,
    problem: str = "",
    status: HTTPStatus = HTTPStatus.OK,
) -> Response:
    result, difference = overview.pending.state, overview.difference
    values, windows = publication_values(overview), _shown(overview.state, result, sent)
    written = {code: message_about(difference, "", code) for code, _ in values["languages"]} if difference else {}
    return admin_page(
        "admin_text.html",
        status,
        overview=overview,
        path=CHANGES,
        problem=problem,
        windows=windows,
        is_whole=sum(len(each.window.lines) for each in windows) >= len(result.data.splitlines()),
        more_errors=max(0, len(result.reading.errors) - MOST_ERRORS),
        is_checked=request.method == "POST" and result.reading.draft is not None,
        kept=request.form.get("kept", "") if kept is None else kept,
        messages={code: each[1] for code, each in written.items() if each},
        **values,
    )
