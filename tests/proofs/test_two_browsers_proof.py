"""Proof: two browsers and a text editor at a real service; no saved change is lost, and a copy is kept where two collide."""

import random
import re
import subprocess
import time
from collections import Counter

import pytest
import yaml
from playwright.sync_api import sync_playwright

from calendar_service.parsers.editing.edits import value_at
from calendar_service.store.engine import open_engine
from calendar_service.store.waiting_changes import list_waiting_changes
from tests.support.browser import FLAGS
from tests.support.running_service import PROGRAM, Scene
from tests.support.tools import find_chromium

pytestmark = [pytest.mark.slow, pytest.mark.browser]

EDITORS = ("anna@example.org", "clara@example.org")
RECORDS = ("one", "two")
FIELDS = ("title.en", "title.fr", "summary.en", "place.name", "place.city")
STEPS = 500
FILE = """\
# of two browsers
calendar: {id: demo.example, name: {en: Demo, fr: Démo}, timezone: Europe/Paris, languages: [en, fr]}
records:
""" + "".join(
    f"""  - id: {name}   # kept
    kind: event
    title:
      en: {name} title.en 0
      fr: {name} title.fr 0
    when: 1 December 2037
    place: {{name: {name} place.name 0, city: {name} place.city 0}}
    summary:
      en: {name} summary.en 0
"""
    for name in RECORDS
)


class Desk:
    """An editor with two windows, and what they have saved: by record and field the text, and that of the file then."""

    def __init__(self, browser, scene, address):
        self.address, self.base = address, f"http://127.0.0.1:{scene.port}"
        self.context = browser.new_context(locale="en-GB")
        self.windows = [self.context.new_page() for _ in range(2)]
        self.open, self.waiting, self.seen = {}, {}, {}
        words = [PROGRAM, "admin-link", address]
        told = subprocess.run(
            words, cwd=scene.folder, env=scene.environment, capture_output=True, text=True, check=True
        )
        link = re.search(r"/admin/sign-in/[A-Za-z0-9_-]{43}", told.stdout)[0]
        self.windows[0].goto(f"{self.base}{link}")
        self.windows[0].click("main button")
        self.windows[0].wait_for_selector("text=Sign out")

    def changes(self, window):
        window.goto(f"{self.base}/admin/changes")
        self.open.pop(self.windows.index(window), None)


