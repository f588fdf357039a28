"""The colours as they are declared: every text at least 4.5, every line 3, in both forms and both schemes."""

import math
import re
from pathlib import Path

import pytest

from calendar_service.web import layout

CSS = (Path(layout.__file__).parent / "static" / "site.css").read_text(encoding="utf-8")
KINDS = ("event", "webinar", "tender")
PAIRS = (
    [(text, ground, 4.5) for text in ("ink", "quiet", "link", *KINDS) for ground in ("paper", "raised")]
    + [(text, f"{kind}-ground", 4.5) for kind in KINDS for text in ("ink", "quiet", kind)]
    + [("urgent-ink", "urgent", 4.5), ("paper", "ink", 4.5)]
    + [(line, ground, 3) for line in ("line", "focus", "urgent") for ground in ("paper", "raised")]
)


def schemes():
    """Give the four blocks of declarations: light and dark, each as sRGB and as OKLCH."""
    blocks = [
        dict(re.findall(r"--([\w-]+): ([^;]+);", block)) for block in re.findall(r":root \{(.*?)\n *\}", CSS, re.DOTALL)
    ]
    coloured = [{name: value for name, value in block.items() if value.startswith(("#", "oklch"))} for block in blocks]
    return [block for block in coloured if "event" in block]


def channels(colour):
    """Give the linear sRGB channels of a colour."""
    if colour.startswith("#"):
        values = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        return [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in values]
    lightness, chroma, hue = map(float, re.findall(r"[\d.]+", colour))
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return [
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    ]


def contrast(one, two):
    lights = [sum(v * w for v, w in zip(channels(each), (0.2126, 0.7152, 0.0722), strict=True)) for each in (one, two)]
    return (max(lights) + 0.05) / (min(lights) + 0.05)


def test_there_are_four_blocks_of_the_same_names():
    assert len(schemes()) == 4
    assert len({frozenset(block) for block in schemes()}) == 1


@pytest.mark.parametrize("block", schemes(), ids=["light sRGB", "light OKLCH", "dark sRGB", "dark OKLCH"])
def test_declared_colours_stand_out(block):
    weak = {
        (one, two): round(contrast(block[one], block[two]), 2)
        for one, two, least in PAIRS
        if contrast(block[one], block[two]) < least
    }
    assert weak == {}


def test_both_forms_of_a_colour_are_the_same():
    light, light_ok, dark, dark_ok = schemes()
    for plain, perceived in ((light, light_ok), (dark, dark_ok)):
        for name in plain:
            for one, two in zip(channels(plain[name]), channels(perceived[name]), strict=True):
                assert abs(one - two) < 0.012, name


def test_contrast_is_that_of_the_standard():
    assert round(contrast("#000000", "#ffffff"), 1) == 21
    assert round(contrast("#777777", "#ffffff"), 2) == 4.48
    assert round(contrast("oklch(0 0 0)", "oklch(1 0 0)"), 1) == 21


def test_a_clock_stands_whole_with_its_zone():
    line = "Monday 7 December 2026, 11:00-12:30 CET (UTC+1) & more"
    clock = "11:00-12:30 CET (UTC+1)"
    assert layout.whole_clocks(line) == (f'Monday 7 December 2026, <span class="whole">{clock}</span> &amp; more')
    quiet = clock.replace(" (UTC+1)", '<span class="offset"> (UTC+1)</span>')
    assert layout.quiet_offsets(line) == str(layout.whole_clocks(line)).replace(clock, quiet)
