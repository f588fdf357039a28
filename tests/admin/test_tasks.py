"""Move, postpone and cancel: three steps, checked as the file is, and kept until they are published."""

import re

import pytest

from calendar_service.admin.waiting import combine, keep_edits
from calendar_service.parsers.editing.edits import SetValue
from calendar_service.store.waiting_changes import list_waiting_changes
from tests.support.admin_site import ANNA, BO, Programme
from tests.support.signing_up import words_of

pytestmark = pytest.mark.usefixtures("standing_clock")

FILE = """\
calendar: {id: demo.example, name: {en: Demo, fr: Démo}, timezone: Europe/Paris, languages: [en, fr]}
records:
  - id: roads   # the call
    kind: tender
    title: {en: Study of roads, fr: Étude des routes}
    questions_by: 3 December 2026, 12:00
    closes: 10 December 2026, 17:00   # as decided
    opens: 11 December 2026, 10:00
  - {id: rumours, kind: webinar, title: Rumours, when: 3 December 2026 at 11.00-12.30 CET, registration: {url: "https://example.org/r", closes: 1 December 2026}}
  - {id: later, kind: event, title: Later, when: 5 May 2027, status: postponed, note_of_change: The hall burnt}
  - {id: gone, kind: event, title: Gone, when: 5 May 2027, status: cancelled}
"""


@pytest.fixture
def site(database_file, tmp_path):
    return Programme(tmp_path, database_file, FILE)


class Walk:
    """An editor who goes through the steps of a task as the pages have them."""

    def __init__(self, visitor, path):
        self.visitor, self.path = visitor, path
        self.answer = visitor.get(path)

    def press(self, button="next", **given):
        page = self.answer.get_data(as_text=True)
        fields = dict(re.findall(r'name="([^"]+)" value="([^"]*)"', page[page.index('<form class="form"') :]))
        fields |= dict(re.findall(r'<textarea id="[^"]*" name="([^"]+)"[^>]*>([^<]*)<', page))
        fields = {name: value.replace("&#39;", "'").replace("&#34;", '"') for name, value in fields.items()}
        given = {name.replace("__", "."): text for name, text in given.items()}
        self.answer = self.visitor.post(self.path, fields | given | {"do": button})
        return self

    @property
    def words(self):
        return words_of(self.answer)


def kept(site):
    return [each["edit"] for change in list_waiting_changes(site.engine) for each in change.edits]


def file_with_changes(site):
    reader = site.app.extensions["calendar-service-file-reader"]
    return combine(reader, reader.read(), list_waiting_changes(site.engine)).state.data.decode()


def test_a_deadline_moves_in_three_steps_and_only_its_line_changes(site):
    walk = Walk(site.editor(), "/admin/records/roads/move")
    assert "Step 1 of 3" in walk.words
    walk.press(closes="17 December 2026, 17:00", opens="18 December 2026, 10:00")
    assert "Step 2 of 3" in walk.words
    walk.press(note_of_change__en="The annex was late", note_of_change__fr="L'annexe a tardé")
    assert "Thursday 10 December 2026, 17:00 CET (UTC+1) Thursday 17 December 2026, 17:00 CET (UTC+1)" in walk.words
    assert "French: L'annexe a tardé" in walk.words
    assert "Nothing is public yet." in walk.words
    assert kept(site) == []
    answer = walk.press("save").answer
    assert (answer.status_code, answer.headers["Location"]) == (303, "/admin/changes")
    assert site.settings.file.read_text(encoding="utf-8") == FILE
    assert file_with_changes(site) == (
        FILE.replace("closes: 10 December 2026, 17:00", "closes: 17 December 2026, 17:00")
        .replace("opens: 11 December 2026, 10:00", "opens: 18 December 2026, 10:00\n    note_of_change: {en: The annex was late, fr: L'annexe a tardé}")
    )  # fmt: skip


