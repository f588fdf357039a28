"""Date phrases: their meaning, their errors, round trips, and hostile text."""

from __future__ import annotations

import time as clock
from datetime import UTC, date, datetime, time, timedelta

import pytest
from babel.dates import format_date
from hypothesis import example, given, settings
from hypothesis import strategies as st

from calendar_service.datephrases import MAX_LENGTH, MONTHS, DatePhrase, DatePhraseError, parse_clock, parse_when


def test_the_whole_structure():
    assert parse_when("  7 July 2020 at 11.00-12.30 CET Online ") == DatePhrase(
        words="7 July 2020 at 11.00-12.30 CET Online",
        first=date(2020, 7, 7),
        last=date(2020, 7, 7),
        start=time(11),
        end=time(12, 30),
        zone="CET",
        label="CET",
        online=True,
    )


ZONES = [
    ("17:00", None, None),
    ("17:00 CEST", "CET", "CEST"),
    ("17:00 (heure de Paris)", "Europe/Paris", "heure de Paris"),
    ("17:00 Brussels time", "Europe/Brussels", "Brussels time"),
    ("17:00 heure\u00a0de\u00a0Séoul", "Asia/Seoul", "heure\u00a0de\u00a0Séoul"),
    ("17:00 UTC+2", "UTC+02:00", "UTC+2"),
    ("17:00 GMT", "UTC", "GMT"),
    ("17:00 (anywhere on Earth)", "AoE", "anywhere on Earth"),
    ("17:00 CET (Paris time)", "Europe/Paris", "Paris time"),
    ("17:00 asia/seoul", "Asia/Seoul", "asia/seoul"),
]


@pytest.mark.parametrize(("words", "zone", "label"), ZONES)
def test_a_zone_is_named_and_kept_as_printed(words, zone, label):
    when = parse_when(f"10 July 2020 {words}")
    assert (when.zone, when.label) == (zone, label)


OFFSETS = [
    ("11:00-12:30 CEST (UTC+2)", "CET", "CEST", "UTC+02:00"),
    ("11:00 CET (UTC+1)", "CET", "CET", "UTC+01:00"),  # which is wrong in July: `Timing` knows
    ("11:00 heure de Paris (UTC+2)", "Europe/Paris", "heure de Paris", "UTC+02:00"),
    ("11:00 Asia/Seoul (UTC+9)", "Asia/Seoul", "Asia/Seoul", "UTC+09:00"),
    ("11:00 CEST (GMT+2)", "CET", "CEST", "UTC+02:00"),
    ("11:00 (CEST (UTC+2))", "CET", "CEST", "UTC+02:00"),
    ("18:00-19:30 KST (UTC+9)", "UTC+09:00", "KST", "UTC+09:00"),
    ("18:00 ChST (UTC+10)", "UTC+10:00", "ChST", "UTC+10:00"),
    ("18:00 EST (UTC-5)", "UTC-05:00", "EST", "UTC-05:00"),
    ("18:00 IST (UTC+5:30)", "UTC+05:30", "IST", "UTC+05:30"),
    ("18:00 WET (UTC)", "UTC", "WET", "UTC"),
    ("18:00 AoE (UTC-12)", "AoE", "AoE", "UTC-12:00"),
    ("18:00 Ansan (UTC+9)", "Asia/Seoul", "Ansan", "UTC+09:00"),
    ("18:00 UTC+01:00 (UTC+1)", "UTC+01:00", "UTC+01:00", "UTC+01:00"),
    ("18:00 (UTC+2)", "UTC+02:00", "UTC+2", None),
]


@pytest.mark.parametrize(("words", "zone", "label", "offset"), OFFSETS)
def test_an_offset_may_stand_in_brackets_behind_a_zone(words, zone, label, offset):
    when = parse_when(f"Tuesday 7 July 2020, {words}")
    assert (when.zone, when.label, when.offset, when.end_offset) == (zone, label, offset, None)


NO_OFFSETS = [
    "11:00 CEST UTC+2",
    "11:00 CEST (UTC+2) heure de Paris (UTC+1)",
    "11:00 GMT (UTC+1)",
    "11:00 AoE (UTC+12)",
    "11:00 UTC+2 (UTC+3)",
    "11:00 KST (9)",
    "Ansan (UTC+9)",
    "KST (UTC+9)",
    "11:00 KST (UTC+19)",
]


