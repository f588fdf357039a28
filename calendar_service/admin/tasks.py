"""The pages of the short tasks: move, postpone or cancel a record in three steps. Nothing is published by them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import abort, request

from calendar_service.admin.access import editors_blueprint, require_role
from calendar_service.admin.changes import keep_until_published, refusal_of
from calendar_service.admin.layout import ADMIN, admin_page
from calendar_service.admin.overview import open_overview
from calendar_service.admin.presence import who_else
from calendar_service.admin.sent_again import require_good_file
from calendar_service.admin.task_edits import REASON, TITLES, Task, task_edits, tasks_for, time_label, times_of
from calendar_service.admin.trial import record_values, try_edits
from calendar_service.parsers.editing.file_edit import record_text
from calendar_service.records.errors import gettext_noop
from calendar_service.web.buttons import UnclearButton, pressed_button
from calendar_service.writers import phrases
from calendar_service.writers.read_back import read_back

if TYPE_CHECKING:
    from flask import Response

    from calendar_service.admin.overview import Overview
    from calendar_service.admin.trial import Trial
    from calendar_service.parsers.editing.edits import Edit
    from calendar_service.records.record import Calendar, Record

blueprint = editors_blueprint("admin_tasks")

_LAST_STEP = 3
_MOST_CHARACTERS = 10_000
_PATHS = {"registration_closes": "registration.closes"}
_NOTHING_NEW = gettext_noop("Write the new day or time.")
_CHANGED = gettext_noop("Somebody has changed this record since you loaded the page. This is how it is now.")


@dataclass(frozen=True)
class TimeChange:
    """A time before and after, in words."""

    label: str
    before: str
    after: str


class _Form:
    """One task at one record, as far as its form is filled in."""

    def __init__(self, overview: Overview, task: Task, record_id: str) -> None:
        require_good_file(overview)
        state = overview.pending.state
        values = record_values(state, record_id)
        known = {each.id: each for each in overview.draft.records} if overview.draft else {}
        is_allowed = values is not None and task in tasks_for(str(values.get("status", "")))
        if values is None or overview.draft is None or record_id not in known or not is_allowed:
            abort(HTTPStatus.NOT_FOUND)
        self.overview, self.task, self.record_id = overview, task, record_id
        self.state = state
        self.values: dict[str, Any] = values
        self.calendar: Calendar = overview.draft.calendar
        self.record: Record = known[record_id]
        self.times = times_of(values) if task is Task.MOVE else {}
        self.reasons = [f"{REASON}.{code}" for code in self.calendar.languages]
        self.known = hashlib.sha256((record_text(state.data, record_id) or "").encode()).hexdigest()[:32]

    def given(self) -> dict[str, str]:
        """Return what the form has in its fields; at first the times as they are."""
        if request.method != "POST":
            return dict(self.times)
        return {name: request.form.get(name, "")[:_MOST_CHARACTERS] for name in (*self.times, *self.reasons)}

    def edits(self, given: dict[str, str]) -> list[Edit]:
        return [*task_edits(self.task, self.record_id, self.values, given, self.calendar.languages)]

    def trial(self, given: dict[str, str]) -> Trial:
        fields = (*self.times, *self.reasons)
        return try_edits(self.overview.reader, self.state, self.record_id, self.edits(given), fields)

    def errors(self, given: dict[str, str], trial: Trial, step: int) -> dict[str, str]:
        """Return what is wrong with the fields of a step, and of those before."""
        found = dict(trial.errors)
        if self.times and not any(given[name].strip() not in ("", words) for name, words in self.times.items()):
            found.setdefault(next(iter(self.times)), self.overview.lang.gettext(_NOTHING_NEW))
        return {name: told for name, told in found.items() if step > 1 or name not in self.reasons}

    def changes(self, trial: Trial) -> list[TimeChange]:
        """Return the times that would change, in words."""
        lang = self.overview.lang
        before = read_back(self.record, self.calendar, lang)
        after = read_back(trial.record, self.calendar, lang) if trial.record else {}
        names = ["when", *(name.value for name in self.record.milestones)]
        labels = {name: time_label(_PATHS.get(name, name), lang) for name in names}
        return [
            TimeChange(labels[name], before.get(name, ""), after[name])
            for name in labels
            if name in after and after[name] != before.get(name)
        ]


@blueprint.route(f"{ADMIN}/records/<record_id>/<any(move,postpone,cancel):name>", methods=["GET", "POST"])
def show_task(record_id: str, name: str) -> Response:
    """Show a step of a task; the last one stores the change, which waits until it is published."""
    require_role("write")
    form = _Form(open_overview(), Task(name), record_id)
    given, step, told = form.given(), 1, ""
    trial, errors = form.trial(given), {}
    if request.method == "POST":
        try:
            button = pressed_button(request.form, ("next", "back", "save"))
        except UnclearButton:
            abort(HTTPStatus.BAD_REQUEST)
        step = min(max(request.form.get("step", 1, type=int), 1), _LAST_STEP)
        if request.form.get("known") != form.known:
            told, step, given = form.overview.lang.gettext(_CHANGED), 1, {**given, **form.times}
        elif button == "back":
            step = max(step - 1, 1)
        elif errors := form.errors(given, trial, step):
            step = 1 if any(each not in form.reasons for each in errors) else 2
        elif button == "save" and step == _LAST_STEP:
            if kept := keep_until_published(form.overview, {record_id: form.edits(given)}):
                return kept
        else:
            step = min(step + 1, _LAST_STEP)
    return _page(form, given, step, errors, trial, told)


def _page(form: _Form, given: dict[str, str], step: int, errors: dict[str, str], trial: Trial, told: str) -> Response:
    lang = form.overview.lang
    is_refused = bool(form.overview.read_only) and step == _LAST_STEP and request.form.get("do") == "save"
    status = HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.OK
    return admin_page(
        "admin_task.html",
        HTTPStatus.CONFLICT if is_refused else status,
        overview=form.overview,
        heading=lang.gettext(TITLES[form.task]),
        form=form,
        task=form.task.value,
        title=phrases.pick(form.record.title, lang.code),
        given=given,
        step=step,
        last_step=_LAST_STEP,
        errors={name: lang.say(told) for name, told in errors.items()},
        told=told,
        refusal=refusal_of(form.overview) if is_refused else "",
        trial=trial,
        changes=form.changes(trial) if step == _LAST_STEP else [],
        times=[(path, time_label(path, lang)) for path in form.times],
        reasons=[(f"{REASON}.{code}", lang.language(code)) for code in form.calendar.languages],
        others=who_else(form.overview, form.record_id),
        repeats=form.record.schedule.rule is not None if form.record.schedule else False,
    )
