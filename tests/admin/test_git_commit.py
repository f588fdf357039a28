"""Committing the calendar file with the real git: this file alone, as a person would, and never by half."""

import os
import subprocess
import time
from pathlib import Path

import pytest

from calendar_service.admin.git_commit import NotCommitted, Person, commit_file

ANNA = Person("Anna Martin", "anna@example.org")
SERVICE = Person("Calendar", "calendar@example.org")
NOBODY = Person("", "")
HOSTILE = (
    'Tender: "$(touch owned)" `touch owned`; --amend -m x <eve@example.org>\n\n# not a comment\nSigned: é \u202e\n'
)


@pytest.fixture(autouse=True)
def _no_settings_of_this_machine(monkeypatch, tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)


class Repository:
    """A repository with a calendar file that has a change, and another file with a staged and an unstaged one."""

    def __init__(self, folder):
        self.folder = folder
        folder.mkdir()
        self.git("init", "--quiet", "--initial-branch=main")
        self.git("config", "user.name", "Somebody")
        self.git("config", "user.email", "somebody@example.org")
        self.file, self.other = folder / "events.yaml", folder / "other.txt"
        self.file.write_text("first\n")
        self.other.write_text("first\n")
        self.git("add", ".")
        self.git("commit", "--quiet", "-m", "Begin")
        self.other.write_text("staged\n")
        self.git("add", "other.txt")
        self.other.write_text("not staged\n")
        self.file.write_text("second\n")

    def git(self, *words):
        return subprocess.run(["git", *words], cwd=self.folder, capture_output=True, text=True, check=True).stdout

    def commits(self):
        return len(self.git("log", "--format=%h").split())

    def hook(self, text, name="pre-commit"):
        path = self.folder / ".git" / "hooks" / name
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(0o755)

    def is_as_before(self):
        """Only what a person had staged is staged, and nothing is locked."""
        staged = self.git("diff", "--cached", "--name-only").split()
        held = self.git("show", ":other.txt"), self.other.read_text(), self.file.read_text()
        locks = list((self.folder / ".git").glob("*.lock"))
        return (staged, held, locks) == (["other.txt"], ("staged\n", "not staged\n", "second\n"), [])


@pytest.fixture
def repository(tmp_path):
    return Repository(tmp_path / "programme")


def refusal(repository, *, path=None, seconds=20.0):
    before = repository.commits()
    with pytest.raises(NotCommitted) as caught:
        commit_file(path or repository.file, "Message\n", ANNA, SERVICE, seconds)
    assert repository.commits() == before
    return str(caught.value)


@pytest.mark.parametrize("message", ["Extended: Study of roads\n", HOSTILE])
def test_only_the_file_is_committed(repository, message):
    assert commit_file(repository.file, message, ANNA, SERVICE)
    assert repository.git("log", "-1", "--format=%an <%ae> %cn <%ce>").strip() == (
        "Anna Martin <anna@example.org> Calendar <calendar@example.org>"
    )
    assert repository.git("log", "-1", "--format=%B").rstrip("\n") == message.rstrip("\n")
    assert repository.git("show", "--name-only", "--format=").split() == ["events.yaml"]
    assert repository.is_as_before()
    assert not (repository.folder / "owned").exists()
    assert commit_file(repository.file, message, ANNA, SERVICE) is False
    assert repository.commits() == 2


def test_the_committer_is_that_of_the_settings_of_git(repository):
    commit_file(repository.file, "Message\n", ANNA, NOBODY)
    assert repository.git("log", "-1", "--format=%cn <%ce>").strip() == "Somebody <somebody@example.org>"


def test_names_cannot_end_the_line_of_the_author(repository):
    commit_file(repository.file, "Message\n", Person("A> <eve@example.org>\nx", "a@example.org"), SERVICE)
    assert repository.git("log", "-1", "--format=%ae|%an").strip() == "a@example.org|A eve@example.orgx"


def test_a_new_file_is_committed_and_otherwise_left_as_it_was(repository):
    path = repository.folder / "-new : file?.yaml"
    path.write_text("x\n")
    repository.hook("exit 1")
    assert "git commit failed (1)" in refusal(repository, path=path)
    assert "?? " in repository.git("status", "--porcelain")
    repository.hook("exit 0")
    assert commit_file(path, "Message\n", ANNA, SERVICE)
    assert repository.is_as_before()


def test_a_hook_that_fails_or_prints(repository):
    repository.hook("echo The words are wrong. >&2; exit 3")
    assert "The words are wrong." in refusal(repository)
    assert repository.is_as_before()
    repository.hook("yes | head -c 3000000; exit 0")
    assert commit_file(repository.file, "Message\n", ANNA, SERVICE)


def test_a_hook_may_change_the_message(repository):
    repository.hook('echo "Reviewed: yes" >> "$1"', "commit-msg")
    commit_file(repository.file, "Message\n", ANNA, SERVICE)
    assert "Reviewed: yes" in repository.git("log", "-1", "--format=%B")


