"""Forks processes of the program on demand, since importing it anew takes longer than most of them may live.

    python -m tests.support.proof_fork_server [FAULT]

Reads one line of JSON for each process, {"words": [...], "environment": {...}, "log": path}, and answers with its
number. FAULT names a function of `proof_faults` that breaks the program first.
"""

import json
import os
import signal
import sys

from calendar_service.cli.main import main
from tests.support import proof_faults


def become(order):
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.environ.update(order["environment"])
    log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    os.dup2(log, sys.stdout.fileno())
    os.dup2(log, sys.stderr.fileno())
    main(order["words"], prog_name="calendar-service")


if __name__ == "__main__":
    for name in sys.argv[1:]:
        getattr(proof_faults, name)()
    # So that no dead child is left to be asked for: whoever starts them sees in /proc whether they live.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        if not (number := os.fork()):
            become(json.loads(line))
        print(number, flush=True)  # noqa: T201 (the answer)
