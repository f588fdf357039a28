"""Date words of announcement pages: a table of lines, round trips, and hostile text."""

from __future__ import annotations

import csv
import time as clock
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from babel.dates import format_date
from hypothesis import example, given, settings
from hypothesis import strategies as st

from calendar_service.records.record import Calendar, TimeSpan
from calendar_service.records.times import CivilTime, DaySpan, civil_from_instant
from calendar_service.records.timing import Timing
from calendar_service.records.vocabulary import MONTHS
from calendar_service.records.words import MAX_LENGTH, When, WordsNotUnderstood, read_when
from calendar_service.writers.language import language
from calendar_service.writers.sentences import when as print_when

SEAT = "Europe/Paris"


def _table():
    path = Path(__file__).with_name("announcement_lines.tsv")
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


TABLE = _table()


CALENDAR = Calendar(id="x.example", name={}, zone=SEAT, languages=("en", "fr"))


def meaning(words):
    """Read words as a record's `when`; give the span, or the problems."""
    timing = Timing(CALENDAR, (), None)
    found = timing.span_at(("when",), words)
    return found[0] if found else [problem.message for problem in timing.problems]


def instants(words):
    """State what words mean as the table does: days, or instants in UTC."""
    match meaning(words):
        case DaySpan(first, last):
            return first.isoformat(), last.isoformat() if last != first else ""
        case TimeSpan(starts, ends):
            return _utc(starts.instant), _utc(ends.instant if ends else None)
    return "refused", ""


def _utc(instant):
    if instant is None:
        return ""
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ" if instant.second else "%Y-%m-%dT%H:%MZ")


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row["words"])
def test_a_line_means_what_the_table_says(row):
    assert instants(row["words"]) == (row["start"], row["end"])


def test_the_table_is_large_and_has_no_line_twice():
    words = [row["words"] for row in TABLE]
    refused = [row for row in TABLE if row["start"] == "refused"]
    assert (len(words) >= 220, len(refused) >= 40, len(words) - len(set(words))) == (True, True, 0)


def test_the_whole_structure():
    assert read_when("  7 July 2020 at 11.00-12.30 CET Online ") == When(
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
    when = read_when(f"10 July 2020 {words}")
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
    ("18:00 UTC+01:00 (UTC+1)", "UTC+01:00", "UTC+01:00", "UTC+01:00"),
    ("18:00 (UTC+2)", "UTC+02:00", "UTC+2", None),
]


@pytest.mark.parametrize(("words", "zone", "label", "offset"), OFFSETS)
def test_an_offset_may_stand_in_brackets_behind_a_zone(words, zone, label, offset):
    when = read_when(f"Tuesday 7 July 2020, {words}")
    assert (when.zone, when.label, when.offset, when.end_offset) == (zone, label, offset, None)


NO_OFFSETS = [
    "11:00 CEST UTC+2",
    "11:00 CEST (UTC+2) heure de Paris (UTC+1)",
    "11:00 GMT (UTC+1)",
    "11:00 AoE (UTC+12)",
    "11:00 UTC+2 (UTC+3)",
    "11:00 KST",
    "11:00 KST (9)",
    "11:00 Ansan (UTC+9)",
    "KST (UTC+9)",
    "11:00 KST (UTC+9",
    "11:00 KST (UTC+19)",
]


@pytest.mark.parametrize("words", NO_OFFSETS)
def test_an_offset_that_leaves_doubts_is_refused(words):
    with pytest.raises(WordsNotUnderstood):
        read_when(f"Tuesday 7 July 2020, {words}")


def test_an_offset_that_is_not_the_zones_asks_which_is_meant():
    assert meaning("7 July 2020 at 11:00 CET (UTC+1)") == [
        "11:00 in Paris is CEST (UTC+2) on 2020-07-07, not UTC+1: it is 09:00Z by the zone and 10:00Z by the offset."
    ]


DIGITS = [
    ("10/07/2020", date(2020, 7, 10)),
    ("10.07.2020", date(2020, 7, 10)),
    ("10-07-2020", date(2020, 7, 10)),
    ("13/07/2020, 17:00", date(2020, 7, 13)),
    ("1/7/2020", date(2020, 7, 1)),
]


@pytest.mark.parametrize(("words", "day"), DIGITS)
def test_digits_are_read_when_the_day_is_said_to_come_first(words, day):
    assert read_when(words, day_first=True).first == day


