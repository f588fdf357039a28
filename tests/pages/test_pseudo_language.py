"""A language in which every sentence is marked: what a reader sees unmarked did not come from the catalogue.

French without its sentences: names of days, months and countries are CLDR's, each sentence stands in ⟦marks⟧.
"""

import gettext
import re

import pytest
import yaml
from html_look import Page
from showcase import FILE

from calendar_service.writers.language import language

PATHS = [
    "/fr/",
    "/fr/?kind=event&tag=network&q=bergen&tz=Asia/Seoul&cancelled=show",
    "/fr/?q=zzz",
    "/fr/?from=2026-12-16&to=2026-12-16",
    "/fr/month/2026-12",
    "/fr/month",
    "/fr/events/charts-tender",
    "/fr/events/rumours-webinar",
    "/fr/events/cancelled",
    "/fr/events/postponed",
    "/fr/events/help-desk",
    "/fr/subscribe",
    "/fr/subscribe?kind=tender&tag=data",
    "/fr/nothing",
    "/fr/?kind=party",
    "/fr/?knid=tender",
    "/fr/?page=7",
]
SEEN = ("title", "aria-label", "placeholder", "alt", "data-words", "data-copy", "data-copied")
# Names of programs and signs that are the same in every language.
NAMES = {
    "Google Calendar",
    "Outlook.com",
    "Microsoft 365",
    "Apple",
    "Thunderbird",
    "English",
    "Français",
    "×",
    "←",
    "→",
}
ZONES = re.compile(r"\b(?:CET|CEST|KST|UTC)\b")


class Marked(gettext.NullTranslations):
    def gettext(self, message):
        return f"⟦{message}⟧"

    def ngettext(self, one, many, number):
        return f"⟦{one if number == 1 else many}⟧"


def own_texts(value):
    """Yield every text of the calendar file, whole and by paragraph."""
    if isinstance(value, dict):
        for each in value.values():
            yield from own_texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from own_texts(each)
    elif isinstance(value, str):
        yield " ".join(value.split())
        yield from (" ".join(part.split()) for part in value.split("\n\n"))


def known_words():
    """Give what CLDR says in French, and what the calendar says itself."""
    locale = language("fr").locale
    words = set(own_texts(yaml.safe_load(FILE.read_text(encoding="utf-8")))) | NAMES
    for names in (locale.days, locale.months):
        for context in names.values():
            for form in context.values():
                words |= {str(name) for name in form.values()}
    words |= {str(name) for name in locale.territories.values()} | {str(name) for name in locale.languages.values()}
    longest_first = sorted((word for word in words if word), key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)", re.IGNORECASE)


def outside(text):
    """Give what stands outside of all marks."""
    depth, kept = 0, []
    for sign in text:
        depth += (sign == "⟦") - (sign == "⟧")
        kept.append(" " if sign in "⟦⟧" or depth else sign)
    return " ".join("".join(kept).split())


def leaks(text, known):
    rest = ZONES.sub(" ", known.sub(" ", outside(text)))
    rest = re.sub(r"\b1er\b|https?://\S+|\S+@\S+", " ", rest)
    return re.findall(r"[^\W\d_]{2,}", rest)


@pytest.fixture(scope="module")
def known():
    return known_words()


@pytest.mark.parametrize("path", PATHS)
def test_every_sentence_comes_from_the_catalogue(showcase, monkeypatch, known, path):
    monkeypatch.setattr(language("fr"), "_translations", Marked())
    # An old date is struck through in the middle of a sentence.
    html = re.sub("</?s>", "", showcase.get(path).get_data(as_text=True))
    found = Page(html)
    texts = found.texts + [attrs[name] for _, attrs in found.tags for name in SEEN if attrs.get(name)]
    texts += [attrs["content"] for attrs in found.all("meta") if attrs.get("name") == "description"]
    texts += re.findall(r"<title>(.*?)</title>", html)
    assert {word: text for text in texts for word in leaks(text, known)} == {}
    assert "⟦" in html


def test_a_leak_is_seen(known):
    assert leaks("⟦Closes in {number} days⟧ and this", known) == ["and", "this"]
    assert leaks("décembre 2026 ⟦a ⟦b⟧⟧ 17:00 CET", known) == []
