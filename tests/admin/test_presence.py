"""Who else is at a record is told on its forms."""

import pytest

from calendar_service.admin.overview import FILE_READER
from calendar_service.admin.waiting import keep_edits
from calendar_service.parsers.editing.edits import SetValue
from tests.support.admin_site import ANNA, BO, Programme
from tests.support.signing_up import words_of

pytestmark = pytest.mark.usefixtures("standing_clock")

FORMS = ["/admin/records/roads/edit", "/admin/records/roads/move", "/admin/records/roads/cancel"]


@pytest.fixture
def site(database, tmp_path):
    return Programme(tmp_path, database)


@pytest.mark.parametrize("form", FORMS)
def test_an_open_form_is_told_to_others_for_a_quarter_of_an_hour(site, form):
    anna, bo = site.editor(), site.editor(BO.address)
    assert "has this record open" not in anna.html(form)
    assert "has this record open" not in anna.html(form)  # not of oneself
    site.later(minutes=14)
    told = words_of(bo.get(FORMS[0]))
    assert "anna@example.org has this record open, since Monday 23 November 2026, 13:00 CET (UTC+1)." in told
    assert "has this record open" not in bo.html("/admin/records/rumours/edit")
    site.later(minutes=1)
    assert "has this record open" not in bo.html(FORMS[0])
    assert "Bo@example.org has this record open" in anna.html(form)


def test_a_change_that_waits_is_told_as_long_as_it_waits(site):
    edit = SetValue("roads", ("closes",), "14 December 2026, 17:00")
    keep_edits(site.engine, ANNA.address, {"roads": [edit]}, site.app.extensions[FILE_READER].read(), site.now)
    site.later(hours=5)
    site.editor().html(FORMS[0])
    told = words_of(site.editor(BO.address).get(FORMS[0]))
    assert "anna@example.org has a change of this record that waits, since Monday 23 November 2026, 13:00" in told
    assert "has this record open" not in told


def test_looking_at_lists_and_at_what_is_not_there_says_nothing(site):
    anna = site.editor()
    for path in ("/admin", "/admin/changes", "/admin/records/nothing/edit", "/admin/new?kind=webinar"):
        anna.get(path)
    assert "has this record open" not in site.editor(BO.address).html(FORMS[0])


def test_in_french(site):
    site.editor().html(FORMS[0])
    assert "anna@example.org a ouvert cette annonce, depuis lundi 23 novembre 2026" in words_of(
        site.editor(BO.address).get(f"{FORMS[0]}?lang=fr")
    )
