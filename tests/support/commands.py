"""Commands of the program, run in this process: one of their own takes a second to start."""

import contextlib
import io
import logging
import os
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from click.testing import CliRunner

from calendar_service.cli.main import main
from calendar_service.store import engine as engine_module


def run_here(folder: Path, *words: object, **environment: str) -> CompletedProcess:
    """Run a command to its end in a folder; what it logs stands behind what it writes to standard error."""
    settings = dict.fromkeys(name for name in os.environ if name.startswith("CALENDAR_"))
    log, root, opened = io.StringIO(), logging.getLogger(), []
    handler, create = logging.StreamHandler(log), engine_module.create_engine

    def keep(*given, **named):
        opened.append(create(*given, **named))
        return opened[-1]

    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    try:
        with contextlib.chdir(folder), pytest.MonkeyPatch.context() as patch:
            patch.setattr(engine_module, "create_engine", keep)
            done = CliRunner().invoke(main, list(map(str, words)), env=settings | environment)
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
        for each in opened:
            each.dispose()
    return CompletedProcess(words, done.exit_code, done.stdout, done.stderr + log.getvalue())
