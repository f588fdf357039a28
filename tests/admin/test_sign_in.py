"""Signing in to the admin pages: only editors, only the browser that asked, once, in time."""

import re
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select

from calendar_service.admin.access import EDITOR_SESSIONS
from calendar_service.admin.install import may_send_more
from calendar_service.reminders.sign_in_mailer import WAITS
from calendar_service.store.engine import reading
from calendar_service.store.tables import editor_links, editor_sessions
from tests.support.admin_site import ANNA, BO, AdminSite
from tests.support.signing_up import FILE

FOREIGN = {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}


@pytest.fixture
def admin(database, tmp_path):
    site = AdminSite(tmp_path, database)
    site.publish(FILE, site.now)
    return site


@pytest.fixture
def simple(database_file, tmp_path):
    """The same, on SQLite alone."""
    site = AdminSite(tmp_path, database_file)
    site.publish(FILE, site.now)
    return site


def test_an_editor_signs_in_by_a_link(admin):
    visitor = admin.visitor()
    link = visitor.ask()
    assert not visitor.is_signed_in()
    assert "Sign in" in visitor.html(link)
    answer = visitor.post(link)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/admin")
    assert visitor.is_signed_in()
    assert "anna@example.org" in visitor.html("/admin")


def test_a_link_works_once(admin):
    visitor = admin.visitor()
    link = visitor.ask()
    secret = visitor.cookie("calendar-editor-asking").value
    assert visitor.post(link).status_code == 303
    for again in (visitor, admin.visitor()):
        again.client.set_cookie("calendar-editor-asking", secret, domain="calendar.example.org", path="/admin")
        assert again.post(link).status_code == 404
        assert again.get(link).status_code == 404
    assert visitor.is_signed_in()


def test_a_link_that_is_pressed_many_times_at_once_works_once(admin):
    visitor = admin.visitor()
    token = visitor.ask().rpartition("/")[2]
    secret = visitor.cookie("calendar-editor-asking").value
    sessions = admin.app.extensions[EDITOR_SESSIONS]
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda _: sessions.sign_in(token, secret, admin.now), range(8)))
    assert len([each for each in found if each]) == 1


def test_programs_that_open_links_change_nothing(admin):
    visitor = admin.visitor()
    link = visitor.ask()
    for _ in range(20):
        assert admin.visitor().get(link).status_code == 200
        assert admin.visitor().client.head(link, base_url=admin.base).status_code == 200
    assert not admin.visitor().is_signed_in()
    assert visitor.post(link).status_code == 303


def test_another_browser_is_not_signed_in_and_the_link_stays(admin):
    visitor, other = admin.visitor(), admin.visitor()
    link = visitor.ask()
    other.ask("nobody@example.org")  # has a secret of its own
    for browser in (other, admin.visitor()):
        answer = browser.post(link)
        assert (answer.status_code, browser.is_signed_in()) == (404, False)
        assert "This is another browser" in answer.text
    assert visitor.post(link).status_code == 303


@pytest.mark.parametrize(("minutes", "status"), [(14, 303), (15, 404)])
def test_a_link_ends_after_a_quarter_of_an_hour(admin, minutes, status):
    visitor = admin.visitor()
    link = visitor.ask()
    admin.later(minutes=minutes)
    assert visitor.get(link).status_code == (200 if status == 303 else 404)
    assert visitor.post(link).status_code == status


def test_forged_links_do_not_work(simple):
    visitor = simple.visitor()
    link = visitor.ask()
    token = link.rpartition("/")[2]
    for forged in (token[:-1], token[::-1], token.swapcase(), f"{token}x", "x", "é" * 43, "a" * 5000):
        assert visitor.get(f"/admin/sign-in/{forged}").status_code == 404, forged
        assert visitor.post(f"/admin/sign-in/{forged}").status_code == 404, forged
    assert visitor.post(link).status_code == 303


