"""docs/performance.md and its plots, from the results of the last run of each row in bench/results.json."""

import json
import os
import platform
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from bench.measure import Result
from bench.plots import draw_growth, draw_ratios

ROOT = Path(__file__).parents[1]
RESULTS = Path(__file__).with_name("results.json")
PAGE = ROOT / "docs" / "performance.md"
IMAGES = ROOT / "docs" / "images"
HEAD = """\
# Performance

`make bench` wrote this page: each row is measured beside a peer that does the core of the same work and no more, and
has a bar. `make bench ROWS="feeds"` renews one family, and the others stay as they are.

**How it is measured.** The two sides run in turn, ours and the peer, round after round; a row is the median of the
rounds' ratios, with the least and the most. Each run is a fork of a process that has loaded the libraries, prepared
the input and rendered nothing of it, so that no cache is warm unless the row says so; an edit and
requests are measured in a process that has rendered before. What counts is the CPU time of the process, since the
machine is shared; a request costs the CPU time of the server's processes. Memory is the most that Python had allocated
at once beyond what was there before, or the resident memory of whole processes. Ratios compare well between machines,
seconds do not. Exponents are slopes on logarithmic scales: 1 is in proportion to the size. Bars without the mark are
not met yet.

**What the floor of a cold feed is.** Its peer only joins 18 finished properties for each of 2,666 VEVENTs. Ours has to
plan them, say their sentences, write their times and the whole record as JSON first: on the same machine some 25 µs for
the sentences, 10 to 15 µs for the times, 25 µs for the record, 5 µs for content lines and folding, 8 µs for gzip, hash
and the selection, and the rest for some six hundred calls of Python for each, none of which is more than a twentieth
of the whole. When icalendar wrote the content lines, it was 3.2x.

**What a warm response spends.** The answer to the same fields of a request is given again, if edition and day are the
same, and counted with its seconds. In a loop that is 2 µs, and 4 µs when the processor's caches have forgotten it as
between the calls of a real client, beside 1 µs for its share in the counters. The rest is the work of other threads
meanwhile (13 ms in each second, for the file, the database and reminders), and the fields of a 304, of which the bare
function has one. When each answer was made anew, it was 8 µs and 13 µs.
The rows of the warm feed and its 304 gave 0.82x to 0.85x in four runs on a quiet machine, and anything from 0.53x to
1.7x beside other work.

**What reading spends.** Events of libyaml come to Python one by one, each with its place, and each value keeps its
place and its span: that is a third of a cold reading, and validating is the rest. An edit costs the cut of the file at
its records, the hash of the lines of each, and one record.

**What memory holds.** With ten records `serve` takes 112 MB, twice the idle application: 42 MB are our modules and
models beside the same imports, 14 MB what the application is made of. Each of 10,000 records takes 6 kB more: 3 kB as
the one copy that all threads share, 2 kB as VEVENTs that an edit need not write again. The rest is what reading and
writing them took at once and the allocator keeps.

**What a mail spends.** It is rendered for its subscriber, and noted as sent in a transaction of its own, so that a
worker that is killed sends one twice at the most.

**What `check` spends.** The libraries that it needs (pydantic, PyYAML, Babel, dateutil, click) take a sixth of its
time, the models of the file another, ten records a tenth. The rest is our modules, most of all the vocabulary and the
patterns of date phrases, which are made anew at each start. It took 2.3x when it loaded the worker and SQLAlchemy too.

**Where.** {machine}.

![The ratios, each with its spread and its bar](images/performance-ratios.svg)

"""
GROWTH = """
How cost grows with records, or with subscribers where the row says so:

![Seconds against size on logarithmic scales](images/performance-growth.svg)
"""


def stored():
    return json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}


def save(row, result):
    """Keep the result of a row for the page, with the day and the machine of the run."""
    entry = {"day": f"{datetime.now(UTC):%Y-%m-%d}", "machine": machine(), **asdict(result)}  # noqa: TID251 (a run has a day)
    kept = dict(sorted((stored() | {row.name: entry}).items()))
    RESULTS.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")


def machine():
    models = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    model = models[0].partition(": ")[2] if models else platform.machine()
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    return (
        f"{os.cpu_count()} cores ({model}), {memory:.0f} GiB, {platform.system()}, Python {platform.python_version()}"
    )


def spread(result):
    return f"{short(result.value)}{result.unit} ({short(result.least)} to {short(result.most)})"


def bar(row, result):
    return f"at {'least' if row.is_least else 'most'} {row.bar:g}{result.unit}"


def describe(row, result):
    """Return a result in a line."""
    sides = [f"{name} {in_words(seconds)}" for name, seconds in result.sides.items()]
    sides += [f"{name} {size:.1f} MB" for name, size in result.memory.items()]
    sides += [f"{size:,}: {in_words(seconds)}" for size, seconds in result.points]
    mark = "met" if row.is_met(result.value) else "not met"
    return f"{spread(result)}; {bar(row, result)}, {mark}; {', '.join(sides)} {result.note}".rstrip()


def in_words(seconds):
    if seconds >= 1:
        return f"{seconds:.2f} s"
    return f"{seconds * 1e3:.3g} ms" if seconds >= 1e-3 else f"{seconds * 1e6:.0f} µs"


def short(value):
    return f"{value:.3g}" if value < 100 else f"{value:.0f}"


def write_page(rows):
    """Write the page and its plots from all results that are kept."""
    kept = {name: dict(entry) for name, entry in stored().items()}
    found = []
    for row in rows:
        if entry := kept.get(row.name):
            day, where = entry.pop("day"), entry.pop("machine")
            found.append((row, Result(**entry), day, where))
    machines = "; ".join(sorted({where for *_, where in found}))
    lines = [HEAD.format(machine=machines), "| what | median (least to most) | bar | both sides | measured |\n"]
    lines.append("| --- | --- | --- | --- | --- |\n")
    lines += [table_row(row, result, day) for row, result, day, _ in found]
    curves = [(row, result) for row, result, *_ in found if result.points]
    IMAGES.mkdir(exist_ok=True)
    ratios = [(row, result) for row, result, *_ in found if result.unit == "x"]
    (IMAGES / "performance-ratios.svg").write_text(draw_ratios(ratios), encoding="utf-8")
    if curves:
        lines.append(GROWTH)
        (IMAGES / "performance-growth.svg").write_text(draw_growth(curves), encoding="utf-8")
    PAGE.write_text("".join(lines), encoding="utf-8")


def table_row(row, result, day):
    sides = [f"{name}: {in_words(seconds)}" for name, seconds in result.sides.items()]
    if result.memory:
        sizes = list(result.memory.values())
        sides.append(f"memory {short(sizes[0] / sizes[1])}x: " + " to ".join(f"{size:.1f} MB" for size in sizes))
    if result.points:
        sides.append(", ".join(f"{size:,}: {in_words(seconds)}" for size, seconds in result.points))
    sides += [result.note] if result.note else []
    mark = " ✓" if row.is_met(result.value) else ""
    return f"| {row.title} | {spread(result)} | {bar(row, result)}{mark} | {'; '.join(sides)} | {day} |\n"
