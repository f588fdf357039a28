"""Changes that wait: published into the file by its editor, against what others have saved meanwhile."""

import re

import pytest
from sqlalchemy import select

from calendar_service.admin.overview import FILE_READER
from calendar_service.admin.waiting import keep_edits
from calendar_service.parsers.editing.edits import AppendRecord, RemoveValue, SetValue, UnfitEdit
from calendar_service.publishing import publish_file
from calendar_service.store.editions import load_edition
from calendar_service.store.engine import reading, writing
from calendar_service.store.lease import Host, take_lease, this_host
from calendar_service.store.publication import PublishOutcome
from calendar_service.store.tables import editions, publish_intents
from calendar_service.store.waiting_changes import list_waiting_changes
from calendar_service.store.whole_file import replace_whole
from tests.support.admin_forms import press
from tests.support.admin_pages import forms_of
from tests.support.admin_site import ANNA, BO, Programme
from tests.support.signing_up import FILE, words_of

pytestmark = pytest.mark.usefixtures("standing_clock")

EXTEND = SetValue("roads", ("closes",), "14 December 2026, 17:00")
RETITLE = SetValue("rumours", ("title",), "Rumours and facts")


class Waiting(Programme):
    def keep(self, *edits, editor=ANNA.address):
        for edit in edits:
            record = edit.fields["id"] if isinstance(edit, AppendRecord) else edit.record
            keep_edits(self.engine, editor, {record: [edit]}, self.app.extensions[FILE_READER].read(), self.now)

    def text(self):
        return self.settings.file.read_text(encoding="utf-8")

    def waiting(self):
        return [(each.editor, each.record_id) for each in list_waiting_changes(self.engine)]


@pytest.fixture
def programme(database, tmp_path):
    return Waiting(tmp_path, database)


@pytest.fixture
def simple(database_file, tmp_path):
    return Waiting(tmp_path, database_file)


def test_a_change_is_shown_before_it_is_published(programme):
    programme.subscribe("ann@example.org")
    programme.plan()
    programme.keep(EXTEND)
    page = words_of(programme.editor().get("/admin/changes"))
    assert "Deadline extended Study of roads" in page
    assert "1 subscriber is notified: 1 English, by email." in page
    assert 'closes: "14 December 2026, 17:00"' in page
    assert "10 December 2026, 17:00 14 December 2026, 17:00" in page
    assert "Publish and notify 1 subscriber" in page
    assert programme.text() == FILE
    assert load_edition(programme.engine).number == 1


@pytest.mark.parametrize("do", ["publish", "silent"])
def test_publishing_writes_only_its_bytes_and_makes_the_edition(programme, do):
    programme.subscribe("ann@example.org")
    programme.plan()
    programme.keep(EXTEND)
    assert press(programme.editor(), do)[1].startswith("Changes Published.")
    assert programme.text() == FILE.replace("10 December 2026, 17:00", "14 December 2026, 17:00")
    with reading(programme.engine) as connection:
        row = connection.execute(select(editions).order_by(editions.c.number.desc())).first()
        assert connection.execute(select(publish_intents)).all() == []
    assert (row.number, row.editor, row.is_silent) == (2, ANNA.address, do == "silent")
    assert programme.waiting() == []


def test_only_this_one(simple):
    simple.keep(EXTEND, RETITLE)
    visitor = simple.editor()
    page = visitor.html("/admin/changes")
    link = re.findall(r'href="(/admin/changes\?only=\d+)"', page)[1]
    only = link.partition("?")[2]
    assert "Study of roads" not in words_of(visitor.get(link)).partition("Your changes that wait")[0]
    press(visitor, query=f"?{only}")
    assert simple.text() == FILE.replace("title: Rumours", "title: Rumours and facts")
    assert simple.waiting() == [(ANNA.address, "roads")]


def test_discard(simple):
    simple.keep(EXTEND)
    visitor = simple.editor()
    number = list_waiting_changes(simple.engine)[0].id
    assert "The change is discarded." in press(visitor, "discard", only=str(number))[1]
    assert (simple.waiting(), simple.text()) == ([], FILE)
    assert "This change is not there any more." in press(visitor, "discard", only=str(number))[1]


