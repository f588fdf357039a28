"""Start and memory: what our program adds to the libraries that it is made of."""

import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

from bench.calendars import write_file
from bench.measure import children_cpu, compare, ratios, row
from bench.servers import BIN, ask_path, free_port, memory_of, serving, start

LIBRARIES = "import flask, sqlalchemy, apscheduler.schedulers.background, icalendar, pydantic, babel"
IDLE = f"""{LIBRARIES}
import sys, waitress
app = flask.Flask("idle")
app.add_url_rule("/healthz", view_func=lambda: "ok")
waitress.serve(app, host="127.0.0.1", port=int(sys.argv[1]))
"""
RECORDS = 10_000
ROOT = Path(__file__).parents[1]


def run(*command):
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def imports():
    return "importing the libraries", partial(run, sys.executable, "-c", LIBRARIES)


@row("`--version`, to importing Flask, SQLAlchemy, APScheduler, icalendar, pydantic and Babel", most=0.35)
def version():
    ours = partial(run, BIN / "calendar-service", "--version")
    return compare(("--version", ours), imports(), timer=children_cpu)


@row("`check` of the ten records, to the same imports", most=0.8)
def check():
    ours = partial(run, BIN / "calendar-service", "check", ROOT / "data" / "events.yaml")
    return compare(("check", ours), imports(), timer=children_cpu)


def idle():
    port = free_port()
    process = subprocess.Popen([sys.executable, "-c", IDLE, str(port)])
    while not ask_path(port, "/healthz"):
        time.sleep(0.1)
    try:
        return memory_of(process.pid)
    finally:
        process.terminate()
        process.wait()


def full():
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "calendar.yaml").write_bytes(write_file(RECORDS))
        with serving(start("serve", Path(folder)), "/calendar.ics") as server:
            return memory_of(server.process.pid)


@row("memory of `serve` with 10,000 records, to an idle Flask application with the same imports", most=2)
def memory():
    sizes = {"serve": [full() for _ in range(2)], "idle": [idle() for _ in range(2)]}
    result = ratios(*sizes.values())
    result.memory = {name: found[0] for name, found in sizes.items()}
    return result
