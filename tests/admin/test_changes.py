"""The page of changes: what differs, who is notified, what is held and why, and confirming it."""

import hashlib
import re

import pytest
from sqlalchemy import select

from calendar_service.store.editions import load_edition
from calendar_service.store.engine import reading, writing
from calendar_service.store.faults import FaultKind
from calendar_service.store.lease import Host, take_lease
from calendar_service.store.publication import PublishOutcome
from calendar_service.store.publish_attempts import PublishAttempt, last_attempt, record_attempt
from calendar_service.store.publish_intents import PublishIntent, store_intent
from calendar_service.store.tables import deliveries, editions
from tests.support.admin_site import BO, AdminSite, Programme
from tests.support.signing_up import FILE, words_of

pytestmark = pytest.mark.usefixtures("standing_clock")

EARLIER = FILE.replace("10 December 2026", "8 December 2026")  # a deadline that moves back is held
LATER = FILE.replace("10 December 2026", "14 December 2026")
BROKEN = FILE.replace("kind: tender", "kind: tenders")


@pytest.fixture
def programme(database, tmp_path):
    return Programme(tmp_path, database)


@pytest.fixture
def simple(database_file, tmp_path):
    return Programme(tmp_path, database_file)


def confirm(visitor, do="publish", **changed):
    page = visitor.html("/admin/changes")
    given = {name: re.search(rf'name="{name}" value="([^"]*)"', page)[1] for name in ("form_token", "digest")}
    return visitor.post("/admin/changes", given | {"do": do} | changed)


def test_nothing_differs(simple):
    page = words_of(simple.editor().get("/admin/changes"))
    assert "The file and the public calendar are the same." in page
    assert "<button" not in page


def test_the_line_on_top_says_what_is_public(simple):
    page = simple.editor().html("/admin/changes")
    line = re.sub(r"\s+", " ", re.sub("<[^>]*>", "", page[page.index('class="state-line"') : page.index("<main")]))
    assert "Edition 1 is public. No change waits. All mail is sent." in line


def test_a_held_file_is_shown_with_its_reasons_its_lines_and_who_is_notified(programme):
    programme.subscribe("ann@example.org")
    programme.subscribe("bea@example.org", language="fr")
    programme.plan()
    assert programme.save(EARLIER) is PublishOutcome.HELD
    answer = programme.editor().get("/admin/changes")
    page = words_of(answer)
    assert "roads: closes moves from '10 December 2026, 17:00' to '8 December 2026, 17:00', which is earlier" in page
    assert "2 subscribers are notified: 1 English, by email; 1 French, by email." in page
    assert "Each gets one message." in page
    assert "Deadline brought forward" in page
    assert "In the file: closes" in page
    assert 'closes: "8 December 2026, 17:00"' in page
    assert "Publish and notify 2 subscribers" in page
    assert "example.org" not in page  # no address of a subscriber
    assert "1 change waits." in answer.text


def test_the_number_is_the_number_of_messages(programme):
    for number in range(3):
        programme.subscribe(f"a{number}@example.org")
    programme.subscribe("tags@example.org", kind=[], tag=["rumours"])
    programme.plan()
    programme.save(EARLIER)
    editor = programme.editor()
    assert "3 subscribers are notified" in words_of(editor.get("/admin/changes"))
    assert confirm(editor).status_code == 303
    programme.plan()
    with reading(programme.engine) as connection:
        sent = connection.execute(select(deliveries).where(deliveries.c.state == "waiting")).all()
    assert len([each for each in sent if each.subscriber_id]) == 3


def test_the_message_is_the_one_that_will_be_sent(simple):
    simple.subscribe("ann@example.org")
    simple.plan()
    simple.save(EARLIER)
    editor = simple.editor()
    english = editor.html("/admin/changes/message?record=roads")
    assert "Deadline brought forward: Study of roads" in english
    assert "Clôture avancée" in editor.html("/admin/changes/message?record=roads&lang_of_message=fr")
    assert editor.get("/admin/changes/message?record=rumours").status_code == 404
    assert editor.get("/admin/changes/message?lang_of_message=xx").status_code == 404


