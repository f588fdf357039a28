"""The machine's own time zone changes nothing: each line is read alike whatever TZ says."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest

TABLE = Path(__file__).with_name("announcement_lines.tsv")
# The offset at the beginning of 2020 tells that the zone is really in force.
HOSTS = {"UTC": 0, "Pacific/Auckland": 46_800, "America/St_Johns": -12_600}
SCRIPT = """
import json, sys, time
assert time.localtime(1577836800).tm_gmtoff == int(sys.argv[2]), time.tzname
from calendar_service.records.record import Calendar
from calendar_service.records.timing import Timing

calendar = Calendar(id="x.example", name={}, zone="Europe/Paris", languages=("en",))
found = {}
with open(sys.argv[1], encoding="utf-8") as table:
    for line in table.read().splitlines()[1:]:
        words = line.split("\\t")[0]
        timing = Timing(calendar, (), None)
        span, _ = timing.span_at(("when",), words) or (None, "")
        ends = [getattr(span, name, None) for name in ("first", "last", "starts", "ends")]
        said = [str(getattr(each, "instant", each)) for each in ends]
        found[words] = said + [problem.message for problem in timing.problems]
print(json.dumps(found))
"""


def read_in(zone, offset):
    # TZDIR: the C library needs a database too, and the machine may have none.
    environment = os.environ | {"TZ": zone, "TZDIR": str(files("tzdata") / "zoneinfo")}
    command = [sys.executable, "-c", SCRIPT, str(TABLE), str(offset)]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")
    return json.loads(ended.stdout)


@pytest.fixture(scope="module")
def at_home():
    return read_in("UTC", HOSTS["UTC"])


@pytest.mark.parametrize("zone", [zone for zone in HOSTS if zone != "UTC"])
def test_the_host_zone_changes_no_instant(at_home, zone):
    assert (read_in(zone, HOSTS[zone]), len(at_home) >= 340) == (at_home, True)
