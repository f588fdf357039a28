"""Names of time zones: the old ones stand for those in common use."""

from datetime import UTC, datetime

import pytest

from calendar_service.records.zones import IANA_ZONES, UnknownZone, canonical_zone, tzinfo_of
from calendar_service.writers.i18n import language

NAMES = [
    ("Europe/Paris", "Europe/Paris"),
    ("Asia/Calcutta", "Asia/Kolkata"),
    ("Asia/Katmandu", "Asia/Kathmandu"),
    ("Europe/Kiev", "Europe/Kyiv"),
    ("America/Buenos_Aires", "America/Argentina/Buenos_Aires"),
    ("Etc/UTC", "UTC"),
    ("Zulu", "UTC"),
    ("GMT0", "GMT"),
    ("Etc/GMT+5", "Etc/GMT+5"),
]


@pytest.mark.parametrize(("name", "canonical"), NAMES)
def test_an_old_name_stands_for_the_present_one(name, canonical):
    assert canonical_zone(name) == canonical


@pytest.mark.parametrize("name", sorted(IANA_ZONES))
def test_every_name_has_one_that_is_kept_and_shows_the_same_clock(name):
    kept = canonical_zone(name)
    assert canonical_zone(kept) == kept
    for month in (1, 7):
        at = datetime(2027, month, 1, tzinfo=UTC)
        assert at.astimezone(tzinfo_of(kept)).utcoffset() == at.astimezone(tzinfo_of(name)).utcoffset()
    assert language("fr").city_of(kept)


@pytest.mark.parametrize("name", ["", "Paris", "asia/calcutta", "EST", "UTC+01:00", "../../etc/passwd"])
def test_other_names_are_refused(name):
    with pytest.raises(UnknownZone):
        canonical_zone(name)


def test_a_zone_without_a_city_is_called_by_its_offset():
    assert language("en").city_of("Etc/GMT+5") == "UTC-5"
