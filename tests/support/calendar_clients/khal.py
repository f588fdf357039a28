"""What a really subscribing client sees: vdirsyncer fetches the feed, khal shows it.

`read` subscribes to an address. vdirsyncer replaces every UID by a hash of the item, so uid is "".
`read_imported` gives the bytes to `khal import`, which keeps the UIDs.
khal cannot tell a floating time from UTC here, and expands an endless rule to the end of 2037 only.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.support.calendar_clients.happening import Happening, select

PROGRAMS = Path(sys.executable).parent
FIELDS = ("uid", "start-long-full", "end-long-full", "all-day", "title", "status")

VDIRSYNCER = """\
[general]
status_path = "{home}/status/"

[pair subscription]
a = "feed"
b = "local"
collections = null

[storage feed]
type = "http"
url = {url}

[storage local]
type = "filesystem"
path = "{home}/calendar/"
fileext = ".ics"
"""

KHAL = """\
[calendars]
[[feed]]
path = {home}/calendar/

[default]
default_calendar = feed

[locale]
local_timezone = UTC
default_timezone = UTC
dateformat = %Y-%m-%d
longdateformat = %Y-%m-%d
timeformat = %H:%M:%S
datetimeformat = %Y-%m-%dT%H:%M:%S
longdatetimeformat = %Y-%m-%dT%H:%M:%S

[sqlite]
path = {home}/khal.db
"""


def read(url: str, first: date, last: date) -> list[Happening]:
    with TemporaryDirectory() as folder:
        home = settle(Path(folder), url)
        run(home, "vdirsyncer", "discover", "subscription")
        run(home, "vdirsyncer", "sync", "subscription")
        happenings = show(home, first, last)
    return sorted(replace(each, uid="") for each in happenings)


def read_imported(ics: bytes, first: date, last: date) -> list[Happening]:
    with TemporaryDirectory() as folder:
        home = settle(Path(folder), "http://127.0.0.1/")
        feed = home / "feed.ics"
        feed.write_bytes(ics)
        run(home, "khal", "import", "--batch", str(feed))
        return show(home, first, last)


def settle(home: Path, url: str) -> Path:
    """Write both programs' settings into an empty home of their own."""
    (home / "calendar").mkdir()
    (home / "vdirsyncer.ini").write_text(VDIRSYNCER.format(home=home, url=json.dumps(url)), encoding="utf-8")
    (home / "khal.ini").write_text(KHAL.format(home=home), encoding="utf-8")
    return home


def run(home: Path, program: str, *arguments: str) -> str:
    """Run one of the two programs with nothing of the caller's settings; what it complains of is an error."""
    environment = {
        "HOME": str(home),
        "LC_ALL": "C.UTF-8",
        "PATH": os.defpath,
        "PYTHONUTF8": "1",
        "TZ": "UTC",
        **{f"XDG_{kind}_HOME": str(home / kind) for kind in ("CACHE", "CONFIG", "DATA", "STATE")},
    }
    done = subprocess.run(
        [PROGRAMS / program, "--config", home / f"{program}.ini", *arguments],
        cwd=home,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=120,
    )
    complaint = done.stderr.decode()
    if done.returncode or "warning" in complaint.lower() or "error" in complaint.lower():
        raise ValueError(f"{program} {arguments[0]} ended with {done.returncode}: {complaint}")
    return done.stdout.decode()


def show(home: Path, first: date, last: date) -> list[Happening]:
    """List the days; an event of several days is printed on each of them but counted once."""
    fields = [word for field in FIELDS for word in ("--json", field)]
    # A day more on either side: all-day events touch no midnight, and `select` does the exact cut.
    span = [(first - timedelta(days=1)).isoformat(), (last + timedelta(days=1)).isoformat()]
    representation = run(home, "khal", "list", "--day-format", "", *fields, *span)
    return select(set(parse(representation)), first, last)


def parse(representation: str) -> Iterator[Happening]:
    """Read one JSON list a day. A line ends at LF only, for a title may hold other separators."""
    for line in filter(None, representation.split("\n")):
        for row in json.loads(line):
            start, end = row["start-long-full"], row["end-long-full"]
            if row["all-day"] == "True":
                start, end = start[:10], (date.fromisoformat(end[:10]) + timedelta(days=1)).isoformat()
            else:
                start, end = f"{start}Z", f"{end}Z"
            yield Happening(row["uid"], start, end, row["title"], row.get("status", ""))
