"""Numbers for a monitoring system, in Prometheus' text format. Nothing in them tells of a person."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

from flask import Blueprint, Response
from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily, SummaryMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.registry import Collector

from calendar_service.store.editions import Outcome, last_attempt
from calendar_service.store.gauges import read_gauges
from calendar_service.web.context import shelf
from calendar_service.web.guard import require_operator_if_any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from prometheus_client.metrics_core import Metric

    from calendar_service.store.gauges import Gauges

blueprint = Blueprint("metrics", __name__)
blueprint.before_request(require_operator_if_any)

_QUANTILES = (0.5, 0.99, 1.0)


@blueprint.get("/metrics")
def metrics() -> Response:
    """Give all numbers as they are now."""
    now = shelf().clock()
    attempt = last_attempt(shelf().engine)
    is_well = attempt is None or attempt.outcome not in (Outcome.BROKEN, Outcome.HELD)
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Numbers(shelf().edition().number, read_gauges(shelf().engine, now), now, is_well=is_well))
    response = Response(generate_latest(registry), content_type=CONTENT_TYPE_PLAIN_0_0_4)
    response.headers["Cache-Control"] = "no-store"
    return response


class _Numbers(Collector):
    def __init__(self, edition: int, gauges: Gauges, now: datetime, *, is_well: bool) -> None:
        self._edition = edition
        self._gauges = gauges
        self._now = now
        self._is_well = is_well

    def collect(self) -> Iterator[Metric]:
        """Give the families of numbers."""
        found, pulse = self._gauges, self._gauges.pulse
        yield _gauge("calendar_edition", "The number of the edition that is served.", self._edition)
        yield _gauge("calendar_publication_ok", "1 if the calendar file as it is now is published.", self._is_well)
        yield _by_state("calendar_deliveries", "Letters that are still to be sent, by state.", found.unsettled)
        told = "Letters that were settled in the last hour, by what became of them."
        yield _by_state("calendar_deliveries_last_hour", told, found.settled)
        yield _by_state("calendar_subscribers", "Readers by state.", found.subscribers)
        yield _gauge("calendar_signups_waiting", "Sign-ups that no worker has looked at.", found.signups_waiting)
        yield _gauge(
            "calendar_deliveries_oldest_due_seconds",
            "For how long the letter that waits longest has been due.",
            self._age(pulse.oldest_due) or 0,
        )
        if pulse.last_tick:
            told = "Since when no worker has given a sign of life."
            yield _gauge("calendar_reminders_last_tick_seconds", told, self._age(pulse.last_tick) or 0)
        yield _lateness(found.lateness)

    def _age(self, since: datetime | None) -> float | None:
        return max((self._now - since).total_seconds(), 0) if since else None


def _gauge(name: str, told: str, value: float) -> Metric:
    return GaugeMetricFamily(name, told, value=float(value))


def _by_state(name: str, told: str, counts: dict[str, int]) -> Metric:
    family = GaugeMetricFamily(name, told, labels=["state"])
    for state, count in sorted(counts.items()):
        family.add_metric([state], count)
    return family


def _lateness(seconds: list[float]) -> Metric:
    """Give the quantiles of seconds in ascending order; none where nothing was sent."""
    name = "calendar_reminders_lateness_seconds"
    told = "How long after they were due the letters of the last hour were sent."
    family = SummaryMetricFamily(name, told, count_value=len(seconds), sum_value=sum(seconds))
    for quantile in _QUANTILES if seconds else ():
        rank = max(ceil(quantile * len(seconds)) - 1, 0)
        family.add_sample(name, {"quantile": str(quantile)}, seconds[rank])
    return family
