"""What the forms offer: menus of zones that say cities, not politics."""

import pytest

from calendar_service.records.countries import COUNTRIES, zones_of_country
from calendar_service.web.options import zones
from calendar_service.writers.i18n import language


def labels(code):
    return {option.value: option.label for group in zones(code) for option in group.options}


@pytest.mark.parametrize("code", ["en", "fr"])
def test_a_zone_is_called_by_its_city_alone(code):
    found = labels(code)
    assert set(found) == {zone for country in COUNTRIES for zone in zones_of_country(country)} | {"UTC"}
    assert {zone: label for zone, label in found.items() if label != language(code).city_of(zone)} == {}
    assert len(set(found.values())) == len(found)
    assert not any(separator in label for label in found.values() for separator in ("–", "/", "_"))


def test_disputed_places_are_cities():
    english, french = labels("en"), labels("fr")
    assert (english["Europe/Simferopol"], english["Europe/Kyiv"]) == ("Simferopol", "Kyiv")
    assert (french["Asia/Famagusta"], french["Asia/Nicosia"]) == ("Famagouste", "Nicosie")
    assert french["Asia/Jerusalem"] == "Jérusalem"
    assert french["Asia/Seoul"] == "Séoul"
