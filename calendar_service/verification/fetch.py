"""Fetch outputs over HTTP as a client does, without following redirects."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from calendar_service.records.errors import CalendarError

if TYPE_CHECKING:
    from collections.abc import Callable

    from calendar_service.verification.audit import FetchedAnswer

_SECONDS = 60
_MOST_BYTES = 64 * 1024 * 1024


class UnusableAddress(CalendarError):
    """The URL of the server is not valid."""


class SilentServer(CalendarError):
    """The server does not answer."""


class _StayHere(HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        """Follow no redirect: the service must answer at the URL itself."""
        return


def ask_server(base_url: str) -> Callable[[str], FetchedAnswer]:
    """Return a function that fetches a path from a server. Raise UnusableAddress."""
    try:
        parts = urlsplit(base_url)
        usable = parts.scheme in ("http", "https") and parts.hostname and not (parts.query or parts.fragment)
    except ValueError:
        usable = False
    if not usable:
        raise UnusableAddress(f"{base_url!r} is not an address to ask.", remedy="Write https://calendar.example.org")
    opener = build_opener(_StayHere())

    def fetch(path: str) -> FetchedAnswer:
        url = f"{base_url.rstrip('/')}{path}"
        try:
            request = Request(url, headers={"User-Agent": "calendar-service audit"})  # noqa: S310 (http or https, see above)
            with opener.open(request, timeout=_SECONDS) as answer:
                return answer.status, answer.read(_MOST_BYTES)
        except HTTPError as error:
            with error:
                return error.code, b""
        except (URLError, OSError) as error:
            reason = getattr(error, "reason", error)
            raise SilentServer(f"{url} does not answer: {reason}.", remedy="Is the server running?") from None

    return fetch
