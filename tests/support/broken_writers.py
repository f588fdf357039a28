"""Each renderer broken on purpose: what is done to it, in which language it is looked at, and where it must be seen."""

import re
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from calendar_service import output_formats
from calendar_service.output_formats import FORMATS
from calendar_service.records import times
from calendar_service.records.record import TimeSpan
from calendar_service.web import agenda, event, pages, widget_views
from calendar_service.writers import api, atom, csv_feed, feed, jsonfeed, jsonld, phrases, vevent_specs, vevents
from calendar_service.writers.feed import FeedUnit
from calendar_service.writers.i18n import Language

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BROKEN = []

# The forms in which something is told.
ICS = {name for name, form in FORMATS.items() if form.holds is FeedUnit.VEVENTS}
ENTRIES = ICS | {name for name, form in FORMATS.items() if form.holds is FeedUnit.ENTRIES}
ROWS = {"agenda", "newsletter", "widget"}
PAGES = ROWS | {"page"}
TEXTS = ENTRIES | {"json", "atom"}
LISTS = {"api", "json", "csv"}


def broken(*seen, lang="en"):
    """Register what breaks a renderer; `seen` are the forms that are wrong then."""

    def register(breaking):
        BROKEN.append((breaking.__name__, breaking, lang, set().union(*seen)))
        return breaking

    return register


def wrap(patch, owner, name, change):
    """Put `change(original, *arguments)` in the place of a function."""
    original = getattr(owner, name)
    patch.setattr(owner, name, lambda *given, **named: change(original, *given, **named))


def on_entries(patch, name, change):
    """Change the entries that are given to the writer of a format."""
    form = FORMATS[name]

    def write(contents):
        return form.write(replace(contents, entries=change(contents.entries)))

    patch.setitem(FORMATS, name, replace(form, write=write))


def on_event(patch, change):
    """Change each VEVENT after it was made."""

    def made(original, *given):
        event = original(*given)
        change(event)
        return event

    wrap(patch, vevents, "_event", made)


def move(event, name, by, form="%Y%m%dT%H%M%S"):
    """Move a time, or with the form of days a day, of a VEVENT that is no component of icalendar, but content lines."""
    line = event.lines.get(name, "")
    head, _, value = line.rpartition(":")
    with suppress(ValueError):  # what it has is of the other form, or several
        event.lines[name] = (
            f"{head}:{datetime.strptime(value.rstrip('Z'), form) + by:{form}}{'Z' * value.endswith('Z')}"
        )


def later(at, by):
    match at:
        case times.DaySpan(first, last):
            return times.DaySpan(first + by, last + by)
        case TimeSpan(starts, ends):
            return TimeSpan(later(starts, by), ends and later(ends, by))
        case _:
            return replace(at, day=at.day + by)


# -- words ------------------------------------------------------------------------------------------


@broken(TEXTS, PAGES)
def clocks_an_hour_late(patch):
    def change(original, starts, ends, *rest, **named):
        return original(starts + HOUR, ends and ends + HOUR, *rest, **named)

    wrap(patch, phrases, "_clock_range", change)


@broken(TEXTS, PAGES, lang="fr")
def clocks_an_hour_late_in_french(patch):
    clocks_an_hour_late(patch)


@broken(TEXTS, PAGES)
def ends_a_minute_early(patch):
    def change(original, starts, ends, *rest, **named):
        return original(starts, ends and ends - timedelta(minutes=1), *rest, **named)

    wrap(patch, phrases, "_clock_range", change)


@broken(TEXTS, PAGES)
def whole_days_a_day_late(patch):
    def change(original, first, last, *rest, **named):
        return original(first + DAY, last + DAY, *rest, **named)

    wrap(patch, phrases, "days", change)


@broken(TEXTS, PAGES)
def offsets_all_of_winter(patch):
    patch.setattr(phrases, "offset_words", lambda *_: "UTC+1")


