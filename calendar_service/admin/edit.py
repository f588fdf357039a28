"""The pages that edit a record and that write a new one. Nothing is published by them."""

from __future__ import annotations

import hashlib
import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, cast

from flask import abort, jsonify, request

from calendar_service.admin.access import editors_blueprint, require_role
from calendar_service.admin.changes import keep_until_published, refusal_of
from calendar_service.admin.feedback import LIVE, read_times
from calendar_service.admin.layout import ADMIN, admin_page
from calendar_service.admin.merging import apply_choices, form_texts, merge, read_texts
from calendar_service.admin.overview import open_overview, taken_ids
from calendar_service.admin.presence import who_else
from calendar_service.admin.preview import make_preview, with_frames
from calendar_service.admin.record_form import RecordForm
from calendar_service.admin.sent_again import require_good_file
from calendar_service.admin.trial import record_values, try_edits
from calendar_service.parsers.editing.edits import AppendRecord, SetValue, edit_from_json
from calendar_service.parsers.editing.file_edit import record_text
from calendar_service.parsers.editing.key_order import sort_keys
from calendar_service.parsers.importing.candidates import propose_id, unused_id
from calendar_service.records.enums import DRAFT, Kind
from calendar_service.records.errors import gettext_noop
from calendar_service.web.buttons import UnclearButton, pressed_button

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask import Response

    from calendar_service.admin.merging import FormConflict
    from calendar_service.admin.overview import Overview
    from calendar_service.admin.trial import Trial
    from calendar_service.records.edition import Draft

blueprint = editors_blueprint("admin_edit")

NEW = f"{ADMIN}/new"
_MOST_CHARACTERS = 20_000
_STAND_IN = "new-record"
_CHOICE = "choose-"
_CHANGED = gettext_noop(
    "Somebody has changed this record since you loaded the page. Where you have both changed a field, choose."
)
_TAKEN = gettext_noop("Another record has or had this id. Choose another one.")
_COPIED = (  # noqa: SIM905 (a list of words)
    "title summary url place timezone join registration buyer tags languages countries organisers contact documents"
    " reminders"
).split()
_KINDS = {
    Kind.EVENT: gettext_noop("Event"),
    Kind.WEBINAR: gettext_noop("Webinar"),
    Kind.TENDER: gettext_noop("Call for tenders"),
}


@blueprint.route(f"{ADMIN}/records/<record_id>/edit", methods=["GET", "POST"])
def edit_record(record_id: str) -> Response:
    """Show the form of a record; check it, or keep what was changed until it is published."""
    overview, draft = _open()
    state = overview.pending.state
    values = record_values(state, record_id)
    if values is None:
        abort(HTTPStatus.NOT_FOUND)
    has_been_public = bool(overview.edition and record_id in overview.edition.entries)
    form = RecordForm(values, draft.calendar.languages, has_been_public=has_been_public, sent=list(request.form))
    known = hashlib.sha256((record_text(state.data, record_id) or "").encode()).hexdigest()[:32]
    given, button = _given(form), _button()
    if button == "read":
        return _feedback(overview, draft, form, given)
    conflicts: list[FormConflict] = []
    if button and request.form.get("known") != known:
        merged = merge(form, read_texts(request.form.get("before", "")), given)
        given, conflicts = merged.given, merged.conflicts
    edits = form.edits(record_id, given)
    trial = try_edits(overview.reader, state, record_id, edits, form.names)
    is_to_be_kept = button == "save" and not trial.errors and not conflicts
    if is_to_be_kept and (kept := keep_until_published(overview, {record_id: edits} if edits else {})):
        return kept
    shown = trial if button != "more" else None
    return _page(
        overview, draft, form, given, shown, record_id=record_id, known=known, conflicts=conflicts, button=button
    )


@blueprint.route(NEW, methods=["GET", "POST"])
def new_record() -> Response:
    """Show the form of a new record of a kind; check it, or keep it until it is published."""
    overview, draft = _open()
    kind = request.values.get("kind", "")
    if kind not in list(Kind):
        kinds = [(overview.lang.gettext(label), f"{NEW}?kind={each.value}") for each, label in _KINDS.items()]
        return admin_page("admin_new.html", overview=overview, path=ADMIN, kinds=kinds)
    copy_of = request.values.get("copy_of", "")
    values = {**_copied(overview, copy_of), "kind": kind}
    form = RecordForm(values, draft.calendar.languages, sent=list(request.form))
    given, button = _given(form), _button()
    if button == "read":
        return _feedback(overview, draft, form, given)
    if button == "draft":
        given, button = {**given, "status": DRAFT}, "save"
    taken = taken_ids(overview)
    record_id = request.form.get("id", "").strip()[:_MOST_CHARACTERS]
    trial = _try_new(overview, form, given, record_id or unused_id(_STAND_IN, taken))
    if not record_id and trial.record:
        record_id = propose_id(trial.record, taken)
        trial = _try_new(overview, form, given, record_id)
    if record_id in taken:
        trial.errors.setdefault("id", overview.lang.gettext(_TAKEN))
    is_to_be_kept = button == "save" and not trial.errors
    edits = {record_id: [AppendRecord(_fields(form, given, record_id))]}
    if is_to_be_kept and (kept := keep_until_published(overview, edits)):
        return kept
    shown = trial if button not in ("", "more") else None
    return _page(overview, draft, form, given, shown, record_id=record_id, kind=kind, copy_of=copy_of, button=button)


