"""Mail addresses: checking one, and the keyed hashes by which it is found without being stored in plain text."""

from __future__ import annotations

import hashlib
import hmac
import re
from ipaddress import IPv6Address, ip_address
from typing import TYPE_CHECKING

from calendar_service.records.errors import CalendarError, gettext_noop

if TYPE_CHECKING:
    from collections.abc import Sequence

_MAX_OCTETS = 254
# RFC 5322, 3.2.3: a dot-atom, and with RFC 6532 the messages of all languages. No quotes, comments or literals.
_ATOM = r"[\w!#$%&'*+/=?^`{|}~-]+"
_LOCAL = re.compile(rf"{_ATOM}(\.{_ATOM})*")
_MAX_LOCAL = 64
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_ENCODED_WORD = re.compile(r"=\?.*\?=")


class InvalidAddress(CalendarError):
    """A mail address cannot be used. The message is a sentence of the catalogue, and does not repeat the address."""

    field = "address"


def check_mail_address(text: str) -> str:
    """Return one mail address: its domain in ASCII and lower case, its local part as typed.

    Raise InvalidAddress. The network is not used: whether the address exists shows when a mail is sent.
    """
    text = text.strip(" ")
    if not text:
        raise InvalidAddress(gettext_noop("Enter an email address."))
    local, _, domain = text.rpartition("@")
    if len(local) > _MAX_LOCAL or not _LOCAL.fullmatch(local) or _ENCODED_WORD.search(local):
        raise InvalidAddress(gettext_noop("This is not an email address. Enter one like name@example.org."))
    address = f"{local}@{_check_domain(domain)}"
    if len(address.encode()) > _MAX_OCTETS:
        raise InvalidAddress(gettext_noop("This email address is too long."))
    return address


def _check_domain(domain: str) -> str:
    try:
        ascii_domain = domain.encode("idna").decode().lower()
    except UnicodeError:
        ascii_domain = ""
    labels = ascii_domain.split(".")
    # A last label of digits alone would be an IP address (RFC 3696, 2).
    if (
        len(labels) < 2 or labels[-1].isdecimal() or not all(map(_LABEL.fullmatch, labels))
    ):  # a host and its top-level domain
        raise InvalidAddress(gettext_noop("Check the part after the @: it should look like example.org."))
    return ascii_domain


class AddressHasher:
    """Keyed hashes (HMAC-SHA256). The first key writes; all are tried on look-up, so that keys can be rotated."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._keys = tuple(key.encode() for key in keys)

    def address_keys(self, address: str) -> tuple[str, ...]:
        """Return the hashes of an address with each key, newest first. Mail addresses are not case-sensitive."""
        return self._hash("address", _fold(address))

    def mailbox_keys(self, address: str) -> tuple[str, ...]:
        """Return the hashes of a mailbox: "+tag" and dots make no difference."""
        local, _, domain = _fold(address).rpartition("@")
        name = local.partition("+")[0].replace(".", "")
        return self._hash("mailbox", f"{name or local}@{domain}")

    def client_keys(self, client: str) -> tuple[str, ...]:
        """Return the hashes of a client: its IPv4 address, or the /64 network of its IPv6 address."""
        return self._hash("client", client_network(client))

    def _hash(self, purpose: str, text: str) -> tuple[str, ...]:
        message = f"{purpose}\0{text}".encode()
        return tuple(hmac.new(key, message, hashlib.sha256).hexdigest() for key in self._keys)


def _fold(address: str) -> str:
    # In a web address capitals may be of a secret.
    return address if "://" in address else address.casefold()


def client_network(client: str) -> str:
    """Return what a client counts as: its IPv4 address, or the /64 network of its IPv6 address.

    Some proxies write its port behind it, as in 192.0.2.1:5000 or [2001:db8::1]:5000, which is another one each time.
    """
    host = client[1:].partition("]")[0] if client.startswith("[") else client
    if host.count(":") == 1:
        host = host.partition(":")[0]
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return client
    if isinstance(address, IPv6Address):
        return str(address.ipv4_mapped or IPv6Address(int(address) >> 64 << 64))
    return str(address)


def hidden_address(address: str) -> str:
    """Return an address that only its owner recognises: "k…@example.org"."""
    local, is_mail, domain = address.rpartition("@")
    return f"{local[:1]}…@{domain}" if is_mail and "://" not in address else masked_address(address)


def masked_address(address: str) -> str:
    """Return an address as an operator may see it: a URL's path may be a secret."""
    scheme, is_url, rest = address.partition("://")
    if not is_url:
        return address
    host = rest.partition("/")[0].rpartition("@")[2]
    return f"{scheme}://{host if scheme == 'https' else ''}…"
