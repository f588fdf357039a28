"""Which button of a form was pressed: exactly one that the form has, or nothing happens."""

import pytest

from calendar_service.store.subscribers import SubscriberState
from tests.support.signing_up import CHOICE, words_of

SETTINGS = {"language": "en", "zone": "Europe/Paris", "watch-0": "kind=tender"}
URLENCODED = "application/x-www-form-urlencoded"
UNCLEAR = {
    "no field": {},
    "other fields": SETTINGS,
    "an empty one": SETTINGS | {"do": ""},
    "an unknown one": SETTINGS | {"do": "dance"},
    "another case": SETTINGS | {"do": "END"},
    "spaces": SETTINGS | {"do": " end "},
    "a list": {"do": "save,end"},
    "NUL": {"do": "end\0"},
    "two": SETTINGS | {"do": ["save", "end"]},
    "two the other way": SETTINGS | {"do": ["end", "save"]},
    "the same twice": {"do": ["end", "end"]},
    "one and an empty one": {"do": ["forget", ""]},
    "an empty one and one": {"do": ["", "forget"]},
    "of another page": {"do": "leave"},
    "of the page that confirms": {"do": ["confirm", "refuse"]},
    "a field that looks like it": {"do[]": "end", "Do": "forget", "do ": "end"},
}
TOLD = {
    "": ("Nothing was changed", "It is not clear which button was chosen."),
    "/fr": ("Rien n’a été modifié", "On ne sait pas quel bouton a été choisi."),
}


@pytest.mark.parametrize("data", UNCLEAR.values(), ids=UNCLEAR)
@pytest.mark.parametrize("content_type", [URLENCODED, "multipart/form-data"])
def test_unclear_button_changes_nothing_and_is_told(site, data, content_type):
    subscriber = site.subscriber()
    paths = [site.manage_path(subscriber), f"/reminders/confirm/{site.ask(address='bo@example.org')}"]
    if data:  # the button that ends the reminders had no name in older versions
        paths.append(site.unsubscribe_path(subscriber))
    before = site.dump()
    for prefix, (heading, sentence) in TOLD.items():
        for path in paths:
            answer = site.client.post(prefix + path, data=data, content_type=content_type)
            assert answer.status_code == 400, path
            assert words_of(answer).startswith(f"{heading} {sentence}"), path
            assert f'href="{prefix}{path}"' in answer.get_data(as_text=True)
            assert (answer.headers["Cache-Control"], answer.headers["Referrer-Policy"]) == ("no-store", "no-referrer")
    assert site.dump() == before


def test_other_bodies_change_nothing(site):
    subscriber = site.subscriber()
    paths = [site.manage_path(subscriber), site.unsubscribe_path(subscriber)]
    bodies = [
        (b'{"do": "end"}', "application/json"),
        (b"do=end", "text/plain"),
        (b"do=end;do=save", URLENCODED),
        (b'--b\r\nContent-Disposition: form-data; name="do"; filename="f"\r\n\r\nend\r\n--b--\r\n', "multipart/form-data; boundary=b"),
        (b"--b\r\nbroken", "multipart/form-data; boundary=b"),
        (b"\xff\xfe", ""),
    ]  # fmt: skip
    before = site.dump()
    for path in paths:
        for data, content_type in bodies:
            assert site.client.post(path, data=data, content_type=content_type).status_code == 400, (path, data)
        assert site.client.post(f"{path}?do=end", data={"do": ""}).status_code == 400
    assert site.dump() == before


def test_dead_link_stays_dead_whatever_is_pressed(site):
    for kind in ("manage", "confirm", "unsubscribe"):
        for data in ({}, {"do": "dance"}):
            assert site.post(f"/reminders/{kind}/x", data).status_code == 404


def test_to_stop_two_at_once_changes_nothing(site):
    site.subscriber()
    subscriber = site.subscriber(id="roads", kind=[])
    before = site.dump()
    for watches in (["kind=tender,webinar", "id=roads"], ["id=roads", "id=roads"], ["id=roads", ""], []):
        answer = site.post(f"/fr{site.manage_path(subscriber)}", {"do": "stop", "watch": watches})
        assert (answer.status_code, words_of(answer).startswith(" ".join(TOLD["/fr"]))) == (400, True)
    assert site.dump() == before


def test_to_save_nothing_that_is_watched_ends_nobody(site):
    subscriber = site.subscriber()
    before = site.dump()
    answer = site.post(site.manage_path(subscriber), {"do": "save", "language": "fr", "zone": "Asia/Seoul"})
    told = "The form names nothing that you follow. Nothing was changed; load the page again."
    assert (answer.status_code, told in words_of(answer)) == (400, True)
    answer = site.post(f"/fr{site.manage_path(subscriber)}", {"do": "save", "language": "fr", "zone": "Asia/Seoul"})
    told = "Le formulaire ne nomme rien de ce que vous suivez. Rien n’a été modifié ; rechargez la page."
    assert (answer.status_code, told in words_of(answer)) == (400, True)
    assert site.dump() == before


def test_who_stops_all_that_is_watched_ends(site):
    site.subscriber()
    subscriber = site.subscriber(id="roads", kind=[])
    for selection, state in (("id=roads", SubscriberState.ACTIVE), ("kind=tender,webinar", SubscriberState.ENDED)):
        site.post(site.manage_path(subscriber), {"do": "stop", "watch": selection})
        assert site.again(subscriber).state is state


@pytest.mark.parametrize(
    ("data", "content_type"),
    [
        ({"List-Unsubscribe": "One-Click"}, URLENCODED),
        ({"List-Unsubscribe": "One-Click"}, "multipart/form-data"),
        ({"List-Unsubscribe": "One-Click", "do": "dance"}, URLENCODED),
        (b"List-Unsubscribe=One-Click\r\n", URLENCODED),
        (b"List-Unsubscribe=One-Click", "text/plain"),
        (b"List-Unsubscribe=One-Click", None),
        ({"do": "end"}, URLENCODED),
        (None, None),
    ],
)
def test_mail_programs_and_the_button_end_the_reminders(site, data, content_type):
    subscriber = site.subscriber()
    answer = site.client.post(site.unsubscribe_path(subscriber), data=data, content_type=content_type)
    assert (answer.status_code, site.again(subscriber).state) == (200, SubscriberState.ENDED)


def test_the_button_of_the_page_has_a_name(site):
    page = site.get(site.unsubscribe_path(site.subscriber())).get_data(as_text=True)
    assert '<button class="primary" name="do" value="end">' in page


def test_sign_up_knows_no_button(site):
    before = site.dump()
    assert site.post("/reminders", {"do": ["end", "forget"]}).status_code == 400
    assert site.dump() == before
    assert site.post("/reminders", CHOICE | {"do": ["end", "forget"]}).status_code == 200
