"""Abbreviations and names of zones whose meaning depends on the day, compared with the tz database itself."""

from __future__ import annotations

import zoneinfo
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calendar_service.datephrases import DatePhraseError, parse_when
from calendar_service.datephrases.zone_labels import abbreviations
from calendar_service.records.zones import IANA_ZONES, offset_name, tzinfo_of

ACCEPTED = [
    ("7 July 2027, 17:00 EEST", None, "UTC+03:00"),
    ("8 April 2027, 17:00 EEST", None, "UTC+03:00"),  # in Egypt summer time begins later
    ("29 October 2027, 17:00 EEST", None, "UTC+03:00"),  # and ends earlier
    ("7 January 2027, 17:00 EET", None, "UTC+02:00"),
    ("7 July 2027, 17:00 KST", None, "UTC+09:00"),
    ("7 July 2027, 17:00 (EAT)", None, "UTC+03:00"),
    ("7 July 2027, 17:00 SGT", None, "UTC+08:00"),  # CLDR's; the tz database writes +08
    ("7 July 2027, 17:00 JST", None, "UTC+09:00"),
    ("7 July 2027, 17:00 SAST", None, "UTC+02:00"),
    ("7 July 2027, 17:00 BST", None, "UTC+01:00"),
    ("7 July 2027, 17:00 EDT", None, "UTC-04:00"),
    ("7 January 2027, 17:00 EST", None, "UTC-05:00"),
    ("7 July 2027, 17:00 est", "America/Panama", "America/Panama"),
    ("7 January 2027, 17:00 EST", "America/New_York", "America/New_York"),
    ("7 July 2027, 17:00 EST", "America/Jamaica", "America/Jamaica"),
    ("7 July 2027, 5 pm ET", "America/New_York", "America/New_York"),
    ("7 July 2027, 17:00 IST", "Asia/Kolkata", "Asia/Kolkata"),
    ("7 July 2027, 17:00 IST", "Europe/Dublin", "Europe/Dublin"),
    ("7 January 2027, 17:00 IST", "Asia/Jerusalem", "Asia/Jerusalem"),
    ("7 January 2027, 17:00 CST", "Asia/Shanghai", "Asia/Shanghai"),
    ("7 July 2027, 17:00 PST", "Asia/Manila", "Asia/Manila"),
    ("7 July 2027, 17:00 Nairobi time (EAT)", None, "Africa/Nairobi"),
    ("7 July 2027, 17:00 Korean Standard Time", None, "UTC+09:00"),
    ("7 July 2027, 17:00 Eastern European Summer Time", None, "UTC+03:00"),
    ("7 juillet 2027, 17 h HAE", None, "UTC-04:00"),
    ("7 juillet 2027, 17 h (heure de l’Est)", "America/Toronto", "America/Toronto"),
    ("7 July 2027, 17:00 CEST", "Asia/Seoul", "CET"),
]


@pytest.mark.parametrize(("words", "zone", "name"), ACCEPTED)
def test_a_label_with_one_meaning_on_that_day_is_accepted(words, zone, name):
    assert parse_when(words, zone=zone).zone == name


REFUSED = [
    ("7 July 2027, 17:00 EST", None),
    ("7 July 2027, 17:00 EST", "America/New_York"),
    ("7 January 2027, 17:00 EDT", "America/New_York"),
    ("7 January 2027, 17:00 EEST", None),
    ("7 July 2027, 17:00 EET", None),
    ("7 July 2027, 17:00 IST", None),
    ("7 July 2027, 17:00 IST", "Asia/Jerusalem"),  # it has IDT in summer
    ("7 January 2027, 17:00 CST", None),
    ("7 January 2027, 17:00 PST", None),  # Los Angeles and Manila
    ("7 July 2027, 10 h HEC", None),  # l'Europe centrale, or Chicago as Canada writes it
    ("7 July 2027, 10 h HEE", None),
    ("7 July 2027, 10 h HT", None),
    ("7 January 2027, 5 pm Eastern Time", None),
    ("7 July 2027, 17:00 XST", "America/New_York"),
]


@pytest.mark.parametrize(("words", "zone"), REFUSED)
def test_a_label_with_two_meanings_or_none_is_a_question(words, zone):
    with pytest.raises(DatePhraseError):
        parse_when(words, zone=zone)


PLACES = sorted(name for name in IANA_ZONES if "/" in name and not name.startswith("Etc/"))


@given(
    st.sampled_from(sorted(abbreviations().values())),
    st.dates(date(2000, 1, 1), date(2040, 12, 31)),
    st.times().map(lambda at: at.replace(second=0, microsecond=0)),
)
@settings(max_examples=60)
def test_no_zone_that_uses_an_abbreviation_then_has_another_offset_than_the_one_read(label, day, clock):
    local = [datetime.combine(day, clock, zoneinfo.ZoneInfo(name)) for name in PLACES]
    used = {each.utcoffset() for each in local if each.tzname() == label}
    if label == "GST" and not used:  # Guam's until 2000; of those who use it now, the Gulf alone prints it
        used = {timedelta(hours=4)}
    try:
        found = parse_when(f"{day.isoformat()} {clock:%H:%M} {label}")
    except DatePhraseError:
        return
    assert {found.zone} == {offset_name(offset or timedelta()) for offset in used}


@pytest.mark.parametrize("name", ["Europe/Nicosia", "Asia/Calcutta", "US/Eastern", "Asia/Katmandu", "Europe/Kiev"])
def test_a_link_of_the_tz_database_is_a_zone(name):
    when = parse_when(f"7 July 2027, 17:00 {name}")
    assert when.zone == name
    assert datetime(2027, 7, 7, tzinfo=UTC).astimezone(tzinfo_of(name)).utcoffset() is not None


def test_every_name_of_a_place_is_read():
    names = [name for name in PLACES if name.replace("/", "").replace("_", "").replace("-", "").isalpha()]
    assert [name for name in names if parse_when(f"7 July 2027, 17:00 {name}").zone != name] == []


OTHER_CLOCKS = [
    ("9 February 2027, 15:00 CET / 14:00 GMT", time(15), "CET"),
    ("9 February 2027, 3 pm CET (9 am EST, 2 pm GMT)", time(15), "CET"),
    ("15:00-16:00 CET / 14:00-15:00 GMT, 9 February 2027", time(15), "CET"),
    ("9 février 2027, 15 h CET, soit 14 h GMT", time(15), "CET"),
]


@pytest.mark.parametrize(("words", "start", "zone"), OTHER_CLOCKS)
def test_other_clocks_of_the_same_moment_are_kept(words, start, zone):
    when = parse_when(words)
    assert (when.start, when.zone, bool(when.also)) == (start, zone, True)


@pytest.mark.parametrize("words", ["9 February 2027, 15:00 CET / 14:00", "9 February 2027, 15:00 / 14:00 GMT"])
def test_another_clock_without_a_zone_is_refused(words):
    with pytest.raises(DatePhraseError):
        parse_when(words)


def test_what_is_ambiguous_in_french_says_which_two():
    with pytest.raises(DatePhraseError) as caught:
        parse_when("7 juillet 2027 à 10 h HEC")
    assert "heure de Paris (l'Europe centrale) or heure de Chicago" in caught.value.remedy
    assert parse_when("7 juillet 2027 à 10 h HEC", zone="America/Chicago").zone == "America/Chicago"
