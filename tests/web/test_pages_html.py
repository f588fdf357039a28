"""The Nu HTML checker over every kind of page: no error and no warning."""

import subprocess
from pathlib import Path

import pytest

from tests.support.tools import HTML_CHECKER, find_java

PATHS = [
    "/",
    "/fr/?kind=event&tag=network&q=bergen",
    "/?from=2026-01-01&to=2026-12-31",
    "/month/2026-11",
    "/fr/month/2026-12",
    "/events/charts-tender",
    "/fr/events/arabic",
    "/events/help-desk",
    "/subscribe",
    "/fr/?kind=party",
    "/reminders",
    "/fr/reminders?id=charts-tender",
    "/widget",
    "/widget?view=month&month=2026-12&lang=fr",
    "/widget?view=next",
    "/widget?view=compact&theme=dark&accent=1c4e94",
    "/widget?kind=party",
    "/embed",
    "/fr/embed?view=month&kind=tender",
]
# Not widget.css: the checker does not know container queries yet.
STYLES = ["site.css", "forms.css", "embed.css"]


@pytest.mark.slow
@pytest.mark.java
def test_checker_finds_nothing(showcase, tmp_path):
    for number, path in enumerate(PATHS):
        (tmp_path / f"{number}.html").write_bytes(showcase.get(path).data)
    styles = [Path(showcase.app.static_folder) / name for name in STYLES]
    for kind, *files in (("--html", tmp_path), ("--css", *styles)):
        command = [find_java(), "-jar", HTML_CHECKER, "--format", "gnu", kind, *files]
        told = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
        assert told.stderr == ""
