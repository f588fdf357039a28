"""Pasting: nothing that was pasted vanishes, and only what is accepted is kept."""

import io
import json
import re
from html import unescape

import pytest

from calendar_service.admin import paste as paste_module
from calendar_service.admin.record_form import field_label
from calendar_service.settings import Editor
from calendar_service.store import clocks
from calendar_service.store.waiting_changes import list_waiting_changes
from calendar_service.writers.i18n import language
from tests.support.admin_forms import press
from tests.support.admin_pages import forms_of
from tests.support.admin_site import ANNA, BO, Programme
from tests.support.signing_up import words_of

NEWS = """\
Webinar: Cities and libraries
12 January 2027 at 14.00-15.30 CET
Online

Thank you all for coming on 3 March 2020.

Call for tenders: survey of parks
Deadline 20 January 2027, 12.00
"""
ICS = """\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//x//x//EN
BEGIN:VEVENT
UID:1@example.org
DTSTAMP:20261101T000000Z
DTSTART:20270301T090000Z
DTEND:20270301T100000Z
SUMMARY:A meeting
END:VEVENT
END:VCALENDAR
""".replace("\n", "\r\n")

CARD = {"id": "new", "kind": "event", "title": "New", "when": "3 May 2028, 10:00"}
DAMAGED = [
    json.dumps(CARD | {"title": "\ud800"}),
    json.dumps(CARD | {"id": "a\ud800"}),
    json.dumps(CARD | {"title": "a\0b"}),
    json.dumps(CARD | {"a\nb": "x"}),
    json.dumps(CARD | {"url": None}),
    json.dumps(CARD | {"x": float("nan")}),
    '{"id": "new", "x": ' + "[" * 50_000 + "]" * 50_000 + "}",
    '{"id": "new", "x": ' + "9" * 5_000 + "}",
]
"""What no page of ours sends; a lone half of a character could not even be shown."""


@pytest.fixture
def programme(database_file, tmp_path, monkeypatch):
    monkeypatch.setattr(clocks, "server_time", lambda _: None)
    return Programme(tmp_path, database_file)


def paste(visitor, text="", file=None, **more):
    data = {"form_token": visitor.form_token("/admin/paste"), "do": "read", "text": text, **more}
    if file:
        data["file"] = (io.BytesIO(file[1]), file[0])
    return visitor.post("/admin/paste", data, content_type="multipart/form-data")


def form_of(answer):
    """The form of the cards as a browser would send it."""
    given = {"do": "accept", "form_token": re.search(r'name="form_token" value="([^"]*)"', answer.text)[1]}
    for name, value in re.findall(r'name="((?:record|text)-[^"]+)" value="([^"]*)"', answer.text):
        given[name] = unescape(value)
    for name, value in re.findall(r'<textarea id="[^"]*" name="([^"]+)"[^>]*>([^<]*)<', answer.text):
        given[name] = unescape(value)
    given["accept"] = re.findall(r'name="accept" value="(\d+)" checked', answer.text)
    return given


def test_a_news_page_becomes_cards_and_what_is_accepted_waits(programme):
    visitor = programme.editor()
    answer = paste(visitor, NEWS)
    page = words_of(answer)
    assert "Cities and libraries" in page
    assert "survey of parks" in page
    sent = visitor.post("/admin/paste", form_of(answer))
    assert sent.headers["Location"] == "/admin/changes"
    kept = [each.record_id for each in list_waiting_changes(programme.engine)]
    assert len(kept) == 2
    changes = words_of(visitor.get("/admin/changes"))
    assert "Cities and libraries" in changes
    assert "Publish" in changes


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("kind", "Type"),
        ("place", "Lieu, ou online"),
        ("registration.url", "Page d’inscription"),
        ("title.en", "Titre (anglais)"),
        ("extensions", "extensions"),
    ],
)
def test_a_card_names_its_fields_in_words(path, words):
    assert field_label(path, language("fr")) == words


def test_no_line_that_names_a_day_vanishes(programme):
    page = words_of(paste(programme.editor(), NEWS))
    assert "3 March 2020" in page


