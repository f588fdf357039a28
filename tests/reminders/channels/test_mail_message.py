"""Whole messages, and values that try to be more than a value."""

import email
import email.policy
import random
from dataclasses import replace
from email.header import decode_header, make_header

import pytest

from calendar_service.reminders.channels.base import DeliveryFailed, Envelope, Message
from calendar_service.reminders.channels.mail_message import build_message
from calendar_service.reminders.channels.smtp import SmtpChannel
from tests.support.channels import CALENDAR_ID, ENVELOPE, MESSAGE, NOW, SENDER, SinkProcess, clock, failure_of

WHOLE = """\
From: Intercultural Cities <calendar@example.org>
To: ada.lovelace@reader.example
Subject: =?utf-8?q?Rappel_=3A_cl=C3=B4ture_de_l=E2=80=99appel_d=E2=80=99of?=
 =?utf-8?q?fres_=C2=AB_Graphiques_en_ligne_=C2=BB_dans_7_jours?=
Date: Wed, 03 Jul 2030 15:00:00 +0000
Message-ID: <41.5d1f@intercultural-cities.example>
References: <charts.9@intercultural-cities.example>
In-Reply-To: <charts.9@intercultural-cities.example>
List-Id: <reminders.intercultural-cities.example>
List-Unsubscribe: <https://calendar.example.org/reminders/unsubscribe/uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu>
List-Unsubscribe-Post: List-Unsubscribe=One-Click
Auto-Submitted: auto-generated
X-Auto-Response-Suppress: All
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="=_BOUNDARY_0"
Content-Language: fr

--=_BOUNDARY_0
Content-Type: multipart/alternative; boundary="=_BOUNDARY_1"

--=_BOUNDARY_1
Content-Type: text/plain; charset="utf-8"
Content-Transfer-Encoding: quoted-printable

Cl=C3=B4ture le 10 juillet 2030 =C3=A0 17:00.

G=C3=A9rer : https://calendar.example.org/reminders/manage/m0?a=3D1&b=3D2
Se d=C3=A9sabonner : https://calendar.example.org/reminders/unsubscribe/uuu=
uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu=
uuuuuuuuuuuu

--=_BOUNDARY_1
Content-Type: text/html; charset="utf-8"
Content-Transfer-Encoding: quoted-printable
MIME-Version: 1.0

<p>Cl=C3=B4ture le 10 juillet 2030 =C3=A0 17:00.</p>
<a href=3D"https://calendar.example.org/reminders/manage/m0?a=3D1&amp;b=3D2=
">G=C3=A9rer</a> <a href=3D"https://calendar.example.org/reminders/unsubscr=
ibe/uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu=
uuuuuuuuuuuuuuuuuuu">Se d=C3=A9sabonner</a>

--=_BOUNDARY_1--

--=_BOUNDARY_0
Content-Transfer-Encoding: base64
Content-Disposition: attachment; filename="charts.ics"
Content-Type: text/calendar; charset="utf-8"; method="PUBLISH"
MIME-Version: 1.0

QkVHSU46VkNBTEVOREFSDQpWRVJTSU9OOjIuMA0KRU5EOlZDQUxFTkRBUg0K

--=_BOUNDARY_0--
"""

PLAIN = """\
From: calendar@example.org
To: ada@reader.example
Subject: Please confirm
Date: Wed, 03 Jul 2030 15:00:00 +0000
Message-ID: <7@c.example>
List-Id: <reminders.c.example>
Auto-Submitted: auto-generated
X-Auto-Response-Suppress: All
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary="=_BOUNDARY_0"
Content-Language: en

--=_BOUNDARY_0
Content-Type: text/plain; charset="utf-8"
Content-Transfer-Encoding: quoted-printable

Hello

--=_BOUNDARY_0
Content-Type: text/html; charset="utf-8"
Content-Transfer-Encoding: quoted-printable
MIME-Version: 1.0

<p>Hello</p>

--=_BOUNDARY_0--
"""


def build(message=MESSAGE, envelope=ENVELOPE, sender=SENDER, calendar_id=CALENDAR_ID):
    return build_message(message, envelope, sender, calendar_id, NOW)


def written(mime):
    boundary = mime.get_boundary().rpartition("_")[0].removeprefix("=_")
    return mime.as_bytes().decode().replace("\r\n", "\n").replace(boundary, "BOUNDARY")


def test_a_message_with_everything():
    assert written(build()) == WHOLE