def test_the_answer_is_the_same_for_every_address(simple):
    answers = {}
    for address in ("anna@example.org", "ANNA@example.org ", "nobody@example.org", "", "no address", "x" * 10_000):
        response = simple.visitor().post("/admin", {"address": address})
        cookie = response.headers.pop("Set-Cookie")
        answers[
            response.status_code,
            response.get_data(),
            str(response.headers),
            re.sub(r"=[\w-]{43};|Expires=[^;]*;", ";", cookie),
        ] = 1
    assert len(answers) == 1
    assert len(simple.mailed()) == 2


@pytest.mark.slow
def test_the_answer_takes_as_long_for_every_address(database_file, tmp_path):
    site = AdminSite(tmp_path, database_file, waits=(0.1,))
    taken = {}
    for round_ in range(15):
        for address in ("anna@example.org", "nobody@example.org")[:: 1 if round_ % 2 else -1]:
            visitor, client = site.visitor(), {"REMOTE_ADDR": f"192.0.2.{round_}"}
            begun = time.perf_counter()
            visitor.post("/admin", {"address": address}, environ_base=client)
            taken.setdefault(address, []).append(time.perf_counter() - begun)
            site.mailed()
        site.later(minutes=10)
    # The least of each: what else this machine does only adds to it.
    editor, nobody = (min(each) for each in taken.values())
    assert abs(editor - nobody) < 0.005


def test_a_mail_is_written_only_after_the_answer(database_file, tmp_path):
    """Else the answer to an editor would take longer."""
    assert WAITS[0] >= 0.5
    site = AdminSite(tmp_path, database_file, waits=(0.5,))
    site.visitor().post("/admin", {"address": ANNA.address})
    assert not site.mails.exists()
    assert len(site.mailed()) == 1


def test_one_client_cannot_ask_for_ever(simple, caplog):
    visitor = simple.visitor()
    statuses = [visitor.post("/admin", {"address": f"a{each}@example.org"}).status_code for each in range(11)]
    assert statuses == [200] * 10 + [429]
    (line,) = [each.getMessage() for each in caplog.records if "sign in" in each.getMessage()]
    assert line == "Links to sign in were asked for too often from one client or for one address; none was sent."
    assert int(visitor.post("/admin", {"address": "b@example.org"}).headers["Retry-After"]) > 60
    simple.later(minutes=62)
    assert visitor.post("/admin", {"address": "c@example.org"}).status_code == 200


@pytest.mark.parametrize("address", ["anna@example.org", "nobody@example.org"])
def test_many_clients_cannot_flood_one_address(simple, address):
    statuses = [
        simple.visitor()
        .post("/admin", {"address": address}, environ_base={"REMOTE_ADDR": f"192.0.2.{each}"})
        .status_code
        for each in range(21)
    ]
    assert statuses == [200] * 20 + [429]
    assert len(simple.mailed()) == (20 if address == ANNA.address else 0)


def test_a_session_ends_after_twelve_hours(admin):
    visitor = admin.editor()
    admin.later(hours=11, minutes=59)
    assert visitor.is_signed_in()
    admin.later(minutes=1)
    assert not visitor.is_signed_in()


def test_signing_out_ends_the_session_itself(admin):
    visitor, copy = admin.editor(), admin.visitor()
    copy.client.set_cookie("calendar-editor", visitor.cookie().value, domain="calendar.example.org", path="/admin")
    assert copy.is_signed_in()
    assert visitor.send("/admin/sign-out").status_code == 303
    assert not visitor.is_signed_in()
    assert not copy.is_signed_in()


def test_a_session_is_new_at_each_sign_in_and_ends_the_one_before(admin):
    visitor = admin.editor()
    first = visitor.cookie().value
    link = admin.app.extensions[EDITOR_SESSIONS].link_for(ANNA, admin.now)
    assert visitor.post(f"/admin/sign-in/{link}").status_code == 303
    assert visitor.cookie().value != first
    other = admin.visitor()
    other.client.set_cookie("calendar-editor", first, domain="calendar.example.org", path="/admin")
    assert not other.is_signed_in()