def _open() -> tuple[Overview, Draft]:
    require_role("write")
    overview = open_overview()
    require_good_file(overview)
    return overview, cast("Draft", overview.pending.state.reading.draft)


def _copied(overview: Overview, record_id: str) -> dict[str, Any]:
    """Return the values that a copy of a record begins with: no times, and nothing that is of that one alone."""
    values = record_values(overview.pending.state, record_id) if record_id else None
    found = {name: value for name, value in (values or {}).items() if name in _COPIED}
    registration = found.get("registration")
    if isinstance(registration, dict):
        found["registration"] = {name: value for name, value in registration.items() if name != "closes"}
    return {name: value for name, value in found.items() if value}


def _button() -> str:
    if request.method != "POST":
        return ""
    try:
        return pressed_button(request.form, ("check", "save", "draft", "preview", "more", "read"))
    except UnclearButton:
        abort(HTTPStatus.BAD_REQUEST)


def _given(form: RecordForm) -> dict[str, str]:
    names = frozenset(form.names)
    given = {name: text[:_MOST_CHARACTERS] for name, text in request.form.items() if name in names}
    chosen = {name.removeprefix(_CHOICE): each for name, each in request.form.items() if name.startswith(_CHOICE)}
    return apply_choices(form, given, chosen) if chosen else given


def _feedback(overview: Overview, draft: Draft, form: RecordForm, given: dict[str, str]) -> Response:
    """Return how the times of the form are read, for the script of the page."""
    times = read_times(overview, draft, form, given)
    read = {name: overview.lang.gettext("Read as: {words}", words=words) for name, words in times.read.items()}
    return jsonify(read=read, errors={name: overview.lang.say(told) for name, told in times.errors.items()})


def _fields(form: RecordForm, given: dict[str, str], record_id: str) -> dict[str, object]:
    return sort_keys({"id": record_id, **form.wanted(given)})


def _try_new(overview: Overview, form: RecordForm, given: dict[str, str], record_id: str) -> Trial:
    names = ["id", *form.names]
    edit = AppendRecord(_fields(form, given, record_id))
    return try_edits(overview.reader, overview.pending.state, record_id, [edit], names)


def _wishes(overview: Overview, record_id: str) -> dict[str, list[tuple[str, str]]]:
    """Return what editors want and the form does not have, by the name of the field: who, and the text."""
    found: dict[str, list[tuple[str, str]]] = {}
    pending = overview.pending
    left_out = [each for each in overview.tried if each.id in pending.conflicts or each.id in pending.left_out]
    for change in (*overview.others, *left_out):
        for each in change.edits if change.record_id == record_id else ():
            edit = edit_from_json(each["edit"])
            if isinstance(edit, SetValue):
                path = ".".join(map(str, edit.path))
                texts = edit.value if isinstance(edit.value, dict) else {"": edit.value}
                for key, text in texts.items():
                    if isinstance(text, str):
                        found.setdefault(f"{path}.{key}" if key else path, []).append((change.editor, text))
    return found


def _page(  # noqa: PLR0913 (what the page shows)
    overview: Overview,
    draft: Draft,
    form: RecordForm,
    given: dict[str, str],
    trial: Trial | None,
    *,
    record_id: str,
    known: str = "",
    kind: str = "",
    conflicts: Sequence[FormConflict] = (),
    copy_of: str = "",
    button: str = "",
) -> Response:
    lang = overview.lang
    errors = trial.errors if trial else {}
    is_refused = button == "save" and not errors and not conflicts
    status = HTTPStatus.UNPROCESSABLE_ENTITY if errors and request.method == "POST" else HTTPStatus.OK
    following = trial.draft if trial and not errors and button == "preview" else None
    preview = make_preview(overview.edition, following, record_id, lang.code) if following else None
    read = read_times(overview, draft, form, given).read
    response = admin_page(
        "admin_edit.html",
        HTTPStatus.CONFLICT if is_refused else status,
        overview=overview,
        path=ADMIN,
        heading=lang.gettext(_KINDS[Kind(form.values["kind"])]),
        form=form,
        fields=[(each, given.get(each.name, each.text)) for each in form.fields],
        errors={name: lang.say(told) for name, told in errors.items()},
        notes=trial.notes if trial else {},
        read=read,
        live=LIVE,
        given=given,
        conflicts=conflicts,
        before=json.dumps(form_texts(form), ensure_ascii=False),
        wishes=_wishes(overview, record_id),
        script="admin-edit.js",
        record_id=record_id,
        known=known,
        kind=kind,
        told=lang.gettext(_CHANGED) if conflicts else "",
        copy_of=copy_of,
        several=len(form.languages) > 1,
        others=[] if kind else who_else(overview, record_id),
        preview=preview,
        button=button,
        refusal=refusal_of(overview) if is_refused else "",
    )
    return with_frames(response) if preview else response
