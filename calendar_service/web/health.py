"""Endpoints for operators and crawlers: health, readiness, robots.txt, sitemap, security.txt, OpenAPI."""

from __future__ import annotations

from datetime import UTC, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import quote
from xml.etree import ElementTree as ET

from flask import Blueprint, Response, abort, jsonify

from calendar_service.records.times import write_instant
from calendar_service.reminders.health import Health, judge
from calendar_service.store.publication import PublishOutcome
from calendar_service.web.context import cache, settings, status
from calendar_service.web.edition_cache import NothingPublished
from calendar_service.web.openapi import describe_api
from calendar_service.web.operator_auth import is_operator
from calendar_service.web.render_limiter import weigh
from calendar_service.web.status import holds_back

if TYPE_CHECKING:
    from datetime import date, datetime
    from typing import Any

    from calendar_service.records.edition import Edition
    from calendar_service.store.faults import Fault
    from calendar_service.store.gauges import WorkerHealth
    from calendar_service.web.status import ServiceStatus

_PAGES = ("/", "/subscribe", "/reminders", "/embed")
_YEAR = timedelta(days=365)
_SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"

_HELD_BACK = {
    PublishOutcome.BROKEN: "The calendar file has errors; what was published last stays.",
    PublishOutcome.HELD: "The calendar file is held until a person confirms it.",
}

blueprint = Blueprint("operations", __name__)

# By name, because some fetchers look for their own name before they fetch a feed.
_ROBOTS = """\
User-agent: *
Allow: /

User-agent: Googlebot
User-agent: Google-Calendar-Importer
Allow: /
"""


@blueprint.get("/healthz")
def healthz() -> Response:
    """Answer 200: the process is alive."""
    return _fresh(jsonify(status="ok"))


@blueprint.get("/readyz")
def readyz() -> tuple[Response, HTTPStatus]:
    """Return the readiness as JSON: whether there is an edition to serve, and what fails.

    Only if there is none the answer is 503, with the status `empty`, or `failing` while the database is away: to take
    a good calendar away from subscribers would be the greater harm. Else the status is the first of these that holds:
    `silent` (subscribers wait for reminders and no worker has given a heartbeat for three minutes), `stale` (the
    calendar file is not what is public, or that is not known), `failing` (something else fails that concerns a host or
    all), `ready`.
    Without the operator's token the answer has public reasons only; with it also paths, findings and details.
    """
    now = cache().clock()
    found, is_private = status().read(now), is_operator()
    body = {
        "publication": _publication(found, is_private=is_private),
        "faults": [_fault(each, is_private=is_private) for each in found.faults],
    }
    try:
        edition = cache().edition()
    except NothingPublished:
        word = "empty" if found.is_database_up else "failing"
        return _fresh(jsonify(status=word, **body)), HTTPStatus.SERVICE_UNAVAILABLE
    reminders = _reminders(found.worker_health, now)
    answer = jsonify(
        status=_status(found, reminders["status"]),
        edition=edition.number,
        published_at=write_instant(edition.published_at),
        reminders=reminders,
        **body,
    )
    return _fresh(answer), HTTPStatus.OK


@blueprint.get("/robots.txt")
def robots() -> Response:
    """Allow all robots, and calendar fetchers by name."""
    text = f"{_ROBOTS}\nSitemap: {settings().base_url}/sitemap.xml\n"
    return _for_an_hour(Response(text, content_type="text/plain; charset=utf-8"))


@blueprint.get("/sitemap.xml")
def sitemap() -> Response:
    """Return the sitemap of all pages with their other languages (sitemaps.org, 0.9)."""
    edition = cache().edition()
    # Two languages of a page take about as long as one record of a feed.
    weight = weigh(len(edition.entries))
    body = cache().share("/sitemap.xml", edition, cache().clock(), weight, lambda: _sitemap(edition))
    return _for_an_hour(Response(body, content_type="application/xml"))


