"""The examples in the README of the package do what it says."""

from __future__ import annotations

import datetime as dt
import doctest
from pathlib import Path

import calendar_service.datephrases
from calendar_service.datephrases.resolver import SHAPES

README = Path(calendar_service.datephrases.__file__).with_name("README.md")


def test_every_example_gives_what_stands_below_it():
    failed, tried = doctest.testfile(str(README), module_relative=False, globs={"datetime": dt})
    assert (failed, tried >= 10) == (0, True)


def test_every_shape_has_its_example():
    rows = [line for line in README.read_text(encoding="utf-8").splitlines() if line.startswith(("| D", "| C"))]
    shown = {shape for row in rows for shape in row.split("|")[1].replace(" ", "").split(",")}
    assert shown == SHAPES
