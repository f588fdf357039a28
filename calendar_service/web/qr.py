"""An address as a QR code, for subscribers who look at a screen and hold a phone."""

from __future__ import annotations

from functools import lru_cache

import segno
from markupsafe import Markup


@lru_cache(maxsize=256)
def draw_qr(address: str) -> Markup:
    """Draw the code as inline SVG, black on white whatever the page's colours, with the quiet zone of ISO 18004."""
    code = segno.make(address, error="m", micro=False)
    drawn = code.svg_inline(border=4, dark="#000", light="#fff", svgclass="qr", lineclass=None, omitsize=True)
    # Whoever does not see it has the address itself beside it.
    return Markup(drawn.replace("<svg ", '<svg aria-hidden="true" ', 1))  # noqa: S704 (segno's own markup; the address is only dots in it)