def test_twenty_of_them(programme):
    text = "\n".join(f"Meeting {each}\n{each} May 2027 at 10:00 CET\n" for each in range(1, 21))
    assert paste(programme.editor(), text).text.count('name="accept"') == 20


def test_what_is_corrected_is_kept_so_and_what_is_emptied_is_not(programme):
    visitor = programme.editor()
    answer = paste(visitor, NEWS)
    given = form_of(answer)
    title = next(name for name in given if name.startswith("text-0-title"))
    given[title] = "Cities, libraries and parks"
    given["text-0-id"] = "another-id"
    given["text-0-kind"] = "tender"
    given["text-0-nothing"] = "unknown"
    given["accept"] = ["0"]
    visitor.post("/admin/paste", given)
    (change,) = list_waiting_changes(programme.engine)
    fields = change.edits[0]["edit"]["append"]
    assert "Cities, libraries and parks" in json.dumps(fields)
    assert fields["id"] == change.record_id != "another-id"
    assert fields["kind"] != "tender"
    assert "nothing" not in fields


def test_a_file(programme):
    answer = paste(programme.editor(), file=("meeting.ics", ICS.encode()))
    assert "A meeting" in words_of(answer)


def test_a_record_with_the_same_title_is_named_and_not_ticked(programme):
    answer = paste(programme.editor(), "Webinar: Rumours\n3 December 2026 at 11.00-12.30 CET\nOnline\n")
    assert "A record has this title already, or a part of it: rumours" in words_of(answer)
    assert form_of(answer)["accept"] == []


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"text": " \n"}, "Paste a text, or choose a file."),
        ({"file": ("x.pdf", b"%PDF-1.7")}, "this is a PDF file, which is not opened."),
        ({"file": ("x.txt", b"x" * 2001)}, "This is more than 5 MB."),
        ({"text": "é" * 1001}, "This is more than 5 MB."),
        ({"file": ("x.ics", b"BEGIN:VCALENDAR\r\n")}, ""),
    ],
)
def test_what_cannot_be_read_is_told(programme, monkeypatch, given, told):
    monkeypatch.setattr(paste_module, "_MOST_BYTES", 2000)
    answer = paste(programme.editor(), **given)
    assert answer.status_code in (200, 400)
    assert told in words_of(answer)


def test_nothing_with_a_date(programme):
    assert "Nothing with a date was found in it." in words_of(paste(programme.editor(), "Good morning."))


@pytest.mark.parametrize("record", ["", "{", "[]", '{"id": 1}', '{"id": ""}', json.dumps({"id": "x" * 65}), *DAMAGED])
def test_a_damaged_card_is_refused(programme, record):
    visitor = programme.editor()
    given = {"form_token": visitor.form_token(), "do": "accept", "accept": ["0"], "record-0": record}
    assert visitor.post("/admin/paste", given).status_code == 400
    assert list_waiting_changes(programme.engine) == []


def accept(visitor, *records, **more):
    given = {"form_token": visitor.form_token(), "do": "accept", "accept": [str(each) for each in range(len(records))]}
    cards = {f"record-{number}": json.dumps(each) for number, each in enumerate(records)}
    return visitor.post("/admin/paste", given | cards | more)


def test_what_check_refuses_is_shown_again_and_nothing_is_kept(programme):
    visitor = programme.editor()
    answer = accept(
        visitor,
        CARD,
        CARD | {"id": "other", "title": "Other"},
        **{"text-1-when": "on a fine day", "text-0-title": "As I wrote it", "remark-1": "A remark", "line-1": "7"},
    )
    assert answer.status_code == 422
    page = words_of(answer)
    assert "Nothing is kept yet. Correct these cards, or leave them out: Other" in page
    assert "A remark" in page
    assert "From line 7" in page
    assert list_waiting_changes(programme.engine) == []
    given = form_of(answer)
    assert (given["text-0-title"], given["text-1-when"], given["accept"]) == (
        "As I wrote it",
        "on a fine day",
        ["0", "1"],
    )
    sent = visitor.post("/admin/paste", given | {"text-1-when": "5 May 2028"})
    assert sent.headers["Location"] == "/admin/changes"
    assert [each.record_id for each in list_waiting_changes(programme.engine)] == ["new", "other"]