def test_a_session_that_a_visitor_brings_is_not_taken_over(admin):
    visitor = admin.visitor()
    visitor.client.set_cookie("calendar-editor", "f" * 60, domain="calendar.example.org", path="/admin")
    visitor.sign_in()
    assert visitor.cookie().value != "f" * 60


def test_who_is_no_editor_any_more_is_signed_out(admin, tmp_path):
    visitor = admin.editor(BO.address)
    later = AdminSite(tmp_path, admin.engine, editors=(ANNA,))
    other = later.visitor()
    other.client.set_cookie("calendar-editor", visitor.cookie().value, domain="calendar.example.org", path="/admin")
    assert not other.is_signed_in()
    link = admin.visitor().ask(BO.address)
    assert later.visitor().post(link).status_code == 404


def test_cookies_go_to_the_admin_pages_of_this_site_alone(simple):
    visitor = simple.visitor()
    link = visitor.ask()
    answer = visitor.post(link)
    cookies = answer.headers.getlist("Set-Cookie")
    assert len(cookies) == 2
    cookies += visitor.site.visitor().get("/admin").headers.getlist("Set-Cookie")
    assert len(cookies) == 3
    for cookie in cookies:
        parts = set(cookie.split("; ")[1:])
        assert {"Secure", "HttpOnly", "Path=/admin", "SameSite=Strict"} <= parts
    assert "Max-Age=43200" in cookies[0]


def test_on_http_cookies_work_too(database_file, tmp_path):
    site = AdminSite(tmp_path, database_file, base_url="http://127.0.0.1:8000")
    answer = site.visitor().post("/admin", {"address": "a@example.org"})
    assert "Secure" not in answer.headers["Set-Cookie"]
    assert "HttpOnly" in answer.headers["Set-Cookie"]


def test_the_database_has_no_secret_in_clear(admin):
    visitor = admin.visitor()
    link = visitor.ask()
    browser = visitor.cookie("calendar-editor-asking").value
    with reading(admin.engine) as connection:
        links = str(connection.execute(select(editor_links)).all())
    assert link.rpartition("/")[2] not in links
    assert browser not in links
    visitor.post(link)
    with reading(admin.engine) as connection:
        (row,) = connection.execute(select(editor_sessions)).all()
    assert visitor.cookie().value not in str(row)
    assert row.ends_at - row.began_at == timedelta(hours=12)


def test_what_has_ended_is_deleted(admin):
    admin.editor()
    admin.visitor().ask()
    admin.later(hours=13)
    admin.visitor().ask()
    admin.editor()
    with reading(admin.engine) as connection:
        assert len(connection.execute(select(editor_links)).all()) == 1
        assert len(connection.execute(select(editor_sessions)).all()) == 1


def test_without_editors_there_are_no_admin_pages(database_file, tmp_path):
    site = AdminSite(tmp_path, database_file, editors=())
    site.publish(FILE, site.now)
    for path in ("/admin", "/fr/admin", "/admin/sign-in/x"):
        assert site.get(path).status_code == 404
    assert site.post("/admin", {"address": "anna@example.org"}).status_code == 404
    assert site.post("/admin/sign-out").status_code == 404


def test_the_pages_work_while_nothing_is_published(database_file, tmp_path):
    visitor = AdminSite(tmp_path, database_file).editor()
    assert "Nothing is public yet." in visitor.html("/admin")


def test_pages_are_kept_out_of_caches_engines_and_frames(simple):
    for visitor in (simple.visitor(), simple.editor()):
        headers = visitor.get("/admin").headers
        assert headers["Cache-Control"] == "no-store"
        assert headers["X-Robots-Tag"] == "noindex, nofollow"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert "script-src" not in headers["Content-Security-Policy"]


