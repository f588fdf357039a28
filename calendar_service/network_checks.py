"""The checks of `calendar-service doctor` that ask others: the mail server, the service at its address, and the DNS."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, timedelta
from email.utils import parseaddr, parsedate_to_datetime
from http.client import HTTPException
from typing import TYPE_CHECKING
from urllib.error import HTTPError
from urllib.request import HTTPRedirectHandler, Request, build_opener

from calendar_service.dns_txt import NoDnsAnswer, look_up_txt
from calendar_service.reminders.channels.base import DeliveryFailed
from calendar_service.reminders.channels.smtp import SmtpChannel

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from calendar_service.settings import Settings

_SECONDS = 10
_CLOCK = timedelta(minutes=5)


@dataclass(frozen=True)
class CheckResult:
    """The result of one check."""

    is_well: bool
    text: str


def check_mail_server(settings: Settings, now: datetime) -> CheckResult:
    """Log in to the mail server, and send nothing."""
    if not settings.smtp_url:
        return CheckResult(is_well=True, text="mail: CALENDAR_SMTP_URL is not set; mails become files in var/mail")
    try:
        SmtpChannel(settings.smtp_url, settings.mail_from, "doctor", lambda: now).try_out()
    except DeliveryFailed as error:
        return CheckResult(
            is_well=False, text=f"mail: {str(error).rstrip('.')}. Look at CALENDAR_SMTP_URL and at the mail server"
        )
    return CheckResult(is_well=True, text="mail: the mail server takes our log-in and our sender")


class _StayHere(HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        """Follow no redirect: not all calendar programs do."""
        return


def check_base_url(settings: Settings, now: datetime) -> list[CheckResult]:
    """Request the service at its own address, as the public does, and compare the clock with the answer's Date."""
    if not settings.trusted_hosts:
        return [
            CheckResult(is_well=True, text=f"links begin with {settings.base_url}, as CALENDAR_BASE_URL is not set")
        ]
    url = f"{settings.base_url}/healthz"
    try:
        with build_opener(_StayHere()).open(Request(url), timeout=_SECONDS) as answer:  # noqa: S310 (http or https)
            body, date = answer.read(1000), answer.headers.get("Date", "")
    except HTTPError as error:
        with error:
            text = f"{url} answers {error.code}: the proxy does not pass on to this service, or redirects"
            return [CheckResult(is_well=False, text=text)]
    except (OSError, HTTPException) as error:
        reason = getattr(error, "reason", error)
        text = f"{url} does not answer ({reason}): look at the DNS, the proxy, its certificate, and whether this runs"
        return [CheckResult(is_well=False, text=text)]
    if b'"status":"ok"' not in body.replace(b" ", b""):
        return [CheckResult(is_well=False, text=f"{url} is answered by something else: look at the proxy")]
    return [CheckResult(is_well=True, text=f"links begin with {settings.base_url}, and it answers"), *_clock(date, now)]


def _clock(date: str, now: datetime) -> Iterator[CheckResult]:
    try:
        # All of HTTP is in UTC, also where a proxy writes -0000 for it.
        theirs = parsedate_to_datetime(date).replace(tzinfo=UTC)
    except ValueError:
        return
    if abs(now - theirs) > _CLOCK:
        text = f"the clock of this host says {now:%H:%M:%S %Z}, but {date} came over HTTP: set the one that is wrong"
        yield CheckResult(is_well=False, text=text)


def check_sender_domain(settings: Settings, look_up: Callable[[str], list[str]] = look_up_txt) -> Iterator[CheckResult]:
    """Look for SPF and DMARC of the sender's domain, where mails are sent and the DNS answers."""
    domain = parseaddr(settings.mail_from)[1].rpartition("@")[2].lower()
    if not settings.smtp_url or "." not in domain or domain.endswith((".example", ".local", ".localhost", ".test")):
        return
    try:
        has_spf = any(text.lower().startswith("v=spf1") for text in look_up(domain))
        has_dmarc = any(
            text.lower().startswith("v=dmarc1") for each in _with_parents(domain) for text in look_up(f"_dmarc.{each}")
        )
    except NoDnsAnswer:
        yield CheckResult(is_well=True, text=f"SPF and DMARC of {domain}: not looked at, as no name server answers")
        return
    spf = f"{domain} has no SPF record: publish one that names the mail server (TXT v=spf1 …)"
    yield CheckResult(has_spf, f"{domain} has an SPF record" if has_spf else spf)
    dmarc = f"_dmarc.{domain} has no DMARC record: publish one (TXT v=DMARC1; p=none; rua=mailto:…)"
    yield CheckResult(has_dmarc, f"{domain} has a DMARC record" if has_dmarc else dmarc)
    text = "DKIM: only a message shows it. Send one to yourself, and look for dkim=pass"
    yield CheckResult(is_well=True, text=text)


def _with_parents(domain: str) -> list[str]:
    labels = domain.split(".")
    return [".".join(labels[start:]) for start in range(len(labels) - 1)]
