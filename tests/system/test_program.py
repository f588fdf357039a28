"""The program as its users start it: from the command line, installed from its wheel, under real servers."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import zipfile
from datetime import date, timedelta
from pathlib import Path

import pytest

from calendar_service.starter_file import write_starter
from tests.support.commands import run_here
from tests.support.paths import ROOT
from tests.support.running_service import stop_again

BIN = Path(sys.executable).parent
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("CALENDAR_")}


def run(*words, cwd=ROOT, program=BIN / "calendar-service", **environment):
    return subprocess.run(
        [program, *map(str, words)], cwd=cwd, env=ENVIRONMENT | environment, capture_output=True, text=True, check=False
    )


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


class Server:
    """A server process, started and stopped for real."""

    def __init__(self, *command, port, cwd, **environment):
        self.url = f"http://127.0.0.1:{port}"
        self.log = cwd / "server.log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                list(map(str, command)), cwd=cwd, env=ENVIRONMENT | environment, stdout=log, stderr=log
            )

    def __enter__(self):
        for _ in range(300):
            try:
                self.get("/healthz")
            except OSError:
                time.sleep(0.05)
            else:
                return self
        self.__exit__()
        raise AssertionError(self.log.read_text())

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        stop_again(self.process, 15)
        self.code = self.process.returncode

    def get(self, path, **headers):
        with urllib.request.urlopen(urllib.request.Request(self.url + path, headers=headers)) as answer:
            return answer.read()

    def wait_for(self, path, words, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if words in self.get(path).decode():
                return
            time.sleep(0.05)
        raise AssertionError(f"{words!r} did not come; log: {self.log.read_text()}")


def test_version():
    assert re.fullmatch(r"calendar-service, version \d+\.\d+\.\d+\n", run("--version").stdout)


def test_every_command_of_the_reference_is_there():
    reference = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")
    told = set(re.findall(r"^### `calendar-service ([\w-]+)", reference, re.MULTILINE))
    there = set(re.findall(r"^  ([\w-]+) ", run("--help").stdout.partition("Commands:")[2], re.MULTILINE))
    assert told == there


def test_check_is_good_with_the_programme():
    done = run("check", "data/events.yaml")
    assert done.returncode == 0
    assert done.stdout.splitlines() == [
        "data/events.yaml:29:5 records[0].when: note: 'CET' is read as local time in Europe/Paris, which is CEST (UTC+2) on that day: 2020-07-07T09:00Z ('7 July 2020 at 11.00-12.30 CET'). If UTC+1 was meant, write UTC+01:00.",
        "data/events.yaml: 10 records, no problems, 1 note",
    ]


def test_check_says_problems_and_exits_with_one(tmp_path):
    file = tmp_path / "events.yaml"
    text = (ROOT / "data" / "events.yaml").read_text(encoding="utf-8")
    file.write_text(text.replace("closes: 10 July 2020\n", "closes: 31 June 2020\n"), encoding="utf-8")
    done = run("check", file)
    assert done.returncode == 1
    assert re.search(r"events\.yaml:\d+:5 records\[3\]\.closes: ", done.stdout)
    told = json.loads(run("check", file, "--format", "json").stdout)["problems"]
    errors = [problem for problem in told if problem["severity"] == "error"]
    assert [(problem["path"], problem["column"], problem["value"]) for problem in errors] == [
        ("records[3].closes", 5, "31 June 2020")
    ]


def test_check_needs_no_setting_but_the_file():
    environment = {"CALENDAR_OPERATOR_TOKEN": "short", "CALENDAR_FILE": "data/events.yaml"}
    assert run("check", **environment).returncode == 0


def test_wrong_use_exits_with_two():
    assert run("check", "--format", "xml").returncode == 2
    assert run("frobnicate").returncode == 2


def test_wrong_setting_is_one_line(tmp_path):
    done = run("publish", CALENDAR_BASE_URL="ftp://x", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr == (
        "Error: CALENDAR_BASE_URL: 'ftp://x' is not a base address. Write https://calendar.example.org\n"
    )


def test_schema_beside_the_data_is_current():
    assert run("schema").stdout == (ROOT / "data" / "events.schema.json").read_text(encoding="utf-8")


def test_init_writes_a_file_that_is_good_and_ahead(tmp_path):
    assert run_here(tmp_path, "init").returncode == 0
    done = run_here(tmp_path, "check", "events.yaml")
    assert done.returncode == 0
    assert "4 records, no problems" in done.stdout
    years = {int(year) for year in re.findall(r"\b20\d\d\b", (tmp_path / "events.yaml").read_text(encoding="utf-8"))}
    assert min(years) >= date.today().year
    assert run_here(tmp_path, "init").returncode == 1


def test_publish_holds_back_until_confirmed(tmp_path):
    file = tmp_path / "events.yaml"
    ahead = (date.today() + timedelta(days=60)).isoformat()
    sooner = (date.today() + timedelta(days=30)).isoformat()
    head = "calendar: {id: a.example, name: A, timezone: Europe/Paris, languages: [en]}\nrecords:\n"
    line = "  - {{id: one, kind: tender, title: One, closes: {}}}\n"
    database = {"CALENDAR_DATABASE_URL": f"sqlite:///{tmp_path / 'a.sqlite3'}"}
    file.write_text(head + line.format(ahead), encoding="utf-8")
    assert run("publish", file, **database).stdout == f"{file}: published\n"
    assert run_here(tmp_path, "publish", file, **database).stdout == f"{file}: unchanged\n"
    file.write_text(head + line.format(sooner), encoding="utf-8")
    held = run_here(tmp_path, "publish", file, **database)
    assert (held.returncode, held.stdout) == (1, f"{file}: held\n")
    assert f"one: closes moves from '{ahead}' to '{sooner}', which is earlier" in held.stderr
    assert run_here(tmp_path, "publish", file, "--confirm", **database).stdout == f"{file}: published\n"


def test_doctor_is_well_after_publishing(tmp_path):
    database = {"CALENDAR_DATABASE_URL": f"sqlite:///{tmp_path / 'a.sqlite3'}"}
    assert run_here(ROOT, "doctor", **database).returncode == 1
    assert run_here(ROOT, "publish", **database).returncode == 0
    done = run_here(ROOT, "doctor", **database)
    assert done.returncode == 0
    assert re.match(r"ok   time zones: tzdata (\d{4}[a-z]), pytz \1\n", done.stdout)


def test_serve_follows_its_file(tmp_path):
    port = free_port()
    write_starter(file := tmp_path / "events.yaml", date.today())
    with Server(BIN / "calendar-service", "serve", "events.yaml", "--port", port, port=port, cwd=tmp_path) as server:
        assert b"BEGIN:VEVENT" in server.get("/calendar.ics")
        good = file.read_text(encoding="utf-8")
        file.write_text(good.replace("A first webinar", "A changed webinar"), encoding="utf-8")
        server.wait_for("/calendar.ics", "A changed webinar", 3)
        before = server.get("/calendar.ics")
        file.write_text("calendar: [", encoding="utf-8")
        server.wait_for("/readyz", '"stale"', 4)
        assert server.get("/calendar.ics") == before
    with Server(BIN / "calendar-service", "serve", "events.yaml", "--port", port, port=port, cwd=tmp_path) as server:
        assert server.get("/calendar.ics") == before
    assert server.code == 0


NO_SCRIPT_NAME = ("--forwarder-headers", "")


@pytest.mark.parametrize(
    "command",
    [
        (
            "gunicorn",
            "--workers",
            "2",
            "--threads",
            "2",
            *NO_SCRIPT_NAME,
            "--bind",
            "127.0.0.1:{port}",
            "wsgi:application",
        ),
        ("gunicorn", "--preload", "--workers", "2", *NO_SCRIPT_NAME, "--bind", "127.0.0.1:{port}", "wsgi:application"),
        (
            "granian",
            "--interface",
            "wsgi",
            "--workers",
            "2",
            "--host",
            "127.0.0.1",
            "--port",
            "{port}",
            "wsgi:application",
        ),
    ],
    ids=["gunicorn", "gunicorn-preload", "granian"],
)
def test_wsgi_servers_follow_the_file(tmp_path, command):
    write_starter(file := tmp_path / "events.yaml", date.today())
    (tmp_path / "wsgi.py").write_text((ROOT / "wsgi.py").read_text(encoding="utf-8"), encoding="utf-8")
    port = free_port()
    words = [part.format(port=port) for part in command]
    with Server(BIN / words[0], *words[1:], port=port, cwd=tmp_path, CALENDAR_FILE="events.yaml") as server:
        tags = {urllib.request.urlopen(f"{server.url}/calendar.ics").headers["ETag"] for _ in range(20)}
        assert len(tags) == 1
        for name in ("/fr", "/month"):
            french = urllib.request.Request(f"{server.url}/fr/", headers={"SCRIPT_NAME": name})
            assert b'<html lang="fr"' in urllib.request.urlopen(french).read()
        file.write_text(
            file.read_text(encoding="utf-8").replace("A first webinar", "A changed webinar"), encoding="utf-8"
        )
        server.wait_for("/calendar.ics", "A changed webinar", 4)


def test_installed_from_its_wheel_in_an_empty_folder(tmp_path):
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", tmp_path, ROOT], check=True
    )
    (wheel,) = tmp_path.glob("*.whl")
    site = tmp_path / "site"
    zipfile.ZipFile(wheel).extractall(site)  # as pip does
    empty = tmp_path / "empty"
    empty.mkdir()
    port = free_port()
    program = [sys.executable, "-c", "from calendar_service.cli.main import main; main()"]
    installed = {"PYTHONPATH": str(site)}
    made = subprocess.run([*program, "init", "events.yaml"], cwd=empty, env=ENVIRONMENT | installed, check=False)
    assert made.returncode == 0
    with Server(*program, "serve", "events.yaml", "--port", port, port=port, cwd=empty, **installed) as server:
        assert "Un premier webinaire" in server.get("/fr/").decode()
        assert "Conférence annuelle" in server.get("/calendar.ics?lang=fr").decode().replace("\r\n ", "")
        assert b"--paper" in server.get("/static/site.css")
    assert {path.name for path in empty.iterdir()} == {"events.yaml", "events.schema.json", "var", "server.log"}
