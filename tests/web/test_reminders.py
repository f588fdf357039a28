"""Signing up by the pages: what is kept, what everybody is answered, what a mail scanner cannot do."""

import html
import re
import statistics
import time
from datetime import timedelta

import pytest
from werkzeug.datastructures import MultiDict

from calendar_service.reminders.subscriptions.service import ASKS_PER_HOUR
from calendar_service.store.engine import writing
from calendar_service.store.suppressions import suppress
from calendar_service.store.tables import signups
from tests.support.signing_up import CHOICE, words_of

MARKUP = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>"


def kept(site):
    return site.dump()["signups"]


def test_what_was_chosen_is_kept_with_the_words_of_the_consent(site):
    assert site.post("/reminders", CHOICE).status_code == 200
    (row,) = kept(site)
    values = dict(zip(signups.c.keys(), row, strict=True))
    assert (values["state"], values["address"]) == ("asked", "ann@example.org")
    assert values["choice"] == {
        "selection": "kind=tender,webinar",
        "leads": ["14 days", "36 hours", "1 day"],
        "wants_new": True,
        "digest": "weekly",
        "language": "en",
        "zone": "Asia/Seoul",
        "country": "KR",
        "consent": {
            "words": "By signing up you agree that we keep your email address to send you what you have chosen here, "
            "and for nothing else. Every email has a link to unsubscribe.",
            "form": "sign-up 2",
        },
    }


def test_short_form_takes_the_language_of_its_page_and_the_zone_of_the_calendar(site):
    assert (
        site.post("/fr/reminders", {"address": "bob@example.org", "id": "roads", "form": "record"}).status_code == 200
    )
    choice = dict(zip(signups.c.keys(), kept(site)[0], strict=True))["choice"]
    told = {name: choice[name] for name in ("selection", "leads", "language", "zone", "digest", "wants_new")}
    assert told == {
        "selection": "id=roads",
        "leads": [],
        "language": "fr",
        "zone": "Europe/Paris",
        "digest": "",
        "wants_new": False,
    }
    assert choice["consent"]["form"] == "record 2"
    assert choice["consent"]["words"].startswith("En vous inscrivant, vous acceptez")


@pytest.mark.parametrize(
    ("told", "zone"),
    [("Asia/Seoul", "Asia/Seoul"), ("", "Europe/Paris"), ("Etc/Unknown", "Europe/Paris"), ("<b>", "Europe/Paris")],
)
def test_short_form_takes_the_zone_of_the_browser_if_it_is_known(site, told, zone):
    fields = {"address": "bob@example.org", "id": "roads", "form": "record", "zone": told}
    assert site.post("/reminders", fields).status_code == 200
    assert dict(zip(signups.c.keys(), kept(site)[0], strict=True))["choice"]["zone"] == zone


def test_full_form_does_not_replace_a_zone(site):
    assert site.post("/reminders", CHOICE | {"zone": "Etc/Unknown"}).status_code == 400
    assert kept(site) == []


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("?id=roads", "“Study of roads”"),
        ("?q=bridge&kind=tender", "All calls for tenders mentioning “bridge”"),
        ("?id=roads&from=2026-01-01&lang=en", "“Study of roads”"),
    ],
)
def test_selection_that_is_no_box_to_tick_is_told_in_words(site, query, told):
    page = site.get(f"/reminders{query}")
    assert page.status_code == 200
    assert told in words_of(page)
    assert "Tick nothing for everything" not in words_of(page)


@pytest.mark.parametrize("path", ["/reminders?id=roads", "/reminders?kind=tender&q=bridge"])
def test_every_link_of_the_page_leads_somewhere(site, path):
    links = set(re.findall(r'<a [^>]*href="(/[^"#]*)"', site.get(path).get_data(as_text=True)))
    assert len(links) > 5
    assert {link: site.get(html.unescape(link)).status_code for link in links} == dict.fromkeys(links, 200)


