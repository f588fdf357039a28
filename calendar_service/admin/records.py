"""The list of records, which is the first page: what is coming, what needs attention, what is past; with a search."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from flask import request

from calendar_service.admin.access import who
from calendar_service.admin.layout import ADMIN, admin_page
from calendar_service.admin.overview import open_overview
from calendar_service.admin.status_line import held_reasons
from calendar_service.admin.task_edits import TITLES, tasks_for
from calendar_service.records.deadline_history import DEADLINES
from calendar_service.records.edition import Revision, advance, is_coming
from calendar_service.records.enums import Status
from calendar_service.records.errors import gettext_noop
from calendar_service.records.main_moment import main_moment
from calendar_service.records.moments import instant_bounds
from calendar_service.records.times import civil_from_instant
from calendar_service.web.context import cache
from calendar_service.writers import phrases
from calendar_service.writers.states import reason_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from flask import Response

    from calendar_service.admin.overview import Overview
    from calendar_service.records.edition import Edition, Entry
    from calendar_service.writers.i18n import Language

_MOST_ROWS = 500
_CLOSES_SOON = timedelta(days=3)
_TENTATIVE_LONG = timedelta(days=30)
LISTS = {
    "": gettext_noop("Upcoming"),
    "attention": gettext_noop("Needs attention"),
    "drafts": gettext_noop("Drafts"),
    "past": gettext_noop("Past"),
}


@dataclass(frozen=True)
class RecordRow:
    """One record of the list; `needs` says what somebody should look at."""

    record_id: str
    title: phrases.LocalizedText
    kind: str
    state: str
    when: str
    needs: list[str]
    is_public: bool
    is_past: bool
    begins: datetime
    tasks: list[tuple[str, str]]


@dataclass(frozen=True)
class ListTab:
    """One of the lists, with the number of its records."""

    label: str
    url: str
    number: int
    is_current: bool


def list_page() -> Response:
    """Show one of the lists, with what was searched for."""
    overview = open_overview()
    name = request.args.get("show", "") if request.args.get("show", "") in LISTS else ""
    words = request.args.get("q", "").strip()[:200]
    rows = _rows(overview, words)
    chosen = {
        "": sorted((each for each in rows if not each.is_past), key=_by_time),
        "attention": sorted((each for each in rows if each.needs), key=_by_time),
        "drafts": sorted(_withheld_rows(overview, words), key=_by_time),
        "past": sorted((each for each in rows if each.is_past), key=_by_time, reverse=True),
    }
    return admin_page(
        "admin_records.html",
        overview=overview,
        path=ADMIN,
        tabs=[_tab(each, len(chosen[each]), name, words, overview.lang) for each in LISTS],
        rows=chosen[name][:_MOST_ROWS],
        more=max(0, len(chosen[name]) - _MOST_ROWS),
        shown=name,
        words=words,
        may_write=who().may("write"),
    )


def _tab(name: str, number: int, current: str, words: str, lang: Language) -> ListTab:
    query = urlencode([pair for pair in (("show", name), ("q", words)) if pair[1]])
    return ListTab(lang.gettext(LISTS[name]), f"{ADMIN}?{query}" if query else ADMIN, number, name == current)


def _rows(overview: Overview, words: str) -> list[RecordRow]:
    difference, now = overview.difference, cache().clock()
    edition = difference.following if difference else overview.edition
    if edition is None:
        return []
    public = overview.edition.entries if overview.edition else {}
    held = held_reasons(overview.state, overview.status)
    entries = [each for each in edition.shown_at(now) if _matches(each, words)]
    return [
        _row(each, edition, each.record.id in public, _is_held(each.record.id, held), now, overview.lang)
        for each in entries
    ]


def _withheld_rows(overview: Overview, words: str) -> list[RecordRow]:
    """Return the records that are not public: drafts, and those that become so at a time."""
    if overview.draft is None:
        return []
    now, lang, calendar = cache().clock(), overview.lang, overview.draft.calendar
    withheld = {each.record.id: each for each in overview.draft.withheld}
    revisions = [Revision(each.record, 1, 0, now) for each in withheld.values()]
    edition = advance(None, 0, now, calendar, revisions)
    rows = []
    for entry in edition.entries.values():
        if _matches(entry, words):
            row = _row(entry, edition, is_public=False, is_held=False, now=now, lang=lang)
            at = withheld[row.record_id].publish_at
            state = lang.gettext("Draft")
            if at:
                local = phrases.when_words(civil_from_instant(at, calendar.zone), calendar.zone, lang)
                state = lang.gettext("Becomes public by itself: {when}", when=local)
            rows.append(replace(row, state=state, needs=[], tasks=_withheld_tasks(entry, lang)))
    return rows


def _row(entry: Entry, edition: Edition, is_public: bool, is_held: bool, now: datetime, lang: Language) -> RecordRow:
    record, calendar = entry.record, edition.calendar
    main = main_moment(entry, calendar, now)
    is_past = not is_coming(record, calendar.zone, now)
    needs = [] if is_past or entry.revision.withdrawn else list(_needs(entry, edition, now, lang))
    if is_held:
        needs.insert(0, lang.gettext("Held until somebody confirms it"))
    return RecordRow(
        record_id=record.id,
        title=phrases.pick(record.title, lang.code),
        kind=phrases.kind(record, lang),
        state=lang.gettext("Withdrawn") if entry.revision.withdrawn else phrases.state(entry, lang),
        when=phrases.when_words(main.span, calendar.zone, lang),
        needs=needs,
        is_public=is_public,
        is_past=is_past,
        begins=instant_bounds(main.span, calendar.zone)[0],
        tasks=[] if entry.revision.withdrawn else _tasks(entry, lang, is_past=is_past),
    )


def _needs(entry: Entry, edition: Edition, now: datetime, lang: Language) -> Iterable[str]:
    record, zone = entry.record, edition.calendar.zone
    for code in edition.calendar.shown_languages:
        if code not in record.title:
            yield lang.gettext("No title in this language: {language}", language=lang.language(code))
    has_changed = not entry.revision.holds or entry.moves or entry.planned_before
    if has_changed and reason_of(entry, lang) is None:
        yield lang.gettext("No reason is given for the change")
    for name, milestone in record.milestones.items():
        left = instant_bounds(milestone.at, zone)[1] - now
        if name in DEADLINES and entry.revision.holds and timedelta() <= left <= _CLOSES_SOON:
            label = phrases.moment_label(name, lang)
            yield lang.gettext("{label}: {title}", label=label, title=phrases.when_words(milestone.at, zone, lang))
    if record.status is Status.TENTATIVE and now - entry.revision.changed_at >= _TENTATIVE_LONG:
        days = (now - entry.revision.changed_at).days
        yield lang.ngettext("Tentative for {number} day", "Tentative for {number} days", days)


def _tasks(entry: Entry, lang: Language, *, is_past: bool) -> list[tuple[str, str]]:
    """Return the label and the page of all that this editor may do with a record."""
    record = entry.record
    if not who().may("write"):
        return []
    allowed = () if is_past else tasks_for(record.status)
    named = [("edit", lang.gettext("Edit")), *((task.value, lang.gettext(TITLES[task])) for task in allowed)]
    history = f"{ADMIN}/history?{urlencode({'record': record.id})}"
    copying = f"{ADMIN}/new?{urlencode({'kind': record.kind.value, 'copy_of': record.id})}"
    pages = [(label, f"{ADMIN}/records/{record.id}/{name}") for name, label in named]
    return [*pages, (lang.gettext("Copy"), copying), (lang.gettext("History"), history)]


def _withheld_tasks(entry: Entry, lang: Language) -> list[tuple[str, str]]:
    """Likewise, with a record that is not public; nothing of it can be called off."""
    release = (lang.gettext("When it becomes public"), f"{ADMIN}/records/{entry.record.id}/release")
    tasks = _tasks(entry, lang, is_past=True)
    preview = (lang.gettext("Preview"), f"{ADMIN}/records/{entry.record.id}/preview")
    return [tasks[0], preview, release, *tasks[1:]] if tasks else []


def _matches(entry: Entry, words: str) -> bool:
    record = entry.record
    text = " ".join([record.id, *record.title.values(), *record.summary.values(), *record.tags]).casefold()
    return all(word in text for word in words.casefold().split())


def _is_held(record_id: str, reasons: Iterable[str]) -> bool:
    return any(reason.startswith(f"{record_id}:") for reason in reasons)


def _by_time(row: RecordRow) -> tuple[datetime, str]:
    return row.begins, row.record_id
