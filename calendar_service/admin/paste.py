"""Pasting announcements: text or a file is imported, shown as cards, and what is accepted waits as new records."""

from __future__ import annotations

import json
import re
from copy import deepcopy
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import abort, request

from calendar_service.admin.access import editors_blueprint, require_role
from calendar_service.admin.changes import keep_until_published, refusal_of
from calendar_service.admin.layout import ADMIN, admin_page
from calendar_service.admin.overview import open_overview, taken_ids
from calendar_service.admin.record_form import field_label
from calendar_service.admin.sent_again import require_good_file
from calendar_service.admin.trial import record_values
from calendar_service.parsers.editing.edits import AppendRecord, UnfitEdit, check_value, parse_path, value_at
from calendar_service.parsers.editing.key_order import sort_keys
from calendar_service.parsers.importing.candidates import Candidate, Imported, UnfitSource, tidy_block, unused_id
from calendar_service.parsers.importing.formats import read_source
from calendar_service.parsers.importing.to_yaml import print_records
from calendar_service.records.enums import DRAFT
from calendar_service.records.texts import output_languages
from calendar_service.records.uids import entry_names
from calendar_service.web.buttons import UnclearButton, pressed_button
from calendar_service.web.context import cache
from calendar_service.writers.i18n import language

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from flask import Response

    from calendar_service.admin.overview import Overview
    from calendar_service.records.record import Record
    from calendar_service.writers.i18n import Language

blueprint = editors_blueprint("admin_paste")

PASTE = f"{ADMIN}/paste"
_MOST_BYTES = 5 * 1024 * 1024
_MOST_CARDS = 200
_LONG = 70
_RECORD = "record-"
_NUMBER = re.compile("[0-9]{1,4}")
_FIXED = (("id",), ("kind",))


@dataclass(frozen=True)
class CardField:
    """A text of a record that can be corrected: its path in the file, the words for it, and its value."""

    path: str
    label: str
    value: str
    is_long: bool


@dataclass(frozen=True)
class Card:
    """One thing that was read: its texts, what else it has, and what a person should know or decide.

    `others` are labels and values as JSON, `plain` is the record as JSON. `is_accepted` if it is ticked.
    `same` are the ids of records whose title is the same or a part of it.
    """

    number: int
    line: int
    fields: list[CardField]
    others: list[tuple[str, str]]
    remarks: list[str]
    doubts: list[str]
    same: list[str]
    plain: str
    is_accepted: bool

    @property
    def title(self) -> str:
        """The title in the first language that it is in, or the line that it was read from."""
        return next((each.value for each in self.fields if each.path.startswith("title")), f"{self.line}")


@blueprint.get(PASTE)
def show_form() -> Response:
    """Show the field to paste into."""
    return _form(open_overview())


@blueprint.post(PASTE)
def read_or_accept() -> Response:
    """Read what was pasted and show it as cards, or keep the cards that were accepted."""
    require_role("write")
    overview = open_overview()
    try:
        action = pressed_button(request.form, ("read", "accept", "draft"))
    except UnclearButton:
        abort(HTTPStatus.BAD_REQUEST)
    return _read(overview) if action == "read" else _accept(overview, as_drafts=action == "draft")


def _form(overview: Overview, *, error: str = "", text: str = "") -> Response:
    return admin_page(
        "admin_paste.html",
        HTTPStatus.BAD_REQUEST if error else HTTPStatus.OK,
        overview=overview,
        path=PASTE,
        error=error,
        text=text,
        languages=[(code, language(code).own_name()) for code in output_languages()],
    )


def _read(overview: Overview) -> Response:
    text, file = request.form.get("text", ""), request.files.get("file")
    data, name = text.encode(), file.filename if file else ""
    if file and name:
        with file.stream:
            data = file.stream.read(_MOST_BYTES + 1)
    gettext = overview.lang.gettext
    if not data.strip():
        return _form(overview, error=gettext("Paste a text, or choose a file."))
    if len(data) > _MOST_BYTES:
        return _form(overview, error=gettext("This is more than 5 MB. Paste less at a time."), text=text[:1000])
    try:
        imported = read_source(data, name or "", None, request.form.get("language") or None)
    except UnfitSource as error:
        return _form(overview, error=str(error), text=text)
    cards, left_out = _cards(imported, overview)
    return _show_cards(overview, cards, left_out)


def _show_cards(
    overview: Overview,
    cards: Sequence[Card],
    left_out: Sequence[tuple[int, str]] = (),
    *,
    is_wrong: bool = False,
    refusal: str = "",
) -> Response:
    status = HTTPStatus.UNPROCESSABLE_ENTITY if is_wrong else HTTPStatus.OK
    return admin_page(
        "admin_cards.html",
        HTTPStatus.CONFLICT if refusal else status,
        overview=overview,
        path=PASTE,
        cards=cards[:_MOST_CARDS],
        more=max(0, len(cards) - _MOST_CARDS),
        left_out=left_out,
        is_wrong=is_wrong,
        is_again=is_wrong or bool(refusal),
        refusal=refusal,
    )


def _every_record(overview: Overview) -> tuple[Record, ...]:
    draft = overview.pending.state.reading.draft
    return tuple(draft.every_record) if draft else ()


