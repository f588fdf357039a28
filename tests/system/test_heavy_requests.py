"""Heavy requests against a real server: what is light and what is warm is answered meanwhile."""

import json
import os
import re
import subprocess
import sys

import pytest

from tests.support.paths import ROOT

MOST_MS = 200
"""Once everything waited for several renderings of this file, of half a second and more each."""


@pytest.mark.slow
def test_light_requests_are_answered_while_heavy_ones_are_rendered():
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CALENDAR_")}
    done = subprocess.run(
        [sys.executable, "-m", "bench.heavy_requests", "--records", "1000", "--seconds", "4", "--mixed"],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    found = re.findall(r"under load +(\S+) +(\d+) asked, median +([\d.]+) ms", done.stdout)
    assert [path for path, _, _ in found] == ["/healthz", "/calendar.ics"], done.stdout
    assert max(float(median) for _, _, median in found) < MOST_MS, done.stdout
    answers = json.loads(re.search(r"by answer: (.*)", done.stdout)[1].replace("'", '"'))
    assert set(answers) == {"200", "503"}, done.stdout