def test_a_hook_that_hangs_is_ended_with_all_it_has_started(repository):
    repository.hook("sleep 300 & echo $! > child; sleep 300")
    began = time.monotonic()
    assert "did not end within 2 seconds" in refusal(repository, seconds=2.0)
    assert time.monotonic() - began < 15
    child = int((repository.folder / "child").read_text())
    assert is_gone(child)
    (repository.folder / "child").unlink()
    assert repository.is_as_before()
    repository.hook("exit 0")
    assert commit_file(repository.file, "Message\n", ANNA, SERVICE)


def is_gone(process):
    for _ in range(100):
        try:
            os.kill(process, 0)
            if Path(f"/proc/{process}/stat").read_text(encoding="ascii").split()[2] == "Z":
                return True
        except (ProcessLookupError, FileNotFoundError):
            return True
        time.sleep(0.05)
    return False


def test_what_a_hook_leaves_running_holds_nothing_up(repository):
    repository.hook("(setsid sleep 8 &)")
    began = time.monotonic()
    assert commit_file(repository.file, "Message\n", ANNA, SERVICE)
    assert time.monotonic() - began < 7


@pytest.mark.parametrize("word", ["merge", "cherry-pick", "revert", "rebase", "bisect"])
def test_never_while_something_is_under_way(repository, word):
    folder = repository.folder / ".git"
    commit = repository.git("rev-parse", "HEAD")
    names = {"merge": "MERGE_HEAD", "cherry-pick": "CHERRY_PICK_HEAD", "revert": "REVERT_HEAD", "bisect": "BISECT_LOG"}
    if word == "rebase":
        (folder / "rebase-merge").mkdir()
    else:
        (folder / names[word]).write_text(commit)
    assert f"A {word} is under way" in refusal(repository)


def test_a_real_rebase_is_left_alone(repository):
    repository.git("commit", "--quiet", "-am", "Both")
    repository.git("checkout", "--quiet", "-b", "side", "HEAD~1")
    repository.file.write_text("side\n")
    repository.git("commit", "--quiet", "-am", "Side")
    done = subprocess.run(["git", "rebase", "main"], cwd=repository.folder, capture_output=True, check=False)
    assert done.returncode != 0
    assert "A rebase is under way" in refusal(repository)


def test_not_on_a_detached_head(repository):
    repository.git("checkout", "--quiet", "--detach")
    assert "HEAD of the repository is detached" in refusal(repository)


def test_a_file_that_git_ignores(repository):
    (repository.folder / ".gitignore").write_text("own.yaml\n")
    own = repository.folder / "own.yaml"
    own.write_text("x\n")
    assert "Git ignores the calendar file." in refusal(repository, path=own)


def test_where_there_is_no_repository(repository, tmp_path):
    path = tmp_path / "alone.yaml"
    path.write_text("x\n")
    assert "not in the work tree of a git repository" in refusal(repository, path=path)


def test_a_link_leads_to_the_repository_of_the_file_itself(repository, tmp_path):
    link = tmp_path / "link.yaml"
    link.symlink_to(repository.file)
    assert commit_file(link, "Message\n", ANNA, SERVICE)
    outside = tmp_path / "outside.yaml"
    outside.write_text("x\n")
    inside = repository.folder / "inside.yaml"
    inside.symlink_to(outside)
    assert "not in the work tree" in refusal(repository, path=inside)


def test_variables_of_ours_lead_git_nowhere_else(repository, tmp_path, monkeypatch):
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_CONFIG_GLOBAL"):
        monkeypatch.setenv(name, str(tmp_path / "elsewhere"))
    monkeypatch.setenv("GIT_AUTHOR_NAME", "Eve")
    monkeypatch.setenv("GIT_COMMITTER_EMAIL", "eve@example.org")
    monkeypatch.setenv("CALENDAR_SECRET_KEY", "hidden")
    path = repository.folder / ".git" / "hooks" / "pre-commit"
    path.write_text('#!/bin/sh\nenv > "$(git rev-parse --show-toplevel)/seen"\n')
    path.chmod(0o755)
    assert commit_file(repository.file, "Message\n", ANNA, SERVICE)
    seen = (repository.folder / "seen").read_text()
    assert "hidden" not in seen
    assert "Eve" not in seen
    assert "eve@" not in seen
    assert "GIT_TERMINAL_PROMPT=0" in seen


def test_without_the_program(repository, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path / "home"))
    with pytest.raises(NotCommitted, match="git is not installed"):
        commit_file(repository.file, "Message\n", ANNA, SERVICE)


def test_a_lock_of_another_git_is_told_and_the_next_time_it_is_committed(repository):
    lock = repository.folder / ".git" / "index.lock"
    lock.write_text("")
    assert "index.lock" in refusal(repository)
    lock.unlink()
    assert commit_file(repository.file, "Message\n", ANNA, SERVICE)
