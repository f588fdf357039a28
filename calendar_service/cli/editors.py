"""The command `admin-link`."""

from __future__ import annotations

import os

import click

from calendar_service.admin.sessions import LINK_MINUTES, EditorSessions
from calendar_service.admin.sign_in import LINK
from calendar_service.bootstrap import open_database, secret_keys
from calendar_service.clock import clock
from calendar_service.settings import read_settings


@click.command(name="admin-link")
@click.argument("address", required=False)
@click.option(
    "--port", type=click.IntRange(1, 65535), help="That of `serve --port`, where CALENDAR_BASE_URL is not set."
)
def admin_link(address: str | None, port: int | None) -> None:
    """Print a link that signs the editor ADDRESS in to the admin pages, once, in any browser.

    It needs no mail server. ADDRESS may be left out if there is one editor.
    """
    settings = read_settings(os.environ)
    known = ", ".join(each.address for each in settings.editors)
    if not known:
        raise click.ClickException(
            "There are no admin pages. Set CALENDAR_EDITORS to the addresses of those who may use them, "
            "for this command and for the service."
        )
    if not address and len(settings.editors) > 1:
        raise click.ClickException(f"There are several editors. Name one: {known}")
    sessions = EditorSessions(open_database(settings), secret_keys(settings), settings.editors)
    editor = sessions.editor_of(address or settings.editors[0].address)
    if editor is None:
        raise click.ClickException(f"{address} is not among CALENDAR_EDITORS: {known}")
    base_url = f"http://127.0.0.1:{port}" if port and not settings.trusted_hosts else settings.base_url
    click.echo(f"{base_url}{LINK}/{sessions.link_for(editor, clock())}")
    click.echo(f"It signs in {editor.address}, once, within {LINK_MINUTES} minutes.", err=True)