def test_no_public_page_sets_or_gets_a_cookie(simple):
    visitor = simple.editor()
    for path in ("/", "/month", "/reminders", "/events/roads", "/calendar.ics", "/administration"):
        assert "Set-Cookie" not in visitor.get(path).headers
    assert visitor.cookie().path == "/admin"


def test_other_sites_cannot_send_forms(simple):
    visitor = simple.editor()
    token = visitor.form_token()
    assert visitor.post("/admin/sign-out", {"form_token": token}, FOREIGN).status_code == 403
    assert visitor.post("/admin/sign-out", {"form_token": token}, {"Origin": "https://evil.example"}).status_code == 403
    assert visitor.post("/admin", {"address": "anna@example.org"}, FOREIGN).status_code == 403
    link = simple.visitor().ask()
    assert visitor.post(link, headers=FOREIGN).status_code == 403
    assert visitor.is_signed_in()


def test_a_form_needs_the_token_of_its_own_session(simple):
    anna, bo = simple.editor(), simple.editor(BO.address)
    for token in ("", "x", bo.form_token(), anna.cookie().value):
        answer = anna.post("/admin/sign-out", {"form_token": token})
        assert answer.status_code == 403, token
        assert "not from this session" in answer.text
    assert anna.is_signed_in()


def test_who_is_not_signed_in_is_told_so(simple):
    answer = simple.visitor().post("/admin/sign-out")
    assert answer.status_code == 403
    assert "your session has ended" in answer.text


def test_who_comes_from_webmail_is_sent_on_from_our_own_page(simple):
    arrived = simple.visitor().get("/admin?lang=fr", Sec_Fetch_Site="cross-site")
    assert arrived.headers["Refresh"] == "0; url=/admin?lang=fr&arrived=yes"
    assert 'href="/admin?lang=fr&amp;arrived=yes"' in arrived.text
    assert "Refresh" not in simple.visitor().get("/admin?arrived=yes", Sec_Fetch_Site="cross-site").headers


@pytest.mark.parametrize("odd", ["%0d%0aX-Evil:%20y", "%E2%82%AC", "%ff", "x;url=https:evil.example"])
def test_an_odd_address_is_answered_before_any_sign_in(simple, odd):
    answer = simple.visitor().get(f"/admin/records/{odd}/edit", Sec_Fetch_Site="cross-site")
    assert answer.status_code == 200
    assert "X-Evil" not in answer.headers
    assert ";url=https" not in answer.headers["Refresh"]
    assert simple.visitor().get(f"/{odd}/admin").status_code == 404


def test_in_french(simple):
    visitor = simple.visitor()
    assert visitor.get("/fr/admin").headers["Location"] == "/admin?lang=fr"
    assert "Se connecter aux pages d’administration" in visitor.html("/admin?lang=fr")
    assert '<html lang="fr">' in visitor.html("/admin")  # as it was chosen before
    visitor.ask()
    (mail,) = simple.mailed()
    assert "Content-Language: fr" in mail.read_text(encoding="utf-8")
    assert '<html lang="en">' in visitor.html("/admin?lang=en")
    assert '<html lang="en">' in visitor.html("/admin?lang=%22%3E%3Cscript%3E")


def test_on_the_machine_itself_the_page_says_how_to_sign_in_without_mail(database_file, tmp_path):
    local = AdminSite(tmp_path, database_file, base_url="http://127.0.0.1:8000")
    assert "the command calendar-service admin-link prints" in local.visitor().html("/admin")
    moved = AdminSite(tmp_path, database_file, base_url="http://127.0.0.1:8123")
    assert "the command calendar-service admin-link --port 8123 prints" in moved.visitor().html("/admin")
    assert "admin-link" not in local.visitor().get("/admin", X_Forwarded_For="192.0.2.1").text
    elsewhere = AdminSite(tmp_path, database_file)
    assert "admin-link" not in elsewhere.visitor().html("/admin")


