"""Whether heavy requests hold up the light ones: `python -m bench.heavy_requests --records 5000 --server gunicorn`.

Makes a file of N records, serves it by a real process, and has another process ask for heavy outputs over ten
connections for 25 seconds, no two the same. Meanwhile `/healthz` and then the warm `/calendar.ics` are asked for.
Prints their times, what became of the heavy requests, and the memory before, at the most, and after.

The bar, with 5,000 records: medians of at most 50 ms, worst 2 s, and no more than 1.5 times the memory.
"""

import argparse
import gzip
import http.client
import itertools
import json
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path

from bench.servers import ask, cpu_seconds, memory_of, serving, start

TODAY = date.today()  # noqa: DTZ011 (the file lies around the day of the run, whatever the zone)
HEAD = """\
calendar: {id: bench.example, name: {en: Bench, fr: Banc}, timezone: Europe/Paris, languages: [en, fr]}
records:
"""
ZONES = ("Asia/Tokyo", "America/New_York", "Europe/Kyiv", "Africa/Cairo", "America/Sao_Paulo", "Australia/Sydney")
HEAVY = ("/calendar.ics?", "/calendar.ics?", "/calendar.ics?", "/calendar.ics?")
MIXED = (
    "/calendar.ics?",
    "/calendar.json?",
    "/calendar.csv?",
    "/api/v1/records?",
    "/calendar.atom?",
    "/calendar.jcal?",
)
_MANY = 20_000
TICK = 0.05
LIGHT = ("/healthz", "/calendar.ics")
WARM_UP = ("/calendar.ics", "/calendar.ics?lang=fr", "/calendar.ics?from=1970-01-01", "/calendar.json", "/", "/month")


def write_file(path, number):
    """Write webinars, conferences and tenders over four years, and a few that recur."""
    lines = [HEAD]
    for index in range(number):
        day = TODAY + timedelta(days=index % 1460 - 500)
        title = f"title: {{en: What number {index} is about, fr: Ce dont parle le numéro {index}}}"
        summary = (
            ", summary: {en: 'A talk for cities, with time for questions and a record for those who cannot come.',"
            " fr: 'Un exposé pour les villes, avec du temps pour les questions.'}"
        )
        if number > _MANY:
            summary = ""  # a file may have 300,000 values
        match index % 10:
            case 0:
                times = f"kind: tender, closes: '{day} 17:00', url: 'https://example.org/t/{index}'"
            case 1:
                times = f"kind: event, when: {day}, place: {{city: Bilbao, country: ES}}"
            case 2 if index % 100 == 2:
                times = f"kind: webinar, when: '{day} 11:00', repeats: 'every month, 12 times'"
            case _:
                times = f"kind: webinar, when: '{day} 11:00-12:30', join: 'https://example.org/{index}'"
        lines.append(f"  - {{id: r{index}, {times}, {title}{summary}}}\n")
    path.write_text("".join(lines), encoding="utf-8")


# -- the load, in a process of its own ------------------------------------------------------------


def load(port, seconds, connections, *, mixed, patient):
    numbers, counts, until = itertools.count(1), Counter(), time.monotonic() + seconds

    def run():
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        while time.monotonic() < until:
            number = next(numbers)
            paths = MIXED if mixed else HEAVY
            query = f"from=1970-01-01&tz={ZONES[number // 600 % len(ZONES)]}&alarms={number % 600 + 1}+minutes"
            query += f"&to={date(2050, 1, 1) + timedelta(days=number // 3600)}" if number >= 3600 else ""
            try:
                status, _, headers = ask(connection, paths[number % len(paths)] + query)
            except (OSError, http.client.HTTPException) as error:
                status, headers = type(error).__name__, {}
                connection.close()
            counts[str(status)] += 1
            if status == 503 and patient:
                time.sleep(int(headers["Retry-After"]))

    threads = [threading.Thread(target=run) for _ in range(connections)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    print(json.dumps(counts))


# -- the measure ----------------------------------------------------------------------------------


def probe(port, seconds):
    """Ask for both light outputs twenty times a second and give the milliseconds of each.

    Times count from when a request was due, so that one long wait counts for all the requests that it held up.
    """
    start = time.perf_counter()

    def run(path):
        connection, times = http.client.HTTPConnection("127.0.0.1", port, timeout=120), []
        for tick in range(int(seconds / TICK)):
            due = start + tick * TICK
            time.sleep(max(0, due - time.perf_counter()))
            status, _, _ = ask(connection, path)
            assert status == 200, (path, status)
            times.append((time.perf_counter() - due) * 1000)
        return times

    with ThreadPoolExecutor(len(LIGHT)) as pool:
        return dict(zip(LIGHT, pool.map(run, LIGHT), strict=True))


def show(title, found):
    for path, times in found.items():
        middle, worst = statistics.median(times), max(times)
        print(f"{title:12} {path:14} {len(times):5} asked, median {middle:8.1f} ms, worst {worst:9.1f} ms")


def measure(options, folder):
    write_file(folder / "calendar.yaml", options.records)
    with serving(start(options.server, folder)) as server:
        measure_server(options, server.port, server.process.pid)


def measure_server(options, port, process):
    for path in WARM_UP:
        cpu, began = cpu_seconds(process), time.perf_counter()
        _, body, _ = ask(http.client.HTTPConnection("127.0.0.1", port, timeout=120), path)
        size = len(gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body) / 1e6
        took = time.perf_counter() - began
        print(f"cold {path:32} {took:6.2f} s, {cpu_seconds(process) - cpu:6.2f} CPU s, {size:6.2f} MB")
    show("quiet", probe(port, 2))
    before = memory_of(process)
    arguments = [sys.executable, "-m", "bench.heavy_requests", "--load", str(port), "--seconds", str(options.seconds)]
    arguments += ["--connections", str(options.connections)]
    arguments += [name for name in ("--mixed", "--patient") if getattr(options, name[2:])]
    heavy = subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True)
    peak, watching = [before], threading.Event()

    def watch():
        while not watching.wait(0.2):
            peak.append(memory_of(process))

    watcher = threading.Thread(target=watch)
    watcher.start()
    show("under load", probe(port, options.seconds))
    answers = json.loads(heavy.communicate(timeout=300)[0])
    watching.set()
    watcher.join()
    print(f"heavy requests, by answer: {answers}")
    after, most = memory_of(process), max(peak)
    print(f"memory: {before:.0f} MB before, {most:.0f} MB at the most ({most / before:.2f}x), {after:.0f} MB after")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=5000)
    parser.add_argument("--seconds", type=float, default=25)
    parser.add_argument("--connections", type=int, default=10)
    parser.add_argument("--server", choices=["serve", "gunicorn"], default="serve")
    parser.add_argument("--mixed", action="store_true", help="ask for all forms of feeds, not for .ics alone")
    parser.add_argument("--patient", action="store_true", help="wait after a 503 as long as it says")
    parser.add_argument("--load", type=int, metavar="PORT", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.load:
        load(options.load, options.seconds, options.connections, mixed=options.mixed, patient=options.patient)
        return
    with tempfile.TemporaryDirectory() as folder:
        measure(options, Path(folder))


if __name__ == "__main__":
    main()
