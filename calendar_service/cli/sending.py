"""The commands `pause` and `resume`."""

from __future__ import annotations

import os

import click

from calendar_service.bootstrap import open_present_database
from calendar_service.clock import clock
from calendar_service.reminders.resuming import describe_pause, end_pauses
from calendar_service.settings import read_settings
from calendar_service.store.editions import load_edition
from calendar_service.store.engine import reading, writing
from calendar_service.store.in_hand import wait_for_senders
from calendar_service.store.pauses import PauseKind, clear_replaced, enter_pause, list_pauses

_IN_HAND_SECONDS = 10.0


@click.command(name="pause")
def pause_sending() -> None:
    """Send nothing until `resume`: no reminders, notices or confirmations. All wait.

    It waits some seconds for messages that are being sent.
    """
    engine = open_present_database(read_settings(os.environ))
    with writing(engine) as connection:
        enter_pause(connection, PauseKind.PERSON, clock())
    with reading(engine) as connection:
        pauses = list_pauses(connection)
    for pause in pauses:
        click.echo(describe_pause(pause))
    if left := wait_for_senders(engine, _IN_HAND_SECONDS):
        click.echo(f"{left}; what is in hand may yet go out.")


@click.command(name="resume")
def resume_sending() -> None:
    """Resume sending. After a restore, what was due up to it is not sent; see `tick --send-missed`.

    After a pause, what became due meanwhile is sent if it is still useful.
    """
    engine = open_present_database(read_settings(os.environ))
    with writing(engine) as connection:
        was_replaced = clear_replaced(connection)
    ended, unsent = end_pauses(engine, load_edition(engine), clock())
    if was_replaced:
        click.echo("The new database is taken as meant.")
    if not ended:
        click.echo("Sending was not paused.")
        return
    if any(pause.kind is PauseKind.RESTORED for pause in ended):
        were = "message that had fallen due was" if unsent == 1 else "messages that had fallen due were"
        click.echo(f"{unsent} {were} not sent (reason: restored).")
    click.echo("Sending has resumed.")