@broken(TEXTS, PAGES)
def local_line_in_another_zone(patch):
    wrap(patch, phrases, "local_when", lambda original, at, zone, _, lang: original(at, zone, "Asia/Shanghai", lang))


@broken(TEXTS, PAGES)
def local_line_left_out(patch):
    patch.setattr(phrases, "local_when", lambda *_: "")


@broken(TEXTS, PAGES, {"year"}, lang="fr")
def french_day_names_off(patch):
    names = {"mercredi": "jeudi", "lundi": "mardi", "mardi": "lundi"}
    swap = re.compile("|".join(names))
    wrap(
        patch,
        Language,
        "day",
        lambda original, *given, **named: swap.sub(lambda found: names[found[0]], original(*given, **named)),
    )


@broken(TEXTS, PAGES, {"year"}, lang="fr")
def french_pages_with_english_days(patch):
    wrap(patch, Language, "day", lambda original, *given, **named: original(*given, **named).replace("juillet", "July"))


@broken(TEXTS, {"page"})
def moved_deadlines_the_wrong_way_round(patch):
    def change(original, moved, *rest):
        return original(replace(moved, old=moved.new, new=moved.old), *rest)

    wrap(patch, phrases, "move", change)


@broken(ROWS)
def first_deadline_a_day_early(patch):
    def change(original, entry, calendar, lang):
        day, _ = original(entry, calendar, lang)
        return (day, "Was 1 January 2027.") if day else ("", "")

    wrap(patch, phrases, "deadline_before", change)


@broken(TEXTS, {"page"})
def last_extension_not_told(patch):
    wrap(patch, phrases, "moves", lambda original, *given: original(*given)[:-1])


@broken(TEXTS, {"page"})
def rule_ends_on_another_day(patch):
    wrap(
        patch,
        phrases,
        "rule",
        lambda original, rule, lang: original(replace(rule, until=rule.until and rule.until - DAY), lang),
    )


@broken({"atom"})
def atom_content_off(patch):
    wrap(patch, atom, "describe_record", lambda original, *given: original(*given).replace("11:00", "10:00"))


@broken({"json"})
def json_content_without_deadlines(patch):
    wrap(patch, jsonfeed, "describe_record", lambda original, *given: original(*given).split("\n", 1)[1])


@broken(ICS)
def descriptions_of_entries_off(patch):
    wrap(patch, vevents, "describe_entry", lambda original, span, *rest: original(later(span, DAY), *rest))


@broken(ENTRIES, {"agenda"})
def clock_in_titles_in_utc(patch):
    wrap(patch, phrases, "clock_in", lambda original, at, _, lang: original(at, "UTC", lang))


# -- lists ------------------------------------------------------------------------------------------


@broken(LISTS)
def instants_a_minute_off(patch):
    wrap(patch, api, "write_instant", lambda original, at: original(at + timedelta(minutes=1)))


@broken(LISTS)
def occurrence_dropped_from_lists(patch):
    wrap(patch, api, "occurrences_of", lambda original, *given: original(*given)[1:])


@broken({"csv"})
def table_in_local_time(patch):
    def change(original, *given):
        for cells in original(*given):
            cells[5] = cells[5].replace("T09:", "T11:")
            yield cells

    wrap(patch, csv_feed, "_rows", change)


@broken({"csv"})
def record_dropped_from_the_table(patch):
    on_entries(patch, "csv", lambda entries: entries[:-1])


@broken({"csv"})
def record_twice_in_the_table(patch):
    on_entries(patch, "csv", lambda entries: [*entries, entries[-1]])


@broken(LISTS)
def local_time_on_the_wrong_clock(patch):
    def shifted(original, *given):
        told = original(*given)
        if "local" in told:
            told["local"] = (datetime.fromisoformat(told["local"]) + HOUR).isoformat()
        return told

    wrap(patch, api, "_moment", shifted)


@broken({"json"})
def json_feed_without_the_last_moment(patch):
    wrap(patch, jsonfeed, "list_moments", lambda original, *given: original(*given)[:-1])


