"""Which IP addresses are on the public Internet, by a table of our own.

The flags of the standard library's ipaddress follow the registries of the Python version at hand, and those of
several versions let private networks through. Source: the IANA special-purpose address registries for IPv4 and IPv6.
"""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

Network = IPv4Network | IPv6Network

_GLOBAL_IPV6 = IPv6Network("2000::/3")  # all that is global unicast; mapped, translated and local ones lie outside

NOT_PUBLIC: tuple[Network, ...] = tuple(
    ip_network(network)
    for network in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",
        "100.64.0.0/10",  # shared by a provider's customers
        "127.0.0.0/8",
        "168.63.129.16/32",  # a cloud's own agent, on each of its machines
        "169.254.0.0/16",  # link-local, and the clouds' metadata
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",  # documentation
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and the broadcast address
        "2001::/23",  # protocol assignments: Teredo, benchmarks, ORCHID
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4: holds any IPv4 address
        "2620:4f:8000::/48",
        "3ffe::/16",  # the former 6bone
        "3fff::/20",  # documentation
    )
)


def is_public(address: str, allowed_networks: Iterable[Network] = ()) -> bool:
    """Return True if an IP address, given as text, is public.

    `allowed_networks` are accepted although they are not public; text that is no IP address never is.
    """
    try:
        ip = ip_address(address)
    except ValueError:
        return False
    if any(ip in network for network in allowed_networks):
        return True
    if isinstance(ip, IPv6Address) and (ip not in _GLOBAL_IPV6 or ip.scope_id is not None):
        return False
    return not any(ip in network for network in NOT_PUBLIC)
