"""The edition that a command works on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from calendar_service.store.editions import load_edition

if TYPE_CHECKING:
    from calendar_service.records.edition import Edition
    from calendar_service.store.engine import Database


def published_edition(engine: Database) -> Edition:
    """Return the current edition. Raise ClickException if nothing is published."""
    edition = load_edition(engine)
    if edition is None:
        raise click.ClickException("Nothing is published yet. Publish the file first: calendar-service publish")
    return edition