def _sitemap(edition: Edition) -> bytes:
    base, default = settings().base_url, edition.calendar.default_language
    prefixes = {code: "" if code == default else f"/{code}" for code in edition.calendar.shown_languages}
    pages = [(path, edition.published_at) for path in _PAGES]
    pages += [(f"/events/{each.record.id}", each.revision.changed_at) for each in edition.shown_at(cache().clock())]
    urlset = ET.Element("urlset", {"xmlns": _SITEMAP, "xmlns:xhtml": "http://www.w3.org/1999/xhtml"})
    for path, changed_at in pages:
        for prefix in prefixes.values():
            url = ET.SubElement(urlset, "url")
            ET.SubElement(url, "loc").text = f"{base}{prefix}{path}"
            ET.SubElement(url, "lastmod").text = write_instant(changed_at)
            for code, other in prefixes.items():
                link = {"rel": "alternate", "hreflang": code, "href": f"{base}{other}{path}"}
                ET.SubElement(url, "xhtml:link", link)
    written: bytes = ET.tostring(urlset, encoding="utf-8", xml_declaration=True)
    return written


@blueprint.get("/.well-known/security.txt")
def security() -> Response:
    """Return security.txt (RFC 9116); 404 for a site without a public URL or a contact."""
    edition, base = cache().edition(), settings().base_url
    if not (settings().contact and base.startswith("https://")):
        abort(HTTPStatus.NOT_FOUND)
    lines = (
        f"Contact: mailto:{quote(settings().contact, safe='@+')}",
        f"Expires: {_next_anniversary(edition.published_at, cache().clock()):%Y-%m-%dT00:00:00Z}",
        f"Preferred-Languages: {', '.join(edition.calendar.languages)}",
        f"Canonical: {base}/.well-known/security.txt",
    )
    return _for_an_hour(Response("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8"))


def _next_anniversary(published: datetime, now: datetime) -> date:
    """Return the first day after `now` that is a multiple of 365 days after the publication, both in UTC."""
    first, today = published.astimezone(UTC).date(), now.astimezone(UTC).date()
    return first + _YEAR * ((today - first) // _YEAR + 1)


@blueprint.get("/openapi.json")
def openapi() -> Response:
    """Return the OpenAPI document."""
    languages = cache().edition().calendar.shown_languages
    return _for_an_hour(jsonify(describe_api(settings().base_url, languages)))


def _status(found: ServiceStatus, reminders: str) -> str:
    if reminders == Health.SILENT:
        return "silent"
    if found.is_held_back:
        return "stale"
    return "failing" if found.is_failing else "ready"


def _publication(found: ServiceStatus, *, is_private: bool) -> dict[str, Any]:
    """Return the last attempt to publish; its outcome is `failing` if later attempts ended without a result."""
    attempt = found.attempt
    if not found.is_database_up:
        return {"outcome": "unknown", "reasons": ["the database does not answer"]}
    if attempt is None:
        return {}
    is_good = attempt.outcome in (PublishOutcome.PUBLISHED, PublishOutcome.UNCHANGED)
    public = [each.reason for each in found.faults if holds_back(each)]
    body = {
        "at": write_instant(attempt.at),
        "outcome": "failing" if is_good and not found.is_published else attempt.outcome,
        "reasons": public or ([] if is_good else [_HELD_BACK[attempt.outcome]]),
    }
    if is_private:
        body |= {"file": attempt.file, "reasons": list(attempt.reasons) or public}
    return body


def _fault(fault: Fault, *, is_private: bool) -> dict[str, Any]:
    body: dict[str, Any] = {
        "kind": fault.kind,
        "reason": fault.reason,
        "since": write_instant(fault.first_at),
        "count": fault.count,
    }
    return body | {"key": fault.key, "details": list(fault.details)} if is_private else body


def _reminders(worker_health: WorkerHealth | None, now: datetime) -> dict[str, Any]:
    """Return the state of sending: `ok`, `late`, `silent`, or `unknown` if the database does not answer."""
    if worker_health is None:
        return {"last_tick": None, "oldest_due": None, "status": "unknown"}
    return {
        "last_tick": write_instant(worker_health.last_tick) if worker_health.last_tick else None,
        "oldest_due": write_instant(worker_health.oldest_due) if worker_health.oldest_due else None,
        "status": judge(worker_health, now),
    }


def _for_an_hour(response: Response) -> Response:
    response.headers["Cache-Control"] = "max-age=3600"
    return response


def _fresh(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response
