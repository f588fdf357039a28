"""The commands that read what is published: `audit` and `export`."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from calendar_service.bootstrap import open_database, secret_keys
from calendar_service.cli.audited_messages import audited_messages
from calendar_service.cli.published import published_edition
from calendar_service.clock import clock
from calendar_service.output_formats import list_outputs
from calendar_service.records.errors import counted
from calendar_service.settings import is_base_address, read_settings
from calendar_service.static_export import Site, export_files
from calendar_service.verification.audit import add_messages, verify_outputs
from calendar_service.verification.fetch import ask_server
from calendar_service.web.app import create_app
from calendar_service.web.inprocess import ask_application


@click.command()
@click.argument("base_url", required=False)
def audit(base_url: str | None) -> None:
    """Parse every moment and state out of all outputs, here or at BASE_URL, and list each difference from the records.

    What subscribers are sent is composed here and verified, too.
    """
    settings = read_settings(os.environ)
    engine = open_database(settings)
    edition = published_edition(engine)
    fetch = (
        ask_server(base_url)
        if base_url
        else ask_application(create_app(settings, engine, clock, keys=secret_keys(settings)))
    )
    report = verify_outputs(edition, edition.calendar.shown_languages, list_outputs(), fetch, clock)
    now = clock()
    add_messages(report, audited_messages(edition, settings.base_url, now), edition, now)
    for fault in report.faults:
        click.echo(fault)
    click.echo(report)
    sys.exit(1 if report.faults else 0)


def _live_address(_context: click.Context, _parameter: click.Parameter, value: str) -> str:
    if value and not is_base_address(value):
        raise click.BadParameter(f"{value!r} is not a base address. Write https://calendar.example.org.")
    return value.rstrip("/")


@click.command(name="export")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--live",
    default="",
    metavar="URL",
    callback=_live_address,
    help="Where the service itself runs: forms and the API lead there.",
)
def export_site(folder: Path, live: str) -> None:
    """Write all public pages and feeds as files into FOLDER, for a static web server."""
    settings = read_settings(os.environ)
    engine = open_database(settings)
    edition = published_edition(engine)
    app = create_app(settings, engine, clock, keys=secret_keys(settings))
    codes = edition.calendar.shown_languages
    prefixes = ["" if code == edition.calendar.default_language else f"/{code}" for code in codes]
    static = Path(str(app.static_folder))
    site = Site(edition.shown_at(clock()), prefixes, static, settings.base_url, live)
    count = export_files(ask_application(app), site, folder)
    click.echo(f"{counted(count, 'file')} in {folder}")
    if not settings.trusted_hosts:
        text = (
            f"Links begin with {settings.base_url}: set CALENDAR_BASE_URL to the address that the files are served at."
        )
        click.echo(text, err=True)
