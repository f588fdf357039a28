"""Cutting texts that are too long for where they are shown. It knows no record, so that every layer may use it."""

from __future__ import annotations


def count_units(text: str) -> int:
    """Count the UTF-16 units of a text, in which calendar clients and mail programs measure."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def shorten(text: str, units: int, *, at_word: bool = False) -> str:
    """Return a text of at most `units` UTF-16 units, with an ellipsis where it was longer; no character is halved.

    With `at_word` it ends with a whole word where the words are not too long for that.
    """
    if 2 * len(text) <= units or count_units(text) <= units:
        return text
    kept = text.encode("utf-16-le", "surrogatepass")[: 2 * (units - 1)].decode("utf-16-le", "ignore")
    if not at_word:
        return kept.rstrip(" \u200d") + "…"
    words, _, rest = kept.rpartition(" ")
    # A language that writes no spaces, or one endless word, is cut where the room ends.
    return (words if len(rest) < units // 4 else kept).rstrip(" ,;:.-") + "…"
