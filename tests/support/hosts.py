"""Hosts on one machine: processes of the program that take themselves to run on a host of another name.

The clock of a host is ahead by the seconds in the file `NAME.offset` in its folder, if there is one.
"""

import contextlib
import os
import subprocess
import sys

AS_HOST = """
import pathlib, socket, sys
from datetime import timedelta
name = sys.argv.pop(1)
socket.gethostname = lambda: name
from calendar_service import clock
right, offset = clock.clock, pathlib.Path(f"{name}.offset")
clock.clock = lambda: right() + timedelta(seconds=float(offset.read_text() or 0) if offset.exists() else 0)
from calendar_service.cli.main import main
main()
"""


def command(host, *words):
    return [sys.executable, "-c", AS_HOST, host, *map(str, words)]


def environment(url, folder):
    plain = {name: value for name, value in os.environ.items() if not name.startswith("CALENDAR_")}
    return (
        plain
        | {"CALENDAR_DATABASE_URL": url, "CALENDAR_SECRET_KEY": "k" * 40, "PYTHONWARNINGS": "ignore"}
        | {"HOME": str(folder)}
    )


def run(host, url, folder, *words):
    """Run a command of the program to its end, as on that host."""
    return subprocess.run(
        command(host, *words), env=environment(url, folder), cwd=folder, capture_output=True, text=True, check=False
    )


@contextlib.contextmanager
def worker(host, url, folder, file):
    """A worker that runs on that host until the block ends; killed without notice."""
    with (folder / f"{host}.log").open("ab") as log:
        process = subprocess.Popen(
            command(host, "worker", file), env=environment(url, folder), cwd=folder, stdout=log, stderr=log
        )
    try:
        yield process
    finally:
        process.kill()
        process.wait()