@pytest.mark.parametrize("do", ["publish", "silent"])
def test_who_may_publish_confirms_with_or_without_messages(programme, do):
    programme.subscribe("ann@example.org")
    programme.plan()
    programme.save(EARLIER)
    editor = programme.editor()
    answer = confirm(editor, do)
    assert answer.headers["Location"] == "/admin/changes?done=published"
    assert "Published." in words_of(editor.get(answer.headers["Location"]))
    with reading(programme.engine) as connection:
        row = connection.execute(select(editions).order_by(editions.c.number.desc())).first()
    assert (row.number, row.editor, row.is_silent) == (2, "anna@example.org", do == "silent")


def test_a_text_editors_save_is_nobodys(programme):
    assert programme.save(LATER) is PublishOutcome.PUBLISHED
    with reading(programme.engine) as connection:
        assert connection.scalar(select(editions.c.editor).order_by(editions.c.number.desc())) == ""


def test_who_may_only_write_cannot_confirm(simple):
    simple.save(EARLIER)
    editor = simple.editor(BO.address)
    page = editor.get("/admin/changes")
    assert "Somebody who may publish has to confirm it." in words_of(page)
    assert 'value="publish"' not in page.text
    digest = simple.editor().html("/admin/changes")
    digest = re.search(r'name="digest" value="([^"]*)"', digest)[1]
    answer = editor.send("/admin/changes", {"do": "publish", "digest": digest}, page="/admin")
    assert answer.status_code == 403
    assert load_edition(simple.engine).number == 1


def test_a_file_that_changed_meanwhile_is_not_confirmed(simple):
    simple.save(EARLIER)
    editor = simple.editor()
    page = editor.html("/admin/changes")
    token = re.search(r'name="form_token" value="([^"]*)"', page)[1]
    digest = re.search(r'name="digest" value="([^"]*)"', page)[1]
    simple.save(EARLIER.replace("8 December", "1 December"))
    answer = editor.post("/admin/changes", {"form_token": token, "digest": digest, "do": "publish"})
    assert "The file has changed since you loaded the page." in words_of(editor.get(answer.headers["Location"]))
    assert load_edition(simple.engine).number == 1


def test_a_confirmation_holds_for_its_file_alone(simple):
    """It is stored before publishing; another process that publishes the same bytes obeys it, once."""
    with writing(simple.engine) as connection:
        digest = hashlib.sha256(EARLIER.encode()).hexdigest()
        store_intent(connection, PublishIntent(digest, "anna@example.org", is_confirmed=True), simple.now)
    assert simple.save(EARLIER.replace("8 December", "7 December")) is PublishOutcome.HELD
    assert simple.save(EARLIER) is PublishOutcome.PUBLISHED
    simple.later(minutes=1)
    assert simple.save(LATER) is PublishOutcome.PUBLISHED
    simple.later(minutes=1)
    assert simple.save(EARLIER) is PublishOutcome.HELD


def test_a_confirmation_that_nobody_used_expires(simple):
    with writing(simple.engine) as connection:
        digest = hashlib.sha256(EARLIER.encode()).hexdigest()
        store_intent(connection, PublishIntent(digest, "anna@example.org", is_confirmed=True), simple.now)
    simple.later(minutes=10)
    assert simple.save(EARLIER) is PublishOutcome.HELD


@pytest.mark.parametrize("do", ["", "delete"])
def test_another_button_does_nothing(simple, do):
    simple.save(EARLIER)
    assert confirm(simple.editor(), do).status_code == 400
    assert load_edition(simple.engine).number == 1


def test_where_another_host_publishes_one_can_only_read(simple):
    simple.save(EARLIER)
    editor = simple.editor()
    page = editor.html("/admin/changes")
    given = {name: re.search(rf'name="{name}" value="([^"]*)"', page)[1] for name in ("form_token", "digest")}
    with writing(simple.engine) as connection:
        take_lease(connection, Host("second"))
    page = editor.get("/admin/changes")
    for path in ("/admin", "/admin/changes", "/admin/new", "/admin/paste", "/admin/records/roads/edit"):
        assert "second publishes this calendar" in editor.html(path), path
    assert 'value="publish"' not in page.text
    assert editor.post("/admin/changes", given | {"do": "publish"}).status_code == 409
    assert load_edition(simple.engine).number == 1


