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
