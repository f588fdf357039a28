"""A real release of the tz database: published under one, looked at under the next."""

import json
import os
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
import tzdata

from calendar_service.publishing import publish_file
from calendar_service.store.editions import load_edition
from calendar_service.store.publication import TZ_DATABASE, PublishOutcome, PublishResult
from tests.support.calendar_files import PYTHON, calendar, event, tender, webinar

DISAGREE = (
    f"The package tzdata has the tz database 2025b, but pytz has {TZ_DATABASE}: zones that one of them does not "
    "know cannot be trusted. Install the same release of both; `calendar-service doctor` looks again."
)
PUBLISH = """
import json, logging, sys
from datetime import datetime
from pathlib import Path
logging.basicConfig(level=logging.WARNING, format="%(message)s")
from calendar_service.publishing import publish_file
from calendar_service.store.engine import open_engine
result = publish_file(open_engine(sys.argv[1]), Path(sys.argv[2]), datetime.fromisoformat(sys.argv[3]))
starts = result.edition.entries["casablanca-webinar"].record.schedule.span.starts
print(json.dumps([result.outcome, result.moved, str(starts.instant)]))
"""


@pytest.fixture(scope="module")
def old_tree(tmp_path_factory):
    """A tzdata package of an earlier release, in which Morocco keeps the time of Paris."""
    folder = tmp_path_factory.mktemp("old")
    package = folder / "tzdata"
    shutil.copytree(Path(tzdata.__file__).parent, package, ignore=shutil.ignore_patterns("__pycache__"))
    (package / "__init__.py").write_text('__version__ = "2025.2"\nIANA_VERSION = "2025b"\n')
    (package / "zoneinfo/Africa/Casablanca").write_bytes((package / "zoneinfo/Europe/Paris").read_bytes())
    return folder


def publish_under(tree, url, file, now):
    environment = {**os.environ, "PYTHONPATH": str(tree)}
    arguments = [PYTHON, "-c", PUBLISH, url, str(file), now.isoformat()]
    done = subprocess.run(arguments, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout), done.stderr.splitlines()


def test_each_moved_moment_is_told_and_nothing_else(database_url, database, tmp_path, old_tree, caplog):
    file = tmp_path / "events.yaml"
    file.write_text(
        calendar(
            webinar("casablanca-webinar", "1 December 2026 at 11.00 Africa/Casablanca"),
            webinar("past-webinar", "3 February 2026 at 11.00 Africa/Casablanca"),
            webinar("paris-webinar", "1 December 2026 at 11.00 Europe/Paris"),
            webinar("weekly-webinar", "4 January 2026 at 18.00 Africa/Casablanca") + "    repeats: every week\n",
            tender(),
            event(),
        )
    )
    before, said = publish_under(old_tree, database_url, file, datetime(2026, 1, 1, tzinfo=UTC))
    assert before == ["published", [], "2026-12-01 10:00:00+00:00"]
    assert said == [DISAGREE]
    now = datetime(2026, 11, 15, tzinfo=UTC)
    result = publish_file(database, file, now)
    because = f"because the clocks of Africa/Casablanca have new rules (tz database 2025b -> {TZ_DATABASE})"
    moved = [
        "casablanca-webinar: starts moves from 2026-12-01T10:00Z to 2026-12-01T11:00Z",
        "weekly-webinar: starts of 2026-11-15 moves from 2026-11-15T17:00Z to 2026-11-15T18:00Z, and 58 later ones too",
    ]
    assert (result.outcome, result.changed) == (PublishOutcome.PUBLISHED, ["casablanca-webinar", "weekly-webinar"])
    assert result.moved == [f"{each}, {because}" for each in moved]
    assert [each.message for each in caplog.records if each.levelname == "WARNING"] == result.moved
    entries = load_edition(database).entries
    assert {name for name, entry in entries.items() if entry.revision.sequence} == set(result.changed)
    assert publish_file(database, file, now) == PublishResult(PublishOutcome.UNCHANGED, edition=result.edition)
