"""The page that lets a draft or a new record become public, at once or at a set time. It publishes nothing."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import abort, request

from calendar_service.admin.access import editors_blueprint, require_role
from calendar_service.admin.changes import keep_until_published, refusal_of
from calendar_service.admin.layout import ADMIN, admin_page
from calendar_service.admin.overview import open_overview
from calendar_service.admin.sent_again import require_good_file
from calendar_service.admin.trial import record_values, try_edits
from calendar_service.parsers.editing.edits import RemoveValue, SetValue
from calendar_service.records.enums import DRAFT
from calendar_service.records.errors import gettext_noop
from calendar_service.records.times import civil_from_instant
from calendar_service.web.buttons import UnclearButton, pressed_button
from calendar_service.web.context import cache
from calendar_service.writers import phrases

if TYPE_CHECKING:
    from flask import Response

    from calendar_service.admin.overview import Overview
    from calendar_service.parsers.editing.edits import Edit

blueprint = editors_blueprint("admin_release")

_MOST_CHARACTERS = 300
_NO_TIME = gettext_noop("Write a day and a time, as in 25 November 2026, 14:00.")
_PAST = gettext_noop("This time is past. Choose “At once”, or write a later one.")
_FIELD = "publish_at"


@blueprint.route(f"{ADMIN}/records/<record_id>/release", methods=["GET", "POST"])
def release_record(record_id: str) -> Response:
    """Show the choice, or keep it as a change that waits."""
    require_role("write")
    overview = open_overview()
    require_good_file(overview)
    values = record_values(overview.pending.state, record_id)
    is_public = overview.edition is not None and record_id in overview.edition.entries
    if values is None or is_public:
        abort(HTTPStatus.NOT_FOUND)
    words = str(values.get(_FIELD, ""))
    if request.method != "POST":
        return _page(overview, record_id, words, {})
    words = request.form.get(_FIELD, "").strip()[:_MOST_CHARACTERS]
    try:
        button = pressed_button(request.form, ("now", "later"))
    except UnclearButton:
        abort(HTTPStatus.BAD_REQUEST)
    edits: list[Edit] = [RemoveValue(record_id, ("status",))] if values.get("status") == DRAFT else []
    if button == "later":
        edits.append(SetValue(record_id, (_FIELD,), words))
        if errors := _errors(overview, record_id, words, edits):
            return _page(overview, record_id, words, errors)
    elif _FIELD in values:
        edits.append(RemoveValue(record_id, (_FIELD,)))
    kept = keep_until_published(overview, {record_id: edits} if edits else {})
    return kept or _page(overview, record_id, words, {}, refusal=refusal_of(overview))


def _errors(overview: Overview, record_id: str, words: str, edits: list[Edit]) -> dict[str, str]:
    """Return what is wrong with the time, by the field."""
    if not words:
        return {_FIELD: overview.lang.gettext(_NO_TIME)}
    trial = try_edits(overview.reader, overview.pending.state, record_id, edits, [_FIELD])
    if trial.errors:
        return trial.errors
    is_past = trial.publish_at is None or trial.publish_at <= cache().clock()
    return {_FIELD: overview.lang.gettext(_PAST)} if is_past else {}


def _page(overview: Overview, record_id: str, words: str, errors: dict[str, str], *, refusal: str = "") -> Response:
    status = HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.OK
    lang, draft = overview.lang, overview.draft
    if draft is None:
        abort(HTTPStatus.NOT_FOUND)
    known = {each.record.id: each for each in draft.withheld}
    at = known[record_id].publish_at if record_id in known else None
    record = next(each for each in draft.every_record if each.id == record_id)
    zone = draft.calendar.zone
    return admin_page(
        "admin_release.html",
        HTTPStatus.CONFLICT if refusal else status,
        overview=overview,
        path=ADMIN,
        title=phrases.pick(record.title, lang.code),
        record_id=record_id,
        refusal=refusal,
        given={_FIELD: words},
        errors={name: lang.say(told) for name, told in errors.items()},
        now=phrases.when_words(civil_from_instant(at, zone), zone, lang) if at else "",
    )
