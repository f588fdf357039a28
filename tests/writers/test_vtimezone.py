"""Our VTIMEZONE against its golden text, and read back by two parsers that know nothing of our code."""

import json
import re
import subprocess
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from dateutil.tz import tzical
from hypothesis import given
from hypothesis import strategies as st

from calendar_service.records.zones import COMMON_ZONES, UnknownZone
from calendar_service.writers import vtimezone
from calendar_service.writers.vtimezone import NoPresentRule, describes, describes_from, write_vtimezone
from tests.support.tools import find_node

HERE = Path(__file__).parent
FIRST, LAST = datetime(2024, 11, 23, tzinfo=UTC), datetime(2031, 11, 23, tzinfo=UTC)
MINUTE, HOUR, DAY, WEEK = (timedelta(minutes=1), timedelta(hours=1), timedelta(days=1), timedelta(weeks=1))

# With tzdata 2026f. The rule of each falls outside one weekday, or (UTC) is written as Z.
INEXPRESSIBLE = {
    "Africa/Cairo",  # the last Thursday at 24:00
    "America/Nuuk",  # the eve of the last Sunday, 23:00
    "America/Santiago",  # the first Saturday at 24:00
    "America/Scoresbysund",  # as Nuuk
    "Asia/Gaza",  # the fourth Thursday at 50:00
    "Asia/Hebron",  # as Gaza
    "Asia/Jerusalem",  # the fourth Thursday at 26:00
    "UTC",
}
EXPRESSIBLE = sorted(COMMON_ZONES - INEXPRESSIBLE)

GOLDEN = {
    "Europe/Paris": """\
BEGIN:VTIMEZONE
TZID:Europe/Paris
BEGIN:STANDARD
DTSTART:19701025T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
TZNAME:CET
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:19700329T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
TZNAME:CEST
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
END:DAYLIGHT
END:VTIMEZONE
""",
    "America/New_York": """\
BEGIN:VTIMEZONE
TZID:America/New_York
BEGIN:STANDARD
DTSTART:19701101T020000
TZOFFSETFROM:-0400
TZOFFSETTO:-0500
TZNAME:EST
RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:19700308T020000
TZOFFSETFROM:-0500
TZOFFSETTO:-0400
TZNAME:EDT
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU
END:DAYLIGHT
END:VTIMEZONE
""",
    "Asia/Seoul": """\
BEGIN:VTIMEZONE
TZID:Asia/Seoul
BEGIN:STANDARD
DTSTART:19700101T000000
TZOFFSETFROM:+0900
TZOFFSETTO:+0900
TZNAME:KST
END:STANDARD
END:VTIMEZONE
""",
    # The database calls Irish winter a negative daylight time; programs want the larger offset as DAYLIGHT.
    "Europe/Dublin": """\
BEGIN:VTIMEZONE
TZID:Europe/Dublin
BEGIN:STANDARD
DTSTART:19701025T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0000
TZNAME:GMT
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:19700329T010000
TZOFFSETFROM:+0000
TZOFFSETTO:+0100
TZNAME:IST
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
END:DAYLIGHT
END:VTIMEZONE
""",
    # South of the equator standard time begins in April; here it is half an hour, not an hour, behind.
    "Australia/Lord_Howe": """\
BEGIN:VTIMEZONE
TZID:Australia/Lord_Howe
BEGIN:STANDARD
DTSTART:19700405T020000
TZOFFSETFROM:+1100
TZOFFSETTO:+1030
TZNAME:+1030
RRULE:FREQ=YEARLY;BYMONTH=4;BYDAY=1SU
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:19701004T020000
TZOFFSETFROM:+1030
TZOFFSETTO:+1100
TZNAME:+11
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=1SU
END:DAYLIGHT
END:VTIMEZONE
""",
    "Pacific/Easter": """\
BEGIN:VTIMEZONE
TZID:Pacific/Easter
BEGIN:STANDARD
DTSTART:19700404T220000
TZOFFSETFROM:-0500
TZOFFSETTO:-0600
TZNAME:-06
RRULE:FREQ=YEARLY;BYMONTH=4;BYDAY=1SA
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:19700905T220000
TZOFFSETFROM:-0600
TZOFFSETTO:-0500
TZNAME:-05
RRULE:FREQ=YEARLY;BYMONTH=9;BYDAY=1SA
END:DAYLIGHT
END:VTIMEZONE
""",
}

