"""Real calendar files, damaged at random: the same seed damages the same file in the same way.

    python -m tests.support.mutated_files --seed 7 --count 20000

reads as many damaged files, and prints each that made the parser fail.
"""

import argparse
import json
import random
import re
import sys
import traceback
from collections import Counter
from copy import deepcopy
from functools import cache
from pathlib import Path
from string import Template

import yaml

from calendar_service import starter_file
from calendar_service.parsers.calendar_file import read_calendar
from tests.support.paths import CALENDARS, TESTS

INTERNAL = "internal error"
_HALVES = re.compile("[\ud800-\udfff]")
DAYS = {
    "webinar": "4 May 2027",
    "conference": "1 June 2027",
    "conference_end": "2 June 2027",
    "questions": "3 April 2027",
    "closes": "20 April 2027",
    "world_day": "20 June 2027",
}

SCALARS = [
    "", " ", "x", "@x", "+cmd", "-1", "0", "null", "~", "no", "11:30", "1e999", "0x1F", "on the day", "2027-02-30", "99999999999999999999",
    "7 July 2027", "30 March 2025 at 02:30", "26 October 2025, 02:30 CET", "7 July 0000", "31 December 9999, 23:59", "1 January 1 - 2 January 1",
    "7 July 2027 at 11.00-12.30 CET Online", "2027-07-07T09:00:00+99:99", "10:00 UTC+14:60", "every 1000000 years", "FREQ=DAILY;COUNT=99999999",
    "FREQ=YEARLY;UNTIL=99991231", "every day until 31 December 9999", "every 2 weeks on Monday, Tuesday", "last Friday of every month", "999 days", "5 working days", "-P1D", "PT0S",
    "Europe/Paris", "UTC+14:00", "Asia/Kolkata", "posix/Europe/Paris", "../../etc/passwd", "CET", "EST (UTC-5)",
    "https://[::1", "https://a:99999/", "https://example.org/\u202e", "javascript:alert(1)", "https://" + "a" * 2100,
    "é\u0301" * 30, "\U0001f389", "\u202e", "\ud800", "\0", "\x1b[31m", "\ufeff", "\u2028", "ﬁ①Ⅷ٣", "İSTANBUL", "ß" * 600, "a" * 70_000, "{x}", "{0}", "%s", "%(x)s", "<b>", "[key]", "&amp;", "=1+1",
    "event", "webinar", "tender", "cancelled", "postponed", "draft", "en", "fr", "xx", "FR", "fr ", "AQ", "roads", "true",
]  # fmt: skip
ODD = [None, True, False, 0, 1, -1, 10**17, -(10**30), 10**400, 1.5, float("inf"), float("nan"), [], {}, [[]], [None], {"": ""}, {"en": None}, {"en": "a", "fr": ["b"]},
       {"0": 1}, [{"id": "a"}], [{}], {"[key]": "x"}, {"<one>": "x"}, ["+cmd", "@x"], [0] * 60, {f"k{n}": n for n in range(1_005)}, [["a"]] * 3]  # fmt: skip