def test_a_mail_that_no_server_takes_is_a_fault_until_one_is_sent(database_file, tmp_path):
    site = AdminSite(tmp_path, database_file, waits=(0.0, 0.0))
    site.mails.write_text("in the way", encoding="utf-8")
    visitor = site.visitor()
    visitor.post("/admin", {"address": ANNA.address})
    site.mailed()
    (fault,) = site.faults.faults()
    assert fault.reason == "The link by which an editor signs in could not be mailed."
    assert ANNA.address not in str(fault.details)
    site.mails.unlink()
    assert visitor.ask()
    assert site.faults.faults() == []


def test_a_link_for_somebody_at_the_machine_works_in_any_browser_once(admin):
    sessions = admin.app.extensions[EDITOR_SESSIONS]
    link = f"/admin/sign-in/{sessions.link_for(ANNA, admin.now)}"
    first, second = admin.visitor(), admin.visitor()
    assert first.post(link).status_code == 303
    assert second.post(link).status_code == 404
    assert (first.is_signed_in(), second.is_signed_in()) == (True, False)


def test_only_a_signed_cookie_lets_a_long_body_in(simple):
    visitor = simple.editor()
    check = may_send_more(simple.app, simple.settings, lambda: simple.now)
    cookie = f"other=1; calendar-editor={visitor.cookie().value}"
    assert check("/admin/records", {"COOKIE": cookie}, "198.51.100.9")
    assert not check("/reminders", {"COOKIE": cookie}, "198.51.100.9")
    assert not check("/administration", {"COOKIE": cookie}, "198.51.100.9")
    for wrong in ("", "calendar-editor=", f"calendar-editor={visitor.form_token()}", cookie[:-2]):
        assert not check("/admin/records", {"COOKIE": wrong}, "198.51.100.9"), wrong
    assert not check("/admin/records", {"X_REMOTE_USER": ANNA.address}, "10.0.3.7")
    simple.later(hours=12)
    assert not check("/admin/records", {"COOKIE": cookie}, "198.51.100.9")


def test_a_long_form_is_taken_from_an_editor_alone(simple):
    visitor = simple.editor()
    filler = "x" * 1_000_000
    assert visitor.send("/admin/sign-out", {"filler": filler}).status_code == 303
    answer = visitor.post("/admin", {"address": filler})
    assert (answer.status_code, "64 kB at most" in answer.text) == (413, True)
    other = simple.editor()
    answer = other.send("/admin/sign-out", {"filler": filler * 7})
    assert (answer.status_code, "at most 5 MB" in answer.text) == (413, True)


def test_a_form_before_sign_in_needs_the_token_of_its_own_browser(simple):
    anna, other = simple.visitor(), simple.visitor()
    own, foreign = anna.form_token(), other.form_token()
    assert own != foreign
    for token in ("", "x", foreign, anna.cookie("calendar-editor-form").value, simple.editor().form_token()):
        answer = anna.post("/admin", {"address": ANNA.address, "form_token": token})
        assert answer.status_code == 403, token
        assert "not from this browser" in answer.text
    assert simple.visitor().post("/admin", {"address": ANNA.address, "form_token": own}).status_code == 403
    assert len(simple.mailed()) == 1  # of the editor who signed in above
    link = anna.ask()
    assert anna.post(link, {"form_token": foreign}).status_code == 403
    assert anna.post(link, {"form_token": own}).status_code == 303


def test_a_form_before_sign_in_may_be_open_in_several_tabs_for_half_a_day(simple):
    visitor = simple.visitor()
    first = visitor.form_token()
    visitor.form_token()
    simple.later(hours=11)
    assert visitor.post("/admin", {"address": ANNA.address, "form_token": first}).status_code == 200
    simple.later(hours=1)
    assert visitor.post("/admin", {"address": ANNA.address, "form_token": first}).status_code == 403