def test_selection_of_boxes_is_ticked(site):
    page = site.get("/reminders?kind=tender&tag=roads&country=FR&tz=Asia/Tokyo").get_data(as_text=True)
    ticked = re.findall(r'name="(\w+)" value="([^"]*)" checked', page)
    assert ticked == [("kind", "tender"), ("tag", "roads"), ("place", "FR"), ("lead", ""), ("digest", "")]
    assert '<option value="Asia/Tokyo" selected>' in page


def test_errors_stand_in_words_beside_the_field_and_above_and_what_was_typed_stays(site):
    answer = site.post("/reminders", CHOICE | {"address": "ann@", "own_leads": "next week"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 400
    assert kept(site) == []
    for name, typed in (("address", "ann@"), ("own_leads", "next week")):
        assert page.count(f'href="#{name}"') == 1
        assert re.search(rf'<input id="{name}" name="{name}"[^>]* value="{typed}"[^>]*aria-invalid="true"', page)
        assert f'aria-describedby="{name}' in page
        assert f'id="{name}-fault"' in page
    assert page.count(" checked") == 6  # two kinds, two leads, what is new, weekly
    assert page.index("Check the part after the @") < page.index("“next week” is not understood")


def test_everybody_is_answered_the_same(site):
    site.subscriber(address="known@example.org")
    blocked = site.service._hasher.address_keys("blocked@example.org")[0]
    with writing(site.engine) as connection:
        suppress(connection, blocked, "bounced", site.now)
    addresses = ["known@example.org", "new@example.org", "blocked@example.org", "x@no-such-domain.invalid"]
    sent = [CHOICE | {"address": address} for address in addresses]
    sent.append(CHOICE | {"address": "robot@example.org", "homepage": "https://spam.example"})
    answers = [site.post("/reminders", fields) for fields in sent]
    # Each answer repeats the address that was sent, and nothing else tells one from another.
    pages = [
        answer.data.replace(fields["address"].encode(), b"@") for answer, fields in zip(answers, sent, strict=True)
    ]
    assert {(answer.status_code, page) for answer, page in zip(answers, pages, strict=True)} == {(200, pages[0])}
    assert len({str(answer.headers).replace(answer.headers["Content-Length"], "") for answer in answers}) == 1
    assert b"example" not in pages[0].split(b"<main")[1]
    assert len(kept(site)) == 5  # and not the one of the trap


@pytest.mark.parametrize("fields", [CHOICE, {"address": "ann@example.org", "id": "roads", "form": "record"}])
def test_an_address_is_repeated_and_can_be_corrected_with_all_that_was_chosen(site, fields):
    answer = site.post("/reminders", fields)
    assert "We have sent a link to ann@example.org." in words_of(answer)
    assert answer.headers["Cache-Control"] == "no-store"
    hidden = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', answer.get_data(as_text=True))
    assert not [
        link for link in re.findall(r'(?:href|action)="([^"]*)"', answer.get_data(as_text=True)) if "ann" in link
    ]
    form = site.post("/reminders", MultiDict([*hidden, ("change", "yes")]))
    page = html.unescape(form.get_data(as_text=True))
    assert 'name="address" type="email" value="ann@example.org"' in page
    assert len(kept(site)) == 1
    for name, value in MultiDict(fields).items(multi=True):
        if name not in ("address", "form", "own_leads", "language", "zone", "country"):
            assert re.search(rf'name="{name}" value="{value}"( checked)?>', page), name


@pytest.mark.slow
def test_everybody_is_answered_as_fast(site, monkeypatch):
    monkeypatch.setattr("calendar_service.reminders.subscriptions.service.ASKS_PER_HOUR", 1000)
    site.subscriber(address="known@example.org")
    blocked = site.service._hasher.address_keys("blocked@example.org")[0]
    with writing(site.engine) as connection:
        suppress(connection, blocked, "bounced", site.now)
    addresses = ["known@example.org", "new@example.org", "blocked@example.org", "x@no-such-domain.invalid"]
    seconds = {address: [] for address in addresses}
    for _ in range(30):
        for address in addresses:
            begun = time.perf_counter()
            site.post("/reminders", CHOICE | {"address": address})
            seconds[address].append(time.perf_counter() - begun)
    medians = [statistics.median(each) for each in seconds.values()]
    assert max(medians) - min(medians) < 0.005


def test_too_many_are_told_when_to_come_again(site):
    for _ in range(ASKS_PER_HOUR):
        assert site.post("/reminders", CHOICE).status_code == 200
    answer = site.post("/fr/reminders", CHOICE)
    assert answer.status_code == 429
    assert 3500 < int(answer.headers["Retry-After"]) <= 3660
    assert "Réessayez dans 61\u00a0minutes" in words_of(answer) or "Réessayez dans 61 minutes" in words_of(answer)
    assert len(kept(site)) == ASKS_PER_HOUR


def test_confirmation_page_tells_all_and_the_button_confirms(site):
    path = f"/reminders/confirm/{site.ask()}"
    page = site.get(path)
    for told in (
        "All webinars and calls for tenders",
        "14 days before, 36 hours before and 1 day before",
        "One summary a week",
        "South Korea",
    ):
        assert told in words_of(page), told
    assert site.dump()["subscribers"] == []
    answer = site.post(path, {"do": "confirm"})
    assert (answer.status_code, len(site.dump()["subscribers"])) == (200, 1)
    manage = re.search(r'href="(/reminders/manage/[^"]+)"', answer.get_data(as_text=True))[1]
    assert "Address: ann@example.org" in words_of(site.get(manage))


def test_a_link_confirms_once(site):
    path = f"/reminders/confirm/{site.ask()}"
    for _ in range(3):
        assert 'value="confirm"' in site.get(path).get_data(as_text=True)
    assert site.dump()["subscribers"] == []
    assert 'href="/reminders/manage/' in site.post(path, {"do": "confirm"}).get_data(as_text=True)
    before = site.dump()
    for answer in (site.get(path), *(site.post(path, {"do": word}) for word in ("confirm", "refuse", "else"))):
        assert answer.status_code == 200
        assert "Your sign-up is already confirmed" in words_of(answer)
        assert "/reminders/manage/" not in answer.get_data(as_text=True)
        assert "<button" not in answer.get_data(as_text=True)
    assert "Votre inscription est déjà confirmée" in words_of(site.get(f"/fr{path}"))
    assert site.dump() == before


def test_this_was_not_me(site):
    path = f"/reminders/confirm/{site.ask()}"
    assert "Thank you for telling us" in words_of(site.post(path, {"do": "refuse"}))
    found = site.dump()
    assert (found["subscribers"], found["signups"], len(found["suppressions"])) == ([], [], 1)
    assert site.get(path).status_code == 404


@pytest.mark.parametrize("kind", ["confirm", "manage", "unsubscribe"])
def test_dead_links_tell_what_to_do(site, kind):
    subscriber = site.subscriber()
    wrong = {
        "confirm": site.service.manage_token(subscriber.ref),
        "manage": site.service.unsubscribe_token(subscriber.ref),
        "unsubscribe": site.ask(),
    }
    before = site.dump()
    for token in ("x", wrong[kind], f"{wrong[kind][:-2]}AA", "é" * 80):
        for answer in (
            site.get(f"/reminders/{kind}/{token}"),
            site.post(f"/reminders/{kind}/{token}", {"do": "confirm"}),
        ):
            assert answer.status_code == 404
            assert "Sign up again with the same address" in words_of(answer)
    assert site.dump() == before


def test_confirmation_expires(site):
    path = f"/reminders/confirm/{site.ask()}"
    site.now += timedelta(hours=73)
    assert (site.get(path).status_code, site.post(path).status_code) == (404, 404)
    assert site.dump()["subscribers"] == []


def test_scanners_change_nothing(site):
    subscriber = site.subscriber()
    paths = [f"/reminders/confirm/{site.ask()}", site.manage_path(subscriber), site.unsubscribe_path(subscriber)]
    paths += [f"/fr{path}" for path in paths]
    before = site.dump()
    for path in paths:
        for _ in range(17):
            assert (site.client.get(path).status_code, site.client.head(path).status_code) == (200, 200)
            assert site.client.head(path, data={"do": "forget"}).status_code == 200
    assert site.dump() == before


def test_private_pages_are_kept_nowhere_and_leave_no_trace(site):
    subscriber = site.subscriber()
    paths = [
        "/reminders",
        f"/reminders/confirm/{site.ask()}",
        site.manage_path(subscriber),
        site.unsubscribe_path(subscriber),
    ]
    answers = [site.get(path) for path in paths] + [site.post("/reminders", CHOICE), site.get("/reminders/manage/x")]
    for answer in answers:
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        robots = None if answer is answers[0] else "noindex, nofollow"
        assert answer.headers.get("X-Robots-Tag") == robots
        assert "form-action 'self'" in answer.headers["Content-Security-Policy"]
        assert "Set-Cookie" not in answer.headers
        assert "ETag" not in answer.headers


def test_tokens_and_addresses_are_in_no_log(site, caplog):
    caplog.set_level("DEBUG")
    token = site.ask()
    subscriber = site.service.confirm(token, site.now)
    for path in (site.manage_path(subscriber), site.unsubscribe_path(subscriber)):
        site.get(path)
        site.post(path, {"do": "save", "zone": "nowhere"})
    for secret in (token, subscriber.ref, "ann@", "/reminders/"):
        assert secret not in caplog.text


def test_forms_of_other_sites_are_refused(site):
    subscriber = site.subscriber()
    paths = [
        "/reminders",
        f"/reminders/confirm/{site.ask()}",
        site.manage_path(subscriber),
        site.unsubscribe_path(subscriber),
    ]
    before = site.dump()
    for path in paths:
        for where in ("cross-site", "same-site"):
            assert site.post(path, CHOICE | {"do": "forget"}, **{"Sec-Fetch-Site": where}).status_code == 403
    assert site.dump() == before
    assert site.post("/reminders", CHOICE, **{"Sec-Fetch-Site": "same-origin"}).status_code == 200


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("https://other.example.org", 403),
        ("https://calendar.example.org.evil.example", 403),
        ("https://calendar.example.org:8443", 403),
        ("chrome-extension://abc", 403),
        ("https://Calendar.example.org", 200),
        ("https://calendar.example.org:443", 200),
        ("http://localhost", 200),
        ("null", 200),
        ("", 200),
    ],
)
def test_the_origin_of_a_form_is_checked_where_the_browser_says_no_more(site, origin, status):
    headers = {"Origin": origin} if origin else {}
    path = site.unsubscribe_path(site.subscriber())
    assert site.post("/reminders", CHOICE, **headers).status_code == status
    assert site.post(path, {"do": "end"}, **headers).status_code == status
    one_click = {"List-Unsubscribe": "One-Click"}
    assert site.post(path, one_click, **headers).status_code == 200
    # What Sec-Fetch-Site says counts alone.
    assert site.post("/reminders", CHOICE, **headers, **{"Sec-Fetch-Site": "same-origin"}).status_code == 200


def test_markup_in_any_field_stays_text(site):
    subscriber = site.subscriber()
    names = [*CHOICE, "id", "q", "tag", "place", "spoken", "selection", "homepage", "do", "form", "webhook", "watch-0"]
    for name in names:
        for path in ("/reminders", site.manage_path(subscriber)):
            data = {**CHOICE, "do": "save", "watch-0": "kind=tender"} | {name: MARKUP}
            if name == "webhook":
                data["do"] = "webhook"
            answer = site.post(path, data)
            assert answer.status_code < 500, name
            assert b"<script>alert" not in answer.data, name
            assert b"<img src=x" not in answer.data, name
    assert b"<script>alert" not in site.get("/reminders").data
    page = site.get(f"/reminders?q={MARKUP}")
    assert b"<script>alert" not in page.data


def test_hostile_forms_are_no_faults(site):
    for data in (b"\xff\xfe=%ff&address=%00", b"address=" + b"a" * 60_000, b"&".join([b"lead=1"] * 900)):
        answer = site.client.post("/reminders", data=data, content_type="application/x-www-form-urlencoded")
        assert 400 <= answer.status_code < 500
