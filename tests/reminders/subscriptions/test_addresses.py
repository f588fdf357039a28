"""Which mail addresses are taken, and under which hashes they are found."""

import pytest

from calendar_service.reminders.subscriptions.addresses import AddressHasher, InvalidAddress, check_mail_address

TAKEN = {
    "ada@example.org": "ada@example.org",
    "  ada@example.org ": "ada@example.org",
    "Ada.Lovelace+icc@Example.ORG": "Ada.Lovelace+icc@example.org",
    "o'neil@example.org": "o'neil@example.org",
    "ada@bücher.example": "ada@xn--bcher-kva.example",
    "josé@example.org": "josé@example.org",
    f"{'a' * 64}@example.org": f"{'a' * 64}@example.org",
    "a@b.co": "a@b.co",
}

REFUSED = [
    "",
    " ",
    "ada",
    "@example.org",
    "ada@",
    "ada@example",
    "ada@@example.org",
    "ada@example.org, eve@example.org",
    "ada@example.org;eve@example.org",
    "ada@example.org eve@example.org",
    "<ada@example.org>",
    "Ada <ada@example.org>",
    '"ada"@example.org',
    "ada(comment)@example.org",
    "ada@[192.0.2.1]",
    "ada@192.0.2.1",
    "ada@[IPv6:2001:db8::1]",
    "=?utf-8?q?ada?=@example.org",
    "ada\r\nBcc: eve@example.org",
    "ada@example.org\n",
    "ada@example.org\r",
    "\tada@example.org",
    "ada\0@example.org",
    "ada\u2028@example.org",
    "ada\u202e@example.org",
    "ada@exam\u200bple .org",
    ".ada@example.org",
    "ada.@example.org",
    "a..da@example.org",
    "ada@-example.org",
    "ada@example-.org",
    "ada@example..org",
    "ada@example.org.",
    f"{'a' * 65}@example.org",
    f"ada@{'a' * 64}.org",
    f"ada@{'.'.join(['abcdefghi'] * 26)}.org",
    "ada\ud800@example.org",
    "ada@ex\ud800mple.org",
]

SENTENCES = {
    "Enter an email address.",
    "This is not an email address. Enter one like name@example.org.",
    "This email address is too long.",
    "Check the part after the @: it should look like example.org.",
}


@pytest.mark.parametrize(("text", "address"), TAKEN.items(), ids=map(ascii, TAKEN))
def test_address_is_taken(text, address):
    assert check_mail_address(text) == address


@pytest.mark.parametrize("text", REFUSED, ids=ascii)
def test_address_is_refused_and_not_repeated(text):
    with pytest.raises(InvalidAddress) as raised:
        check_mail_address(text)
    assert raised.value.field == "address"
    assert str(raised.value) in SENTENCES


NEW, OLD = "n" * 40, "o" * 40


@pytest.mark.parametrize(
    ("one", "other", "same_address", "same_mailbox"),
    [
        ("ada@example.org", "ADA@example.org", True, True),
        ("ada.l@example.org", "adal@example.org", False, True),
        ("ada+x@example.org", "ada@example.org", False, True),
        ("a.d.a+x+y@example.org", "Ada@example.org", False, True),
        ("ada@example.org", "ada@example.com", False, False),
        ("ada@example.org", "eve@example.org", False, False),
        ("+a@example.org", "+b@example.org", False, False),
        ("https://a.example/Hook", "https://a.example/hook", False, False),
    ],
)
def test_hashes_tell_addresses_and_mailboxes_apart(one, other, same_address, same_mailbox):
    hasher = AddressHasher((NEW,))
    assert (hasher.address_keys(one) == hasher.address_keys(other)) is same_address
    assert (hasher.mailbox_keys(one) == hasher.mailbox_keys(other)) is same_mailbox


def test_an_old_key_is_still_tried():
    old, both = (
        AddressHasher((OLD,)).address_keys("ada@example.org"),
        AddressHasher((NEW, OLD)).address_keys("ada@example.org"),
    )
    assert both == (*AddressHasher((NEW,)).address_keys("ada@example.org"), *old)
    assert len(set(both)) == 2


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.1", "192.0.2.2", False),
        ("192.0.2.1", "::ffff:192.0.2.1", True),
        ("2001:db8:1:2:3::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("fe80::1%eth0", "fe80::2", True),
        ("", "unix:", False),
        ("192.0.2.1:5000", "192.0.2.1:5001", True),
        ("192.0.2.1:5000", "192.0.2.1", True),
        ("192.0.2.1:5000", "192.0.2.2:5000", False),
        ("[2001:db8:1:2::1]:5000", "2001:db8:1:2::9", True),
        ("[2001:db8:1:2::1]", "[2001:db8:1:3::1]", False),
    ],
)
def test_clients_are_counted_by_what_one_customer_has(one, other, same):
    hasher = AddressHasher((NEW,))
    assert (hasher.client_keys(one) == hasher.client_keys(other)) is same
