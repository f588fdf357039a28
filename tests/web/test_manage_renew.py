"""Renewing the link to one's page: older ones end, the new one is mailed only, and leaving always works."""

from sqlalchemy import select

from calendar_service.reminders.message_renderer import MessageRenderer
from calendar_service.reminders.subscriptions.signup_worker import process_signups
from calendar_service.store.claims import claim_deliveries, load_deliveries
from calendar_service.store.editions import load_edition
from calendar_service.store.engine import reading, writing
from calendar_service.store.subscribers import SubscriberState, find_by_ref
from calendar_service.store.tables import deliveries
from calendar_service.store.workers import enter_worker
from tests.support.signing_up import words_of

KEYS = ("k" * 40,)
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


def renew(site, subscriber):
    answer = site.post(site.manage_path(subscriber), {"do": "link"})
    return answer, find_by_ref(site.engine, subscriber.ref)


def last_mail(site):
    with writing(site.engine) as connection:
        worker = enter_worker(connection, site.now)
        claimed = load_deliveries(connection, claim_deliveries(connection, worker, site.now, 100))
    renderer = MessageRenderer(site.engine, site.service, "https://calendar.example.org")
    return renderer.render(claimed[-1], load_edition(site.engine), [], site.now)


def test_older_links_end_and_the_new_one_is_mailed_only(site):
    subscriber = site.subscriber()
    old = site.manage_path(subscriber)
    answer, renewed = renew(site, subscriber)
    assert answer.status_code == 200
    assert words_of(answer).startswith("Your link is renewed An email with the new link is on its way to a")
    new = site.manage_path(renewed)
    assert new not in answer.get_data(as_text=True)
    assert (site.get(old).status_code, site.post(old, {"do": "end"}).status_code) == (404, 404)
    assert site.get(new).status_code == 200
    message, envelope = last_mail(site)
    assert envelope.manage_url.endswith(new)
    assert "The links in earlier emails no longer open your page." in " ".join(message.text.split())


def test_a_link_to_confirm_from_before_does_not_show_the_new_one(site):
    subscriber = site.subscriber()
    token = site.ask(kind=["tender"])
    process_signups(site.engine, KEYS, site.now)
    _, renewed = renew(site, subscriber)
    answer = site.post(f"/reminders/confirm/{token}", {"do": "confirm"})
    assert (answer.status_code, site.manage_path(renewed) in answer.get_data(as_text=True)) == (404, False)
    later = site.ask(kind=["webinar"])
    answer = site.post(f"/reminders/confirm/{later}", {"do": "confirm"})
    assert site.manage_path(renewed) in answer.get_data(as_text=True)


def test_leaving_works_with_every_link_and_shows_no_way_to_the_page(site):
    subscriber = site.subscriber()
    _, renewed = renew(site, subscriber)
    path = site.unsubscribe_path(subscriber)
    assert "/reminders/manage/" not in site.get(path).get_data(as_text=True)
    assert site.post(path, ONE_CLICK).status_code == 200
    assert find_by_ref(site.engine, renewed.ref).state is SubscriberState.ENDED


def test_before_it_is_renewed_the_page_to_leave_shows_the_way(site):
    assert "/reminders/manage/" in site.get(site.unsubscribe_path(site.subscriber())).get_data(as_text=True)


def test_it_is_renewed_three_times_an_hour(site):
    renewed = site.subscriber()
    for status in (200, 200, 200, 429):
        answer, renewed = renew(site, renewed)
        assert answer.status_code == status
    with reading(site.engine) as connection:
        assert len(connection.execute(select(deliveries.c.id)).all()) == 3
    assert renewed.link_version == 3
