"""The code of release 0.2.0 goes on while the tables under it become those of this version: it serves, signs up and sends."""

import io
import subprocess
import sys
import tarfile
import threading
import time
from contextlib import contextmanager

import pytest
from sqlalchemy import text

from calendar_service.store.engine import open_engine, reading
from tests.support.paths import ROOT
from tests.support.proof_hosts import FEEDS, print_numbers
from tests.support.running_service import PROGRAM, SIGN_UP, calendar, in_folder, serve

RELEASE = "36e3344"
SECONDS = 10

pytestmark = [
    pytest.mark.slow,
    pytest.mark.parametrize("empty_database_url", ["postgresql"], indirect=True),
]


@pytest.fixture
def release(tmp_path):
    """The program as it was released, in a folder of its own."""
    done = subprocess.run(["git", "archive", RELEASE, "calendar_service"], cwd=ROOT, capture_output=True, check=False)
    if done.returncode:
        pytest.skip("needs the history of the repository")
    folder = tmp_path / "release"
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
        archive.extractall(folder, filter="data")
    return folder


@contextmanager
def asking(made):
    answers, stop = [], threading.Event()
    paths = [path for path in FEEDS if "t0" not in path] + ["/", "/events/one", "/reminders"]

    def ask():
        while not stop.is_set():
            answers.extend(made.get(path)[0] for path in paths)

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        yield answers
    finally:
        stop.set()
        thread.join()


def sign_up(made, name):
    assert made.get("/reminders", data=SIGN_UP.replace(b"ann%40", f"{name}%40".encode()))[0] == 200
    made.wait_until(lambda: made.mails.exists() and f"{name}@example.org" in made.mails.read_text(), 60)


def save(made, title):
    made.file.write_text(calendar(title))
    made.wait_until(lambda: f":{title}\r\n" in made.get("/calendar.ics")[2], 60)


def test_the_release_before_goes_on_with_the_tables_of_this_one(tmp_path, release, empty_database_url):
    (tmp_path / "here").mkdir()
    with in_folder(tmp_path / "here", empty_database_url) as made:
        made.start_sink()
        made.environment["PYTHONPATH"] = str(release)
        old = (sys.executable, "-c", "from calendar_service.cli import main; main()", "serve", "--port", "{port}")
        process = serve(made, *old)
        made.wait_until(lambda: made.get("/calendar.ics")[0] == 200, 20)
        assert b"0.2.0" in subprocess.check_output([*old[:3], "--version"], env=made.environment, cwd=made.folder)
        with asking(made) as answers:
            sign_up(made, "before")
            before = len(answers)
            made.environment["PYTHONPATH"] = str(ROOT)
            subprocess.run([PROGRAM, "db", "upgrade"], cwd=made.folder, env=made.environment, check=True)
            sign_up(made, "after")
            save(made, "Two")
            time.sleep(SECONDS)
        engine = open_engine(empty_database_url)
        with reading(engine) as connection:
            version = connection.scalar(text("SELECT version_num FROM alembic_version"))
        engine.dispose()
        failed = [status for status in answers if status != 200]
        print_numbers(
            f"0.2.0 on the tables of {version}", before=before, after=len(answers) - before, failed=len(failed)
        )
        assert failed == []
        assert process.poll() is None
        assert "Traceback" not in made.logs()
