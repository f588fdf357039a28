"""A subscriber's own page, and ending by one click."""

import re
from datetime import timedelta

import pytest

from calendar_service.reminders.channels.webhook import InvalidWebhook
from calendar_service.store.engine import reading
from calendar_service.store.subscribers import SubscriberState, Watch
from calendar_service.store.suppressions import find_suppressions
from calendar_service.web import manage
from tests.support.signing_up import words_of

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


def filled(page):
    """Give what the settings form holds, as a browser would send it."""
    form = page[page.index('id="settings"') : page.index('<form id="stop"')]
    data = {}

    def add(name, value):
        data.setdefault(name, []).append(value.replace("&amp;", "&"))

    for tag in re.findall(r"<input[^>]*>", form):
        name, value = (re.search(rf'\b{each}="([^"]*)"', tag) for each in ("name", "value"))
        if not re.search('type="(checkbox|radio)"', tag) or " checked" in tag:
            add(name[1], value[1])
    for name, options in re.findall(r'<select id="\w+" name="(\w+)".*?>(.*?)</select>', form, re.DOTALL):
        chosen = re.findall(r'<option value="([^"]*)" selected>', options)
        add(name, chosen[0] if chosen else "")
    return data


def test_page_shows_what_is_kept_and_saving_it_changes_nothing(site):
    subscriber = site.subscriber()
    page = site.get(site.manage_path(subscriber)).get_data(as_text=True)
    data = filled(page)
    assert data == {
        "do": ["save"],
        "watch-0": ["kind=tender,webinar"],
        "lead-0": ["14 days", "1 day"],
        "own_leads-0": ["36 hours before"],
        "wants_new-0": ["yes"],
        "digest": ["weekly"],
        "language": ["en"],
        "zone": ["Asia/Seoul"],
        "country": ["KR"],
    }
    answer = site.post(site.manage_path(subscriber), data)
    assert (answer.status_code, words_of(answer).partition(".")[0]) == (200, "Your changes are saved")
    assert site.again(subscriber) == subscriber


def test_own_leads_are_in_the_language_of_the_page(site):
    subscriber = site.subscriber(own_leads="3 weeks, the day before at 18:00")
    path = f"/fr{site.manage_path(subscriber)}"
    data = filled(site.get(path).get_data(as_text=True))
    assert data["own_leads-0"] == ["21 jours avant, 1 jour avant à 18:00"]
    assert site.post(path, data).status_code == 200
    assert site.again(subscriber).watches == subscriber.watches


def test_all_settings_can_be_changed(site):
    subscriber = site.subscriber()
    changes = {
        "do": "save",
        "watch-0": "kind=tender,webinar",
        "own_leads-0": "5 jours ouvrés, la veille à 18 h",
        "digest": "daily",
        "language": "fr",
        "zone": "Europe/Paris",
        "country": "fr",
    }
    assert site.post(f"/fr{site.manage_path(subscriber)}", changes).status_code == 200
    found = site.again(subscriber)
    assert found.watches == (Watch("kind=tender,webinar", ("5 working days", "1 day at 18:00")),)
    assert (found.digest, found.language, found.zone, found.country) == ("daily", "fr", "Europe/Paris", "FR")


def test_error_in_a_watch_stands_beside_it(site):
    subscriber = site.subscriber()
    data = filled(site.get(site.manage_path(subscriber)).get_data(as_text=True)) | {"own_leads-0": "soon"}
    answer = site.post(site.manage_path(subscriber), data)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 400
    assert 'href="#own_leads-0"' in page
    assert re.search(r'<input id="own_leads-0"[^>]* value="soon"', page)
    assert "<details open>" in page
    assert site.again(subscriber) == subscriber


def test_one_of_two_watches_is_stopped(site):
    site.subscriber()
    subscriber = site.subscriber(id="roads", kind=[])
    assert [watch.selection for watch in subscriber.watches] == ["kind=tender,webinar", "id=roads"]
    answer = site.post(site.manage_path(subscriber), {"do": "stop", "watch": "kind=tender,webinar"})
    assert "You no longer follow this." in words_of(answer)
    assert [watch.selection for watch in site.again(subscriber).watches] == ["id=roads"]


def test_pause_and_go_on(site):
    subscriber = site.subscriber()
    path = site.manage_path(subscriber)
    assert "Your reminders are paused: nothing is sent." in words_of(site.post(path, {"do": "pause"}))
    assert (site.again(subscriber).state, site.dump()["memberships"]) == (SubscriberState.PAUSED, [])
    assert "Your reminders are on." in words_of(site.post(path, {"do": "resume"}))
    assert site.again(subscriber).state is SubscriberState.ACTIVE


def test_all_that_is_kept_can_be_taken_along(site):
    subscriber = site.subscriber()
    answer = site.post(site.manage_path(subscriber), {"do": "export"})
    assert answer.headers["Content-Disposition"] == 'attachment; filename="reminders.json"'
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.get_json() == site.service.export(subscriber)
    assert answer.get_json()["address"] == "ann@example.org"


def test_all_is_deleted(site):
    subscriber = site.subscriber()
    path = site.manage_path(subscriber)
    assert "Everything is deleted" in words_of(site.post(path, {"do": "forget"}))
    assert "ann@" not in str(site.dump())
    assert site.get(path).status_code == 404


