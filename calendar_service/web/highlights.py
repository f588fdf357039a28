"""Highlights of the first page: what is on now, the next deadline and registration, the open calls on a line."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from calendar_service.records.enums import MomentName
from calendar_service.records.moments import instant_bounds
from calendar_service.records.times import DaySpan, civil_from_instant, day_of_instant
from calendar_service.web.agenda import machine_time, page_path, registration_ahead, urgency
from calendar_service.web.timeline import Timeline, make_timeline
from calendar_service.writers import phrases
from calendar_service.writers.countdowns import countdown_words, days_ahead, keep_together
from calendar_service.writers.description import time_lines
from calendar_service.writers.states import open_registration, shown_join

if TYPE_CHECKING:
    from datetime import datetime

    from calendar_service.records.edition import Edition
    from calendar_service.records.record import Point, Span
    from calendar_service.web.agenda import AgendaItem
    from calendar_service.writers.phrases import LocalizedText
    from calendar_service.writers.render_context import RenderContext

_CALLS_DRAWN = 6
# One call is among the items already.
_LEAST_CALLS = 2


@dataclass(frozen=True)
class Highlight:
    """One thing worth knowing at first: how far away it is, what it is, the record, and the one action.

    `when` is the point in short, "" of what is on now; `lines` are that point on the other clock, or the place, what a
    deadline was before, and how many others are on now.
    """

    figure: str
    label: str
    urgency: str
    kind: str
    title: LocalizedText
    url: str
    datetime: str
    when: str
    lines: list[str]
    action: str
    action_url: str


@dataclass(frozen=True)
class Highlights:
    """At most three highlights, and the open calls; `calls` is None where there are fewer than two."""

    items: list[Highlight]
    calls: Timeline | None


def make_highlights(coming: list[AgendaItem], edition: Edition, view: RenderContext, now: datetime) -> Highlights:
    """Return the highlights of the coming items, earliest first; `now` is aware."""
    held = [item for item in coming if not item.is_off]
    calls = [item for item in held if _is_call(item)]
    others = [item for item in held if not _is_call(item)]
    writer = _HighlightWriter(edition, view, now)
    found = [writer.on_now(others) or writer.next_event(others), writer.deadline(calls), writer.registration(others)]
    return Highlights(
        items=[each for each in found if each],
        calls=make_timeline(calls, _CALLS_DRAWN, edition, view, now) if len(calls) >= _LEAST_CALLS else None,
    )


def _is_call(item: AgendaItem) -> bool:
    return MomentName.CLOSES in item.entry.record.milestones


@dataclass(frozen=True)
class _HighlightWriter:
    """Writes the highlights in the language of `view`; each method returns None if there is nothing to tell."""

    edition: Edition
    view: RenderContext
    now: datetime

    @property
    def _zone(self) -> str:
        return self.edition.calendar.zone

    def on_now(self, items: list[AgendaItem]) -> Highlight | None:
        """Return what is on now, of several what ends first."""
        lang = self.view.lang
        on = sorted((item for item in items if item.begins <= self.now), key=lambda item: item.ends)
        if not on:
            return None
        item, others = on[0], len(on) - 1
        more = lang.ngettext("{number} other is on now.", "{number} others are on now.", others) if others else ""
        shown = self._highlight(item, item.at, lang.gettext("On now"), self._until(item))
        return replace(
            shown,
            when="",
            lines=[line for line in (phrases.place(item.entry.record.place, lang), more) if line],
            action=lang.gettext("Join online"),
            action_url=shown_join(item.entry, item.occurrence),
        )

    def next_event(self, items: list[AgendaItem]) -> Highlight | None:
        """Return what begins next."""
        if not items:
            return None
        item, lang = items[0], self.view.lang
        countdown = countdown_words(MomentName.STARTS, days_ahead(item.at, self._zone, self.now), lang)
        return self._highlight(item, item.at, countdown, lang.gettext("Next event"))

    def deadline(self, calls: list[AgendaItem]) -> Highlight | None:
        """Return the call that closes next."""
        if not calls:
            return None
        item = calls[0]
        shown = self._highlight(item, item.at, self._days(item.at), self.view.lang.gettext("Next deadline"))
        _, before = phrases.deadline_before(item.entry, self.edition.calendar, self.view.lang)
        return replace(
            shown,
            urgency=urgency(item.at, self._zone, self.now),
            lines=[*shown.lines, before] if before else shown.lines,
        )

    def registration(self, items: list[AgendaItem]) -> Highlight | None:
        """Return the registration that closes next."""
        found = [(closes.at, item) for item in items if (closes := registration_ahead(item, self._zone, self.now))]
        if not found:
            return None
        lang = self.view.lang
        at, item = min(found, key=lambda pair: (instant_bounds(pair[0], self._zone), pair[1].entry.record.id))
        return replace(
            self._highlight(item, at, self._days(at), lang.gettext("Registration closes")),
            urgency=urgency(at, self._zone, self.now),
            action=lang.gettext("Register"),
            action_url=open_registration(item.entry, self._zone, self.now, item.occurrence),
        )

    def _highlight(self, item: AgendaItem, at: Point | Span, figure: str, label: str) -> Highlight:
        """Return a highlight with its times: in short, and on the other clock if there is one."""
        record, calendar, lang = item.entry.record, self.edition.calendar, self.view.lang
        this_year = day_of_instant(self.now, calendar.zone).year
        return Highlight(
            figure=keep_together(figure),
            label=label,
            urgency="",
            kind=record.kind,
            title=phrases.pick(record.title, lang.code),
            url=page_path(record.id, self.view),
            datetime=machine_time(at, calendar.zone),
            when=phrases.short_when(at, calendar.zone, this_year, lang),
            lines=time_lines(at, record, calendar, self.view)[1:],
            action="",
            action_url="",
        )

    def _days(self, at: Point | Span) -> str:
        """Return how many days are left: "2 days", "Tomorrow", "Today"."""
        days = days_ahead(at, self._zone, self.now)
        if days > 1:
            return self.view.lang.ngettext("{number} day", "{number} days", days)
        return countdown_words(MomentName.STARTS, days, self.view.lang)

    def _until(self, item: AgendaItem) -> str:
        """Return until when something is on: "until 17:00", "until Tue 24 November"; "" if no end is announced."""
        lang = self.view.lang
        if item.begins == item.ends:
            return ""
        if isinstance(item.at, DaySpan):
            day, clock = item.at.last, ""
        else:
            local = civil_from_instant(item.ends, self._zone).local
            day, clock = local.date(), lang.clock(local)
        if day != day_of_instant(self.now, self._zone):
            return lang.gettext("until {day}", day=lang.short_day(day))
        return lang.gettext("until {time}", time=clock) if clock else lang.gettext("today")
