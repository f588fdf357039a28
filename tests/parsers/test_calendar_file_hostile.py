"""Files made to break a parser: each is refused at a place, in words, and soon."""

from __future__ import annotations

import time

import pytest

from calendar_service.parsers.calendar_file import read_calendar, read_calendar_file
from calendar_service.parsers.yaml_text import MAX_FILE_BYTES

HEAD = b"calendar: {id: x.example, name: X, timezone: Europe/Paris, languages: [en, fr]}\nrecords:\n"
SOUND = HEAD + b"  - {id: a, kind: event, title: T, when: 7 July 2027}\n"
MIB = 1024 * 1024


def event(fields):
    return HEAD + b"  - {id: a, kind: event, title: T, when: 7 July 2027, " + fields + b"}\n"


def at(when):
    return HEAD + b"  - {id: a, kind: event, title: T, when: " + when + b"}\n"


def laughs():
    lines = ["a0: &a0 [lol]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    return "\n".join(lines).encode()


QUOTED = "without quotes means"
HOSTILE = {
    "empty": (b"", "f:1:1: the file must have the keys"),
    "only a comment": (b"# nothing\n", "f:1:1: the file must have the keys"),
    "a list": (b"- a\n- b\n", "f:1:1: the file must have the keys"),
    "a word": (b"hello\n", "f:1:1: the file must have the keys"),
    "NUL": (SOUND + b"x: a\0b\n", "f:4:5: the line holds the invisible character U+0000"),
    "NUL at the start": (b"\0" * 1000, "f:1:1: the file is in UTF-16"),
    "UTF-16": (SOUND.decode().encode("utf-16"), "f:1:1: the file is in UTF-16"),
    "UTF-16 without mark": (SOUND.decode().encode("utf-16-le"), "f:1:1: the file is in UTF-16"),
    "UTF-32": (SOUND.decode().encode("utf-32-be"), "f:1:1: the file is in UTF-16"),
    "Latin-1": (event("summary: été".encode("latin-1")), "f:3:64: the file is in another encoding"),
    "Latin-1 after a mark": (b"\xef\xbb\xbf" + event(b"summary: \xe9"), "f:3:64: the file is in another encoding"),
    "a tab that indents": (HEAD + b"\t- {id: a}\n", "f:3:1: the line holds a tab."),
    "a tab inside": (event(b"summary: a\tb"), "f:3:65: the line holds a tab."),
    "CR line ends": (SOUND.replace(b"\n", b"\r"), "f:1:80: the line holds a line end of old Macs (CR alone)."),
    "NEL": (event("summary: a\u0085b".encode()), "f:3:65: the line holds the invisible character U+0085."),
    "BOM inside": (event("summary: a\ufeffb".encode()), "f:3:65: the line holds the invisible character U+FEFF."),
    "bidi": (event("summary: a\u202eb".encode()), "f:3:65: the line holds the invisible character U+202E."),
    "escape": (event(b'summary: "a\\e[31mb"'), "f:3:55 records[0].summary: it holds the invisible character U+001B"),
    "surrogate": (event(b'summary: "\\ud800"'), "f:3:67: the lines do not fit together as YAML"),
    "two documents": (SOUND + b"---\n" + SOUND, "f:4:1: a second document begins here."),
    "a directive": (b"%YAML 9.9\n---\n" + SOUND, "f:1:1: a text cannot begin with % without quotes"),
    "billion laughs": (laughs(), "f:1:1 a0: anchors (&) and aliases (*) such as &a0 are not read."),
    "a cycle": (HEAD + b"  - &a [*a]\n", "f:3:5 records[0]: anchors (&) and aliases (*) such as &a are not read."),
    "merge key": (event(b"<<: {url: x}"), "f:3:55 records[0].<<: there is no key '<<' here."),
    "merge of an alias": (event(b"<<: *a"), "f:3:55 records[0].<<: anchors (&) and aliases (*) such as *a"),
    "python object": (
        event(b"url: !!python/object/apply:os.system [ls]"),
        "f:3:55 records[0].url: the tag 'tag:yaml.org,2002:python/object/apply:os.system' is not read.",
    ),
    "own tag": (event(b"url: !x y"), "f:3:55 records[0].url: the tag '!x' is not read."),
    "binary": (event(b"summary: !!binary aGk="), "f:3:55 records[0].summary: the tag 'tag:yaml.org,2002:binary'"),
    "complex key": (HEAD + b"  - ? [a, b]\n    : c\n", "f:3:7 records[0]: a key must be a plain word."),
    "map as key": (HEAD + b"  - {? {a: b} : c}\n", "f:3:8 records[0]: a key must be a plain word."),
    "strange key": (event(b'"a\\0b": c'), "f:3:55 records[0]: a key is too long or too strange"),
    "long key": (event(b"k" * 900 + b": c"), "f:3:55 records[0]: a key is too long or too strange"),
    "keys of the validator": (event(b"'[key]': a, <one>: b, <many>: c"), "f:3:55 records[0].[key]: there is no key"),
    "10 MB line": (HEAD + b"  - " + b"a" * 10 * MIB, "f:3:1: the line has more than 65,536 bytes."),
    "10 MB of tabs": (b"\t\n" * 5 * MIB, "f:1:1: the line holds a tab."),
    "20,000 [": (HEAD + b"  - " + b"[" * 20_000, "f:3:24 records[0][0]: brackets or lists are nested"),
    "20,000 {": (HEAD + b"  - " + b"{" * 20_000, "f:3:6 records[0]: a key must be a plain word."),
    "20,000 [ on lines": (HEAD + b"  - " + b"[\n  " * 20_000, "f:22:3 records[0][0]: brackets or lists are nested"),
    "deep blocks": (
        HEAD + b"".join(b" " * n + b"a:\n" for n in range(1, 300)),
        "f:23:22 records.a.a: brackets or lists are nested",
    ),
    "deep dashes": (HEAD + b"- " * 20_000, "f:3:41 records[0][0]: brackets or lists are nested"),
    "200,000 keys": (
        b"calendar:\n" + b"".join(b"  k%d: v\n" % n for n in range(200_000)),
        "f:1002:3 calendar: there are more than 1,000 keys in one place.",
    ),
    "100,000 unknown keys of records": (
        HEAD + b"  - {id: a}\n" * 20_000 + b"".join(b"  - {titel%d: a}\n" % n for n in range(80_000)),
        "f:3:5 records[0]: `kind` is missing.",
    ),
    "the same key 50,000 times": (b"a: b\n" * 50_000, "f:2:1 a: the key 'a' appears twice, first in line 1."),
    "2,000,000 values": (b"- a\n" * 2_000_000, "f:300000:3: the file has more than 300,000 values."),
    "a huge text": (
        HEAD + b"  - {id: a, kind: event, when: 7 July 2027, title: '" + b"ab cd\n\n  " * 200_000 + b"'}\n",
        "f:3:45 records[0].title: it has more than 500 characters",
    ),
    "huge words": (at(b"'" + b"7 July\n  " * 50_000 + b"'"), "f:3:36 records[0].when: it has more than 300 characters"),
    "a huge zone": (event(b"timezone: '" + b"Europe\n  " * 50_000 + b"'"), "f:3:55 records[0].timezone: it has more"),
    "a huge kind": (
        HEAD + b"  - {id: a, title: T, when: 7 July 2027, kind: '" + b"event\n  " * 50_000 + b"'}\n",
        "f:3:42 records[0].kind: it must be one of event, webinar, tender",
    ),
    "a huge number": (event(b"fold: " + b"9" * 60_000), f"f:3:55 records[0].fold: {'9' * 99}… {QUOTED} a number"),
    "year 9999": (at(b"31 December 9999"), "f:3:36 records[0].when: '31 December 9999': the year 9999"),
    "year 9999 in digits": (at(b"9999-12-31"), "f:3:36 records[0].when: '9999-12-31': the year 9999"),
    "30 February": (at(b"30 February 2027"), "f:3:36 records[0].when: there is no day '30 February 2027'."),
    "sexagesimal": (at(b"11:30"), f"f:3:36 records[0].when: 11:30 {QUOTED} a number"),
    "octal": (event(b"timezone: 012"), f"f:3:55 records[0].timezone: 012 {QUOTED} a number"),
    "exponent": (event(b"timezone: 1e3"), f"f:3:55 records[0].timezone: 1e3 {QUOTED} a number"),
    "Norway": (event(b"languages: [no]"), f"f:3:67 records[0].languages[0]: no {QUOTED} true or false"),
    "Norway as key": (event(b"place: {name: {no: Sal}}"), f"f:3:70 records[0].place.name.no: no {QUOTED} true or"),
    "on": (event(b"on: a"), f"f:3:55 records[0].on: on {QUOTED} true or false"),
    "deep duplicate": (
        event(b"place: {name: {en: A, fr: B, en: C}}"),
        "f:3:84 records[0].place.name.en: the key 'en' appears twice, first in line 3.",
    ),
    "http": (event(b"url: http://example.org"), "f:3:55 records[0].url: 'http://example.org' is not a safe address."),
    "javascript": (event(b"join: javascript:alert(1)"), "f:3:55 records[0].join: 'javascript:alert(1)' is not a full"),
    "user in url": (event(b"url: https://a:b@example.org/"), "f:3:55 records[0].url: 'https://a:b@example.org/' holds"),
    "endless rule": (event(b"repeats: every 0 days"), "f:3:55 records[0].repeats: 'every 0 days' is not understood"),
    "rule by seconds": (event(b"repeats: FREQ=SECONDLY"), "f:3:55 records[0].repeats: 'FREQ=SECONDLY' repeats SECON"),
    "unclosed quote": (HEAD + b"  - {id: 'a}\n", "f:3:10: the quote ' is opened here and not closed"),
    "too large": (SOUND + b"#" * MAX_FILE_BYTES, "f:1:1: the file has more than 16,777,216 bytes."),
    "noise": (bytes(range(256)) * 100, "f:1:1: the file is in UTF-16"),
}


@pytest.mark.parametrize(("data", "line"), HOSTILE.values(), ids=HOSTILE)
def test_it_is_refused_at_a_place_and_soon(data, line):
    begun = time.process_time()
    reading = read_calendar(data, "f")
    took = time.process_time() - begun
    assert (str(reading.findings[0])[: len(line)], reading.draft, bool(reading.errors)) == (line, None, True)
    assert took < 5


@pytest.mark.parametrize(
    "data",
    [SOUND, b"\xef\xbb\xbf" + SOUND, SOUND.replace(b"\n", b"\r\n"), b"---\n" + SOUND, SOUND + b"...\n"],
    ids=["plain", "UTF-8 mark", "CRLF", "explicit start", "explicit end"],
)
def test_harmless_forms_are_read(data):
    reading = read_calendar(data, "f")
    assert (reading.findings, [record.id for record in reading.draft.records]) == ((), ["a"])


def test_a_file_beyond_the_cap_is_not_read_whole(tmp_path):
    file = tmp_path / "large.yaml"
    with file.open("wb") as sparse:
        sparse.truncate(1024 * MIB)
    begun = time.process_time()
    reading = read_calendar_file(file)
    assert [each.problem.message for each in reading.findings] == ["the file has more than 16,777,216 bytes."]
    assert time.process_time() - begun < 5


def test_a_name_that_no_file_can_have_is_a_finding(tmp_path):
    reading = read_calendar_file(tmp_path / "a\0b")
    assert [each.problem.message for each in reading.findings] == ["the file cannot be read: embedded null byte."]


def test_rights_are_named(tmp_path):
    file = tmp_path / "locked.yaml"
    file.write_bytes(SOUND)
    file.chmod(0)
    reading = read_calendar_file(file)
    expected = ["the file cannot be read: Permission denied."] if not _reads_anything(file) else []
    assert [each.problem.message for each in reading.findings] == expected


def _reads_anything(file):
    try:
        file.read_bytes()
    except PermissionError:
        return False
    return True  # the tests run as root
