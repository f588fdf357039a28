"""What this process counts by itself: requests, polls of feeds by family of client, and renderings."""

from __future__ import annotations

import os
from collections import Counter as Tally
from collections import deque
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Histogram, disable_created_metrics

from calendar_service.output_formats import FORMATS
from calendar_service.web.client_families import family_of

if TYPE_CHECKING:
    from calendar_service.web.access_log import FinishedRequest

disable_created_metrics()  # type: ignore[no-untyped-call]  # it has no hints

_GROUPS = {
    "api": "api",
    "openapi.json": "api",
    "widget": "widget",
    "widget.js": "widget",
    "embed": "widget",
    "oembed": "widget",
    "reminders": "reminders",
    "admin": "editors",
    "preview": "editors",
    "operator": "operator",
    "static": "static",
    "healthz": "health",
    "readyz": "health",
    "metrics": "health",
}
_MOST_FINISHED = 256
_EXTENSIONS = tuple(filter(None, (each.extension for each in FORMATS.values())))


class ProcessMetrics:
    """Counts of this process since its start, each with its number as a label: servers have several processes."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry(auto_describe=False)
        self._requests = self._counter("calendar_requests_total", "Requests, by group and status.", "group", "status")
        self._seconds = Histogram(
            "calendar_request_seconds",
            "How long requests took, by group.",
            ["process", "group"],
            buckets=(0.005, 0.02, 0.1, 0.5, 1, 5, 30),
            registry=self._registry,
        )
        self._polls = self._counter(
            "calendar_polls_total", "Requests for feeds, by family of client.", "client", "status"
        )
        self._renderings = Histogram(
            "calendar_rendering_seconds",
            "How long outputs took to be rendered that were not cached.",
            ["process"],
            buckets=(0.01, 0.1, 0.5, 2, 10, 60),
            registry=self._registry,
        )
        self._refused = self._counter("calendar_renderings_refused_total", "Requests that were refused as too many.")
        self._finished: deque[FinishedRequest] = deque()

    def _counter(self, name: str, words: str, *labels: str) -> Counter:
        return Counter(name, words, ["process", *labels], registry=self._registry)

    def observe(self, request: FinishedRequest) -> None:
        """Count a request, with others before the counts are read: by itself it takes as long as all else of it."""
        self._finished.append(request)
        if len(self._finished) > _MOST_FINISHED:
            self._count_finished()

    def counted(self) -> CollectorRegistry:
        """Return the registry of all counts up to now."""
        self._count_finished()
        return self._registry

    def _count_finished(self) -> None:
        process, seconds = os.getpid(), lru_cache(self._seconds.labels)
        requests, polls = Tally[tuple[str, str]](), Tally[tuple[str, str]]()
        with suppress(IndexError):  # another thread has taken the rest
            while self._finished:
                request = self._finished.popleft()
                group = group_of(request.path)
                requests[group, request.status] += 1
                seconds(process, group).observe(request.seconds)
                if request.path.endswith(_EXTENSIONS):
                    polls[family_of(request.user_agent), request.status] += 1
        for counter, tally in ((self._requests, requests), (self._polls, polls)):
            for labels, number in tally.items():
                counter.labels(process, *labels).inc(number)

    def rendered(self, seconds: float) -> None:
        """Count a rendering."""
        self._renderings.labels(os.getpid()).observe(seconds)

    def refused(self) -> None:
        """Count a request that was refused because too many were being rendered."""
        self._refused.labels(os.getpid()).inc()


@lru_cache(maxsize=4096)
def group_of(path: str) -> str:
    """Return the group of an address: "feed", "page", or what the first part of its path stands for."""
    parts = path.split("/")[1:] or [""]  # the path of `OPTIONS *` has no slash
    first = parts[1] if len(parts) > 1 and len(parts[0]) == 2 else parts[0]
    group = _GROUPS.get(first)
    return group or ("feed" if path.endswith(_EXTENSIONS) else "page")


def resident_memory() -> int | None:
    """Return the bytes of memory that this process holds, None where the system does not say."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except (OSError, ValueError, IndexError):
        return None
    return pages * os.sysconf("SC_PAGE_SIZE")
