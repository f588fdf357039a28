"""What has one rule has one place: a second copy, which could come to differ, is seen here."""

import re

import pytest

from tests.support.paths import ROOT

PACKAGE = ROOT / "calendar_service"
ONCE = [
    # What is written once, how a copy would look, and the modules that may hold it.
    ("the default language", r"\bcalendar\.languages\[0\]", set()),
    ("the day of an instant", r"civil_from_instant\(([^()]|\([^()]*\))*\)\.day\b", set()),
    ("the state of a revision", r"\brecord_state\(", {"records/changes.py", "records/edition.py"}),
    # The audit writes instants by itself, so that it cannot be wrong in the same way as an output.
    ("instants in RFC 3339", r"T%H:%M(:%S)?Z", {"records/times.py", "verification/facts.py"}),
    ("writing a file whole", r"fdopen\(|fsync\(file\b", {"store/whole_file.py"}),
    ("cells that are no formula", r"[\"']=[\"'], ?[\"']\+[\"']", {"records/csv_cells.py"}),
    ("how far away a moment is", r"\b30\.44\b|ngettext\(\s*\"(Closes in|In) ", {"writers/countdowns.py"}),
    ("what no text may hold", r"\\u202a", {"records/texts.py"}),
    ("cutting long texts", r"\]\}?…\"|\+ \"…\"", {"records/shorten.py"}),
    ("how often a digest comes", r"WEEKLY = \"weekly\"|\"daily\", ?\"weekly\"", {"records/notification_keys.py"}),
    ("the fields of the selection in forms", r"\"spoken\": \"language\"", {"reminders/subscriptions/preferences.py"}),
    ("the names of old zones", r"Asia/Katmandu", {"web/static/own-zone.js"}),
    ("the grid of a month", r"<table class=\"grid\"", {"web/templates/_month.html"}),
    ("nothing is published yet", r"Nothing is published yet", {"cli/published.py"}),
    ("nothing published, on pages", r"Nothing has been published yet", {"web/errors.py"}),
]


def copies(pattern):
    files = [
        path for path in PACKAGE.rglob("*") if path.suffix in {".py", ".html", ".js"} and "migrations" not in path.parts
    ]
    return {str(path.relative_to(PACKAGE)) for path in files if re.search(pattern, path.read_text(encoding="utf-8"))}


@pytest.mark.parametrize(("rule", "pattern", "homes"), ONCE, ids=[rule for rule, *_ in ONCE])
def test_each_rule_has_one_place(rule, pattern, homes):
    assert copies(pattern) == homes, f"{rule} is written in another place, too"
