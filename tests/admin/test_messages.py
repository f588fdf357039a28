"""The page of messages: failures first, a bar a day, and trying again; for editors, and for the operator's token."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from calendar_service.admin.publication_commit import NOT_COMMITTED
from calendar_service.store.engine import reading, writing
from calendar_service.store.faults import FaultKind, report_fault
from calendar_service.store.tables import deliveries
from tests.support.admin_site import ANNA, BO, AdminSite, Programme
from tests.support.signing_up import FILE, words_of

pytestmark = pytest.mark.usefixtures("standing_clock")

LATER = FILE.replace("10 December", "14 December")
TOKEN = "o" * 20
BEARER = {"Authorization": f"Bearer {TOKEN}"}
SAME = {"Sec-Fetch-Site": "same-origin", **BEARER}
FOREIGN = {"Origin": "https://evil.example", **BEARER}


@pytest.fixture
def site(database_file, tmp_path):
    """A calendar whose notices of a moved deadline have failed for one subscriber of two."""
    made = Programme(tmp_path, database_file, FILE, operator_token=TOKEN)
    for name in ("ann", "bea"):
        made.subscribe(f"{name}@example.org", kind=[], own_leads="")
    made.plan()
    made.later(minutes=1)
    made.save(LATER)
    made.plan()
    with writing(made.engine) as connection:
        notices = connection.scalars(select(deliveries.c.id).where(deliveries.c.state == "waiting")).all()
        values = {"settled_at": made.now, "attempts": 5, "reason": "The mail server does not answer."}
        connection.execute(update(deliveries).where(deliveries.c.id == notices[0]).values(state="failed", **values))
        sent = {"settled_at": made.now - timedelta(days=1)}
        connection.execute(update(deliveries).where(deliveries.c.id.in_(notices[1:])).values(state="sent", **sent))
    return made


def states(site):
    with reading(site.engine) as connection:
        return sorted(connection.scalars(select(deliveries.c.state)))


def given(page):
    return dict(re.findall(r'<input type="hidden" name="(form_token|of)" value="([^"]*)"', page)) | {"do": "retry"}


def operator_page(site, path="/operator"):
    return site.get(path, **BEARER).get_data(as_text=True)


def test_failures_stand_first_and_no_address_anywhere(site):
    page = site.editor().html("/admin/messages")
    told = words_of(site.editor().get("/admin/messages"))
    assert told.index("Messages that failed") < told.index("Planned for the next 30 days")
    assert "1 message · Change notice Study of roads The mail server does not answer." in told
    assert "Try 1 message again" in told
    assert "Failed in 14 days 1" in told
    for each in ("ann@", "bea@", "a…@"):
        assert each not in page.partition("<footer")[0].replace(ANNA.address, "")


@pytest.mark.parametrize(
    ("kind", "reason", "told"),
    [
        (FaultKind.COMMIT, NOT_COMMITTED, f"Git {NOT_COMMITTED} It is public and in the file; nothing is lost."),
        (
            FaultKind.DATABASE,
            "disk I/O error on host9",
            "The database Something does not work. Everything else goes on.",
        ),
        (FaultKind.DELIVERY, "KeyError: 'a'", "Emails (1) Something does not work."),
    ],
)
def test_an_editor_reads_what_a_fault_means_and_the_operator_reads_all(site, kind, reason, told):
    with writing(site.engine) as connection:
        report_fault(connection, kind, "host9", reason, site.now, details=["/srv/calendar: exit 1"])
    editor, operator = words_of(site.editor().get("/admin/messages")), words_of(site.get("/operator", **BEARER))
    assert told in editor
    assert "Since" in editor
    for secret in ("host9", "/srv/calendar", "KeyError"):
        assert secret not in editor
    assert "host9" in operator
    assert "/srv/calendar: exit 1" in operator
    french = words_of(site.editor().get("/admin/messages?lang=fr"))
    assert "Something" not in french


def test_a_bar_a_day_is_a_table_too(site):
    page = site.editor().html("/admin/messages")
    assert re.search(r'<rect class="sent" x="131" [^>]*></rect>', page)  # yesterday
    assert re.search(r'<rect class="failed" x="141" [^>]*></rect>', page)
    assert '<rect class="planned"' in page
    told = words_of(site.editor().get("/admin/messages"))
    assert re.search(r"Monday 23 November 2026 \(Today\) 0 1 \d", told)
    assert "Sunday 22 November 2026 " in told
    assert 'aria-hidden="true"' in page.partition("<svg")[2][:200]


def test_an_editor_tries_again(site):
    editor = site.editor()
    answer = editor.post("/admin/messages", given(editor.html("/admin/messages")))
    assert answer.headers["Location"] == "/admin/messages?retried=1"
    assert states(site).count("failed") == 0
    page = words_of(editor.get("/admin/messages?retried=1"))
    assert "1 message is sent again." in page
    assert "Messages that failed" not in page


def test_who_may_not_publish_tries_nothing_again(site):
    editor = site.editor(BO.address)
    assert 'value="retry"' not in editor.html("/admin/messages")
    assert editor.send("/admin/messages", {"do": "retry", "of": "1"}).status_code == 403
    assert states(site).count("failed") == 1


@pytest.mark.parametrize("path", ["/operator", "/fr/operator"])
def test_the_operator_tries_again(site, path):
    answer = site.post(path, given(operator_page(site, path)), **SAME)
    assert answer.headers["Location"] == f"{path}?retried=1"
    assert states(site).count("failed") == 0
    assert site.get(f"{path}?retried=1", **BEARER).status_code == 200


@pytest.mark.parametrize(
    ("headers", "changes", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, {}, 401),
        (FOREIGN, {}, 403),
        ({"Sec-Fetch-Site": "cross-site", **BEARER}, {}, 403),
        (SAME, {"form_token": ""}, 403),
        (SAME, {"form_token": "x" * 80}, 403),
        (SAME, {"do": "delete"}, 400),
        (SAME, {"of": "1 OR 1=1"}, 303),
        (SAME, {"of": "²"}, 303),
    ],
)
def test_nothing_else_does(site, headers, changes, status):
    form = given(operator_page(site)) | changes
    assert site.post("/operator", form, **headers).status_code == status
    assert states(site).count("failed") == 1


def test_the_operator_s_form_ends_and_is_not_that_of_another_token(site, tmp_path):
    form = given(operator_page(site))
    site.later(hours=12)
    assert site.post("/operator", form, **SAME).status_code == 403
    other = AdminSite(tmp_path, site.engine, operator_token="p" * 20)
    fresh = given(operator_page(site))
    answer = other.post("/operator", fresh, **{**SAME, "Authorization": f"Bearer {'p' * 20}"})
    assert answer.status_code == 403


def test_both_have_the_same_page(site):
    editor, operator = words_of(site.editor().get("/admin/messages")), words_of(site.get("/operator", **BEARER))
    begin = "Subscribers 2"
    assert editor[editor.index(begin) :] == operator[operator.index(begin) :]


def test_an_editor_reads_a_message_as_it_goes_out(site):
    editor = site.editor()
    page = editor.get("/admin/messages/sample/roads?lead=7+days&lang=fr")
    assert "Étude des routes" in words_of(page)
    assert "script-src" not in page.headers["Content-Security-Policy"]
    assert editor.get("/admin/messages/sample/nothing").status_code == 404
    assert editor.get("/admin/messages/sample/roads?lead=soon").status_code == 400


def test_while_nothing_is_public(database_file, tmp_path):
    site = AdminSite(tmp_path, database_file)
    assert "Nothing is public yet." in words_of(site.editor().get("/admin/messages"))