def test_a_message_that_nobody_subscribed_to():
    message = Message("Please confirm", "Hello\n", "<p>Hello</p>\n", "en")
    mime = build(message, Envelope("ada@reader.example", "7@c.example"), "calendar@example.org", "c.example")
    assert written(mime) == PLAIN


def test_a_mail_program_reads_the_parts():
    read = email.message_from_bytes(build().as_bytes(), policy=email.policy.default)
    parts = [(part.get_content_type(), part.get_filename()) for part in read.walk()]
    text, page, attachment = (part for part in read.walk() if not part.is_multipart())
    assert (parts, str(read["Subject"])) == (
        [
            ("multipart/mixed", None),
            ("multipart/alternative", None),
            ("text/plain", None),
            ("text/html", None),
            ("text/calendar", "charts.ics"),
        ],
        MESSAGE.subject,
    )
    manage, unsubscribe = ENVELOPE.manage_url, ENVELOPE.unsubscribe_url
    assert text.get_content().splitlines()[2:] == [f"Gérer : {manage}", f"Se désabonner : {unsubscribe}"]
    assert f'<a href="{manage.replace("&", "&amp;")}">' in page.get_content()
    assert (attachment["Content-Type"], attachment["Content-Disposition"], attachment.get_payload(decode=True)) == (
        'text/calendar; charset="utf-8"; method="PUBLISH"',
        'attachment; filename="charts.ics"',
        MESSAGE.attachment,
    )


def test_the_same_message_is_the_same_bytes():
    assert build().as_bytes() == build().as_bytes()


def test_lines_are_short_but_for_links_and_identifiers():
    long = replace(MESSAGE, subject="Ümlaut " * 40, text="ß" * 3000, html="é" * 3000, attachment=b"x" * 3000)
    named = (b"List-Unsubscribe:", b"References:", b"In-Reply-To:", b"Message-ID:")
    lines = build(long).as_bytes().split(b"\r\n")
    assert {len(line) for line in lines if not line.startswith(named)} - set(range(79)) == set()


@pytest.mark.parametrize(
    "subject",
    [
        "=?utf-8?q?=0D=0ABcc:_x@example.org?=",
        "Spaces «  between  » é words é é",
        "a" * 300,
        " leading and trailing ",
        "日本語 " * 60,
    ],
)
def test_a_subject_arrives_as_it_was(subject):
    read = email.message_from_bytes(build(replace(MESSAGE, subject=subject)).as_bytes())
    assert str(make_header(decode_header(read["Subject"]))) == subject


def test_an_address_outside_ascii_is_written_in_utf_8():
    assert (
        b"To: r\xc3\xa9ne@reader.example\r\n"
        in build(envelope=replace(ENVELOPE, address="réne@reader.example")).as_bytes()
    )


@pytest.mark.parametrize(
    ("message", "envelope", "more", "expected"),
    [
        ({"subject": "a\nBcc: x@y.z"}, {}, {}, ("The message's Subject contains a control character.", {"permanent"})),
        ({"subject": "a\u2028b"}, {}, {}, ("The message's Subject contains a control character.", {"permanent"})),
        ({"subject": "a\ud800b"}, {}, {}, ("The message's Subject contains a control character.", {"permanent"})),
        ({"text": "\ud800"}, {}, {}, ("The message cannot be written as a mail.", {"permanent"})),
        ({"language": "fr\r\nX: y"}, {}, {}, ("The message's Content-Language contains characters that are not allowed there.", {"permanent"})),
        ({"attachment_name": 'a"; b'}, {}, {}, ("The message's attachment's name contains characters that are not allowed there.", {"permanent"})),
        ({}, {"message_id": "a@b>\r\nX: y"}, {}, ("The message's Message-ID contains characters that are not allowed there.", {"permanent"})),
        ({}, {"message_id": ""}, {}, ("The message's Message-ID contains characters that are not allowed there.", {"permanent"})),
        ({}, {"thread_id": "a b@c"}, {}, ("The message's References contains characters that are not allowed there.", {"permanent"})),
        ({}, {"unsubscribe_url": "https://a/>, <mailto:x@y.z"}, {}, ("The message's List-Unsubscribe contains characters that are not allowed there.", {"permanent"})),
        ({}, {"unsubscribe_url": "https://a/" + "b" * 900}, {}, ("The message's List-Unsubscribe contains characters that are not allowed there.", {"permanent"})),
        *(
            ({}, {"address": address}, {}, ("Invalid recipient address.", {"permanent", "address_is_dead"}))
            for address in ("", "a", "a@b, c@d", "<a@b>", "a@b\r\nRCPT TO:<c@d>", "a b@c", "a@[127.0.0.1]", '"a b"@c', "a@b@c", "a" * 250 + "@b.cd", "a.@b", "a@b\0", "é" * 130 + "@b")
        ),
        ({}, {}, {"sender": "x\n<a@b.c>"}, ("The sender of mails is not a mail address. Set CALENDAR_MAIL_FROM.", {"permanent", "is_ours"})),
        ({}, {}, {"sender": "nobody"}, ("The sender of mails is not a mail address. Set CALENDAR_MAIL_FROM.", {"permanent", "is_ours"})),
        ({}, {}, {"calendar_id": "a>\r\nb"}, ("The calendar's id cannot name a mailing list: letters, digits, dots and hyphens can.", {"permanent", "is_ours"})),
        ({"attachment": b"x" * 99_000}, {}, {}, ("The message is 137,628 bytes as a mail; 102,400 is the most.", {"permanent"})),
    ],
)  # fmt: skip
def test_what_is_not_written(message, envelope, more, expected):
    arguments = {"message": replace(MESSAGE, **message), "envelope": replace(ENVELOPE, **envelope), **more}
    assert failure_of(lambda: build(**arguments)) == (*expected, None)


