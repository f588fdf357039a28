"""Settings, read from the environment once, at start.

Each variable may also be given as NAME_FILE, the path of a file with the value (for secrets).
pydantic-settings is not used: its messages contain the wrong value, also a password, and NAME_FILE, the refusal of
unknown names and the remedies would still be our own code.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from email.utils import parseaddr
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, unquote, urlsplit

from calendar_service.records.errors import CalendarError, suggest

if TYPE_CHECKING:
    from collections.abc import Mapping

DEFAULT_PORT = 8000
OWN_FOLDER = Path("var")
"""Where the service keeps its own files."""

_PREFIX = "CALENDAR_"
_ADDRESS = re.compile(r"[^@\s,;:<>()\[\]\\\"]{1,64}@[A-Za-z0-9.-]{1,250}")
# What a Content-Security-Policy takes as a frame ancestor, without anything that could end the directive.
_SOURCE = re.compile(r"\*|'none'|'self'|https?://(\*\.)?[A-Za-z0-9.-]+(:[0-9]{1,5})?")

_HEADER = re.compile(r"[A-Za-z][A-Za-z0-9-]{1,60}")
# Browsers and servers give these a meaning of their own.
_TAKEN_HEADERS = frozenset(
    {"authorization", "cookie", "from", "host", "origin", "referer", "user-agent", "content-type"}
)


class BadSetting(CalendarError):
    """An environment variable cannot be used; the message names it."""

    def __init__(self, name: str, message: str, remedy: str) -> None:
        super().__init__(f"{name}: {message}", remedy=remedy)
        self.name = name


@dataclass(frozen=True)
class Editor:
    """Somebody who edits the calendar and gets mails about faults; `roles` are of "write" and "publish".

    `name` is "" if it is not given; it stands beside the address as the author of commits.
    """

    address: str
    roles: frozenset[str]
    name: str = ""


@dataclass(frozen=True)
class Settings:
    """All settings. `base_url` is the beginning of every absolute link, without a slash at its end."""

    file: Path = Path("data/events.yaml")
    database_url: str = field(default="sqlite:///var/calendar.sqlite3", repr=False)
    base_url: str = f"http://127.0.0.1:{DEFAULT_PORT}"
    trusted_hosts: tuple[str, ...] = ()
    trusted_proxies: int = 0
    # "" if messages are written as files instead.
    smtp_url: str = field(default="", repr=False)
    mail_from: str = ""
    # The address in CALENDAR_MAIL_FROM; "" if it is not set, as nobody may read mail to the default one.
    contact: str = ""
    editors: tuple[Editor, ...] = ()
    # The header in which a proxy says which editor has signed in, and the networks such a proxy may call from.
    editor_header: str = ""
    editor_proxies: tuple[IPv4Network | IPv6Network, ...] = ()
    # What is published on the admin pages is committed to the git repository of the file.
    commits_to_git: bool = False
    # Name and address, both "" if git's own settings name the committer.
    git_committer: tuple[str, str] = ("", "")
    # The first one signs, all are accepted, so that a key can be changed. None if one is to be made in var/.
    secret_keys: tuple[str, ...] = field(default=(), repr=False)
    operator_token: str = field(default="", repr=False)
    frame_ancestors: tuple[str, ...] = ("*",)
    # Fetched once a minute while all is well.
    heartbeat_url: str = field(default="", repr=False)
    has_access_log: bool = False
    # For how long what was sent is kept, and the texts of what was replaced.
    retention_days: int = 400
    # How many confirmations of sign-ups are sent in an hour, of all together.
    confirmations_per_hour: int = 500

    @property
    def database_folder(self) -> Path:
        """The folder of an SQLite file, else `var`: what this host keeps for itself is there."""
        parts = urlsplit(self.database_url)
        is_file = parts.scheme.startswith("sqlite") and parts.path.removeprefix("/") not in ("", ":memory:")
        return Path(unquote(parts.path).removeprefix("/")).parent if is_file else OWN_FOLDER


def read_settings(environ: Mapping[str, str]) -> Settings:
    """Return the settings. Raise BadSetting for a variable that is unknown or unusable."""
    _refuse_unknown(environ)
    read_log_format(environ)
    base_url = _value(environ, "CALENDAR_BASE_URL")
    checked = _base_url(base_url) if base_url else Settings.base_url
    host = urlsplit(checked).hostname or ""
    mail_from = _mail_from(_value(environ, "CALENDAR_MAIL_FROM"))
    return Settings(
        file=read_file_setting(environ),
        database_url=_value(environ, "CALENDAR_DATABASE_URL") or Settings.database_url,
        base_url=checked,
        # With a public base URL only its host is answered; without one any host, as on a laptop.
        trusted_hosts=(host, "localhost", "127.0.0.1", "::1") if base_url else (),
        trusted_proxies=_count(environ, "CALENDAR_TRUSTED_PROXIES"),
        smtp_url=_smtp_url(_value(environ, "CALENDAR_SMTP_URL")),
        mail_from=mail_from or f"calendar@{_mail_host(host)}",
        contact=parseaddr(mail_from)[1],
        editors=_editors(_value(environ, "CALENDAR_EDITORS")),
        editor_header=_editor_header(environ),
        editor_proxies=_editor_proxies(_value(environ, "CALENDAR_EDITOR_PROXIES")),
        commits_to_git=_choice(environ, "CALENDAR_GIT", ("off", "commit")) == "commit",
        git_committer=_git_committer(_value(environ, "CALENDAR_GIT_COMMITTER")),
        secret_keys=_secret_keys(_value(environ, "CALENDAR_SECRET_KEY")),
        operator_token=_operator_token(_value(environ, "CALENDAR_OPERATOR_TOKEN")),
        frame_ancestors=_frame_ancestors(_value(environ, "CALENDAR_FRAME_ANCESTORS")),
        has_access_log=_choice(environ, "CALENDAR_ACCESS_LOG", ("off", "on")) == "on",
        heartbeat_url=_heartbeat_url(_value(environ, "CALENDAR_HEARTBEAT_URL")),
        retention_days=_number(environ, "CALENDAR_RETENTION_DAYS", Settings.retention_days, least=60),
        confirmations_per_hour=_number(
            environ, "CALENDAR_CONFIRMATIONS_PER_HOUR", Settings.confirmations_per_hour, least=1
        ),
    )


def read_file_setting(environ: Mapping[str, str]) -> Path:
    """Return the calendar file alone, for what needs no other setting. Raise BadSetting."""
    return Path(_value(environ, "CALENDAR_FILE") or "data/events.yaml")


def read_log_format(environ: Mapping[str, str]) -> str:
    """Return how the log is written, "plain" or "json", for what needs no other setting. Raise BadSetting."""
    return _choice(environ, "CALENDAR_LOG_FORMAT", ("plain", "json"))


_KNOWN = (
    "CALENDAR_ACCESS_LOG",
    "CALENDAR_BASE_URL",
    "CALENDAR_CONFIRMATIONS_PER_HOUR",
    "CALENDAR_DATABASE_URL",
    "CALENDAR_EDITORS",
    "CALENDAR_EDITOR_HEADER",
    "CALENDAR_EDITOR_PROXIES",
    "CALENDAR_FILE",
    "CALENDAR_FRAME_ANCESTORS",
    "CALENDAR_GIT",
    "CALENDAR_GIT_COMMITTER",
    "CALENDAR_HEARTBEAT_URL",
    "CALENDAR_LOG_FORMAT",
    "CALENDAR_MAIL_FROM",
    "CALENDAR_OPERATOR_TOKEN",
    "CALENDAR_RETENTION_DAYS",
    "CALENDAR_SECRET_KEY",
    "CALENDAR_SMTP_URL",
    "CALENDAR_TRUSTED_PROXIES",
)
_ROLES = frozenset({"write", "publish"})
_SECRET_LENGTH = 32
_TOKEN_LENGTH = 16


def _refuse_unknown(environ: Mapping[str, str]) -> None:
    for name in sorted(environ):
        if name.startswith(_PREFIX) and name.removesuffix("_FILE") not in _KNOWN and name not in _KNOWN:
            raise BadSetting(name, "there is no such setting.", suggest(name, _KNOWN) or f"Known: {', '.join(_KNOWN)}.")


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


def _url_parts(value: str) -> SplitResult:
    """Return the parts of a URL; none where it cannot be split, as with a [ in a password or a port that is none."""
    try:
        parts = urlsplit(value)
        _ = parts.port  # only this parses it
    except ValueError:
        return urlsplit("")
    return parts


def is_base_address(value: str) -> bool:
    """Return True if links may begin with a URL."""
    parts = _url_parts(value)
    is_plain = not (parts.query or parts.fragment or "@" in parts.netloc)
    return parts.scheme in ("http", "https") and bool(parts.hostname) and is_plain


def _base_url(value: str) -> str:
    if not is_base_address(value):
        raise BadSetting("CALENDAR_BASE_URL", f"{value!r} is not a base address.", "Write https://calendar.example.org")
    return value.rstrip("/")


def _count(environ: Mapping[str, str], name: str) -> int:
    value = _value(environ, name)
    if value and not value.isdecimal():
        raise BadSetting(name, f"{value!r} is not a number.", "Write how many proxies stand in front, such as 1.")
    return int(value or 0)


def _choice(environ: Mapping[str, str], name: str, choices: tuple[str, ...]) -> str:
    """Return one of the choices, the first where the variable is not set."""
    value = _value(environ, name) or choices[0]
    if value not in choices:
        raise BadSetting(name, f"{value!r} is none of {', '.join(choices)}.", f"Leave it out for {choices[0]}.")
    return value


def _number(environ: Mapping[str, str], name: str, default: int, *, least: int) -> int:
    value = _value(environ, name)
    if not value:
        return default
    if not value.isdecimal() or not least <= int(value) <= 1_000_000:
        raise BadSetting(name, f"{value!r} is not a number from {least} on.", f"Leave it out for {default}.")
    return int(value)


def _smtp_url(value: str) -> str:
    parts = _url_parts(value)
    is_ours = parts.scheme in ("smtp", "smtps") and bool(parts.hostname) and parts.path in ("", "/")
    if value and not (is_ours and parts.port != 0):
        # Not the value: it may contain a password.
        raise BadSetting(
            "CALENDAR_SMTP_URL",
            "it cannot be read.",
            "Write smtp://user:password@mail.example.org:587 or smtps://…; a password's @ : / ? # [ ] % are written as "
            "%40 %3A %2F %3F %23 %5B %5D %25.",
        )
    return value


def _heartbeat_url(value: str) -> str:
    parts = _url_parts(value)
    if value and (parts.scheme not in ("http", "https") or not parts.hostname or not value.isascii() or parts.fragment):
        # Not the value: whoever knows it can report in our name.
        raise BadSetting("CALENDAR_HEARTBEAT_URL", "it is not an address.", "Write https://hc.example.org/ping/…")
    return value


def _mail_from(value: str) -> str:
    name, address = parseaddr(value)
    if value and (not _ADDRESS.fullmatch(address) or not (name + address).isprintable()):
        raise BadSetting(
            "CALENDAR_MAIL_FROM",
            f"{value!r} is not a sender.",
            "Write Intercultural Cities <calendar@example.org>, or only the address.",
        )
    return value


def _editors(value: str) -> tuple[Editor, ...]:
    found: dict[str, Editor] = {}
    for written in filter(None, map(str.strip, re.split(r"[,\n]", value))):
        person, _, role = (part.strip() for part in written.partition(":"))
        name, address = _person(person)
        if not _ADDRESS.fullmatch(address):
            raise _bad_editors(f"{written!r} is not a mail address.")
        if ":" in written and role not in _ROLES:
            raise _bad_editors(f"{written!r} has a role that there is not.")
        if address.casefold() in found:
            raise _bad_editors(f"{address!r} is given twice.")
        found[address.casefold()] = Editor(address, frozenset({role}) if role else _ROLES, name)
    return tuple(found.values())


def _person(written: str) -> tuple[str, str]:
    """Return the name and the address of "Anna Martin <anna@example.org>"; the name is "" if there is none."""
    match = re.fullmatch(r"([^<>]*)<([^<>]*)>", written)
    name, address = (match[1].strip(' "'), match[2].strip()) if match else ("", written)
    return (name, address) if name.isprintable() else ("", written)


def _git_committer(value: str) -> tuple[str, str]:
    name, address = _person(value)
    if value and (not name or not _ADDRESS.fullmatch(address)):
        raise BadSetting(
            "CALENDAR_GIT_COMMITTER",
            f"{value!r} is not a name and an address.",
            "Write Calendar <calendar@example.org>, or leave it out for the settings of git.",
        )
    return name, address


def _bad_editors(message: str) -> BadSetting:
    return BadSetting(
        "CALENDAR_EDITORS",
        message,
        "Write addresses with commas between, each with :write or :publish where it may only do that: "
        "anna@example.org, bo@example.org:write",
    )


def _editor_header(environ: Mapping[str, str]) -> str:
    value = _value(environ, "CALENDAR_EDITOR_HEADER")
    if value and (not _HEADER.fullmatch(value) or value.lower() in _TAKEN_HEADERS):
        raise BadSetting(
            "CALENDAR_EDITOR_HEADER", f"{value!r} cannot be that header.", "Write its name, such as X-Remote-User."
        )
    if value and not _value(environ, "CALENDAR_EDITOR_PROXIES"):
        raise BadSetting(
            "CALENDAR_EDITOR_HEADER",
            "it is set without CALENDAR_EDITOR_PROXIES, so anybody could send it.",
            "Write into CALENDAR_EDITOR_PROXIES from which addresses the proxy calls, such as 127.0.0.1.",
        )
    return value


def _editor_proxies(value: str) -> tuple[IPv4Network | IPv6Network, ...]:
    try:
        return tuple(ip_network(each) for each in filter(None, re.split(r"[,\s]+", value)))
    except ValueError as error:
        raise BadSetting(
            "CALENDAR_EDITOR_PROXIES", f"{error}.", "Write addresses or networks: 127.0.0.1, 10.0.3.0/28"
        ) from None


def _mail_host(host: str) -> str:
    return host if "." in host and not host.replace(".", "").isdecimal() else "localhost"


def _secret_keys(value: str) -> tuple[str, ...]:
    keys = tuple(value.split())
    if any(len(key) < _SECRET_LENGTH for key in keys):
        raise BadSetting(
            "CALENDAR_SECRET_KEY",
            f"a key is shorter than {_SECRET_LENGTH} characters.",
            "Make one: python3 -c 'import secrets; print(secrets.token_urlsafe(32))'. "
            "To change it, write the new one before the old, with a space between.",
        )
    return keys


def _operator_token(value: str) -> str:
    if value and (len(value) < _TOKEN_LENGTH or not value.isascii() or not value.isprintable()):
        raise BadSetting(
            "CALENDAR_OPERATOR_TOKEN",
            f"it is shorter than {_TOKEN_LENGTH} characters, or has unusual ones.",
            "Make one: python3 -c 'import secrets; print(secrets.token_urlsafe(24))'",
        )
    return value


def _frame_ancestors(value: str) -> tuple[str, ...]:
    sources = tuple(value.split()) or ("*",)
    wrong = next((each for each in sources if not _SOURCE.fullmatch(each)), None)
    if wrong is not None:
        raise BadSetting(
            "CALENDAR_FRAME_ANCESTORS",
            f"{wrong!r} is not a site.",
            "Write the sites that may show the widget, with spaces between: https://www.example.org "
            "https://*.example.net; * for all, 'none' for no site.",
        )
    return sources
