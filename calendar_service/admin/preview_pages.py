"""Previews: for editors, and by a signed link for those whom an editor asks to look. Nothing is published by them."""

from __future__ import annotations

import secrets
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, cast

from flask import Blueprint, Response, abort, current_app, request

from calendar_service.admin.access import editors_blueprint, require_role, sessions, who
from calendar_service.admin.layout import ADMIN, admin_page, page_language, public_edition
from calendar_service.admin.overview import FILE_READER, open_overview, release_time
from calendar_service.admin.preview import make_preview, preview_languages, with_frames
from calendar_service.admin.waiting import combine
from calendar_service.reminders.subscriptions.signed_tokens import InvalidToken
from calendar_service.store.preview_links import (
    PreviewLink,
    add_preview_link,
    count_preview_links,
    find_preview_link,
    revoke_preview_links,
)
from calendar_service.store.waiting_changes import list_waiting_changes
from calendar_service.web.buttons import UnclearButton, pressed_button
from calendar_service.web.context import cache, settings
from calendar_service.web.token_pages import forbid_storing

if TYPE_CHECKING:
    from calendar_service.admin.file_state import FileReader
    from calendar_service.admin.preview import RecordPreview
    from calendar_service.records.edition import Draft

blueprint = editors_blueprint("admin_preview")
link_blueprint = Blueprint("preview_link", __name__, template_folder="templates")
link_blueprint.after_request(forbid_storing)

PREVIEW = "/preview"
LINK_DAYS = 7


@blueprint.route(f"{ADMIN}/records/<record_id>/preview", methods=["GET", "POST"])
def preview_record(record_id: str) -> Response:
    """Show a record with the editor's own changes, and make or revoke links to this preview."""
    require_role("write")
    overview, now = open_overview(), cache().clock()
    preview = _preview(overview.draft, record_id, request.values.get("lang_of_page", ""))
    if preview is None or overview.draft is None:
        abort(HTTPStatus.NOT_FOUND)
    link, url = PreviewLink(who().editor.address, record_id), ""
    if request.method == "POST":
        try:
            button = pressed_button(request.form, ("link", "revoke"))
        except UnclearButton:
            abort(HTTPStatus.BAD_REQUEST)
        if button == "revoke":
            revoke_preview_links(overview.engine, link)
        else:
            ref, ends_at = secrets.token_urlsafe(32), now + timedelta(days=LINK_DAYS)
            add_preview_link(overview.engine, ref, link, ends_at, now)
            url = f"{settings().base_url}{PREVIEW}/{sessions().preview_token(ref, ends_at)}"
    return with_frames(
        admin_page(
            "admin_preview.html",
            overview=overview,
            path=ADMIN,
            preview=preview,
            languages=preview_languages(overview.draft),
            here=f"{ADMIN}/records/{record_id}/preview",
            url=url,
            links=count_preview_links(overview.engine, link, now),
            days=LINK_DAYS,
        )
    )


@link_blueprint.get(f"{PREVIEW}/<token>")
def show_preview(token: str) -> Response:
    """Show the preview of a link; the same page says of every other one that it is not there."""
    preview, draft = _of_link(token)
    if preview is None or draft is None:
        abort(HTTPStatus.NOT_FOUND)
    return with_frames(
        admin_page(
            "preview.html",
            preview=preview,
            languages=preview_languages(draft),
            here=f"{PREVIEW}/{token}",
        )
    )


def _of_link(token: str) -> tuple[RecordPreview | None, Draft | None]:
    now = cache().clock()
    try:
        ref = sessions().preview_ref(token, now)
    except InvalidToken:
        return None, None
    engine = cache().engine
    link = find_preview_link(engine, ref, now)
    if link is None or sessions().editor_of(link.editor) is None:
        return None, None
    reader = cast("FileReader", current_app.extensions[FILE_READER])
    waiting = [
        each for each in list_waiting_changes(engine) if (each.editor, each.record_id) == (link.editor, link.record_id)
    ]
    draft = combine(reader, reader.read(), waiting).state.reading.draft
    draft = draft.released_at(release_time(public_edition())) if draft else None
    is_public = draft is not None and any(each.id == link.record_id for each in draft.records)
    if is_public and not waiting:  # it has been published, or the change was discarded
        return None, None
    return _preview(draft, link.record_id, request.args.get("lang_of_page", "")), draft


def _preview(draft: Draft | None, record_id: str, code: str) -> RecordPreview | None:
    if draft is None:
        return None
    return make_preview(public_edition(), draft, record_id, code or page_language().code)
