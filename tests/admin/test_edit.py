"""Editing a record and writing a new one: the form is the file's values, and only what changes is written."""

import html
import re

import pytest

from calendar_service.store.waiting_changes import list_waiting_changes
from tests.support.admin_forms import FILE, fields_of, file_with_changes, kept, send
from tests.support.admin_site import BO, Programme
from tests.support.signing_up import words_of

pytestmark = pytest.mark.usefixtures("standing_clock")


@pytest.fixture
def site(database_file, tmp_path):
    return Programme(tmp_path, database_file, FILE)


@pytest.mark.parametrize("record", ["roads", "rumours"])
def test_a_form_that_is_sent_back_changes_nothing(site, record):
    answer = send(site.editor(), f"/admin/records/{record}/edit")
    assert (answer.status_code, kept(site)) == (303, [])


@pytest.mark.parametrize(
    ("record", "given", "old", "new"),
    [
        ("roads", {"closes": "11 December 2026, 17:00"}, "closes: 10 December", "closes: 11 December"),
        ("roads", {"title__fr": "Étude: routes"}, "fr: Étude des routes", 'fr: "Étude: routes"'),
        ("rumours", {"title__en": "Facts"}, "title: Rumours ", "title: Facts "),
        ("rumours", {"title__fr": "Rumeurs"}, "title: Rumours ", "title: {en: Rumours, fr: Rumeurs} "),
        ("rumours", {"place__name": "Hall"}, "place: online", "place: Hall"),
        ("rumours", {"place__city": "Lyon"}, "place: online", "place: {name: online, city: Lyon}"),
        ("rumours", {"registration__closes": "2 December 2026"}, "closes: 1 December", "closes: 2 December"),
        ("rumours", {"registration__closes": ""}, ", closes: 1 December 2026}", "}"),
        ("rumours", {"organisers": "One & Co\r\nThree"}, "      - Two", "      - Three"),
        ("rumours", {"timezone": ""}, "    timezone: Asia/Seoul\n", ""),
        ("rumours", {"tags": "a, b"}, "1 December 2026}\n", "1 December 2026}\n    tags:\n      - a\n      - b\n"),
        ("roads", {"summary__en": "One\r\n\r\ntwo: #3"}, "17:00   # as decided\n", None),
    ],
)
def test_only_what_was_changed_is_written(site, record, given, old, new):
    answer = send(site.editor(), f"/admin/records/{record}/edit", **given)
    assert (answer.status_code, answer.headers.get("Location")) == (303, "/admin/changes"), words_of(answer)
    assert site.settings.file.read_text(encoding="utf-8") == FILE
    after = file_with_changes(site)
    if new is None:
        assert "    summary:\n      en: |-\n        One\n\n        two: #3\n" in after
    else:
        assert after == FILE.replace(old, new)


@pytest.mark.parametrize(
    ("field", "text", "told"),
    [
        ("closes", "31 November 2026", "there is no day '31 November 2026'"),
        ("url", "javascript:alert(1)", "is not a full https address"),
        ("title__en", "", "title"),
        ("tags", "<b>", "it is not a tag"),
        ("place__country", "XX", "is not a country code"),
        ("closes", '10 December 2026"\n- id: x', "it must stand on one line"),
    ],
)
def test_a_problem_is_said_at_its_field_and_nothing_is_lost(site, field, text, told):
    given = {field: text, "summary__fr": "Gardé", **({"title__fr": ""} if field == "title__en" else {})}
    answer = send(site.editor(), "/admin/records/roads/edit", **given)
    assert (answer.status_code, kept(site)) == (422, [])
    assert told in words_of(answer)
    page = answer.get_data(as_text=True)
    assert fields_of(page)["summary.fr"] == "Gardé"
    name = field.replace("__", ".")
    if field != "title__en":
        assert f'id="{name}-fault"' in page
        assert re.search(rf'<input id="{re.escape(name)}"[^>]*aria-describedby="{re.escape(name)}-fault', page)


