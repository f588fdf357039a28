"""The zone of a whole line of date words: what its labels, places and offsets say together."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NoReturn

from calendar_service.records.vocabulary import CENTRAL_EUROPE
from calendar_service.records.zones import is_iana, tzinfo_of, zone_of_label

if TYPE_CHECKING:
    from calendar_service.records.cursor import Zone
    from calendar_service.records.grammar import Line


def zone_of_line(line: Line, *, two_moments: bool) -> tuple[Zone | None, str | None]:
    """Give the one zone of the line, and the offset of its end where that is another than at its beginning."""
    for zone in line.zones:
        if zone.offset and not _changes(zone) and _fixed(zone.name) != _fixed(zone.offset):
            line.refuse(zone.words, f"{zone.words} is not {zone.offset}.", "Name one zone.")
    head = [zone for zone in line.zones if zone.clocks < 2 or not two_moments]  # noqa: PLR2004 (the end's clock)
    tail = [zone for zone in line.zones if zone.clocks > 1 and two_moments]
    if not line.zones:
        return None, None
    if head and tail and not any(map(_changes, line.zones)):  # "EST (UTC-5) to EDT (UTC-4)"
        begins, ends = _agreed(line, head), _agreed(line, tail)
        return begins, None if begins.name == ends.name else ends.name
    begins_at, ends_at = _offset(line, head or tail), _offset(line, tail)
    zone = replace(_agreed(line, line.zones), offset=begins_at)
    return zone, None if ends_at == begins_at else ends_at


def _agreed(line: Line, zones: list[Zone]) -> Zone:
    """Give the zone that all mean: a place says more than the "CET" that it keeps."""
    names = {zone.name for zone in zones}
    places = names - {CENTRAL_EUROPE}
    place = places.pop() if len(places) == 1 else None
    if len(names) == 1 or (place and is_iana(place) and zone_of_label(place) == place):
        return next(zone for zone in zones if zone.name == (place or CENTRAL_EUROPE))
    return _refuse(line, zones, "the zones do not agree.")


def _offset(line: Line, zones: list[Zone]) -> str | None:
    """Give the offset that stands behind the zones of one moment."""
    offsets = {zone.offset for zone in zones if zone.offset}
    return _refuse(line, zones, "the offsets do not agree.") if len(offsets) > 1 else next(iter(offsets), None)


def _refuse(line: Line, zones: list[Zone], reason: str) -> NoReturn:
    words = ", ".join(f"{zone.words} ({zone.offset})" if zone.offset else zone.words for zone in zones)
    line.refuse(words, reason, "Name one zone.")


def _changes(zone: Zone) -> bool:
    """Tell whether the clocks of the zone go forward and back."""
    return zone.name == CENTRAL_EUROPE or is_iana(zone.name)


def _fixed(name: str) -> object:
    return tzinfo_of(name).utcoffset(None)
