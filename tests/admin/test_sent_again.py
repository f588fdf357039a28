"""A form that is sent while the file is broken or cannot be read: what was typed is shown, and can be sent again."""

import pytest

from calendar_service.store.waiting_changes import list_waiting_changes
from tests.support.admin_forms import FILE, fields_of, kept
from tests.support.admin_pages import forms_of
from tests.support.admin_site import Programme
from tests.support.signing_up import words_of

pytestmark = pytest.mark.usefixtures("standing_clock")

BROKEN = [FILE.replace("kind: tender", "kind: tenders"), FILE.replace("title: Rumours", "title: [Rumours"), None]
DRAFT = "  - {id: hidden, kind: event, title: Hidden, when: 8 December 2026, status: draft}\n"
ANNOUNCEMENT = "Webinar on bridges\n9 December 2026 at 11.00-12.30 CET Online\n"
FORMS = {
    "edit": ("/admin/records/roads/edit", {"title.en": "Study of <streets>", "do": "save"}),
    "new": ("/admin/new?kind=event", {"title.en": "Study of <streets>", "when": "1 May 2027", "do": "save"}),
    "move": ("/admin/records/roads/move", {"closes": "12 December 2026", "step": "3", "do": "save"}),
    "release": ("/admin/records/hidden/release", {"publish_at": "25 December 2026, 14:00", "do": "later"}),
    "paste": ("", {"text-0-title": "Study of <streets>", "do": "accept"}),
}


@pytest.fixture
def site(database_file, tmp_path):
    return Programme(tmp_path, database_file, FILE + DRAFT)


def loaded(visitor, path):
    """The fields of a form, and where it goes."""
    if path:
        return path.partition("?")[0], fields_of(visitor.html(path))
    cards = visitor.send("/admin/paste", {"text": ANNOUNCEMENT, "do": "read"}).text
    (form,) = [each for each in forms_of(cards) if "accept" in each.buttons]
    return form.action, form.fields


@pytest.mark.parametrize("broken", BROKEN, ids=["problem", "no YAML", "gone"])
@pytest.mark.parametrize(("path", "typed"), FORMS.values(), ids=FORMS)
def test_what_was_typed_is_not_lost(site, path, typed, broken):
    visitor = site.editor()
    action, fields = loaded(visitor, path)
    if broken is None:
        site.settings.file.unlink()
    else:
        site.save(broken + DRAFT)
    answer = visitor.post(action, fields | typed)
    assert (answer.status_code, kept(site)) == (409, [])
    shown = next(text for name, text in typed.items() if name not in ("step", "do"))
    assert shown in answer.text.replace("&lt;", "<").replace("&gt;", ">")
    assert "<streets>" not in answer.text
    (form,) = [each for each in forms_of(answer.text) if each.action == action]
    site.save(FILE + DRAFT)
    again = visitor.post(action, form.sent_by(*form.buttons))
    assert again.status_code == 303, words_of(again)
    assert len(list_waiting_changes(site.engine)) == 1


@pytest.mark.parametrize("path", [path for path, _ in FORMS.values() if path])
def test_a_page_that_is_opened_then_leads_to_what_is_wrong(site, path):
    visitor = site.editor()
    site.save(BROKEN[0] + DRAFT)
    assert visitor.get(path).headers["Location"] == "/admin/changes"


def test_in_french(site):
    visitor = site.editor()
    path, typed = FORMS["edit"]
    action, fields = loaded(visitor, path)
    site.save(BROKEN[0] + DRAFT)
    words = words_of(visitor.post(f"{action}?lang=fr", fields | typed))
    assert "Pas encore conservé" in words
    assert "Titre (anglais) Study of <streets>" in words or "Titre (anglais) Study of &lt;streets&gt;" in words