@broken({"atom"})
def record_dropped_from_atom(patch):
    on_entries(patch, "atom", lambda entries: entries[1:])


# -- calendar entries ---------------------------------------------------------------------------


@broken(ICS)
def dtstart_an_hour_late(patch):
    on_event(patch, lambda event: move(event, "DTSTART", HOUR))


@broken(ICS)
def dtend_early(patch):
    on_event(patch, lambda event: move(event, "DTEND", -timedelta(minutes=15)))


@broken(ICS)
def dtstart_without_its_zone(patch):
    def change(event):
        event.lines["DTSTART"] = re.sub(r";TZID=[^:]+|Z$", "", event.lines["DTSTART"])

    on_event(patch, change)


@broken(ICS)
def all_day_end_a_day_short(patch):
    on_event(patch, lambda event: move(event, "DTEND", -DAY, "%Y%m%d"))


@broken(ICS)
def summer_and_winter_swapped(patch):
    swap = {b"+0100": b"+0200", b"+0200": b"+0100"}
    wrap(
        patch,
        feed,
        "write_vtimezone",
        lambda original, zone: re.sub(rb"\+0[12]00", lambda found: swap[found[0]], original(zone)),
    )


@broken(ICS)
def vtimezone_left_out(patch):
    patch.setattr(feed, "write_vtimezone", lambda _: b"")


@broken(ICS)
def vtimezone_changes_a_month_late(patch):
    wrap(patch, feed, "write_vtimezone", lambda original, zone: original(zone).replace(b"BYMONTH=10", b"BYMONTH=11"))


def on_rule(patch, pattern, replacement):
    wrap(patch, vevents, "write_rule", lambda original, *given: re.sub(pattern, replacement, original(*given)))


@broken(ICS)
def rule_on_another_weekday(patch):
    on_rule(patch, "BYDAY=[^;]+", "BYDAY=WE")


@broken(ICS)
def rule_ends_a_week_early(patch):
    def early(found):
        return f"UNTIL={datetime.strptime(found[1], '%Y%m%d') - 7 * DAY:%Y%m%d}"

    on_rule(patch, r"UNTIL=(\d{8})", early)


@broken(ICS)
def exdate_dropped(patch):
    on_event(patch, lambda event: event.lines.pop("EXDATE", None))


@broken(ICS)
def recurrence_id_wrong(patch):
    on_event(patch, lambda event: move(event, "RECURRENCE-ID", HOUR))


@broken(ICS)
def recurrence_id_dropped(patch):
    on_event(patch, lambda event: event.lines.pop("RECURRENCE-ID", None))


@broken(ENTRIES)
def deadline_begins_its_block(patch):
    def change(original, name, at):
        span = original(name, at)
        return TimeSpan(span.ends, later(span.ends, DAY)) if isinstance(span, TimeSpan) else span

    wrap(patch, vevent_specs, "milestone_span", change)


@broken(ENTRIES)
def further_deadlines_without_entries(patch):
    patch.setattr(vevent_specs.uids, "extra_moments", lambda _: [])


@broken(ENTRIES)
def written_out_occurrence_dropped(patch):
    wrap(patch, vevent_specs, "days_within", lambda original, *given: original(*given)[1:])


@broken(ENTRIES)
def session_on_another_day(patch):
    wrap(
        patch,
        vevent_specs,
        "_session",
        lambda original, *given: replace(original(*given), span=later(original(*given).span, DAY)),
    )


@broken(ENTRIES)
def uids_of_another_calendar(patch):
    wrap(patch, vevents.uids, "uid", lambda original, name, _: original(name, "other.example"))


@broken({"jcal"})
def jcal_in_utc(patch):
    wrap(
        patch, output_formats, "write_jcal", lambda original, body: original(body).replace(b"T11:00:00", b"T11:00:00Z")
    )


# -- pages ------------------------------------------------------------------------------------------