OBSERVANCE = (
    r"BEGIN:{kind}\r\nDTSTART:1970\d{{4}}T\d{{6}}\r\nTZOFFSETFROM:[+-]\d{{4}}\r\nTZOFFSETTO:[+-]\d{{4}}\r\n"
    r"TZNAME:[A-Za-z0-9+-]+\r\n{rule}END:{kind}\r\n"
)
RULE = r"RRULE:FREQ=YEARLY;BYMONTH=\d{1,2};BYDAY=(-1|[1-4])(SU|MO|TU|WE|TH|FR|SA)\r\n"
SHAPE = re.compile(
    r"BEGIN:VTIMEZONE\r\nTZID:(?P<zone>[\w/+-]+)\r\n("
    + OBSERVANCE.format(kind="STANDARD", rule=RULE)
    + OBSERVANCE.format(kind="DAYLIGHT", rule=RULE)
    + "|"
    + OBSERVANCE.format(kind="STANDARD", rule="")
    + r")END:VTIMEZONE\r\n"
)


# --- What is written


@pytest.mark.parametrize("zone", GOLDEN)
def test_golden_text(zone):
    assert write_vtimezone(zone).decode() == GOLDEN[zone].replace("\n", "\r\n")


def test_zones_that_have_no_present_rule():
    assert {zone for zone in COMMON_ZONES if not _written(zone)} == INEXPRESSIBLE


@pytest.mark.parametrize("zone", sorted(INEXPRESSIBLE | {"AoE", "UTC+01:00"}))
def test_a_zone_without_rule_is_refused_everywhere(zone):
    with pytest.raises(NoPresentRule, match=re.escape(zone)) as refusal:
        write_vtimezone(zone)
    assert refusal.value.zone == zone
    assert describes_from(zone) is None
    assert not any(describes(zone, FIRST + n * WEEK) for n in range(365))


def test_an_unknown_zone_is_not_taken_for_one_without_rule():
    with pytest.raises(UnknownZone):
        write_vtimezone("Europe/Pari")


def test_every_text_has_one_standard_and_at_most_one_daylight_and_no_more():
    shapes = {zone: SHAPE.fullmatch(write_vtimezone(zone).decode()) for zone in EXPRESSIBLE}
    assert {zone: shape and shape["zone"] for zone, shape in shapes.items()} == {z: z for z in EXPRESSIBLE}


@pytest.mark.parametrize(
    "rule",
    [
        "J60/2",
        "59/2",
        "0",
        "M3.4.4/26",
        "M9.1.6/24",
        "M3.5.0/-1",
        "M4.1.6/24:00",
        "M3.5.0/2:00:30",
        "nonsense",
    ],
)
def test_a_date_that_is_no_weekday_or_a_time_outside_the_day_is_no_rule(rule):
    assert vtimezone._rule(rule) is None


def test_the_first_saturday_at_24_is_not_the_first_sunday():
    # Why America/Santiago is refused: in 2030 September begins on a Sunday, and the clocks change on the 8th.
    before, after = (datetime(2030, 9, day, 12, tzinfo=ZoneInfo("America/Santiago")) for day in (7, 8))
    assert (before.utcoffset(), after.utcoffset()) == (-4 * HOUR, -3 * HOUR)
    assert vtimezone._Rule(month=9, week=1, weekday=0, clock=timedelta()).day(2030) == 1


# --- What it describes


@pytest.mark.parametrize(
    ("zone", "instant", "answer"),
    [
        ("Europe/Paris", "2026-07-07T09:00:00Z", True),
        ("Europe/Paris", "1995-10-10T09:00:00Z", False),  # summer time ended in September until 1995
        ("Europe/Paris", "1975-07-01T09:00:00Z", False),  # no summer time yet
        ("Europe/Paris", "1965-01-01T09:00:00Z", False),  # before the first onset
        ("Europe/Paris", "2026-10-24T23:59:59Z", True),
        ("Europe/Paris", "2026-10-25T00:00:00Z", False),  # 02:00, which comes twice
        ("Europe/Paris", "2026-10-25T01:59:59Z", False),
        ("Europe/Paris", "2026-10-25T02:00:00+01:00", False),
        ("Europe/Paris", "2026-10-25T02:00:00Z", True),
        ("Europe/Paris", "2026-03-29T00:59:59Z", True),
        ("Europe/Paris", "2026-03-29T01:00:00Z", True),
        ("America/New_York", "2006-11-05T04:30:00Z", False),  # winter already, but summer by the present rule
        ("America/New_York", "2006-11-05T06:30:00Z", False),  # 01:30 came once, but twice by the present rule
        ("America/New_York", "2006-11-05T07:00:00Z", True),
        ("America/New_York", "2006-10-29T05:30:00Z", False),  # 01:30 came twice, but once by the present rule
        ("Africa/Casablanca", "2026-07-01T12:00:00Z", False),  # it kept UTC+1 until September 2026
        ("Africa/Casablanca", "2026-12-01T12:00:00Z", True),
        ("Asia/Seoul", "2026-07-07T09:00:00Z", True),
        ("Asia/Seoul", "1988-07-07T09:00:00Z", False),
        ("Asia/Tokyo", "1969-12-31T15:00:00Z", True),
        ("Asia/Tokyo", "1969-12-31T14:59:59Z", False),
        ("Asia/Tokyo", "2500-01-01T00:00:00Z", True),
    ],
)
def test_describes(zone, instant, answer):
    assert describes(zone, datetime.fromisoformat(instant)) is answer