class TwoBrowsers:
    """The desks, the file, and what has happened."""

    def __init__(self, browser, scene, seed):
        self.scene, self.random, self.count = scene, random.Random(seed), Counter()  # noqa: S311 (nothing secret)
        self.engine = open_engine(f"sqlite:///{scene.database}")
        self.desks = [Desk(browser, scene, each) for each in EDITORS]
        self.good = ""

    def values(self):
        records = yaml.safe_load(self.good or self.scene.file.read_text(encoding="utf-8"))["records"]
        found = {each["id"]: each for each in records}
        return {(name, field): value_at(found[name], tuple(field.split("."))) for name in RECORDS for field in FIELDS}

    def step(self):
        if self.good and self.random.random() < 1 / 3:  # nobody leaves it broken for long
            self.write()
            return
        actions = [self.load] * 4 + [self.save] * 8 + [self.write] * 3 + [self.publish] * 3 + [self.settle] * 2
        desk = self.random.choice(self.desks)
        self.random.choice([*actions, self.damage])(desk, self.random.choice(desk.windows))

    def new_text(self, record, field):
        self.count["texts"] += 1
        return f"{record} {field} {self.count['texts']}"

    def load(self, desk, window):
        record = self.random.choice(RECORDS)
        window.goto(f"{desk.base}/admin/records/{record}/edit")
        number = desk.windows.index(window)
        if window.locator("form[data-live]").count():
            desk.open[number] = record
        else:  # the file is broken, or is being saved: the page says so
            desk.open.pop(number, None)

    def save(self, desk, window):
        """Send a form that was loaded some steps before. Where it collides, what was typed is still on the page."""
        record = desk.open.pop(desk.windows.index(window), None)
        if record is None:
            self.load(desk, window)
            return
        field = self.random.choice(FIELDS)
        typed = self.new_text(record, field)
        if not window.locator(f"[name='{field}']").is_visible():
            window.click("summary:has-text('More')")
        window.fill(f"[name='{field}']", typed)
        window.click("button[value=save]")
        if window.locator("fieldset.wrong").count():
            self.count["collided on the form"] += 1
            assert window.input_value(f"[name='{field}']") == typed, "what was typed is lost"
            choice = self.random.choice(["mine", "file"])
            window.check(f"[name='choose-{field}'][value={choice}]")
            window.click("button[value=save]")
            if choice == "file":
                assert window.url.endswith("/admin/changes")
                return
        assert window.url.endswith("/admin/changes")
        if typed not in self.kept(desk):  # the file could not be read just then
            assert self.good, f"{typed} was not kept"
            return
        self.count["saved"] += 1
        desk.waiting[record, field] = typed
        desk.seen[record, field] = self.values()[record, field]

    def write(self, *_):
        """Save the file with a text editor: one value is another, or what was broken is whole again."""
        before = self.good or self.scene.file.read_text(encoding="utf-8")
        record, field = self.random.choice(RECORDS), self.random.choice(FIELDS)
        old = self.values()[record, field]
        assert before.count(old) == 1
        self.replace(before.replace(old, self.new_text(record, field)))
        self.good = ""
        self.count["saved by the text editor"] += 1

    def damage(self, *_):
        if not self.good:
            self.good = self.scene.file.read_text(encoding="utf-8")
            self.replace(self.good.replace("when: 1 December 2037", "when: someday", 1))
            self.count["broken by the text editor"] += 1

    def replace(self, text):
        part = self.scene.folder / "part"
        part.write_text(text, encoding="utf-8")
        part.replace(self.scene.file)

    def publish(self, desk, window):
        desk.changes(window)
        before, blocked = self.values(), self.blocked(window)
        button = window.locator("button[value=publish]")
        if not button.count():
            return
        button.first.click()
        outcome = window.locator(".done").inner_text()
        if outcome != "Published.":
            assert outcome.startswith("The file has changed since you loaded the page."), outcome
            assert self.values() == before
            return
        self.count["published"] += 1
        for (record, field), was in before.items():
            mine = desk.waiting.get((record, field))
            is_mine = mine is not None and record not in blocked
            now = self.values()[record, field]
            assert now == (mine if is_mine else was), f"{record} {field}: {was}, {mine}, {now}"
            if is_mine:
                assert was == desk.seen[record, field], "what a colleague has saved meanwhile was written over"
                self.count["published texts"] += 1
                del desk.waiting[record, field]

    def blocked(self, window):
        """The records of whose changes the page says that they collide."""
        forms = window.locator("form.part:has(fieldset)").all()
        return {path.split()[0] for each in forms for path in re.findall(r"\b(?:one|two) \S+ \d+", each.inner_text())}

    def settle(self, desk, window):
        """Choose in a change that collides: the own text, or that of the file; each has kept both."""
        desk.changes(window)
        forms = window.locator("form.part:has(fieldset)")
        if not forms.count():
            return
        form = forms.first
        for each in form.locator("fieldset").all():
            field = each.locator("legend").inner_text()
            wanted = each.locator("label:has([value=mine])").inner_text()
            (record,) = set(re.findall(r"\b(one|two) \S+ \d+", wanted))
            mine = desk.waiting[record, field]
            assert mine in wanted, "no copy was kept"
            assert self.values()[record, field] in each.locator("label:has([value=file])").inner_text()
            self.count["collided copies kept"] += 1
            desk.seen[record, field] = self.values()[record, field]
            choice = self.random.choice(["mine", "file"])
            each.locator(f"[value={choice}]").check()
            if choice == "file":
                del desk.waiting[record, field]
        form.locator("button[value=choose]").click()
        assert window.locator(".done").inner_text() == "Chosen."

    def kept(self, desk):
        return str([each.edits for each in list_waiting_changes(self.engine) if each.editor == desk.address])

    def check(self):
        """Every text that an editor has saved, and not published or given up, waits in the database."""
        for desk in self.desks:
            kept = self.kept(desk)
            lost = [text for text in desk.waiting.values() if text not in kept]
            assert lost == [], dict(self.count)
        text = self.scene.file.read_text(encoding="utf-8")
        assert text.startswith("# of two browsers\n")
        assert text.count("   # kept") == len(RECORDS)


def test_nothing_that_was_saved_is_lost_in_500_random_steps(tmp_path, capsys):
    scene = Scene(tmp_path)
    scene.file.write_text(FILE, encoding="utf-8")
    scene.environment |= {
        "CALENDAR_EDITORS": ", ".join(EDITORS),
        "CALENDAR_BASE_URL": f"http://127.0.0.1:{scene.port}",
    }
    scene.start(PROGRAM, "serve", "--port", scene.port)
    try:
        scene.wait_until(lambda: scene.get("/")[0] == 200, 60)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
            crowd = TwoBrowsers(browser, scene, time.time_ns())
            for _ in range(STEPS):
                crowd.step()
                crowd.check()
                crowd.count["steps"] += 1
            crowd.engine.dispose()
            browser.close()
    finally:
        assert scene.stop() == []
    with capsys.disabled():
        print(f"\n{dict(crowd.count)}, lost: 0")  # noqa: T201 (the figures of the proof)
    assert crowd.count["saved"] > STEPS // 20
    assert crowd.count["collided on the form"] + crowd.count["collided copies kept"] > STEPS // 50
