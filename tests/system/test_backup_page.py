"""The page on backups names what is there."""

import re

import click

from calendar_service.cli.main import main
from calendar_service.store.sequence_file import FILE_NAME
from tests.support.paths import ROOT

PAGE = (ROOT / "docs" / "backup.md").read_text(encoding="utf-8")


def test_the_file_of_the_memory_is_named():
    assert f"`{FILE_NAME}`" in PAGE


def test_the_commands_are_there():
    named = {tuple(words.split()) for words in re.findall(r"calendar-service ((?:db )?[a-z]+)", PAGE)}
    for words in named:
        group = main
        for word in words:
            group = group.get_command(click.Context(group), word)
    assert {("db", "backup"), ("db", "restore"), ("pause",), ("resume",), ("plan",), ("tick",)} <= named
