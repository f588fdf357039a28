"""Whatever comes in is answered: random forms, tables and queries, and a mail to somebody else goes all the same."""

import threading
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from urllib.parse import quote_from_bytes

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from calendar_service.reminders.channels.mail import MailSettings
from calendar_service.reminders.channels.webhook import InvalidWebhook, check_webhook_url
from calendar_service.reminders.service import ReminderService
from calendar_service.reminders.subscriptions.addresses import AddressHasher
from calendar_service.reminders.subscriptions.csv_table import NEEDED, OPTIONAL, InvalidTable, read_subscriber_table
from calendar_service.reminders.subscriptions.import_subscribers import import_subscribers
from calendar_service.store.engine import reading
from calendar_service.store.subscribers import SubscriberState
from calendar_service.store.tables import signups
from calendar_service.web import manage
from tests.support.reminders import Clock, Inbox, add_subscriber, mail_server, watch
from tests.support.signing_up import BASE, NOW, SignUp

# Werkzeug leaves the file of a part that it refuses in the middle to the garbage collector.
pytestmark = [
    pytest.mark.filterwarnings("ignore:Unclosed file:ResourceWarning"),
    pytest.mark.filterwarnings("ignore:.*SpooledTemporaryFile:pytest.PytestUnraisableExceptionWarning"),
]
DUE = datetime(2026, 11, 26, 16, 1, tzinfo=UTC)  # a minute after 14 days before the closing of "roads"
HASHER = AddressHasher(("k" * 40,))
SOUND = {
    "address": ["ann@example.org", "Bo+x@EXAMPLE.org", "é@bücher.example"], "kind": ["tender", "webinar"], "tag": ["roads", "ß" * 150, "a,b"], "id": ["roads"], "q": ["study"], "place": ["FR", "kr"],
    "spoken": ["fr"], "selection": ["?kind=tender&lang=fr", "x=1", "from=2027-01-01"], "lead": ["14 days", "1 day"], "own_leads": ["36 hours; la veille à 18 h"], "wants_new": ["yes"],
    "digest": ["", "daily", "weekly"], "language": ["en", "fr"], "zone": ["Europe/Paris", "Asia/Seoul"], "country": ["", "FR"], "form": ["record"], "homepage": [""],
    "do": ["save", "save", "save", "stop", "pause", "resume", "export", "webhook", "mail", "refuse", "dance", "", "end,save", "END"], "watch": ["kind=tender"], "webhook": ["https://hooks.example.org/in", "https://[::1/", "https://hooks.example.org/" + "a" * 1500],
    "watch-0": ["kind=tender", "", "x=1", "tag=" + "ß" * 150, "id=roads&id=b", "q=%00"], "watch-1": ["id=roads"], "own_leads-0": ["2 weeks"], "lead-0": ["1 day"], "wants_new-0": ["yes"], "watch-99999999999": ["kind=tender"],
    "List-Unsubscribe": ["One-Click"],
}  # fmt: skip
SIGN_UP = [(b"address", b"ann@example.org"), (b"language", b"en"), (b"zone", b"Europe/Paris"), (b"digest", b"")]
SAVE = [(b"do", b"save"), (b"language", b"fr"), (b"zone", b"Asia/Seoul"), (b"watch-0", b"kind=tender")]
QUERIES = {
    "kind": ["tender", "party"], "tag": ["roads", "ß" * 150], "country": ["FR"], "language": ["fr"], "id": ["roads"], "q": ["study"], "from": ["2026-01-01", "0000-00-00"], "to": ["2100-12-31"], "lang": ["fr", "de"],
    "tz": ["Asia/Seoul", "../x"], "alarms": ["7 days", "P7D", "999999 weeks"], "cancelled": ["hide"], "view": ["month", "next"], "theme": ["dark"], "accent": ["ff0000", "#f"], "limit": ["1", "9" * 400, "٣"],
    "month": ["2026-12", "9999-12", "0000-01"], "url": [f"{BASE}/events/roads", f"{BASE}/month/2026-13?view=x", "//["], "maxwidth": ["1", "-1", "9" * 5000, "1e9"], "maxheight": ["٣", "0"], "format": ["json", "xml"], "callback": ["f"],
    "page": ["2", "-1", "9" * 30], "lead": ["7 days", "1 year", "on the day at 25:00"], "wants": ["x"],
}  # fmt: skip
PAGES = [
    "/", "/fr/", "/month", "/month/2026-12", "/month/9999-12", "/year", "/events/roads", "/events/x", "/events/roads.ics", "/calendar.ics", "/calendar.json", "/calendar.atom", "/calendar.csv", "/calendar.jcal", "/calendar/tenders.ics",
    "/widget", "/fr/widget", "/widget.js", "/embed", "/oembed", "/api/v1/records", "/reminders", "/fr/reminders", "/subscribe", "/operator", "/operator/letter/roads", "/operator/letter/rumours", "/sitemap.xml", "/robots.txt", "/openapi.json",
]  # fmt: skip

