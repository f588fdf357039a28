"""Which zone a person is told to write: the capital's, and never one of an occupied territory."""

import pytest

from calendar_service.parsers.calendar_file import read_calendar
from calendar_service.records.capitals import CAPITAL_ZONES, NEVER_PROPOSED, WITHOUT_CAPITAL, zones_to_propose
from calendar_service.records.countries import COUNTRIES, zones_of_country
from calendar_service.records.zones import COMMON_ZONES

SEVERAL = sorted(code for code in COUNTRIES if len(zones_of_country(code)) > 1)
HEAD = "calendar: {id: x.example, name: X, timezone: Europe/Paris, languages: [en]}\nrecords:\n"


def check(fields):
    file = f"{HEAD}  - {{id: a, kind: event, title: T, {fields}}}\n"
    found = read_calendar(file.encode(), "f")
    assert found.errors == []
    return found.draft.records[0], [finding for finding in found.findings if finding.problem.where.endswith("place")]


def test_each_country_with_several_zones_has_its_capital_in_the_table_or_a_reason():
    assert sorted(CAPITAL_ZONES | WITHOUT_CAPITAL) == SEVERAL
    assert {code for code in WITHOUT_CAPITAL if not WITHOUT_CAPITAL[code]} == set()
    assert all(zone in COMMON_ZONES and reason for zone, reason in NEVER_PROPOSED.items())


@pytest.mark.parametrize("code", SEVERAL)
def test_the_capitals_zone_comes_first_and_an_excluded_one_never(code):
    zones = zones_to_propose(code)
    assert set(zones) == set(zones_of_country(code)) - NEVER_PROPOSED.keys()
    if code in CAPITAL_ZONES:
        assert zones[0] == CAPITAL_ZONES[code]


@pytest.mark.parametrize("code", sorted(COUNTRIES))
def test_check_proposes_only_that(code):
    record, found = check(f"when: 7 July 2027 at 10.00, place: {{city: C, country: '{code}'}}")
    zones = zones_to_propose(code)
    assert record.zone == (zones[0] if len(zones) == 1 else None)
    assert len(found) == (len(zones) > 1)
    for finding in found:
        assert finding.problem.remedy == f"Say which: timezone: {CAPITAL_ZONES.get(code, 'Area/City')}"
        assert not any(zone in str(finding) for zone in NEVER_PROPOSED)


@pytest.mark.parametrize(
    "fields",
    [
        "when: 7 July 2027 at 10.00, place: {name: online, country: US}",
        "when: 7 July 2027 at 10.00 online, place: {city: Boston, country: US}",
        "when: 7 July 2027 at 10.00 CET, place: {city: Boston, country: US}",
        "when: 7 July 2027 at 10.00 America/Chicago, place: {city: Boston, country: US}",
        "starts: 2027-07-07T10:00, ends: '2027-07-07 11:00 UTC', place: {city: Boston, country: US}",
        "when: 7 July 2027 at 10.00, place: {city: Boston, country: US}, timezone: America/Chicago",
        "when: 7 July 2027, place: {city: Boston, country: US}",
        "when: 7 July 2027 at 10.00, place: {city: Kyiv, country: UA}",
        "when: 7 July 2027 at 10.00, place: {city: Paphos, country: CY}",
    ],
)
def test_no_zone_is_proposed_where_none_is_missing(fields):
    assert check(fields)[1] == []


@pytest.mark.parametrize(
    "fields",
    [
        "when: 7 July 2027 at 10.00, place: {name: online, country: UA}",
        "when: 7 July 2027 at 10.00 online, place: {country: KR}",
    ],
)
def test_nothing_is_said_of_the_clock_where_the_place_is_online(fields):
    file = f"{HEAD}  - {{id: a, kind: event, title: T, {fields}}}\n"
    assert read_calendar(file.encode(), "f").findings == ()


def test_who_writes_an_excluded_zone_is_understood():
    record, _ = check("when: 7 July 2027 at 10.00 Asia/Famagusta, timezone: Asia/Famagusta")
    assert record.zone == record.schedule.span.starts.zone == "Asia/Famagusta"
