"""`export`: the public side as files."""

import errno
import html
import os
import re
import threading
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from calendar_service.output_formats import FORMATS
from calendar_service.records.edition import Entry, Revision
from calendar_service.records.enums import Kind
from calendar_service.records.record import Record
from calendar_service.static_export import CannotExport, Site
from calendar_service.static_export import export_files as export_site
from calendar_service.web.app import edition_cache
from calendar_service.web.inprocess import ask_application

PAGES = ["/", "/month", "/year", "/subscribe"]
FEEDS = [
    *(path for form in FORMATS.values() if form.extension for path in (form.path, *form.kind_paths)),
    "/openapi.json",
    "/robots.txt",
    "/sitemap.xml",
    "/widget.js",
]


def entries(*ids):
    return [Entry(Revision(Record(id=name, kind=Kind.EVENT, title={"en": name}), 1, 0, None)) for name in ids]


def body(path):
    return 200, f"what {path} answers".encode()


def export_files(fetch, entries, prefixes, static, out, live=""):
    return export_site(fetch, Site(entries, prefixes, static, "https://calendar.example.org", live), out)


@pytest.fixture
def static(tmp_path):
    folder = tmp_path / "static"
    folder.mkdir()
    (folder / "site.css").write_bytes(b"body { }")
    return folder


def written(folder: Path):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_each_address_becomes_the_file_that_a_server_gives_for_it(tmp_path, static):
    count = export_files(body, entries("one"), ["", "/fr"], static, tmp_path / "out")
    expected = {path.removeprefix("/"): body(path)[1] for path in [*FEEDS, "/events/one.ics"]}
    for prefix in ("", "/fr"):
        for page in [*PAGES, "/events/one"]:
            path = f"{prefix}{page}"
            expected[f"{path.strip('/')}/index.html".removeprefix("/")] = body(path)[1]
    expected |= {
        "widget/index.html": body("/widget")[1],
        "api/v1/records.json": body("/api/v1/records")[1],
        "static/site.css": b"body { }",
    }
    found = written(tmp_path / "out")
    listed = found.pop(".calendar-service-export").decode().splitlines()
    assert found == expected
    assert listed == sorted(expected)
    assert count == len(expected)


def test_what_is_gone_is_removed_and_what_is_not_ours_stays(tmp_path, static):
    out = tmp_path / "out"
    export_files(body, entries("one", "two"), [""], static, out)
    (out / "CNAME").write_text("calendar.example.org")
    (out / ".calendar-service-export").write_text(
        f"{(out / '.calendar-service-export').read_text()}../static/site.css\n"
    )
    export_files(body, entries("two"), [""], static, out)
    found = written(out)
    assert "events/one.ics" not in found
    assert "events/one/index.html" not in found
    assert "events/two.ics" in found
    assert found["CNAME"] == b"calendar.example.org"
    assert (static / "site.css").exists()


def test_nothing_is_written_where_something_cannot_be_read(tmp_path, static):
    out = tmp_path / "out"
    with pytest.raises(CannotExport, match=r"^/calendar.atom answers 503\."):
        export_files(lambda path: (503, b"") if path == "/calendar.atom" else body(path), [], [""], static, out)
    assert not out.exists()


def test_a_folder_that_cannot_be_written_is_named(tmp_path, static):
    (tmp_path / "out").write_text("a file")
    with pytest.raises(CannotExport, match=r"out.*Name a folder in which files may be written"):
        export_files(body, [], [""], static, tmp_path / "out")


# -- replacing the folder -------------------------------------------------------------------------------------------


def test_what_has_not_changed_is_the_same_file(tmp_path, static):
    out = tmp_path / "out"
    export_files(body, entries("one"), [""], static, out)
    (out / "notes").mkdir()
    (out / "notes" / "mine.txt").write_text("mine")
    before = {path.relative_to(out): path.stat().st_ino for path in out.rglob("*") if path.is_file()}

    def changed(path):
        return (200, b"new") if path == "/calendar.ics" else body(path)

    export_files(changed, entries("one"), [""], static, out)
    after = {path.relative_to(out): path.stat().st_ino for path in out.rglob("*") if path.is_file()}
    assert {str(name) for name in before if before[name] != after[name]} == {"calendar.ics"}
    assert (out / "notes" / "mine.txt").read_text() == "mine"
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_a_reader_sees_the_old_files_or_the_new(tmp_path, static):
    """All files of one look are of one export, though exports follow each other."""
    out, stop, mixed, looks = tmp_path / "out", threading.Event(), [], []

    def at(number):
        return lambda _: (200, str(number).encode())

    def look():
        while not stop.is_set():
            folder = os.open(out, os.O_RDONLY)
            try:
                seen = {Path(f"/proc/self/fd/{folder}", name).read_bytes() for name in ("index.html", "calendar.ics")}
            except FileNotFoundError:
                continue  # that export was replaced and is gone
            finally:
                os.close(folder)
            looks.append(seen)
            mixed.extend([seen] if len(seen) > 1 else [])

    export_files(at(0), [], [""], static, out)
    thread = threading.Thread(target=look)
    thread.start()
    for number in range(1, 30):
        export_files(at(number), [], [""], static, out)
    stop.set()
    thread.join()
    assert looks
    assert mixed == []


