"""The vocabularies, one module for each language, and the words of all of them together."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import Final

from calendar_service.datephrases.languages.english import ENGLISH
from calendar_service.datephrases.languages.french import FRENCH

__all__ = ["ENGLISH", "FRENCH", "LANGUAGES", "VOCABULARY"]

LANGUAGES: Final = (ENGLISH, FRENCH)
VOCABULARY: Final = reduce(or_, LANGUAGES)
