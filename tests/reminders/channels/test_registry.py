"""Which channel an address belongs to, and that every channel is registered."""

import pytest

from calendar_service.records.errors import CalendarError
from calendar_service.reminders.channels.base import ChannelName
from calendar_service.reminders.channels.mail import MailSettings
from calendar_service.reminders.channels.registry import CHANNELS, read_address
from tests.support.reminders import utc

ADDRESSES = {
    "Ada@Example.ORG": (ChannelName.MAIL, "Ada@example.org"),
    "https://example.org/hook?key=Ab": (ChannelName.WEBHOOK, "https://example.org/hook?key=Ab"),
    "HTTPS://example.org/hook": (ChannelName.WEBHOOK, "https://example.org/hook"),
    "ntfy://example.org/Room": (ChannelName.CHAT, "ntfy://example.org/Room"),
}


@pytest.mark.parametrize("text", ADDRESSES)
def test_an_address_names_its_channel(text):
    assert read_address(text) == ADDRESSES[text]


@pytest.mark.parametrize("text", ["", "ada", "http://example.org/", "ftp://example.org/", "file:///etc/passwd"])
def test_other_addresses_are_refused(text):
    with pytest.raises(CalendarError):
        read_address(text)


def test_every_channel_is_registered_and_opens(tmp_path):
    assert set(CHANNELS) == set(ChannelName)
    for kind in CHANNELS.values():
        kind.open(
            MailSettings("", tmp_path, "calendar@example.org"), "example.org", lambda: utc("2027-01-01 12:00")
        ).close()


def test_no_scheme_belongs_to_two_channels():
    schemes = [scheme for kind in CHANNELS.values() for scheme in kind.schemes]
    assert len(schemes) == len(set(schemes))
