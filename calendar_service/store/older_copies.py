"""Old data never overwrites new data: files that are a copy of an older edition, as it was or edited."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update

from calendar_service.records.digest import digest_edition, digest_json
from calendar_service.records.edited_copies import find_edited_copy
from calendar_service.records.errors import Sentence
from calendar_service.records.times import write_minute
from calendar_service.store.revisions import load_histories
from calendar_service.store.tables import editions, revisions

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from calendar_service.records.edited_copies import EditedCopy, PutBack
    from calendar_service.records.edition import Comparison, Edition

_MOST_NAMES = 10


def look_for_older_copy(
    connection: Connection, last: Edition, comparison: Comparison, digest: str, now: datetime
) -> tuple[list[str], list[str]]:
    """Return why to ask a person whether a file is an older copy, and what to note where nobody need be asked.

    `comparison` is that of the file with the last edition, `digest` that of its records.
    """
    if digest == digest_of_edition(connection, last):
        return [], []
    if doubt := _doubt_of_copy(connection, last, digest):
        return [doubt], []
    copy = find_edited_copy(last, comparison.revisions, partial(load_histories, connection), now)
    if copy is None:
        return [], []
    older = _named(copy.edition, _published_at(connection, copy.edition))
    return ([_doubt_of_edited_copy(copy, older, last)], []) if copy.is_doubtful else ([], _notes(copy, older))


def fill_in_digests(connection: Connection) -> None:
    """Compute the digests of editions that a process of an older release has added without one."""
    missing = connection.scalars(select(editions.c.number).where(editions.c.digest.is_(None)).order_by("number")).all()
    if not missing:
        return
    columns = revisions.c.record_id, revisions.c.edition, revisions.c.withdrawn, revisions.c.record
    before = revisions.c.edition <= missing[-1]
    rows = connection.execute(select(*columns).where(before).order_by(revisions.c.edition, revisions.c.number)).all()
    present: dict[str, Any] = {}
    place = 0
    for number in missing:
        while place < len(rows) and rows[place].edition <= number:
            row = rows[place]
            present.pop(row.record_id, None)
            if not row.withdrawn:
                present[row.record_id] = row.record
            place += 1
        digest = digest_json(present[name] for name in sorted(present))
        connection.execute(update(editions).where(editions.c.number == number).values(digest=digest))


def _doubt_of_copy(connection: Connection, last: Edition, digest: str) -> str:
    """Doubt records, by their digest, that are those of an edition before the last."""
    same = select(editions.c.number, editions.c.published_at).where(editions.c.digest == digest)
    older = connection.execute(same.order_by(editions.c.number.desc()).limit(1)).one_or_none()
    if older is None:
        return ""
    before, present = _named(older.number, older.published_at), _named(last.number, last.published_at)
    return Sentence(
        "its records are those of {before}, but {present} is the present one: this is an older copy of the file, "
        "unless somebody has undone what came after it",
        before=before,
        present=present,
    )


def _doubt_of_edited_copy(copy: EditedCopy, older: str, last: Edition) -> str:
    names = ", ".join(_described(each) for each in copy.put_back[:_MOST_NAMES])
    more = len(copy.put_back) - _MOST_NAMES
    return Sentence(
        "it looks like an edited copy of {older}: of what changed since, it keeps {kept} and puts back {back}: {names}"
        ". The present one is {present}. Make the edit in the present file, or confirm this one if all of it is meant",
        older=older,
        kept=_records(copy.kept) if copy.kept else Sentence("nothing"),
        back=_records(len(copy.put_back)),
        names=Sentence("{names} and {number} more", names=names, number=more) if more > 0 else names,
        present=_named(last.number, last.published_at),
    )


def _records(number: int) -> str:
    return Sentence("1 record") if number == 1 else Sentence("{number} records", number=f"{number:,}")


def _notes(copy: EditedCopy, older: str) -> list[str]:
    return [f"{each.record_id} has again what it had in {older}: {', '.join(each.parts)}" for each in copy.put_back]


def _described(put_back: PutBack) -> str:
    return f"{put_back.record_id} ({', '.join(put_back.parts)})"


def digest_of_edition(connection: Connection, edition: Edition) -> str:
    """Return the digest of an edition's records, as it is kept or, in a database of before, as it is now."""
    kept: str | None = connection.scalar(select(editions.c.digest).where(editions.c.number == edition.number))
    return kept or digest_edition(edition)


def _published_at(connection: Connection, number: int) -> datetime:
    found: datetime = connection.execute(
        select(editions.c.published_at).where(editions.c.number == number)
    ).scalar_one()
    return found


def _named(number: int, published_at: datetime) -> str:
    return Sentence("edition {number} (published {instant})", number=number, instant=write_minute(published_at))