def test_nobody_discards_or_publishes_what_is_anothers(simple):
    simple.keep(EXTEND, editor=BO.address)
    visitor = simple.editor()
    page = words_of(visitor.get("/admin/changes"))
    assert "Bo@example.org has a change that waits" in page
    assert "Publish" not in page
    press(visitor, "discard", only=str(list_waiting_changes(simple.engine)[0].id), form_token=visitor.form_token())
    assert simple.waiting() == [(BO.address, "roads")]


def test_who_may_only_write_discards_and_does_not_publish(simple):
    simple.keep(EXTEND, editor=BO.address)
    visitor = simple.editor(BO.address)
    assert 'value="publish"' not in visitor.html("/admin/changes")
    assert press(visitor, "publish")[0].status_code == 403
    assert simple.text() == FILE
    press(visitor, "discard", only=str(list_waiting_changes(simple.engine)[0].id))
    assert simple.waiting() == []


def test_edits_of_one_record_come_together_and_the_last_of_a_field_holds(simple):
    simple.keep(SetValue("roads", ("closes",), "12 December 2026, 17:00"), SetValue("roads", ("tags",), ["a"]), EXTEND)
    (change,) = list_waiting_changes(simple.engine)
    assert [each["was"] for each in change.edits] == ["10 December 2026, 17:00", ["roads"]]
    press(simple.editor())
    assert "14 December" in simple.text()
    assert "tags: [a]" in simple.text()


def test_a_new_record_and_a_removed_value(simple):
    fields = {"id": "new", "kind": "event", "title": "New", "when": "1 May 2027"}
    simple.keep(AppendRecord(fields), RemoveValue("rumours", ("tags",)))
    assert "Published." in press(simple.editor())[1]
    assert "new" in load_edition(simple.engine).entries
    assert "tags: [rumours]" not in simple.text()


def test_a_text_editors_save_elsewhere_is_kept(simple):
    simple.keep(EXTEND)
    simple.save(FILE.replace("title: Rumours", "title: Rumours again"))
    press(simple.editor())
    assert "Rumours again" in simple.text()
    assert "14 December" in simple.text()


def test_a_text_editors_save_of_the_same_field_wins_until_one_has_chosen(simple):
    simple.keep(EXTEND, SetValue("roads", ("tags",), ["a"]))
    simple.save(FILE.replace("10 December", "16 December"))
    visitor = simple.editor()
    page = words_of(visitor.get("/admin/changes"))
    assert "Somebody has changed this in the file meanwhile." in page
    assert "As in the file: 16 December 2026, 17:00" in page
    assert "As I want it: 14 December 2026, 17:00" in page
    assert "Publish" not in page
    only = str(list_waiting_changes(simple.engine)[0].id)
    press(visitor, "choose", only=only, **{"field-closes": "file"})
    press(visitor)
    assert "16 December" in simple.text()
    assert "tags: [a]" in simple.text()


def test_my_version_can_be_chosen(simple):
    simple.keep(EXTEND)
    simple.save(FILE.replace("10 December", "12 December"))
    visitor = simple.editor()
    press(visitor, "choose", only=str(list_waiting_changes(simple.engine)[0].id), **{"field-closes": "mine"})
    press(visitor)
    assert "14 December" in simple.text()


def test_two_editors_of_one_record(simple):
    simple.keep(EXTEND)
    simple.keep(SetValue("roads", ("closes",), "18 December 2026, 17:00"), editor=BO.address)
    assert "Published." in press(simple.editor())[1]
    page = words_of(simple.editor(BO.address).get("/admin/changes"))
    assert "As in the file: 14 December 2026, 17:00" in page
    assert "As I want it: 18 December 2026, 17:00" in page


def test_what_check_refuses_is_shown_and_not_written(simple):
    simple.keep(SetValue("roads", ("closes",), "on a fine day"))
    visitor = simple.editor()
    page = words_of(visitor.get("/admin/changes"))
    assert "With this change the file would have problems, so it is left out. Closes: " in page
    assert "on a fine day" in page
    assert "save the file" not in page
    press(visitor, form_token=visitor.form_token(), digest="")
    assert (simple.text(), load_edition(simple.engine).number) == (FILE, 1)


