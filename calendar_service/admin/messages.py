"""The page of messages: what failed, is planned and was sent, as the operator has it, and trying again."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, cast

from flask import abort, redirect, request

from calendar_service.admin.access import editors_blueprint, require_role, who
from calendar_service.admin.layout import ADMIN, admin_page
from calendar_service.admin.overview import open_overview
from calendar_service.records.selection import Selection
from calendar_service.web.buttons import UnclearButton, pressed_button
from calendar_service.web.context import settings
from calendar_service.web.layout import WITH_PREVIEW
from calendar_service.web.message_overview import message_page, read_retried, retry, sample_page
from calendar_service.writers.render_context import render_context_of

if TYPE_CHECKING:
    from flask import Response

blueprint = editors_blueprint("admin_messages")

MESSAGES = f"{ADMIN}/messages"
_SAMPLES = f"{MESSAGES}/sample"


@blueprint.get(MESSAGES)
def show_messages() -> Response:
    """Show the messages; what failed stands first."""
    overview = open_overview()
    edition = overview.edition
    shown = message_page(edition, overview.lang, _SAMPLES, for_editors=True) if edition else {"nothing": True}
    return admin_page(
        "admin_messages.html",
        overview=overview,
        path=MESSAGES,
        retried=read_retried(request.args.get("retried", "")),
        may_retry=who().may("publish"),
        **shown,
    )


@blueprint.post(MESSAGES)
def retry_messages() -> Response:
    """Have messages that failed sent again."""
    require_role("publish")
    try:
        pressed_button(request.form, ("retry",))
    except UnclearButton:
        abort(HTTPStatus.BAD_REQUEST)
    number = retry(request.form.get("of", ""))
    return cast("Response", redirect(f"{MESSAGES}?retried={number}", HTTPStatus.SEE_OTHER))


@blueprint.get(f"{_SAMPLES}/<record_id>")
def show_sample(record_id: str) -> Response:
    """Show the reminder of a record as it is rendered at the given lead."""
    overview = open_overview()
    if overview.edition is None:
        abort(HTTPStatus.NOT_FOUND)
    default = overview.edition.calendar.default_language
    view = render_context_of(Selection(lang=overview.lang.code), settings().base_url, default)
    shown = sample_page(record_id, request.args.get("lead", "7 days"), overview.edition, view, _SAMPLES)
    response = admin_page("admin_sample.html", overview=overview, path=MESSAGES, **shown)
    response.headers["Content-Security-Policy"] = WITH_PREVIEW
    return response
