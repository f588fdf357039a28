"""HTML to embed the widget: the loader with its integrity hash, a frame, or the custom element."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from markupsafe import Markup

if TYPE_CHECKING:
    from calendar_service.web.widget_query import WidgetQuery

# The usual height of each view in CSS pixels; widget.js has the same numbers.
HEIGHTS = {"agenda": 560, "month": 620, "next": 260, "compact": 360}
_STATIC = Path(__file__).parent / "static"
_DIGEST = re.compile(r"[0-9a-f]{12}", re.ASCII)


@dataclass(frozen=True)
class EmbedCode:
    """The HTML to copy, for each of the three ways to embed a widget."""

    script: str
    frame: str
    element: str


@lru_cache
def loader(version: str = "") -> bytes | None:
    """Return the loader of a version, the present one for "", None for an unknown one.

    Sites pin a version by its hash, so the file of an earlier release stays beside the present one, as
    `widget-<version>.js`.
    """
    path = _STATIC / "widget.js"
    if version and version != loader_version():
        if not _DIGEST.fullmatch(version):
            return None
        path = _STATIC / f"widget-{version}.js"
    return path.read_bytes() if path.is_file() else None


@lru_cache
def loader_version() -> str:
    """Return the digest in the URL of the present loader."""
    return hashlib.sha256((_STATIC / "widget.js").read_bytes()).hexdigest()[:12]


@lru_cache
def integrity() -> str:
    """Return the hash of the present loader as `integrity=` takes it (Subresource Integrity, W3C)."""
    digest = hashlib.sha384((_STATIC / "widget.js").read_bytes()).digest()
    return f"sha384-{base64.b64encode(digest).decode()}"


def write_embed_code(query: WidgetQuery, base_url: str, title: str, whole_url: str) -> EmbedCode:
    """Return the HTML to copy. `title` names the frame; `whole_url` is the link of the element without scripts."""
    height = HEIGHTS[query.view]
    room = f"display:block;min-height:{height}px"
    source = Markup('async src="{}/widget.js?v={}" integrity="{}" crossorigin="anonymous"').format(
        base_url, loader_version(), integrity()
    )
    own = [("record" if name == "id" else name, value) for name, value in query.pairs()]
    named = [
        ("view", query.view),
        *(pair for pair in own if pair[0] != "view"),
        ("label", title),
        ("height", f"{height}"),
    ]
    data = Markup(" ").join(Markup('data-{}="{}"').format(name, value) for name, value in named)
    attributes = Markup(" ").join(Markup('{}="{}"').format(name, value) for name, value in named)
    scripted = Markup("<script {}></script>").format(source)
    link = Markup('<a href="{}">{}</a>').format(whole_url, title)
    # As plain texts: the page that shows them escapes them once more.
    return EmbedCode(
        script=str(Markup('<script {} {} style="{}"></script>').format(source, data, room)),
        frame=write_frame(f"{base_url}{query.path()}", title, "100%", f"{height}"),
        element=str(
            Markup('{}\n<calendar-widget {} style="{}">{}</calendar-widget>').format(scripted, attributes, room, link)
        ),
    )


def write_frame(url: str, title: str, width: str, height: str) -> str:
    """Return the HTML of an inline frame."""
    frame = Markup('<iframe src="{}" title="{}" width="{}" height="{}" loading="lazy" style="border:0"></iframe>')
    return str(frame.format(url, title, width, height))
