"""Every form of every admin page, as the routes and pages themselves have them: forged, foreign, stale and hostile.

Nothing happens where a form was not sent from its page by who has signed in; and no value becomes more than a value.
"""

import pytest
import yaml
from sqlalchemy import select

from calendar_service.admin.overview import FILE_READER
from calendar_service.admin.waiting import combine, keep_edits
from calendar_service.parsers.editing.edits import SetValue
from calendar_service.store.engine import reading
from calendar_service.store.tables import metadata
from calendar_service.store.waiting_changes import list_waiting_changes
from tests.support.admin_pages import admin_paths, forms_of
from tests.support.admin_site import ANNA, BO, SAME_ORIGIN, Programme
from tests.support.signing_up import FILE

pytestmark = pytest.mark.usefixtures("standing_clock")

# A record that is not public yet, for what can be done only with such a one.
HIDDEN = "  - {id: hidden, kind: event, title: Hidden, when: 8 December 2026, status: draft}\n"
TEXT = FILE + HIDDEN
# Rows that show who looked at what, or how often somebody asked, and no content.
NO_CONTENT = {"open_forms", "tallies", "notes", "workers"}
ANNOUNCEMENT = "Webinar on bridges\n9 December 2026 at 11.00-12.30 CET Online\n"
HOSTILE = [
    "../../../../etc/passwd",
    "/etc/passwd\0.yaml",
    "x\n  - id: injected\n    kind: event\n    title: Injected\n    when: 9 December 2026",
    'x", closes: "1 January 2030", id: "injected',
    "x, id: injected}\n  - {id: injected",
    "!!python/object/apply:os.system [touch owned]",
    "&a [*a, *a]",
    "x # injected\r\ncalendar: {id: injected}",
    "---\nrecords: []",
    "<script>alert(1)</script><b onclick=x>",
    "{{ 7 * 7 }}${7*7}",
    "'; DROP TABLE editions; --",
    "\u202e\u2028\ufeff\x07",
    "x" * 70_000,
]


@pytest.fixture
def site(database_file, tmp_path):
    """A calendar with subscribers, two editions, a change that waits, and one of another editor's."""
    made = Programme(tmp_path, database_file, TEXT)
    made.subscribe("ann@example.org", kind=[], own_leads="")
    made.plan()
    made.later(minutes=1)
    made.save(TEXT.replace("10 December", "12 December"))
    made.plan()
    for editor, title in ((ANNA, "Mine"), (BO, "Theirs")):
        edit = SetValue("roads", ("title", "en"), title)
        keep_edits(made.engine, editor.address, {"roads": [edit]}, made.app.extensions[FILE_READER].read(), made.now)
    return made


def paths(site):
    hidden = [each.replace("/roads/", "/hidden/") for each in admin_paths(site.app, record_id="roads", number="1")]
    plain = admin_paths(site.app, record_id="roads", number="1")
    return list(dict.fromkeys([*plain, *hidden, "/admin/new?kind=tender", "/admin/new?kind=webinar"]))


def forms(site, editor):
    """The forms that can be reached, each once."""
    found, pages = {}, {path: editor.get(path) for path in paths(site)}
    pages["cards"] = editor.send("/admin/paste", {"text": ANNOUNCEMENT, "do": "read"})
    for path, answer in pages.items():
        if answer.status_code == 200:
            for form in forms_of(answer.text):
                found.setdefault((form.action, tuple(form.fields), form.buttons), (path, form))
    assert len(found) > 10
    assert any("accept" in form.buttons for _, form in found.values())
    return [each for each in found.values() if each[1].action != "/admin/sign-out"]


def contents(site):
    """All that counts: the file, what lies beside it, and the rows of the database."""
    with reading(site.engine) as connection:
        rows = {
            table.name: [tuple(row) for row in connection.execute(select(table))]
            for table in metadata.sorted_tables
            if table.name not in NO_CONTENT
        }
    beside = sorted(each.name for each in site.folder.iterdir() if not each.name.startswith("calendar.sqlite3"))
    return site.settings.file.read_bytes(), beside, rows


