"""The command `letter`: preview the reminder of a record, or the notice that it does not take place."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from calendar_service.bootstrap import open_database
from calendar_service.cli.published import published_edition
from calendar_service.clock import clock
from calendar_service.records.due import due
from calendar_service.records.errors import CalendarError
from calendar_service.records.leads import read_lead
from calendar_service.records.main_moment import main_moment
from calendar_service.records.working_days import WorkingDays
from calendar_service.records.zones import tzinfo_of
from calendar_service.reminders.change_notices import differences_of
from calendar_service.reminders.channels.base import Envelope
from calendar_service.reminders.channels.link_placeholders import fill_html_links, fill_links
from calendar_service.reminders.channels.mail_message import build_message
from calendar_service.reminders.messages.items import RecordNotice
from calendar_service.reminders.messages.notice import compose_notice
from calendar_service.reminders.messages.reminder import compose_reminder
from calendar_service.settings import read_settings
from calendar_service.store.engine import reading
from calendar_service.store.revisions import load_change
from calendar_service.store.schedule import first_pass_of
from calendar_service.writers.i18n import language
from calendar_service.writers.render_context import RenderContext

if TYPE_CHECKING:
    from datetime import datetime

    from calendar_service.records.edition import Edition, Entry
    from calendar_service.reminders.channels.base import Message
    from calendar_service.settings import Settings
    from calendar_service.store.engine import Database

# A preview has no subscriber, and so no signed links.
_LINK = "/reminders/your-own-link"


@click.command(name="letter")
@click.argument("record_id", metavar="ID")
@click.option("--lead", default="7 days", show_default=True, help="How long before, such as 7 days or 24 hours.")
@click.option("--lang", default="", metavar="L", help="The language, such as fr. Without it, the calendar's own.")
@click.option("--zone", default="", metavar="AREA/CITY", help="The subscriber's time zone.")
@click.option("--format", "form", type=click.Choice(["text", "html", "eml"]), default="text", show_default=True)
def print_message(record_id: str, lead: str, lang: str, zone: str, form: str) -> None:
    """Print the reminder of record ID as it is sent LEAD before its deadline.

    Of what is cancelled, postponed or withdrawn nobody is reminded: then it is the notice that says so.
    """
    settings = read_settings(os.environ)
    engine = open_database(settings)
    edition = published_edition(engine)
    view = _view(edition, settings, lang, zone)
    entry = edition.entries.get(record_id)
    if entry is None:
        raise CalendarError(f"There is no event or call {record_id!r}.", remedy="Look at /api/v1/records.")
    if entry.revision.holds:
        written, now = _compose(entry, lead, edition, view)
    else:
        written, now = _compose_notice(engine, entry, edition, view)
    click.echo(_as(form, written, edition, settings, now), nl=False)


def _view(edition: Edition, settings: Settings, lang: str, zone: str) -> RenderContext:
    known = edition.calendar.shown_languages
    if lang and lang not in known:
        raise click.BadParameter(f"{lang!r} is not a language of the calendar. Known: {', '.join(known)}.")
    if zone:
        tzinfo_of(zone)
    default = edition.calendar.default_language
    return RenderContext(language(lang or default), settings.base_url, default, zone)


def _compose_notice(engine: Database, entry: Entry, edition: Edition, view: RenderContext) -> tuple[Message, datetime]:
    """Return the notice that a record is off, and the instant when it is due. Raise CalendarError."""
    record_id = entry.record.id
    with reading(engine) as connection:
        for number in range(entry.revision.number, 1, -1):
            before, after = load_change(connection, record_id, number)
            seen = first_pass_of(connection, after.edition) if after else None
            if before is None or after is None:
                break
            now = seen.at if seen else after.changed_at
            if changes := differences_of(before, after, edition, now):
                return compose_notice(RecordNotice(entry, before, after, changes), edition, now=now, view=view), now
    raise CalendarError(f"There is no message about {record_id!r}: it never took place.", remedy="")


def _compose(entry: Entry, lead: str, edition: Edition, view: RenderContext) -> tuple[Message, datetime]:
    """Return the message as it is rendered when it is due, and that instant (aware). Raise CalendarError."""
    calendar, record_id = edition.calendar, entry.record.id
    main = main_moment(entry, calendar, clock())
    days = WorkingDays(closures=frozenset(calendar.closures))
    now = due(read_lead(lead), main.at, view.zone or calendar.zone, days)
    if now is None:
        raise CalendarError(f"{lead!r} gives no reminder of {record_id!r}: it would be too late.", remedy="Write more.")
    written = compose_reminder(entry, edition, main.name, main.at, occurrence=main.occurrence, now=now, view=view)
    return written, now


def _as(form: str, written: Message, edition: Edition, settings: Settings, now: datetime) -> str:
    link = f"{settings.base_url}{_LINK}"
    envelope = Envelope("reader@example.org", f"letter@{edition.calendar.id}", "", link, link)
    match form:
        case "eml":
            return build_message(written, envelope, settings.mail_from, edition.calendar.id, now).as_string()
        case "html":
            return fill_html_links(written.html, envelope)
    return fill_links(f"{written.subject}\n\n{written.text}", envelope)
