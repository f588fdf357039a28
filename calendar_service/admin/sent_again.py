"""A form that was sent while the file has problems: nothing is kept, and what was typed is shown, to be sent again."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import abort, redirect, request

from calendar_service.admin.access import FORM_TOKEN
from calendar_service.admin.changes import CHANGES
from calendar_service.admin.layout import admin_page
from calendar_service.admin.record_form import field_label

if TYPE_CHECKING:
    from flask import Response

    from calendar_service.admin.overview import Overview

_BUTTON = "do"
_UNSEEN = frozenset({"known", "before", "step", "kind", "copy_of", "accept"})
_UNSEEN_PARTS = ("record-", "remark-", "line-", "choose-")


def require_good_file(overview: Overview) -> None:
    """Abort if the file cannot be read, or has problems: with the form that was sent, else with the page of changes."""
    if not overview.state.trouble and overview.pending.state.reading.draft is not None:
        return
    if request.method != "POST":
        abort(redirect(CHANGES, HTTPStatus.SEE_OTHER))  # which says what is wrong with the file
    abort(_page(overview))


def _page(overview: Overview) -> Response:
    sent = [(name, text) for name, text in request.form.items(multi=True) if name not in (FORM_TOKEN, _BUTTON)]
    typed = [pair for pair in sent if pair[1].strip() and pair[0] not in _UNSEEN]
    return admin_page(
        "admin_again.html",
        HTTPStatus.CONFLICT,
        overview=overview,
        action=request.path,
        button=request.form.get(_BUTTON, ""),
        sent=sent,
        typed=[(_label(name, overview), text) for name, text in typed if not name.startswith(_UNSEEN_PARTS)],
    )


def _label(name: str, overview: Overview) -> str:
    """Return the words for a field of a form or of a card, whose number stands before its path."""
    return field_label(name.removeprefix("text-").lstrip("0123456789").removeprefix("-"), overview.lang)
