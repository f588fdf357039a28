"""Adjust the colours of a site for its widget: a contrast of at least 4.5 with every background."""

from __future__ import annotations

_ENOUGH = 4.5
_TINT = 0.12
# The lightest and the darkest ground for each scheme, and the ink that a colour is mixed with; widget.js takes the
# colours of a scheme on no others.
LIGHT_GROUNDS, _BLACK = ("ffffff", "e7e7e7"), "000000"
DARK_GROUNDS, _WHITE = ("000000", "2f2f2f"), "ffffff"


def stylesheet(accent: str) -> str:
    """Return the stylesheet with one accent colour (six hexadecimal digits) for all kinds, in both schemes."""
    light, dark = (_rules(each) for each in readable(accent))
    return f":root{{{light}}}\n:root.dark{{{dark}}}\n@media (prefers-color-scheme: dark) {{ :root.auto{{{dark}}} }}\n"


def readable(accent: str) -> tuple[str, str]:
    """Return what stands for an accent colour on light grounds and on dark ones."""
    return ensure_contrast(accent, LIGHT_GROUNDS, _BLACK), ensure_contrast(accent, DARK_GROUNDS, _WHITE)


def ensure_contrast(colour: str, grounds: tuple[str, ...], ink: str) -> str:
    """Return a colour mixed with `ink` until it has enough contrast with each background, and with a tint of itself."""
    moved = (_mix(colour, ink, step / 100) for step in range(101))
    return next(each for each in moved if all(_is_contrasting(each, ground) for ground in grounds))


def contrast_ratio(one: str, other: str) -> float:
    """Return the contrast of two colours by WCAG 2, from 1 to 21."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _is_contrasting(colour: str, ground: str) -> bool:
    return min(contrast_ratio(colour, ground), contrast_ratio(colour, _mix(ground, colour, _TINT))) >= _ENOUGH


def _rules(colour: str) -> str:
    return "".join(f"--{kind}:#{colour};" for kind in ("event", "webinar", "tender"))


def _channels(colour: str) -> list[int]:
    return [int(colour[at : at + 2], 16) for at in (0, 2, 4)]


def _mix(colour: str, other: str, share: float) -> str:
    pairs = zip(_channels(colour), _channels(other), strict=True)
    return "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def _luminance(colour: str) -> float:
    shares = (value / 255 for value in _channels(colour))
    linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in shares]  # WCAG's
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