def test_dates_that_depend_on_it_are_checked(site):
    walk = Walk(site.editor(), "/admin/records/roads/move").press(closes="17 December 2026, 17:00")
    assert walk.answer.status_code == 422
    assert "Step 1 of 3" in walk.words
    page = walk.answer.get_data(as_text=True)
    assert re.search(r'<input id="(opens|closes)"[^>]*aria-invalid="true"', page)
    assert 'value="17 December 2026, 17:00"' in page


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("31 November 2026", "there is no day '31 November 2026'"),
        ("soon", "is not understood"),
        ("", "Write the new day or time."),
        ("10 December 2026, 17:00", "Write the new day or time."),
        ('x: [1]\n- "y"', "it must stand on one line"),
    ],
)
def test_what_is_no_new_time_is_said_at_its_field(site, words, told):
    walk = Walk(site.editor(), "/admin/records/roads/move").press(closes=words)
    assert (walk.answer.status_code, told in walk.words) == (422, True), walk.words
    assert '<p class="fault" id="closes-fault">' in walk.answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("path", "given", "edits"),
    [
        (
            "/admin/records/rumours/cancel",
            {"note_of_change__en": "The speaker is ill"},
            [
                {"set": ["rumours", ["status"]], "value": "cancelled"},
                {"set": ["rumours", ["note_of_change"]], "value": {"en": "The speaker is ill"}},
            ],
        ),
        (
            "/admin/records/roads/postpone",
            {},
            [{"set": ["roads", ["status"]], "value": "postponed"}],
        ),
        (
            "/admin/records/later/cancel",
            {},
            [{"set": ["later", ["status"]], "value": "cancelled"}, {"remove": ["later", ["note_of_change"]]}],
        ),
    ],
)
def test_states_and_reasons_are_kept(site, path, given, edits):
    walk = Walk(site.editor(), path).press().press(**given)
    assert "Step 3 of 3" in walk.words
    walk.press("save")
    assert kept(site) == edits


def test_what_was_postponed_takes_place_at_its_new_time(site):
    Walk(site.editor(), "/admin/records/later/move").press(when="6 May 2027").press().press("save")
    assert kept(site) == [
        {"set": ["later", ["when"]], "value": "6 May 2027"},
        {"remove": ["later", ["status"]]},
        {"remove": ["later", ["note_of_change"]]},
    ]


def test_back_keeps_what_was_written(site):
    walk = Walk(site.editor(), "/admin/records/rumours/move").press(when="4 December 2026 at 11.00-12.30 CET")
    walk.press(note_of_change__en="Why not").press("back").press("back")
    page = walk.answer.get_data(as_text=True)
    assert "Step 1 of 3" in walk.words
    assert 'value="4 December 2026 at 11.00-12.30 CET"' in page
    assert 'name="note_of_change.en" value="Why not"' in page


def test_a_record_that_somebody_has_changed_is_shown_anew(site):
    walk = Walk(site.editor(), "/admin/records/roads/move").press(closes="10 December 2026, 18:00").press()
    site.save(FILE.replace("10 December 2026, 17:00", "10 December 2026, 16:00"))
    walk.press("save")
    assert "Somebody has changed this record since you loaded the page." in walk.words
    assert 'value="10 December 2026, 16:00"' in walk.answer.get_data(as_text=True)
    assert kept(site) == []


def test_the_page_says_who_else_changes_the_record(site):
    reader = site.app.extensions["calendar-service-file-reader"]
    keep_edits(site.engine, BO.address, {"roads": [SetValue("roads", ("title", "en"), "X")]}, reader.read(), site.now)
    assert (
        f"{BO.address} has a change of this record that waits, since Monday"
        in Walk(site.editor(), "/admin/records/roads/move").words
    )


@pytest.mark.parametrize(
    "path", ["none/move", "gone/move", "gone/cancel", "later/postpone", "roads/delete", "../x/move"]
)
def test_tasks_that_a_record_does_not_allow_are_not_there(site, path):
    assert site.editor().get(f"/admin/records/{path}").status_code == 404


def test_forged_and_unclear_forms_change_nothing(site):
    visitor = site.editor()
    path, good = "/admin/records/rumours/cancel", {"step": "3", "do": "save"}
    known = re.search(r'name="known" value="([^"]+)"', visitor.html(path))[1]
    token = visitor.form_token(path)
    assert visitor.post(path, good | {"known": known}).status_code == 403
    assert visitor.post(path, good | {"known": known, "form_token": token}, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403  # fmt: skip
    assert visitor.post(path, {"known": known, "form_token": token, "step": "3"}).status_code == 400
    assert site.visitor().post(path, good).status_code == 403
    assert site.visitor().get(path).status_code == 303
    assert "Somebody has changed" in words_of(visitor.post(path, good | {"form_token": token, "known": "x"}))
    assert kept(site) == []


def test_the_list_leads_to_the_tasks(site):
    page = site.editor(ANNA.address).html("/admin")
    assert page.count('href="/admin/records/roads/move"') == 1
    assert page.count('href="/admin/records/later/postpone"') == 0
    assert re.findall(r"/admin/records/gone/(\w+)", page) == ["edit"]


def test_the_pages_are_in_french(site):
    walk = Walk(site.editor(), "/admin/records/roads/move?lang=fr")
    assert "Étape 1 sur 3" in walk.words
    assert "Ces dates changent-elles aussi ?" in walk.words.replace("\u00a0", " ")
