"""What ical.js, the engine of Thunderbird and Nextcloud, sees in a calendar.

It believes the VTIMEZONE of the file and nothing else, so a wrong one shows here.
"""

import json
import subprocess
from datetime import date
from pathlib import Path

from tests.support.calendar_clients.happening import Happening, select
from tests.support.tools import find_node

SCRIPT = Path(__file__).with_name("icaljs.mjs")


def read(ics: bytes, first: date, last: date) -> list[Happening]:
    run = subprocess.run(
        [find_node(), SCRIPT, last.isoformat()], input=ics, capture_output=True, check=False, timeout=60
    )
    if run.returncode:
        raise ValueError(f"ical.js refused the calendar: {run.stderr.decode()}")
    return select((Happening(**each) for each in json.loads(run.stdout)), first, last)
