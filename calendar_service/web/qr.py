"""A URL as a QR code, to be opened on a phone."""

from __future__ import annotations

from functools import lru_cache

import segno
from markupsafe import Markup


@lru_cache(maxsize=256)
def draw_qr(address: str) -> Markup:
    """Return the code as inline SVG, always black on white, with the quiet zone of ISO 18004."""
    code = segno.make(address, error="m", micro=False)
    drawn = code.svg_inline(border=4, dark="#000", light="#fff", svgclass="qr", lineclass=None, omitsize=True)
    # Hidden from screen readers: the URL itself is beside it.
    return Markup(drawn.replace("<svg ", '<svg aria-hidden="true" ', 1))  # noqa: S704 (segno's own markup; the address is only dots in it)