def test_what_needs_a_persons_look_is_shown_first(simple):
    simple.keep(SetValue("roads", ("closes",), "8 December 2026, 17:00"))
    visitor = simple.editor()
    page = words_of(visitor.get("/admin/changes"))
    assert "Look at this first" in page
    assert "which is earlier" in page
    assert "Published." in press(visitor)[1]


def test_what_has_not_been_seen_is_not_published(simple):
    simple.keep(EXTEND)
    visitor = simple.editor()
    page = visitor.html("/admin/changes")
    given = {name: re.search(rf'name="{name}" value="([^"]*)"', page)[1] for name in ("form_token", "digest")}
    simple.keep(RETITLE)
    answer = visitor.post("/admin/changes", given | {"do": "publish"})
    assert "The file has changed since you loaded the page." in words_of(visitor.get(answer.headers["Location"]))
    assert simple.text() == FILE


def test_a_change_waits_until_the_held_file_is_confirmed(simple):
    simple.save(FILE.replace("10 December", "8 December"))
    simple.keep(RETITLE)
    visitor = simple.editor()
    assert "They wait until the held file is confirmed." in words_of(visitor.get("/admin/changes"))
    press(visitor)
    assert "Rumours and facts" not in simple.text()
    assert simple.waiting() == [(ANNA.address, "rumours")]
    press(visitor)
    assert "Rumours and facts" in simple.text()


def test_a_publication_that_was_cut_off_is_finished_by_whoever_publishes(simple, monkeypatch):
    """Killed after the file was replaced: the worker publishes it as the editor meant it, and nothing is done twice."""

    def killed(*_, **__):
        raise SystemExit

    simple.keep(EXTEND)
    with monkeypatch.context() as patch:
        patch.setattr("calendar_service.admin.publication.publish_file", killed)
        with pytest.raises(SystemExit):
            press(simple.editor(), "silent")
    assert "14 December" in simple.text()
    result = publish_file(simple.engine, simple.settings.file, simple.now, host=this_host())
    assert result.outcome is PublishOutcome.PUBLISHED
    with reading(simple.engine) as connection:
        row = connection.execute(select(editions).order_by(editions.c.number.desc())).first()
    assert (row.editor, row.is_silent) == (ANNA.address, True)
    simple.look_again()
    assert "Publish" not in words_of(simple.editor().get("/admin/changes")).partition("Your changes")[0]


def test_a_publication_that_was_cut_off_before_leaves_the_file(simple, monkeypatch):
    def killed(*_, **__):
        raise SystemExit

    simple.keep(EXTEND)
    with monkeypatch.context() as patch:
        patch.setattr("calendar_service.admin.publication.replace_whole", killed)
        with pytest.raises(SystemExit):
            press(simple.editor())
    assert simple.text() == FILE
    assert simple.waiting() == [(ANNA.address, "roads")]
    assert "Published." in press(simple.editor())[1]


def test_where_the_file_cannot_be_written_the_page_says_so(simple, monkeypatch):
    simple.keep(EXTEND)
    monkeypatch.setattr("calendar_service.admin.file_state._is_writable", lambda _: False)
    visitor = simple.editor()
    page = visitor.get("/admin/changes")
    assert "The service may not write the calendar file." in page.text
    assert 'value="publish"' not in page.text
    assert "The service may not write the calendar file." in visitor.html("/admin/new")


FORMS = {
    "edit": ("/admin/records/roads/edit", {"title.en": "Other roads", "do": "save"}),
    "new": ("/admin/new", {"kind": "event", "title.en": "New", "when": "1 May 2027", "do": "save"}),
    "draft": ("/admin/new", {"kind": "event", "title.en": "New", "when": "1 May 2027", "do": "draft"}),
    "cancel": ("/admin/records/rumours/cancel", {"step": "3", "do": "save"}),
    "paste": ("/admin/paste", {"do": "accept"}),
}


