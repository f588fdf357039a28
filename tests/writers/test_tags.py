"""Names of tags: in the language of the page where the calendar has them, else marked with the language they are in."""

from dataclasses import replace

import pytest

from calendar_service.writers.i18n import language
from calendar_service.writers.phrases import LocalizedText
from calendar_service.writers.tags import join_tags, mark_tag, mark_tags, name_tag, name_tags
from tests.support.hostile import CALENDAR

NAMED = replace(
    CALENDAR,
    languages=("en", "fr"),
    tag_labels={"youth": {"en": "Youth", "fr": "Jeunesse"}, "école": {"fr": "Écoles"}},
)
ENGLISH, FRENCH = language("en"), language("fr")


@pytest.mark.parametrize(
    ("tag", "lang", "named", "marked"),
    [
        ("youth", ENGLISH, LocalizedText("Youth", "en"), "Youth"),
        ("Youth", FRENCH, LocalizedText("Jeunesse", "fr"), "Jeunesse"),
        ("École", FRENCH, LocalizedText("Écoles", "fr"), "Écoles"),
        ("école", ENGLISH, LocalizedText("Écoles", "fr"), "Écoles (in French)"),
        ("roads", ENGLISH, LocalizedText("roads", "en"), "roads"),
        ("roads", FRENCH, LocalizedText("roads", "en"), "roads (en anglais)"),
    ],
)
def test_a_tag_has_its_name_or_is_marked(tag, lang, named, marked):
    assert name_tag(tag, NAMED, lang) == named
    assert name_tags([tag], NAMED, lang) == [named.text]
    assert mark_tag(tag, NAMED, lang).words == marked


@pytest.mark.parametrize(
    ("tags", "lang", "line"),
    [
        ([], FRENCH, ""),
        (["roads", "youth", "bridges"], FRENCH, "Jeunesse; roads, bridges (en anglais)"),
        (["roads", "bridges"], FRENCH, "roads, bridges (en anglais)"),
        (["roads", "école"], ENGLISH, "roads; Écoles (in French)"),
    ],
)
def test_tags_on_one_line_are_marked_once_for_each_language(tags, lang, line):
    assert "; ".join(each.words for each in join_tags(tags, NAMED, lang)) == line


@pytest.mark.parametrize(
    ("tags", "found"),
    [
        (["roads", "bridges"], ("Thèmes (en anglais)", ["roads", "bridges"])),
        (["youth", "école"], ("Thèmes", ["Jeunesse", "Écoles"])),
        (["youth", "roads"], ("Thèmes", ["Jeunesse", "roads (en anglais)"])),
        ([], ("Thèmes", [])),
    ],
)
def test_the_heading_says_what_is_true_of_all(tags, found):
    heading, texts = mark_tags(FRENCH.gettext("Topics"), tags, NAMED, FRENCH)
    assert (heading, [each.words for each in texts]) == found
