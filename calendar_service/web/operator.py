"""The operator's pages: faults and messages, as editors have them, and a preview of messages.

Browsers send the operator's token along by themselves, so a form needs a token of its own, and to come from this site.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from hmac import compare_digest
from http import HTTPStatus
from typing import TYPE_CHECKING, cast

from flask import Blueprint, abort, redirect, request

from calendar_service.reminders.subscriptions.signed_tokens import InvalidToken, TokenSigner
from calendar_service.web.buttons import UnclearButton, pressed_button, refuse_button
from calendar_service.web.context import cache, settings
from calendar_service.web.layout import WITH_PREVIEW
from calendar_service.web.message_overview import message_page, read_retried, retry, sample_page
from calendar_service.web.operator_auth import require_operator
from calendar_service.web.token_pages import open_page, private_page, refuse_other_sites

if TYPE_CHECKING:
    from flask import Response

blueprint = Blueprint("operator", __name__)
blueprint.before_request(require_operator)

_SAMPLES = "/operator/letter"
_FORM, _FORM_LASTS = "operator-form", timedelta(hours=12)


@blueprint.get("/operator")
@blueprint.get("/<lang>/operator")
def overview(lang: str = "") -> Response:
    """Show the faults, the messages that failed, are planned and were sent, and the newest deadlines."""
    opening = open_page(lang)
    edition, view = opening
    shown = message_page(edition, view.lang, _SAMPLES)
    retried = read_retried(request.args.get("retried", ""))
    token = _signer().write(_FORM, _subject(), cache().clock() + _FORM_LASTS)
    return private_page("operator.html", opening, "/operator", **shown, form_token=token, retried=retried)


@blueprint.post("/operator")
@blueprint.post("/<lang>/operator")
def retry_failures(lang: str = "") -> Response:
    """Have messages that failed sent again."""
    refuse_other_sites()
    opening = open_page(lang)
    if not _is_own_form():
        abort(HTTPStatus.FORBIDDEN)
    try:
        pressed_button(request.form, ("retry",))
    except UnclearButton:
        return refuse_button(opening, "/operator")
    number = retry(request.form.get("of", ""))
    return cast("Response", redirect(f"{opening[1].prefix}/operator?retried={number}", HTTPStatus.SEE_OTHER))


@blueprint.get(f"{_SAMPLES}/<record_id>")
def message_preview(record_id: str) -> Response:
    """Show the reminder of a record as it is rendered at the given lead."""
    opening = open_page(request.args.get("lang", ""))
    shown = sample_page(record_id, request.args.get("lead", "7 days"), *opening, _SAMPLES)
    response = private_page("operator_sample.html", opening, f"{_SAMPLES}/{record_id}", **shown)
    response.headers["Content-Security-Policy"] = WITH_PREVIEW
    return response


def _signer() -> TokenSigner:
    return TokenSigner((settings().operator_token,))


def _subject() -> str:
    return hashlib.sha256(settings().operator_token.encode()).hexdigest()[:32]


def _is_own_form() -> bool:
    try:
        subject = _signer().read(_FORM, request.form.get("form_token", ""), cache().clock())
    except InvalidToken:
        return False
    return compare_digest(subject, _subject())
