"""Windows of lines: what is not changed keeps its bytes, whatever the ends of lines, bytes and places."""

import random

import pytest

from calendar_service.admin.text_windows import (
    AROUND,
    TextWindow,
    locate_line,
    open_windows,
    replace_windows,
    shown_first,
)

LONG = b"".join(b"line %d\n" % number for number in range(1, 101))
ODD = [
    b"",
    b"\n",
    b"one line without an end",
    b"a\r\nb\r\nc",
    b"a\nb\r\nc\rd\n\n",
    b"\xef\xbb\xbfa: 1\nb: \xff\xfe\n",
    "é: \u2028ü\0\x07\t-\n".encode(),
    LONG,
]


def changed(data, old, new, lines=(1,)):
    windows = [TextWindow(each.first, each.last, each.text.replace(old, new)) for each in open_windows(data, lines)]
    return replace_windows(data, windows)


@pytest.mark.parametrize("data", ODD)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_an_untouched_window_changes_no_byte(data, end):
    windows = open_windows(data, [1, 50, 99, 2000])
    sent = [TextWindow(each.first, each.last, each.text.replace("\n", end)) for each in windows]
    assert replace_windows(data, sent) == data


@pytest.mark.parametrize(
    ("data", "old", "new", "after"),
    [
        (b"a\r\nb\r\nc", "b", "x\ny", b"a\r\nx\r\ny\r\nc"),
        (b"a\nb\r\nc\rd\n", "b", "x", b"a\nx\r\nc\rd\n"),
        (b"a\nb", "b", "b\nc", b"a\nb\nc\n"),
        (b"a\nb\n\xff\n", "a\n", "", b"b\n\xff\n"),
        (b"a\nb\n", "a\nb", "", b""),
        (b"a\n\xff\nc\n", "a", "é", "é\n".encode() + b"\xff\nc\n"),
    ],
)
def test_only_the_lines_that_are_changed_are_written(data, old, new, after):
    assert changed(data, old, new) == after


def test_an_empty_file_can_be_filled():
    (window,) = open_windows(b"", [1])
    assert replace_windows(b"", [TextWindow(window.first, window.last, "a: 1")]) == b"a: 1\n"


def test_windows_around_lines_do_not_overlap():
    found = open_windows(LONG, [50, 60, 99, 2000])
    assert [(each.first, each.last) for each in found] == [(50 - AROUND, 50 + AROUND), (87, 100)]
    assert open_windows(LONG, [65], found)[1] == TextWindow(63, 77, "\n".join(f"line {n}" for n in range(63, 78)))


def test_a_line_of_the_changed_file_is_found_in_the_file():
    first, second = open_windows(LONG, [20, 80])
    longer = TextWindow(first.first, first.last, f"{first.text}\nnew 1\nnew 2")
    after = replace_windows(LONG, [longer, second]).splitlines()
    for number, line in enumerate(after, 1):
        window, place = locate_line([longer, second], number)
        if window:
            assert line.decode() in window.lines
        else:
            assert line == b"line %d" % place
    assert after[shown_first([longer, second], second) - 1].decode() == second.lines[0]


def test_many_edits_touch_nothing_else():
    """Each line keeps its bytes unless it was changed, over files of any ends and bytes."""
    chance = random.Random(14)  # noqa: S311 (of a test)
    for _ in range(300):
        ends = chance.choice([[b"\n"], [b"\r\n"], [b"\n", b"\r\n", b"\r"]])
        rows = [
            b"%d \xff" % number if number % 7 == 0 else b"%d x" % number for number in range(chance.randrange(1, 80))
        ]
        lines = [each + chance.choice(ends) for each in rows]
        data = b"".join(lines)
        place = chance.randrange(len(rows)) + 1
        windows = open_windows(data, [place, chance.randrange(1, 90)])
        at = next(each for each in windows if each.first <= place <= each.last)
        typed = at.lines
        typed[place - at.first] = "changed"
        sent = [each if each != at else TextWindow(at.first, at.last, "\r\n".join(typed)) for each in windows]
        end = b"\r\n" if b"\r\n" in data else b"\n"
        assert replace_windows(data, sent) == b"".join([*lines[: place - 1], b"changed" + end, *lines[place:]])
