"""The command `add`, and how commands append records to a calendar file: shown, asked for, and written at once."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from calendar_service.clock import clock
from calendar_service.file_watch import read_when_whole
from calendar_service.parsers.editing.edits import AppendRecord, UnfitEdit, parse_path, put_value
from calendar_service.parsers.editing.key_order import sort_keys
from calendar_service.parsers.editing.render import FileStyle, write_item
from calendar_service.parsers.importing.candidates import propose_id, unused_id
from calendar_service.records.enums import Kind
from calendar_service.records.errors import counted
from calendar_service.settings import read_file_setting
from calendar_service.store.file_saving import apply_edits, check_bytes
from calendar_service.store.whole_file import replace_whole
from calendar_service.writers.i18n import language
from calendar_service.writers.read_back import read_back_lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from calendar_service.records.edition import Draft
    from calendar_service.records.record import Calendar, Record

_STAND_IN = "new-record"
_NO_TERMINAL = "There is no terminal to ask at. Write --yes to append without a question."


def can_ask() -> bool:
    """Return True if a person can answer questions."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def append_records(file: Path, known: bytes, found: Sequence[dict[str, Any]], *, agreed: bool) -> int:
    """Append those records that a person agrees to; `agreed` is to all. Return how many were left out.

    `known` are the bytes of the file as it was read. Raise CalendarError or OSError; then nothing is appended.
    """
    if not (agreed or can_ask()):
        raise click.UsageError(_NO_TERMINAL)
    _, draft = apply_edits(file, known, [AppendRecord(each) for each in found], clock())
    read = {record.id: record for record in draft.every_record}
    chosen = [each for each in found if _is_wanted(each, read[each["id"]], draft.calendar, agreed=agreed)]
    if chosen:
        new, _ = apply_edits(file, known, [AppendRecord(each) for each in chosen], clock())
        replace_whole(file, new, known)
    click.echo(f"{file}: {len(chosen)} of {counted(len(found), 'record')} appended.", err=True)
    return len(found) - len(chosen)


def _is_wanted(fields: dict[str, Any], record: Record, calendar: Calendar, *, agreed: bool) -> bool:
    lines = read_back_lines(record, calendar, language("en"))
    click.echo("\n".join(["", *write_item(fields, FileStyle(), 0, whole=True)]), err=True)
    click.echo("".join(f"Read as: {line}\n" for line in lines), nl=False, err=True)
    return agreed or click.confirm("Append it?", err=True)


# --- add -------------------------------------------------------------------------------------------------------------


def _read_setting(_context: click.Context, _parameter: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    pairs = [value.partition("=") for value in values]
    if any(not sign or not name or not text for name, sign, text in pairs):
        raise click.BadParameter("Write it as in title.fr='Journée mondiale'.")
    return {name: text for name, _, text in pairs}


@click.command(name="add")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--kind", type=click.Choice([kind.value for kind in Kind]), help="What it is.")
@click.option("--title", help="The title, in the calendar's first language.")
@click.option("--when", help="Day and time of an event or webinar, as the announcement words them.")
@click.option("--closes", help="The deadline of a tender, as the announcement words it.")
@click.option("--place", help="Where it is, or online.")
@click.option("--url", help="The page that tells more.")
@click.option("--id", "name", help="Its id, which never changes. Without it, one is made from the title.")
@click.option(
    "--set",
    "others",
    multiple=True,
    callback=_read_setting,
    metavar="KEY=TEXT",
    help="Another key, such as place.city.",
)
@click.option("--yes", "agreed", is_flag=True, help="Append it without asking.")
def add_record(file: Path | None, agreed: bool, name: str | None, others: dict[str, str], **given: str | None) -> None:
    """Append a record to FILE. At a terminal, what is not given is asked for, and shown as it is read."""
    path = file or read_file_setting(os.environ)
    if not (agreed or can_ask()):
        raise click.UsageError(_NO_TERMINAL)
    known = read_when_whole(path)
    draft = check_bytes(path, known, clock())
    form = _Form(path, known, draft)
    fields = {key: text for key, text in given.items() if text}
    if not agreed:
        fields = form.ask(fields)
    if "kind" not in fields or "title" not in fields:
        raise click.UsageError("Write --kind and --title.")
    for key, text in others.items():
        form.put(fields, key, text)
    fields = form.with_id(fields, name, ask=not agreed)
    sys.exit(1 if append_records(path, known, [sort_keys(fields)], agreed=agreed) else 0)


class _Form:
    """Asks for the fields of a record; what the file's parser refuses is asked for again."""

    def __init__(self, path: Path, known: bytes, draft: Draft) -> None:
        self.path, self.known, self.draft = path, known, draft

    def ask(self, given: dict[str, Any]) -> dict[str, Any]:
        fields = dict(given)
        if "kind" not in fields:
            fields["kind"] = click.prompt("Kind", type=click.Choice([kind.value for kind in Kind]), err=True)
        self._ask_title(fields)
        time = "closes" if fields["kind"] == Kind.TENDER else "when"
        for key, label in ((time, time.capitalize()), ("place", "Place, or online"), ("url", "Page")):
            if key not in fields:
                words = self._prompt(fields, key, label, required=key == time)
                fields.update({key: words} if words else {})
        return fields

    def _ask_title(self, fields: dict[str, Any]) -> None:
        first, *others = self.draft.calendar.languages
        if "title" not in fields:
            fields["title"] = click.prompt(f"Title ({first})", err=True)
        found = {code: click.prompt(f"Title ({code})", default="", show_default=False, err=True) for code in others}
        if any(found.values()):
            fields["title"] = {first: fields["title"], **{code: text for code, text in found.items() if text}}

    def _prompt(self, fields: dict[str, Any], key: str, label: str, *, required: bool) -> str:
        def read(words: str) -> str:
            if words:
                self._check({**fields, key: words}, key)
            return words

        default = None if required else ""
        answer: str = click.prompt(label, default=default, show_default=False, value_proc=read, err=True)
        return answer

    def _check(self, fields: dict[str, Any], key: str) -> None:
        """Raise UsageError, so that it is asked for again, if the parser has a problem with a key."""
        try:
            self._record(fields)
        except UnfitEdit as error:
            problems = [line.partition(f".{key}")[2] for line in error.message.split("\n") if f"].{key}" in line]
            if problems:
                raise click.UsageError(problems[0].partition(": ")[2]) from None

    def _record(self, fields: dict[str, Any]) -> Record:
        named = {"id": unused_id(_STAND_IN, {record.id for record in self.draft.every_record}), **fields}
        return apply_edits(self.path, self.known, [AppendRecord(named)], clock())[1].records[-1]

    def put(self, fields: dict[str, Any], key: str, text: str) -> None:
        """Set another key; a text that gets a second language is in the calendar's first until then."""
        path = parse_path(key)
        if len(path) > 1 and isinstance(fields.get(str(path[0])), str) and path[1] in self.draft.calendar.languages:
            fields[str(path[0])] = {self.draft.calendar.default_language: fields[str(path[0])]}
        try:
            put_value(fields, path, text)
        except (TypeError, IndexError, KeyError):
            raise click.UsageError(f"There is no place for {key!r}.") from None

    def with_id(self, fields: dict[str, Any], name: str | None, *, ask: bool) -> dict[str, Any]:
        """Return the fields with an id: the given one, or one made of title and year."""
        proposed = propose_id(self._record(fields), {each.id for each in self.draft.every_record})
        if not name:
            name = click.prompt("Id, which never changes", default=proposed, err=True) if ask else proposed
        return {"id": name, **fields}
