"""The page of changes shows the lines that a save removes and adds, and names records by their titles."""

import re

import pytest

from calendar_service.store.publication import PublishOutcome
from tests.support.admin_site import Programme
from tests.support.signing_up import FILE, words_of

pytestmark = pytest.mark.usefixtures("standing_clock")


@pytest.fixture
def site(database_file, tmp_path):
    return Programme(tmp_path, database_file)


def test_a_save_is_shown_as_the_lines_that_go_and_come(site):
    assert site.save(FILE.replace("10 December 2026", "8 December 2026")) is PublishOutcome.HELD
    page = site.editor().html("/admin/changes")
    lines = re.findall(r"<(del|ins)><span[^>]*>[^<]*</span>[-+] <code>([^<]*)</code>", page)
    assert [kind for kind, _ in lines] == ["del", "ins"]
    assert "closes: 10 December 2026" in lines[0][1]
    assert "closes: 8 December 2026" in lines[1][1]


def test_a_problem_names_the_record_by_its_title(site):
    site.save(FILE.replace("10 December 2026", "31 November 2026"))
    words = words_of(site.editor().get("/admin/changes"))
    assert "Study of roads closes : there is no day" in words
    assert "records[" not in words
