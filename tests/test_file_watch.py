"""Reading the calendar file in one state while other programs write it."""

import os
import subprocess
import threading
import time

import pytest

from calendar_service import file_watch
from calendar_service.file_watch import BusyFile, read_whole
from calendar_service.publishing import publish_file
from calendar_service.store.editions import load_edition
from tests.support.calendar_files import PYTHON, calendar, clock, event

LINUX = pytest.mark.skipif(not hasattr(file_watch.fcntl, "F_SETLEASE"), reason="only Linux has leases")


@pytest.fixture
def file(tmp_path):
    return tmp_path / "events.yaml"


@LINUX
def test_a_file_that_is_being_written_is_waited_for(database, file):
    with file.open("w") as writer:
        writer.write(calendar(event()))
        writer.flush()
        assert read_whole(file) is None
        finish = threading.Timer(0.2, lambda: (writer.write(event("second")), writer.close()))
        finish.start()
        assert publish_file(database, file, clock()).changed == ["event", "second"]
        finish.join()


@LINUX
def test_a_file_that_stays_open_for_writing_is_not_read(database, file, monkeypatch):
    monkeypatch.setattr(file_watch, "_WRITER_MAY_TAKE", 0.2)
    file.write_text(calendar(event()))
    with file.open("a"), pytest.raises(BusyFile, match="just being written by another program"):
        publish_file(database, file, clock())
    assert load_edition(database) is None


@LINUX
def test_another_process_that_writes_is_seen(file):
    file.write_text(calendar(event()))
    script = "import sys; f = open(sys.argv[1], 'a'); print('open', flush=True); sys.stdin.read(1)"
    writer = subprocess.Popen([PYTHON, "-c", script, file], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert writer.stdout.readline() == "open\n"
    assert read_whole(file) is None
    writer.communicate("!")
    assert read_whole(file) == calendar(event()).encode()


@LINUX
def test_a_writer_that_comes_during_the_reading_waits(file, monkeypatch):
    file.write_text("old\n" * 1000)
    fstat, times = os.fstat, []

    def write():
        with file.open("w") as writer:  # opening truncates, so it must not come before the reading ends
            times.append(time.monotonic())
            writer.write("new\n")

    writing = threading.Thread(target=write)

    def slow_fstat(descriptor):
        if not writing.ident:
            writing.start()
        time.sleep(0.2)
        return fstat(descriptor)

    monkeypatch.setattr(file_watch.os, "fstat", slow_fstat)
    assert read_whole(file) == b"old\n" * 1000
    read_at = time.monotonic()
    writing.join(5)
    assert times[0] > read_at - 0.05
    monkeypatch.undo()
    assert read_whole(file) == b"new\n"


SIGNALLED = """
import sys, threading, time
from pathlib import Path
from calendar_service.file_watch import read_whole
file, begun, whole = Path(sys.argv[1]), time.monotonic(), 0
print("ready", flush=True)
while time.monotonic() < begun + 0.5 or (whole <= 25 and time.monotonic() < begun + 30):
    data = read_whole(file)
    if data is not None:
        assert data in (b"", b"x" * 5000), len(data)  # empty: between a truncation and its writing
        whole += 1
print(whole)
"""


@LINUX
def test_a_writer_during_the_lease_does_not_kill_the_reader(file):
    file.write_bytes(b"x" * 5000)
    reader = subprocess.Popen(
        [PYTHON, "-c", SIGNALLED, file], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert reader.stdout.readline() == "ready\n"
    writes = 0
    while reader.poll() is None:
        with file.open("wb", buffering=0) as writer:
            writer.write(b"x" * 2500)
            writer.write(b"x" * 2500)
        writes += 1
    out, err = reader.communicate()
    assert (reader.returncode, err) == (0, "")
    assert int(out) > 25
    assert writes > 25


@LINUX
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become someone else")
def test_the_file_of_someone_else_is_read_without_a_lease():
    script = (
        "import os, sys; from pathlib import Path; from calendar_service.file_watch import read_whole\n"
        "os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
        "print(read_whole(Path(sys.argv[1])))"
    )
    done = subprocess.run([PYTHON, "-c", script, "/etc/hostname"], capture_output=True, text=True, check=False)
    with open("/etc/hostname", "rb") as file:  # noqa: PTH123 (any file of root that all may read)
        assert (done.stdout, done.stderr) == (f"{file.read()}\n", "")


@pytest.mark.parametrize("lacking", [AttributeError, OSError(22, "Invalid argument")], ids=["macOS", "file system"])
def test_without_leases_a_file_that_changes_is_not_taken(file, monkeypatch, lacking):
    def no_lease(*_):
        raise lacking

    monkeypatch.setattr(file_watch.fcntl, "fcntl", no_lease)
    file.write_bytes(b"whole\n")
    assert read_whole(file) == b"whole\n"
    fstat = os.fstat

    def fstat_and_write(descriptor):
        status = fstat(descriptor)
        with file.open("ab") as writer:
            writer.write(b"more\n")
        return status

    monkeypatch.setattr(file_watch.os, "fstat", fstat_and_write)
    assert read_whole(file) is None