def _cards(imported: Imported, overview: Overview) -> tuple[list[Card], list[tuple[int, str]]]:
    """Return the cards of what was read, and every line that was left out with its number."""
    draft, records = overview.pending.state.reading.draft, _every_record(overview)
    taken = frozenset(name for record in records for name in entry_names(record))
    # It gives ids, and finds what `check` would refuse.
    print_records(imported, draft.calendar if draft else None, taken, cache().clock())
    titles = [(record.id, each.casefold()) for record in records for each in record.title.values()]
    cards = [_card(number, each, titles, overview.lang) for number, each in enumerate(imported.candidates)]
    left_out = [(each.line, each.text) for each in imported.items if not isinstance(each, Candidate)]
    return cards, left_out


def _card(number: int, candidate: Candidate, titles: list[tuple[str, str]], lang: Language) -> Card:
    leaves = list(_leaves(candidate.fields))
    texts = [
        CardField(path, field_label(path, lang), value, len(value) > _LONG)
        for path, value in leaves
        if isinstance(value, str)
    ]
    doubts = [*candidate.problems, *candidate.questions]
    own = {each.value.casefold() for each in texts if each.path.partition(".")[0] == "title"}
    same = sorted({record for record, title in titles if any(title in each or each in title for each in own)})
    return Card(
        number=number,
        line=candidate.line,
        fields=texts,
        others=[
            (field_label(path, lang), json.dumps(value, ensure_ascii=False))
            for path, value in leaves
            if not isinstance(value, str)
        ],
        remarks=candidate.remarks,
        doubts=doubts,
        same=same,
        plain=json.dumps(candidate.fields, ensure_ascii=False),
        is_accepted=not doubts and not same,
    )


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the texts and lists of a record with their paths."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(inner, f"{path}.{key}" if path else key)
    else:
        yield path, value


def _accept(overview: Overview, *, as_drafts: bool) -> Response:
    """Keep the cards that were accepted, or none of them and show all again with what is wrong."""
    require_good_file(overview)
    accepted = request.form.getlist("accept")[:_MOST_CARDS]
    given = {number: _without_empty(_corrected(number)) for number in accepted}
    wrong = _wrong(given, overview)
    if wrong:
        return _again(overview, accepted, wrong)
    edits = {}
    taken = {*taken_ids(overview), *(name for each in _every_record(overview) for name in entry_names(each))}
    for fields in given.values():
        if as_drafts:
            fields["status"] = DRAFT
        if _is_known(fields, overview):  # the same form was sent twice
            continue
        fields["id"] = unused_id(fields["id"], taken)
        taken.add(fields["id"])
        edits[fields["id"]] = [AppendRecord(sort_keys(fields))]
    return keep_until_published(overview, edits) or _again(overview, accepted, {}, refusal=refusal_of(overview))


def _wrong(given: Mapping[str, dict[str, Any]], overview: Overview) -> dict[str, list[str]]:
    """Return what `check` would refuse of cards, by their number."""
    candidates = {number: Candidate(_line(number), deepcopy(fields)) for number, fields in given.items()}
    draft = overview.pending.state.reading.draft
    print_records(Imported([*candidates.values()]), draft.calendar if draft else None, now=cache().clock())
    return {number: each.problems for number, each in candidates.items() if each.problems}


def _again(
    overview: Overview, accepted: Collection[str], wrong: Mapping[str, list[str]], *, refusal: str = ""
) -> Response:
    """Show the cards as the editor has sent them, with what is wrong."""
    numbers = [name.removeprefix(_RECORD) for name in request.form if name.startswith(_RECORD)]
    cards = []
    for number in [each for each in numbers if _NUMBER.fullmatch(each)][:_MOST_CARDS]:
        remarks = request.form.getlist(f"remark-{number}")
        candidate = Candidate(_line(number), _corrected(number), remarks, wrong.get(number, []))
        cards.append(replace(_card(int(number), candidate, [], overview.lang), is_accepted=number in accepted))
    return _show_cards(overview, cards, is_wrong=bool(wrong), refusal=refusal)


def _line(number: str) -> int:
    return request.form.get(f"line-{number}", 1, type=int)


def _is_known(fields: Mapping[str, Any], overview: Overview) -> bool:
    """Return True if this very record waits already, or is in the file."""
    edits = [each["edit"] for change in overview.mine if change.record_id == fields["id"] for each in change.edits]
    return {"append": fields} in edits or record_values(overview.state, fields["id"]) == fields


def _corrected(number: str) -> dict[str, Any]:
    """Return the record of a card with the texts as the editor has corrected them."""
    try:
        fields = json.loads(request.form.get(f"{_RECORD}{number}", ""))
    except (ValueError, RecursionError):
        abort(HTTPStatus.BAD_REQUEST)
    if not isinstance(fields, dict) or not isinstance(fields.get("id"), str) or not 0 < len(fields["id"]) <= 64:
        abort(HTTPStatus.BAD_REQUEST)
    prefix = f"text-{number}-"
    for name, value in request.form.items():
        path = parse_path(name.removeprefix(prefix)) if name.startswith(prefix) else ()
        parent = value_at(fields, path[:-1]) if path else None
        if isinstance(parent, dict) and path[-1] in parent and path not in _FIXED:
            parent[path[-1]] = tidy_block(value)
    try:
        check_value(fields)
    except UnfitEdit:
        abort(HTTPStatus.BAD_REQUEST)
    return fields


def _without_empty(fields: dict[str, Any]) -> dict[str, Any]:
    """Return a record without the texts that the editor has emptied."""
    found = {key: _without_empty(value) if isinstance(value, dict) else value for key, value in fields.items()}
    return {key: value for key, value in found.items() if value not in ({}, "")}
