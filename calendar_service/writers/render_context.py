"""How an output is shown: language, other zone, links and alarms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from calendar_service.records.leads import read_lead
from calendar_service.writers.i18n import language

if TYPE_CHECKING:
    from calendar_service.records.leads import Lead
    from calendar_service.records.record import Record
    from calendar_service.records.selection import Selection
    from calendar_service.writers.i18n import Language


@dataclass(frozen=True)
class RenderContext:
    """The presentation of an output. `zone` is the one asked for, "" to show the place's own."""

    lang: Language
    base_url: str
    default_language: str
    zone: str = ""
    alarm: Lead | None = None

    @property
    def prefix(self) -> str:
        """The language part of a page's path."""
        return "" if self.lang.code == self.default_language else f"/{self.lang.code}"

    def page_url(self, record_id: str) -> str:
        """Return the URL of a record's page in this language."""
        return f"{self.base_url}{self.prefix}/events/{record_id}"

    def other_zone(self, record: Record) -> str:
        """Return the zone to show beside the calendar's, "" if there is none."""
        return self.zone or record.zone or ""


def render_context_of(selection: Selection, base_url: str, default_language: str) -> RenderContext:
    """Return the presentation that a selection asks for."""
    return RenderContext(
        lang=language(selection.lang or default_language),
        base_url=base_url,
        default_language=default_language,
        zone=selection.zone,
        alarm=read_lead(selection.alarm) if selection.alarm else None,
    )
