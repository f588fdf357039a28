"""The command `serve`."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from calendar_service.bootstrap import set_up_logging, take_short_turns
from calendar_service.cli.publishing import FILE_ARGUMENT, end_on_sigterm, settings_for, stop
from calendar_service.cli.waitress_server import THREADS, serve_application
from calendar_service.settings import DEFAULT_PORT
from calendar_service.web_process import make_web_process

if TYPE_CHECKING:
    from pathlib import Path


@click.command()
@FILE_ARGUMENT
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option(
    "--port", default=DEFAULT_PORT, show_default=True, type=click.IntRange(1, 65535), help="The port to listen on."
)
def serve(file: Path | None, host: str, port: int) -> None:
    """Serve the calendar of FILE, publish FILE whenever it changes, and send reminders."""
    set_up_logging()
    take_short_turns()
    settings = settings_for(file)
    if not settings.trusted_hosts:
        settings = replace(settings, base_url=f"http://{host}:{port}")
    process = make_web_process(settings, threads=THREADS)
    process.start()
    end_on_sigterm()
    with contextlib.suppress(OSError):  # the disk under the log may be full
        click.echo(f"The calendar is at {settings.base_url}/", err=True)
    try:
        serve_application(process.app, host, port, process.may_send_more)
    except OSError as error:
        raise click.ClickException(f"{host}:{port} cannot be used: {error.strerror}. Choose another --port.") from None
    finally:
        stop(process)
