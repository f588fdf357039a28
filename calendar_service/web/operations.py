"""What operators and machines ask: is it alive, is it ready, may I crawl."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Blueprint, Response, jsonify

from calendar_service.store.editions import Outcome, last_attempt
from calendar_service.store.engine import DatabaseFault
from calendar_service.web.context import shelf
from calendar_service.web.shelf import NothingPublished
from calendar_service.writers.api import write_instant

if TYPE_CHECKING:
    from typing import Any

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
    taking it away from readers would be the greater harm. The status is then `stale`.
    """
    try:
        edition = shelf().edition()
    except NothingPublished:
        return _fresh(jsonify(status="empty", publication=_publication())), HTTPStatus.SERVICE_UNAVAILABLE
    publication = _publication()
    stale = publication.get("outcome") in (Outcome.BROKEN, Outcome.HELD, "unknown")
    answer = jsonify(
        status="stale" if stale else "ready",
        edition=edition.number,
        published_at=write_instant(edition.published_at),
        publication=publication,
    )
    return _fresh(answer), HTTPStatus.OK


@blueprint.get("/robots.txt")
def robots() -> Response:
    """Let everyone in, calendar fetchers above all."""
    response = Response(_ROBOTS, content_type="text/plain; charset=utf-8")
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response


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


def _fresh(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response
