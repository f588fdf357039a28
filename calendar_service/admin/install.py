"""Add the admin pages to the application."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from werkzeug.http import parse_cookie

from calendar_service.admin import (
    changes,
    correct_text,
    edit,
    history,
    messages,
    paste,
    preview_pages,
    release,
    sign_in,
    tasks,
)
from calendar_service.admin.access import EDITOR_SESSIONS, MAILER, SESSION_COOKIE, is_trusted_peer
from calendar_service.admin.file_state import FileReader
from calendar_service.admin.layout import ADMIN
from calendar_service.admin.overview import FILE_READER
from calendar_service.admin.sessions import EditorSessions
from calendar_service.web.app import edition_cache
from calendar_service.web.edition_cache import NothingPublished

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from flask import Flask

    from calendar_service.records.edition import Draft
    from calendar_service.reminders.sign_in_mailer import SignInMailer
    from calendar_service.settings import Settings
    from calendar_service.store.engine import Database
    from calendar_service.web.edition_cache import EditionCache


def install_admin(
    app: Flask, settings: Settings, engine: Database, *, keys: tuple[str, ...], mailer: SignInMailer
) -> None:
    """Add the admin pages to an application; without CALENDAR_EDITORS they answer 404."""
    app.extensions[EDITOR_SESSIONS] = EditorSessions(engine, keys, settings.editors)
    app.extensions[MAILER] = mailer
    editions = edition_cache(app)
    app.extensions[FILE_READER] = FileReader(settings.file, editions.clock, partial(_taken_back, editions))
    for blueprint in (
        sign_in.blueprint,
        sign_in.signed_in_blueprint,
        changes.blueprint,
        correct_text.blueprint,
        paste.blueprint,
        tasks.blueprint,
        edit.blueprint,
        history.blueprint,
        release.blueprint,
        messages.blueprint,
        preview_pages.blueprint,
        preview_pages.link_blueprint,
    ):
        app.register_blueprint(blueprint)


def _taken_back(editions: EditionCache, draft: Draft) -> list[str]:
    """Return the ids of records that have been public and that a file would withhold now."""
    try:
        edition = editions.edition()
    except NothingPublished:
        return []
    return draft.released_at(max(editions.clock(), edition.published_at)).taken_back(edition)


def may_send_more(
    app: Flask, settings: Settings, clock: Callable[[], datetime]
) -> Callable[[str, Mapping[str, str], str], bool]:
    """Return whether a request may have a long body, by its path, header and peer: only where an editor has signed in.

    The names of header fields are in capitals, with _ for -, as in WSGI.

    It asks no database, so a server may call it before the body comes; the page itself checks the session.
    """
    sessions: EditorSessions = app.extensions[EDITOR_SESSIONS]

    proxy_field = settings.editor_header.upper().replace("-", "_")

    def is_signed(path: str, header: Mapping[str, str], peer: str) -> bool:
        if not path.startswith(f"{ADMIN}/"):
            return False
        name = header.get(proxy_field, "") if proxy_field else ""
        if name and is_trusted_peer(peer, settings.editor_proxies) and sessions.by_proxy(name):
            return True
        session = parse_cookie(header.get("COOKIE", "")).get(SESSION_COOKIE, "")
        return bool(session) and sessions.is_signed(session, clock())

    return is_signed
