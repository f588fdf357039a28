"""Imported words never end a comment, a string or a key early."""

import csv
import io
import json

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from calendar_service.parsers.importing.candidates import UnfitSource
from tests.support.importing import EVENT, HEAD, PARIS, RELEASE, ics, page, run

PIECES = [
    "#", " # ", '"', "'", "''", '\\"', "\\", "\n", "\r", "\r\n", "\n\n", "\u0085", "\u2028", "\u2029", "\v", "\f", "\0", "\x1b",
    ": ", ":", "- ", "? ", "{{", "}}", "{", "}", "[", "]", ", ", "!!python/object:os.system ", "!x ", "!!binary ", "&a ", "*a ", "| ",
    "> ", "%YAML 1.1", "---", "...", "<<: ", "@", "`", "\ufeff", "\u202e", "injected: true", "\ninjected: true\n",
    "\n  - id: injected\n", "null", "~", "yes", "1e9", "0x1f", "2027-05-03", "=", "é", "word",
]  # fmt: skip
KEYS = frozenset(
    "id kind title summary when starts ends fold repeats except changes closes questions_by opens place timezone status url"  # noqa: SIM905
    " join registration languages tags countries organisers buyer reference documents note_of_change extensions".split()
)
TABLE = [
    "a # b", '"', "'; x: y", "x: injected", "- id: injected", "{{ injected }}", "!!python/object/apply:os.system [x]", "*a", "&a b",
    "a\ninjected: true", "a\u2028injected: true", "a\u2029  - id: injected", "a\u0085injected: true", "%YAML 9.9", "--- # x", "... x",
    "? injected", "| injected", "a \\\n# b", "'a' # \"b\"", "<<: *a", "[injected", "a: 'b", "\ufeffinjected: x",
]  # fmt: skip


LATER = {
    "ocid": "ocds-1-2",
    "date": "2027-02-01T00:00:00Z",
    "tender": {"tenderPeriod": {"endDate": "2027-05-17T17:00:00+02:00"}},
}
FORMS = {"page": "page", "csv": "csv", "ics": "ics", "jsonld": "jsonld", "ocds": "ocds", "own json": "jsonld",
         "amendments": "ocds", "html": "html",
         "schedule": "jsonld", "microdata": "html", "rows": "html", "prose": "page"}  # fmt: skip


def sources(text):
    """The text in each place of each format."""
    row = io.StringIO()
    csv.writer(row).writerows([["title", "when", "place", "id"], [text, "3 May 2027", text, ""], ["T", text, "", text]])
    schedule = {"repeatFrequency": text, "byDay": text, "scheduleTimezone": text, "exceptDate": text, text: text}
    again = {**EVENT, "eventSchedule": schedule}
    micro = (
        f"<div itemscope itemtype='https://schema.org/Event'><h2 itemprop=name>{text}</h2><p>{text} until 3 May 2027.</p>"
        f"<meta itemprop=startDate content='2027-05-04'><p itemprop=location>{text}</p></div>"
    )
    cells = f"<tr><td rowspan=2>{text}</td><td>{text}</td><td>3 May 2027 {text}</td></tr><tr><td>{text}</td><td>4 May 2027</td></tr>"
    node = {**EVENT, "name": text, "description": text, "location": text, "organizer": {"name": text}, "url": text}
    whole = {"id": "talk", "kind": "event", "title": text, "summary": {"en": text}, "when": "2027-05-03", "place": text}
    own = {"id": "x", "source": {**whole, "organisers": [text], text: text, "words": {"when": text, text: text}}}
    amendment = {"id": "1", "rationale": text, "date": text}
    languages = {**EVENT, "name": {text: text, "en": "Talk"}}
    tender = {**RELEASE["tender"], "title": text, "description": text, "id": text, "status": text}
    escaped = text.replace("\\", "\\\\").replace("\r", "").replace("\n", "\\n")
    return {
        "page": f"{text}\n\nDeadline 3 May 2027 {text}\n\n{text}\n\nDate: {text}\n3 May 2027 {text}\n{text} 3 May 2027",
        "csv": row.getvalue(),
        "ics": ics(
            PARIS, *(f"{name}:{escaped}" for name in ("LOCATION", "CATEGORIES", "DESCRIPTION", "URL", "STATUS"))
        ),
        "schedule": page(again),
        "microdata": micro,
        "rows": f"<table><tr><th>Unit</th><th>Subject</th><th>Deadline</th></tr>{cells}</table>",
        "prose": (
            f"All hours are {text}. Forum {text}\n\nThe forum {text} takes place in {text} on 3 May 2027, {text}. Please register {text} by "
            f"1 May 2027 {text}.\n\n- 3 May 2027, à {text} : Forum {text}\n- 4 May 2027, {text} : {text}\n\n{text} 5 May 2027\n"
            f"Forum\n{text}\n\nMonday 3 May 2027\n\n10:00-11:00 {text}\n{text}"
        ),
        "jsonld": page(node, languages, {"@type": text}),
        "ocds": json.dumps({"releases": [{**RELEASE, "buyer": {"name": text}, "tender": tender}]}),
        "own json": json.dumps({"edition": 1, "records": [own, {**own, "source": whole}, {"id": text}]}),
        "amendments": json.dumps(
            {"releases": [RELEASE, {**LATER, "tender": {**LATER["tender"], "amendments": [amendment]}}]}
        ),
        "html": f"<h2>{text}</h2><p>3 May 2027</p><table><tr><th>Date</th><th>Event</th></tr><tr><td>3 May 2027</td><td>{text}</td></tr></table>",
    }


def assert_contained(form, source):
    """Only our own keys are in what is printed, and each line is a record's or a comment's."""
    try:
        representation, _ = run(source.encode("utf-8", "surrogatepass"), form=FORMS[form])
    except UnfitSource:
        return
    records = yaml.safe_load(HEAD + representation.yaml)["records"]
    assert {key for record in records for key in record} <= KEYS
    assert len(records) == representation.passed
    ours = representation.yaml.split("\n")
    assert ours == [*representation.yaml.splitlines(), ""]
    assert [line for line in ours[1:] if line and not line.startswith("  ")] == []
    # Without its comment signs, a record that was not taken is one too.
    commented = [line[4:] for line in ours if line.startswith(("  #   ", "  # - id: "))]
    held = yaml.safe_load("\n".join(commented) or "[]")
    assert {key for record in held for key in record} <= KEYS


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("text", TABLE)
def test_words_that_mean_something_to_yaml_stay_words(text, form):
    assert_contained(form, sources(text)[form])


@settings(max_examples=60, deadline=None)
@given(
    pieces=st.lists(st.sampled_from(PIECES), min_size=1, max_size=8),
    form=st.sampled_from(sorted(FORMS)),
)
def test_any_mixture_of_them_stays_words(pieces, form):
    assert_contained(form, sources("".join(pieces))[form])