def test_a_broken_file_is_shown_at_its_line(simple):
    assert simple.save(BROKEN) is PublishOutcome.BROKEN
    answer = simple.editor().get("/admin/changes")
    page = words_of(answer)
    assert "Line 8" in page
    assert "it must be event, webinar or tender ('tenders')" in page or "tenders" in page
    assert '<li value="8" class="marked">' in answer.text
    assert "The calendar file has 1 problem." in answer.text


def test_hostile_texts_of_the_file_stay_texts(simple):
    simple.save(BROKEN.replace("Study of roads", "<script>alert(1)</script>"))
    page = simple.editor().html("/admin/changes")
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_a_text_change_notifies_nobody(simple):
    simple.subscribe("ann@example.org")
    simple.plan()
    simple.settings.file.write_text(FILE.replace("Study of roads", "Study of all roads"), encoding="utf-8")
    page = words_of(simple.editor().get("/admin/changes"))
    assert "Text changed" in page
    assert "Nobody is notified." in page
    assert "In the file: title" in page
    assert "it is published within seconds" in page


def test_mail_that_does_not_go_out_is_told(simple):
    editor = simple.editor()
    simple.app.extensions["calendar-service-status"]._log.report("send", FaultKind.SENDING, "no server")
    assert "Mail does not go out at the moment." in editor.html("/admin/changes")


def test_mail_on_its_way_is_counted(simple):
    editor = simple.editor()
    simple.subscribe("ann@example.org")
    simple.plan()
    simple.save(LATER)
    simple.plan()
    assert "1 email is on its way." in editor.html("/admin/changes")


def test_a_file_that_is_not_there_is_told(simple):
    simple.settings.file.unlink()
    page = simple.editor().get("/admin/changes")
    assert "The calendar file cannot be read now." in words_of(page)


def test_without_an_edition(database_file, tmp_path):
    site = AdminSite(tmp_path, database_file, file=tmp_path / "calendar.yaml")
    (tmp_path / "calendar.yaml").write_text(BROKEN, encoding="utf-8")
    assert "Line 8" in words_of(site.editor().get("/admin/changes"))
    (tmp_path / "calendar.yaml").write_text(FILE, encoding="utf-8")
    assert "Study of roads" in words_of(site.editor().get("/admin/changes"))


def test_in_french(simple):
    simple.save(EARLIER)
    page = words_of(simple.editor().get("/admin/changes?lang=fr"))
    assert "Personne n’est prévenu." in page
    assert "Clôture avancée" in page
    assert "roads : closes passe de '10 December 2026, 17:00' à '8 December 2026, 17:00', ce qui est plus tôt" in page


def test_doubts_are_said_in_the_language_of_the_page(simple):
    """An older copy, before it is published and once it is held; what is kept of the attempt is English text."""
    simple.later(minutes=1)
    assert simple.save(LATER) is PublishOutcome.PUBLISHED
    simple.later(minutes=1)
    assert simple.save(FILE) is PublishOutcome.HELD
    told = "ses annonces sont celles de l’édition 1 (publiée le "
    answer = simple.editor().get("/admin/changes?lang=fr")
    assert told in words_of(answer)
    assert '<li dir="auto">ses annonces' in answer.text
    (reason, *_) = last_attempt(simple.engine).reasons
    assert reason.startswith("its records are those of edition 1 (published ")


def test_a_reason_of_another_release_is_shown_as_it_is(simple):
    simple.save(EARLIER)
    digest = hashlib.sha256(EARLIER.encode()).hexdigest()
    file, reasons = str(simple.settings.file), ("roads: closes moves, as it was said before",)
    record_attempt(simple.engine, PublishAttempt(simple.now, file, digest, PublishOutcome.HELD, reasons))
    simple.look_again()
    answer = simple.editor().get("/admin/changes?lang=fr")
    assert '<li lang="en" dir="auto">roads: closes moves, as it was said before</li>' in answer.text
