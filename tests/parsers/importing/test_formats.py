"""Any bytes at all: an answer or a refusal, and what is printed is always read back."""

import contextlib
import json
import socket
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
ENTITIES = b'<?xml version="1.0"?><!DOCTYPE html [<!ENTITY a0 "ha">' + b"".join(
    b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 20) for n in range(1, 12)
) + b"]><html><body><p>&a11;</p></body></html>"  # fmt: skip
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
    "start",
    [
        b"PK\x03\x04", b"\x1f\x8b\x08", b"BZh9", b"7z\xbc\xaf", b"\xfd7zXZ", b"Rar!", b"%PDF-1.7", b"\x28\xb5\x2f\xfd",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"page.txt".ljust(257, b"\0") + b"ustar",
    ],
    ids=repr,
)  # fmt: skip
@pytest.mark.parametrize("form", [None, *SOURCE_FORMATS])
def test_archives_are_not_opened(start, form):
    with pytest.raises(UnfitSource, match="which is not opened"):
        run(start + b"x" * 100, "calendar.ics", form=form)


@pytest.mark.parametrize("form", SOURCE_FORMATS)
def test_large_files_and_deep_ones_are_refused_soon(form):
    begun = time.process_time()
    for data in (b"x" * 21_000_000, b'{"a":' * 100_000 + b"1", b"[" * 500_000, b"<a>" * 500_000, ENTITIES):
        with contextlib.suppress(UnfitSource):
            run(data, form=form)
    assert time.process_time() - begun < 5


@pytest.mark.parametrize("form", SOURCE_FORMATS)
def test_what_is_too_large_is_refused_in_words(form):
    with pytest.raises(UnfitSource, match=r"the source has more than 20,971,520 bytes\. Split it\."):
        run(b"x" * 21_000_000, form=form)


REFERENCES = [
    (b'<!DOCTYPE html SYSTEM "http://127.0.0.1:9/a.dtd"><html><head><link rel="stylesheet" href="http://127.0.0.1:9/a.css">'
    b'<script src="http://127.0.0.1:9/a.js"></script></head><body><img src="http://127.0.0.1:9/a.png">'
    b'<iframe src="http://127.0.0.1:9/"></iframe><p>Talk</p><p>3 May 2027</p></body></html>'),
    b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "http://127.0.0.1:9/x">]><html><p>Talk &x;</p><p>3 May 2027</html>',
    json.dumps({**EVENT, "@context": "http://127.0.0.1:9/context.json", "url": "https://127.0.0.1:9/"}).encode(),
    json.dumps({"releases": [RELEASE], "extensions": ["http://127.0.0.1:9/extension.json"]}).encode(),
    ics(PARIS, "ATTACH:https://127.0.0.1:9/a", 'DESCRIPTION;ALTREP="http://127.0.0.1:9/":x', "URL:https://127.0.0.1:9").encode(),
    b"title,when,url\nTalk,3 May 2027,https://127.0.0.1:9/\n",
    NEWS_PAGE.read_bytes(),
]  # fmt: skip


@pytest.mark.parametrize("source", [*SOURCES, *REFERENCES], ids=lambda source: source[:20].decode().strip())
@pytest.mark.parametrize("form", [None, *SOURCE_FORMATS])
def test_nothing_is_fetched(source, form, monkeypatch):
    def forbidden(*_arguments, **_more):
        raise AssertionError

    for name in ("socket", "create_connection", "getaddrinfo", "gethostbyname"):
        monkeypatch.setattr(socket, name, forbidden)
    read_any(source, form)
