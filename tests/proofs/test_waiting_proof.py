"""Proof: two editors and a text editor at one file; nothing that was saved is lost, also where a process is killed."""

import random
import signal
import subprocess
import sys

import pytest

from calendar_service.admin.overview import FILE_READER
from calendar_service.admin.waiting import combine
from calendar_service.publishing import publish_file
from calendar_service.settings import Editor
from calendar_service.store import clocks
from calendar_service.store.editions import load_edition
from calendar_service.store.lease import this_host
from calendar_service.store.publication import PublishOutcome
from calendar_service.store.waiting_changes import list_waiting_changes
from tests.support.admin_forms import fields_of, press
from tests.support.admin_site import ANNA, AdminSite, Programme
from tests.support.databases import open_sqlite
from tests.support.paths import ROOT

pytestmark = pytest.mark.slow

CLARA = Editor("clara@example.org", frozenset({"write", "publish"}))
FIELDS = ("title.en", "title.fr", "summary.en")
NAMES = ("one", "two", "three")
STEPS = 500
FILE = """\
calendar: {id: demo.example, name: {en: Demo, fr: Démo}, timezone: Europe/Paris, languages: [en, fr]}
records:
""" + "".join(
    f"""  - id: {name}   # kept
    kind: event
    title:
      en: {name} title.en 0
      fr: {name} title.fr 0
    when: 1 December 2027
    summary:
      en: {name} summary.en 0
"""
    for name in NAMES
)


@pytest.fixture(autouse=True)
def _standing_clock(monkeypatch):
    """The database's clock is not compared with that of the tests, which stands still."""
    monkeypatch.setattr(clocks, "server_time", lambda _: None)


class Crowd:
    """Two editors with browsers and a colleague with a text editor; each text that is saved has a number of its own."""

    def __init__(self, site, seed):
        self.site, self.random, self.number = site, random.Random(seed), 0  # noqa: S311 (nothing secret)
        self.editors = {each.address: site.editor(each.address) for each in (ANNA, CLARA)}
        self.open = {}
        # What each editor has saved and not published, and the text of the file that they knew then.
        self.waiting = {}
        self.seen = {}

    def text(self):
        return self.site.settings.file.read_text(encoding="utf-8")

    def in_file(self, record, field):
        """The text of a field as the file has it."""
        return next(
            line.split(": ", 1)[1].strip("'\"")
            for line in self.text().splitlines()
            if f" {record} {field} " in line and ": " in line
        )

    def step(self):
        action = self.random.choice([self.load, self.load, self.save, self.save, self.write, self.publish, self.settle])
        action(self.random.choice(list(self.editors)))

    def load(self, address):
        record = self.random.choice(NAMES)
        path = f"/admin/records/{record}/edit"
        self.open[address] = record, path, fields_of(self.editors[address].html(path))

    def save(self, address):
        """Send a form that was loaded some steps before; where it collides, what was typed is still on the page."""
        if address not in self.open:
            return
        record, path, fields = self.open.pop(address)
        field = self.random.choice(FIELDS)
        self.number += 1
        typed = f"{record} {field} {self.number}"
        answer = self.editors[address].post(path, fields | {field: typed})
        if answer.status_code == 200:
            page = answer.get_data(as_text=True)
            assert typed in page, "what was typed is lost"
            again = fields_of(page)
            assert again[field] == typed
            answer = self.editors[address].post(path, again | {f"choose-{field}": "mine"})
        assert answer.status_code == 303, answer.get_data(as_text=True)
        self.waiting[address, record, field] = typed
        self.seen[address, record, field] = self.in_file(record, field)

    def write(self, _):
        """Save the file in a text editor."""
        record, field = self.random.choice(NAMES), self.random.choice(FIELDS)
        self.number += 1
        old, new = self.in_file(record, field), f"{record} {field} {self.number}"
        assert self.site.save(self.text().replace(old, new)) is PublishOutcome.PUBLISHED

    def publish(self, address):
        before = {(record, field): self.in_file(record, field) for record in NAMES for field in FIELDS}
        conflicts = self.conflicts(address)
        answer, _ = press(self.editors[address])
        if answer.status_code != 303:
            return
        for (record, field), was in before.items():
            now, mine = self.in_file(record, field), self.waiting.get((address, record, field))
            blocked = record in conflicts
            assert now == (mine if mine and not blocked else was), "a change was lost or came unasked"
            if mine and not blocked:
                assert was == self.seen[address, record, field], "what a colleague saved meanwhile was written over"
                del self.waiting[address, record, field]
        self.site.look_again()

    def conflicts(self, address):
        reader = self.site.app.extensions[FILE_READER]
        mine = [each for each in list_waiting_changes(self.site.engine) if each.editor == address]
        found = combine(reader, reader.read(), mine).conflicts or {}
        return {each.record_id: {one.path for one in found[each.id]} for each in mine if each.id in found}

    def settle(self, address):
        """Choose in each field that collides: the own text, or that of the file."""
        for change in list_waiting_changes(self.site.engine):
            paths = self.conflicts(address).get(change.record_id, ()) if change.editor == address else ()
            if not paths:
                continue
            page = self.editors[address].html("/admin/changes")
            choices = {}
            for path in paths:
                mine = self.waiting.get((address, change.record_id, path), "")
                assert mine in page, "no copy was kept"
                choices[path] = self.random.choice(["mine", "file"])
                self.seen[address, change.record_id, path] = self.in_file(change.record_id, path)
                if choices[path] == "file":
                    self.waiting.pop((address, change.record_id, path), None)
            given = {f"field-{path}": choice for path, choice in choices.items()}
            form = {"form_token": self.editors[address].form_token(), "only": str(change.id), "do": "choose"}
            assert self.editors[address].post("/admin/changes", form | given).status_code == 303

    def check(self):
        """Every text that an editor has saved, and not published or given up, waits in the database."""
        kept = str([(each.editor, each.edits) for each in list_waiting_changes(self.site.engine)])
        for typed in self.waiting.values():
            assert typed in kept or typed in self.text(), f"{typed} is lost"
        assert self.text().count("# kept") == len(NAMES)
        assert self.site.app.extensions[FILE_READER].read().reading.errors == []