PIECES = (
    "\r\n", "\n", "\r", "\0", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029", " ", "\t", ",", ";", ":", "<", ">", "@", '"',
    "\\", "(", ")", "=?utf-8?q?=0D=0ABcc=3A_evil@example.net?=", "=?utf-8?b?DQpCY2M6IGV2aWxAZXhhbXBsZS5uZXQ=?=", "Bcc: evil@example.net",
    "X-Evil: 1", "\r\n.\r\nMAIL FROM:<e@example.net>\r\n", "RCPT TO:<evil@example.net>", "%0d%0a", "é", "\ud800", "a", "b.c", "evil@example.net",
)  # fmt: skip
FIELDS = (
    "subject",
    "language",
    "attachment_name",
    "address",
    "message_id",
    "thread_id",
    "unsubscribe_url",
    "sender",
    "calendar_id",
)
KNOWN = {
    "From", "To", "Subject", "Date", "Message-ID", "References", "In-Reply-To", "List-Id", "List-Unsubscribe",
    "List-Unsubscribe-Post", "Auto-Submitted", "X-Auto-Response-Suppress", "MIME-Version", "Content-Type", "Content-Language",
}  # fmt: skip
GOOD = {**vars(MESSAGE), **vars(ENVELOPE), "sender": SENDER, "calendar_id": CALENDAR_ID}


def send_hostile(port, count):
    """Send messages with one hostile value each, and give whom the taken ones went to and what was taken."""
    chance = random.Random(5321)  # noqa: S311 (the same values each time)
    went = []
    for number in range(count):
        field = FIELDS[number % len(FIELDS)]
        hostile = "".join(chance.choice(PIECES) for _ in range(chance.randint(1, 5)))
        good = GOOD[field]
        values = {
            **GOOD,
            "message_id": f"{number}@c.example",
            field: chance.choice([hostile, good + hostile, hostile + good]),
        }
        message = Message(**{name: values[name] for name in vars(MESSAGE)})
        envelope = Envelope(**{name: values[name] for name in vars(ENVELOPE)})
        channel = SmtpChannel(f"smtp://127.0.0.1:{port}", values["sender"], values["calendar_id"], clock)
        try:
            channel.send(message, envelope)
        except DeliveryFailed:
            continue
        finally:
            channel.close()
        mime = build_message(message, envelope, values["sender"], values["calendar_id"], NOW)
        names = email.message_from_bytes(mime.as_bytes()).keys()
        went.append((envelope.address, f"<{envelope.message_id}>", message.subject, len(names), set(names) - KNOWN))
    return went


@pytest.mark.parametrize("count", [300, pytest.param(10_000, marks=pytest.mark.slow)])
def test_no_value_becomes_a_header_or_a_recipient(count, tmp_path):
    with SinkProcess(tmp_path / "log") as sink:
        went = send_hostile(sink.port, count)
        accepted = sink.accepted()
    assert len(went) > count / 20
    taken = [(row["recipients"], row["message_id"], " ".join(row["subject"].split())) for row in accepted]
    assert taken == [([address], message_id, " ".join(subject.split())) for address, message_id, subject, *_ in went]
    assert {(size, frozenset(extra)) for *_, size, extra in went} <= {
        (15, frozenset()),
        (13, frozenset()),
        (11, frozenset()),
    }
