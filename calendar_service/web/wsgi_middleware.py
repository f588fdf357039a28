"""WSGI middleware around all of the application: where a request comes from, and a header of every response."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from werkzeug.middleware.proxy_fix import ProxyFix

from calendar_service.web.access_log import log_request, with_request_id

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from calendar_service.settings import Settings
    from calendar_service.web.access_log import FinishedRequest

PEER = "calendar_service.peer"
"""Where the environment of a request has the address of who has connected, whatever a proxy says of its clients."""
_STRICT_TRANSPORT = ("Strict-Transport-Security", "max-age=31536000")


def wrap(
    app: WSGIApplication, settings: Settings, observe: Callable[[FinishedRequest], None] = lambda _: None
) -> WSGIApplication:
    """Return the application behind as many proxies as the settings say, with HSTS if the base URL is https.

    `observe` is called after each request; so is the access log where the settings ask for one.
    """
    if settings.base_url.startswith("https://"):
        app = with_strict_transport(app)
    if hops := settings.trusted_proxies:
        app = ProxyFix(app, x_for=hops, x_proto=hops, x_host=hops)
    app = with_peer(without_script_name(app))
    observers = [observe, log_request] if settings.has_access_log else [observe]
    return with_request_id(app, trusts_proxy=bool(settings.trusted_proxies), observers=observers)


def with_peer(app: WSGIApplication) -> WSGIApplication:
    """Return the application with the address of the peer under PEER, before a proxy's headers change REMOTE_ADDR."""

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        environ[PEER] = environ.get("REMOTE_ADDR", "")
        return app(environ, start_response)

    return answer


def without_script_name(app: WSGIApplication) -> WSGIApplication:
    """Return the application mounted at the root.

    Gunicorn takes a header SCRIPT_NAME from a proxy on the same machine, and removes it from the path. A client could
    so have the page of one address answered with that of another, and a cache would keep it.
    """

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if script_name := environ.get("SCRIPT_NAME"):
            environ["PATH_INFO"] = script_name + environ.get("PATH_INFO", "")
            environ["SCRIPT_NAME"] = ""
        return app(environ, start_response)

    return answer


def with_strict_transport(app: WSGIApplication) -> WSGIApplication:
    """Return the application with HSTS (RFC 6797) in each response."""

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], *failure: Any) -> Any:
            return start_response(status, [*headers, _STRICT_TRANSPORT], *failure)

        return app(environ, start)

    return answer
