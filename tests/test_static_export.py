"""`export`: the public side as files."""

from pathlib import Path

import pytest

from calendar_service.output_formats import FORMATS
from calendar_service.records.edition import Entry, Revision
from calendar_service.records.enums import Kind
from calendar_service.records.record import Record
from calendar_service.static_export import CannotExport, export_files

PAGES = ["/", "/month", "/subscribe"]
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
