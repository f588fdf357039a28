"""Every sentence that the code says is in every catalogue, and no catalogue holds a dead one."""

import copy
import re

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from calendar_service.records.errors import Sentence
from calendar_service.records.texts import output_languages
from calendar_service.writers.i18n import CATALOGUES, language
from tests.support.paths import ROOT

PACKAGE = ROOT / "calendar_service"
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2.ext:babel_extract")]
KEYWORDS = {"Sentence": None, "gettext": None, "gettext_noop": None, "ngettext": (1, 2)}
TRANSLATIONS = [code for code in output_languages() if code != "en"]


def spoken():
    return {message for _, _, message, _, _ in extract_from_dir(PACKAGE, METHODS, keywords=KEYWORDS)}


def catalogue(code):
    with (CATALOGUES / f"{code}.po").open("rb") as file:
        return {message.id: message.string for message in read_po(file) if message.id}


def holes(text):
    return set(re.findall(r"{(\w+)}", text))


def test_french_is_output_languages():
    assert TRANSLATIONS == ["fr"]


@pytest.mark.parametrize("code", TRANSLATIONS)
def test_catalogue_holds_exactly_what_is_spoken(code):
    assert set(catalogue(code)) == spoken()


@pytest.mark.parametrize("code", TRANSLATIONS)
def test_every_sentence_is_translated_with_the_same_holes(code):
    for source, target in catalogue(code).items():
        sources = source if isinstance(source, tuple) else (source,)
        targets = target if isinstance(target, tuple) else (target,)
        assert all(targets), source
        assert {frozenset(holes(text)) for text in targets} == {frozenset(holes(text)) for text in sources}, source


def test_no_sentence_hides_in_an_f_string():
    """The extractor cannot see into f-strings."""
    hidden = re.compile(r"""f(["']).*\{[^"'}]*\b(?:gettext|ngettext|gettext_noop)\(""")
    found = [
        f"{path.name}: {line.strip()}"
        for path in PACKAGE.rglob("*.py")
        for line in path.read_text(encoding="utf-8").splitlines()
        if hidden.search(line)
    ]
    assert found == []


def test_plurals_follow_the_language():
    fr = language("fr")
    assert [fr.ngettext("In {number} day", "In {number} days", number) for number in (0, 1, 2)] == [
        "Dans 0 jour",
        "Dans 1 jour",
        "Dans 2 jours",
    ]


def test_unknown_language_is_a_key_error():
    with pytest.raises(KeyError):
        language("xx")


def test_a_sentence_keeps_what_it_is_made_of():
    """It is an English text wherever it is printed, and is said in a language with all that it holds."""
    inner = Sentence("{number} more", number=3)
    made = Sentence("{most} and {last}", most="a, {b}", last=inner)
    assert (made, f"{made}.", copy.deepcopy(made).template) == (
        "a, {b} and 3 more",
        "a, {b} and 3 more.",
        made.template,
    )
    assert [language(code).say(made) for code in ("en", "fr")] == [made, "a, {b} et 3 autres"]
    assert language("fr").say(Sentence("Shorten it.")) == "Raccourcissez le texte."
    assert [language("fr").say(text) for text in ("", "it is empty.")] == ["", "it is empty."]
