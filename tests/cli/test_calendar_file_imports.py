"""What `check` imports: editors and hooks call it again and again, so it starts without what only servers need."""

import json
import subprocess
import sys
from pathlib import Path

HEAVY = {"sqlalchemy", "flask", "apscheduler", "icalendar", "jinja2", "holidays", "lxml", "http.client"}
ROOT = Path(__file__).parents[2]
AND_TELL = """
import json, sys
from calendar_service.cli.main import main
try:
    main()
finally:
    print(json.dumps(sorted(sys.modules)))
"""


def test_check_imports_no_heavy_libraries():
    command = [sys.executable, "-c", AND_TELL, "check", ROOT / "data" / "events.yaml"]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    *_, modules = run.stdout.splitlines()
    assert HEAVY & set(json.loads(modules)) == set()
