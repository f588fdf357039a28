"""What is published on the admin pages is committed with the real git, if the settings say so; a failure is told."""

import re
import subprocess

import pytest

from calendar_service.admin.overview import FILE_READER
from calendar_service.admin.publication_commit import NOT_COMMITTED
from calendar_service.admin.waiting import keep_edits
from calendar_service.parsers.editing.edits import AppendRecord, SetValue
from calendar_service.settings import Editor
from calendar_service.store import clocks
from calendar_service.store.editions import load_edition
from calendar_service.store.engine import reading
from calendar_service.store.faults import FaultKind, list_faults
from tests.support.admin_site import ANNA, BO, Programme
from tests.support.signing_up import words_of

MARTIN = Editor("anna@example.org", ANNA.roles, "Anna Martin")
HOSTILE = 'Roads"; touch owned; $(touch owned) `touch owned` --amend # x'


@pytest.fixture(autouse=True)
def _standing_clock(monkeypatch, tmp_path):
    """The database's clock is not compared with that of the tests, which stands still; git has no settings."""
    monkeypatch.setattr(clocks, "server_time", lambda _: None)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)


class Committed(Programme):
    def __init__(self, folder, engine, **more):
        asked = {"commits_to_git": True, "git_committer": ("Calendar", "calendar@example.org")}
        super().__init__(folder, engine, **{"editors": (MARTIN, BO), **asked, **more})
        self.git("init", "--quiet", "--initial-branch=main")
        (folder / ".gitignore").write_text("*.sqlite3*\n")

    def git(self, *words):
        done = subprocess.run(["git", *words], cwd=self.folder, capture_output=True, text=True, check=False)
        return done.stdout

    def change(self, value, path=("closes",)):
        state = self.app.extensions[FILE_READER].read()
        keep_edits(self.engine, ANNA.address, {"roads": [SetValue("roads", path, value)]}, state, self.now)

    def press(self, do="publish"):
        """Publish what waits, and return the page that follows."""
        editor = self.editor()
        page = editor.html("/admin/changes")
        given = {name: re.search(rf'name="{name}" value="([^"]*)"', page)[1] for name in ("form_token", "digest")}
        answer = editor.post("/admin/changes", given | {"do": do})
        return editor.html(answer.headers["Location"])

    def commit_faults(self):
        with reading(self.engine) as connection:
            return [each for each in list_faults(connection) if each.kind is FaultKind.COMMIT]


@pytest.fixture
def site(database_file, tmp_path):
    return Committed(tmp_path, database_file)


def test_a_publication_is_committed_in_the_editor_s_name(site):
    site.change("14 December 2026, 17:00")
    assert "Published." in site.press()
    assert site.git("log", "--format=%an <%ae>|%cn <%ce>|%B").strip() == (
        "Anna Martin <anna@example.org>|Calendar <calendar@example.org>|Deadline extended: Study of roads\n\n"
        "- Deadline extended: Study of roads\n\nEdition 2, published on the admin pages by anna@example.org."
    )
    assert site.git("show", "--name-only", "--format=").split() == ["calendar.yaml"]
    assert site.git("show", "HEAD:calendar.yaml") == site.settings.file.read_text(encoding="utf-8")
    assert site.commit_faults() == []


def test_a_hostile_title_is_text(site):
    site.change({"en": HOSTILE, "fr": "Étude"}, ("title",))
    site.press()
    assert HOSTILE[:40] in site.git("log", "-1", "--format=%s")
    assert f": {HOSTILE}" in site.git("log", "-1", "--format=%b")
    assert not (site.folder / "owned").exists()


def test_a_failure_is_told_loses_nothing_and_is_made_up_for(site):
    hook = site.folder / ".git" / "hooks" / "pre-commit"
    hook.write_text("#!/bin/sh\necho '<b>Not today.</b>'; exit 1\n")
    hook.chmod(0o755)
    site.change("14 December 2026, 17:00")
    page = site.press()
    assert "Published." in page
    assert NOT_COMMITTED in page
    assert load_edition(site.engine).number == 2
    (fault,) = site.commit_faults()
    assert (fault.reason, fault.details[-1]) == (NOT_COMMITTED, "git commit failed (1). <b>Not today.</b>")
    messages = site.editor().html("/admin/messages")
    assert NOT_COMMITTED in messages
    assert "Not today." not in messages  # what programs say is for the operator
    assert "the next publication" in words_of(site.editor().get("/admin/messages")).lower()
    ready = site.client.get("/readyz", base_url=site.base).json
    assert ("commit", NOT_COMMITTED) in [(each["kind"], each["reason"]) for each in ready["faults"]]
    assert "Not today" not in str(ready)
    hook.unlink()
    site.later(minutes=1)
    site.change("15 December 2026, 17:00")
    assert NOT_COMMITTED not in site.press()
    assert site.commit_faults() == []
    assert "15 December" in site.git("show", "HEAD:calendar.yaml")


def test_what_another_process_was_the_first_to_publish_is_committed_too(site, monkeypatch):
    from calendar_service.admin import publication  # noqa: PLC0415 (the name that is replaced)

    def publish_twice(*given, **more):
        publish(*given, **more)
        return publish(*given, **more)

    publish = publication.publish_file
    monkeypatch.setattr(publication, "publish_file", publish_twice)
    site.change("14 December 2026, 17:00")
    assert "What is public is the same." in site.press()
    assert "14 December" in site.git("show", "HEAD:calendar.yaml")


def test_what_is_not_public_yet_is_committed_without_a_word_of_it(site):
    draft = {"id": "hidden", "kind": "event", "title": "Nobody knows", "when": "8 December 2026", "status": "draft"}
    state = site.app.extensions[FILE_READER].read()
    keep_edits(site.engine, ANNA.address, {"hidden": [AppendRecord(draft)]}, state, site.now)
    site.press()
    assert site.git("log", "-1", "--format=%B").strip() == (
        "Save what is not public yet\n\nSaved on the admin pages by anna@example.org."
    )
    assert "Nobody knows" in site.git("show", "HEAD:calendar.yaml")


def test_saved_files_are_left_to_who_saves_them(site):
    site.later(minutes=1)
    site.save(site.settings.file.read_text(encoding="utf-8").replace("10 December", "12 December"))
    assert site.git("log") == ""
    assert site.commit_faults() == []


def test_nothing_is_committed_unless_it_is_asked_for(database_file, tmp_path):
    site = Committed(tmp_path, database_file, commits_to_git=False)
    site.change("14 December 2026, 17:00")
    site.press()
    assert site.git("log") == ""
    assert site.commit_faults() == []


def test_in_french(site):
    (site.folder / ".gitignore").write_text("*\n")
    site.change("14 December 2026, 17:00")
    site.press()
    assert "Ce qui a été publié n’est pas enregistré dans git." in site.editor().html("/admin?lang=fr")
