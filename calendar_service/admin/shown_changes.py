"""What the page of changes shows: each difference in words, with the lines of the file and who is notified of it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from calendar_service.admin.comparison import changed_keys
from calendar_service.admin.line_diff import diff_lines
from calendar_service.admin.record_form import field_label
from calendar_service.admin.trial import problem_sentence
from calendar_service.parsers.editing.edits import AppendRecord, SetValue, edit_from_json
from calendar_service.parsers.yaml_tree import read_tree
from calendar_service.records.errors import gettext_noop
from calendar_service.records.main_moment import main_moment
from calendar_service.records.selection import Selection
from calendar_service.records.times import civil_from_instant
from calendar_service.reminders.channels.base import ChannelName
from calendar_service.reminders.messages.edition_notice import notice_row
from calendar_service.web.context import cache, settings
from calendar_service.writers import phrases
from calendar_service.writers.description import message_times
from calendar_service.writers.i18n import language
from calendar_service.writers.render_context import render_context_of

if TYPE_CHECKING:
    from datetime import datetime

    from calendar_service.admin.comparison import FileComparison
    from calendar_service.admin.file_state import FileState
    from calendar_service.admin.overview import Overview
    from calendar_service.parsers.calendar_file import Finding
    from calendar_service.records.edition import Edition, Entry
    from calendar_service.reminders.announcement import AnnouncedChange, Audience
    from calendar_service.reminders.messages.items import RecordNotice
    from calendar_service.store.waiting_changes import WaitingChange
    from calendar_service.writers.i18n import Language
    from calendar_service.writers.render_context import RenderContext

_AROUND = 3
_MOST_DIFFS = 50
MOST_ERRORS = 20
_CHANNELS = {
    ChannelName.MAIL: gettext_noop("by email"),
    ChannelName.WEBHOOK: gettext_noop("by webhook"),
    ChannelName.CHAT: gettext_noop("in a chat room"),
}


@dataclass(frozen=True)
class AudiencePart:
    """How many subscribers are reached in one language and by one channel."""

    number: int
    language: str
    channel: str


@dataclass(frozen=True)
class ShownChange:
    """One record that differs: a headline, sentences, the keys and lines of the file, and who is notified."""

    record_id: str
    title: phrases.LocalizedText
    headline: str
    lines: list[str]
    keys: list[str]
    diff: list[tuple[str, str]]
    text: list[tuple[int, str]]
    notified: int
    parts: list[AudiencePart]
    is_told: bool


@dataclass(frozen=True)
class ShownConflict:
    """A field that the file has another value of than its editor wants."""

    path: str
    in_file: str
    wanted: str


@dataclass(frozen=True)
class ShownWaiting:
    """A change that waits: whose, since when, and each edit as path, value before and value wanted.

    `obstacle` says why it cannot be made, "" if it can, with what `check` says of it as field and sentence; `is_done`
    is True if the file has it already.
    """

    number: int
    editor: str
    record_id: str
    title: phrases.LocalizedText
    since: str
    edits: list[tuple[str, str, str]]
    conflicts: list[ShownConflict]
    has_been_public: bool
    obstacle: str
    findings: list[tuple[str, str]]
    is_done: bool


@dataclass(frozen=True)
class ShownError:
    """A problem of the file, with the lines around it; `title` is that of its record, "" if it has none."""

    finding: Finding
    text: list[tuple[int, str]]
    title: str
    where: str


def shown_errors(state: FileState) -> list[ShownError]:
    """Return the first problems of a file with the lines around each."""
    errors = state.reading.errors[:MOST_ERRORS]
    value = read_tree(state.data).value if errors else None
    records = value.get("records") if isinstance(value, dict) else None
    return [_shown_error(each, state, records if isinstance(records, list) else []) for each in errors]


def _shown_error(finding: Finding, state: FileState, records: list[Any]) -> ShownError:
    path, title = finding.problem.path, ""
    if len(path) > 1 and path[0] == "records" and isinstance(path[1], int) and path[1] < len(records):
        record = records[path[1]] if isinstance(records[path[1]], dict) else {}
        found = record.get("title")
        found = next(iter(found.values()), "") if isinstance(found, dict) else found
        title = found if isinstance(found, str) else str(record.get("id", ""))
    where = ".".join(map(str, path[2:])) if title else finding.problem.where
    return ShownError(finding, state.lines(finding.line - _AROUND, finding.line + _AROUND), title, where)


def shown_changes(overview: Overview, difference: FileComparison) -> list[ShownChange]:
    """Return each record that differs."""
    view = context_for(difference, overview.lang)
    changes = difference.announcement.changes
    return [
        _shown(each, difference, overview, view, with_lines=number < _MOST_DIFFS) for number, each in enumerate(changes)
    ]


def _shown(
    change: AnnouncedChange, difference: FileComparison, overview: Overview, view: RenderContext, *, with_lines: bool
) -> ShownChange:
    record, now = change.after.record, cache().clock()
    entry = difference.following.entries[record.id]
    before = difference.last.entries.get(record.id) if difference.last else None
    headline, lines = change_words(change.notice, before, entry, difference.following, view, now)
    return ShownChange(
        record_id=record.id,
        title=phrases.pick(record.title, view.lang.code),
        headline=headline,
        lines=lines,
        keys=[] if change.after.withdrawn else changed_keys(before.record if before else None, record),
        diff=diff_lines(before.record, record, difference.following.calendar)
        if with_lines and before and not change.after.withdrawn and not before.revision.is_reduced
        else [],
        text=overview.record_lines(record.id),
        notified=total_audience(change.audience),
        parts=audience_parts(change.audience, overview.lang),
        is_told=change.notice is not None,
    )


def change_words(
    notice: RecordNotice | None,
    before: Entry | None,
    after: Entry,
    edition: Edition,
    view: RenderContext,
    now: datetime,
) -> tuple[str, list[str]]:
    """Return a change of a record as a headline and lines: as subscribers are told of it, else what kind it is."""
    if notice:
        row = notice_row(notice, edition, view, now)
        return row.counted, row.lines
    is_known = before is not None and not before.revision.withdrawn
    headline = view.lang.gettext("Text changed") if is_known else view.lang.gettext("New")
    if after.revision.withdrawn:
        headline = view.lang.gettext("Withdrawn")
    span = main_moment(after, edition.calendar, now).span
    return headline, message_times(span, after.record, edition.calendar, view)[:1]


def audience_parts(audience: Audience, lang: Language) -> list[AudiencePart]:
    """Return an audience by language and channel, the largest part first."""
    return [
        AudiencePart(number, lang.language(code), lang.gettext(_CHANNELS[ChannelName(channel)]))
        for (code, channel), number in sorted(audience.items(), key=lambda item: (-item[1], item[0]))
    ]


def total_audience(audience: Audience) -> int:
    """Return how many are in an audience."""
    return sum(audience.values())


def message_languages(difference: FileComparison) -> list[tuple[str, str]]:
    """Return the languages in which there is a message to read: code and own name."""
    if not any(each.notice for each in difference.announcement.changes):
        return []
    return [(code, language(code).own_name()) for code in difference.following.calendar.shown_languages]


def context_for(difference: FileComparison, lang: Language) -> RenderContext:
    """Return the context in which what is shown of a comparison is rendered."""
    default = difference.following.calendar.default_language
    return render_context_of(Selection(lang=lang.code), settings().base_url, default)


def shown_waiting(change: WaitingChange, overview: Overview) -> ShownWaiting:
    """Return a change that waits, with its conflicts."""
    zone = overview.edition.calendar.zone if overview.edition else "UTC"
    local = civil_from_instant(change.changed_at, zone)
    edits = [_shown_edit(each["edit"], each["was"], overview.lang) for each in change.edits]
    pending = overview.pending
    conflicts, obstacle = pending.conflicts.get(change.id, []), pending.left_out.get(change.id)
    return ShownWaiting(
        number=change.id,
        editor=change.editor,
        record_id=change.record_id,
        title=_title_of(change, overview),
        has_been_public=overview.edition is not None and change.record_id in overview.edition.entries,
        since=phrases.when_words(local, zone, overview.lang),
        edits=edits,
        conflicts=[
            ShownConflict(each.path, _plain(each.in_file, overview.lang), _plain(each.wanted, overview.lang))
            for each in conflicts
        ],
        obstacle=overview.lang.gettext(obstacle.reason) if obstacle else "",
        findings=[_finding(each, overview.lang) for each in obstacle.findings[:MOST_ERRORS]] if obstacle else [],
        is_done=change in overview.tried and change not in pending.applied and not (conflicts or obstacle),
    )


def _finding(finding: Finding, lang: Language) -> tuple[str, str]:
    problem = finding.problem
    return field_label(".".join(map(str, problem.path[2:])), lang), problem_sentence(problem)


def shown_scheduled(overview: Overview) -> list[tuple[str, phrases.LocalizedText, str]]:
    """Return what becomes public by itself, the next first: when, its title and its id."""
    if overview.draft is None:
        return []
    zone, lang = overview.draft.calendar.zone, overview.lang
    timed = [(each.publish_at, each.record) for each in overview.draft.withheld if each.publish_at]
    return [
        (
            phrases.when_words(civil_from_instant(at, zone), zone, lang),
            phrases.pick(record.title, lang.code),
            record.id,
        )
        for at, record in sorted(timed, key=lambda pair: (pair[0], pair[1].id))
    ]


def _title_of(change: WaitingChange, overview: Overview) -> phrases.LocalizedText:
    """Return the title of a record as it waits, else as the file or the public edition has it, else its id."""
    drafts = (overview.draft, overview.state.reading.draft)
    records = [each for draft in drafts if draft for each in draft.every_record]
    records += [each.record for each in overview.edition.entries.values()] if overview.edition else []
    titles = [each.title for each in records if each.id == change.record_id]
    for each in change.edits:
        title = each["edit"].get("append", {}).get("title")
        titles += [title] if isinstance(title, dict) else [{"": title}] if isinstance(title, str) else []
    return phrases.pick(titles[0], overview.lang.code) if titles else phrases.LocalizedText(change.record_id, "")


def _shown_edit(plain: dict[str, Any], was: Any, lang: Language) -> tuple[str, str, str]:
    """Return an edit as its path in the file, the value before and the value wanted."""
    edit = edit_from_json(plain)
    if isinstance(edit, AppendRecord):
        return edit.fields.get("id", ""), "", lang.gettext("New")
    wanted = edit.value if isinstance(edit, SetValue) else None
    return ".".join(map(str, edit.path)), _plain(was, lang), _plain(wanted, lang)


def _plain(value: Any, lang: Language) -> str:
    """Return a value of the file as one line of text."""
    if value is None:
        return lang.gettext("nothing")
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