hostile = st.one_of(
    st.binary(max_size=40),
    st.text(max_size=40).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.sampled_from([b"\0", b"\xff", b"\xed\xa0\x80", b"%", b"{x}", b"'", b'"><b>', b"\r\nX: y", b"a" * 5_000, b"9" * 5_000, "\u202e".encode(), b"," * 300, b"a=b&" * 300, b"-1", b"1e999"]),
)  # fmt: skip


def fields(known):
    names = st.sampled_from([*known]) | st.sampled_from(
        ["watch-x", "watch--1", "watch-50", "lead-7", "watch-٣", "", "a" * 300]
    )
    sound = names.flatmap(
        lambda name: st.tuples(st.just(name.encode()), st.sampled_from(known.get(name, [""])).map(str.encode))
    )
    odd = st.tuples(names.map(str.encode) | hostile, hostile)
    # Of several values the first one counts, so that what begins as a sound form is often taken.
    begun = st.sampled_from([SIGN_UP, SAVE]) if known is SOUND else st.just([])
    return st.builds(list.__add__, begun | st.just([]), st.lists(sound | sound | sound | odd, max_size=12))


def encoded(pairs):
    return b"&".join(
        b"%s=%s" % (quote_from_bytes(name).encode(), quote_from_bytes(value).encode()) for name, value in pairs
    )


def in_parts(pairs):
    head = b'--b\r\nContent-Disposition: form-data; name="%s"%s\r\n\r\n%s\r\n'
    parts = [head % (name, b'; filename="f"' if len(value) % 7 == 3 else b"", value) for name, value in pairs]
    return b"".join(parts) + b"--b--\r\n"


bodies = st.one_of(
    fields(SOUND).map(lambda pairs: (encoded(pairs), "application/x-www-form-urlencoded")),
    fields(SOUND).map(lambda pairs: (encoded(pairs), "application/x-www-form-urlencoded")),
    fields(SOUND).map(lambda pairs: (in_parts(pairs), "multipart/form-data; boundary=b")),
    st.tuples(
        st.binary(max_size=200) | fields(SOUND).map(in_parts),
        st.sampled_from(["multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=\xff", "application/json", "text/plain; charset=utf-16", "application/x-www-form-urlencoded; charset=utf-7", "", "x" * 500]),
    ),
    st.sampled_from([
        (b"watch-0=" + b"&watch-0=" * 5_000, "application/x-www-form-urlencoded"),
        (b"&".join(b"watch-%d=id%%3Da%d" % (n, n) for n in range(900)), "application/x-www-form-urlencoded"),
        (in_parts([(b"watch-%d" % n, b"id=a") for n in range(1_100)]), "multipart/form-data; boundary=b"),
        (b"a=" + b"b" * 600_000, "application/x-www-form-urlencoded"),
    ]),
)  # fmt: skip
forms = st.sampled_from(["/reminders", "/fr/reminders", "manage", "manage", "manage", "/fr manage", "confirm", "unsubscribe", "/reminders/manage/x", "/reminders/confirm/\xff", "/reminders/unsubscribe/" + "a" * 3_000, "/operator", "/oembed", "/api/v1/records"])  # fmt: skip


class Site(SignUp):
    """The service with an operator, some subscribers and an open sign-up, asked by many."""

    def __init__(self, engine, folder):
        super().__init__(engine, folder, operator_token="o" * 20)
        self.statuses = Counter()

    def set_up(self):
        add_subscriber(self.engine, "bystander", NOW, watch("id=roads", ("14 days",)))
        self.subscriber = self.subscriber(zone="Europe/Paris", country="", digest="")
        self.token = self.ask(address="cat@example.org")

    def address_of(self, form):
        prefix, _, name = form.rpartition(" ")
        match name:
            case "manage":
                return prefix + self.manage_path(self.subscriber)
            case "confirm":
                return f"/reminders/confirm/{self.token}"
            case "unsubscribe":
                return self.unsubscribe_path(self.subscriber)
        return name

    def check(self, path, **more):
        """Ask for something, and see that it is answered."""
        self.now += timedelta(seconds=30)  # so that the last of very many is before what is due
        remote = f"2001:db8:{self.statuses.total() % 65_000:x}::1"
        headers = {"Authorization": f"Bearer {'o' * 20}"} if path.startswith("/operator") else {}
        answer = self.client.open(path, environ_overrides={"REMOTE_ADDR": remote}, headers=headers, **more)
        # oEmbed 1.0 has 501 for a format that is not there.
        assert answer.status_code < 500 or (path, answer.status_code) == ("/oembed", 501), (path, more)
        answer.close()
        self.statuses[answer.status_code] += 1

    def post(self, path, data=None, **headers):
        return self.client.post(path, data=data, headers=headers)

    def only_who_wants_it_has_ended(self, form, data):
        """See that the subscriber goes on unless a mail program or the one button said otherwise."""
        if self.again(self.subscriber).state is not SubscriberState.ENDED:
            return
        # To stop the last watch is to end, too.
        assert b"stop" in data or (form == "unsubscribe" and (b"One-Click" in data or not data)), (form, data)
        self.subscriber = self.service.confirm(self.ask(zone="Europe/Paris", country="", digest=""), self.now)

    def bystander_is_reminded(self):
        """Have a worker send what is due, by a real SMTP server."""
        inbox = Inbox()
        with mail_server(inbox) as url:
            mailing = MailSettings(url, None, "Example <calendar@example.org>")
            reminder_service = ReminderService(self.engine, ("k" * 40,), BASE, mailing, Clock(DUE))
            reminder_service.schedule_due()
            reminder_service.send(threading.Event())
            reminder_service.close(1)
        return [recipient for recipient in inbox.recipients if recipient == "bystander"]


