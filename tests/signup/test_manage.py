"""A reader's own page, and ending by one click."""

import re
from datetime import timedelta

import pytest
from signing_up import words_of

from calendar_service.reminders.channels.webhook import BadWebhook
from calendar_service.store.subscribers import State, Watch
from calendar_service.web import manage

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
    reader = site.reader()
    page = site.get(site.manage_path(reader)).get_data(as_text=True)
    data = filled(page)
    assert data == {
        "do": ["save"],
        "watch-0": ["kind=tender,webinar"],
        "lead-0": ["14 days", "1 day"],
        "own_leads-0": ["36 hours"],
        "wants_new-0": ["yes"],
        "digest": ["weekly"],
        "language": ["en"],
        "zone": ["Asia/Seoul"],
        "country": ["KR"],
    }
    answer = site.post(site.manage_path(reader), data)
    assert (answer.status_code, words_of(answer)[:6]) == (200, "Saved.")
    assert site.again(reader) == reader


def test_all_settings_can_be_changed(site):
    reader = site.reader()
    changes = {
        "do": "save",
        "watch-0": "kind=tender,webinar",
        "own_leads-0": "5 jours ouvrés, la veille à 18 h",
        "digest": "daily",
        "language": "fr",
        "zone": "Europe/Paris",
        "country": "",
    }
    assert site.post(f"/fr{site.manage_path(reader)}", changes).status_code == 200
    found = site.again(reader)
    assert found.watches == (Watch("kind=tender,webinar", ("5 working days", "1 day at 18:00")),)
    assert (found.digest, found.language, found.zone, found.country) == ("daily", "fr", "Europe/Paris", "")


def test_error_in_a_watch_stands_beside_it(site):
    reader = site.reader()
    data = filled(site.get(site.manage_path(reader)).get_data(as_text=True)) | {"own_leads-0": "soon"}
    answer = site.post(site.manage_path(reader), data)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 400
    assert 'href="#own_leads-0"' in page
    assert re.search(r'<input id="own_leads-0"[^>]* value="soon"', page)
    assert "<details open>" in page
    assert site.again(reader) == reader


def test_one_of_two_watches_is_stopped(site):
    site.reader()
    reader = site.reader(id="roads", kind=[])
    assert [watch.selection for watch in reader.watches] == ["kind=tender,webinar", "id=roads"]
    answer = site.post(site.manage_path(reader), {"do": "stop", "watch": "kind=tender,webinar"})
    assert "That one is stopped." in words_of(answer)
    assert [watch.selection for watch in site.again(reader).watches] == ["id=roads"]


def test_pause_and_go_on(site):
    reader = site.reader()
    path = site.manage_path(reader)
    assert "Your reminders are paused: nothing is sent." in words_of(site.post(path, {"do": "pause"}))
    assert (site.again(reader).state, site.dump()["memberships"]) == (State.PAUSED, [])
    assert "Your reminders are on." in words_of(site.post(path, {"do": "resume"}))
    assert site.again(reader).state is State.ACTIVE


def test_all_that_is_kept_can_be_taken_along(site):
    reader = site.reader()
    answer = site.post(site.manage_path(reader), {"do": "export"})
    assert answer.headers["Content-Disposition"] == 'attachment; filename="reminders.json"'
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.get_json() == site.desk.export(reader)
    assert answer.get_json()["address"] == "ann@example.org"


def test_all_is_deleted(site):
    reader = site.reader()
    path = site.manage_path(reader)
    assert "Everything is deleted" in words_of(site.post(path, {"do": "forget"}))
    assert "ann@" not in str(site.dump())
    assert site.get(path).status_code == 404


def test_unknown_button_does_nothing(site):
    reader = site.reader()
    before = site.dump()
    assert site.post(site.manage_path(reader), {"do": "dance"}).status_code == 200
    assert site.dump() == before


def test_webhook_is_used_once_it_has_answered(site, monkeypatch):
    reader = site.reader()
    path, asked = site.manage_path(reader), []
    monkeypatch.setattr(manage, "verify", lambda url, secret, **_: asked.append((url, secret)))
    answer = site.post(path, {"do": "webhook", "webhook": "https://hooks.example.org/in"})
    ((url, secret),) = asked
    found = site.again(reader)
    assert (found.channel, found.address, found.owner, found.secret) == ("webhook", url, "ann@example.org", secret)
    assert secret in answer.get_data(as_text=True)
    assert "Reminders come by mail again." in words_of(site.post(path, {"do": "mail"}))
    assert (site.again(reader).channel, site.again(reader).address) == ("mail", "ann@example.org")


def test_webhook_that_does_not_answer_is_refused(site, monkeypatch):
    def refuse(*_, **__):
        raise BadWebhook("The webhook did not repeat the challenge.")

    monkeypatch.setattr(manage, "verify", refuse)
    reader = site.reader()
    for _ in range(5):
        answer = site.post(site.manage_path(reader), {"do": "webhook", "webhook": "https://hooks.example.org/in"})
        assert (answer.status_code, site.again(reader)) == (400, reader)
    assert "https://hooks.example.org/in" in answer.get_data(as_text=True)
    answer = site.post(site.manage_path(reader), {"do": "webhook", "webhook": "https://hooks.example.org/in"})
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 3000


def test_button_ends_the_reminders(site):
    reader = site.reader()
    path = site.unsubscribe_path(reader)
    assert "End your reminders?" in words_of(site.get(path))
    answer = site.post(path, **{"Sec-Fetch-Site": "same-origin"})
    assert "Your reminders have ended" in words_of(answer)
    assert site.again(reader).state is State.ENDED


@pytest.mark.parametrize("headers", [{}, {"Sec-Fetch-Site": "cross-site"}])
def test_one_click_works_twice_without_cookie_or_redirect(site, headers):
    reader = site.reader()
    path = site.unsubscribe_path(reader)
    for _ in range(2):
        answer = site.app.test_client(use_cookies=False).post(path, data=ONE_CLICK, headers=headers)
        assert (answer.status_code, answer.headers.get("Location"), answer.headers.get("Set-Cookie")) == (
            200,
            None,
            None,
        )
        assert site.again(reader).state is State.ENDED
        site.now += timedelta(days=1)
    assert site.again(reader).ended_at == reader.created_at


def test_one_click_works_as_multipart_and_for_years(site):
    reader = site.reader()
    path = site.unsubscribe_path(reader)
    site.now += timedelta(days=4000)
    assert site.client.post(path, data=ONE_CLICK, content_type="multipart/form-data").status_code == 200
    assert site.again(reader).state is State.ENDED


def test_who_has_ended_is_told_so(site):
    reader = site.reader()
    site.post(site.unsubscribe_path(reader), ONE_CLICK)
    page = site.get(site.manage_path(reader))
    assert "Your reminders have ended: nothing is sent." in words_of(page)
    assert 'id="settings"' not in page.get_data(as_text=True)
