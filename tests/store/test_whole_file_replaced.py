"""Files that people keep are replaced only when nobody else has changed them, and stay where and whose they are."""

import fcntl
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from calendar_service.store import whole_file
from calendar_service.store.whole_file import NotReplaced, replace_whole

OLD, NEW = b"old\n" * 20_000, b"new\n" * 30_000


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "events.yaml"
    path.write_bytes(OLD)
    return path


def test_owner_and_permissions_stay(file):
    if os.geteuid() == 0:
        os.chown(file, 12345, 54321)
    file.chmod(0o2640)
    before = file.stat()
    replace_whole(file, NEW, OLD)
    after = file.stat()
    assert (file.read_bytes(), after.st_mode, after.st_uid, after.st_gid) == (
        NEW, before.st_mode, before.st_uid, before.st_gid,
    )  # fmt: skip
    assert after.st_ino != before.st_ino
    assert list(file.parent.iterdir()) == [file]


def test_symbolic_links_stay_and_lead_to_the_new_content(file, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    link, second = tmp_path / "elsewhere" / "link.yaml", tmp_path / "second.yaml"
    link.symlink_to("../events.yaml")
    second.symlink_to(link)
    replace_whole(second, NEW, OLD)
    assert (second.is_symlink(), link.is_symlink(), file.is_symlink()) == (True, True, False)
    assert (second.read_bytes(), file.read_bytes()) == (NEW, NEW)
    assert list(link.parent.iterdir()) == [link]


def refusal(file, known=OLD):
    before = {path: path.read_bytes() for path in file.parent.iterdir() if path.is_file()}
    with pytest.raises(NotReplaced) as caught:
        replace_whole(file, NEW, known)
    assert {path: path.read_bytes() for path in file.parent.iterdir() if path.is_file()} == before
    return str(caught.value)


def test_a_file_that_has_changed_is_not_overwritten(file):
    assert "has changed since it was read" in refusal(file, b"older\n")


def test_a_file_that_changes_while_it_is_written_is_not_overwritten(file, monkeypatch):
    sync = os.fsync
    monkeypatch.setattr(os, "fsync", lambda handle: (file.write_bytes(b"by hand\n"), sync(handle)))
    with pytest.raises(NotReplaced, match="has changed since it was read"):
        replace_whole(file, NEW, OLD)
    assert file.read_bytes() == b"by hand\n"


def test_a_file_with_two_names_is_refused(file):
    os.link(file, file.with_name("second.yaml"))
    assert "2 names (hard links)" in refusal(file)


def test_what_is_no_file_is_refused(tmp_path):
    with pytest.raises(NotReplaced, match="not a regular file"):
        replace_whole(tmp_path, NEW, OLD)


def test_a_file_that_cannot_be_written_is_refused(file, monkeypatch):
    monkeypatch.setattr(os, "access", lambda path, _mode: path != file)
    assert "cannot be written" in refusal(file)


def test_a_file_of_another_user_is_refused(file, monkeypatch):
    def forbidden(*_):
        raise PermissionError(1, "Operation not permitted")

    made = os.fstat
    monkeypatch.setattr(os, "fstat", lambda handle: os.stat_result([*made(handle)[:4], 12345, *made(handle)[5:]]))
    monkeypatch.setattr(os, "fchown", forbidden)
    assert "belongs to another user or group" in refusal(file)


def test_a_file_that_is_mounted_by_itself_is_refused(file, monkeypatch):
    def busy(self, target):
        raise OSError(16, "Device or resource busy", str(self), None, str(target))

    monkeypatch.setattr(Path, "replace", busy)
    assert "is mounted by itself (a bind mount)" in refusal(file)


def test_one_process_writes_at_a_time(file, monkeypatch):
    monkeypatch.setattr(whole_file, "LOCK_SECONDS", 0.1)
    handle = os.open(file.parent, os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_EX)
    assert "another process is writing" in refusal(file)
    os.close(handle)
    replace_whole(file, NEW, OLD)
    assert file.read_bytes() == NEW


KILLED = """
import os, pathlib, signal, sys
from calendar_service.store.whole_file import replace_whole
path, step = pathlib.Path(sys.argv[1]), sys.argv[2]
kill = lambda: os.kill(os.getpid(), signal.SIGKILL)
rename, sync = pathlib.Path.replace, os.fsync
if step == "before the sync":
    os.fsync = lambda handle: kill()
if step == "between write and rename":
    pathlib.Path.replace = lambda *_: kill()
if step == "after the rename":
    pathlib.Path.replace = lambda *both: (rename(*both), kill())
replace_whole(path, b"new\\n" * 30_000, path.read_bytes())
"""


@pytest.mark.parametrize(
    ("step", "content"), [("before the sync", OLD), ("between write and rename", OLD), ("after the rename", NEW)]
)
def test_a_kill_leaves_the_old_or_the_new_file_whole(file, step, content):
    file.chmod(0o640)
    done = subprocess.run([sys.executable, "-c", KILLED, str(file), step], check=False)
    assert done.returncode == -signal.SIGKILL
    assert (file.read_bytes(), stat.S_IMODE(file.stat().st_mode)) == (content, 0o640)
    replace_whole(file, b"next\n", content)
    assert list(file.parent.iterdir()) == [file], "what the killed process left is still there"
