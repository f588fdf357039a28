"""Editing while a file is held: an editor's own changes are in the form, and none of them is lost."""

import pytest

from calendar_service.store.publication import PublishOutcome
from tests.support.admin_forms import FILE, fields_of, kept, press, send
from tests.support.admin_site import Programme
from tests.support.signing_up import words_of

pytestmark = pytest.mark.usefixtures("standing_clock")

ROADS, RUMOURS = "/admin/records/roads/edit", "/admin/records/rumours/edit"
HELD = FILE.replace("10 December 2026", "8 December 2026")  # a deadline that moves back


@pytest.fixture
def site(database_file, tmp_path):
    return Programme(tmp_path, database_file, FILE)


def hold(site, text=HELD):
    assert site.save(text) is PublishOutcome.HELD


def test_the_form_has_what_waits(site):
    visitor = site.editor()
    send(visitor, RUMOURS, title__en="Rumours and facts")
    hold(site)
    assert fields_of(visitor.html(RUMOURS))["title.en"] == "Rumours and facts"
    assert fields_of(visitor.html(ROADS))["closes"] == "8 December 2026, 17:00"


def test_a_second_edit_comes_on_top_of_what_waits(site):
    visitor = site.editor()
    send(visitor, RUMOURS, title__en="Rumours and facts")
    hold(site)
    assert send(visitor, RUMOURS, url="https://example.org/rumours").status_code == 303
    assert sorted(each["set"][1][0] for each in kept(site)) == ["title", "url"]
    assert send(visitor, RUMOURS, title__en="Facts").status_code == 303
    press(visitor)  # what is held
    assert "Facts" not in site.settings.file.read_text(encoding="utf-8")
    press(visitor)
    text = site.settings.file.read_text(encoding="utf-8")
    assert "title: Facts   # one for all" in text
    assert "url: https://example.org/rumours" in text


def test_what_waits_can_be_taken_back(site):
    visitor = site.editor()
    send(visitor, RUMOURS, title__en="Rumours and facts")
    hold(site)
    assert send(visitor, RUMOURS, title__en="Rumours").status_code == 303
    assert kept(site) == []


def test_a_new_record_that_waits_can_be_edited(site):
    visitor = site.editor()
    send(visitor, "/admin/new?kind=event", title__en="Fair", when="9 January 2027", id="fair")
    hold(site)
    assert send(visitor, "/admin/records/fair/edit", when="10 January 2027").status_code == 303
    assert kept(site)[0]["append"]["when"] == "10 January 2027"
    assert visitor.get("/admin/records/fair/preview").status_code == 200


def test_a_change_of_what_the_held_file_has_changed_stands_beside_the_field(site):
    visitor = site.editor()
    send(visitor, ROADS, closes="14 December 2026, 17:00", title__en="Study of streets")
    hold(site)
    page = visitor.get(ROADS)
    assert fields_of(page.get_data(as_text=True))["closes"] == "8 December 2026, 17:00"
    assert "anna@example.org wants: 14 December 2026, 17:00" in words_of(page)
    send(visitor, ROADS, url="https://example.org/roads")
    assert sorted(each["set"][1][0] for each in kept(site)) == ["closes", "title", "url"]


def test_what_is_held_is_still_confirmed_by_itself(site):
    visitor = site.editor()
    send(visitor, RUMOURS, title__en="Rumours and facts")
    hold(site)
    page = visitor.get("/admin/changes")
    words = words_of(page)
    assert "They wait until the held file is confirmed." in words
    assert "2 changes wait." in page.get_data(as_text=True)
    assert "Rumours and facts" not in words.partition("Your changes that wait")[0]
