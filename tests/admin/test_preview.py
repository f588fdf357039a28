"""Previews: what is not public yet as the public will see it, for editors and by a signed link."""

import html
import re

import pytest

from calendar_service.settings import Settings
from calendar_service.store.editions import load_edition
from calendar_service.store.publication import PublishOutcome
from calendar_service.web.access_log import redact_address
from tests.support.admin_forms import FILE, fields_of, kept, press, send
from tests.support.admin_site import BO, AdminSite, Programme
from tests.support.signing_up import words_of

pytestmark = pytest.mark.usefixtures("standing_clock")

DRAFT = """\
  - id: bridges
    kind: webinar
    title: {en: Bridges, fr: Ponts}
    when: 9 December 2026 at 11.00-12.30 CET
    status: draft
"""
PAGE = "/admin/records/bridges/preview"


@pytest.fixture
def site(database_file, tmp_path):
    made = Programme(tmp_path, database_file, FILE)
    assert made.save(FILE + DRAFT) is PublishOutcome.UNCHANGED
    return made


def frames(answer):
    """The documents in the frames of a page: the page, the same on a phone, the agenda, the mail."""
    return [html.unescape(each) for each in re.findall(r'srcdoc="([^"]*)"', answer.get_data(as_text=True))]


def make_link(visitor, path=PAGE):
    page = visitor.send(path, {"do": "link"}, page=path).get_data(as_text=True)
    return re.search(r'href="https://calendar\.example\.org(/preview/[^"]+)"', page)[1]


def test_a_draft_looks_as_the_public_will_see_it(site):
    page, phone, agenda, mail = frames(site.editor().get(PAGE))
    assert page == phone
    assert "Bridges" in agenda
    assert "Bridges" in mail
    site.settings.file.write_text(FILE + DRAFT.replace("    status: draft\n", ""))
    site.save(site.settings.file.read_text())
    public = site.html("/events/bridges")
    assert "<script" in public
    assert page == re.sub(r"<script\b.*?</script>", "", public, flags=re.DOTALL)


def test_a_change_that_waits_is_shown_with_the_old_deadline_and_the_mail(site):
    editor = site.editor()
    send(editor, "/admin/records/roads/edit", closes="14 December 2026, 17:00")
    page, _, _, mail = frames(editor.get("/admin/records/roads/preview"))
    assert "14 December" in page
    assert "10 December" in page
    assert "extended" in mail
    fr = frames(editor.get("/admin/records/roads/preview?lang_of_page=fr"))
    assert '<html lang="fr"' in fr[0]
    assert "Étude des routes" in fr[0]


def test_the_form_shows_it_before_anything_is_saved(site):
    editor = site.editor()
    answer = send(editor, "/admin/records/roads/edit", do="preview", title__en="Study of streets")
    assert all("Study of streets" in each for each in frames(answer))
    assert fields_of(answer.get_data(as_text=True))["title.en"] == "Study of streets"
    answer = send(editor, "/admin/new?kind=event", do="preview", title__en="Roofs", when="12 December 2026")
    assert len(frames(answer)) == 4
    broken = send(editor, "/admin/records/roads/edit", do="preview", closes="31 November 2026")
    assert (broken.status_code, frames(broken), kept(site)) == (422, [], [])


def test_a_link_shows_it_to_somebody_who_has_not_signed_in(site):
    editor, stranger = site.editor(), site.visitor()
    path = make_link(editor)
    answer = stranger.get(path)
    assert (answer.status_code, len(frames(answer))) == (200, 4)
    assert frames(answer) == frames(editor.get(PAGE))
    assert answer.headers["Cache-Control"] == "no-store"
    assert "noindex" in answer.headers["X-Robots-Tag"]
    assert "Set-Cookie" not in answer.headers
    assert editor.get(PAGE).get_data(as_text=True).count("/preview/") == 0
    assert redact_address(path, "lang_of_page=fr") == "/preview/…"


def gone(visitor, path):
    answer = visitor.get(path)
    assert answer.headers["Cache-Control"] == "no-store"
    token = path.rpartition("/")[2]
    assert token not in answer.get_data(as_text=True)
    return answer.status_code, words_of(answer)


def test_every_link_that_does_not_work_gets_the_same_answer(site):
    editor, stranger = site.editor(), site.visitor()
    path = make_link(editor)
    said = gone(stranger, "/preview/nothing-at-all")
    assert said[0] == 404
    signed, _, signature = path.rpartition(".")
    # One signature in a thousand ends so itself.
    other = "BA" if signature.endswith("AA") else "AA"
    for forged in (f"{signed}.{signature[:-2]}{other}", path[:-1], f"{path}A", f"/preview/{'x' * 500}"):
        assert gone(stranger, forged) == said
    assert gone(stranger, f"/preview/{editor.cookie().value}") == said
    assert stranger.get(path).status_code == 200
    editor.send(PAGE, {"do": "revoke"}, page=PAGE)
    assert gone(stranger, path) == said
    later = make_link(editor)
    site.later(days=7, seconds=-1)
    assert stranger.get(later).status_code == 200
    site.later(seconds=1)
    assert gone(stranger, later) == said


def test_a_link_ends_when_its_change_is_public_or_discarded(site):
    editor, stranger = site.editor(), site.visitor()
    send(editor, "/admin/records/roads/edit", closes="14 December 2026, 17:00")
    path = make_link(editor, "/admin/records/roads/preview")
    assert "14 December" in stranger.html(path)
    send(editor, "/admin/records/roads/edit", closes="15 December 2026, 17:00")
    assert "15 December" in stranger.html(path)
    press(editor)
    assert load_edition(site.engine).number == 2
    assert stranger.get(path).status_code == 404


def test_nobody_sees_another_editors_changes_by_their_own_link(site):
    anna, bo = site.editor(), site.editor(BO.address)
    send(anna, "/admin/records/bridges/edit", title__en="Anna's bridges")
    assert "Anna" not in "".join(frames(bo.get(PAGE)))
    assert "Anna" not in site.visitor().html(make_link(bo))
    assert site.visitor().get(PAGE).status_code == 303


def test_without_editors_there_are_no_previews(database_file, tmp_path, site):
    path = make_link(site.editor())
    without = AdminSite(tmp_path / "other", database_file, editors=())
    assert without.visitor().get(path).status_code == 404
    assert Settings().editors == ()
