"""Files, pipes and devices: all bytes, or words after a limited time."""

import os
import threading
import time
from pathlib import Path

import pytest

from calendar_service.parsers.calendar_file import read_calendar_file
from calendar_service.parsers.input_file import read_input


def test_a_file_and_no_more_than_asked(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"x" * 100)
    assert (read_input(path, 200), read_input(path, 7)) == (b"x" * 100, b"x" * 7)


def test_a_pipe_without_a_writer_ends_in_words(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    begun = time.monotonic()
    with pytest.raises(OSError, match=r"nothing is written into this pipe for 0\.2 seconds"):
        read_input(tmp_path / "pipe", 100, 0.2)
    assert time.monotonic() - begun < 5


def test_a_pipe_with_a_silent_writer_ends_too(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    handle = os.open(tmp_path / "pipe", os.O_RDWR)
    os.write(handle, b"calendar:")
    with pytest.raises(OSError, match="nothing is written"):
        read_input(tmp_path / "pipe", 100, 0.2)
    os.close(handle)


def test_a_pipe_is_read_to_its_end(tmp_path):
    os.mkfifo(tmp_path / "pipe")

    def write():
        with (tmp_path / "pipe").open("wb") as file:
            file.write(b"a" * 200_000)

    writer = threading.Thread(target=write)
    writer.start()
    assert read_input(tmp_path / "pipe", 1_000_000) == b"a" * 200_000
    writer.join(10)


def test_a_device_without_an_end_is_read_up_to_the_limit():
    assert read_input(Path("/dev/zero"), 1000) == bytes(1000)


def test_a_calendar_file_that_is_an_empty_pipe_is_a_finding(tmp_path, monkeypatch):
    os.mkfifo(tmp_path / "pipe")
    monkeypatch.setattr("calendar_service.parsers.input_file.PIPE_SECONDS", 0.1)
    (finding,) = read_calendar_file(tmp_path / "pipe").errors
    assert "nothing is written into this pipe" in finding.problem.message
