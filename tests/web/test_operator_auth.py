"""The operator's token: wrong ones are counted and logged, and too many are not heard."""

from base64 import b64encode

import pytest

from calendar_service.web.guess_limiter import GUESSES, WINDOW_SECONDS, GuessLimiter
from tests.support.public_site import PublicSite

TOKEN = "o" * 20
WRONG = "guessed-" + "x" * 12
RIGHT = {"Authorization": f"Bearer {TOKEN}"}
HERE, ELSEWHERE = "198.51.100.7", "2001:db8::1"


@pytest.fixture
def site(tmp_path):
    made = PublicSite(tmp_path, operator_token=TOKEN)
    made.seconds = 1000.0
    made.app.extensions["calendar-service-guesses"] = GuessLimiter(lambda: made.seconds)
    yield made
    made.engine.dispose()


def ask(site, path, headers, client=HERE):
    return site.client.get(path, headers=headers, environ_base={"REMOTE_ADDR": client})


def guess(site, path="/operator", client=HERE, scheme="Bearer"):
    credentials = WRONG if scheme == "Bearer" else b64encode(f"a:{WRONG}".encode()).decode()
    return ask(site, path, {"Authorization": f"{scheme} {credentials}"}, client)


@pytest.mark.parametrize("path", ["/operator", "/fr/operator", "/operator/letter/refugee-day", "/metrics"])
@pytest.mark.parametrize("scheme", ["Bearer", "Basic"])
def test_wrong_tokens_are_throttled(site, path, scheme):
    answers = [guess(site, path, scheme=scheme).status_code for _ in range(GUESSES)]
    assert answers == [401] * (GUESSES - 1) + [429]
    for headers in ({"Authorization": f"Bearer {WRONG}"}, RIGHT, {}):
        answer = ask(site, path, headers)
        assert (answer.status_code, answer.headers["Cache-Control"]) == (429, "no-store")
        assert 0 < int(answer.headers["Retry-After"]) <= WINDOW_SECONDS + 1
        assert "Try again in a minute" in answer.get_data(as_text=True)
    assert ask(site, "/metrics", RIGHT, client=ELSEWHERE).status_code == 200
    site.seconds += WINDOW_SECONDS + 1
    assert ask(site, "/metrics", RIGHT).status_code == 200


def test_readyz_is_no_way_round(site):
    for _ in range(GUESSES):
        assert guess(site, "/readyz").status_code == 200
    assert "file" not in ask(site, "/readyz", RIGHT).json["publication"]
    assert "file" in ask(site, "/readyz", RIGHT, client=ELSEWHERE).json["publication"]
    assert ask(site, "/operator", RIGHT).status_code == 429


def test_neighbours_in_one_network_are_one_client(site):
    for number in range(GUESSES):
        guess(site, client=f"2001:db8::{number + 1}")
    assert ask(site, "/operator", RIGHT, client="2001:db8::ffff").status_code == 429
    assert ask(site, "/operator", RIGHT, client="2001:db8:0:1::1").status_code == 200


def test_what_is_no_guess_is_not_counted(site):
    for _ in range(GUESSES + 1):
        assert ask(site, "/operator", {}).status_code == 401
        assert ask(site, "/operator", RIGHT).status_code == 200


def test_wrong_tokens_are_logged_without_the_token(site, caplog):
    for scheme in ("Bearer", "Basic"):
        guess(site, scheme=scheme)
    assert caplog.text.count("A wrong operator's token was given for 'operator.overview'") == 2
    assert not any(secret in caplog.text for secret in (WRONG, TOKEN, b64encode(WRONG.encode()).decode()[4:20], HERE))
