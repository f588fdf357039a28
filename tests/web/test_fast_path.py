"""Answers that are given again: those that the rest of the application gives, whatever is asked and whatever changes."""

import random
from datetime import timedelta

import pytest
from werkzeug.test import EnvironBuilder, run_wsgi_app

from calendar_service.web.fast_path import FastPath
from tests.support.public_site import BASE, PublicSite
from tests.support.showcase import NOW, open_showcase

PATHS = ["/calendar.ics", "/calendar.csv", "/fr/calendar.ics", "/", "/missing.ics"]
HOSTS = ["calendar.example.org", "calendar.example.org:443", "evil.example"]
FIELDS = {
    "REQUEST_METHOD": ["GET", "HEAD", "POST"],
    "PATH_INFO": PATHS,
    "QUERY_STRING": ["", "kind=tender", "kind=nothing"],
    "SCRIPT_NAME": ["", "/fr"],
    "HTTP_ACCEPT_ENCODING": [None, "gzip", "gzip;q=0", "br, gzip;q=0.5", "identity;q=1, gzip;q=0.5"],
    "HTTP_IF_NONE_MATCH": [None, "{}", '"x", {}', "W/{}", "*", '"x"', "x,,", "", " "],
    "HTTP_IF_MODIFIED_SINCE": ["Mon, 23 Nov 2020 12:00:00 GMT", "Sat, 22 Nov 2036 12:00:00 GMT", "yesterday", None],
    "HTTP_IF_MATCH": ["{}", "*", None],
    "HTTP_IF_UNMODIFIED_SINCE": ["Mon, 23 Nov 2020 12:00:00 GMT", None],
    "HTTP_HOST": HOSTS,
    "HTTP_X_FORWARDED_HOST": HOSTS,
}


@pytest.fixture
def shown(tmp_path):
    site = open_showcase(tmp_path, BASE, trusted_hosts=(HOSTS[0],), trusted_proxies=1)
    yield site
    site.engine.dispose()


def random_request(rng, tags):
    """Return the environment of a usual request, with some of its fields changed."""
    environ = EnvironBuilder(rng.choice(PATHS[:2]), base_url=BASE, headers={"Accept-Encoding": "gzip"}).get_environ()
    if rng.random() < 0.5:
        environ["HTTP_IF_NONE_MATCH"] = rng.choice(tags)
    for name in rng.sample(list(FIELDS), rng.choice([0, 1, 1, 2])):
        value = rng.choice(FIELDS[name])
        environ.pop(name, None)
        if value is not None:
            environ[name] = value.format(rng.choice(tags))
    return environ


def answer_of(app, environ):
    body, status, headers = run_wsgi_app(app, dict(environ))
    fields = sorted((name, value) for name, value in headers if name != "X-Request-ID")
    return status, fields, b"".join(body)


def change_something(rng, site, editions):
    """Let time pass, over midnight or back, or publish an edition."""
    match rng.randrange(5):
        case 0 | 1:
            site.now += timedelta(days=rng.choice([0, 1, 30]), seconds=rng.choice([0, 1, 3600]))
        case 2:
            site.now -= timedelta(days=rng.choice([0, 1, 10]), seconds=rng.choice([0, 1, 3600]))
        case 3:
            next(editions)
        case _:
            site.cache.responses.clear()


def editions_of(site, rng):
    """Publish an edition each time, some with a time that is ahead of the clock."""
    file = site.folder / "earlier.yaml"
    text = file.read_text(encoding="utf-8")
    for number in range(10_000):
        site.publish(text.replace("en: ", f"en: {number} ", 1), site.now + timedelta(hours=rng.choice([0, 0, 50])))
        yield


def check_answers(site, seed, times):
    """Answer requests with the fast path and without; return how many answers were given again."""
    rng, again = random.Random(seed), 0  # noqa: S311 (the same each time)
    fast, editions = site.app.wsgi_app, editions_of(site, rng)
    assert isinstance(fast, FastPath)
    tags, statuses = ['"none"'], set()
    asked = [random_request(rng, tags) for _ in range(30)]
    for number in range(times):
        if number % 100 == 99:
            change_something(rng, site, editions)
        if rng.random() < 0.3:
            asked[rng.randrange(len(asked))] = random_request(rng, tags[-3:])
        environ, observed = rng.choice(asked), []
        fast._observe = observed.append
        given = answer_of(fast, environ)
        assert given == answer_of(fast._app, environ), environ
        again += len(observed)
        statuses.add(given[0])
        if (tag := dict(given[1]).get("ETag", "").removeprefix("W/")) not in ("", *tags[-3:]):
            tags.append(tag)
    assert {each[:3] for each in statuses} >= {"200", "304", "400", "404", "405", "412"}
    return again


def test_answers_are_those_of_the_application(shown):
    assert check_answers(shown, 0, 1000) > 50


@pytest.mark.slow
def test_ten_thousand_answers_are_those_of_the_application(shown):
    assert check_answers(shown, 1, 12_000) > 800


@pytest.mark.parametrize(
    ("fields", "passed"),
    [
        ({"HTTP_HOST": "evil.example"}, timedelta()),
        ({"HTTP_X_FORWARDED_HOST": "evil.example"}, timedelta()),
        ({"HTTP_IF_MODIFIED_SINCE": "Mon, 23 Nov 2026 12:00:00 GMT"}, timedelta()),
        ({}, timedelta(days=-30)),
        ({}, timedelta(days=400)),
    ],
)
def test_what_makes_another_answer(shown, fields, passed):
    fast = shown.app.wsgi_app
    usual = EnvironBuilder("/calendar.ics", base_url=BASE).get_environ()
    for _ in range(3):
        known = answer_of(fast, usual)
    shown.now += passed
    assert known != answer_of(fast._app, usual | fields) == answer_of(fast, usual | fields)


def test_what_is_given_again_is_counted(shown):
    for _ in range(300):
        assert shown.client.get("/calendar.ics", base_url=BASE).status_code == 200
    text = shown.client.get("/metrics", base_url=BASE).get_data(as_text=True)
    counts = [float(each.split()[-1]) for each in text.splitlines() if 'status="200"' in each and "polls" in each]
    assert counts == [300.0]


def test_little_is_kept(shown):
    fast = shown.app.wsgi_app
    for number in range(1500):
        shown.client.get("/calendar.ics", base_url=BASE, headers={"If-None-Match": f'"{number}"'})
    assert 1 < len(fast._answers) <= 512
    assert all(len(each.body[0]) <= 65_536 for each in fast._answers.values())


def test_the_access_log_has_every_request(tmp_path):
    site = PublicSite(tmp_path, now=NOW, has_access_log=True)
    assert not isinstance(site.app.wsgi_app, FastPath)
    site.engine.dispose()
