"""Commit the calendar file, and nothing else, to the git repository that it is in. Never pushes.

Git runs without a shell, a terminal or variables of ours that would lead it elsewhere, for a limited time. Hooks run as
they do for a person. What is staged of other files stays staged. The output goes to a file: a pipe would stay open as
long as anything that a hook has started.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

from calendar_service.records.errors import CalendarError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

TIMEOUT_SECONDS = 20.0
_GRACE_SECONDS = 3.0
_MOST_OUTPUT = 2_000
_KEPT_VARIABLES = ("PATH", "HOME", "XDG_CONFIG_HOME", "TMPDIR", "USER", "LOGNAME")
_NO_QUESTIONS = {
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ASKPASS": "true",
    "SSH_ASKPASS": "true",
    "GIT_EDITOR": "true",
    "GIT_PAGER": "cat",
    "LC_ALL": "C.UTF-8",
}
# What git keeps while something is under way that a commit would become a part of.
_UNDER_WAY = {
    "MERGE_HEAD": "merge",
    "CHERRY_PICK_HEAD": "cherry-pick",
    "REVERT_HEAD": "revert",
    "rebase-merge": "rebase",
    "rebase-apply": "rebase",
    "BISECT_LOG": "bisect",
}


class NotCommitted(CalendarError):
    """The file was not committed; the message says why, and has what git has printed."""


@dataclass(frozen=True)
class Person:
    """A name and an address, as in a commit; without an address it is left to git's own settings."""

    name: str
    address: str


def commit_file(path: Path, message: str, author: Person, committer: Person, seconds: float = TIMEOUT_SECONDS) -> bool:
    """Commit a file, where a link leads to; return False if it has nothing new. Raise NotCommitted."""
    real = path.resolve()
    git = _Git(real.parent, committer, seconds)
    git.check_place(real.name)
    changed = git.run("status", "--porcelain=v1", "-z", "--untracked-files=all", "--", real.name)
    if not changed:
        return False
    is_new = changed.startswith("??")
    if is_new:
        git.run("add", "--intent-to-add", "--", real.name)
    try:
        git.run(
            "commit",
            "--only",
            "--quiet",
            "--cleanup=whitespace",
            f"--author={_tidy(author.name)} <{_tidy(author.address)}>",
            "--file=-",
            "--",
            real.name,
            given=message,
        )
    except NotCommitted:
        if is_new:
            with contextlib.suppress(NotCommitted):
                git.run("reset", "--quiet", "--", real.name)
        raise
    return True


def check_repository(path: Path, committer: Person, seconds: float = TIMEOUT_SECONDS) -> None:
    """Raise NotCommitted where `commit_file` would for this file now, as far as that shows without a commit."""
    real = path.resolve()
    git = _Git(real.parent, committer, seconds)
    git.check_place(real.name)
    git.run("var", "GIT_COMMITTER_IDENT")


class _Git:
    """Runs git in one folder."""

    def __init__(self, folder: Path, committer: Person, seconds: float) -> None:
        self.folder, self.seconds = folder, seconds
        self.environment = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ} | _NO_QUESTIONS
        if committer.address:
            self.environment |= {
                "GIT_COMMITTER_NAME": _tidy(committer.name),
                "GIT_COMMITTER_EMAIL": _tidy(committer.address),
            }

    def check_place(self, name: str) -> None:
        """Raise NotCommitted where a commit is not possible, or would become a part of something else."""
        code, answer = self._call("rev-parse", "--is-inside-work-tree")
        if code or answer.strip() != "true":
            raise NotCommitted(f"The calendar file is not in the work tree of a git repository. {answer}".strip())
        places = self.run("rev-parse", *(word for each in _UNDER_WAY for word in ("--git-path", each))).splitlines()
        for place, what in zip(places, _UNDER_WAY.values(), strict=True):
            if (self.folder / place).exists():
                raise NotCommitted(f"A {what} is under way in the repository. End it, then publish once more.")
        if self._call("symbolic-ref", "--quiet", "HEAD")[0]:
            raise NotCommitted("HEAD of the repository is detached, so a commit would be on no branch.")
        if self._call("check-ignore", "-z", "--stdin", given=f"./{name}\0")[0] == 0:
            raise NotCommitted("Git ignores the calendar file.")

    def run(self, *words: str, given: str = "") -> str:
        """Return what git prints. Raise NotCommitted if it fails."""
        code, output = self._call(*words, given=given)
        if code:
            raise NotCommitted(f"git {words[0]} failed ({code}). {output}".strip())
        return output

    def _call(self, *words: str, given: str = "") -> tuple[int, str]:
        program = shutil.which("git", path=self.environment.get("PATH"))
        if program is None:
            raise NotCommitted("The program git is not installed.")
        with tempfile.TemporaryFile() as told, tempfile.TemporaryFile() as printed:
            told.write(given.encode("utf-8", "replace"))
            told.seek(0)
            # A name of a file is no pattern; check-ignore takes no patterns, and knows no such option.
            command = [program, *([] if words[0] == "check-ignore" else ["--literal-pathspecs"]), *words]
            code = _run_limited(command, self.folder, self.environment, (told, printed), self.seconds)
            printed.seek(0)
            output = printed.read(_MOST_OUTPUT).decode("utf-8", "replace").replace("\0", " ")
        return code, output.strip()


def _run_limited(
    command: Sequence[str], folder: Path, environment: Mapping[str, str], files: tuple[object, object], seconds: float
) -> int:
    """Return the exit code of a program, with its standard input and output. Raise NotCommitted if it takes too long.

    It has a session of its own, so that all that it has started ends with it.
    """
    told, printed = files
    try:
        process = subprocess.Popen(  # noqa: S603 (git, with a list of arguments)
            command,
            cwd=folder,
            env=dict(environment),
            stdin=told,  # type: ignore[call-overload]  # files, whatever their exact type
            stdout=printed,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    except OSError as error:
        raise NotCommitted(f"Git cannot be started: {error.strerror}.") from None
    try:
        code: int = process.wait(seconds)
    except subprocess.TimeoutExpired:
        _end(process)
        raise NotCommitted(f"Git did not end within {seconds:.0f} seconds; a hook may hang.") from None
    return code


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a program and what it has started. First it is asked: git then takes its locks away."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(_GRACE_SECONDS)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _tidy(text: str) -> str:
    """Return a name or an address without what ends one in a commit."""
    return " ".join("".join(char for char in text if char.isprintable() and char not in "<>").split())
