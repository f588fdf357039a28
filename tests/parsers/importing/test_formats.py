"""Any bytes at all: an answer or a refusal, and what is printed is always read back."""

import contextlib
import json
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calendar_service.parsers.importing.candidates import UnfitSource
from calendar_service.parsers.importing.formats import SOURCE_FORMATS
from tests.support.importing import EVENT, NEWS_PAGE, OWN_HEAD, PARIS, RELEASE, WEEKLY, ics, page, run

SOURCES = [
    NEWS_PAGE.read_bytes()[:1500],
    ics(PARIS, WEEKLY, "EXDATE:20270322T100000Z", "LOCATION:a\\,b", "CATEGORIES:x,y", "DURATION:PT1H").encode(),
    json.dumps({**EVENT, "location": {"@type": "Place", "name": "x", "address": {"addressCountry": "FR"}}}).encode(),
    page(EVENT).encode(),
    (OWN_HEAD + "a,event,confirmed,A talk,starts,2027-05-03T07:30:00Z,,Europe/Paris,x,Online,\n").encode(),
    b"id;kind;title;when;closes;place;url\na;event;Talk;3 May 2027;;x;https://example.org\n",
    json.dumps({"releases": [RELEASE]}).encode(),
]
PIECES = [b"\0", b"\n", b"\n\n", b'"', b"'", b":", b";", b"\\", b"{", b"]", b"\xff", "\u2028".encode(), "\u202e".encode(), b"99999999999", b"\t", b"null", b"-1", b"BEGIN:VEVENT\n", "é".encode(), "\ud7ff\ue000".encode(), b"#", b"&x", b"!a", b"- ", b"1e9"]  # fmt: skip
ANY = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


def read_any(data, form):
    with contextlib.suppress(UnfitSource):
        run(data, form=form)


@ANY
@given(data=st.binary(max_size=300), form=st.sampled_from([None, *SOURCE_FORMATS]))
def test_random_bytes(data, form):
    read_any(data, form)


@ANY
@given(text=st.text(max_size=60), form=st.sampled_from(["page", "csv", "ics"]))
def test_random_titles(text, form):
    sources = {
        "page": f"{text}\n\nDeadline 3 May 2027 {text}\n",
        "csv": f'title,when,place\n"{text}",3 May 2027,"{text}"\n',
        "ics": ics(PARIS, f"LOCATION:{text}", f"CATEGORIES:{text}", f"DESCRIPTION:{text}"),
    }
    read_any(sources[form].encode("utf-8", "surrogatepass"), form)


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source[:12].decode().strip())
@ANY
@given(data=st.data())
def test_mutated_sources(source, data):
    changed = bytearray(source)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(changed)))
        length = data.draw(st.sampled_from([0, 0, 1, 5, 40]))
        changed[at : at + length] = data.draw(st.sampled_from(PIECES))
    read_any(bytes(changed), data.draw(st.sampled_from([None, None, *SOURCE_FORMATS])))


@pytest.mark.parametrize(
    "start", [b"PK\x03\x04", b"\x1f\x8b\x08", b"BZh9", b"7z\xbc\xaf", b"\xfd7zXZ", b"Rar!", b"%PDF-1.7"]
)
@pytest.mark.parametrize("form", [None, *SOURCE_FORMATS])
def test_archives_are_not_opened(start, form):
    with pytest.raises(UnfitSource, match="which is not opened"):
        run(start + b"x" * 100, "calendar.ics", form=form)


@pytest.mark.parametrize("form", SOURCE_FORMATS)
def test_large_files_and_deep_ones_are_refused_soon(form):
    begun = time.process_time()
    for data in (b"x" * 20_000_001, b'{"a":' * 100_000 + b"1", b"[" * 500_000, b"<a>" * 500_000):
        with contextlib.suppress(UnfitSource):
            run(data, form=form)
    assert time.process_time() - begun < 5