def refuse(url, _secret, **_):
    check_webhook_url(url)
    raise InvalidWebhook("The webhook did not repeat the challenge.")


def run_forms(database, tmp_path, monkeypatch, count):
    monkeypatch.setattr(manage, "verify", refuse)
    site = Site(database, tmp_path)
    site.set_up()

    @settings(
        max_examples=count,
        deadline=None,
        derandomize=count < 1_000,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(forms, bodies)
    def post(form, body):
        data, kind = body
        site.check(site.address_of(form), method="POST", data=data, content_type=kind)
        site.check(site.manage_path(site.subscriber))
        site.only_who_wants_it_has_ended(form, data)

    @settings(
        max_examples=count,
        deadline=None,
        derandomize=count < 1_000,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(
        st.sampled_from(PAGES),
        fields(QUERIES).map(encoded) | st.binary(max_size=60).map(lambda data: quote_from_bytes(data, "&=;").encode()),
    )
    def get(path, query):
        site.check(path, query_string=query.decode())

    post()
    get()
    with reading(database) as connection:
        asked = len(connection.execute(select(signups)).all())
    assert min(site.statuses[200], site.statuses[400]) > count // 4
    assert asked > count // 80
    assert site.bystander_is_reminded() == ["bystander"]


def test_any_form_is_answered(database, tmp_path, monkeypatch):
    run_forms(database, tmp_path, monkeypatch, 80)


@pytest.mark.slow
def test_very_many_forms_are_answered(database, tmp_path, monkeypatch):
    run_forms(database, tmp_path, monkeypatch, 2_000)


CELLS = {
    "address": ["ann@example.org", "bo@example.org", "'+eve@example.org", "https://[::1", "slack://x", "https://hooks.example.org/" + "a" * 1500],
    "language": ["en", "fr"], "timezone": ["Europe/Paris", "Asia/Seoul"], "country": ["", "FR"], "selection": ["", "kind=tender", "tag=" + "ß" * 150, "x=1", "id=roads"],
    "leads": ["", "7 days", "14 days; 1 day"], "consent": ["Form of 1 May"], "new": ["", "yes"], "digest": ["", "daily"], "state": ["", "paused"],
}  # fmt: skip


def cells(rare):
    odd = hostile.map(lambda data: data.decode("utf-8", "replace").replace('"', '""').replace("\0", rare))
    return st.fixed_dictionaries(
        {name: st.sampled_from(values) | st.sampled_from(values) | odd for name, values in CELLS.items()}
    )


VARIED = {"address", "selection", "leads", "new"}  # in which rows of one person may differ
sound_rows = st.fixed_dictionaries(
    {name: st.sampled_from(values[: 2 if name in VARIED else 1]) for name, values in CELLS.items()}
)


def table_of(rows):
    lines = [CELLS, *([row[name] for name in CELLS] for row in rows)]
    text = "".join(",".join(f'"{value}"' for value in line) + "\n" for line in lines)
    return text.encode("utf-8", "surrogatepass")


tables = st.one_of(
    st.lists(sound_rows, max_size=6).map(table_of),
    st.lists(cells("") | sound_rows, max_size=6).map(table_of),
    st.binary(max_size=200).map(lambda data: ",".join((*NEEDED, *OPTIONAL)).encode() + b"\n" + data),
    st.binary(max_size=200),
)


def run_tables(database, tmp_path, count):
    site = Site(database, tmp_path)
    site.set_up()
    taken = Counter()

    @settings(
        max_examples=count,
        deadline=None,
        derandomize=count < 1_000,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(tables)
    def take(data):
        with suppress(InvalidTable):
            people = read_subscriber_table(data, HASHER, ("en", "fr"))
            assert all(str(problem).isprintable() for problem in people.problems)
            taken["refused" if people.problems else "fit"] += 1
            if not people.problems:
                import_subscribers(database, people, HASHER, site.now)

    take()
    assert min(taken["refused"], taken["fit"]) > count // 20
    assert site.bystander_is_reminded() == ["bystander"]


def test_any_table_is_answered(database, tmp_path):
    run_tables(database, tmp_path, 60)


@pytest.mark.slow
def test_very_many_tables_are_answered(database, tmp_path):
    run_tables(database, tmp_path, 2_000)