def test_looking_changes_nothing_however_often(site):
    editor = site.editor()
    before = contents(site)
    for path in paths(site):
        for method in ("GET", "HEAD"):
            editor.client.open(path, method=method, base_url=site.base, headers={"Sec-Purpose": "prefetch"})
            site.visitor().client.open(path, method=method, base_url=site.base)
    assert contents(site) == before


def test_no_form_is_taken_from_elsewhere(site):
    editor, other = site.editor(), site.editor(BO.address)
    foreign_token = other.form_token()
    before = contents(site)
    for path, form in forms(site, editor):
        for button in form.buttons:
            sent = form.sent_by(button)
            ways = {
                "another site": (editor, sent, {"Sec-Fetch-Site": "cross-site"}),
                "a site beside it": (editor, sent, {"Sec-Fetch-Site": "same-site"}),
                "another origin": (editor, sent, {"Origin": "https://evil.example"}),
                "no token": (editor, {**sent, "form_token": ""}, SAME_ORIGIN),
                "a made-up token": (editor, {**sent, "form_token": "x" * 90}, SAME_ORIGIN),
                "a token of another": (editor, {**sent, "form_token": foreign_token}, SAME_ORIGIN),
                "nobody": (site.visitor(), sent, SAME_ORIGIN),
            }
            for way, (visitor, given, headers) in ways.items():
                answer = visitor.post(form.action, given, headers)
                assert answer.status_code == 403, (path, form.action, button, way)
    assert contents(site) == before


def test_a_form_of_an_ended_session_is_not_taken(site):
    editor = site.editor()
    found = forms(site, editor)
    site.later(hours=12)
    before = contents(site)
    for path, form in found:
        for button in form.buttons:
            answer = editor.post(form.action, form.sent_by(button))
            assert answer.status_code == 403, (path, form.action, button)
    assert contents(site) == before


def with_changes(site):
    state = site.app.extensions[FILE_READER].read()
    mine = [each for each in list_waiting_changes(site.engine) if each.editor == ANNA.address]
    return combine(site.app.extensions[FILE_READER], state, mine).state


def discard(editor):
    for form in forms_of(editor.html("/admin/changes")):
        if "discard" in form.buttons:
            editor.post(form.action, form.sent_by("discard"))


@pytest.mark.parametrize("texts", [1, pytest.param(len(HOSTILE), marks=pytest.mark.slow)])
def test_no_value_becomes_more_than_a_value(site, texts):
    """Hostile texts in each field of each form, sent by each button. The short way takes one for each field, in turn."""
    editor = site.editor()
    discard(editor)
    site.later(minutes=1)
    known, (file, beside, rows), turn = {"roads", "rumours", "hidden"}, contents(site), 0
    for _, form in forms(site, editor):
        for name in sorted(form.fields.keys() - {"form_token"}):
            for text in [HOSTILE[(turn + each) % len(HOSTILE)] for each in range(texts)]:
                for button in form.buttons:
                    answer = editor.post(form.action, form.sent_by(button, **{name: text}))
                    where = form.action, name, text[:40], button
                    assert answer.status_code < 500, where
                    assert "<script>alert(1)" not in answer.text, where
                    if any(each.editor == ANNA.address for each in list_waiting_changes(site.engine)):
                        check_file(with_changes(site), known, where)
                        discard(editor)
            turn += texts
    assert contents(site)[:2] == (file, beside)
    assert contents(site)[2]["editions"] == rows["editions"]


def check_file(state, known, where):
    """A file with the changes has the records that it had, and at most one more, whether or not it could be published."""
    found = yaml.safe_load(state.data.decode())
    ids = [each["id"] for each in found["records"]]
    assert found["calendar"]["id"] == "demo.example", where
    assert "injected" not in ids, where
    assert len(set(ids) - known) <= 1, where
    assert known <= set(ids), where
