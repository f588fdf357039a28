"""The program `calendar-service`: every command reads the same settings."""

from __future__ import annotations

import importlib
import io
import sys
from typing import Any

import click

from calendar_service import __version__
from calendar_service.cli.failures import errors_in_one_line

# The module of a command is imported when the command runs: `serve` needs many modules that `check` does not.
_COMMANDS = {
    "admin-link": "editors:admin_link",
    "add": "adding:add_record",
    "audit": "outputs:audit",
    "check": "calendar_file:check",
    "db": "database:db",
    "doctor": "database:doctor",
    "export": "outputs:export_site",
    "fmt": "calendar_file:fmt",
    "import": "importing:import_source",
    "init": "publishing:init",
    "letter": "messages:print_message",
    "pause": "sending:pause_sending",
    "plan": "reminders:plan",
    "publish": "publishing:publish",
    "receipts": "receipts:print_receipts",
    "resume": "sending:resume_sending",
    "schema": "calendar_file:schema",
    "serve": "serving:serve",
    "subscribers": "subscribers:subscribers_group",
    "tick": "reminders:tick",
    "worker": "publishing:worker",
}


class _Program(click.Group):
    """Imports a command when it is called, and shows errors as one line, not as a traceback."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 (click's signature)
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 (click's signature)
        if cmd_name not in _COMMANDS:
            return None
        module, _, name = _COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(importlib.import_module(f"calendar_service.cli.{module}"), name)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                # The name of a file, or a value in it, may contain characters that the terminal cannot show.
                stream.reconfigure(errors="backslashreplace")
        with errors_in_one_line(str(ctx.invoked_subcommand or ctx.info_name)):
            return super().invoke(ctx)


@click.group(cls=_Program)
@click.version_option(__version__)
def main() -> None:
    """Serve events, webinars and tender deadlines as calendars that people can trust."""
