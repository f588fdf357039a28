"""What a form may hold: a subscriber's watches are read where they arrive, and a damaged form changes nothing."""

import pytest
from sqlalchemy import insert

from calendar_service.reminders.subscriptions.preferences import readable_watches
from calendar_service.store.engine import writing
from calendar_service.store.subscribers import MAX_WATCHES, SubscriberState, TooManyWatches, Watch, set_watches
from calendar_service.store.tables import watches
from tests.support.signing_up import words_of

SETTINGS = {"do": "save", "language": "en", "zone": "Europe/Paris"}


def save(site, subscriber, prefix="", **fields):
    data = SETTINGS | {name.replace("__", "-"): value for name, value in fields.items()}
    return site.post(prefix + site.manage_path(subscriber), data)


def keep(site, subscriber, *selections):
    """Put watches into the database as an older version did, without reading them."""
    with writing(site.engine) as connection:
        rows = [
            {"subscriber_id": subscriber.id, "selection": each, "leads": "", "wants_new": False} for each in selections
        ]
        connection.execute(insert(watches), rows)


DAMAGED = {
    "no selection": ({"watch__0": "x=1"}, "There is no such choice: x=1."),
    "the reported one": ({"kind": "tender", "watch__0": "x=1"}, "There is no such choice: x=1."),
    "a span": ({"watch__0": "from=2027-01-01"}, "Reminders are not limited to a span of time. Leave out from= and to=."),
    "too long": ({"watch__0": "tag=" + "a" * 5000}, "There is no such choice: tag=" + "a" * 50 + "."),
    "too much": ({"watch__0": "tag=" + ",".join("é" * 190 + str(n) for n in range(4))}, "This is too much to choose at once. Choose less, or everything."),
    "NUL": ({"watch__0": "q=a%00b"}, "There is no such choice: q=a\0b."),
    "raw NUL": ({"watch__0": "id=a\0b"}, "There is no such choice: id=a\0b."),
    "one of two": ({"watch__0": "kind=tender,webinar", "watch__1": "kind=party"}, "There is no such choice: kind=party."),
    "a huge number": ({"watch__99999999999": "kind=tender"}, "The field “watch-99999999999” does not belong to this page. Nothing was changed; load the page again."),
    "a minus": ({"watch__-1": "kind=tender"}, "The field “watch--1” does not belong to this page. Nothing was changed; load the page again."),
    "digits of others": ({"watch__٣": "kind=tender"}, "The field “watch-٣” does not belong to this page. Nothing was changed; load the page again."),
    "twice": ({"watch__0": ["kind=tender", "kind=event"]}, "The field “watch-0” does not belong to this page. Nothing was changed; load the page again."),
    "leads alone": ({"lead__0": "1 day"}, "The field “lead-0” does not belong to this page. Nothing was changed; load the page again."),
    "too many": ({f"watch__{n}": f"id=a{n}" for n in range(MAX_WATCHES + 1)}, "One address can follow 50 choices at most. Stop following one of them first."),
    "nine hundred": ({f"watch__{n}": f"id=a{n}" for n in range(900)}, "One address can follow 50 choices at most. Stop following one of them first."),
    "zone": ({"zone": "Z" * 5000}, f"“{'Z' * 59}…” is not a time zone. Write one such as Europe/Paris."),
    "language": ({"language": "\0"}, "Emails are written in: en, fr."),
    "country": ({"country": "\ufffd"}, "“\ufffd” is not a country. Write its two letters, such as FR."),
    "working days without a country": (
        {"watch__0": "kind=tender", "own_leads__0": "5 working days", "country": ""},
        "Choose the country whose public holidays count: reminders in working days need it.",
    ),
    "digest": ({"digest": "hourly"}, "“hourly” is not possible. Write daily or weekly, or nothing for one email per date."),
    "leads": ({"watch__0": "kind=tender", "own_leads__0": "1 day," * 7000 + "soon"}, "“soon” is not understood. Write for example 7 days, 36 hours, 5 working days or 1 day before at 18:00."),
}  # fmt: skip


