"""Lists in the form of a record: sessions, documents, questions, changed dates, earlier deadlines."""

import json

import pytest

from tests.support.admin_forms import fields_of, file_with_changes, kept, send
from tests.support.admin_site import Programme
from tests.support.signing_up import words_of

pytestmark = pytest.mark.usefixtures("standing_clock")

FILE = """\
calendar: {id: demo.example, name: {en: Demo, fr: Démo}, timezone: Europe/Paris, languages: [en, fr]}
records:
  - id: roads
    kind: tender
    title: {en: Study of roads, fr: Étude des routes}
    closes: 10 December 2026, 17:00
    documents:
      # the first
      - {title: Terms, url: "https://example.org/t.pdf"}   # signed
      - title: Map
        url: https://example.org/m.pdf   # large
    extensions:
      - closes: 1 December 2026   # was too early
    questions:
      - {q: Who?, a: We.}
  - id: rumours
    kind: webinar
    title: Rumours
    when: 3 December 2026 at 11.00-12.30 CET
    repeats: every month
    except:
      - 3 January 2027
    changes:
      - occurrence: 3 February 2027   # holiday
        status: cancelled
  - id: forum
    kind: event
    title: Forum
    when: 7-8 December 2026
    sessions:
      - id: opening   # first
        title: Opening
        when: 7 December 2026 at 9.30-10.00 CET
        place: {name: Hall, city: Lyon}
"""


@pytest.fixture
def site(database_file, tmp_path):
    return Programme(tmp_path, database_file, FILE)


@pytest.mark.parametrize("record", ["roads", "rumours", "forum"])
def test_a_form_that_is_sent_back_changes_nothing(site, record):
    answer = send(site.editor(), f"/admin/records/{record}/edit")
    assert (answer.status_code, kept(site)) == (303, []), words_of(answer)
    assert "This form leaves as it is:" not in words_of(site.editor().get(f"/admin/records/{record}/edit"))


@pytest.mark.parametrize(
    ("record", "given", "old", "new"),
    [
        ("roads", {"documents__0__url": "https://example.org/n.pdf"}, "t.pdf", "n.pdf"),
        (
            "roads",
            {"documents__0__title__en": "", "documents__0__url": ""},
            '      - {title: Terms, url: "https://example.org/t.pdf"}   # signed\n',
            "      # signed\n",
        ),
        (
            "roads",
            {"documents__2__title__fr": "Plan", "documents__2__url": "https://example.org/p.pdf"},
            "/m.pdf   # large\n",
            "/m.pdf   # large\n      - title: {fr: Plan}\n        url: https://example.org/p.pdf\n",
        ),
        ("roads", {"extensions__0__reason__en": "Late"}, "early\n", "early\n        reason: {en: Late}\n"),
        ("roads", {"questions__0__a__en": "They."}, "a: We.", "a: They."),
        ("rumours", {"changes__0__occurrence": "3 March 2027"}, "3 February", "3 March"),
        (
            "rumours",
            {"except": "3 January 2027\r\n3 April 2027"},
            "3 January 2027\n",
            "3 January 2027\n      - 3 April 2027\n",
        ),
        ("forum", {"sessions__0__when": "7 December 2026 at 9.00-10.00 CET"}, "9.30-10", "9.00-10"),
    ],
)
def test_only_what_was_changed_is_written(site, record, given, old, new):
    answer = send(site.editor(), f"/admin/records/{record}/edit", **given)
    assert answer.status_code == 303, words_of(answer)
    assert file_with_changes(site) == FILE.replace(old, new, 1)


def test_a_session_gets_a_name_of_its_title(site):
    given = {"sessions__1__title__en": "The closing words", "sessions__1__when": "8 December 2026 at 16.00-17.00 CET"}
    assert send(site.editor(), "/admin/records/forum/edit", **given).status_code == 303
    assert "      - id: the-closing-words\n" in file_with_changes(site)


def test_one_row_more_each_time(site):
    editor, path = site.editor(), "/admin/records/roads/edit"
    page = editor.html(path)
    assert ("documents.2.url" in page, "documents.3.url" in page) == (True, False)
    answer = send(editor, path, do="more", documents__2__url="https://example.org/p.pdf", closes="nonsense")
    page = answer.get_data(as_text=True)
    assert (answer.status_code, "documents.3.url" in page, "There is a problem" in page) == (200, True, False)
    assert fields_of(page)["documents.2.url"] == "https://example.org/p.pdf"
    assert kept(site) == []
    answer = editor.post(path, fields_of(page) | {"do": "more", "documents.999.url": "x", "documents.99999.url": "x"})
    assert answer.status_code == 200


def test_a_problem_of_a_row_is_said_at_its_field(site):
    answer = send(site.editor(), "/admin/records/roads/edit", documents__1__url="javascript:alert(1)")
    page = answer.get_data(as_text=True)
    assert (answer.status_code, kept(site)) == (422, [])
    assert 'href="#documents.1.url"' in page
    assert 'id="documents.1.url-fault"' in page


@pytest.mark.parametrize(
    ("given", "read", "errors"),
    [
        (
            {"when": "25 November 2026, 14:00-15:30 CET", "timezone": "Asia/Seoul"},
            {"when": "CET (UTC+1); Seoul: 22:00-23:30 KST"},
            {},
        ),
        ({"when": "31 November 2026"}, {}, {"when": "there is no day"}),
        (
            {"when": "25 November 2026", "publish_at": "24 November 2026, 9:00"},
            {"publish_at": "Tuesday 24 November 2026, 09:00"},
            {},
        ),
        ({"when": ""}, {}, {}),
    ],
)
def test_the_reading_of_times_is_told_while_they_are_typed(site, given, read, errors):
    """Also while the title is still missing."""
    answer = send(site.editor(), "/admin/new?kind=webinar", do="read", **given)
    found = json.loads(answer.get_data(as_text=True))
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    for name, words in read.items():
        assert words in found["read"][name]
    assert found["errors"].keys() == errors.keys()
    assert all(words in found["errors"][name] for name, words in errors.items())
    assert kept(site) == []


def test_a_time_is_read_although_another_does_not_go_with_it(site):
    given = {"closes": "10 December 2026, 17:00", "opens": "9 December 2026", "award_expected": "8 December 2026"}
    found = json.loads(send(site.editor(), "/admin/new?kind=tender", do="read", **given).get_data(as_text=True))
    assert found["read"]["closes"] == "Read as: Thursday 10 December 2026, 17:00 CET (UTC+1)"
    assert found["errors"]["opens"].startswith("it comes before `closes`")