@pytest.mark.parametrize("words", ["07/13/2020", "10/07/20", "30/02/2020", "2020/07/10"])
def test_digits_that_make_no_day_are_refused_all_the_same(words):
    with pytest.raises(WordsNotUnderstood):
        read_when(words, day_first=True)


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
    with pytest.raises(WordsNotUnderstood) as caught:
        read_when(words)
    assert caught.value.remedy.partition(" A line that works: ")[0].endswith(remedy)


def test_an_error_shows_what_was_understood_and_what_was_not():
    with pytest.raises(WordsNotUnderstood) as caught:
        read_when("Deadline 30 July 2020, Ansan, 17:00 CET")
    error = caught.value
    assert (error.words, error.understood, error.not_understood) == (
        "Deadline 30 July 2020, Ansan, 17:00 CET",
        ("Deadline", "30 July 2020", "17:00", "CET"),
        ("Ansan",),
    )


def test_a_wrong_weekday_is_told_the_right_one():
    with pytest.raises(WordsNotUnderstood, match="7 July 2020 is a Tuesday"):
        read_when("Monday 7 July 2020")


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
    when = read_when(f"{format_date(day, pattern, locale)} {clock_style.format(moment)}")
    assert (when.first, when.last, when.start, when.end) == (day, day, moment, None)


@given(days, minutes)
def test_a_printed_hour_of_half_a_day_is_read_back(day, moment):
    words = f"{format_date(day, 'MMMM d, y', 'en')}, {moment:%I:%M %p}"
    if (moment.hour, moment.minute) == (0, 0):
        with pytest.raises(WordsNotUnderstood, match="beginning or the end of the day"):
            read_when(words)
    else:
        assert read_when(words).start == moment


@given(days.filter(lambda day: day < date(2100, 12, 31)), minutes, st.integers(1, 719))
def test_a_printed_range_of_hours_is_read_back(day, start, length):
    at = datetime.combine(day, start, UTC)
    end = at + timedelta(minutes=length)
    when = read_when(f"{format_date(day, 'd MMMM y', 'en')} at {start:%H.%M}-{end:%H.%M} CET Online")
    assert (when.first, when.start, when.last, when.end) == (day, start, end.date(), end.time())


@pytest.mark.parametrize(("name", "number"), MONTHS.items())
def test_every_name_of_a_month_is_that_month_for_dateutil(name, number):
    assert read_when(f"7 {name} 2020").first == date(2020, number, 7)


RANGES = [("{} - {}", "en"), ("from {} to {}", "en"), ("du {} au {}", "fr"), ("{} – {}", "fr")]


@given(days, days, st.sampled_from(RANGES))
def test_a_printed_range_of_days_is_read_back(one, other, style):
    (first, last), (words, locale) = sorted((one, other)), style
    when = read_when(words.format(*(format_date(day, "d MMMM y", locale) for day in (first, last))))
    assert (when.first, when.last) == (first, last)


# --- what our own pages print --------------------------------------------------------------------

LANGUAGES = [language("en"), language("fr")]
OUR_LINES = [
    ("Tuesday 7 July 2020, 11:00-12:30 CEST (UTC+2)", "2020-07-07T09:00Z", "2020-07-07T10:30Z"),
    ("mardi 7 juillet 2020, 11:00-12:30 CEST (UTC+2)", "2020-07-07T09:00Z", "2020-07-07T10:30Z"),
    ("Friday 10 July 2020, 23:59 CEST (UTC+2)", "2020-07-10T21:59Z", ""),
    ("lundi 29 juin 2020 au mardi 30 juin 2020", "2020-06-29", "2020-06-30"),
    ("Monday 29 June 2020 to Tuesday 30 June 2020", "2020-06-29", "2020-06-30"),
    (
        "Monday 29 June 2020, 22:00 CEST (UTC+2) to Tuesday 30 June 2020, 01:00 CEST (UTC+2)",
        "2020-06-29T20:00Z",
        "2020-06-29T23:00Z",
    ),
    (
        "lundi 29 juin 2020, 22:00 CEST (UTC+2) au mardi 30 juin 2020, 01:00 CEST (UTC+2)",
        "2020-06-29T20:00Z",
        "2020-06-29T23:00Z",
    ),
    ("1er décembre 2026", "2026-12-01", ""),
    ("Sunday 25 October 2026, 02:30 CET (UTC+1)", "2026-10-25T01:30Z", ""),
    (
        "Sunday 25 October 2026, 02:30 CEST (UTC+2) to Sunday 25 October 2026, 02:10 CET (UTC+1)",
        "2026-10-25T00:30Z",
        "2026-10-25T01:10Z",
    ),
    ("Sunday 25 October 2026, 02:30 CET (UTC+1) to Sunday 25 October 2026, 02:10 CEST (UTC+2)", "refused", ""),
]


