"""A feed taken apart, and the register of checks, each under its number in the checklist."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

from tests.support.calendar_clients.lines import Component, parse

RFC = 0  # the number of what RFC 5545 asks of every calendar beyond the checklist


@dataclass
class Feed:
    ics: bytes

    @cached_property
    def parsed(self) -> tuple[Component, list[str]]:
        return parse(self.ics)

    @property
    def root(self) -> Component:
        return self.parsed[0]

    @cached_property
    def calendar(self) -> Component:
        """The first VCALENDAR, or an empty one in which every further check fails."""
        return next(iter(self.root.named("VCALENDAR")), Component("VCALENDAR"))

    @cached_property
    def events(self) -> list[Component]:
        return [each for each in self.root.walk() if each.name == "VEVENT"]

    @cached_property
    def zones(self) -> list[Component]:
        return [each for each in self.root.walk() if each.name == "VTIMEZONE"]

    @cached_property
    def masters(self) -> dict[str, Component]:
        """The events that are no overrides, by UID."""
        return {each.value("UID") or "": each for each in self.events if not each.get("RECURRENCE-ID")}


Check = Callable[[Feed], Iterator[str]]
EventCheck = Callable[[Component], Iterator[str]]
CHECKS: list[tuple[int, Check]] = []


def point(number: int) -> Callable[[Check], Check]:
    def register(check: Check) -> Check:
        CHECKS.append((number, check))
        return check

    return register


def event_point(number: int) -> Callable[[EventCheck], EventCheck]:
    """Register a check of one event; what it says is told with the event's UID."""

    def register(check: EventCheck) -> EventCheck:
        def look(feed: Feed) -> Iterator[str]:
            for event in feed.events:
                yield from (f"{event.value('UID')}: {fault}" for fault in check(event))

        CHECKS.append((number, look))
        return check

    return register
