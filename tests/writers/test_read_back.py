"""How times were read is told in words, in both zones where there are two."""

import pytest

from calendar_service.parsers.calendar_file import read_calendar
from calendar_service.writers.i18n import language
from calendar_service.writers.read_back import read_back, read_back_lines

HEAD = "calendar: {id: x.example, name: X, timezone: Europe/Paris, languages: [en, fr]}\nrecords:\n"
CASES = [
    (
        "{id: a, kind: webinar, title: A, when: 25 November 2026 14.00-15.30 CET, timezone: Asia/Seoul, repeats: every week}",
        {
            "when": "Wednesday 25 November 2026, 14:00-15:30 CET (UTC+1); Seoul: 22:00-23:30 KST (UTC+9)",
            "repeats": "Every week (Wednesday)",
        },
        "mercredi 25 novembre 2026, 14 h 00-15 h 30",
    ),
    (
        "{id: a, kind: tender, title: A, closes: 10 July 2027, questions_by: '1 July 2027, 12:00'}",
        {"closes": "Saturday 10 July 2027, 23:59 CEST (UTC+2)", "questions_by": "Thursday 1 July 2027, 12:00 CEST (UTC+2)"},
        "Clôture",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("record", "words", "french"), CASES)
def test_the_times_of_a_record_are_read_back(record, words, french):
    draft = read_calendar(f"{HEAD}  - {record}\n".encode(), "f").draft
    assert read_back(draft.records[0], draft.calendar, language("en")) == words
    lines = read_back_lines(draft.records[0], draft.calendar, language("fr"))
    assert len(lines) == len(words)
    assert any(french.split(",")[0] in line for line in lines), lines
