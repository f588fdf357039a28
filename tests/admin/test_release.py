"""Drafts and set times on the admin pages: kept from the public, released by an editor or by themselves."""

import re

import pytest

from calendar_service.publishing import publish_file
from calendar_service.store.editions import load_edition
from calendar_service.store.lease import this_host
from calendar_service.store.publication import PublishOutcome
from tests.support.admin_forms import FILE, file_with_changes, kept, press, send
from tests.support.admin_site import BO, Programme
from tests.support.signing_up import words_of

pytestmark = pytest.mark.usefixtures("standing_clock")

DRAFT = """\
  - id: bridges
    kind: webinar
    title: {en: Bridges, fr: Ponts}
    when: 9 December 2026 at 11.00-12.30 CET
    status: draft   # not yet
"""
RELEASE = "/admin/records/bridges/release"


@pytest.fixture
def site(database_file, tmp_path):
    made = Programme(tmp_path, database_file, FILE)
    assert made.save(FILE + DRAFT) is PublishOutcome.UNCHANGED
    return made


def public(site):
    return sorted(load_edition(site.engine).entries)


def release(visitor, do, path=RELEASE, **given):
    return visitor.send(path, {"do": do, **given}, page=path)


def test_drafts_have_a_list_of_their_own(site):
    editor = site.editor()
    assert "Bridges" not in editor.html("/admin")
    page = words_of(editor.get("/admin?show=drafts"))
    assert "Drafts 1" in page
    assert "Bridges Webinar · Draft" in page
    html = editor.html("/admin?show=drafts")
    assert re.findall(r"/admin/records/bridges/(\w+)", html) == ["edit", "preview", "release"]
    for task in ("move", "postpone", "cancel"):
        assert editor.get(f"/admin/records/bridges/{task}").status_code == 404


def test_a_draft_is_released_by_an_editor(site):
    editor = site.editor()
    assert release(editor, "now").headers["Location"] == "/admin/changes"
    assert file_with_changes(site) == FILE + DRAFT.replace("    status: draft   # not yet\n", "    # not yet\n")
    _, page = press(editor)
    assert "Published." in page
    assert public(site) == ["bridges", "roads", "rumours"]
    assert editor.get(RELEASE).status_code == 404


def test_a_draft_becomes_public_at_a_set_time(site):
    site.subscribe("ann@example.org")
    editor = site.editor()
    release(editor, "later", publish_at="25 November 2026, 14:00 CET")
    assert "    publish_at: 25 November 2026, 14:00 CET\n" in file_with_changes(site)
    page = words_of(editor.get("/admin/changes"))
    assert "Nothing that is public changes" in page
    assert "Nobody is notified." in page
    assert "Becomes public by itself Wednesday 25 November 2026, 14:00 CET (UTC+1) Bridges" in page
    _, page = press(editor)
    assert "Saved. What is public is the same." in page
    assert (public(site), kept(site)) == (["roads", "rumours"], [])
    assert "Becomes public by itself: Wednesday 25 November 2026, 14:00 CET" in words_of(
        editor.get("/admin?show=drafts")
    )
    site.later(days=1)
    assert publish_file(site.engine, site.settings.file, site.now, host=this_host()).changed == []
    site.later(days=30)
    assert publish_file(site.engine, site.settings.file, site.now, host=this_host()).changed == ["bridges"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("", "Write a day and a time"),
        ("25 November 2026", "it has no time"),
        ("25 November 2025, 14:00", "This time is past"),
        ("soon", "is not understood"),
    ],
)
def test_a_time_that_does_not_fit_is_refused(site, words, told):
    answer = release(site.editor(), "later", publish_at=words)
    assert (answer.status_code, kept(site)) == (422, [])
    assert told in words_of(answer)
    assert f'value="{words}"' in answer.get_data(as_text=True)


@pytest.mark.parametrize("do", ["draft", "save"])
def test_a_new_record_can_wait_as_a_draft_and_be_given_a_time(site, do):
    editor = site.editor()
    given = {"title__en": "Roofs", "title__fr": "Toits", "when": "12 December 2026"}
    if do == "save":
        given["status"] = "draft"
    answer = send(editor, "/admin/new?kind=event", do=do, **given)
    assert answer.status_code == 303, words_of(answer)
    (edit,) = kept(site)
    assert edit["append"]["status"] == "draft"
    (record_id,) = [edit["append"]["id"]]
    path = f"/admin/records/{record_id}/release"
    assert path in editor.html("/admin/changes")
    release(editor, "later", path, publish_at="1 December 2026, 9:00")
    (edit,) = kept(site)
    assert "status" not in edit["append"]
    assert edit["append"]["publish_at"] == "1 December 2026, 9:00"
    press(editor)
    assert public(site) == ["roads", "rumours"]
    assert "publish_at: 1 December 2026, 9:00" in site.settings.file.read_text()


def test_what_was_pasted_can_wait_as_a_draft(site):
    editor = site.editor()
    page = editor.post(
        "/admin/paste", {"form_token": editor.form_token(), "do": "read", "text": "Roof day\n\n12 December 2026"}
    )
    html = page.get_data(as_text=True)
    plain = re.search(r'name="record-0" value="([^"]*)"', html)[1].replace("&#34;", '"')
    given = {"form_token": editor.form_token(), "do": "draft", "accept": "0", "record-0": plain}
    assert editor.post("/admin/paste", given).status_code == 303
    assert [each["append"]["status"] for each in kept(site)] == ["draft"]


def test_what_is_public_cannot_be_withheld_here_either(site):
    editor = site.editor()
    html = editor.html("/admin/records/roads/edit")
    assert "Draft: nothing of it is public" not in html
    answer = send(editor, "/admin/records/roads/edit", status="draft")
    assert (answer.status_code, kept(site)) == (422, [])
    assert "has been public, and cannot be taken back" in words_of(answer)
    assert editor.get("/admin/records/roads/release").status_code == 404
    assert "Only new records can become public at a set time" not in words_of(editor.get("/admin/changes"))
    send(editor, "/admin/records/roads/edit", closes="11 December 2026, 17:00")
    assert "Only new records can become public at a set time" in words_of(editor.get("/admin/changes"))


def test_a_file_that_withholds_what_is_public_is_shown_at_its_line(site):
    assert site.save(FILE.replace("kind: tender", "kind: tender\n    status: draft")) is PublishOutcome.BROKEN
    page = words_of(site.editor().get("/admin/changes"))
    assert "Line 5" in page
    assert "has been public, and cannot be taken back" in page


def test_an_editor_who_may_only_write_releases_nothing_by_themselves(site):
    bo = site.editor(BO.address)
    assert release(bo, "now").status_code == 303
    assert "Somebody who may publish has to confirm it." in words_of(bo.get("/admin/changes"))
    assert public(site) == ["roads", "rumours"]
