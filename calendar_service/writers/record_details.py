"""The details of a record beside its times: one list, which pages, feeds and mails show, each in its own form.

A field that is only to be shown needs a line here, and no other place.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, Flag, auto
from typing import TYPE_CHECKING

from calendar_service.records.shorten import shorten
from calendar_service.writers import phrases
from calendar_service.writers.phrases import LocalizedText
from calendar_service.writers.sanitize import clean_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from calendar_service.records.record import Record
    from calendar_service.records.texts import Text
    from calendar_service.writers.i18n import Language


class DetailKind(Enum):
    """What the values of a detail are."""

    TEXT = auto()
    """One text, in its own language; "" where it is in none."""
    TEXTS = auto()
    """Several texts, each in its own language."""
    WORDS = auto()
    """Words in the language of the output."""
    LINK = auto()
    """A URL; the text is its label."""
    DOCUMENT = auto()
    """One of the documents: its title and address."""
    QUESTION = auto()
    """A question and its answer; `day` says when that was published."""
    CONTACT = auto()
    """Whom to ask: a name, a mail address and a page, of which each may be empty."""


class Surface(Flag):
    """Where a detail is shown."""

    PAGE = auto()
    FEED = auto()
    MAIL = auto()


_EVERYWHERE = Surface.PAGE | Surface.FEED | Surface.MAIL
_MOST_QUESTIONS = 5


@dataclass(frozen=True)
class RecordDetail:
    """One detail of a record: its label in the language of the output, and its values."""

    label: str
    values: tuple[LocalizedText, ...]
    kind: DetailKind = DetailKind.TEXT
    shown: Surface = _EVERYWHERE
    url: str = ""
    day: str = ""

    @property
    def texts(self) -> list[str]:
        """The values that are not empty, as texts."""
        return [value.text for value in self.values if value.text]


def record_details(record: Record, lang: Language, surface: Surface, *, takes_place: bool = True) -> list[RecordDetail]:
    """Return the details that a surface shows of a record, in order, without empty ones.

    What does not take place has no link to register or to join.
    """
    details = [*(_links(record, lang) if takes_place else ()), *_all_details(record, lang, surface)]
    return [each for each in details if surface in each.shown and (each.url or each.texts)]


def _links(record: Record, lang: Language) -> Iterator[RecordDetail]:
    # Pages and mails have buttons for these two, in their time.
    if record.registration_url:
        yield RecordDetail(lang.gettext("Register"), (), DetailKind.LINK, Surface.FEED, record.registration_url)
    if record.join:
        yield RecordDetail(lang.gettext("Join online"), (), DetailKind.LINK, Surface.FEED, record.join)


def _all_details(record: Record, lang: Language, surface: Surface) -> Iterator[RecordDetail]:
    gettext, kinds = lang.gettext, DetailKind
    if record.buyer:
        yield RecordDetail(gettext("Buyer"), _texts(lang, record.buyer))
    if record.reference:
        yield RecordDetail(gettext("Reference"), _words(record.reference))
    if record.organisers:
        organisers = _texts(lang, *record.organisers)
        yield RecordDetail(gettext("Organised by"), organisers, kinds.TEXTS, Surface.PAGE | Surface.FEED)
    for document in record.documents:
        yield RecordDetail(gettext("Document"), _texts(lang, document.title), kinds.DOCUMENT, url=document.url)
    yield from _questions(record, lang)
    if surface is Surface.PAGE:
        languages = _words(*map(lang.language, record.languages))
        label = gettext("Languages") if len(languages) > 1 else gettext("Language")
        yield RecordDetail(label, languages, kinds.WORDS, Surface.PAGE)
    if record.contact:
        contact = _words(record.contact.name, record.contact.email, record.contact.url)
        yield RecordDetail(gettext("Contact"), contact, kinds.CONTACT)
    if record.url:
        more = _words(gettext("More on the programme's page"))
        yield RecordDetail(gettext("More"), more, kinds.LINK, Surface.PAGE | Surface.FEED, record.url)


def _questions(record: Record, lang: Language) -> Iterator[RecordDetail]:
    for number, each in enumerate(record.questions, 1):
        day = lang.gettext("Published on {day}.", day=lang.day(each.published, weekday=False)) if each.published else ""
        texts = _texts(lang, each.question, each.answer)
        # The newest are what a message or a calendar entry has room for; the page has all.
        shown = _EVERYWHERE if number > len(record.questions) - _MOST_QUESTIONS else Surface.PAGE
        yield RecordDetail(lang.gettext("Question"), texts, DetailKind.QUESTION, shown, day=day)


def question_lines(detail: RecordDetail, lang: Language) -> list[str]:
    """Return a question and its answer as two lines, each with its label."""
    question, answered = question_and_answer(detail, lang)
    return [lang.gettext("{label}: {title}", label=detail.label, title=question), answered]


def question_and_answer(detail: RecordDetail, lang: Language, most: int = 0) -> tuple[str, str]:
    """Return a question without its label, and its answer with one, each with a mark if it is in another language.

    What is longer than `most` characters is cut at a word; 0 is no limit.
    """
    question, answer = (
        phrases.mark_language(
            LocalizedText(clean_line(shorten(each.text, most, at_word=True) if most else each.text), each.language),
            lang,
        ).words
        for each in detail.values
    )
    answered = lang.gettext("{label}: {title}", label=lang.gettext("Answer"), title=answer)
    return question, f"{answered} ({detail.day.rstrip('.')})" if detail.day else answered


def write_questions(record: Record, lang: Language) -> list[str]:
    """Return the questions of a record and their answers, a line each, oldest first."""
    return [line for each in _questions(record, lang) for line in question_lines(each, lang)]


def _texts(lang: Language, *values: Text) -> tuple[LocalizedText, ...]:
    return tuple(phrases.pick(value, lang.code) for value in values)


def _words(*values: str) -> tuple[LocalizedText, ...]:
    return tuple(LocalizedText(value, "") for value in values)
