"""Clients behind a proxy are told apart by what the proxy says, and by that alone."""

import urllib.error
import urllib.request

import pytest

from tests.support.running_service import PROGRAM, Scene

FORM = b"address=ann%40example.org&kind=event&language=en&zone=Europe/Paris"
ALLOWED = 20


@pytest.mark.parametrize(("proxies", "refused"), [(1, []), (0, [429, 429])])
def test_each_client_behind_a_proxy_has_its_own_limit(tmp_path, proxies, refused):
    running = Scene(tmp_path)
    running.environment["CALENDAR_TRUSTED_PROXIES"] = str(proxies)
    running.start(PROGRAM, "serve", "--port", running.port)
    try:
        running.wait_until(lambda: running.ready().get("status"), 60)
        found = [sign_up(running.port, f"192.0.2.9, 10.{number}.0.7") for number in range(ALLOWED + 2)]
    finally:
        running.stop()
    assert found == [200] * (len(found) - len(refused)) + refused


def sign_up(port, forwarded_for):
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/reminders", data=FORM, headers={"X-Forwarded-For": forwarded_for}
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        with error:
            return error.code