KEYS = [
    "id", "kind", "title", "when", "starts", "ends", "closes", "questions_by", "opens", "award_expected", "repeats", "except", "changes", "sessions", "registration", "place", "timezone", "status",
    "tags", "languages", "countries", "organisers", "contact", "documents", "questions", "q", "a", "published", "reminders", "note_of_change", "join", "url", "summary", "fold", "buyer", "reference", "name", "city", "address", "email", "occurrence", "reason", "tag_labels",
    "calendar", "records", "description", "day_first", "closures", "titel", "ID", " id", "", "<<", "[key]", "\0one", "0", "é", "a b", "*a", "!x", "a" * 90,
]  # fmt: skip
PIECES = [
    b"\0", b"\t", b"\r", b"\n", b"\n\n", b"'", b'"', b": ", b"- ", b"  ", b"&a ", b"*a", b"!!x ", b"!x ", b"? ", b"|\n", b">-\n", b"# ", b"---\n", b"...\n", b"{", b"}", b"[", b"]", b",",
    b"%YAML 1.1\n", b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\xe2\x80\xa8", b"\xf0\x9f\x8e\x89", b"\\ud800", b"9" * 30, b"<<: ", b"null", b"~", b"1:1", b"\x85", b"\xc2\x85", b"@", b"`",
]  # fmt: skip


@cache
def sources():
    """The files that are damaged: those of the project, and the table of broken ones."""
    project = TESTS.parent
    begin = Template((Path(starter_file.__file__).parent / "starter.yaml").read_text("utf-8")).substitute(DAYS)
    real = [
        (project / "data" / "events.yaml").read_bytes(),
        (CALENDARS / "rich.yaml").read_bytes(),
        (CALENDARS / "showcase.yaml").read_bytes(),
        begin.encode(),
    ]
    cases = re.split(r"^=== ", (TESTS / "parsers" / "broken_files.txt").read_text("utf-8"), flags=re.MULTILINE)[1:]
    broken = [case.partition("\n")[2].partition("\n---\n")[0].encode() + b"\n" for case in cases]
    return real * (len(broken) // len(real) // 2) + broken


@cache
def trees():
    """What stands in those of them that are YAML, as plain values."""
    found = []
    for data in dict.fromkeys(sources()):
        try:
            value = yaml.load(data, Loader=getattr(yaml, "CBaseLoader", yaml.BaseLoader))  # noqa: S506 (texts only)
        except (yaml.YAMLError, UnicodeDecodeError, ValueError):
            continue
        if isinstance(value, dict) and isinstance(value.get("records"), list) and value["records"]:
            found.append(value)
    return found


def damaged(seed):
    """Return the bytes of a file that is damaged as the seed says."""
    chance = random.Random(seed)  # noqa: S311 (a test)
    if chance.random() < 0.35:
        return _damaged_text(chance)
    return _damaged_tree(chance)


def _damaged_text(chance):
    data = bytearray(chance.choice(sources()))
    for _ in range(chance.choice([1, 1, 2, 3, 8, 30])):
        at = chance.randrange(len(data) + 1)
        match chance.randrange(8):
            case 0:
                data[at : at + 1] = bytes([chance.randrange(256)])
            case 1 | 2:
                data[at:at] = chance.choice(PIECES)
            case 3:
                del data[at : at + chance.choice([1, 2, 10, 100])]
            case 4 if chance.random() < 0.3:
                del data[at:]
            case 5:
                lines = bytes(data).splitlines(keepends=True) or [b""]
                chance.shuffle(lines) if chance.random() < 0.1 else lines.insert(
                    chance.randrange(len(lines)), chance.choice(lines)
                )
                data = bytearray(b"".join(lines))
            case 6:
                data[at:at] = chance.choice(SCALARS).encode("utf-8", "surrogatepass")
            case _:
                flip = min(at, len(data) - 1)
                if data:
                    data[flip] ^= 1 << chance.randrange(7)
    return bytes(data)


def _damaged_tree(chance):
    tree = json.loads(json.dumps(chance.choice(trees())))
    records = tree["records"]
    if len(records) > 4:
        tree["records"] = chance.sample(records, chance.randint(1, 4))
    for _ in range(chance.choice([1, 1, 2, 3, 6])):
        _damage(chance, tree)
    return _written(chance, tree)


def _damage(chance, tree):  # noqa: C901 (a table of ways)
    """Change one thing somewhere in the tree."""
    where = list(_containers(tree))
    parent = chance.choice(where)
    keys = list(parent) if isinstance(parent, dict) else list(range(len(parent)))
    if not keys:
        return
    key = chance.choice(keys)
    match chance.randrange(13):
        case 0:
            del parent[key]
        case 9 | 10:
            parent[key] = [chance.choice(SCALARS) for _ in range(chance.randint(1, 4))]
        case 11 | 12:
            parent[key] = deepcopy(chance.choice(_values_of().get(key, ODD)))
        case 1 if isinstance(parent, dict):
            parent[chance.choice(KEYS)] = parent.pop(key)
        case 2 if isinstance(parent, dict):
            parent[chance.choice(KEYS)] = _value(chance, tree)
        case 3:
            other = chance.choice(keys)
            parent[key], parent[other] = parent[other], parent[key]
        case 4:
            parent[key] = [parent[key]] if chance.random() < 0.5 else {chance.choice(KEYS): parent[key]}
        case 5:
            parent[key] = _nested(chance)
        case 6 if isinstance(parent[key], str):
            text = parent[key]
            at = chance.randrange(len(text) + 1)
            parent[key] = text[:at] + chance.choice(SCALARS)[:300] + text[at + chance.randrange(3) :]
        case _:
            parent[key] = _value(chance, tree)


def _value(chance, tree):
    match chance.randrange(3):
        case 0:
            return chance.choice(SCALARS)
        case 1:
            return deepcopy(chance.choice(ODD))
        case _:
            picked = chance.choice(list(_containers(tree)))
            return deepcopy(picked)


@cache
def _values_of():
    """What stands under each key anywhere, so that a damaged value may still be of its kind."""
    found = {}
    for tree in trees():
        for parent in _containers(tree):
            for key, value in parent.items() if isinstance(parent, dict) else ():
                found.setdefault(key, []).append(value)
    return found


def _nested(chance):
    value = chance.choice(SCALARS)
    for _ in range(chance.choice([1, 3, 10, 30])):
        value = [value] if chance.random() < 0.5 else {chance.choice(KEYS): value}
    return value


def _containers(value):
    if isinstance(value, (dict, list)):
        yield value
        for child in value.values() if isinstance(value, dict) else value:
            yield from _containers(child)


class _Twice(str):
    """A key that may stand twice in one place."""

    __slots__ = ()
    __hash__ = object.__hash__

    def __eq__(self, other):
        return self is other


def _written(chance, tree):
    if chance.random() < 0.15:
        _double(chance, tree)
    if chance.random() < 0.5:
        return json.dumps(tree, ensure_ascii=chance.random() < 0.7, indent=1).encode("utf-8", "surrogatepass")
    # The writer of YAML refuses half characters; the bytes of JSON above hold them.
    plain = json.loads(_HALVES.sub("?", json.dumps(tree, ensure_ascii=False)))
    style = chance.choice([None, '"', "'", None])
    text = yaml.dump(plain, Dumper=_Plain, default_style=style, allow_unicode=True, sort_keys=False, width=100)
    return text.encode("utf-8", "surrogatepass")


class _Plain(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):
    """Writes no anchors: they are refused before anything else is seen."""

    def ignore_aliases(self, _):
        return True


def _double(chance, tree):
    """Have a key stand twice in one place."""
    maps = [each for each in _containers(tree) if isinstance(each, dict) and each]
    if maps:
        parent = chance.choice(maps)
        key = chance.choice(list(parent))
        parent[_Twice(key)] = chance.choice(SCALARS)


def failures(seed):
    """Return what went wrong while a damaged file was read: nothing, it is hoped."""
    data = damaged(seed)
    try:
        reading = read_calendar(data, "f")
        said = [str(finding) for finding in reading.findings]
    except Exception as error:  # noqa: BLE001 (to be counted and shown, whatever it is)
        where = traceback.extract_tb(error.__traceback__)[-1]
        return f"{type(error).__name__}: {str(error)[:80]} at {Path(where.filename).name}:{where.lineno}"
    if internal := [line for line in said if INTERNAL in line]:
        return internal[0]
    if (reading.draft is None) != bool(reading.errors):
        return "no draft and no error, or both"
    strange = [line for line in said if not line.isprintable()]
    return f"unprintable: {strange[0]!a}" if strange else ""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--count", type=int, default=2_000)
    options = parser.parse_args()
    found = Counter()
    first = {}
    for number in range(options.count):
        seed = f"{options.seed}/{number}"
        if failed := failures(seed):
            kind = re.sub(r"f:\d+:\d+|\d+", "N", failed) if "at " not in failed else failed
            found[kind] += 1
            first.setdefault(kind, seed)
    for kind, count in found.most_common():
        sys.stdout.write(f"{count} times, first with seed {first[kind]}: {kind}\n")
    sys.stdout.write(f"{options.count} files, {sum(found.values())} failures\n")


if __name__ == "__main__":
    main()
