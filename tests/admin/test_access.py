"""The header of a trusted proxy signs editors in; the same header from anybody else does not."""

from ipaddress import ip_network

import pytest

from calendar_service.admin.install import may_send_more
from tests.support.admin_site import BO, AdminSite
from tests.support.signing_up import FILE

PROXY = {"REMOTE_ADDR": "10.0.3.7"}
HEADER = {"X-Remote-User": "anna@example.org", "Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def site_of_proxy(database_file, tmp_path):
    def make(**more):
        site = AdminSite(
            tmp_path,
            database_file,
            editor_header="X-Remote-User",
            editor_proxies=(ip_network("10.0.3.0/28"), ip_network("fd00::/64")),
            **more,
        )
        site.publish(FILE, site.now)
        return site

    return make


def is_in(site, headers, environ):
    answer = site.app.test_client().get("/admin", base_url=site.base, headers=headers, environ_base=environ)
    return "Signed in as" in answer.text


@pytest.mark.parametrize("peer", ["10.0.3.7", "::ffff:10.0.3.7", "fd00::1"])
@pytest.mark.parametrize("proxies", [0, 1])
def test_a_trusted_proxy_signs_an_editor_in(site_of_proxy, peer, proxies):
    site = site_of_proxy(trusted_proxies=proxies)
    headers = HEADER | {"X-Forwarded-For": "198.51.100.9"}
    assert is_in(site, headers, {"REMOTE_ADDR": peer})
    assert is_in(site, headers | {"X-Remote-User": " ANNA@example.org"}, {"REMOTE_ADDR": peer})


@pytest.mark.parametrize(
    ("headers", "peer"),
    [
        (HEADER, "10.0.3.16"),
        (HEADER, "127.0.0.1"),
        (HEADER, ""),
        (HEADER, "unix:"),
        # Whoever connects cannot say that it is the proxy.
        (HEADER | {"X-Forwarded-For": "10.0.3.7"}, "198.51.100.9"),
        (HEADER | {"X-Forwarded-For": "10.0.3.7, 10.0.3.7", "Forwarded": "for=10.0.3.7"}, "198.51.100.9"),
        (HEADER | {"X-Remote-User": "nobody@example.org"}, "10.0.3.7"),
        (HEADER | {"X-Remote-User": "anna@example.org,bo@example.org"}, "10.0.3.7"),
        ({"X-Other-User": "anna@example.org"}, "10.0.3.7"),
        ({}, "10.0.3.7"),
    ],
)
@pytest.mark.parametrize("proxies", [0, 1])
def test_nobody_else_does(site_of_proxy, headers, peer, proxies):
    assert not is_in(site_of_proxy(trusted_proxies=proxies), headers, {"REMOTE_ADDR": peer})


def test_without_the_setting_the_header_means_nothing(database_file, tmp_path):
    assert not is_in(AdminSite(tmp_path, database_file), HEADER, PROXY)


def test_forms_need_a_token_there_too(site_of_proxy):
    site = site_of_proxy()
    client = site.app.test_client()
    page = client.get("/admin", headers=HEADER, environ_base=PROXY, base_url=site.base).text
    assert "/admin/sign-out" not in page  # the proxy's own page signs out
    answer = client.post("/admin/sign-out", headers=HEADER, environ_base=PROXY, base_url=site.base)
    assert answer.status_code == 403
    # The token of another editor does not do either.
    other = site.editor(BO.address).form_token()
    answer = client.post(
        "/admin/sign-out", data={"form_token": other}, headers=HEADER, environ_base=PROXY, base_url=site.base
    )
    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("name", "peer", "is_taken"),
    [
        ("anna@example.org", "10.0.3.7", True),
        ("anna@example.org", "::ffff:10.0.3.7", True),
        ("anna@example.org", "198.51.100.9", False),
        ("anna@example.org", "", False),
        ("nobody@example.org", "10.0.3.7", False),
        ("anna@example.org, bo@example.org", "10.0.3.7", False),
    ],
)
def test_a_long_body_is_taken_of_a_trusted_proxy_alone(site_of_proxy, name, peer, is_taken):
    site = site_of_proxy()
    check = may_send_more(site.app, site.settings, lambda: site.now)
    header = {"X_REMOTE_USER": name, "X_FORWARDED_FOR": "10.0.3.7"}
    assert check("/admin/paste", header, peer) is is_taken
    assert not check("/reminders", header, peer)


def test_a_long_form_comes_through_a_trusted_proxy(site_of_proxy):
    site = site_of_proxy()
    client = site.app.test_client()
    page = client.get("/admin/paste", headers=HEADER, environ_base=PROXY, base_url=site.base).text
    token = page.split('name="form_token" value="')[1].split('"')[0]
    form = {"form_token": token, "text": "x" * 1_000_000, "do": "read"}
    answer = client.post("/admin/paste", data=form, headers=HEADER, environ_base=PROXY, base_url=site.base)
    assert answer.status_code == 200
