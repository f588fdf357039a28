"""The history: every edition with what it changed, and earlier versions that are brought back as new changes."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from flask import abort, request

from calendar_service.admin.access import editors_blueprint, require_role, who
from calendar_service.admin.changes import keep_until_published
from calendar_service.admin.layout import ADMIN, admin_page
from calendar_service.admin.overview import open_overview
from calendar_service.admin.restoring import cancelling_edits, version_edits
from calendar_service.admin.shown_history import SHORT, shown_edition
from calendar_service.admin.trial import all_record_values
from calendar_service.parsers.editing.edits import AppendRecord, UnfitEdit, changed_values
from calendar_service.parsers.editing.file_edit import edit_file
from calendar_service.records.edition import is_coming
from calendar_service.records.errors import gettext_noop
from calendar_service.store.edition_history import list_editions, load_edition_at, load_edition_change
from calendar_service.web.buttons import UnclearButton, pressed_button
from calendar_service.web.context import cache
from calendar_service.writers import phrases

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from flask import Response

    from calendar_service.admin.overview import Overview
    from calendar_service.parsers.editing.edits import Edit
    from calendar_service.records.edition import Edition
    from calendar_service.records.record import Record

blueprint = editors_blueprint("admin_history")

HISTORY = f"{ADMIN}/history"
_PAGE = 20
_RECORDS = 100
_MOST_RESTORED = 500
_MOST_NAMED = 50
_MOST_DIGITS = 9
_BROKEN = gettext_noop("The file has problems now. Correct them first; then an earlier version can be brought back.")
_SAME = gettext_noop("The file says this already.")
_TOO_MANY = gettext_noop("More than {number} records differ. Put an earlier copy of the file in its place instead.")


class _NotRestored(Exception):
    """Nothing was kept; the text says why, in the language of the page."""


@blueprint.get(HISTORY)
def show_history() -> Response:
    """Show the editions, newest first, of all records or of one."""
    overview, record_id = open_overview(), request.args.get("record", "")[:64]
    heads = list_editions(
        overview.engine, most=_PAGE + 1, before=_number(request.args.get("before", "")), record_id=record_id
    )
    shown = [shown_edition(overview.engine, each, overview.lang, most=SHORT) for each in heads[:_PAGE]]
    older = {"before": shown[-1].number, "record": record_id} if len(heads) > _PAGE else {}
    query = urlencode({name: value for name, value in older.items() if value})
    return admin_page(
        "admin_history.html",
        overview=overview,
        path=HISTORY,
        editions=shown,
        record_id=record_id,
        newest="before" in request.args,
        older=f"{HISTORY}?{query}" if query else "",
    )


@blueprint.get(f"{HISTORY}/<number>")
def show_edition(number: str) -> Response:
    """Show what an edition changed of each record, and a button to bring each back."""
    return _edition_page(open_overview(), _number(number))


@blueprint.post(f"{HISTORY}/<number>")
def restore_record(number: str) -> Response:
    """Keep a change that makes one record what it was in an edition. Nothing is published by it."""
    require_role("write")
    _check_button()
    overview, record_id, edition = open_overview(), request.form.get("record", ""), _number(number)
    change = load_edition_change(overview.engine, edition, [record_id])
    found = change.following.entries.get(record_id) if change else None
    if found is None or found.revision.withdrawn or found.revision.is_reduced:
        abort(HTTPStatus.NOT_FOUND)
    try:
        return _keep(overview, _edits_of([found.record], overview))
    except _NotRestored as error:
        return _edition_page(overview, edition, problem=str(error))


@blueprint.route(f"{HISTORY}/<number>/restore", methods=["GET", "POST"])
def restore_all(number: str) -> Response:
    """Show what bringing back a whole edition would change, and keep that as changes that wait."""
    require_role("write")
    overview, edits, problem = open_overview(), {}, ""
    lang, edition = overview.lang, load_edition_at(overview.engine, _number(number))
    if edition is None:
        abort(HTTPStatus.NOT_FOUND)
    present = [each for each in edition.entries.values() if not each.revision.withdrawn]
    wanted = [each.record for each in present if not each.revision.is_reduced]
    added = _added_since(edition, overview)
    try:
        edits = _edits_of(wanted, overview)
        if request.method == "POST":
            _check_button()
            cancelled = added if request.form.get("added") == "cancel" else []
            return _keep(overview, edits | _cancelling(cancelled, edition))
    except _NotRestored as error:
        problem = str(error)
    titles = {each.id: phrases.pick(each.title, lang.code) for each in (*wanted, *added)}
    return admin_page(
        "admin_restore.html",
        HTTPStatus.CONFLICT if problem and request.method == "POST" else HTTPStatus.OK,
        overview=overview,
        path=HISTORY,
        number=edition.number,
        problem=problem,
        changed=[titles[each] for each in edits][:_MOST_NAMED],
        more=max(0, len(edits) - _MOST_NAMED),
        added=[titles[each.id] for each in added],
        reduced=len(present) - len(wanted),
    )


def _edition_page(overview: Overview, number: int, *, problem: str = "") -> Response:
    start = _number(request.args.get("start", ""))
    heads = list_editions(overview.engine, most=1, before=number + 1)
    if not heads or heads[0].number != number:
        abort(HTTPStatus.NOT_FOUND)
    shown = shown_edition(overview.engine, heads[0], overview.lang, most=_RECORDS, start=start)
    return admin_page(
        "admin_edition.html",
        HTTPStatus.CONFLICT if problem else HTTPStatus.OK,
        overview=overview,
        path=HISTORY,
        edition_shown=shown,
        problem=problem,
        start=start,
        next_start=start + _RECORDS,
        is_newest=overview.edition is not None and overview.edition.number == number,
        may_write=who().may("write"),
    )


def _edits_of(wanted: Sequence[Record], overview: Overview) -> dict[str, list[Edit]]:
    """Return the edits that make the file, with the editor's changes, say again what records said before.

    Raise _NotRestored.
    """
    state, gettext = overview.pending.state, overview.lang.gettext
    draft = state.reading.draft
    if draft is None or state.trouble:
        raise _NotRestored(gettext(_BROKEN))
    current = {each.id: each for each in draft.records}
    differing = [each for each in wanted if current.get(each.id) != each]
    if len(differing) > _MOST_RESTORED:
        raise _NotRestored(gettext(_TOO_MANY, number=_MOST_RESTORED))
    values = all_record_values(state)
    found = {
        each.id: version_edits(each, current.get(each.id), values.get(each.id, {}), draft.calendar)
        for each in differing
    }
    return {record_id: edits for record_id, edits in found.items() if edits}


def _added_since(edition: Edition, overview: Overview) -> list[Record]:
    """Return the records of the file that an edition did not have."""
    draft = overview.pending.state.reading.draft
    then = {name for name, each in edition.entries.items() if not each.revision.withdrawn}
    return [each for each in draft.records if each.id not in then] if draft else []


def _cancelling(records: Sequence[Record], edition: Edition) -> dict[str, list[Edit]]:
    """Return the edits that cancel records, of those that are ahead."""
    zone, now = edition.calendar.zone, cache().clock()
    return {each.id: edits for each in records if is_coming(each, zone, now) and (edits := cancelling_edits(each))}


def _keep(overview: Overview, edits: Mapping[str, Sequence[Edit]]) -> Response:
    """Keep edits until they are published. Raise _NotRestored if there are none, or the file would have problems."""
    if not edits:
        raise _NotRestored(overview.lang.gettext(_SAME))
    state = overview.pending.state
    try:
        data = edit_file(state.data, [each for these in edits.values() for each in these])
    except UnfitEdit as error:
        raise _NotRestored(str(error)) from None
    if errors := overview.reader.state_of(data).reading.errors:
        raise _NotRestored(str(errors[0]))
    in_file, with_changes = all_record_values(overview.state), all_record_values(state)
    kept = {
        record_id: these
        if record_id in in_file or record_id not in with_changes
        else [AppendRecord(changed_values([with_changes[record_id]], these)[0])]  # it waits itself
        for record_id, these in edits.items()
    }
    answer = keep_until_published(overview, kept)
    if answer is None:
        raise _NotRestored(overview.lang.say(overview.read_only or ""))
    return answer


def _check_button() -> None:
    try:
        pressed_button(request.form, ("restore",))
    except UnclearButton:
        abort(HTTPStatus.BAD_REQUEST)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS else 0
