"""Resolve the zones of a phrase into one, when its day is known."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, NoReturn

from calendar_service.datephrases.zone_labels import has_own_clocks, offsets_of
from calendar_service.datephrases.zone_names import CENTRAL_EUROPE
from calendar_service.records.errors import Sentence
from calendar_service.records.zones import is_iana, offset_name, tzinfo_of, zone_of_label

if TYPE_CHECKING:
    from datetime import date, time, timedelta

    from calendar_service.datephrases.syntax import PhraseParts, Zone

_EXAMPLES: Final = {
    "America/New_York": "EST EDT ET HNE HAE",
    "America/Chicago": "CST CDT CT HNC HAC",
    "America/Denver": "MST MDT MT",
    "America/Los_Angeles": "PST PDT PT",
    "America/Halifax": "AST ADT",
    "Europe/London": "BST",
    "Europe/Dublin, Asia/Kolkata or Asia/Jerusalem": "IST",
    "Europe/Lisbon": "WET WEST",
    "Europe/Athens": "EET EEST",
    "Australia/Sydney": "AEST AEDT AET",
    "Pacific/Auckland": "NZST NZDT",
}
_EXAMPLE_OF: Final = {label.lower(): zone for zone, labels in _EXAMPLES.items() for label in labels.split()}


_SEVERAL_MEANINGS: Final = {
    "hec": Sentence("Write heure de Paris (l'Europe centrale) or heure de Chicago (l'heure d'été du Centre)."),
    "hee": Sentence("Write heure d'Athènes (l'Europe de l'Est) or heure de New York (l'heure d'été de l'Est)."),
    "ht": Sentence("Write the city, as in heure de Paris."),
}
"""French abbreviations that CLDR knows from Canada, and what to write instead; in Europe they mean something else."""


def settle_labels(
    parts: PhraseParts, zones: list[Zone], record_zone: str | None, day: date, clock: time | None
) -> list[Zone]:
    """Return the zones, with what their labels mean at that time. Raise DatePhraseError.

    A label is the clock of a place in the same phrase, or of the record's zone, if that uses it then.
    """
    places = [zone.name for zone in zones if zone.name not in ("", CENTRAL_EUROPE) and is_iana(zone.name)]
    own = [*places, *([record_zone] if record_zone else [])]
    return [_settled(parts, zone, own, day, clock) if zone.label else zone for zone in zones]


def _settled(parts: PhraseParts, zone: Zone, own: list[str], day: date, clock: time | None) -> Zone:
    offsets = offsets_of(zone.label, day, clock)
    for name in own:
        if (offset := offsets.get(name)) is not None:
            return replace(zone, name=name, offset=zone.offset or (offset_name(offset) if clock else None))
    used = set(offsets.values())
    if zone.label == "et":  # nobody else writes it so
        return replace(zone, name="America/New_York")
    if zone.label in _SEVERAL_MEANINGS:
        raise parts.error(zone.words, _not_one(zone), _SEVERAL_MEANINGS[zone.label])
    only = next(iter(used)) if len(used) == 1 and not has_own_clocks(zone.label) else None
    if only is None:
        raise parts.error(zone.words, _not_one(zone), _remedy(zone, offsets))
    name = offset_name(only)
    return replace(zone, name=name, offset=zone.offset or name)


def _not_one(zone: Zone) -> str:
    return Sentence("{words} does not name one time zone.", words=repr(zone.words))


def _remedy(zone: Zone, offsets: dict[str, timedelta | None]) -> str:
    example = _EXAMPLE_OF.get(zone.label) or next(iter(sorted(offsets)), "Europe/Paris")
    return Sentence(
        "{words} has more than one meaning or season: write an IANA name, here {example}.",
        words=zone.words,
        example=example,
    )


def one_zone(parts: PhraseParts, zones: list[Zone], *, has_two_moments: bool) -> tuple[Zone | None, str | None]:
    """Return the zone of the phrase, and the offset of its end if that differs from the beginning."""
    for zone in zones:
        if zone.offset and not _has_seasons(zone) and _utc_offset(zone.name) != _utc_offset(zone.offset):
            reason = Sentence("{words} is not {offset}.", words=zone.words, offset=zone.offset)
            raise parts.error(zone.words, reason, Sentence("Name one zone."))
    if not zones:
        return None, None
    zones = _with_offset_beside(zones)
    tail = [zone for zone in zones if has_two_moments and zone.clocks == 2]
    head = [zone for zone in zones if zone not in tail]
    if head and tail and not any(map(_has_seasons, zones)):  # "EST (UTC-5) to EDT (UTC-4)"
        begins, ends = _common_zone(parts, head), _common_zone(parts, tail)
        return begins, None if begins.name == ends.name else ends.name
    begins_at, ends_at = _common_offset(parts, head or tail), _common_offset(parts, tail)
    zone = replace(_common_zone(parts, zones), offset=begins_at)
    return zone, None if ends_at == begins_at else ends_at


def _with_offset_beside(zones: list[Zone]) -> list[Zone]:
    """Return "heure de Dakar, GMT" as one zone with an offset, which is compared when the day is known."""
    is_pair = len(zones) == 2 and zones[0].clocks == zones[1].clocks
    if not is_pair or any(zone.offset or zone.name == CENTRAL_EUROPE for zone in zones):
        return zones
    places = [zone for zone in zones if is_iana(zone.name)]
    offsets = [zone.name for zone in zones if not is_iana(zone.name)]
    return [replace(places[0], offset=offsets[0])] if places and offsets else zones


def _common_zone(parts: PhraseParts, zones: list[Zone]) -> Zone:
    """Return the zone that all names mean; a place is more specific than the "CET" that it keeps."""
    names = {zone.name for zone in zones}
    places = names - {CENTRAL_EUROPE}
    place = places.pop() if len(places) == 1 else None
    if len(names) == 1 or (place and is_iana(place) and zone_of_label(place) == place):
        return next(zone for zone in zones if zone.name == (place or CENTRAL_EUROPE))
    return _disagree(parts, zones, Sentence("the zones do not agree."))


def _common_offset(parts: PhraseParts, zones: list[Zone]) -> str | None:
    """Return the offset printed behind the zones of one moment, or None."""
    offsets = {zone.offset for zone in zones if zone.offset}
    if len(offsets) > 1:
        _disagree(parts, zones, Sentence("the offsets do not agree."))
    return next(iter(offsets), None)


def _disagree(parts: PhraseParts, zones: list[Zone], reason: str) -> NoReturn:
    words = ", ".join(f"{zone.words} ({zone.offset})" if zone.offset else zone.words for zone in zones)
    raise parts.error(words, reason, Sentence("Name one zone."))


def _has_seasons(zone: Zone) -> bool:
    """Return True if the clocks of the zone may go forward and back."""
    return zone.name == CENTRAL_EUROPE or is_iana(zone.name)


def _utc_offset(name: str) -> timedelta | None:
    return tzinfo_of(name).utcoffset(None)
