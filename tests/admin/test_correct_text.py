"""A broken file is corrected as text on the admin pages: checked first, written as one step, never over a newer save."""

import hashlib
import re

import pytest
from sqlalchemy import select

from calendar_service.admin import publication
from calendar_service.store.editions import load_edition
from calendar_service.store.engine import reading, writing
from calendar_service.store.lease import Host, take_lease
from calendar_service.store.publication import PublishOutcome
from calendar_service.store.tables import editions, publish_intents
from calendar_service.store.waiting_changes import list_waiting_changes
from tests.support.admin_forms import send
from tests.support.admin_pages import forms_of
from tests.support.admin_site import BO, Programme
from tests.support.signing_up import FILE, words_of

pytestmark = pytest.mark.usefixtures("standing_clock")

PATH = "/admin/changes/text"
GOOD = FILE.replace("10 December", "14 December")
BROKEN = GOOD.replace("kind: tender", "kind: tenders")
UNREADABLE = GOOD.replace("title: Rumours", "title: [Rumours")


@pytest.fixture
def site(database_file, tmp_path):
    made = Programme(tmp_path, database_file)
    made.subscribe("ann@example.org", kind=[], own_leads="")
    made.plan()
    assert made.save(BROKEN) is PublishOutcome.BROKEN
    return made


def form_of(page):
    (form,) = [each for each in forms_of(page if isinstance(page, str) else page.text) if each.action == PATH]
    return form


def typed(form, *replaced):
    fields = dict(form.fields)
    for old, new in replaced:
        (name,) = [each for each, text in fields.items() if each.startswith("text-") and old in text]
        fields[name] = fields[name].replace(old, new)
    return fields


FIX = ("kind: tenders", "kind: tender")


def checked(visitor, *replaced):
    answer = visitor.post(PATH, typed(form_of(visitor.html(PATH)), *(replaced or [FIX])) | {"do": "check"})
    assert answer.status_code == 200, words_of(answer)
    return answer


def text(site):
    return site.settings.file.read_bytes().decode()


@pytest.mark.parametrize("do", ["publish", "silent"])
def test_it_is_checked_seen_and_published(site, do):
    visitor = site.editor()
    assert f'href="{PATH}#line-' in visitor.html("/admin/changes")
    answer = checked(visitor)
    words = words_of(answer)
    assert "The file can be read without a problem." in words
    assert "Deadline extended Study of roads" in words
    assert "1 subscriber is notified: 1 English, by email." in words
    assert "Deadline extended Study of roads" in words.partition("Read the message")[2]
    assert text(site) == BROKEN
    sent = visitor.post(PATH, form_of(answer).sent_by(do))
    assert sent.headers["Location"] == "/admin/changes?done=published"
    assert text(site) == GOOD
    with reading(site.engine) as connection:
        row = connection.execute(select(editions).order_by(editions.c.number.desc())).first()
        assert connection.execute(select(publish_intents)).all() == []
    assert (row.number, row.editor, row.is_silent) == (2, "anna@example.org", do == "silent")


def test_the_intent_is_stored_before_the_file_is_written(site, monkeypatch):
    seen = []

    def look(*given):
        with reading(site.engine) as connection:
            seen.append(connection.execute(select(publish_intents.c.editor)).scalar_one())
        return replace(*given)

    replace = publication.replace_whole
    monkeypatch.setattr(publication, "replace_whole", look)
    visitor = site.editor()
    visitor.post(PATH, form_of(checked(visitor)).sent_by("publish"))
    assert (seen, text(site)) == (["anna@example.org"], GOOD)


@pytest.mark.parametrize("do", ["check", "publish", "silent"])
def test_nothing_is_written_while_a_problem_is_left(site, do):
    broken = BROKEN.replace("when: 3 December", "when: 33 December")
    site.save(broken)
    visitor = site.editor()
    fields = typed(form_of(visitor.html(PATH)), FIX)
    made_up = hashlib.sha256(broken.replace(*FIX).encode()).hexdigest()
    answer = visitor.post(PATH, fields | {"do": do, "checked": made_up})
    assert answer.status_code == 422
    assert "'33 December 2026" in words_of(answer)
    assert "kind: tender," in form_of(answer).fields[next(each for each in fields if each.startswith("text-"))]
    assert 'value="publish"' not in answer.text
    assert "tenders" in text(site)


