"""The starter file that `calendar-service init` writes."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING

from calendar_service.records.errors import CalendarError
from calendar_service.records.schema import json_schema

if TYPE_CHECKING:
    from datetime import date

SCHEMA_NAME = "events.schema.json"
_TEMPLATE = Path(__file__).parent / "starter.yaml"


class WouldOverwrite(CalendarError):
    """A file of that name exists, and people may have written it."""


def write_starter(file: Path, today: date) -> list[Path]:
    """Write the starter file with dates after `today`, and the schema beside it.

    Return the files written. Raise WouldOverwrite.
    """
    text = Template(_TEMPLATE.read_text(encoding="utf-8")).substitute(
        webinar=_words(today + timedelta(days=30)),
        conference=_words(today + timedelta(days=90)),
        conference_end=_words(today + timedelta(days=91)),
        questions=_words(today + timedelta(days=20)),
        closes=_words(today + timedelta(days=45)),
        world_day=f"20 June {today.year + 1}",
    )
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        with file.open("x", encoding="utf-8") as opened:
            opened.write(text)
    except FileExistsError:
        raise WouldOverwrite(f"{file} is there already.", remedy="Name another file.") from None
    schema = file.parent / SCHEMA_NAME
    schema.write_text(json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return [file, schema]


def _words(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
