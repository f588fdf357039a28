"""The identity of this host: the same in all its processes and different from every other host's."""

from __future__ import annotations

import socket
from functools import cache
from pathlib import Path

_MAX_IDENTITY = 200


def host_name() -> str:
    """Return the name of this host, as the operator knows it."""
    return socket.gethostname() or "localhost"


def host_identity(name: str) -> str:
    """Return a unique name of this host: cloned hosts may share a name, but not a boot."""
    return f"{name} {boot_id()}".strip()[:_MAX_IDENTITY]


def name_in_identity(identity: str) -> str:
    """Return the host name out of what `host_identity` returned."""
    return identity.partition(" ")[0]


@cache
def boot_id() -> str:
    """Return the id of this machine's current boot; "" if it is not available."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return ""
