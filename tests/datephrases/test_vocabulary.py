"""The vocabularies: folded, complete, and short enough for the parser."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest

from calendar_service.datephrases import day_rules, parser
from calendar_service.datephrases.languages import ENGLISH, LANGUAGES, VOCABULARY
from calendar_service.datephrases.tokens import MAX_PHRASE_TOKENS, fold, phrase_key, tokenize
from calendar_service.datephrases.vocabulary import phrases
from calendar_service.datephrases.zone_names import name_key, refused_zone_words, zone_words

PRINTED = {"city_aliases", "suggestions"}


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.locales[0].language)
def test_every_phrase_is_folded_and_short_enough(language):
    for field in fields(language):
        words = getattr(language, field.name)
        if isinstance(words, frozenset | dict) and field.name not in PRINTED:
            for phrase in words:
                key = name_key(phrase) if "zone" in field.name or field.name == "local_time" else phrase_key(phrase)
                assert (phrase, len(phrase.split()) <= MAX_PHRASE_TOKENS) == (key, True), field.name


def test_zone_names_are_short_enough_for_the_parser():
    assert max(len(words.split()) for words in (*zone_words(), *refused_zone_words())) <= 2 * MAX_PHRASE_TOKENS


def test_all_languages_together_have_the_words_of_each():
    for language in LANGUAGES:
        for field in fields(language):
            words, merged = getattr(language, field.name), getattr(VOCABULARY, field.name)
            if not isinstance(words, str):
                assert set(words) <= set(merged), field.name
        assert language.months.items() <= VOCABULARY.months.items()
        assert language.weekdays.items() <= VOCABULARY.weekdays.items()


def test_the_parser_follows_the_words_of_a_language(monkeypatch):
    german = replace(ENGLISH, lead_ins=phrases("Einsendeschluss"), day_articles=phrases("den"))
    for module in (parser, day_rules):
        monkeypatch.setattr(module, "VOCABULARY", VOCABULARY | german)
    parts = parser.Parser("Einsendeschluss: Tuesday den 7 July 2020").parse()
    assert (parts.shape, parts.understood) == ("D", ["Einsendeschluss", "Tuesday den 7 July 2020"])


FOLDED = [
    ("Août", "aout"),
    ("11–12", "11 - 12"),
    ("jusqu’à", "jusqu ' a"),
    ("17h30", "17 h 30"),
    ("7\u00a0July\u200b2020", "7 july 2020"),
    ("a.m.", "a . m ."),
]


@pytest.mark.parametrize(("text", "key"), FOLDED)
def test_text_is_folded_and_cut(text, key):
    assert phrase_key(text) == key


def test_a_token_knows_its_place_and_is_one_word_of_the_key():
    text = "7 Août, ﷺ"
    tokens = tokenize(text)
    assert [text[token.start : token.end] for token in tokens] == ["7", "Août", ",", "ﷺ"]
    assert (fold("ﷺ").count(" "), phrase_key(text).count(" ")) == (3, 3)
