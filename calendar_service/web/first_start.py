"""A first start, for whoever sits at the machine itself: a file with problems, or the sample as it was shipped."""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import request

from calendar_service.store.publication import PublishOutcome
from calendar_service.web.context import cache, settings, status

if TYPE_CHECKING:
    from calendar_service.records.edition import Edition

_SAMPLES = (
    # starter.yaml, and data/events.yaml of the repository, which `make run` serves.
    frozenset({"first-webinar", "yearly-conference", "first-tender", "refugee-day"}),
    frozenset(
        {
            "systemic-racism-webinar-2020",
            "intercultural-regions-webinar-2020",
            "cyprus-migration-network-2020",
            "online-charts-tender-2020",
            "refugee-day",
            "elimination-of-racial-discrimination-day",
            "roma-day",
            "cultural-diversity-day",
            "human-rights-day",
            "migrants-day",
        }
    ),
)
_FORWARDED = ("forwarded", "via", "x-real-ip", "x-forwarded", "x-client-ip")


def first_start_problems() -> tuple[str, ...]:
    """Return what stops the first publishing, line by line; nothing where the request may come from elsewhere."""
    if not is_at_the_machine():
        return ()
    attempt = status().read(cache().clock()).attempt
    return attempt.reasons if attempt and attempt.outcome is PublishOutcome.BROKEN else ()


def is_sample(edition: Edition) -> bool:
    """Return True while an edition is the sample that was shipped."""
    return edition.number == 1 and frozenset(edition.entries) in _SAMPLES


def is_at_the_machine() -> bool:
    """Return True if the base URL, the Host and the client are loopback, and no proxy stands between."""
    is_forwarded = any(name.lower().startswith(_FORWARDED) for name, _ in request.headers)
    if settings().trusted_proxies or is_forwarded:
        return False
    hosts = (urlsplit(settings().base_url).hostname, urlsplit(f"//{request.host}").hostname, request.remote_addr)
    return all(_is_loopback(host or "") for host in hosts)


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