def test_where_folders_cannot_be_exchanged_files_are_replaced(tmp_path, static, monkeypatch):
    def refuse(*_):
        raise OSError(errno.EBUSY, "a mount")

    out = tmp_path / "out"
    export_files(body, entries("one", "two"), [""], static, out)
    monkeypatch.setattr("calendar_service.store.whole_folder._exchange", refuse)
    export_files(body, entries("two"), [""], static, out)
    assert "events/two.ics" in written(out)
    assert "events/one.ics" not in written(out)


def test_where_a_file_is_not_ours_to_link_files_are_replaced(tmp_path, static, monkeypatch):
    """Linux lets nobody link a file that is another user's and closed."""

    def refuse(path, *_, **__):
        raise PermissionError(errno.EPERM, os.strerror(errno.EPERM), str(path))

    out = tmp_path / "out"
    export_files(body, entries("one"), [""], static, out)
    (out / "theirs").write_text("theirs")
    monkeypatch.setattr(os, "link", refuse)
    export_files(body, entries("two"), [""], static, out)
    assert ("events/two.ics" in written(out), "events/one.ics" in written(out)) == (True, False)
    assert (out / "theirs").read_text() == "theirs"


def test_folders_are_open_to_a_web_server_and_keep_their_rights(tmp_path, static):
    out, before = tmp_path / "new" / "out", os.umask(0o077)
    try:
        export_files(body, entries("one"), [""], static, out)
        folders = [out.parent, out, *(path for path in out.rglob("*") if path.is_dir())]
        assert {oct(path.stat().st_mode & 0o777) for path in folders} == {"0o755"}
        for path, mode in ((out, 0o750), (out / "events", 0o2711)):
            path.chmod(mode)
        export_files(body, entries("two"), [""], static, out)
    finally:
        os.umask(before)
    assert [oct(path.stat().st_mode & 0o7777) for path in (out, out / "events")] == ["0o750", "0o2711"]


def test_links_to_folders_and_empty_folders_of_others_stay(tmp_path, static):
    out = tmp_path / "out"
    export_files(body, entries("one"), [""], static, out)
    (out / "assets").symlink_to(static)
    (out / "inbox").mkdir()
    export_files(body, entries("two"), [""], static, out)
    assert (out / "assets").readlink() == static
    assert (out / "inbox").is_dir()
    assert not (out / "events" / "one").exists()


# -- links ----------------------------------------------------------------------------------------------------------


def links_of(page):
    found = re.findall(r'<(?:a|link|script|img|iframe|form)\b[^>]*\b(?:href|src|action)="([^"]*)"', page)
    return [html.unescape(url) for url in found if not url.startswith(("#", "mailto:", "data:"))]


@pytest.mark.parametrize("live", ["", "https://live.example.org"])
def test_every_link_of_the_showcase_leads_somewhere(tmp_path, showcase, live):
    base = showcase.base
    app = showcase.app
    edition = edition_cache(app).edition()
    out = tmp_path / "out"
    site = Site(edition.shown_at(showcase.now), ["", "/fr"], Path(str(app.static_folder)), base, live)
    export_site(ask_application(app), site, out)
    pages = list(out.rglob("*.html"))
    dead, to_live = [], 0
    for path in pages:
        for url in links_of(path.read_text(encoding="utf-8")):
            local = urlsplit(url.removeprefix(base).removeprefix(f"webcal://{base.partition('://')[2]}"))
            if live and url.startswith(f"{live}/"):
                to_live += 1
            elif url.startswith(("/", base, f"webcal://{base.partition('://')[2]}")):
                target = out / local.path.strip("/")
                is_there = target.is_file() or (target / "index.html").is_file()
                if not is_there or (local.query and "/static/" not in local.path):
                    dead.append((path.name, url))
    assert dead == []
    assert len(pages) > 10
    assert bool(live) is (to_live > 0)
    locations = re.findall(r"<loc>(.*?)</loc>", (out / "sitemap.xml").read_text(encoding="utf-8"))
    assert f"{base}/" in locations
    assert not any(url.endswith(("/reminders", "/embed")) for url in locations)
