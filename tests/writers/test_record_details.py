"""The list of a record's details: each field that is only shown is in it, and each surface shows it."""

import ast
from dataclasses import fields, replace
from typing import get_type_hints

import pytest

from calendar_service.records.edition import Edition
from calendar_service.records.main_moment import main_moment
from calendar_service.records.record import Record
from calendar_service.records.texts import Text
from calendar_service.reminders.messages.details import details_of
from calendar_service.web.event import describe_event
from calendar_service.writers.description import describe_record
from calendar_service.writers.i18n import language
from calendar_service.writers.record_details import Surface, record_details
from calendar_service.writers.render_context import RenderContext
from tests.support.hostile import CALENDAR, make_entry, make_record
from tests.support.source_code import PACKAGE, package_files, syntax_nodes

ENGLISH = language("en")
VIEW = RenderContext(ENGLISH, "https://calendar.example", "en")
# Fields that have a place of their own on every surface, or that nothing shows.
ELSEWHERE = {
    "id", "kind", "title", "status", "summary", "place", "zone", "tags", "countries", "reminders", "note_of_change",
    "schedule", "sessions", "milestones", "extensions", "correction",
}  # fmt: skip


def marked(name):
    """A record in which a field says its own name, all others what they say."""
    record = make_record(0, lambda number: f"text {number}")
    hint = get_type_hints(Record)[name]
    if hint == Text:
        return replace(record, **{name: {"en": f"the {name}"}})
    return replace(record, **{name: f"https://example.org/{name}"}) if hint is str else record


@pytest.mark.parametrize("name", [each.name for each in fields(Record) if each.name not in ELSEWHERE])
def test_each_other_field_is_a_detail(name):
    whole = record_details(marked(name), ENGLISH, Surface.PAGE) + record_details(marked(name), ENGLISH, Surface.FEED)
    empty = replace(marked(name), **{name: type(getattr(marked(name), name))()})
    without = record_details(empty, ENGLISH, Surface.PAGE) + record_details(empty, ENGLISH, Surface.FEED)
    assert [each for each in whole if each not in without]


def shown(surface, entry):
    edition = Edition(1, entry.revision.changed_at, CALENDAR, {entry.record.id: entry})
    now = entry.revision.changed_at
    if surface is Surface.FEED:
        return describe_record(entry, CALENDAR, VIEW)
    if surface is Surface.PAGE:
        values = describe_event(entry, edition, VIEW, now)
        return repr([values["details"], values["documents"], values["questions"]])
    return repr(details_of(entry, main_moment(entry, CALENDAR, now), edition, VIEW, now))


@pytest.mark.parametrize("surface", Surface)
def test_each_surface_shows_its_details(surface):
    entry = make_entry(0, lambda number: f"text {number}")
    words = shown(surface, entry)
    details = record_details(entry.record, ENGLISH, surface)
    assert len(details) >= 4
    for detail in details:
        assert all(text in words for text in [*detail.texts, detail.url]) or detail.url in words


def test_what_is_empty_is_not_told():
    assert record_details(Record(id="one", kind="event", title={"en": "One"}), ENGLISH, Surface.PAGE) == []


# Schema, record, resolver, this list; the API, two formats that name it by itself, changes that are told; the audit.
MOST_MODULES = 9


def modules_that_read(name):
    """The modules with an attribute of a name, apart from those that make records of foreign files."""
    found = set()
    for path in package_files():
        if any(isinstance(each, ast.Attribute) and each.attr == name for each in syntax_nodes(path)):
            found.add(str(path.relative_to(PACKAGE)))
    return {each for each in found if not each.startswith(("parsers/importing/", "admin/paste"))}


@pytest.mark.parametrize("name", ["documents", "questions", "organisers", "contact", "buyer", "reference"])
def test_a_field_that_is_only_shown_is_read_by_few_modules(name):
    declared = {"records/schema.py", "records/record.py"}
    assert len(modules_that_read(name) | declared) <= MOST_MODULES
