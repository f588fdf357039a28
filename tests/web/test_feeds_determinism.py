"""The same file gives the same bytes and tags, whatever the process, hash seed, zone or order of records."""

import json
import os
import subprocess
import sys
from pathlib import Path

import yaml

from tests.support.feed_service import BASE, PUBLISHED, RICH, open_service
from tests.support.paths import ROOT

PATHS = ["/calendar.ics", "/calendar.ics?lang=fr&alarms=1+day", "/events/weekly-clinic.ics", "/api/v1/records"]
PROCESS = """
import json, sys
from pathlib import Path
from tests.support.feed_service import open_service
service = open_service(Path(sys.argv[1]))
found = {}
for path in json.loads(sys.argv[2]):
    each = service.get(path)
    found[path] = [each.headers["ETag"], each.headers["Last-Modified"], each.data.hex()]
print(json.dumps(found))
"""


def read_in_process(folder: Path, seed: str, zone: str):
    environment = os.environ | {
        "PYTHONHASHSEED": seed,
        "TZ": zone,
    }
    done = subprocess.run(
        [sys.executable, "-c", PROCESS, str(folder), json.dumps(PATHS)],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        check=True,
        timeout=60,
    )
    return json.loads(done.stdout)


def here(service):
    found = {path: service.get(path) for path in PATHS}
    return {
        path: [each.headers["ETag"], each.headers["Last-Modified"], each.data.hex()] for path, each in found.items()
    }


def test_processes_hash_seeds_and_zones_agree(service):
    service.publish(RICH.read_text(encoding="utf-8"), PUBLISHED)
    wanted = here(service)
    # Each of these is a restart on the same database as well.
    for seed, zone in (("1", "UTC"), ("2", "Pacific/Auckland"), ("3", "America/St_Johns")):
        assert read_in_process(service.folder, seed, zone) == wanted


def test_order_of_the_file_does_not_matter(tmp_path):
    tree = yaml.load(RICH.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # noqa: S506 (it gives strings alone)
    for record in tree["records"]:
        if "fold" in record:
            record["fold"] = int(record["fold"])  # a number, which quotes would hide
    found = []
    for name in ("forwards", "backwards"):
        service = open_service(tmp_path, database=f"{name}.sqlite3", base_url=BASE)
        service.publish(json.dumps(tree, ensure_ascii=False), PUBLISHED)
        found.append(here(service))
        tree["records"].reverse()
        service.engine.dispose()
    assert found[0] == found[1]
