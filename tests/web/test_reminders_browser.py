"""Signing up in a real browser: without scripts on a narrow screen in French, and what the one script adds."""

import re

import pytest

from calendar_service.store.tables import signups
from tests.support.browser import look
from tests.support.served import serve_in_thread


@pytest.fixture
def served(operated):
    with serve_in_thread(operated.app) as operated.url:
        yield operated


def test_whole_way_without_scripts_on_a_narrow_screen_in_french(browser, served):
    page = look(browser, java_script_enabled=False, viewport={"width": 320, "height": 700})
    page.goto(f"{served.url}/fr/reminders")
    page.get_by_label("Votre adresse e-mail").fill("ann@example.org")
    page.get_by_label("Appels d’offres").check()
    page.get_by_label("7 jours avant", exact=True).check()
    page.get_by_label("Un récapitulatif par semaine").check()
    page.get_by_label("Votre fuseau horaire").select_option(label="Séoul")
    page.get_by_role("button", name="S’inscrire").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Consultez votre messagerie"
    (row,) = served.dump()["signups"]
    page.goto(f"{served.url}/fr/reminders/confirm/{served.service.confirm_token(row[1], served.now)}")
    assert "Tous les appels d’offres" in page.locator("main").inner_text()
    page.get_by_role("button", name="Oui, envoyez-moi des rappels").click()
    page.get_by_role("link", name="Modifier ou arrêter vos rappels").click()
    page.get_by_text("Modifier").first.click()
    page.get_by_label("3 jours avant").check()
    page.get_by_role("button", name="Enregistrer").last.click()
    assert page.get_by_role("status").inner_text() == "Vos modifications sont enregistrées."
    subscriber = served.service.confirm(served.service.confirm_token(row[1], served.now), served.now)
    (watch,) = subscriber.watches
    assert (watch.selection, watch.leads) == ("kind=tender", ("7 days", "3 days"))
    assert (subscriber.zone, subscriber.language, subscriber.digest) == ("Asia/Seoul", "fr", "weekly")
    page.goto(f"{served.url}/fr{served.unsubscribe_path(subscriber)}")
    page.get_by_role("button", name="Se désabonner").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Vos rappels sont arrêtés"
    assert served.again(subscriber).state == "ended"
    assert page.context.cookies() == []
    assert {url for url in page.asked if not url.startswith((served.url, "data:"))} == set()
    page.context.close()


@pytest.mark.parametrize(
    ("told", "chosen"), [("Asia/Calcutta", "Asia/Kolkata"), ("Pacific/Auckland", "Pacific/Auckland")]
)
def test_script_chooses_the_zone_of_the_browser(browser, served, told, chosen):
    page = look(browser, timezone_id=told)
    page.goto(f"{served.url}/reminders")
    assert page.get_by_label("Your time zone").input_value() == chosen
    page.goto(f"{served.url}/reminders?tz=Asia/Seoul")
    assert page.get_by_label("Your time zone").input_value() == "Asia/Seoul"
    assert page.faults == []
    page.context.close()


@pytest.mark.parametrize(
    ("path", "told", "words", "zone"),
    [
        ("/events/roads", "Asia/Seoul", "Times in your emails are those of Seoul.", "Asia/Seoul"),
        ("/fr/events/roads", "Asia/Seoul", "Dans vos e-mails, les heures sont celles de Séoul.", "Asia/Seoul"),
        (
            "/events/roads",
            "America/Argentina/Buenos_Aires",
            "Times in your emails are those of Buenos Aires.",
            "America/Argentina/Buenos_Aires",
        ),
        ("/fr/events/roads", "", "Dans vos e-mails, les heures sont celles de Paris.", "Europe/Paris"),
    ],
)
def test_short_form_says_in_whose_time_and_takes_it(browser, served, path, told, words, zone):
    page = look(browser, java_script_enabled=bool(told), timezone_id=told or "Asia/Seoul")
    page.goto(f"{served.url}{path}")
    assert page.locator(".remind .own-time").inner_text() == words
    page.locator("#remind-address").fill("kim@example.org")
    page.locator(".remind button").click()
    page.get_by_role("heading", level=1).wait_for()
    row = dict(zip(signups.c.keys(), served.dump()["signups"][0], strict=True))
    assert row["choice"]["zone"] == zone
    assert page.faults == []
    page.context.close()


def test_errors_can_be_reached_by_keyboard(browser, served):
    page = look(browser)
    page.goto(f"{served.url}/reminders")
    page.get_by_label("Your email address").fill("ann@")
    page.keyboard.press("Enter")
    page.get_by_role("alert").get_by_role("link").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**#address")
    described = page.get_by_label("Your email address").get_attribute("aria-describedby")
    assert "Check the part after the @" in page.locator(f"#{described}").inner_text()
    page.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1100])
def test_pages_fit_are_legible_and_every_field_has_a_name(browser, served, width, scheme):
    subscriber = served.subscriber()
    paths = [
        "/reminders",
        "/fr/reminders?id=roads",
        f"/reminders/confirm/{served.ask()}",
        served.manage_path(subscriber),
    ]
    paths += [
        f"/fr{served.unsubscribe_path(subscriber)}",
        "/operator",
        "/operator/letter/roads?lead=7+days",
        "/reminders/manage/x",
    ]
    page = look(
        browser,
        viewport={"width": width, "height": 900},
        color_scheme=scheme,
        extra_http_headers={"Authorization": f"Bearer {'o' * 20}"},
    )
    for path in paths:
        page.goto(served.url + path)
        page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        assert page.evaluate(NAMELESS) == [], path
        assert page.evaluate(SMALL) == [], path
        ids = re.findall(r' id="([^"]+)"', page.content())
        assert len(ids) == len(set(ids)), path
    assert [fault for fault in page.faults if "404" not in fault] == []
    page.context.close()


NAMELESS = """() => [...document.querySelectorAll('main input:not([type=hidden]), main select, main button')]
  .filter(e => !(e.labels && [...e.labels].some(l => l.textContent.trim())) && !e.textContent.trim())
  .map(e => e.outerHTML)"""
SMALL = """() => [...document.querySelectorAll(
    'main button, main select, main summary, main .tick, main input:not([type=hidden], [type=checkbox], [type=radio])')]
  .filter(e => e.offsetParent && e.offsetHeight < 44).map(e => e.outerHTML)"""