@pytest.mark.parametrize("seed", range(2))
def test_nothing_that_was_saved_is_lost_in_500_random_steps(database_file, tmp_path, seed):
    site = Programme(tmp_path, database_file, FILE, editors=(ANNA, CLARA))
    crowd = Crowd(site, seed)
    for _ in range(STEPS // 2):
        crowd.step()
        crowd.check()


KILLED = """
import os, pathlib, signal
from calendar_service.store import clocks
clocks.server_time = lambda _: None
from tests.support.admin_forms import press, send
from tests.support.admin_site import Programme
from tests.support.databases import open_sqlite
folder = pathlib.Path({folder!r})
site = Programme(folder, open_sqlite(folder / "calendar.sqlite3"), {text!r})
editor = site.editor()
send(editor, "/admin/records/one/edit", title__en="Written")
pathlib.Path.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
press(editor)
"""


def test_a_process_that_is_killed_before_the_rename_has_written_nothing_and_lost_nothing(tmp_path):
    script = KILLED.format(folder=str(tmp_path), text=FILE)
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
    file = tmp_path / "calendar.yaml"
    assert file.read_text(encoding="utf-8") == FILE
    engine = open_sqlite(tmp_path / "calendar.sqlite3")
    assert [each.record_id for each in list_waiting_changes(engine)] == ["one"]
    assert load_edition(engine).number == 1
    later = AdminSite(tmp_path, engine, file=file)
    assert publish_file(engine, file, later.now, host=this_host()).outcome is PublishOutcome.UNCHANGED
    answer, page = press(later.editor())
    assert answer.status_code == 303
    assert "Published." in page
    assert "en: Written\n" in file.read_text(encoding="utf-8")
    assert list_waiting_changes(engine) == []
    engine.dispose()