def test_a_file_that_is_no_yaml_can_be_corrected(site):
    site.save(UNREADABLE)
    visitor = site.editor()
    sent = visitor.post(PATH, form_of(checked(visitor, ("[Rumours", "Rumours"))).sent_by("publish"))
    assert sent.headers["Location"] == "/admin/changes?done=published"
    assert text(site) == GOOD


def test_only_the_typed_lines_are_written(site):
    odd = BROKEN.replace("\n", "\r\n").replace("records:", "# a comment  \nrecords:")
    site.settings.file.write_bytes(odd.encode())
    visitor = site.editor()
    visitor.post(PATH, form_of(checked(visitor)).sent_by("publish"))
    assert text(site) == odd.replace("kind: tenders", "kind: tender")


def test_what_is_not_as_it_was_checked_is_shown_again(site):
    visitor = site.editor()
    form = form_of(checked(visitor))
    answer = visitor.post(PATH, typed(form, ("14 December", "16 December")) | {"do": "publish"})
    assert answer.status_code == 422
    assert "The text is not as it was checked." in words_of(answer)
    assert "16 December" in words_of(answer)
    assert text(site) == BROKEN
    visitor.post(PATH, form_of(answer).sent_by("publish"))
    assert text(site) == GOOD.replace("14 December", "16 December")


@pytest.mark.parametrize("newer", [BROKEN.replace("Rumours", "Rumors"), FILE.replace("Rumours", "Rumors")])
@pytest.mark.parametrize("do", ["check", "publish"])
def test_a_newer_save_wins_and_what_was_typed_is_kept(site, newer, do):
    visitor = site.editor()
    form = form_of(checked(visitor, FIX, ("Study of roads", "Study of streets")))
    site.save(newer)
    answer = visitor.post(PATH, form.sent_by(do))
    assert answer.status_code == 409
    assert "what you typed stands below, and is not saved" in words_of(answer)
    again = form_of(answer)
    assert "Study of streets" in again.fields["kept"]
    assert "Rumors" in "".join(value for name, value in again.fields.items() if name.startswith("text-"))
    assert text(site) == newer
    kept = visitor.post(PATH, again.sent_by("check"))
    assert form_of(kept).fields["kept"] == again.fields["kept"]


def test_a_save_between_look_and_rename_is_not_overwritten(site, monkeypatch):
    newer = BROKEN.replace("Rumours", "Rumors")

    def late(*given):
        site.settings.file.write_text(newer, encoding="utf-8")
        return replace(*given)

    replace = publication.replace_whole
    monkeypatch.setattr(publication, "replace_whole", late)
    visitor = site.editor()
    answer = visitor.post(PATH, form_of(checked(visitor)).sent_by("publish"))
    assert (answer.status_code, text(site)) == (409, newer)
    assert "kind: tender," in form_of(answer).fields["kept"]


def test_where_nothing_can_be_published_it_says_so_and_keeps_the_form(site):
    visitor = site.editor()
    form = form_of(checked(visitor))
    with writing(site.engine) as connection:
        take_lease(connection, Host("second"))
    answer = visitor.post(PATH, form.sent_by("publish"))
    assert answer.status_code == 409
    assert "second publishes this calendar" in words_of(answer)
    assert typed(form_of(answer)).items() >= {k: v for k, v in form.fields.items() if k.startswith("text-")}.items()
    assert text(site) == BROKEN


def test_who_may_only_write_sees_the_lines_and_no_form(site):
    bo = site.editor(BO.address)
    assert "Line 8" in words_of(bo.get("/admin/changes"))
    assert PATH not in bo.html("/admin/changes")
    assert bo.get(PATH).status_code == 403
    fields = form_of(site.editor().html(PATH)).fields | {"do": "publish", "form_token": bo.form_token()}
    assert bo.post(PATH, fields).status_code == 403