@pytest.mark.parametrize(
    ("zone", "first"),
    [
        ("Europe/Paris", date(1996, 1, 1)),
        ("Europe/London", date(1996, 1, 1)),
        ("America/New_York", date(2007, 1, 1)),
        ("America/St_Johns", date(2012, 1, 1)),  # until 2011 the clocks changed at 00:01
        ("Pacific/Apia", date(2022, 1, 1)),
        ("Asia/Seoul", date(1989, 1, 1)),
        ("Asia/Tokyo", date(1970, 1, 1)),
        ("Africa/Casablanca", date(2027, 1, 1)),
        ("Asia/Jerusalem", None),
    ],
)
def test_describes_from(zone, first):
    assert describes_from(zone) == first


@given(zone=st.sampled_from(EXPRESSIBLE), seconds=st.integers(86_400, 180 * 366 * 86_400))
def test_from_its_first_day_on_all_is_described_but_repeated_hours(zone, seconds):
    instant = datetime.fromtimestamp(seconds, UTC)
    local = instant.astimezone(ZoneInfo(zone))
    if local.date() >= describes_from(zone):
        repeated = local.utcoffset() != local.replace(fold=1 - local.fold).utcoffset()
        assert describes(zone, instant) is not repeated


def test_no_earlier_year_would_do():
    # Half an hour beside each change, because laws have differed by an hour or less.
    late = {zone: first for zone in EXPRESSIBLE if (first := describes_from(zone)) > date(1971, 1, 1)}
    too_late = []
    for zone, first in late.items():
        end = datetime(first.year, 1, 1, tzinfo=ZoneInfo(zone)).astimezone(UTC)
        start = end.replace(year=end.year - 1)
        changes = [moment + n * MINUTE for moment in _changes(zone, start, end) for n in (-30, 30)]
        days = [start + n * DAY for n in range(366)]
        onsets = [at + n * MINUTE for at, _ in vtimezone._onsets(zone, first.year - 1) for n in (-30, 30)]
        if all(vtimezone._agrees(zone, at) for at in days + changes + onsets if start <= at < end):
            too_late.append(zone)
    assert too_late == []


# --- What others read in it


@dataclass
class Asked:
    """The instants asked of one VTIMEZONE, each with its offset by the tz database, both in seconds."""

    text: str
    pairs: set[tuple[int, int]] = field(default_factory=set)

    def ordered(self):
        return sorted(self.pairs)


