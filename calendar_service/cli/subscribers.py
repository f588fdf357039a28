"""The commands of `subscribers`: list, import, export and erase subscribers."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from calendar_service.bootstrap import open_database, open_present_database, secret_keys
from calendar_service.clock import clock
from calendar_service.parsers.input_file import read_input
from calendar_service.records.errors import counted
from calendar_service.records.texts import output_languages
from calendar_service.reminders.subscriptions.addresses import AddressHasher, check_mail_address
from calendar_service.reminders.subscriptions.csv_table import (
    MAX_TABLE_BYTES,
    InvalidTable,
    read_subscriber_table,
    write_subscriber_table,
)
from calendar_service.reminders.subscriptions.import_subscribers import import_subscribers
from calendar_service.reminders.subscriptions.service import SubscriptionService
from calendar_service.settings import read_settings
from calendar_service.store.subscribers import find_by_mail, list_subscribers

if TYPE_CHECKING:
    from calendar_service.reminders.subscriptions.import_subscribers import ImportResult
    from calendar_service.store.engine import Database
    from calendar_service.store.subscribers import Watch


_HEADINGS = ("ID", "STATE", "CHANNEL", "ADDRESS", "LANGUAGE", "TIME ZONE", "FOLLOWS")


@click.group(name="subscribers")
def subscribers_group() -> None:
    """Manage subscribers."""


@subscribers_group.command(name="list")
@click.option("--addresses", is_flag=True, help="Show the addresses whole.")
def list_command(*, addresses: bool) -> None:
    """List the subscribers, one per line."""
    engine, _ = _open_present()
    if _is_for_people():
        click.echo("\t".join(_HEADINGS), err=True)
    for subscriber in list_subscribers(engine):
        address = subscriber.address if addresses else _mask(subscriber.address)
        watches = " | ".join(_watch_words(watch) for watch in subscriber.watches)
        click.echo(
            f"{subscriber.ref}\t{subscriber.state}\t{subscriber.channel}\t{address}\t{subscriber.language}\t{subscriber.zone}\t{watches}"
        )


def _is_for_people() -> bool:
    return sys.stdout.isatty()


@subscribers_group.command(name="import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
def import_table(file: Path) -> None:
    """Import the subscribers of FILE, a CSV table of people who consented elsewhere; all of them or none.

    Its columns are address, language, timezone, country, selection, leads and consent (the words and date of it), and
    if needed new (yes or no), digest and state. Several rows of one address are several choices of
    one subscriber. Exits with 1 if a row
    cannot be used.
    """
    settings = read_settings(os.environ)
    engine, keys = open_database(settings), secret_keys(settings)
    hasher = AddressHasher(keys)
    try:
        data = read_input(file, MAX_TABLE_BYTES + 1)
        people = read_subscriber_table(data, hasher, output_languages())
    except InvalidTable as error:
        raise click.ClickException(f"{file}:{error.line}: {error}") from None
    except OSError as error:
        raise click.FileError(str(file), error.strerror) from None
    taken = import_subscribers(engine, people, hasher, clock()) if not people.problems else None
    problems = people.problems if taken is None else taken.problems
    for problem in problems:
        click.echo(f"{file}:{problem}", err=True)
    if taken is None or problems:
        click.echo("Nobody was taken in.", err=True)
        sys.exit(1)
    _print_secrets(taken)
    added = counted(len(taken.added), "person was", "people were")
    watch = "who was a subscriber already watches" if taken.gained == 1 else "who were subscribers already watch"
    click.echo(f"{added} added, {taken.gained} {watch} more.")


@subscribers_group.command(name="export")
@click.option(
    "--format", "form", type=click.Choice(["csv", "json"]), default="csv", help="A table, or all that is kept."
)
def export_subscribers(form: str) -> None:
    """Print the subscribers: as a table that can be imported again, or all data of each, as JSON lines."""
    engine, keys = _open_present()
    if form == "csv":
        for line in write_subscriber_table(list_subscribers(engine)):
            click.echo(line, nl=False)
        return
    service = SubscriptionService(engine, keys)
    for subscriber in list_subscribers(engine):
        click.echo(json.dumps(service.export(subscriber), ensure_ascii=False))


@subscribers_group.command(name="erase")
@click.argument("address")
def erase_subscriber(address: str) -> None:
    """Delete all data about ADDRESS, except a keyed hash that prevents it from being imported again."""
    engine, keys = _open_present()
    wanted = address if "://" in address else check_mail_address(address)
    service, now = SubscriptionService(engine, keys), clock()
    subscribers = find_by_mail(engine, AddressHasher(keys).address_keys(wanted), wanted)
    for subscriber in subscribers:
        service.forget(subscriber, now)
    asked = service.forget_address(wanted, now)
    if not subscribers and not asked:
        raise click.ClickException("Nothing is kept about this address.")
    click.echo("All that was kept about this address is deleted.")


def _open_present() -> tuple[Database, tuple[str, ...]]:
    settings = read_settings(os.environ)
    return open_present_database(settings), secret_keys(settings)


def _mask(address: str) -> str:
    """Return a masked address that its owner still recognises."""
    scheme, is_url, _ = address.partition("://")
    if is_url:
        return f"{scheme}://…"
    local, _, domain = address.partition("@")
    return f"{local[:1]}…@{domain}"


def _watch_words(watch: Watch) -> str:
    leads = f" ({', '.join(watch.leads)})" if watch.leads else ""
    return f"{watch.selection or 'everything'}{leads}{' and what is new' if watch.wants_new else ''}"


def _print_secrets(taken: ImportResult) -> None:
    for subscriber in taken.added:
        if subscriber.secret:
            click.echo(f"{subscriber.address}: its messages are signed with {subscriber.secret}")
