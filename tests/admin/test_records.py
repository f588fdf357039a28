"""The list of records: upcoming, what needs attention, past, and the search."""

import re

import pytest

from tests.support.admin_site import Programme
from tests.support.signing_up import words_of

FILE = """\
calendar:
  id: demo.example
  name: {en: Demo, fr: Démo}
  timezone: Europe/Paris
  languages: [en, fr]
records:
  - {id: roads, kind: tender, title: {en: Study of roads, fr: Étude des routes}, closes: "25 November 2026, 17:00"}
  - {id: rumours, kind: webinar, title: Rumours, when: 3 December 2026 at 11.00-12.30 CET, tags: [myths]}
  - {id: gone, kind: event, title: {en: Old news, fr: Vieilles nouvelles}, when: 3 November 2026}
  - {id: fair, kind: event, title: {en: Fair, fr: Foire}, when: 9 December 2026, status: cancelled}
  - {id: fete, kind: event, title: {en: Fête, fr: Fête}, when: 9 December 2026, status: cancelled,
     note_of_change: {en: Rain, fr: Pluie}}
  - {id: perhaps, kind: event, title: {en: Perhaps, fr: Peut-être}, when: 9 January 2027, status: tentative}
  - {id: fine, kind: event, title: {en: All is well, fr: Tout va bien}, when: 10 January 2027}
"""


@pytest.fixture
def programme(database_file, tmp_path):
    return Programme(tmp_path, database_file, FILE)


def rows(visitor, query=""):
    page = visitor.html(f"/admin{query}")
    found = re.findall(r'<p class="title">(.*?)</p>', page, re.DOTALL)
    return [re.sub("<[^>]*>", "", each).strip() for each in found]


def needs(visitor):
    page = visitor.html("/admin?show=attention")
    found = {}
    for row in re.findall(r"<li>\s*<p class=\"when\">.*?</div>", page, re.DOTALL):
        title = re.search(r'<p class="title">(.*?)</p>', row, re.DOTALL)[1]
        listed = re.search(r'<ul class="needs">(.*?)</ul>', row, re.DOTALL)[1]
        found[re.sub("<[^>]*>", "", title).strip()] = re.findall(r"<li>(.*?)</li>", listed)
    return found


def test_upcoming_is_in_order_of_time_and_past_the_other_way(programme):
    visitor = programme.editor()
    assert rows(visitor) == ["Study of roads", "Rumours", "Fair", "Fête", "Perhaps", "All is well"]
    assert rows(visitor, "?show=past") == ["Old news"]
    assert rows(visitor, "?show=elsewhere") == rows(visitor)


def test_what_needs_attention_says_why(programme):
    found = needs(programme.editor())
    assert found.pop("Study of roads")[0].startswith("Closes: Wednesday 25 November 2026, 17:00")
    assert found == {
        "Rumours": ["No title in this language: French"],
        "Fair": ["No reason is given for the change"],
    }


def test_what_is_tentative_for_long_needs_attention(programme):
    programme.later(days=29)
    assert "Perhaps" not in needs(programme.editor())
    programme.later(days=2)
    # Past by then is what would need attention now.
    assert needs(programme.editor()) == {"Perhaps": ["Tentative for 31 days"]}


def test_what_is_only_in_the_file_is_not_public_yet(programme):
    programme.settings.file.write_text(
        FILE + "  - {id: new, kind: event, title: {en: New, fr: Neuf}, when: 1 May 2027}\n"
    )
    visitor = programme.editor()
    assert rows(visitor)[-1] == "New"
    assert "not public yet" in words_of(visitor.get("/admin?q=new"))
    assert "/events/new" not in visitor.html("/admin")


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("ROUTES", ["Study of roads"]),
        ("rumours", ["Rumours"]),
        ("myths", ["Rumours"]),
        ("all well", ["All is well"]),
        ("nothing like it", []),
        ('"><script>', []),
    ],
)
def test_search(programme, words, found):
    visitor = programme.editor()
    page = visitor.get(f"/admin?q={words.replace(' ', '+')}")
    assert rows(visitor, f"?q={words.replace(' ', '+')}") == found
    assert "<script" not in page.text


def test_the_search_is_kept_when_the_list_changes(programme):
    page = programme.editor().html("/admin?q=old&show=past")
    assert 'href="/admin?show=attention&amp;q=old"' in page
    assert '<input type="hidden" name="show" value="past">' in page
    assert 'value="old"' in page


def test_a_broken_file_leaves_the_list_of_what_is_public(programme):
    programme.settings.file.write_text("records: [", encoding="utf-8")
    assert "Study of roads" in rows(programme.editor())