@pytest.mark.parametrize("is_held_elsewhere", [False, True])
@pytest.mark.parametrize(("path", "fields"), FORMS.values(), ids=FORMS)
def test_where_nothing_can_be_published_nothing_is_kept(simple, monkeypatch, path, fields, is_held_elsewhere):
    visitor = simple.editor()
    page = visitor.get(path)  # loaded while it could be
    known = re.search(r'name="known" value="(\w+)"', page.text)
    fields |= {"known": known[1]} if known else {}
    if is_held_elsewhere:
        with writing(simple.engine) as connection:
            take_lease(connection, Host("another-host"))
        reason = "You can only read here: another-host publishes this calendar."
    else:
        monkeypatch.setattr("calendar_service.admin.file_state._is_writable", lambda _: False)
        reason = "The service may not write the calendar file."
    answer = visitor.send(path, fields)
    assert (answer.status_code, simple.waiting()) == (409, [])
    assert reason in answer.text
    assert "What you typed is still here, to be sent again later." in answer.text
    again = next((each for each in forms_of(answer.text) if each.action == path), None)
    typed = {name: text for name, text in fields.items() if name not in ("do", "known", "step")}
    assert (again.fields if again else {}).items() >= typed.items()
    assert fields["do"] in (again.buttons if again else ["accept"])
    later = visitor.html(path)
    assert reason in later
    assert not re.search(r'value="(save|draft|accept)"', later)


def test_a_form_that_was_refused_can_be_sent_again_as_it_is_shown(simple, monkeypatch):
    visitor = simple.editor()
    with monkeypatch.context() as patch:
        patch.setattr("calendar_service.admin.file_state._is_writable", lambda _: False)
        path, fields = FORMS["new"]
        answer = visitor.send(path, fields)
    (form,) = [each for each in forms_of(answer.text) if each.action == path]
    assert visitor.post(path, form.sent_by("save")).status_code == 303
    assert list_waiting_changes(simple.engine)[0].edits[0]["edit"]["append"]["when"] == "1 May 2027"


def test_cards_that_were_refused_are_shown_again_with_what_was_corrected(simple, monkeypatch):
    visitor = simple.editor()
    pasted = "Webinar on bridges\n9 December 2026 at 11.00-12.30 CET Online\n"
    (form,) = [
        each
        for each in forms_of(visitor.send("/admin/paste", {"text": pasted, "do": "read"}).text)
        if "accept" in each.buttons
    ]
    sent = form.sent_by("accept", **{"text-0-title": "Webinar on two bridges"})
    with monkeypatch.context() as patch:
        patch.setattr("calendar_service.admin.file_state._is_writable", lambda _: False)
        answer = visitor.post("/admin/paste", sent)
    assert (answer.status_code, simple.waiting()) == (409, [])
    (form,) = [each for each in forms_of(answer.text) if "accept" in each.buttons]
    assert visitor.post("/admin/paste", form.sent_by("accept")).status_code == 303
    assert "Webinar on two bridges" in str(list_waiting_changes(simple.engine)[0].edits)


def test_a_part_of_what_waits_as_a_whole_is_not_lost(simple):
    """The value of a key, then all of it, then a part of it again: each save is made against what waits."""
    simple.keep(
        SetValue("rumours", ("registration", "url"), "https://example.org/1"),
        RemoveValue("rumours", ("registration",)),
        SetValue("rumours", ("registration",), {"url": "https://example.org/2"}),
        SetValue("rumours", ("registration", "url"), "https://example.org/3"),
        SetValue("rumours", ("title",), {"en": "One", "fr": "Un"}),
        RemoveValue("rumours", ("title", "fr")),
        RemoveValue("rumours", ("title", "fr")),
    )
    press(simple.editor())
    assert "url: https://example.org/3" in simple.text()
    assert "title: {en: One}" in simple.text()
    assert simple.waiting() == []


def test_what_is_changed_back_waits_no_more(simple):
    simple.keep(EXTEND, SetValue("roads", ("closes",), "10 December 2026, 17:00"))
    assert simple.waiting() == []


def test_what_a_text_editor_has_done_already_hinders_nothing(simple):
    simple.keep(RemoveValue("rumours", ("tags",)), RETITLE)
    simple.save(FILE.replace(", tags: [rumours]", ""))
    assert "Published." in press(simple.editor())[1]
    assert simple.text() == FILE.replace(", tags: [rumours]", "").replace("title: Rumours", f"title: {RETITLE.value}")


