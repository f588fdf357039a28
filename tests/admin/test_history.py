"""The history: every edition in words, and earlier versions that come back as changes that wait."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from calendar_service.admin.waiting import combine
from calendar_service.parsers.calendar_file import read_calendar
from calendar_service.publishing import publish_file
from calendar_service.store.editions import load_edition
from calendar_service.store.engine import reading
from calendar_service.store.publication import TZ_DATABASE, follow_tz_database
from calendar_service.store.purge_history import purge_history
from calendar_service.store.tables import editions, revisions
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
    closes: 10 December 2026, 17:00   # as decided
    documents:
      - {title: Terms, url: "https://example.org/t.pdf"}
  - id: rumours
    kind: webinar
    title: Rumours   # one for all
    when: 3 December 2026 at 11.00-12.30 CET
    place: online
"""
LATER = FILE.replace("10 December", "14 December").replace("   # one for all", " and myths")
ADDED = LATER + "  - {id: bridges, kind: event, title: Bridges, when: 8 December 2026}\n"


@pytest.fixture
def site(database_file, tmp_path):
    return three_editions(tmp_path, database_file)


def three_editions(folder, engine):
    made = Programme(folder, engine, FILE)
    made.subscribe("ann@example.org", kind=[], own_leads="")
    made.plan()
    for text in (LATER, ADDED):
        made.later(minutes=1)
        assert made.save(text) == "published"
        made.plan()
    return made


def restore(visitor, number, record="", **given):
    page = f"/admin/history/{number}" + ("" if record else "/restore")
    return visitor.send(page, {"record": record, "do": "restore", **given}, page=page)


def with_changes(site):
    state = site.app.extensions["calendar-service-file-reader"].read()
    reader = site.app.extensions["calendar-service-file-reader"]
    return combine(reader, state, list_waiting_changes(site.engine)).state.data.decode()


def test_each_edition_is_told_in_words(database, tmp_path):
    site = three_editions(tmp_path, database)
    page = words_of(site.editor().get("/admin/history"))
    third, second, first = re.split(r"Edition [21] ", page)
    assert "New event: Bridges" in third
    assert "1 message on its way" in third
    assert "a saved file or a command" in second
    assert "Deadline extended: Study of roads" in second
    assert "Text changed: Rumours and myths" in second
    assert "no message" in first
    assert "New: Study of roads" in first or "New call for tenders: Study of roads" in first


def test_who_published_is_told_and_whether_silently(site):
    editor = site.editor()
    assert restore(editor, 2, "roads").status_code == 409
    assert restore(editor, 1, "roads").status_code == 303
    site.later(minutes=1)
    assert press(editor, "silent").status_code == 303
    page = words_of(editor.get("/admin/history"))
    assert "anna@example.org · published without messages" in page.partition("Edition 3 ")[0]


def press(editor, do="publish"):
    page = editor.html("/admin/changes")
    given = {name: re.search(rf'name="{name}" value="([^"]*)"', page)[1] for name in ("form_token", "digest")}
    return editor.post("/admin/changes", given | {"do": do})


def test_an_edition_shows_the_values_that_differ(site):
    text = site.editor().html("/admin/history/2")
    assert "<del>10 December 2026, 17:00</del> <ins>14 December 2026, 17:00</ins>" in text
    assert "<del>Rumours</del> <ins>Rumours and myths</ins>" in text
    assert "Bridges" not in text


def test_one_record_comes_back_as_a_change_that_waits(site):
    editor = site.editor()
    assert restore(editor, 1, "roads").headers["Location"] == "/admin/changes"
    (change,) = list_waiting_changes(site.engine)
    assert (change.editor, change.record_id) == (ANNA.address, "roads")
    assert [each["edit"] for each in change.edits] == [
        {"set": ["roads", ["closes"]], "value": "10 December 2026, 17:00"}
    ]
    assert with_changes(site) == ADDED.replace("14 December", "10 December")
    assert "10 December 2026" in words_of(editor.get("/admin/changes"))
    assert load_edition(site.engine).number == 3
    assert site.settings.file.read_text(encoding="utf-8") == ADDED


def test_what_came_back_is_published_by_whoever_has_seen_that_it_is_older(site):
    """A file that is as an older edition is held, unless somebody means it: this page says so before."""
    site.later(minutes=1)
    assert site.save(ADDED.replace("14 December", "16 December")) == "published"
    editor = site.editor()
    restore(editor, 3, "roads")
    assert "Look at this first" in words_of(editor.get("/admin/changes"))
    assert "its records are those of edition 3" in words_of(editor.get("/admin/changes"))
    assert press(editor).headers["Location"] == "/admin/changes?done=published"


def test_the_whole_comes_back_and_what_was_added_stays_or_is_cancelled(site):
    page = site.editor().html("/admin/history/1/restore")
    assert "Study of roads" in page
    assert "Bridges" in page.partition("Added since then")[2]
    assert restore(site.editor(), 1, added="keep").status_code == 303
    kept = with_changes(site)
    assert "Rumours   # one for all" not in kept  # the comment is not a value
    assert {each.id: each.status for each in records_of(kept)}["bridges"] == "confirmed"
    assert restore(site.editor(BO.address), 1, added="cancel").status_code == 303
    assert {each.id: each.status for each in records_of(with_changes(site))}["bridges"] == "cancelled"
    assert len(list_waiting_changes(site.engine)) == 5


def records_of(text):
    reading_ = read_calendar(text.encode(), "file")
    assert reading_.errors == []
    return reading_.draft.records


