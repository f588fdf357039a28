"""How the times of a form are read while it is filled in, whatever is wrong with its other fields."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from calendar_service.admin.trial import try_edits
from calendar_service.parsers.editing.edits import AppendRecord
from calendar_service.parsers.editing.key_order import sort_keys
from calendar_service.parsers.importing.candidates import unused_id
from calendar_service.records.times import civil_from_instant
from calendar_service.writers import phrases
from calendar_service.writers.read_back import read_back

if TYPE_CHECKING:
    from collections.abc import Mapping

    from calendar_service.admin.overview import Overview
    from calendar_service.admin.record_form import RecordForm
    from calendar_service.admin.trial import Trial
    from calendar_service.records.edition import Draft

LIVE = [
    *("when", "starts", "ends", "closes", "questions_by", "opens", "award_expected"),
    *("registration.closes", "repeats", "publish_at", "timezone"),
]
"""The fields whose reading is told while they are filled in."""
_KEYS = frozenset({each.partition(".")[0] for each in LIVE} | {"kind", "place", "fold", "except"})
_PATHS = {"registration_closes": "registration.closes"}
_STAND_IN = "new-record"


@dataclass(frozen=True)
class TimesRead:
    """The times of a form in words, and what is wrong with them, by the name of the field."""

    read: dict[str, str]
    errors: dict[str, str]


def read_times(overview: Overview, draft: Draft, form: RecordForm, given: Mapping[str, str]) -> TimesRead:
    """Return how the times of a form are read, by a record that has nothing else."""
    wanted = {name: value for name, value in form.wanted(given).items() if name in _KEYS}
    record_id = unused_id(_STAND_IN, {each.id for each in draft.every_record})
    trial = first = _try(overview, record_id, wanted)
    while trial.record is None:  # the others can be read without what is wrong
        wrong = {name.partition(".")[0] for name in trial.errors}
        if not wrong & wanted.keys():
            break
        wanted = {name: value for name, value in wanted.items() if name not in wrong}
        trial = _try(overview, record_id, wanted)
    read = read_back(trial.record, draft.calendar, overview.lang) if trial.record else {}
    if trial.publish_at:
        zone = draft.calendar.zone
        read["publish_at"] = phrases.when_words(civil_from_instant(trial.publish_at, zone), zone, overview.lang)
    return TimesRead(
        {_PATHS.get(name, name): words for name, words in read.items()},
        {name: told for name, told in first.errors.items() if name in LIVE and given.get(name, "").strip()},
    )


def _try(overview: Overview, record_id: str, fields: dict[str, Any]) -> Trial:
    edit = AppendRecord(sort_keys({**fields, "id": record_id, "title": "-"}))
    return try_edits(overview.reader, overview.pending.state, record_id, [edit], LIVE)