def read_by_ical_js(asked):
    """Let ical.js read each text: per pair, the instant of the local time, and the offset of the instant."""
    clear = [_far_from_changes(one.ordered()) for one in asked]
    questions = [
        {
            "vtimezone": one.text,
            "walls": [instant + offset for instant, offset in one.ordered()],
            "instants": sorted(offsets),
        }
        for one, offsets in zip(asked, clear, strict=True)
    ]
    command = [find_node(), HERE / "vtimezone_offsets.mjs"]
    run = subprocess.run(command, input=json.dumps(questions), capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    read = []
    for one, offsets, answer in zip(asked, clear, json.loads(run.stdout), strict=True):
        told = dict(zip(sorted(offsets), answer["offsets"], strict=True))
        told_or_not_asked = [told.get(instant, offset) for instant, offset in one.ordered()]
        read.append(list(zip(answer["instants"], told_or_not_asked, strict=True)))
    return read


def _far_from_changes(pairs):
    """Leave out 14 hours around each change: ical.js turns UTC into local time by the offset that holds
    when a local clock shows the UTC time (`Timezone.convert_time`), whatever the VTIMEZONE is like.
    """
    changes = [(before, after) for (before, was), (after, is_) in pairwise(pairs) if was != is_]
    margin = 14 * 3600
    return {i for i, _ in pairs if not any(a - margin <= i <= b + margin for a, b in changes)}


def read_by_dateutil(asked):
    """The same by dateutil."""
    return [_read_one_by_dateutil(one) for one in asked]


def _read_one_by_dateutil(one):
    zone = tzical(StringIO(one.text)).get()
    answers = []
    for instant, offset in one.ordered():
        wall = datetime.fromtimestamp(instant + offset, UTC).replace(tzinfo=zone)
        there = datetime.fromtimestamp(instant, UTC).astimezone(zone)
        answers.append((instant + offset - _seconds(wall.utcoffset()), _seconds(there.utcoffset())))
    return answers


def faults(asked, read):
    """Compare what was read with the tz database; one line for each fault."""
    return [
        f"{one.text.splitlines()[1]}: {instant}{offset:+} read as {got[0]}{got[1]:+}"
        for one, answers in zip(asked, read, strict=True)
        for (instant, offset), got in zip(one.ordered(), answers, strict=True)
        if got != (instant, offset)
    ]


PARSERS = [read_by_ical_js, read_by_dateutil]


@pytest.fixture(scope="module")
def sample():
    return _asked((zone, _sample(zone)) for zone in EXPRESSIBLE)


@pytest.mark.parametrize("parse", PARSERS)
def test_parsers_agree_around_each_change_and_once_a_week(sample, parse):
    assert faults(sample, parse(sample)) == []


@pytest.mark.slow
def test_parsers_agree_at_every_hour():
    with ProcessPoolExecutor() as processes:
        hours = _asked(zip(EXPRESSIBLE, processes.map(_hours, EXPRESSIBLE, chunksize=4), strict=True))
        read = processes.map(_read_one_by_dateutil, hours)
        assert faults(hours, read_by_ical_js(hours)) == []
        assert faults(hours, list(read)) == []
    assert sum(len(one.pairs) for one in hours) > 60 * 61_000


@pytest.mark.parametrize("parse", PARSERS)
@pytest.mark.parametrize(
    ("zone", "right", "wrong"),
    [
        ("Europe/Paris", "TZOFFSETTO:+0200", "TZOFFSETTO:+0100"),
        ("Europe/Paris", "BYDAY=-1SU", "BYDAY=4SU"),
        ("Europe/Paris", "DTSTART:19700329T020000", "DTSTART:19700329T040000"),
        ("Asia/Seoul", "TZOFFSETTO:+0900", "TZOFFSETTO:+0800"),
        ("America/New_York", "BYMONTH=11", "BYMONTH=10"),
    ],
)
def test_a_planted_fault_is_found(zone, right, wrong, parse):
    (good,) = _asked([(zone, _sample(zone))])
    bad = Asked(good.text.replace(right, wrong), good.pairs)
    assert bad.text != good.text
    read = parse([good, bad])
    assert faults([good], read[:1]) == []
    assert faults([bad], read[1:]) != []


def _written(zone):
    try:
        return write_vtimezone(zone)
    except NoPresentRule:
        return None


def _asked(instants_of_zones):
    """Gather what is asked by text: many zones differ in name only, and no parser needs to hear it twice."""
    by_rule = {}
    for zone, pairs in instants_of_zones:
        text = write_vtimezone(zone).decode()
        by_rule.setdefault(text.replace(zone, ""), Asked(text)).pairs.update(pairs)
    return list(by_rule.values())


def _sample(zone):
    weekly = [FIRST + n * WEEK for n in range((LAST - FIRST) // WEEK)]
    steps = [*(n * 30 * MINUTE for n in range(-4, 5)), timedelta(seconds=-1), timedelta(seconds=1)]
    near = [change + step for change in _changes(zone, FIRST, LAST) for step in steps]
    return _pairs(zone, weekly + near)


def _hours(zone):
    return _pairs(zone, (FIRST + n * HOUR for n in range((LAST - FIRST) // HOUR)))


def _pairs(zone, instants):
    there = ZoneInfo(zone)
    return [
        (int(instant.timestamp()), _seconds(instant.astimezone(there).utcoffset()))
        for instant in instants
        if describes(zone, instant)
    ]


def _changes(zone, start, end):
    """Find the changes of offset by search, with no knowledge of TZif or POSIX rules."""
    there = ZoneInfo(zone)
    weeks = [start + n * WEEK for n in range((end - start) // WEEK + 1)]
    offsets = [week.astimezone(there).utcoffset() for week in weeks]
    found = []
    for week, before, after in zip(weeks, offsets, offsets[1:], strict=False):
        low, high = 0, 7 * 86_400
        while before != after and high - low > 1:
            middle = (low + high) // 2
            same = (week + timedelta(seconds=middle)).astimezone(there).utcoffset() == before
            low, high = (middle, high) if same else (low, middle)
        if before != after:
            found.append(week + timedelta(seconds=high))
    return found


def _seconds(offset):
    return int(offset.total_seconds())