def test_a_field_that_was_emptied_can_be_filled_again(programme):
    visitor = programme.editor()
    answer = accept(visitor, CARD, **{"text-0-title": ""})
    assert answer.status_code == 422
    assert visitor.post("/admin/paste", form_of(answer) | {"text-0-title": "New again"}).status_code == 303
    (change,) = list_waiting_changes(programme.engine)
    assert change.edits[0]["edit"]["append"]["title"] == "New again"


def test_two_cards_of_one_id_become_two_records(programme):
    """As from two windows, or where a change of another editor waits."""
    visitor, later = programme.editor(), CARD | {"when": "3 May 2028, 15:00"}
    accept(programme.editor(BO.address), CARD)
    for record in (CARD, later, CARD, CARD | {"id": "rumours"}):
        accept(visitor, record)
    mine = [each for each in list_waiting_changes(programme.engine) if each.editor == ANNA.address]
    assert [each.record_id for each in mine] == ["new-2", "new-3", "new-4", "rumours-2"]


def test_a_form_that_is_sent_twice_makes_one_record(programme):
    visitor = programme.editor()
    for _ in range(2):
        assert accept(visitor, CARD).status_code == 303
    assert [each.record_id for each in list_waiting_changes(programme.engine)] == ["new"]
    press(visitor)
    assert accept(visitor, CARD).status_code == 303
    assert list_waiting_changes(programme.engine) == []


def test_invisible_characters_of_a_correction_are_left_out(programme):
    accept(programme.editor(), CARD, **{"text-0-title": "\u200bOne two\x07\ufeff"})
    (change,) = list_waiting_changes(programme.engine)
    assert change.edits[0]["edit"]["append"]["title"] == "One two"


def test_hostile_values_of_a_card_do_not_get_into_the_file(programme):
    visitor = programme.editor()
    record = json.dumps({"id": "../../etc", "kind": "event", "title": "x\n  - id: injected", "when": "1 May 2027"})
    visitor.send("/admin/paste", {"do": "accept", "accept": ["0"], "record-0": record})
    page = visitor.html("/admin/changes")
    digest = re.search(r'name="digest" value="([^"]*)"', page)
    before = programme.settings.file.read_text(encoding="utf-8")
    visitor.send("/admin/changes", {"do": "publish", "digest": digest[1] if digest else ""})
    assert programme.settings.file.read_text(encoding="utf-8") == before


def test_hostile_text_stays_text(programme):
    answer = paste(programme.editor(), "<b>Webinar</b> <script>alert(1)</script> on 3 May 2027 at 10:00 CET\n")
    assert "<script" not in answer.text


def test_who_may_not_write_cannot_paste(database_file, tmp_path):
    site = Programme(tmp_path, database_file, editors=(Editor("carl@example.org", frozenset({"publish"})),))
    visitor = site.editor("carl@example.org")
    assert visitor.send("/admin/paste", {"do": "read", "text": NEWS}).status_code == 403


ANNONCE = """\
Forum des villes
12 janvier 2027 de 14 h à 15 h 30
Lyon
Paris

Inscription avant 3 jours
Horaires d'ouverture : 9 h à 17 h
"""


def test_in_french_remarks_and_questions_are_said_in_french(programme):
    editor = programme.editor()
    editor.get("/admin?lang=fr")
    page = paste(editor, ANNONCE).text
    findings = re.findall(r"<li([^>]*)>([^<]*)</li>", page.partition('class="findings"')[2])
    assert findings == [(' dir="auto"', "Ligne 4, non utilisée\xa0: Paris")]
    answer = paste(editor, "Journée des bénévoles\n5 décembre 2027\n").text
    assert "ce jour-là" in answer, answer


def test_remarks_of_a_card_that_is_shown_again_are_in_french(programme):
    editor = programme.editor()
    editor.get("/admin?lang=fr")
    (form,) = [each for each in forms_of(paste(editor, ANNONCE).text) if "accept" in each.buttons]
    answer = editor.post("/admin/paste", form.sent_by("accept", accept="0", **{"text-0-when": "un beau jour"}))
    assert answer.status_code == 422
    assert '<li dir="auto">Ligne 4, non utilisée\xa0: Paris</li>' in answer.text