def test_webhook_is_used_once_it_has_answered(site, monkeypatch):
    subscriber = site.subscriber()
    path, asked = site.manage_path(subscriber), []
    monkeypatch.setattr(manage, "verify", lambda url, secret, **_: asked.append((url, secret)))
    answer = site.post(path, {"do": "webhook", "webhook": "https://hooks.example.org/in"})
    ((url, secret),) = asked
    found = site.again(subscriber)
    assert (found.channel, found.address, found.owner, found.secret) == ("webhook", url, "ann@example.org", secret)
    assert secret in answer.get_data(as_text=True)
    assert "Reminders come by email again." in words_of(site.post(path, {"do": "mail"}))
    assert (site.again(subscriber).channel, site.again(subscriber).address) == ("mail", "ann@example.org")


def test_webhook_that_does_not_answer_is_refused(site, monkeypatch):
    def refuse(*_, **__):
        raise InvalidWebhook("The webhook did not repeat the challenge.")

    monkeypatch.setattr(manage, "verify", refuse)
    subscriber = site.subscriber()
    for _ in range(5):
        answer = site.post(site.manage_path(subscriber), {"do": "webhook", "webhook": "https://hooks.example.org/in"})
        assert (answer.status_code, site.again(subscriber)) == (400, subscriber)
    assert "https://hooks.example.org/in" in answer.get_data(as_text=True)
    answer = site.post(site.manage_path(subscriber), {"do": "webhook", "webhook": "https://hooks.example.org/in"})
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 3000


def test_button_ends_the_reminders(site):
    subscriber = site.subscriber()
    path = site.unsubscribe_path(subscriber)
    assert "Unsubscribe?" in words_of(site.get(path))
    answer = site.post(path, **{"Sec-Fetch-Site": "same-origin"})
    assert "Your reminders have ended" in words_of(answer)
    assert site.again(subscriber).state is SubscriberState.ENDED


@pytest.mark.parametrize("headers", [{}, {"Sec-Fetch-Site": "cross-site"}])
def test_one_click_works_twice_without_cookie_or_redirect(site, headers):
    subscriber = site.subscriber()
    path = site.unsubscribe_path(subscriber)
    for _ in range(2):
        answer = site.app.test_client(use_cookies=False).post(path, data=ONE_CLICK, headers=headers)
        assert (answer.status_code, answer.headers.get("Location"), answer.headers.get("Set-Cookie")) == (
            200,
            None,
            None,
        )
        assert site.again(subscriber).state is SubscriberState.ENDED
        site.now += timedelta(days=1)
    assert site.again(subscriber).ended_at == subscriber.created_at


def test_one_click_works_as_multipart_and_for_years(site):
    subscriber = site.subscriber()
    path = site.unsubscribe_path(subscriber)
    site.now += timedelta(days=4000)
    assert site.client.post(path, data=ONE_CLICK, content_type="multipart/form-data").status_code == 200
    assert site.again(subscriber).state is SubscriberState.ENDED


def test_page_names_the_address_and_offers_fewer_emails(site):
    subscriber = site.subscriber()
    page = site.get(site.unsubscribe_path(subscriber))
    local, domain = subscriber.address.split("@")
    assert f"{local[0]}…@{domain} will get no more emails" in words_of(page)
    assert subscriber.address not in page.get_data(as_text=True)
    (manage,) = re.findall(r'href="(/reminders/manage/[^"]+)">Get fewer emails', page.get_data(as_text=True))
    assert "Your reminders" in words_of(site.get(manage))
    assert site.again(subscriber).state is SubscriberState.ACTIVE


@pytest.mark.parametrize("prefix", ["", "/fr"])
def test_end_can_be_taken_back_by_the_same_link(site, prefix):
    subscriber = site.subscriber()
    path = f"{prefix}{site.unsubscribe_path(subscriber)}"
    site.post(path, ONE_CLICK)
    page = site.get(path).get_data(as_text=True)
    assert 'name="do" value="undo"' in page
    assert 'value="end"' not in page
    for _ in range(2):
        answer = site.post(path, {"do": "undo"}, **{"Sec-Fetch-Site": "same-origin"})
        assert answer.status_code == 200
        assert ("have resumed" if not prefix else "ont repris") in words_of(answer)
        again = site.again(subscriber)
        assert (again.state, again.ended_at, again.watches) == (SubscriberState.ACTIVE, None, subscriber.watches)
    assert 'value="end"' in site.get(path).get_data(as_text=True)
    # The reason against an import is gone, too.
    with reading(site.engine) as connection:
        assert find_suppressions(connection, [subscriber.address_key], site.now) == {}


def test_another_site_cannot_take_an_end_back(site):
    subscriber = site.subscriber()
    site.post(site.unsubscribe_path(subscriber), ONE_CLICK)
    answer = site.post(site.unsubscribe_path(subscriber), {"do": "undo"}, **{"Sec-Fetch-Site": "cross-site"})
    assert (answer.status_code, site.again(subscriber).state) == (403, SubscriberState.ENDED)


def test_a_paused_subscriber_stays_paused_when_nothing_has_ended(site):
    subscriber = site.subscriber()
    site.post(site.manage_path(subscriber), {"do": "pause"})
    site.post(site.unsubscribe_path(subscriber), {"do": "undo"})
    assert site.again(subscriber).state is SubscriberState.PAUSED


def test_who_has_ended_is_told_so(site):
    subscriber = site.subscriber()
    site.post(site.unsubscribe_path(subscriber), ONE_CLICK)
    page = site.get(site.manage_path(subscriber))
    assert "Your reminders have ended: nothing is sent." in words_of(page)
    assert 'id="settings"' not in page.get_data(as_text=True)
