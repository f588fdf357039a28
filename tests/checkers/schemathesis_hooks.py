"""Loaded by schemathesis, in its own environment: what a request that the document allows may be answered."""

from http import HTTPStatus

import schemathesis

_CONDITIONS = {"if-match", "if-unmodified-since"}


@schemathesis.check
def allowed_request_is_answered(_context, response, case) -> None:
    """In place of positive_data_acceptance, which knows neither conditions, ids and tags, nor the order of two days."""
    query, status = case.query or {}, response.status_code
    if not case.meta or not case.meta.generation.mode.is_positive:
        return
    names = {name.lower() for name in case.headers or {}}
    days = str(query.get("to", "")) < str(query.get("from", ""))
    refusals = {
        HTTPStatus.PRECONDITION_FAILED: bool(_CONDITIONS & names),
        HTTPStatus.BAD_REQUEST: bool({"id", "tag"} & query.keys()) or ({"from", "to"} <= query.keys() and days),
        HTTPStatus.NOT_FOUND: "id" in (case.path_parameters or {}),
        HTTPStatus.SERVICE_UNAVAILABLE: "Retry-After" in response.headers,
    }
    assert status in (HTTPStatus.OK, HTTPStatus.NOT_MODIFIED) or refusals.get(status), f"{status} {response.text}"
