"""Cutting texts: never more than there is room for, and never half a character."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendar_service.records.shorten import count_units, shorten


@pytest.mark.parametrize(
    ("text", "units", "cut", "cut_at_word"),
    [
        ("abc", 3, "abc", "abc"),
        ("abcd", 3, "ab…", "ab…"),
        ("a 🐻", 4, "a 🐻", "a 🐻"),
        ("a 🐻b", 4, "a…", "a…"),
        ("🐻\u200d❄️", 4, "🐻…", "🐻\u200d…"),
        ("a tender, the second", 13, "a tender, th…", "a tender…"),
        ("a Donaudampfschifffahrt", 13, "a Donaudampf…", "a Donaudampf…"),
    ],
)
def test_texts_are_cut(text, units, cut, cut_at_word):
    assert (shorten(text, units), shorten(text, units, at_word=True)) == (cut, cut_at_word)


@given(st.text(st.characters(exclude_categories=())), st.integers(1, 40), st.booleans())
def test_a_cut_text_has_room_and_can_be_written(text, units, at_word):
    cut = shorten(text, units, at_word=at_word)
    assert cut == text if count_units(text) <= units else count_units(cut) <= units and cut.endswith("…")
    if cut != text:
        cut.encode()