def test_what_needs_a_persons_look_is_shown_before_it_is_confirmed(site):
    visitor = site.editor()
    answer = checked(visitor, FIX, ("14 December", "8 December"))
    assert "Look at this first" in words_of(answer)
    assert visitor.post(PATH, form_of(answer).sent_by("publish")).headers["Location"].endswith("done=published")
    assert load_edition(site.engine).number == 2


def test_problems_far_apart_and_any_other_line_are_at_hand(site):
    more = "".join(f"  - {{id: e{n}, kind: event, title: E{n}, when: 9 December 2026}}\n" for n in range(200))
    broken = FILE + more.replace("id: e150, kind: event", "id: e150, kind: events")
    site.save(broken.replace("kind: tender", "kind: tenders"))
    visitor = site.editor()
    form = form_of(visitor.html(PATH))
    assert len([each for each in form.fields if each.startswith("text-")]) == 2
    assert "E80" not in str(form.fields)
    shown = form_of(visitor.post(PATH, form.sent_by("more", line="105")))
    answer = visitor.post(PATH, typed(shown, FIX, ("kind: events", "kind: event"), ("E85", "E 85")) | {"do": "check"})
    assert answer.status_code == 200
    visitor.post(PATH, form_of(answer).sent_by("publish"))
    assert text(site) == FILE + more.replace("title: E85", "title: E 85")


def test_a_problem_that_a_correction_brings_elsewhere_has_its_lines(site):
    more = "".join(f"  - {{id: e{n}, kind: event, title: E{n}, when: 9 December 2026}}\n" for n in range(100))
    site.save(BROKEN + more)
    visitor = site.editor()
    fields = typed(form_of(visitor.html(PATH)), FIX, ("id: roads", "id: e90"))
    answer = visitor.post(PATH, fields | {"do": "check"})
    assert answer.status_code == 422
    assert "id: e90, kind: event" in str(form_of(answer).fields)


def test_what_waits_stays(site):
    site.save(GOOD)
    visitor = site.editor()
    send(visitor, "/admin/records/rumours/edit", title__en="Rumours and facts")
    site.save(BROKEN.replace("14 December", "16 December"))
    visitor.post(PATH, form_of(checked(visitor)).sent_by("publish"))
    assert [each.record_id for each in list_waiting_changes(site.engine)] == ["rumours"]
    assert "Rumours and facts" not in text(site)


def test_a_file_without_a_problem_is_not_edited_as_text(site):
    site.save(GOOD)
    assert site.editor().get(PATH).headers["Location"] == "/admin/changes"
    site.settings.file.unlink()
    assert site.editor().get(PATH).headers["Location"] == "/admin/changes"


@pytest.mark.parametrize(
    "names",
    [["text-0-3"], ["text-5-3"], ["text-1-900"], ["text-1-9", "text-9-12"], ["text-1-9", "text-3-4"]],
)
def test_a_made_up_form_is_refused(site, names):
    visitor = site.editor()
    given = dict.fromkeys(names, "x") | {"do": "publish", "form_token": visitor.form_token()}
    assert visitor.post(PATH, given).status_code == 400
    assert text(site) == BROKEN


@pytest.mark.parametrize("button", ["", "delete"])
def test_another_button_does_nothing(site, button):
    visitor = site.editor()
    assert visitor.post(PATH, form_of(visitor.html(PATH)).fields | {"do": button}).status_code == 400


def test_a_form_of_another_session_is_refused(site):
    visitor, other = site.editor(), site.editor()
    form = form_of(checked(visitor))
    for token in ("", other.form_token()):
        assert visitor.post(PATH, form.sent_by("publish", form_token=token)).status_code == 403
    assert text(site) == BROKEN


def test_hostile_text_stays_text(site):
    visitor = site.editor()
    fields = typed(form_of(visitor.html(PATH)), ("Study of roads", "</textarea><script>alert(1)</script>"))
    page = visitor.post(PATH, fields | {"do": "check"}).text
    assert "<script>" not in page
    assert re.search("&lt;script&gt;alert", page)


def test_in_french(site):
    words = words_of(site.editor().get(f"{PATH}?lang=fr"))
    assert "Corriger le fichier" in words
    assert "Corrigez ces lignes du fichier" in words
