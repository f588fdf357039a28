"""Signing in: links by mail, sessions of browsers, and the tokens of forms."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from hmac import compare_digest
from typing import TYPE_CHECKING

from calendar_service.reminders.subscriptions.addresses import AddressHasher
from calendar_service.reminders.subscriptions.service import count_request
from calendar_service.reminders.subscriptions.signed_tokens import InvalidToken, TokenSigner
from calendar_service.store import editor_sessions
from calendar_service.store.editor_sessions import EditorSession, hash_secret
from calendar_service.store.engine import writing

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from calendar_service.settings import Editor
    from calendar_service.store.engine import Database

LINK_MINUTES = 15
SESSION_LASTS = timedelta(hours=12)
ASKS_PER_CLIENT = 10
ASKS_PER_ADDRESS = 20
"""In an hour. More for an address than for a client, so that one client cannot keep an editor out."""
_SESSION = "editor-session"
_FORM = "editor-form"
_PREVIEW = "editor-preview"
_OPEN_FORM = "editor-open-form"


@dataclass(frozen=True)
class SignedIn:
    """Who has signed in: an editor, and what the forms of this browser are bound to."""

    editor: Editor
    subject: str
    is_by_proxy: bool = False

    def may(self, role: str) -> bool:
        """Return True if the editor has a role, "write" or "publish"."""
        return role in self.editor.roles


class EditorSessions:
    """Signs editors in and out. `keys` are the secret keys, newest first."""

    def __init__(self, engine: Database, keys: tuple[str, ...], editors: Sequence[Editor]) -> None:
        self._engine = engine
        self._hasher = AddressHasher(keys)
        self._signer = TokenSigner(keys)
        self._editors = {each.address.casefold(): each for each in editors}

    def editor_of(self, address: str) -> Editor | None:
        """Return the editor with an address as the settings have it now, or None."""
        return self._editors.get(address.strip().casefold())

    def ask(self, address: str, browser: str, client: str, now: datetime) -> tuple[Editor | None, str]:
        """Store a link for a browser; return the editor it is for, None if there is none, and its token.

        The work is the same for every address. Raise TooManyRequests if a client or for an address asks too often.
        """
        editor, token = self.editor_of(address), secrets.token_urlsafe(32)
        with writing(self._engine) as connection:
            callers = [f"editor client:{key}"[:100] for key in self._hasher.client_keys(client)]
            count_request(connection, callers, ASKS_PER_CLIENT, now)
            asked = [f"editor address:{key}"[:100] for key in self._hasher.address_keys(address.strip())]
            count_request(connection, asked, ASKS_PER_ADDRESS, now)
            ends_at = now + timedelta(minutes=LINK_MINUTES)
            editor_sessions.add_link(connection, token, browser, editor.address if editor else "", ends_at, now)
        return editor, token

    def link_for(self, editor: Editor, now: datetime) -> str:
        """Return the token of a link that works in any browser, for somebody who sits at the machine."""
        token = secrets.token_urlsafe(32)
        with writing(self._engine) as connection:
            ends_at = now + timedelta(minutes=LINK_MINUTES)
            editor_sessions.add_link(connection, token, "", editor.address, ends_at, now)
        return token

    def is_link_open(self, token: str, now: datetime) -> bool:
        """Return True if a link still works. It changes nothing, as programs that look at mail open links."""
        return editor_sessions.is_link_open(self._engine, token, now)

    def sign_in(self, token: str, browser: str, now: datetime) -> str | None:
        """Use a link in a browser; return the new session for its cookie, None if the link does not work there."""
        ref = secrets.token_urlsafe(32)
        ends_at = now + SESSION_LASTS
        with writing(self._engine) as connection:
            editor = self.editor_of(editor_sessions.use_link(connection, token, browser, now))
            if editor is None:
                return None
            editor_sessions.add_session(connection, ref, EditorSession(editor.address, ends_at), now)
        return self._signer.write(_SESSION, ref, ends_at)

    def signed_in(self, cookie: str, now: datetime) -> SignedIn | None:
        """Return who has signed in with a session, None if it has ended or its editor is none any more."""
        try:
            ref = self._signer.read(_SESSION, cookie, now)
        except InvalidToken:
            return None
        session = editor_sessions.find_session(self._engine, ref, now)
        editor = self.editor_of(session.address) if session else None
        return SignedIn(editor, hash_secret(ref)[:32]) if editor else None

    def by_proxy(self, name: str) -> SignedIn | None:
        """Return who has signed in at a trusted proxy, None if it is no editor."""
        editor = self.editor_of(name)
        return (
            SignedIn(editor, f"proxy {self._hasher.address_keys(name)[0][:32]}", is_by_proxy=True) if editor else None
        )

    def sign_out(self, cookie: str, now: datetime) -> None:
        """End a session. Ending twice is allowed."""
        try:
            ref = self._signer.read(_SESSION, cookie, now)
        except InvalidToken:
            return
        editor_sessions.end_session(self._engine, ref)

    def is_signed(self, cookie: str, now: datetime) -> bool:
        """Return True if a cookie is one of ours that has not expired. It does not ask the database."""
        try:
            return bool(self._signer.read(_SESSION, cookie, now))
        except InvalidToken:
            return False

    def preview_token(self, ref: str, ends_at: datetime) -> str:
        """Return the signed token of a link to a preview."""
        return self._signer.write(_PREVIEW, ref, ends_at)

    def preview_ref(self, token: str, now: datetime) -> str:
        """Return the secret of a link to a preview. Raise InvalidToken."""
        return self._signer.read(_PREVIEW, token, now)

    def form_token(self, who: SignedIn, now: datetime) -> str:
        """Return the token that each form of a signed-in editor carries (CSRF)."""
        return self._signer.write(_FORM, who.subject, now + SESSION_LASTS)

    def is_form_token(self, token: str, who: SignedIn, now: datetime) -> bool:
        """Return True if a form was made for this very session."""
        return self._is_token(_FORM, token, who.subject, now)

    def open_form_token(self, secret: str, now: datetime) -> str:
        """Return the token of a form for who has not signed in; `secret` is that of a cookie of the browser."""
        return self._signer.write(_OPEN_FORM, hash_secret(secret)[:32], now + SESSION_LASTS)

    def is_open_form_token(self, token: str, secret: str, now: datetime) -> bool:
        """Return True if a form was made for the browser with this secret; never without one."""
        return bool(secret) and self._is_token(_OPEN_FORM, token, hash_secret(secret)[:32], now)

    def _is_token(self, purpose: str, token: str, subject: str, now: datetime) -> bool:
        try:
            return compare_digest(self._signer.read(purpose, token, now), subject)
        except InvalidToken:
            return False
