"""Export the public pages and feeds as files for a static web server.

A page at /month becomes month/index.html; paths with an extension keep it. The new files are written into a folder
beside the present one and take its place at once; what has not changed is the same file as before.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from calendar_service.output_formats import FORMATS, RECORD_FILE
from calendar_service.records.errors import CalendarError
from calendar_service.static_links import StaticLinks
from calendar_service.store.whole_folder import replace_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from calendar_service.records.edition import Entry

_OK = 200
_BESIDE = ("/openapi.json", "/robots.txt", "/sitemap.xml", "/widget", "/widget.js")
_LIST = ".calendar-service-export"


class CannotExport(CalendarError):
    """A page or file cannot be read or written; the files of the last export stay."""


@dataclass(frozen=True)
class Site:
    """What is exported: the entries, the prefixes of the languages ("", "/fr"), and the folder of style sheets.

    `base_url` begins absolute links; `live` is the address of the service itself, if there is one.
    """

    entries: Iterable[Entry]
    prefixes: Iterable[str]
    static: Path
    base_url: str
    live: str = ""


def export_files(fetch: Callable[[str], tuple[int, bytes]], site: Site, folder: Path) -> int:
    """Write all public pages and feeds into a folder; return the number of files. Raise CannotExport.

    Everything is fetched before anything is written. A file of an earlier export that this one does not have is gone
    afterwards; other files in the folder stay.
    """
    files = _files(fetch, site)
    listing = "".join(f"{name}\n" for name in sorted(files)).encode()
    try:
        replace_folder(folder.resolve(), files | {_LIST: listing}, set(_listed(folder)))
    except OSError as error:
        remedy = "Name a folder in which files may be written."
        raise CannotExport(f"{error.filename}: {error.strerror}.", remedy=remedy) from None
    return len(files)


def _files(fetch: Callable[[str], tuple[int, bytes]], site: Site) -> dict[str, bytes]:
    """Return the content of each file by its name, with links that work."""
    paths = list(_paths(list(site.entries), list(site.prefixes)))
    names = {path: _file_name(path) for path in paths}
    statics = {f"static/{each.name}": each.read_bytes() for each in sorted(site.static.iterdir()) if each.is_file()}
    links = StaticLinks(names | {f"/{name}": name for name in statics}, site.base_url, site.live)
    files = {}
    for path, name in names.items():
        content = _fetched(fetch, path)
        if name.endswith(".html"):
            content = links.rewrite_page(content.decode()).encode()
        elif name == "sitemap.xml":
            content = links.rewrite_sitemap(content.decode()).encode()
        elif name == "openapi.json" and site.live:
            content = content.replace(json.dumps(site.base_url).encode(), json.dumps(site.live).encode())
        files[name] = content
    return files | statics


def _paths(entries: list[Entry], prefixes: list[str]) -> Iterator[str]:
    ids = [entry.record.id for entry in entries]
    for prefix in prefixes:
        yield from (f"{prefix}{page}" for page in ("/", "/month", "/year", "/subscribe"))
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
