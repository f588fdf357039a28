"""Links of exported pages: each leads to a file of the export or to the live service, or is left out.

The pages are our own, so that a tag ends at the first ">" and links and forms are not nested.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

_LINK = re.compile(r"<a\b([^>]*)>(.*?)</a>", re.DOTALL)
_ITEM = re.compile(r"<li\b[^>]*>\s*<a\b([^>]*)>[^<]*</a>\s*</li>\s*")
_FORM = re.compile(r"<form\b([^>]*)>.*?</form>\s*", re.DOTALL)
_HEAD_LINK = re.compile(r"<link\b([^>]*)>\s*")
_SOURCE = re.compile(r'(<(?:script|img|iframe)\b[^>]*\bsrc=")([^"]*)(")')
_URL_OF_SITEMAP = re.compile(r"<url>.*?</url>", re.DOTALL)
_ALTERNATE_OF_SITEMAP = re.compile(r"<xhtml:link\b[^>]*/>")


@dataclass(frozen=True)
class StaticLinks:
    """What an export has: `names` of files by path. `base_url` begins our absolute links.

    `live` is the address of the service itself, "" where there is none.
    """

    names: Mapping[str, str]
    base_url: str
    live: str = ""

    def rewrite_page(self, page: str) -> str:
        """Return a page with links that work."""
        page = _FORM.sub(self._form, page)
        page = _ITEM.sub(lambda found: found[0] if self._target(_attribute(found[1], "href")) else "", page)
        page = _LINK.sub(self._link, page)
        page = _HEAD_LINK.sub(self._head_link, page)
        return _SOURCE.sub(lambda found: f"{found[1]}{self._target(found[2]) or found[2]}{found[3]}", page)

    def rewrite_sitemap(self, text: str) -> str:
        """Return a sitemap of what is there."""

        def is_there(element: str) -> bool:
            (url,) = re.findall(r'(?:<loc>|href=")(.*?)[<"]', element)[:1]
            path = self._own_path(html.unescape(url))
            return path is None or path in self.names

        kept = _ALTERNATE_OF_SITEMAP.sub(lambda found: found[0] if is_there(found[0]) else "", text)
        return _URL_OF_SITEMAP.sub(lambda found: found[0] if is_there(found[0]) else "", kept)

    def _form(self, found: re.Match[str]) -> str:
        target = self._live(_attribute(found[1], "action"))
        return found[0].replace(found[1], _with(found[1], "action", target), 1) if target else ""

    def _link(self, found: re.Match[str]) -> str:
        href = _attribute(found[1], "href")
        target = self._target(href) if href else ""
        return f"<a{_with(found[1], 'href', target)}>{found[2]}</a>" if target or not href else found[2]

    def _head_link(self, found: re.Match[str]) -> str:
        href = _attribute(found[1], "href")
        target = self._target(href.partition("?")[0] if "/static/" in href else href)
        return found[0].replace(found[1], _with(found[1], "href", target), 1) if target else ""

    def _target(self, url: str) -> str:
        """Return where a link is to lead, "" if nowhere; what is not ours stays as it is."""
        url = html.unescape(url)
        path = self._own_path(url)
        if path is None:
            return url
        parts = urlsplit(path)
        name = self.names.get(parts.path)
        if name is None or (parts.query and not parts.path.startswith("/static/")):
            return self._live(url)
        # A file that has another name than its address, as /api/v1/records.
        return url if f"/{name}".startswith(parts.path) and not name.startswith("api/") else f"/{name}"

    def _live(self, url: str) -> str:
        path = self._own_path(html.unescape(url))
        return f"{self.live}{path}" if self.live and path is not None else ""

    def _own_path(self, url: str) -> str | None:
        """Return path, query and fragment of an address of ours, None for any other."""
        _, _, host = self.base_url.partition("://")
        for start in (self.base_url, f"webcal://{host}", f"webcals://{host}"):
            if url.startswith((f"{start}/", f"{start}?")) or url == start:
                return url.removeprefix(start) or "/"
        return url if url.startswith("/") and not url.startswith("//") else None


def _attribute(tag: str, name: str) -> str:
    found = re.search(rf'\b{name}="([^"]*)"', tag)
    return found[1] if found else ""


def _with(tag: str, name: str, value: str) -> str:
    return re.sub(rf'\b{name}="[^"]*"', lambda _: f'{name}="{html.escape(value)}"', tag, count=1)