@pytest.mark.parametrize(("words", "start", "end"), OUR_LINES)
def test_what_our_pages_print_is_read(words, start, end):
    assert instants(words) == (start, end)


def in_minutes(first, last):
    return st.datetimes(first, last).map(lambda moment: moment.replace(second=0, microsecond=0, tzinfo=UTC))


# Half of the moments lie around a change of clocks.
moments = in_minutes(datetime(1976, 9, 27), datetime(2100, 12, 1)) | st.sampled_from(
    [datetime(2026, 10, 25, 0, tzinfo=UTC), datetime(2027, 3, 28, 0, tzinfo=UTC), datetime(2026, 11, 1, 5, tzinfo=UTC)]
).flatmap(lambda near: st.integers(-240, 240).map(lambda off: near + timedelta(minutes=off)))
lengths = st.none() | st.integers(1, 300) | st.integers(1, 100_000)


def check_round_trip(moment, length, zone, lang):
    starts = civil_from_instant(moment, zone)
    ends = civil_from_instant(moment + timedelta(minutes=length), zone) if length else None
    words = print_when(TimeSpan(starts, ends), zone, lang)
    expected = (starts.instant, ends.instant if ends else None)
    found = meaning(words)
    assert isinstance(found, TimeSpan), (words, found)
    assert (found.starts.instant, found.ends.instant if found.ends else None) == expected, words


@given(moments, lengths, st.sampled_from(LANGUAGES))
@settings(max_examples=400, deadline=None)
def test_what_our_pages_print_of_the_seats_clock_is_read_back(moment, length, lang):
    check_round_trip(moment, length, SEAT, lang)


OTHERS = ["Asia/Seoul", "America/New_York", "Asia/Kolkata", "America/St_Johns", "Pacific/Auckland", "Europe/London"]
OTHERS += ["Pacific/Chatham", "America/Sao_Paulo", "Europe/Dublin", "Pacific/Guam", "AoE", "UTC", "UTC+01:00"]


@given(moments, lengths, st.sampled_from(OTHERS), st.sampled_from(LANGUAGES))
@settings(max_examples=400, deadline=None)
def test_what_our_pages_print_of_another_clock_is_read_back(moment, length, zone, lang):
    check_round_trip(moment, length, zone, lang)


@given(days, st.integers(0, 400), st.sampled_from(LANGUAGES))
@settings(deadline=None)
def test_whole_days_that_our_pages_print_are_read_back(first, length, lang):
    span = DaySpan(first, min(first + timedelta(days=length), date(2100, 12, 31)))
    assert meaning(print_when(span, SEAT, lang)) == span


@given(days, minutes, st.sampled_from(LANGUAGES))
@settings(deadline=None)
def test_printed_words_are_read_to_the_same_civil_time(day, moment, lang):
    starts = civil_from_instant(CivilTime(day, moment, SEAT).instant, SEAT)
    assert meaning(print_when(starts, SEAT, lang)) == TimeSpan(starts)


# --- hostile text --------------------------------------------------------------------------------

PIECES = "7 12 31 45 2020 20 July juillet mar Mar. Tuesday mardi : . - / , ( ) T Z + at à au to and et h pm p.m. "
PIECES += "noon midnight CET UTC GMT EST Europe/Paris heure de Paris time local online en ligne Deadline before @"
pieces = st.lists(st.sampled_from(PIECES.split()), max_size=40)


@given(text=st.one_of(st.text(max_size=400), pieces.map(" ".join), pieces.map("".join)), day_first=st.booleans())
@example(text="\u0338", day_first=False)  # a mark without a letter folds to nothing
@settings(max_examples=400, deadline=None)
def test_any_text_is_read_or_refused(text, day_first):
    try:
        when = read_when(text, day_first=day_first)
    except WordsNotUnderstood:
        return
    assert (when.first <= when.last, when.words) == (True, text.strip())


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
    read_when("7 July 2020 17:00 CET")  # the tables of words are made at the first use
    begin = clock.perf_counter()
    with pytest.raises(WordsNotUnderstood):
        read_when(text)
    assert clock.perf_counter() - begin < 0.05
