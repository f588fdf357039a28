"""HTML to embed the widget: the element with its loader, a frame, and the frame of an oEmbed response."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from markupsafe import Markup

from calendar_service.web.feeds import with_query
from calendar_service.writers.i18n import language
from calendar_service.writers.render_context import RenderContext

if TYPE_CHECKING:
    from calendar_service.records.selection import Selection
    from calendar_service.web.widget_query import WidgetQuery

_STATIC = Path(__file__).parent / "static"
_DIGEST = re.compile(r"[0-9a-f]{12}", re.ASCII)


@dataclass(frozen=True)
class EmbedCode:
    """The HTML to copy, and what the Content-Security-Policy of a site has to allow for each."""

    script: str
    frame: str
    script_policy: str
    frame_policy: str


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


def write_embed_code(
    query: WidgetQuery, base_url: str, title: str, whole_url: str, height: int, steps: list[tuple[int, int]]
) -> EmbedCode:
    """Return the HTML to copy. `title` names the frame; `whole_url` is the link where the script does not run.

    `height` is what the script keeps free. `steps` are the heights of a frame without the script, each with the width
    from which on it holds.
    """
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
    attributes = Markup(" ").join(Markup('{}="{}"').format(name, value) for name, value in named)
    element = Markup('<calendar-widget {} style="display:block;min-height:{}px"><a href="{}">{}</a></calendar-widget>')
    script = element.format(attributes, height, whole_url, title) + Markup("\n<script {}></script>").format(source)
    style = f"border:0;height:{_follow(steps)}"
    style += "" if query.theme in {"auto", "solid"} else f";color-scheme:{query.theme}"
    frame = Markup(
        '<div style="container-type:inline-size">'
        '<iframe src="{}" title="{}" width="100%" height="{}" loading="lazy" style="{}"></iframe></div>'
    )
    parts = urlsplit(base_url)
    origin = f"{parts.scheme}://{parts.netloc}"
    # As plain texts: the page that shows them escapes them once more.
    return EmbedCode(
        script=str(script),
        frame=str(frame.format(f"{base_url}{query.path()}", title, height, style)),
        script_policy=f"script-src {origin}; frame-src {origin}",
        frame_policy=f"frame-src {origin}",
    )


def _follow(steps: list[tuple[int, int]]) -> str:
    """Return heights as CSS that follows the width of the column (cqi): from each width on, what the height loses."""
    changes = [(width, old - new) for (_, old), (width, new) in pairwise(steps)]
    terms = [
        f" + clamp(0px,({width}px - 100cqi)*999,{less}px)"
        if less > 0
        else f" - clamp(0px,({width}px - 100cqi)*999,{-less}px)"
        for width, less in changes
    ]
    return f"calc({steps[-1][1]}px{''.join(terms)})" if terms else f"{steps[-1][1]}px"


def write_whole_url(selection: Selection, view: RenderContext) -> str:
    """Return the URL of the agenda with a selection, in its language."""
    own = RenderContext(language(selection.lang), view.base_url, view.default_language)
    return f"{view.base_url}{own.prefix}{with_query('/', replace(selection, lang=''))}"


def write_oembed_html(url: str, page_url: str, title: str, width: int, height: int) -> str:
    """Return the HTML of an oEmbed response: the frame at `url`, and before it a link to the page.

    WordPress takes exactly this of a site that it does not know. It drops `hidden`, and shows the link until the
    frame answers. As it drops styles, too, the frame has an attribute for its border.
    """
    return str(
        Markup(
            '<blockquote hidden><a href="{}">{}</a></blockquote>'
            '<iframe src="{}" title="{}" width="{}" height="{}" frameborder="0" loading="lazy"'
            ' style="max-width:100%"></iframe>'
        ).format(page_url, title, url, title, width, height)
    )
