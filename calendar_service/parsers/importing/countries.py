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
_MORE = {
    name.strip(): code
    for code, names in {
        "GB": "uk|u.k.|great britain|england|scotland|wales|northern ireland|royaume uni|angleterre|ecosse"
        "|grande-bretagne",
        "US": "usa|u.s.a.|united states of america|etats-unis d'amerique|etats unis",
        "KR": "republic of korea|republique de coree",
        "TR": "turkey|turquie|turkiye",
        "CZ": "czech republic|republique tcheque",
        "TZ": "united republic of tanzania|republique-unie de tanzanie",
        "MD": "republic of moldova|republique de moldova|republique de moldavie",
        "RU": "russian federation|federation de russie",
        "IR": "islamic republic of iran|republique islamique d'iran",
        "VN": "viet nam",
        "SY": "syrian arab republic|republique arabe syrienne",
        "CI": "ivory coast|cote d'ivoire",
        "BA": "bosnia and herzegovina|bosnie et herzegovine",
        "MK": "republic of north macedonia|republique de macedoine du nord",
        "IE": "republic of ireland",
        "NL": "holland|hollande",
    }.items()
    for name in names.split("|")
}


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
