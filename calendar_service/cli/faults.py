"""Report the failure of a command to other processes and the operator."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, TypeAlias

import click

from calendar_service.bootstrap import make_command_faults
from calendar_service.settings import BadSetting
from calendar_service.store.errors import UnusableDatabase

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from calendar_service.settings import Settings
    from calendar_service.store.faults import FaultKind

FaultWords: TypeAlias = tuple[str, tuple[str, ...]]


@contextmanager
def leaving_fault(settings: Settings, kind: FaultKind, describe: Callable[[Exception], FaultWords]) -> Iterator[None]:
    """Store a fault for other processes if publishing or sending raises an error, and raise the error again.

    `describe` returns a public-safe reason, and details that name the file and the cause.
    """
    try:
        yield
    except (click.ClickException, click.exceptions.Exit, click.Abort, BadSetting):
        raise
    except Exception as error:
        # Whatever it is: nothing else tries a command again or reports its failure.
        with suppress(UnusableDatabase):
            make_command_faults(settings).report(kind, *describe(error))
        raise
