"""Export the public pages and feeds as files for a static web server.

A page at /month becomes month/index.html; paths with an extension keep it. URLs with a query, such as filters and feeds
in another language, and forms need the service itself.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from calendar_service.output_formats import FORMATS, RECORD_FILE
from calendar_service.records.errors import CalendarError
from calendar_service.store.whole_file import write_whole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from calendar_service.records.edition import Entry

_OK = 200
_BESIDE = ("/openapi.json", "/robots.txt", "/sitemap.xml", "/widget", "/widget.js")
_READABLE = 0o644
_LIST = ".calendar-service-export"


class CannotExport(CalendarError):
    """A page or file cannot be read or written; the files of the last export stay."""


def export_files(
    fetch: Callable[[str], tuple[int, bytes]],
    entries: Iterable[Entry],
    prefixes: Iterable[str],
    static: Path,
    folder: Path,
) -> int:
    """Write all public pages and feeds into a folder; return the number of files. Raise CannotExport.

    `prefixes` are those of the languages ("", "/fr"), `static` the folder of style sheets and scripts. Everything is
    fetched before anything is written, and each file is replaced atomically. A file of an earlier export that this
    one does not have is deleted; other files in the folder stay.
    """
    files = {_file_name(path): _fetched(fetch, path) for path in _paths(list(entries), list(prefixes))}
    files |= {f"static/{each.name}": each.read_bytes() for each in sorted(static.iterdir()) if each.is_file()}
    try:
        before = set(_listed(folder))
        for name, content in files.items():
            write_whole(folder / name, content, _READABLE)
        for name in before - set(files):
            (folder / name).unlink(missing_ok=True)
        write_whole(folder / _LIST, "".join(f"{name}\n" for name in sorted(files)).encode(), _READABLE)
    except OSError as error:
        remedy = "Name a folder in which files may be written."
        raise CannotExport(f"{error.filename}: {error.strerror}.", remedy=remedy) from None
    return len(files)


def _paths(entries: list[Entry], prefixes: list[str]) -> Iterator[str]:
    ids = [entry.record.id for entry in entries]
    for prefix in prefixes:
        yield from (f"{prefix}{page}" for page in ("/", "/month", "/subscribe"))
        yield from (f"{prefix}/events/{record_id}" for record_id in ids)
    yield from (RECORD_FILE.format(id=record_id) for record_id in ids)
    for form in FORMATS.values():
        yield from (form.path, *form.kind_paths) if form.is_exported else ()
    yield from _BESIDE


def _file_name(path: str) -> str:
    name = path.strip("/")
    if "." in name.rpartition("/")[2]:
        return name
    return f"{name}.json" if name.startswith("api/") else f"{name}/index.html".removeprefix("/")


def _fetched(fetch: Callable[[str], tuple[int, bytes]], path: str) -> bytes:
    status, body = fetch(path)
    if status != _OK:
        raise CannotExport(f"{path} answers {status}.", remedy="Look at the log; nothing was written.")
    return body


def _listed(folder: Path) -> Iterator[str]:
    listing = folder / _LIST
    for name in listing.read_text(encoding="utf-8").splitlines() if listing.exists() else ():
        # Only files inside the folder: the list may have been edited.
        if not Path(name).is_absolute() and ".." not in Path(name).parts:
            yield name
