"""Several people change one record: each sees what the others want, and chooses field by field."""

import re

import pytest

from tests.support.admin_forms import FILE, fields_of, file_with_changes, kept, send
from tests.support.admin_site import BO, Programme
from tests.support.signing_up import words_of

pytestmark = pytest.mark.usefixtures("standing_clock")

PATH = "/admin/records/roads/edit"


@pytest.fixture
def site(database_file, tmp_path):
    return Programme(tmp_path, database_file, FILE)


def answer_to(site, changed, *, save=("Study of roads", "Study of streets")):
    """Send a form that was loaded before a colleague saved the file."""
    visitor = site.editor()
    fields = fields_of(visitor.html(PATH)) | changed
    site.save(FILE.replace(*save))
    return visitor, visitor.post(PATH, fields)


def test_different_fields_go_together(site):
    _, answer = answer_to(site, {"closes": "12 December 2026"})
    assert answer.status_code == 303, words_of(answer)
    (edit,) = kept(site)
    assert edit == {"set": ["roads", ["closes"]], "value": "12 December 2026"}
    assert "Study of streets" in file_with_changes(site)


def test_the_same_change_is_no_conflict(site):
    _, answer = answer_to(site, {"title.en": "Study of streets"})
    assert (answer.status_code, kept(site)) == (303, [])


@pytest.mark.parametrize(("choice", "title"), [("mine", "Study of paths"), ("file", "Study of streets")])
def test_a_field_that_both_changed_is_chosen(site, choice, title):
    visitor, answer = answer_to(site, {"title.en": "Study of paths", "closes": "12 December 2026"})
    words = words_of(answer)
    assert (answer.status_code, kept(site)) == (200, [])
    assert "Where you have both changed a field, choose." in words
    assert "As it is now: Study of streets" in words
    assert "As I typed it: Study of paths" in words
    page = answer.get_data(as_text=True)
    assert re.findall(r'name="(choose-[^"]+)" value="file" checked', page) == ["choose-title.en"]
    assert fields_of(page)["closes"] == "12 December 2026"
    chosen = fields_of(page) | {"choose-title.en": choice}
    assert visitor.post(PATH, chosen).status_code == 303
    assert f"en: {title}" in file_with_changes(site)
    assert "closes: 12 December 2026" in file_with_changes(site)


@pytest.mark.parametrize(("choice", "url"), [("mine", "mine.pdf"), ("file", "theirs.pdf")])
def test_a_list_is_one_field(site, choice, url):
    save = ("https://example.org/t.pdf", "https://example.org/theirs.pdf")
    visitor, answer = answer_to(site, {"documents.0.url": "https://example.org/mine.pdf"}, save=save)
    page = answer.get_data(as_text=True)
    assert "choose-documents" in page
    assert visitor.post(PATH, fields_of(page) | {"choose-documents": choice}).status_code == 303
    assert url in file_with_changes(site)


@pytest.mark.parametrize("before", ["", "[]", "{", '{"title.en": 1}', "[" * 50_000])
def test_a_form_without_what_it_began_with_loses_nothing(site, before):
    _, answer = answer_to(site, {"title.en": "Study of paths", "before": before})
    assert (answer.status_code, kept(site)) == (200, [])
    assert "As I typed it: Study of paths" in words_of(answer)


def test_what_others_want_stands_beside_the_field(site):
    send(site.editor(BO.address), PATH, title__fr="Étude des rues", closes="13 December 2026")
    words = words_of(site.editor().get(PATH))
    assert "Bo@example.org wants: Étude des rues" in words
    assert "Bo@example.org wants: 13 December 2026" in words
