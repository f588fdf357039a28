"""Which host this is, by a name that all its processes have and no other host has."""

from __future__ import annotations

import socket
from functools import cache
from pathlib import Path

_MAX_IDENTITY = 200


def host_name() -> str:
    """Return the name of this host, as the operator knows it."""
    return socket.gethostname() or "localhost"


def host_identity(name: str) -> str:
    """Return a name that no other host has: hosts that were cloned may have one name, but not one boot."""
    return f"{name} {boot_id()}".strip()[:_MAX_IDENTITY]


def name_in_identity(identity: str) -> str:
    """Return the host name out of what `host_identity` returned."""
    return identity.partition(" ")[0]


@cache
def boot_id() -> str:
    """Return what names the present boot of this machine; "" where that is not to be had."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return ""
