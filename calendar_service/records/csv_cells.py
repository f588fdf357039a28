"""Cells of tables that people open in a spreadsheet, which runs what begins like a formula."""

from __future__ import annotations

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def guard_cell(text: str) -> str:
    """Return a cell that no spreadsheet runs: a quote stands before what would be a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def read_cell(cell: str) -> str:
    """Return the text of a cell, without the quote of `guard_cell` or the spaces around it."""
    return cell[1:] if cell[:1] == "'" and cell[1:].startswith(_FORMULA) else cell.strip()
