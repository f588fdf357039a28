"""Questions and answers: what outputs must say of them, and what is read out of their words.

The words are written down here again, and not taken from the catalogues, for the languages that are known.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from babel import Locale

from calendar_service.verification.facts import StatedTime
from calendar_service.verification.page_words import page_words_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from calendar_service.records.edition import Entry
    from calendar_service.records.texts import Text

_NEWEST = 5


@dataclass(frozen=True)
class _Words:
    question: str
    answer: str
    published: str
    foreign: str


_WORDS = {
    "en": _Words("Question", "Answer", "Published on", "in"),
    "fr": _Words("Question", "Réponse", "Publié le", "en"),
}


def expect_told_questions(entry: Entry, lang: str, name: str = "", *, is_whole: bool = False) -> list[StatedTime]:
    """Return what people must be told: the newest questions, or all where the output `is_whole`."""
    words, asked = _WORDS.get(lang), entry.record.questions
    if words is None:
        return []
    told = [(_marked(each.question, lang, words), _marked(each.answer, lang, words), each.published) for each in asked]
    return [
        _fact(question, answer, day.isoformat() if day else "", name)
        for question, answer, day in (told if is_whole else told[-_NEWEST:])
    ]


def read_told_questions(text: str, lang: str, name: str = "") -> list[StatedTime]:
    """Return the questions in a text: each is a line, and its answer the following one."""
    words = _WORDS.get(lang)
    if words is None:
        return []
    pattern = rf"^{words.question}\s?:\s(.*)\n{words.answer}\s?:\s(.*)$"
    return [_read(match[1], match[2], lang, words, name) for match in re.finditer(pattern, text, re.MULTILINE)]


def read_table_questions(cell: str, lang: str) -> list[StatedTime]:
    """Return the questions in a cell of the table, which are all on one line."""
    words = _WORDS.get(lang)
    return (
        read_told_questions(re.sub(rf" (?=(?:{words.question}|{words.answer})\s?: )", "\n", cell), lang)
        if words
        else []
    )


def read_shown_questions(questions: Iterable[str], answers: Iterable[str], lang: str) -> list[StatedTime]:
    """Return the questions on a page."""
    words = _WORDS.get(lang)
    if words is None:
        return []
    return [_read(question, answer, lang, words) for question, answer in zip(questions, answers, strict=True)]


def expect_listed_questions(entry: Entry, lang: str) -> list[StatedTime]:
    """Return what lists for programs must say: all, each with the language of its answer."""
    return [
        _fact(_picked(each.question, lang)[0], " ".join(_picked(each.answer, lang)), str(each.published or ""), "")
        for each in entry.record.questions
    ]


def read_listed_questions(values: dict[str, Any]) -> list[StatedTime]:
    """Return the questions of a record in a list for programs."""
    return [
        _fact(each["question"], f"{each['answer']} [{each['language']}]", each.get("published", ""), "")
        for each in values.get("questions", [])
    ]


def read_linked_questions(node: dict[str, Any]) -> list[StatedTime]:
    """Return the questions in JSON-LD."""
    about = node.get("subjectOf", [])
    asked = [each for each in (about if isinstance(about, list) else [about]) if each["@type"] == "Question"]
    answered = [(each["text"], each["acceptedAnswer"]) for each in asked]
    return [
        _fact(question, f"{each['text']} [{each['inLanguage']}]", each.get("datePublished", ""), "JSON-LD")
        for question, each in answered
    ]


def expect_linked_questions(entry: Entry, lang: str) -> list[StatedTime]:
    """Return the questions that JSON-LD must have."""
    return [StatedTime("question of JSON-LD", fact.value) for fact in expect_listed_questions(entry, lang)]


def _fact(question: str, answer: str, day: str, name: str) -> StatedTime:
    parts = (" ".join(part.split()) for part in (question, answer, day))
    return StatedTime(f"question of {name}" if name else "question", " / ".join(filter(None, parts)))


def _read(question: str, answer: str, lang: str, words: _Words, name: str = "") -> StatedTime:
    own, _, said = " ".join(answer.split()).rpartition(f"{words.published} ")
    if not own:
        return _fact(question, said, "", name)
    (day,) = page_words_of(lang).read_deadline_before([said]) or [StatedTime("", f"unreadable {said!r}")]
    return _fact(question, own.rstrip(" ("), day.value, name)


def _marked(text: Text, lang: str, words: _Words) -> str:
    written, code = _picked(text, lang)
    code = code.strip("[]")
    return written if code == lang else f"{written} ({words.foreign} {Locale.parse(lang).languages.get(code, code)})"


def _picked(text: Text, lang: str) -> tuple[str, str]:
    code = lang if lang in text else next(iter(text))
    return text[code], f"[{code}]"
