"""The reminder of one moment of a record."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from calendar_service.reminders.letters.facts import days_ahead, given_moment
from calendar_service.reminders.letters.parts import (
    make_letter,
    make_sheet,
    make_subject,
    short_moment,
    write_preheader,
)
from calendar_service.writers.countdowns import countdown

if TYPE_CHECKING:
    from datetime import date, datetime

    from calendar_service.records.edition import Edition, Entry
    from calendar_service.records.enums import MomentName
    from calendar_service.records.record import Point
    from calendar_service.reminders.channels.post import Letter
    from calendar_service.writers.view import View


def compose_reminder(  # noqa: PLR0913 (what a reminder is of, and for whom)
    entry: Entry,
    edition: Edition,
    moment: MomentName,
    at: Point,
    *,
    occurrence: date | None,
    now: datetime,
    view: View,
) -> Letter:
    """Write the reminder of a moment. `occurrence` is the day that the rule gave, for a record that recurs."""
    main = given_moment(entry.record, moment, at, occurrence)
    counted = countdown(moment, days_ahead(at, edition.calendar, view, now), view.lang)
    sheet = make_sheet(entry, main, edition, view, now)
    sheet = replace(
        sheet,
        preheader=write_preheader(sheet, counted),
        when=sheet.when and replace(sheet.when, counted=counted),
        why=view.lang.say("You get this letter because you asked {sender} for reminders.", sender=sheet.sender),
    )
    subject = make_subject(counted, sheet, short_moment(main, edition, view, now))
    return make_letter("reminder", subject, sheet, (entry, main), edition, now)