def test_check_shows_how_times_are_read_and_keeps_nothing(site):
    answer = send(site.editor(), "/admin/records/rumours/edit", do="check", when="25 November 2026 14.00-15.30 CET", registration__closes="")  # fmt: skip
    assert (answer.status_code, kept(site)) == (200, [])
    read = "Read as: Wednesday 25 November 2026, 14:00-15:30 CET (UTC+1); Seoul: 22:00-23:30 KST (UTC+9)"
    assert read in words_of(answer)


def test_what_the_form_has_no_field_for_is_named(site):
    site.save(FILE.replace("    documents:\n", "    reminders: [7 days]\n    documents:\n"))
    assert "This form leaves as it is: reminders" in words_of(site.editor().get("/admin/records/roads/edit"))


def test_a_new_record_gets_an_id_from_its_title_and_can_be_edited_before_it_is_public(site):
    visitor = site.editor()
    answer = send(visitor, "/admin/new?kind=webinar", title__en="Housing: a start", when="5 May 2027", place__name="online")  # fmt: skip
    assert (answer.status_code, answer.headers.get("Location")) == (303, "/admin/changes"), words_of(answer)
    new = '  - id: housing-a-start-2027\n    kind: webinar\n    title:\n      en: "Housing: a start"\n    when: 5 May 2027\n    place: online\n'  # fmt: skip
    assert file_with_changes(site) == FILE + new.replace('title:\n      en: "Housing: a start"', 'title: {en: "Housing: a start"}')  # fmt: skip
    assert send(visitor, "/admin/records/housing-a-start-2027/edit", when="6 May 2027").status_code == 303
    assert file_with_changes(site).endswith("    when: 6 May 2027\n    place: online\n")
    assert [change.record_id for change in list_waiting_changes(site.engine)] == ["housing-a-start-2027"]


def test_the_id_is_proposed_and_must_be_free(site):
    visitor = site.editor()
    given = {"title__en": "Roads", "closes": "5 May 2027"}
    answer = send(visitor, "/admin/new?kind=tender", do="check", **given)
    assert fields_of(answer.get_data(as_text=True))["id"] == "roads-2027"
    for name, told in (
        ("roads", "another record has the id"),
        ("Ro ads", "it is not an id"),
        ("x" * 65, "it is not an id"),
    ):
        answer = send(visitor, "/admin/new?kind=tender", id=name, **given)
        assert (answer.status_code, told in words_of(answer)) == (422, True), words_of(answer)
    assert kept(site) == []


def test_an_empty_form_says_what_is_missing(site):
    answer = send(site.editor(), "/admin/new?kind=event")
    assert answer.status_code == 422
    assert "`title` is missing." in words_of(answer)