@pytest.mark.parametrize(("fields", "told"), DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_form_is_refused_in_words_and_changes_nothing(site, fields, told):
    subscriber = site.subscriber()
    before = site.dump()
    answer = save(site, subscriber, **fields)
    assert answer.status_code == 400
    assert told in words_of(answer)
    assert site.dump() == before


def test_a_damaged_form_is_refused_in_french(site):
    subscriber = site.subscriber()
    answer = save(site, subscriber, prefix="/fr", watch__0="x=1")
    assert (answer.status_code, "Ce choix n’existe pas : x=1." in words_of(answer)) == (400, True)
    answer = save(site, subscriber, prefix="/fr", watch__x="kind=tender")
    assert "Le champ « watch-x » n’appartient pas à cette page." in words_of(answer)


def test_after_an_error_all_that_was_typed_stands_there(site):
    site.subscriber()
    subscriber = site.subscriber(id="roads", kind=[])
    fields = {
        "watch__0": "kind=tender,webinar",
        "own_leads__0": "3 weeks",
        "watch__1": "id=roads",
        "own_leads__1": "soon",
        "zone": "Asia/Tokyo",
    }
    answer = save(site, subscriber, **fields)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 400
    assert 'name="own_leads-0" value="3 weeks"' in page
    assert 'name="own_leads-1" value="soon"' in page
    assert page.count("<details open>") == 2
    assert '<option value="Asia/Tokyo" selected>' in page


def test_watches_are_kept_in_their_canonical_form(site):
    subscriber = site.subscriber()
    fields = {
        "watch__0": "?kind=webinar&kind=tender&lang=fr",
        "watch__3": "kind=tender,webinar",
        "own_leads__3": "2 weeks",
        "watch__7": "",
    }
    assert save(site, subscriber, **fields).status_code == 200
    assert site.again(subscriber).watches == (Watch("kind=tender,webinar", ("14 days",)), Watch(""))


def test_the_most_that_can_be_watched_is_saved(site):
    subscriber = site.subscriber()
    longest = [f"tag={','.join(f'{n:02}{part}' + 'a' * 190 for part in range(10))}" for n in range(MAX_WATCHES)]
    answer = save(site, subscriber, **{f"watch__{n}": each for n, each in enumerate(longest)})
    assert answer.status_code == 200
    assert [watch.selection for watch in site.again(subscriber).watches] == longest


def test_a_kept_watch_that_is_unreadable_does_not_keep_the_rest_from_being_saved(site):
    subscriber = site.subscriber()
    keep(site, subscriber, "x=1")
    page = site.get(site.manage_path(subscriber))
    assert page.status_code == 200
    answer = save(site, subscriber, watch__0="kind=tender,webinar", watch__1="x=1", zone="Asia/Tokyo")
    assert answer.status_code == 200
    assert (
        "Your changes are saved. A choice that could not be read was removed: x=1. It never brought an email."
        in words_of(answer)
    )
    found = site.again(subscriber)
    assert ([watch.selection for watch in found.watches], found.zone) == (["kind=tender,webinar"], "Asia/Tokyo")


def test_who_watches_nothing_that_can_be_read_does_not_end_by_saving(site):
    subscriber = site.subscriber()
    with writing(site.engine) as connection:
        set_watches(connection, {subscriber.id: ()}, site.now)
    keep(site, subscriber, "x=1")
    assert save(site, subscriber, watch__0="x=1", zone="Asia/Tokyo").status_code == 200
    found = site.again(subscriber)
    assert (found.state, found.watches, found.zone) == (SubscriberState.ACTIVE, (), "Asia/Tokyo")
    assert save(site, subscriber, zone="Asia/Seoul").status_code == 200
    assert (site.again(subscriber).state, site.again(subscriber).zone) == (SubscriberState.ACTIVE, "Asia/Seoul")


def test_to_stop_what_is_not_watched_changes_nothing(site):
    subscriber = site.subscriber()
    before = site.dump()
    assert site.post(site.manage_path(subscriber), {"do": "stop", "watch": "kind=event"}).status_code == 200
    assert site.dump() == before


def test_a_confirmed_sign_up_adds_no_more_than_can_be_watched(site):
    subscriber = site.subscriber()
    keep(site, subscriber, *(f"id=a{number}" for number in range(MAX_WATCHES - 1)))
    token = site.ask(id="roads", kind=[])
    assert site.get(f"/reminders/confirm/{token}").status_code == 200
    before = site.dump()
    for prefix, told in (
        ("", "Nothing was added One address can follow 50 choices at most. Stop following one of them first."),
        ("/fr", "Rien n’a été ajouté Une adresse peut suivre 50 choix au plus. Arrêtez-en un d’abord."),
    ):
        answer = site.post(f"{prefix}/reminders/confirm/{token}", {"do": "confirm"})
        assert (answer.status_code, told in words_of(answer)) == (409, True)
        assert f"{prefix}{site.manage_path(subscriber)}" in answer.get_data(as_text=True)
    assert site.dump() == before
    site.post(site.manage_path(subscriber), {"do": "stop", "watch": "id=a0"})
    assert site.post(f"/reminders/confirm/{token}", {"do": "confirm"}).status_code == 200
    assert [watch.selection for watch in site.again(subscriber).watches][-1] == "id=roads"
    # What is watched already may be asked for again.
    assert site.subscriber(id="roads", kind=[], own_leads="3 days").id == subscriber.id


def test_who_had_more_before_there_was_a_bound_may_keep_them(site):
    subscriber = site.subscriber()
    keep(site, subscriber, *(f"id=a{number}" for number in range(899)))
    kept = [watch.selection for watch in site.again(subscriber).watches]
    fields = {f"watch__{n}": each for n, each in enumerate(kept)}
    assert save(site, subscriber, **fields, zone="Asia/Tokyo").status_code == 200
    assert save(site, subscriber, **fields, watch__900="id=b").status_code == 400
    fewer = {name: value for name, value in fields.items() if name != "watch__899"}
    assert save(site, subscriber, **fewer).status_code == 200
    assert (len(site.again(subscriber).watches), readable_watches(site.again(subscriber).watches)) == (
        899,
        site.again(subscriber).watches,
    )
    with pytest.raises(TooManyWatches), writing(site.engine) as connection:
        set_watches(connection, {subscriber.id: [Watch(f"id={n}") for n in range(900)]}, site.now)


def test_confirming_shows_what_comes_of_the_readable_ones(site):
    subscriber = site.subscriber()
    keep(site, subscriber, "x=1")
    token = site.ask(id="roads", kind=[])
    assert site.post(f"/reminders/confirm/{token}", {"do": "confirm"}).status_code == 200
    assert len(site.again(subscriber).watches) == 3


def test_many_ticked_boxes_can_be_planned_for(site):
    tags = [f"{'t' * 40}-{number}" for number in range(15)]
    subscriber = site.subscriber(tag=tags)
    assert readable_watches(subscriber.watches) == subscriber.watches
