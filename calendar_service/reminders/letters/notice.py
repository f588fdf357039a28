"""The notice of what has changed in a record, or that it is new."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from calendar_service.records.differences import What
from calendar_service.records.enums import MomentName
from calendar_service.records.times import civil_from_instant
from calendar_service.reminders.letters.changes import STANDINGS, change_data, changed_row, headline, new_headline
from calendar_service.reminders.letters.facts import main_moment
from calendar_service.reminders.letters.parts import (
    counted_to,
    make_letter,
    make_sheet,
    make_subject,
    short_moment,
    write_preheader,
)
from calendar_service.reminders.letters.setting import fit
from calendar_service.reminders.letters.sheet import Button
from calendar_service.writers import sentences
from calendar_service.writers.content import clean_line, clip, plain

if TYPE_CHECKING:
    from datetime import datetime

    from calendar_service.records.differences import Difference
    from calendar_service.records.edition import Edition, Entry, Revision
    from calendar_service.reminders.channels.post import Letter
    from calendar_service.reminders.letters.facts import Main
    from calendar_service.reminders.letters.sheet import Changed, Fact, Sheet, When
    from calendar_service.writers.language import Language
    from calendar_service.writers.view import View

_MAX_CHANGES = 12
_MAX_CHANGES_IN_DATA = 50
_MAX_PLACE = 60


def compose_notice(  # noqa: PLR0913 (both sides of a change, and for whom)
    before: Revision | None,
    after: Revision,
    entry: Entry,
    edition: Edition,
    differences: list[Difference],
    *,
    now: datetime,
    view: View,
) -> Letter:
    """Write what has changed from one revision to another, the weightiest first, or that a record is new.

    `before` is None for a new record; else there is at least one difference. The state of the record is that of
    `after`, whatever came later.
    """
    shown = replace(entry, revision=after)
    if before is None:
        return _compose_new(shown, edition, now=now, view=view)
    lang, main = view.lang, main_moment(shown, edition.calendar, now)
    first, records = differences[0], (before.record, after.record)
    told = [each for each in differences if each.what not in STANDINGS]
    rows = tuple(changed_row(each, records, shown, edition.calendar, view) for each in told[:_MAX_CHANGES])
    sheet = make_sheet(shown, main, edition, view, now)
    head = headline(first, lang)
    sheet = replace(
        sheet,
        preheader=write_preheader(sheet, head),
        label=sheet.label if sheet.state == head else head,
        changes=rows,
        when=_standing_when(sheet, first, rows),
        history=_reason(after, edition, lang) + _left_out(told, lang),
        facts=_unless_told(sheet, told, lang),
        button=_home(view) if after.withdrawn else sheet.button,
        why=lang.say("You get this letter because you asked {sender} for reminders.", sender=sheet.sender),
    )
    subject = make_subject(head, sheet, _notice_when(first, main, edition, view, now))
    letter = make_letter("notice", subject, sheet, (shown, main), edition, now)
    return replace(
        letter,
        data=dict(letter.data) | {"changes": [change_data(each, lang) for each in differences[:_MAX_CHANGES_IN_DATA]]},
    )


def _compose_new(entry: Entry, edition: Edition, *, now: datetime, view: View) -> Letter:
    lang, main = view.lang, main_moment(entry, edition.calendar, now)
    head = new_headline(entry.record.kind, lang)
    sheet = make_sheet(entry, main, edition, view, now)
    sheet = replace(
        sheet,
        preheader=write_preheader(sheet, head),
        label=head,
        when=sheet.when and replace(sheet.when, counted=counted_to(entry, main, edition, view, now)),
        why=lang.say("You get this letter because you asked {sender} to tell you of what is new.", sender=sheet.sender),
    )
    short = short_moment(main, edition, view, now)
    if main.name is MomentName.CLOSES:
        short = lang.say("closes {when}", when=short)
    return make_letter("new", make_subject(head, sheet, short), sheet, (entry, main), edition, now)


def _standing_when(sheet: Sheet, first: Difference, rows: tuple[Changed, ...]) -> When | None:
    """Give the time to show beside the changes: none where they tell it, the old one of what is off."""
    if sheet.when and first.what in {What.CANCELLED, What.WITHDRAWN, What.POSTPONED}:
        return replace(sheet.when, label=sheet.view.lang.say("Was planned for"))
    tells_time = rows and first.what is not What.PLACE
    return None if tells_time else sheet.when


def _notice_when(first: Difference, main: Main, edition: Edition, view: View, now: datetime) -> str:
    lang, zone = view.lang, edition.calendar.zone
    year = civil_from_instant(now, zone).day.year
    match first.what:
        case What.POSTPONED:
            return lang.say("no new date yet")
        case What.MOVED | What.SERIES if first.new:
            return lang.say("now {when}", when=sentences.short_when(first.new, zone, year, lang))
        case What.PLACE:
            return clip(clean_line(fit(sentences.place(first.new_place, lang))), _MAX_PLACE)
        case What.ADDED | What.REMOVED | What.OCCURRENCE_CANCELLED | What.OCCURRENCE_RESTORED:
            at = first.new or first.old
            return sentences.short_when(at, zone, year, lang) if at else ""
    return short_moment(main, edition, view, now)


def _reason(after: Revision, edition: Edition, lang: Language) -> tuple[str, ...]:
    day = civil_from_instant(after.changed_at, edition.calendar.zone).day
    reason = " ".join(plain(sentences.pick(after.record.note_of_change, lang.code).text).split())
    decided = lang.say("Changed on {day}.", day=lang.day(day, weekday=False))
    return (*((lang.say("Reason: {reason}", reason=reason),) if reason else ()), decided)


def _left_out(told: list[Difference], lang: Language) -> tuple[str, ...]:
    number = len(told) - _MAX_CHANGES
    if number <= 0:
        return ()
    return (lang.plural("{number} more change is on the page.", "{number} more changes are on the page.", number),)


def _unless_told(sheet: Sheet, told: list[Difference], lang: Language) -> tuple[Fact, ...]:
    """Leave out of the details what stands among the changes already."""
    labels = {sentences.moment_label(each.moment, lang) for each in told if each.moment and not each.session}
    labels |= {lang.say("Where")} if any(each.what is What.PLACE for each in told) else set()
    return tuple(fact for fact in sheet.facts if fact.label not in labels)


def _home(view: View) -> Button:
    return Button(view.lang.say("To the calendar"), f"{view.base_url}{view.prefix}/")
