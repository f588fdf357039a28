"""Real servers, and what they cost: CPU seconds and memory of all their processes."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

BIN = Path(sys.executable).parent
PAGE = os.sysconf("SC_PAGE_SIZE")
TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Server:
    process: subprocess.Popen
    port: int


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start(kind, folder):
    """Start the service, or a WSGI function `bare:application` of the folder, in a process group of its own."""
    port = free_port()
    granian = [BIN / "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--no-ws"]
    commands = {
        "serve": [BIN / "calendar-service", "serve", "--port", str(port), "calendar.yaml"],
        "gunicorn": [
            BIN / "gunicorn", "--bind", f"127.0.0.1:{port}", "--worker-class", "gthread", "--threads", "4",
            "calendar_service.web_process:make_application()",
        ],
        "granian": [*granian, "--factory", "calendar_service.web_process:make_application"],
        "bare": [*granian, "bare:application"],
    }  # fmt: skip
    settings = {
        "CALENDAR_FILE": "calendar.yaml",
        "CALENDAR_DATABASE_URL": "sqlite:///bench.sqlite3",
        "CALENDAR_BASE_URL": f"http://127.0.0.1:{port}",
        "PYTHONPATH": str(folder),
    }
    with (folder / f"{kind}.log").open("wb") as log:
        process = subprocess.Popen(
            commands[kind], cwd=folder, env=os.environ | settings, stdout=log, stderr=log, start_new_session=True
        )
    return Server(process, port)


@contextmanager
def serving(server, path="/readyz"):
    """Wait until a server answers a path, and stop it at the end."""
    try:
        for _ in range(1800):
            if ask_path(server.port, path):
                break
            if server.process.poll() is not None:
                sys.exit("the server ended")
            time.sleep(0.1)
        else:
            sys.exit("the server did not get ready")
        yield server
    finally:
        os.killpg(server.process.pid, signal.SIGTERM)
        server.process.wait(30)


def ask_path(port, path):
    """Return True if a server answers a path with 200."""
    try:
        return ask(http.client.HTTPConnection("127.0.0.1", port, timeout=60), path)[0] == 200
    except OSError:
        return False


def ask(connection, path):
    connection.request("GET", path, headers={"Accept-Encoding": "gzip"})
    response = connection.getresponse()
    return response.status, response.read(), response.headers


def family_of(root):
    """Return a process and all that come from it."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
    family = {root}
    while more := {child for child, parent in parents.items() if parent in family} - family:
        family |= more
    return family


def memory_of(root):
    """Return the resident memory of a process and all that come from it, in MB."""
    sizes = []
    for process in family_of(root):
        try:
            sizes.append(int(Path(f"/proc/{process}/statm").read_text().split()[1]) * PAGE / 1e6)
        except OSError:
            continue
    return sum(sizes)


def cpu_seconds(root):
    """Return the CPU seconds of a process and all that come from it."""
    return sum(_cpu_seconds(process) for process in family_of(root))


def _cpu_seconds(process):
    # Nanoseconds on the CPU of each thread: the ticks of /proc/<pid>/stat are too coarse for a thousand requests.
    threads = Path(f"/proc/{process}/task").glob("*/schedstat")
    return sum(int(each.read_text().split()[0]) for each in threads) / 1e9
