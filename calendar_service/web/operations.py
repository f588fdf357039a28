"""What operators and machines ask: is it alive, is it ready, may I crawl."""

from __future__ import annotations

from datetime import UTC, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import quote
from xml.etree import ElementTree as ET

from flask import Blueprint, Response, abort, jsonify

from calendar_service.reminders.health import Health, judge
from calendar_service.store.editions import Outcome, last_attempt
from calendar_service.store.engine import DatabaseFault
from calendar_service.store.gauges import take_pulse
from calendar_service.web.context import settings, shelf
from calendar_service.web.feeds import shown_languages
from calendar_service.web.openapi import describe_api
from calendar_service.web.shelf import NothingPublished
from calendar_service.writers.api import write_instant

if TYPE_CHECKING:
    from datetime import date, datetime
    from typing import Any

_PAGES = ("/", "/subscribe", "/reminders", "/embed")
_YEAR = timedelta(days=365)
_SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"

blueprint = Blueprint("operations", __name__)

# Named, because some fetchers look for their own name before they take a feed.
_ROBOTS = """\
User-agent: *
Allow: /

User-agent: Googlebot
User-agent: Google-Calendar-Importer
Allow: /
"""


@blueprint.get("/healthz")
def healthz() -> Response:
    """Say that the process answers."""
    return _fresh(jsonify(status="ok"))


@blueprint.get("/readyz")
def readyz() -> tuple[Response, HTTPStatus]:
    """Say whether there is an edition to serve, and what is wrong with the file if anything.

    A broken or held file does not make the service unready: the last good edition is served, and
    taking it away from readers would be the greater harm. The status is then `stale`. It is `silent` where readers
    wait for reminders and no worker has given a sign of life for three minutes; that leaves feeds as they are, too.
    """
    try:
        edition = shelf().edition()
    except NothingPublished:
        return _fresh(jsonify(status="empty", publication=_publication())), HTTPStatus.SERVICE_UNAVAILABLE
    publication, reminders = _publication(), _reminders()
    is_stale = publication.get("outcome") in (Outcome.BROKEN, Outcome.HELD, "unknown")
    is_silent = reminders["status"] is Health.SILENT
    answer = jsonify(
        status="silent" if is_silent else "stale" if is_stale else "ready",
        edition=edition.number,
        published_at=write_instant(edition.published_at),
        publication=publication,
        reminders=reminders,
    )
    return _fresh(answer), HTTPStatus.OK


@blueprint.get("/robots.txt")
def robots() -> Response:
    """Let everyone in, calendar fetchers above all."""
    text = f"{_ROBOTS}\nSitemap: {shelf().press.base_url}/sitemap.xml\n"
    return _for_an_hour(Response(text, content_type="text/plain; charset=utf-8"))


@blueprint.get("/sitemap.xml")
def sitemap() -> Response:
    """List the pages for search engines, with their other languages (sitemaps.org, 0.9)."""
    edition = shelf().edition()
    base, default = shelf().press.base_url, edition.calendar.languages[0]
    prefixes = {code: "" if code == default else f"/{code}" for code in shown_languages(edition)}
    pages = [(path, edition.published_at) for path in _PAGES]
    pages += [(f"/events/{each.record.id}", each.revision.changed_at) for each in edition.shown_at(shelf().clock())]
    urlset = ET.Element("urlset", {"xmlns": _SITEMAP, "xmlns:xhtml": "http://www.w3.org/1999/xhtml"})
    for path, changed_at in pages:
        for prefix in prefixes.values():
            url = ET.SubElement(urlset, "url")
            ET.SubElement(url, "loc").text = f"{base}{prefix}{path}"
            ET.SubElement(url, "lastmod").text = write_instant(changed_at)
            for code, other in prefixes.items():
                link = {"rel": "alternate", "hreflang": code, "href": f"{base}{other}{path}"}
                ET.SubElement(url, "xhtml:link", link)
    body = ET.tostring(urlset, encoding="utf-8", xml_declaration=True)
    return _for_an_hour(Response(body, content_type="application/xml"))


@blueprint.get("/.well-known/security.txt")
def security() -> Response:
    """Tell whom to write to about a weakness (RFC 9116); only a site with a public address and a contact has one."""
    edition, base = shelf().edition(), shelf().press.base_url
    if not (settings().contact and base.startswith("https://")):
        abort(HTTPStatus.NOT_FOUND)
    lines = (
        f"Contact: mailto:{quote(settings().contact, safe='@+')}",
        f"Expires: {_next_anniversary(edition.published_at, shelf().clock()):%Y-%m-%dT00:00:00Z}",
        f"Preferred-Languages: {', '.join(edition.calendar.languages)}",
        f"Canonical: {base}/.well-known/security.txt",
    )
    return _for_an_hour(Response("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8"))


def _next_anniversary(published: datetime, now: datetime) -> date:
    """Give the first day after `now` that lies whole years of 365 days behind the publication, both in UTC."""
    first, today = published.astimezone(UTC).date(), now.astimezone(UTC).date()
    return first + _YEAR * ((today - first) // _YEAR + 1)


@blueprint.get("/openapi.json")
def openapi() -> Response:
    """Describe the addresses for programs."""
    return _for_an_hour(jsonify(describe_api(shelf().press.base_url)))


def _publication() -> dict[str, Any]:
    try:
        attempt = last_attempt(shelf().engine)
    except DatabaseFault:
        return {"outcome": "unknown", "reasons": ["the database does not answer"]}
    if attempt is None:
        return {}
    return {
        "at": write_instant(attempt.at),
        "file": attempt.file,
        "outcome": attempt.outcome,
        "reasons": attempt.reasons,
    }


def _reminders() -> dict[str, Any]:
    """Tell whether reminders go out: `ok`, `late`, `silent`, or `unknown` where the database does not answer."""
    now = shelf().clock()
    try:
        pulse = take_pulse(shelf().engine, now)
    except DatabaseFault:
        return {"last_tick": None, "oldest_due": None, "status": "unknown"}
    return {
        "last_tick": write_instant(pulse.last_tick) if pulse.last_tick else None,
        "oldest_due": write_instant(pulse.oldest_due) if pulse.oldest_due else None,
        "status": judge(pulse, now),
    }


def _for_an_hour(response: Response) -> Response:
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response


def _fresh(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response
