"""Files are there whole or not at all."""

import os
import stat
from threading import Barrier, Thread

import pytest

from calendar_service.store.whole_file import create_whole, make_private, write_whole


@pytest.mark.parametrize("mode", [0o600, 0o644])
def test_a_file_is_replaced_with_its_rights_whatever_the_umask(tmp_path, mode):
    path = tmp_path / "new" / "file"
    before = os.umask(0o077)
    try:
        for content in (b"first", b"second"):
            write_whole(path, content, mode)
    finally:
        os.umask(before)
    assert (path.read_bytes(), stat.S_IMODE(path.stat().st_mode)) == (b"second", mode)
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("write", [write_whole, create_whole])
def test_what_is_on_the_disk_is_named_only_then(tmp_path, monkeypatch, write):
    path = tmp_path / "file"
    seen = []
    put = os.fsync
    monkeypatch.setattr(
        os, "fsync", lambda handle: (seen.append((path.exists(), os.fstat(handle).st_size)), put(handle))
    )
    write(path, b"whole")
    assert seen == [(False, 5)]


def test_a_full_disk_leaves_the_old_file_and_no_draft(tmp_path, monkeypatch):
    path = tmp_path / "file"
    write_whole(path, b"old")

    def full(_handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_whole(path, b"new")
    assert [each.read_bytes() for each in tmp_path.iterdir()] == [b"old"]


def test_of_many_who_make_a_file_one_does(tmp_path):
    path, start, made = tmp_path / "key", Barrier(8), []

    def make(number):
        start.wait()
        made.append((create_whole(path, b"%d" % number), number))

    threads = [Thread(target=make, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    winners = [number for won, number in made if won]
    assert [b"%d" % number for number in winners] == [path.read_bytes()]
    assert list(tmp_path.iterdir()) == [path]


def test_the_rights_of_others_are_taken_from_a_folder_and_all_in_it(tmp_path):
    outside = tmp_path / "outside"
    outside.write_text("not ours")
    outside.chmod(0o644)
    folder = tmp_path / "var"
    (folder / "mail").mkdir(parents=True)
    for name, mode in {"calendar.sqlite3": 0o644, "mail/a.eml": 0o664, "program": 0o755, "mine": 0o400}.items():
        (folder / name).write_text(name)
        (folder / name).chmod(mode)
    (folder / "link").symlink_to(outside)
    (folder / "dangling").symlink_to(tmp_path / "nowhere")
    make_private(folder)
    make_private(tmp_path / "nowhere")
    left = {path.name: stat.S_IMODE(path.stat().st_mode) for path in [folder, *folder.rglob("*")] if path.exists()}
    assert left == {
        "var": 0o700,
        "mail": 0o700,
        "calendar.sqlite3": 0o600,
        "a.eml": 0o600,
        "program": 0o700,
        "mine": 0o400,
        "link": 0o644,
    }


@pytest.mark.parametrize("write", [write_whole, create_whole])
@pytest.mark.parametrize(("mode", "rights"), [(0o600, 0o700), (0o644, 0o755)])
def test_folders_that_are_missing_are_as_private_as_the_file(tmp_path, write, mode, rights):
    before = os.umask(0)
    try:
        write(tmp_path / "var" / "mail" / "one.eml", b"To: ann@example.org", mode)
    finally:
        os.umask(before)
    assert {stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("var", "var/mail")} == {rights}