def test_a_record_that_was_taken_out_comes_back(site):
    site.later(minutes=1)
    site.save(ADDED.partition("  - id: rumours")[0], confirmed=True)
    assert load_edition(site.engine).entries["rumours"].revision.withdrawn
    editor = site.editor()
    assert "It left the calendar" in editor.html("/admin/history/4")
    assert restore(editor, 4, "rumours").status_code == 404
    assert restore(editor, 2, "rumours").status_code == 303
    back = {each.id: each for each in records_of(with_changes(site))}["rumours"]
    assert back == load_edition(site.engine).entries["rumours"].record
    # And once more, while it waits itself.
    assert restore(editor, 1, "rumours").status_code == 303
    assert {each.id: each.title for each in records_of(with_changes(site))}["rumours"] == {"en": "Rumours"}


def test_the_history_itself_never_changes(site):
    def rows():
        with reading(site.engine) as connection:
            return [connection.execute(select(each)).all() for each in (editions, revisions)]

    before, editor = rows(), site.editor()
    restore(editor, 1, "roads")
    restore(editor, 1, added="cancel")
    assert rows() == before
    site.later(minutes=1)
    assert press(editor).status_code == 303
    after = rows()
    assert [each[: len(old)] for each, old in zip(after, before, strict=True)] == before
    assert load_edition(site.engine).number == 4


def test_a_version_without_its_texts_cannot_come_back(site):
    purge_history(site.engine, site.now + timedelta(days=500), timedelta(days=400))
    editor = site.editor()
    assert "Its texts were deleted after a time" in editor.html("/admin/history/1")
    assert restore(editor, 1, "roads").status_code == 404
    assert "2 records stay as they are now" in words_of(editor.get("/admin/history/1/restore"))
    assert list_waiting_changes(site.engine) == []


def test_what_the_file_would_refuse_is_not_kept(site):
    site.later(minutes=1)
    site.save(
        ADDED.replace("languages: [en, fr]", "languages: [en]")
        .replace(", fr: Étude des routes", "")
        .replace(", fr: Démo", "")
    )
    answer = restore(site.editor(), 1, "roads")
    assert (answer.status_code, "has no language 'fr'" in words_of(answer)) == (409, True)
    assert restore(site.editor(), 1, added="keep").status_code == 409
    assert list_waiting_changes(site.engine) == []


def test_while_the_file_is_broken_nothing_comes_back(site):
    site.settings.file.write_text("records: [", encoding="utf-8")
    answer = restore(site.editor(), 1, "roads")
    assert (answer.status_code, "The file has problems now" in words_of(answer)) == (409, True)


@pytest.mark.parametrize(
    "path", ["/admin/history/0", "/admin/history/9", "/admin/history/9999999999", "/admin/history/x"]
)
def test_there_is_no_other_edition(site, path):
    assert site.editor().get(path).status_code == 404
    assert site.editor().get(f"{path}/restore").status_code == 404


def test_the_list_has_pages_and_one_record_has_its_own(site):
    for number in range(20):
        site.later(minutes=1)
        site.save(ADDED.replace("Bridges", f"Bridges {number}"))
    editor = site.editor()
    page = editor.html("/admin/history")
    assert re.findall(r"Edition (\d+)</a>", page) == [str(number) for number in range(23, 3, -1)]
    assert 'href="/admin/history?before=4"' in page
    assert re.findall(r"Edition (\d+)</a>", editor.html("/admin/history?before=4")) == ["3", "2", "1"]
    assert re.findall(r"Edition (\d+)</a>", editor.html("/admin/history?record=rumours")) == ["2", "1"]
    assert "Nothing is in this list." in editor.html("/admin/history?before=x&record='--")


def test_who_may_not_write_brings_nothing_back(tmp_path, database_file):
    reader = type(ANNA)("rea@example.org", frozenset({"publish"}))
    site = Programme(tmp_path, database_file, FILE, editors=(reader,))
    editor = site.editor(reader.address)
    assert "Restore this version" not in editor.html("/admin/history/1")
    answer = editor.send("/admin/history/1", {"record": "roads", "do": "restore"})
    assert answer.status_code == 403
    assert editor.get("/admin/history/1/restore").status_code == 403


def test_in_french(site):
    page = words_of(site.editor().get("/admin/history?lang=fr"))
    assert "Historique" in page
    assert "un fichier enregistré ou une commande" in page


def test_new_time_zone_data_are_told_where_they_came(site):
    site.later(minutes=1)
    newer = f"{TZ_DATABASE}x"
    assert follow_tz_database(site.engine, site.now, tz_database=newer).outcome == "published"
    site.later(minutes=1)
    publish_file(site.engine, site.settings.file, site.now, tz_database=f"{newer}y")
    page = words_of(site.editor().get("/admin/history"))
    assert f"New time zone data: {newer}y" in page.partition("Edition 4 ")[0]
    assert f"New time zone data: {newer} " in page.partition("Edition 4 ")[2].partition("Edition 3 ")[0]
    assert "New time zone data" not in page.partition("Edition 3 ")[2]
    site.later(minutes=1)
    site.settings.file.write_text(ADDED.replace("Bridges", "All bridges"), encoding="utf-8")
    publish_file(site.engine, site.settings.file, site.now, tz_database=f"{newer}y")
    page = words_of(site.editor().get("/admin/history"))
    assert "All bridges" in page.partition("Edition 5 ")[0]
    assert "New time zone data" not in page.partition("Edition 5 ")[0]