@pytest.mark.parametrize("words", NO_OFFSETS)
def test_an_offset_that_leaves_doubts_is_refused(words):
    with pytest.raises(DatePhraseError):
        parse_when(f"Tuesday 7 July 2020, {words}")


DIGITS = [
    ("10/07/2020", date(2020, 7, 10)),
    ("10.07.2020", date(2020, 7, 10)),
    ("10-07-2020", date(2020, 7, 10)),
    ("13/07/2020, 17:00", date(2020, 7, 13)),
    ("1/7/2020", date(2020, 7, 1)),
    ("07/13/2020", date(2020, 7, 13)),
    ("10/07/20", date(2020, 7, 10)),
    ("2020/07/10", date(2020, 7, 10)),
]


@pytest.mark.parametrize(("words", "day"), DIGITS)
def test_digits_are_read_when_the_day_is_said_to_come_first(words, day):
    assert parse_when(words, day_first=True).first == day


@pytest.mark.parametrize("words", ["13/13/2020", "13/13/20", "30/02/2020", "10/2020/07"])
def test_digits_that_make_no_day_are_refused_all_the_same(words):
    with pytest.raises(DatePhraseError):
        parse_when(words, day_first=True)


REMEDIES = [
    ("7 July 2020, midnight", "Write 23:59 for the end of the day, or 00:00 for its beginning."),
    ("7 July 2020 17:00 EET", "write an IANA name, here Europe/Athens."),
    ("7 July 2020 17:00 local time", "Say which city: Brussels time, heure de Paris."),
    ("7 July 2020 17:00 Europe/Pris", "Did you mean 'Europe/Paris'?"),
    ("7 July 2020 17:00 Europe/Strasbourg", "Did you mean 'Europe/Paris'?"),
    ("7 July 2020 17:00 Brusels time", "Did you mean 'Brussels'?"),
    ("7 Juli 2020", "Did you mean 'July'?"),
    ("7 July", "Write the year, in four digits."),
    ("10/07/2020", "Write the month as a word (10 July 2020) or the date as 2020-07-10."),
]


@pytest.mark.parametrize(("words", "remedy"), REMEDIES)
def test_an_error_says_what_to_write(words, remedy):
    with pytest.raises(DatePhraseError) as caught:
        parse_when(words)
    assert caught.value.remedy.partition(" Write for example ")[0].endswith(remedy)


def test_a_short_word_is_no_misspelt_month():
    with pytest.raises(DatePhraseError) as caught:
        parse_when("10 July 2020 at dusk")
    assert "Did you mean" not in caught.value.remedy


def test_an_error_shows_what_was_understood_and_what_was_not():
    with pytest.raises(DatePhraseError) as caught:
        parse_when("Deadline 30 July 2020, Ansan, 17:00 CET")
    error = caught.value
    assert (error.words, error.understood, error.not_understood) == (
        "Deadline 30 July 2020, Ansan, 17:00 CET",
        ("Deadline", "30 July 2020", "17:00", "CET"),
        ("Ansan",),
    )


def test_a_wrong_weekday_is_told_the_right_one():
    with pytest.raises(DatePhraseError, match="7 July 2020 is a Tuesday"):
        parse_when("Monday 7 July 2020")


# --- round trips ---------------------------------------------------------------------------------

days = st.dates(date(1970, 1, 1), date(2100, 12, 31))
minutes = st.times().map(lambda moment: moment.replace(second=0, microsecond=0))
DAY_STYLES = [
    ("d MMMM y", "en"),
    ("EEEE d MMMM y", "en"),
    ("MMM d, y", "en"),
    ("EEEE, MMMM d, y", "en"),
    ("d MMM y", "en_GB"),
    ("EEE d MMM y", "en"),
    ("y-MM-dd", "en"),
    ("d MMMM y", "fr"),
    ("EEEE d MMMM y", "fr"),
    ("'le' d MMM y", "fr"),
    ("EEE d MMM y", "fr"),
    ("d MMM y", "fr_CA"),
]
CLOCK_STYLES = ["at {0:%H:%M}", "{0:%H.%M}", "à {0:%H} h {0:%M}", "{0:%H}h{0:%M}", "{0:%H:%M} hrs"]


