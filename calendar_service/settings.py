"""Settings, read from the environment once, at start.

Each variable may also be given as NAME_FILE, the path of a file that holds the value (for secrets).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from calendar_service.records.errors import CalendarError, suggest

if TYPE_CHECKING:
    from collections.abc import Mapping

DEFAULT_PORT = 8000
_PREFIX = "CALENDAR_"


class BadSetting(CalendarError):
    """An environment variable cannot be used; the message names it."""

    def __init__(self, name: str, message: str, remedy: str) -> None:
        super().__init__(f"{name}: {message}", remedy=remedy)
        self.name = name


@dataclass(frozen=True)
class Settings:
    """All settings. `base_url` has no slash at its end; every absolute link begins with it."""

    file: Path = Path("data/events.yaml")
    database_url: str = field(default="sqlite:///var/calendar.sqlite3", repr=False)
    base_url: str = f"http://127.0.0.1:{DEFAULT_PORT}"
    trusted_hosts: tuple[str, ...] = ()
    trusted_proxies: int = 0


def read_settings(environ: Mapping[str, str]) -> Settings:
    """Read the settings. Raises BadSetting for a variable that is unknown or unusable."""
    _refuse_unknown(environ)
    base_url = _value(environ, "CALENDAR_BASE_URL")
    checked = _base_url(base_url) if base_url else Settings.base_url
    host = urlsplit(checked).hostname or ""
    return Settings(
        file=Path(_value(environ, "CALENDAR_FILE") or "data/events.yaml"),
        database_url=_value(environ, "CALENDAR_DATABASE_URL") or Settings.database_url,
        base_url=checked,
        # A public address is a promise on the name; without one any name is answered, as on a laptop.
        trusted_hosts=(host, "localhost", "127.0.0.1", "::1") if base_url else (),
        trusted_proxies=_count(environ, "CALENDAR_TRUSTED_PROXIES"),
    )


_KNOWN = (
    "CALENDAR_BASE_URL",
    "CALENDAR_DATABASE_URL",
    "CALENDAR_FILE",
    "CALENDAR_TRUSTED_PROXIES",
)
# Settings of the service that this version does not read yet; giving them is no mistake.
_RESERVED = (
    "CALENDAR_FRAME_ANCESTORS",
    "CALENDAR_MAIL_FROM",
    "CALENDAR_OPERATOR_TOKEN",
    "CALENDAR_SECRET_KEY",
    "CALENDAR_SMTP_URL",
)


def _refuse_unknown(environ: Mapping[str, str]) -> None:
    known = {*_KNOWN, *_RESERVED}
    for name in sorted(environ):
        if name.startswith(_PREFIX) and name.removesuffix("_FILE") not in known and name not in known:
            raise BadSetting(name, "there is no such setting.", suggest(name, known) or f"Known: {', '.join(_KNOWN)}.")


def _value(environ: Mapping[str, str], name: str) -> str:
    path = environ.get(f"{name}_FILE")
    if path is None:
        return environ.get(name, "").strip()
    if name in environ:
        raise BadSetting(name, f"it is given beside {name}_FILE.", "Keep one of the two.")
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise BadSetting(
            f"{name}_FILE", f"{path} cannot be read: {error.strerror}.", "Check its name and rights."
        ) from None


def _base_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise BadSetting("CALENDAR_BASE_URL", f"{value!r} is not a base address.", "Write https://calendar.example.org")
    return value.rstrip("/")


def _count(environ: Mapping[str, str], name: str) -> int:
    value = _value(environ, name)
    if value and not value.isdecimal():
        raise BadSetting(name, f"{value!r} is not a number.", "Write how many proxies stand in front, such as 1.")
    return int(value or 0)
