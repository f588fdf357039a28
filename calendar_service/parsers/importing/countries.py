"""Country codes by the names that people print."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from babel import Locale

from calendar_service.records.countries import COUNTRIES
from calendar_service.records.texts import fold_text

if TYPE_CHECKING:
    from collections.abc import Mapping

_LOCALES = tuple(Locale(code) for code in ("en", "fr"))
_MORE = {"uk": "GB", "usa": "US", "republic of korea": "KR", "turkey": "TR", "turquie": "TR", "czech republic": "CZ"}


def country_code(name: str) -> str | None:
    """Return the ISO 3166 code of a country by its English or French name or its code; None if it is unknown."""
    if name in COUNTRIES:
        return name
    return _names().get(_key(name).removeprefix("the "))


def _key(name: str) -> str:
    return fold_text(name.strip()).replace("’", "'")


@lru_cache(maxsize=1)
def _names() -> Mapping[str, str]:
    found = {_key(name): code for code, name in COUNTRIES.items()}
    for locale in _LOCALES:
        found |= {_key(name): code for code, name in locale.territories.items() if code in COUNTRIES}
    return found | _MORE