@given(days, minutes, st.sampled_from(DAY_STYLES), st.sampled_from(CLOCK_STYLES))
def test_a_printed_moment_is_read_back(day, moment, day_style, clock_style):
    pattern, locale = day_style
    when = parse_when(f"{format_date(day, pattern, locale)} {clock_style.format(moment)}")
    assert (when.first, when.last, when.start, when.end) == (day, day, moment, None)


@given(days, minutes)
def test_a_printed_hour_of_half_a_day_is_read_back(day, moment):
    words = f"{format_date(day, 'MMMM d, y', 'en')}, {moment:%I:%M %p}"
    if (moment.hour, moment.minute) == (0, 0):
        with pytest.raises(DatePhraseError, match="beginning or the end of the day"):
            parse_when(words)
    else:
        assert parse_when(words).start == moment


@given(days.filter(lambda day: day < date(2100, 12, 31)), minutes, st.integers(1, 719))
def test_a_printed_range_of_hours_is_read_back(day, start, length):
    at = datetime.combine(day, start, UTC)
    end = at + timedelta(minutes=length)
    when = parse_when(f"{format_date(day, 'd MMMM y', 'en')} at {start:%H.%M}-{end:%H.%M} CET Online")
    assert (when.first, when.start, when.last, when.end) == (day, start, end.date(), end.time())


@pytest.mark.parametrize(("name", "number"), MONTHS.items())
def test_every_name_of_a_month_is_that_month_for_dateutil(name, number):
    assert parse_when(f"7 {name} 2020").first == date(2020, number, 7)


RANGES = [("{} - {}", "en"), ("from {} to {}", "en"), ("du {} au {}", "fr"), ("{} – {}", "fr")]


@given(days, days, st.sampled_from(RANGES))
def test_a_printed_range_of_days_is_read_back(one, other, style):
    (first, last), (words, locale) = sorted((one, other)), style
    when = parse_when(words.format(*(format_date(day, "d MMMM y", locale) for day in (first, last))))
    assert (when.first, when.last) == (first, last)


# --- hostile text --------------------------------------------------------------------------------

PIECES = "7 12 31 45 2020 20 July juillet mar Mar. Tuesday mardi : . - / , ( ) T Z + at à au to and et h pm p.m. "
PIECES += "noon midnight CET UTC GMT EST Europe/Paris heure de Paris time local online en ligne Deadline before @"
pieces = st.lists(st.sampled_from(PIECES.split()), max_size=40)


@given(text=st.one_of(st.text(max_size=400), pieces.map(" ".join), pieces.map("".join)), day_first=st.booleans())
@example(text="\u0338", day_first=False)  # a mark without a letter folds to nothing
@settings(max_examples=150)
def test_any_text_is_read_or_refused(text, day_first):
    try:
        when = parse_when(text, day_first=day_first)
    except DatePhraseError:
        return
    assert (when.first <= when.last, when.words) == (True, text.strip())


@given(text=st.one_of(st.text(max_size=400), pieces.map(" ".join), pieces.map("".join)))
@settings(max_examples=100)
def test_any_text_is_a_clock_or_none_or_refused(text):
    try:
        found = parse_clock(text)
    except DatePhraseError:
        return
    assert found is None or isinstance(found, time)


HOSTILE = [
    "7 July 2020 ",
    "1-",
    "1 - 2 ",
    "(",
    "heure de ",
    "a",
    "7/",
    "Mar 7 - ",
    "ﷺ",
    "12.",
    "from ",
    "UTC-",
    "1 h ",
]


@pytest.mark.parametrize("piece", HOSTILE)
@pytest.mark.parametrize("length", [MAX_LENGTH, 10_000, 1_000_000])
def test_hostile_text_is_refused_at_once(piece, length):
    text = (piece * length)[:length]
    parse_when("7 July 2020 17:00 CET")  # the tables of words are made at the first use
    begin = clock.process_time()
    with pytest.raises(DatePhraseError):
        parse_when(text)
    assert clock.process_time() - begin < 0.05
