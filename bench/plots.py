"""Plots as SVG, readable in light and dark."""

import math
from html import escape

STYLE = """<style>
text { font: 13px sans-serif; fill: #222 } .faint { stroke: #ccc } .bar { stroke: #222 } .ground { fill: #fff }
.own { stroke: #1a6; fill: #1a6 } .over { stroke: #c40; fill: #c40 }
@media (prefers-color-scheme: dark) {
text { fill: #ddd } .faint { stroke: #555 } .bar { stroke: #ddd } .ground { fill: #1b1b1b }
.own { stroke: #4d9; fill: #4d9 } .over { stroke: #f84; fill: #f84 }
}
</style>"""
COLOURS = ("#1a9850", "#d95f02", "#7570b3", "#1f78b4", "#e7298a", "#a6761d")
ROW, LEFT, WIDTH = 26, 560, 1000


def frame(height, body, title):
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">'
    ground = f'<rect class="ground" width="{WIDTH}" height="{height}"/>'
    return f"{head}<title>{escape(title)}</title>{STYLE}{ground}{body}</svg>\n"


def scale(values, low, high):
    """Return a function from values to places on a logarithmic axis, and the powers of ten on it."""
    first = math.floor(math.log10(min(values)))
    last = math.ceil(math.log10(max(values)))
    last = max(last, first + 1)
    ticks = [10.0**power for power in range(first, last + 1)]
    return lambda value: low + (math.log10(value) - first) / (last - first) * (high - low), ticks


def line(kind, x1, y1, x2, y2, width=1):
    return f'<line class="{kind}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke-width="{width}"/>'


def draw_ratios(found):
    """Draw a line for each ratio from its least to its most, a dot at the median and a stroke at the bar."""
    values = [value for row, result in found for value in (result.least, result.most, row.bar)]
    place, ticks = scale(values, LEFT, WIDTH - 20)
    height = ROW * len(found) + 60
    parts = []
    for tick in ticks:
        parts.append(line("faint", place(tick), 10, place(tick), height - 30))
        parts.append(f'<text x="{place(tick):.1f}" y="{height - 12}" text-anchor="middle">{tick:g}</text>')
    for number, (row, result) in enumerate(found):
        y = ROW * number + 30
        kind = "own" if row.is_met(result.value) else "over"
        title = row.title.replace("`", "")
        title = title if len(title) <= 78 else title[:77] + "…"
        parts.append(f'<text x="10" y="{y + 4}">{escape(title)}</text>')
        parts.append(line(kind, place(result.least), y, place(result.most), y, 3))
        parts.append(f'<circle class="{kind}" cx="{place(result.value):.1f}" cy="{y}" r="4"/>')
        parts.append(line("bar", place(row.bar), y - 9, place(row.bar), y + 9, 2))
    return frame(height, "".join(parts), "Ratios to the peer, with spread; the strokes are the bars")


def draw_growth(found):
    """Draw the seconds of each curve against its sizes."""
    points = [point for _, result in found for point in result.points]
    across, sizes = scale([size for size, _ in points], 60, 540)
    up, ticks = scale([seconds for _, seconds in points], 380, 20)
    parts = [line("faint", across(size), 20, across(size), 380) for size in sizes]
    parts += [f'<text x="{across(size):.1f}" y="400" text-anchor="middle">{size:,.0f}</text>' for size in sizes]
    parts += [line("faint", 60, up(tick), 540, up(tick)) for tick in ticks]
    parts += [f'<text x="52" y="{up(tick) + 4:.1f}" text-anchor="end">{tick:g} s</text>' for tick in ticks]
    for number, (row, result) in enumerate(found):
        colour = COLOURS[number % len(COLOURS)]
        path = " ".join(f"{across(size):.1f},{up(seconds):.1f}" for size, seconds in result.points)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        y = 40 + 24 * number
        parts.append(f'<rect x="560" y="{y - 10}" width="12" height="12" fill="{colour}"/>')
        parts.append(f'<text x="580" y="{y}">{escape(row.title[:60])} ({result.value:.2f})</text>')
    return frame(420, "".join(parts), "Seconds against size on logarithmic scales")