@pytest.mark.parametrize(
    ("mine", "file", "told"),
    [
        (
            SetValue("roads", ("place", "city"), "Paris"),
            FILE.replace("closes:", "place: Hall, closes:"),
            "The file is written otherwise than when you made this change.",
        ),
        (
            SetValue("roads", ("note_of_change",), "Why"),
            FILE[: FILE.index("  - {id: roads")] + FILE[FILE.index("  - {id: rumours") :],
            "This record is not in the file any more, so the change cannot be made.",
        ),
        (
            SetValue("roads", ("status",), "draft"),
            FILE,
            "With this change the file would have problems, so it is left out.",
        ),
    ],
)
def test_a_change_that_cannot_be_made_is_left_out_and_the_others_are_published(simple, mine, file, told):
    third = AppendRecord({"id": "new", "kind": "event", "title": "New", "when": "1 May 2027"})
    simple.keep(mine, RETITLE, third)
    simple.save(file, confirmed=True)
    visitor = simple.editor()
    assert told in words_of(visitor.get("/admin/changes"))
    assert "Published." in press(visitor)[1]
    assert RETITLE.value in simple.text()
    assert "id: new" in simple.text()
    assert simple.waiting() == [(ANNA.address, "roads")]
    press(visitor, "discard", only=str(list_waiting_changes(simple.engine)[0].id), form_token=visitor.form_token())
    assert simple.waiting() == []


@pytest.mark.parametrize(
    "first",
    [EXTEND, AppendRecord({"id": "roads-2", "kind": "tender", "title": "Two", "closes": "9 December 2026, 12:00"})],
)
def test_what_is_saved_while_an_editor_publishes_waits_on_top(simple, monkeypatch, first):
    """In another window, between the file and the end of the publication."""
    record = first.fields["id"] if isinstance(first, AppendRecord) else "roads"
    later = SetValue(record, ("closes",), "18 December 2026, 17:00")
    simple.keep(first)

    def replace_slowly(*given):
        simple.keep(later)
        replace_whole(*given)

    with monkeypatch.context() as patch:
        patch.setattr("calendar_service.admin.publication.replace_whole", replace_slowly)
        press(simple.editor())
    assert simple.waiting() == [(ANNA.address, record)]
    assert "18 December" not in simple.text()
    assert "Published." in press(simple.editor())[1]
    assert "18 December" in simple.text()
    assert simple.waiting() == []


def test_what_cannot_stand_in_a_file_is_not_kept(simple):
    for value in ("\ud800", "a\0b", None, {}, [[[[[[[["x"]]]]]]]]):
        with pytest.raises(UnfitEdit):
            simple.keep(SetValue("roads", ("title",), value))
    assert simple.waiting() == []


def test_the_change_of_who_is_no_editor_any_more_can_be_discarded(simple):
    simple.keep(EXTEND, editor="gone@example.org")
    visitor = simple.editor(BO.address)
    page = words_of(visitor.get("/admin/changes"))
    assert "gone@example.org, who is no editor any more, has left a change that waits: Study of roads" in page
    assert "14 December 2026, 17:00" in page
    press(visitor, "discard", only=str(list_waiting_changes(simple.engine)[0].id), form_token=visitor.form_token())
    assert simple.waiting() == []


def test_an_editor_reads_no_path_of_the_machine_where_the_file_is_not_written(simple, caplog):
    (simple.folder / "second name").hardlink_to(simple.settings.file)
    simple.keep(EXTEND)
    told = press(simple.editor())[1]
    assert "The service could not write the calendar file, and nothing was published." in told
    assert str(simple.folder) not in told
    assert "2 names (hard links)" in caplog.text


def test_a_save_between_look_and_rename_is_not_overwritten(simple, monkeypatch):
    simple.keep(EXTEND)
    newer = FILE.replace("title: Rumours", "title: Rumours again")

    def late(path, content, known):
        path.write_text(newer, encoding="utf-8")
        replace_whole(path, content, known)

    monkeypatch.setattr("calendar_service.admin.publication.replace_whole", late)
    assert "The file has changed since you loaded the page." in press(simple.editor())[1]
    assert simple.text() == newer


def test_hostile_values_stay_values(simple):
    simple.keep(SetValue("rumours", ("title",), "<script>alert(1)</script>\n  - id: injected"))
    visitor = simple.editor()
    assert "<script" not in visitor.html("/admin/changes")
    press(visitor)
    assert "injected" not in load_edition(simple.engine).entries
