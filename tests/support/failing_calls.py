"""Runs commands and requests in processes of which one call on the disk fails, or all from one on.

    LD_PRELOAD=failing_calls.so python -m tests.support.failing_calls

Reads one line of JSON for each process, and answers with one when it has ended.
"""

import ctypes
import importlib
import json
import os
import pkgutil
import signal
import subprocess
import sys
import traceback
from dataclasses import dataclass
from pathlib import Path

import calendar_service
from calendar_service.cli.main import main
from calendar_service.settings import read_settings
from calendar_service.web_process import make_web_process
from tests.support.paths import ROOT
from tests.support.proof_deployment import ENVIRONMENT
from tests.support.signing_up import CHOICE

_SOURCE = Path(__file__).with_suffix(".c")
_MOST_SECONDS = 120


@dataclass(frozen=True)
class Outcome:
    """How a process ended: the exit code of a command or the status of a response, and what was said."""

    code: int
    words: str
    failed: str
    """The call that failed first; nothing where there were fewer calls."""
    calls: int


class FailingCalls:
    """Starts such processes, one after the other, in milliseconds."""

    def __init__(self, folder):
        library = folder / "failing_calls.so"
        subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", library, _SOURCE, "-ldl"], check=True)
        self._folder = folder
        self._server = subprocess.Popen(
            [sys.executable, "-m", __name__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=ENVIRONMENT | {"LD_PRELOAD": str(library)},
            cwd=ROOT,
        )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._server.stdin.close()
        self._server.wait()
        self._server.stdout.close()

    def run(self, place, environment, *words, error=0, at=0, for_good=False):
        """Run a command in a folder, or "sign-up" there; all calls below that folder count."""
        log = self._folder / "words"
        order = {"place": str(place), "environment": environment, "words": words, "log": str(log)}
        self._server.stdin.write(json.dumps(order | {"error": error, "at": at, "for_good": for_good}) + "\n")
        self._server.stdin.flush()
        told = json.loads(self._server.stdout.readline())
        return Outcome(words=log.read_text(encoding="utf-8", errors="replace"), **told)


def _act(words):
    if words == ["sign-up"]:
        process = make_web_process(read_settings(os.environ))
        answer = process.app.test_client().post("/reminders", data=CHOICE, base_url=os.environ["CALENDAR_BASE_URL"])
        print(answer.get_data(as_text=True))  # noqa: T201 (what was said)
        return answer.status_code
    try:
        main(words, prog_name="calendar-service")
    except SystemExit as end:
        return end.code or 0
    return 0


def _become(order, answer):
    signal.alarm(_MOST_SECONDS)
    log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.environ.update(order["environment"])
    os.chdir(order["place"])
    calls = ctypes.CDLL(None)
    calls.failed_call.restype = ctypes.c_char_p
    calls.calls.restype = ctypes.c_long
    calls.arm(order["place"].encode(), order["error"], ctypes.c_long(order["at"]), int(order["for_good"]))
    try:
        code = _act(order["words"])
    except BaseException:  # noqa: BLE001 (that is what the proof looks for)
        traceback.print_exc()
        code = -1
    calls.disarm()
    sys.stdout.flush()
    told = {"code": code, "failed": calls.failed_call().decode(), "calls": calls.calls()}
    os.write(answer, json.dumps(told).encode() + b"\n")
    os._exit(0)


def _load_all():
    """Load what commands load when they need it, so that each process need not."""
    for module in pkgutil.walk_packages(calendar_service.__path__, "calendar_service."):
        if ".migrations" not in module.name:
            importlib.import_module(module.name)


def _serve():
    _load_all()
    answer = os.dup(1)
    for line in sys.stdin:
        if not (child := os.fork()):
            _become(json.loads(line), answer)
        _, status = os.waitpid(child, 0)
        if status:
            os.write(answer, json.dumps({"code": -status, "failed": "", "calls": 0}).encode() + b"\n")


if __name__ == "__main__":
    _serve()