def test_forms_need_a_session_a_token_and_a_button(site):
    visitor = site.editor(BO.address)
    fields = fields_of(visitor.html("/admin/records/roads/edit")) | {"closes": "12 December 2026"}
    path = "/admin/records/roads/edit"
    assert site.visitor().post(path, fields).status_code == 403
    assert visitor.post(path, fields | {"form_token": "x"}).status_code == 403
    assert visitor.post(path, fields, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert visitor.post(path, {name: text for name, text in fields.items() if name != "do"}).status_code == 400
    assert visitor.get("/admin/records/none/edit").status_code == 404
    assert kept(site) == []
    assert visitor.post(path, fields).status_code == 303
    assert len(kept(site)) == 1


def test_a_broken_file_leads_to_its_problems(site):
    visitor = site.editor()
    site.save(FILE.replace("kind: tender", "kind: tenders"))
    answer = visitor.get("/admin/records/roads/edit")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/admin/changes")


def test_a_copy_has_what_is_not_of_that_record_alone(site):
    editor = site.editor()
    page = editor.html("/admin")
    (path,) = set(re.findall(r'href="(/admin/new\?[^"]*copy_of=rumours)"', page))
    path = html.unescape(path)
    assert path == "/admin/new?kind=webinar&copy_of=rumours"
    fields = fields_of(editor.html(path))
    assert (fields["title.en"], fields["organisers"], fields["timezone"]) == ("Rumours", "One & Co\nTwo", "Asia/Seoul")
    assert [fields[each] for each in ("id", "when", "registration.closes")] == ["", "", ""]
    assert send(editor, path).status_code == 422
    assert send(editor, path, when="4 December 2026 at 11.00-12.30 CET").status_code == 303
    added = file_with_changes(site).rpartition("  - id: ")[2]
    assert added.startswith("rumours-2026")
    assert "registration: {url: https://example.org/r}" in added
    assert "note_of_change" not in added
    assert site.settings.file.read_text(encoding="utf-8") == FILE


def test_a_copy_keeps_what_the_form_has_no_field_for(site):
    send(site.editor(), "/admin/new?kind=tender&copy_of=roads", closes="20 December 2026, 17:00")
    assert "https://example.org/t.pdf" in file_with_changes(site).rpartition("  - id: ")[2]


@pytest.mark.parametrize("name", ["nothing", "../x", "a: b", ""])
def test_a_copy_of_nothing_is_a_new_record(site, name):
    fields = fields_of(site.editor().html(f"/admin/new?kind=tender&copy_of={name}"))
    assert fields["title.en"] == ""


@pytest.mark.parametrize(
    ("path", "given", "told"),
    [
        (
            "/admin/records/roads/edit",
            {"url": "example.org"},
            "'example.org' n’est pas une adresse https complète. Écrivez une",
        ),
        ("/admin/records/roads/edit", {"tags": "a/b"}, "ce n’est pas un mot-clé. Employez des lettres"),
        (
            "/admin/records/roads/edit",
            {"questions_by": "1 May 2027"},
            "cette date vient après `closes`, 10 December 2026",
        ),
        ("/admin/records/rumours/edit", {"when": "soon"}, "'soon' n’est pas compris"),
        ("/admin/records/rumours/edit", {"when": "31 November 2026"}, "le jour '31 November 2026' n’existe pas"),
        ("/admin/records/rumours/edit", {"when": ""}, "il manque `when` ou `starts`. Ajoutez une ligne"),
        ("/admin/records/rumours/edit", {"when": "3 May 2027, 15:00-14:00"}, "la période finit avant de commencer"),
        ("/admin/records/rumours/edit", {"timezone": "Asia/Seol"}, "Vouliez-vous dire 'Asia/Seoul' ?"),
        ("/admin/new?kind=tender", {"title__fr": "Fête"}, "`closes` manque. Ajoutez une ligne"),
    ],
)
def test_in_french_a_problem_is_said_in_french(site, path, given, told):
    editor = site.editor()
    editor.get("/admin?lang=fr")
    page = words_of(send(editor, path, do="check", **given)).replace("\u00a0", " ")
    assert told.replace("\u00a0", " ") in page
    assert "is not" not in page


@pytest.mark.parametrize(
    ("field", "text", "told"),
    [
        ("repeats", "now and then", "'now and then' n’est pas compris comme une répétition."),
        ("repeats", "every week until 1 May 2020", "se termine avant la première date, le 2026-12-03."),
        ("repeats", "FREQ=WEEKLY;COUNT=2;UNTIL=20270101", "contient à la fois COUNT et UNTIL"),
        ("repeats", "FREQ=WEEKLY;COUNT=999999", "fois\u00a0; c’est possible de 1 à"),
        ("when", "3 December 2026 at 11.00-12.30 IST", "'IST' ne désigne pas un seul fuseau horaire."),
        (
            "when",
            "3 December 2026 at 11.00-12.30 IST",
            "IST a plus d’un sens ou d’une saison\u00a0: écrivez un nom IANA",
        ),
        ("when", "3 December 2026 at 11.00 CET (UTC+3)", "d’après le fuseau"),
        ("when", "3 December 2026 at 11.00 CET (UTC+3)", "Qu’est-ce qui est voulu"),
    ],
)
def test_what_is_wrong_with_times_is_said_in_french(site, field, text, told):
    visitor = site.editor()
    visitor.get("/admin?lang=fr")
    page = words_of(send(visitor, "/admin/records/rumours/edit", do="check", **{field: text}))
    assert told.replace("\u00a0", " ") in page
