"""Metrics in Prometheus' text format. They contain no personal data."""

from __future__ import annotations

import os
from math import ceil
from typing import TYPE_CHECKING

from flask import Blueprint, Response
from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily, SummaryMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.registry import Collector

from calendar_service.store.faults import FaultKind
from calendar_service.store.gauges import count_connections
from calendar_service.web.context import cache, process_metrics, status
from calendar_service.web.edition_cache import NothingPublished
from calendar_service.web.operator_auth import require_operator_if_any
from calendar_service.web.process_metrics import resident_memory

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from prometheus_client.metrics_core import Metric

    from calendar_service.records.edition import Edition
    from calendar_service.store.gauges import Gauges
    from calendar_service.web.status import ServiceStatus

blueprint = Blueprint("metrics", __name__)
blueprint.before_request(require_operator_if_any)

_QUANTILES = (0.5, 0.99, 1.0)


@blueprint.get("/metrics")
def metrics() -> Response:
    """Return all metrics as they are now."""
    now = cache().clock()
    found = status().read_with_gauges(now)
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Numbers(_present_edition(), found, now))
    registry.register(_Process(count_connections(cache().engine)))
    text = generate_latest(registry) + generate_latest(process_metrics().counted())
    response = Response(text, content_type=CONTENT_TYPE_PLAIN_0_0_4)
    response.headers["Cache-Control"] = "no-store"
    return response


def _present_edition() -> Edition | None:
    try:
        return cache().edition()
    except NothingPublished:
        return None


class _Process(Collector):
    """What this process holds, by its number."""

    def __init__(self, connections: dict[str, int]) -> None:
        self._connections = connections

    def collect(self) -> Iterator[Metric]:
        """Yield the connections to the database, and the memory."""
        process = str(os.getpid())
        help_text = "Connections of a process to the database, by state."
        family = GaugeMetricFamily("calendar_database_connections", help_text, labels=["process", "state"])
        for state, count in self._connections.items():
            family.add_metric([process, state], count)
        yield family
        if memory := resident_memory():
            help_text = "Bytes of memory that a process holds."
            family = GaugeMetricFamily("calendar_resident_memory_bytes", help_text, labels=["process"])
            family.add_metric([process], memory)
            yield family


class _Numbers(Collector):
    def __init__(self, edition: Edition | None, found: ServiceStatus, now: datetime) -> None:
        self._edition = edition
        self._found = found
        self._now = now

    def collect(self) -> Iterator[Metric]:
        """Yield the metrics; without those that the database counts if it does not answer."""
        found = self._found
        number = self._edition.number if self._edition else 0
        yield _gauge("calendar_edition", "The number of the edition that is served.", number)
        if self._edition:
            help_text = "For how long the edition that is served has been public."
            yield _gauge("calendar_edition_age_seconds", help_text, self._age(self._edition.published_at) or 0)
        help_text = "1 if the calendar file as it is now is published, 0 also while publishing fails."
        yield _gauge("calendar_publication_ok", help_text, found.is_published)
        yield _gauge("calendar_database_up", "1 if the database answers.", found.is_database_up)
        yield from self._faults()
        if found.gauges:
            yield from self._counts(found.gauges)

    def _faults(self) -> Iterator[Metric]:
        count = GaugeMetricFamily("calendar_faults", "Faults that are not over, by kind.", labels=["kind"])
        help_text = "For how long the oldest fault of a kind has lasted."
        oldest = GaugeMetricFamily("calendar_fault_oldest_seconds", help_text, labels=["kind"])
        for kind in FaultKind:
            since = [each.first_at for each in self._found.faults if each.kind is kind]
            count.add_metric([kind], len(since))
            oldest.add_metric([kind], self._age(min(since, default=None)) or 0)
        yield from (count, oldest)

    def _counts(self, found: Gauges) -> Iterator[Metric]:
        worker_health = found.worker_health
        yield _by_state("calendar_deliveries", "Messages that are still to be sent, by state.", found.unsettled)
        help_text = "Messages that were settled in the last hour, by their final state."
        yield _by_state("calendar_deliveries_last_hour", help_text, found.settled)
        yield _by_state("calendar_subscribers", "Subscribers by state.", found.subscribers)
        yield _gauge("calendar_signups_waiting", "Sign-ups that no worker has looked at.", found.signups_waiting)
        yield _gauge(
            "calendar_deliveries_oldest_due_seconds",
            "For how long the message that waits longest has been due.",
            self._age(worker_health.oldest_due) or 0,
        )
        if worker_health.last_tick:
            help_text = "Since when no worker has given a sign of life."
            yield _gauge("calendar_reminders_last_tick_seconds", help_text, self._age(worker_health.last_tick) or 0)
        yield _lateness(found.lateness)

    def _age(self, since: datetime | None) -> float | None:
        return max((self._now - since).total_seconds(), 0) if since else None


def _gauge(name: str, help_text: str, value: float) -> Metric:
    return GaugeMetricFamily(name, help_text, value=float(value))


def _by_state(name: str, help_text: str, counts: dict[str, int]) -> Metric:
    family = GaugeMetricFamily(name, help_text, labels=["state"])
    for state, count in sorted(counts.items()):
        family.add_metric([state], count)
    return family


def _lateness(seconds: list[float]) -> Metric:
    """Return the quantiles of `seconds` (sorted); none if nothing was sent."""
    name = "calendar_reminders_lateness_seconds"
    help_text = "How long after they were due the messages of the last hour were sent."
    family = SummaryMetricFamily(name, help_text, count_value=len(seconds), sum_value=sum(seconds))
    for quantile in _QUANTILES if seconds else ():
        rank = max(ceil(quantile * len(seconds)) - 1, 0)
        family.add_sample(name, {"quantile": str(quantile)}, seconds[rank])
    return family