@broken(PAGES)
def words_of_pages_a_day_late(patch):
    for room in (agenda, event):
        wrap(patch, room, "time_lines", lambda original, at, *rest: original(later(at, DAY), *rest))


@broken({"page"})
def next_date_dropped(patch):
    wrap(patch, event, "occurrences_of", lambda original, *given: original(*given)[1:])


@broken(ROWS, {"year"})
def occurrence_dropped_from_the_agenda(patch):
    wrap(patch, agenda, "occurrences_of", lambda original, *given: original(*given)[:-1])


@broken({"agenda"})
def record_dropped_from_the_agenda(patch):
    wrap(patch, pages, "list_items", lambda original, entries, *rest: original(entries[:-1], *rest))


@broken({"widget"})
def record_dropped_from_the_widget(patch):
    def change(original, *given):
        coming, past = original(*given)
        return coming[:-1], past

    wrap(patch, widget_views, "list_items", change)


@broken({"widget"})
def widget_on_the_clock_of_another_place(patch):
    def change(original, items, edition, view, now):
        return original(items, edition, replace(view, zone="Asia/Tokyo"), now)

    wrap(patch, widget_views, "by_month", change)


@broken({"page"})
def sessions_not_on_the_page(patch):
    def change(original, *given):
        return original(*given) | {"sessions": []}

    wrap(patch, pages, "describe_event", change)


@broken({"page"})
def linked_start_in_local_time(patch):
    wrap(patch, jsonld, "_civil", lambda original, at: original(at)[:-6] + "Z")


@broken({"page"})
def linked_days_end_a_day_late(patch):
    def change(original, span):
        return (span.last + DAY).isoformat() if isinstance(span, times.DaySpan) else original(span)

    wrap(patch, jsonld, "_end", change)


@broken({"page"})
def linked_occurrence_dropped(patch):
    wrap(patch, jsonld, "occurrences_of", lambda original, *given: original(*given)[1:])


@broken({"page"})
def linked_states_all_as_planned(patch):
    def change(original, *given):
        return original(*given) | {"eventStatus": "https://schema.org/EventScheduled"}

    wrap(patch, jsonld, "_happening", change)


@broken({"page"})
def linked_move_from_where_it_is_now(patch):
    wrap(patch, jsonld, "shift", lambda _, span, __: later(span, 7 * DAY))


@broken({"page"})
def linked_tender_open_a_day_longer(patch):
    wrap(patch, jsonld, "_stamp", lambda original, at, zone: original(later(at, DAY), zone))


# -- what was sent: templates, and what stands between them and the subscriber ----------------------

SENT = {
    "datetime an hour off": (rb'datetime="2027-07-07T09:', b'datetime="2027-07-07T10:', PAGES),
    "datetime of whole days off": (rb'datetime="2027-06-21"', b'datetime="2027-06-22"', PAGES),
    "JSON-LD left out": (rb"application/ld\+json", b"text/plain", {"page"}),
    "JSON-LD that is none": (rb'(ld\+json">)\{', rb"\1[", {"page"}),
    "day beside the row": (rb'class="number">7<', b'class="number">8<', ROWS),
    "description of the page": (rb'(name="description" content="Wednesday) 7', rb"\1 14", {"page"}),
    "a day that there is not": (rb"21 June 2027", b"31 June 2027", TEXTS | PAGES | {"year"}),
    "an hour that there is not": (rb"11:00-12:30", b"25:00-26:30", TEXTS | PAGES),
    "another edition": (rb'"edition": \d+', b'"edition": 1', {"api"}),
    "broken JSON": (rb"\]\}$", b"", {"api", "json"}),
    "broken XML": (rb"</feed>$", b"", {"atom"}),
    "no calendar": (rb"BEGIN:VCALENDAR", b"BEGIN:VCARD", {"ics"}),
    "neither instant nor day": (rb'"at": "2027-07-07T09:00:00Z", ', b"", {"api", "json"}),
}
