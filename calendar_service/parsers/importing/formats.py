"""Detect the format of a source by its name and its first characters, and call its parser."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from calendar_service.parsers.importing.candidates import (
    MAX_SOURCE_BYTES,
    UnfitSource,
    decode_source,
    read_json,
)
from calendar_service.parsers.importing.csv_table import looks_like_table, read_csv_source
from calendar_service.parsers.importing.ics import read_ics_source
from calendar_service.parsers.importing.jsonld import read_jsonld
from calendar_service.parsers.importing.ocds import read_ocds
from calendar_service.parsers.importing.own_json import is_own_json, read_own_json
from calendar_service.parsers.importing.page import read_page

if TYPE_CHECKING:
    from collections.abc import Mapping

    from calendar_service.parsers.importing.candidates import Imported

SOURCE_FORMATS: Final = ("page", "html", "ics", "jsonld", "ocds", "csv")
_BY_ENDING: Final = {
    "ics": "ics", "ical": "ics", "ifb": "ics", "csv": "csv", "tsv": "csv", "jsonld": "jsonld", "html": "html",
    "htm": "html", "xhtml": "html", "txt": "page",
}  # fmt: skip
_ARCHIVES: Final = {
    b"PK\x03\x04": "an archive, or a file of Word or Excel",
    b"\x1f\x8b": "an archive (gzip)",
    b"BZh": "an archive (bzip2)",
    b"7z\xbc\xaf": "an archive (7z)",
    b"\xfd7zXZ": "an archive (xz)",
    b"Rar!": "an archive (RAR)",
    b"%PDF": "a PDF file",
    b"ustar": "an archive (tar)",
    b"\xd0\xcf\x11\xe0": "a file of Word, Excel or Outlook",
    b"\x28\xb5\x2f\xfd": "an archive (zstd)",
}
_TAR = b"ustar"  # behind the first name
_OCDS = re.compile(r'"(?:ocid|releases|releasePackage|compiledRelease)"\s*:')


def read_source(
    data: bytes, name: str, form: str | None, language: str | None, columns: Mapping[str, str] | None = None
) -> Imported:
    """Parse a source in any format; `columns` says what those of a table are.

    Raise UnfitSource if it cannot be parsed at all.
    """
    if len(data) > MAX_SOURCE_BYTES:
        raise UnfitSource(f"the source has more than {MAX_SOURCE_BYTES:,} bytes.", remedy="Split it.")
    if not data.strip():
        raise UnfitSource("there is nothing in it.")
    _refuse_archive(data)
    match form or guess_format(data, name):
        case "ics":
            return read_ics_source(data, language)
        case "html":
            from calendar_service.parsers.importing.html_page import (  # noqa: PLC0415 (lxml is slow to load)
                read_html,
            )

            return read_html(data, language)
        case "jsonld":
            return _read_json_source(decode_source(data), language)
        case "ocds":
            return read_ocds(decode_source(data), language)
        case "csv":
            return read_csv_source(data, language, columns or {})
        case _:
            return read_page(decode_source(data), language)


def _read_json_source(text: str, language: str | None) -> Imported:
    """Parse JSON: what another instance answers, or JSON-LD alone or in a page."""
    if text.lstrip()[:1] == "{" and is_own_json(value := read_json(text)):
        return read_own_json(value, text)
    return read_jsonld(text, language)


def _refuse_archive(data: bytes) -> None:
    for start, name in _ARCHIVES.items():
        if data.startswith(start) or (start == _TAR and data[257:262] == start):
            remedy = "Unpack it, or save it as text, HTML or CSV."
            raise UnfitSource(f"this is {name}, which is not opened.", remedy=remedy)


def guess_format(data: bytes, name: str) -> str:
    """Return the most likely format; the text of a page if no other fits."""
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    if ending in _BY_ENDING:
        return _BY_ENDING[ending]
    text = data.decode("utf-8-sig", "replace").lstrip()
    if text[:15].upper() == "BEGIN:VCALENDAR":
        return "ics"
    if text[:1] in ("{", "["):
        return "ocds" if _OCDS.search(text) else "jsonld"
    if re.match(r"<(?:!doctype|html|head|script|\?xml)", text, re.IGNORECASE):
        return "html"
    return "csv" if looks_like_table(text) else "page"
