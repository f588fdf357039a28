"""Report the failure of a command: one line with cause and remedy, and a fault that other processes see."""

from __future__ import annotations

import errno
import logging
import os
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, TypeAlias

import click

from calendar_service.bootstrap import make_command_faults, set_up_logging
from calendar_service.records.errors import CalendarError
from calendar_service.reminders.faults.log import DATABASE_REASONS
from calendar_service.settings import BadSetting, read_settings
from calendar_service.store.engine import describe_database
from calendar_service.store.errors import DatabaseFault, Trouble, UnusableDatabase

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from calendar_service.settings import Settings
    from calendar_service.store.faults import FaultKind

logger = logging.getLogger(__name__)
FaultWords: TypeAlias = tuple[str, tuple[str, ...]]

_AGAIN = "Then run this command again."
_REMEDIES = {
    Trouble.AWAY: "Start it, or correct CALENDAR_DATABASE_URL.",
    Trouble.LOCKED: "Wait until the other program has finished.",
    Trouble.FULL: "Make room on its disk.",
    Trouble.READ_ONLY: "Give this user the right to write to it, and to its folder.",
    Trouble.DAMAGED: "Put back a backup: calendar-service db restore FILE.",
    Trouble.GONE: "Put the file back, or restart what has it open.",
    Trouble.VALUE: "It refuses a value; the log of its server says more.",
    Trouble.OTHER: "Look at the database itself, and at its log.",
}


@contextmanager
def errors_in_one_line(command: str) -> Iterator[None]:
    """Show what a command fails of as one line. Only what nobody foresaw has a traceback, in the log."""
    try:
        yield
    except (click.ClickException, click.exceptions.Exit, click.Abort):
        raise
    except DatabaseFault as error:
        raise click.ClickException(_describe(error)) from None
    except CalendarError as error:
        raise click.ClickException(str(error)) from None
    except OSError as error:
        if error.errno == errno.EPIPE or not error.filename:
            raise
        remedy = f"Check its name, its rights and its disk. {_AGAIN}"
        raise click.ClickException(f"{error.filename} cannot be used: {error.strerror}. {remedy}") from None
    except Exception as error:
        # Whatever it is, the user is told in words, and the log has what developers need.
        set_up_logging()
        logger.exception("The command %r failed.", command)
        told = f"An internal error ended this command ({type(error).__name__}): {error}".rstrip(": ")
        raise click.ClickException(f"{told}. The log above says where. Please report it.") from None


def _describe(error: DatabaseFault) -> str:
    try:
        database = describe_database(read_settings(os.environ).database_url)
    except CalendarError:
        return str(error)
    what = DATABASE_REASONS.get(error.trouble, DATABASE_REASONS[Trouble.OTHER])
    return f"{what} It is {database}; {error.message} {_REMEDIES[error.trouble]} {_AGAIN}"


@contextmanager
def leaving_fault(settings: Settings, kind: FaultKind, describe: Callable[[Exception], FaultWords]) -> Iterator[None]:
    """Leave a fault behind for others to find if what publishes or sends fails, and let the error go on.

    `describe` returns a public-safe reason, and details that name the file and say why.
    """
    try:
        yield
    except (click.ClickException, click.exceptions.Exit, click.Abort, BadSetting):
        raise
    except Exception as error:
        # Whatever it is: a command has nobody who tries it again and tells of it.
        with suppress(UnusableDatabase):
            make_command_faults(settings).report(kind, *describe(error))
        raise
