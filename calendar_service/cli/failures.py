"""Show the failure of a command as one line."""

from __future__ import annotations

import errno
import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from calendar_service.records.errors import CalendarError
from calendar_service.store.errors import DatabaseFault

if TYPE_CHECKING:
    from collections.abc import Iterator

logger = logging.getLogger(__name__)


@contextmanager
def errors_in_one_line(command: str) -> Iterator[None]:
    """Show the failure of a command as one line. Only an unexpected error is logged with a traceback."""
    try:
        yield
    except (click.ClickException, click.exceptions.Exit, click.Abort):
        raise
    except DatabaseFault as error:
        from calendar_service.cli.database_errors import describe_error  # noqa: PLC0415 (`check` needs no database)

        raise click.ClickException(describe_error(error)) from None
    except CalendarError as error:
        raise click.ClickException(str(error)) from None
    except OSError as error:
        if error.errno == errno.EPIPE or not error.filename:
            raise
        remedy = "Check its name, its rights and its disk. Then run this command again."
        raise click.ClickException(f"{error.filename} cannot be used: {error.strerror}. {remedy}") from None
    except Exception as error:
        # Whatever it is, the user gets one line, and the log the traceback.
        from calendar_service.bootstrap import set_up_logging  # noqa: PLC0415 (as above)

        set_up_logging()
        logger.exception("The command %r failed.", command)
        told = f"An internal error ended this command ({type(error).__name__}): {error}".rstrip(": ")
        raise click.ClickException(f"{told}. The log above says where. Please report it.") from None
