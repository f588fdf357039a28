"""From a saved file to the public edition."""

import statistics
import tempfile
import threading
import time
from datetime import timedelta
from pathlib import Path

from bench.calendars import NOW, write_file
from bench.measure import Result, forked, row
from calendar_service.bootstrap import spare_collections, take_short_turns
from calendar_service.publishing import publish_file
from calendar_service.store.editions import load_edition
from calendar_service.store.engine import open_engine, sqlite_url
from calendar_service.store.migrate import run_migrations

RECORDS = 10_000
TICK = 0.002


def publish_an_edit(folder):
    """Publish a file, then with one change; return the CPU seconds of the second time and how long others waited."""
    path, engine = folder / "calendar.yaml", open_engine(sqlite_url(folder / "bench.sqlite3"))
    run_migrations(engine)
    data = write_file(RECORDS)
    path.write_bytes(data)
    known = publish_file(engine, path, NOW).edition
    web = load_edition(engine)
    take_short_turns()  # both as `serve` does
    spare_collections()
    path.write_bytes(data.replace(b"number 5000 is", b"number 5000 was"))
    waits, done = [], threading.Event()

    def tick():
        while not done.is_set():
            due = time.perf_counter() + TICK
            time.sleep(TICK)
            waits.append(time.perf_counter() - due)

    other = threading.Thread(target=tick)
    other.start()
    start = time.process_time()
    publish_file(engine, path, NOW + timedelta(hours=1), known=known)
    load_edition(engine, web)
    taken = time.process_time() - start
    done.set()
    other.join()
    return taken, max(waits)


@row("save to public with 10,000 records, CPU seconds", most=2)
def save():
    found = []
    for _ in range(3):
        with tempfile.TemporaryDirectory() as folder:
            found.append(forked(lambda folder=folder: publish_an_edit(Path(folder))))
    seconds = [each for each, _ in found]
    wait = statistics.median(each for _, each in found)
    note = f"another thread of the process waited {wait * 1000:.0f} ms at the most (bar: 100 ms)"
    return Result(statistics.median(seconds), min(seconds), max(seconds), unit=" s", note=note)
