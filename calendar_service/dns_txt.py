"""Look TXT records up in the DNS (RFC 1035): the standard library knows addresses only."""

from __future__ import annotations

import secrets
import socket
import struct
from pathlib import Path

_TXT, _INTERNET, _RECURSION = 16, 1, 0x0100
_NO_SUCH_NAME, _PORT = 3, 53
_POINTER = 0xC0


class NoDnsAnswer(OSError):
    """No name server answered."""


def look_up_txt(name: str, servers: tuple[str, ...] | None = None, seconds: float = 3.0) -> list[str]:
    """Return the TXT records of a name, none where it has none. Raise NoDnsAnswer."""
    question = struct.pack(">HHHHHH", secrets.randbelow(1 << 16), _RECURSION, 1, 0, 0, 0)
    question += b"".join(bytes([len(part)]) + part for part in name.encode("idna").split(b"."))
    question += b"\0" + struct.pack(">HH", _TXT, _INTERNET)
    for server in servers if servers is not None else _name_servers():
        try:
            return _parse(_ask(server, question, seconds), len(question))
        except (OSError, ValueError, IndexError, struct.error):
            continue
    raise NoDnsAnswer(f"no name server answers for {name}")


def _name_servers() -> tuple[str, ...]:
    try:
        lines = Path("/etc/resolv.conf").read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return ()
    return tuple(words[1] for line in lines if len(words := line.split()) > 1 and words[0] == "nameserver")[:3]


def _ask(server: str, question: bytes, seconds: float) -> bytes:
    """Ask over TCP: answers with keys in them are too long for UDP."""
    host, _, port = server.partition("#")
    with socket.create_connection((host, int(port or _PORT)), seconds) as connection:
        connection.sendall(struct.pack(">H", len(question)) + question)
        with connection.makefile("rb") as answer:
            (length,) = struct.unpack(">H", answer.read(2))
            reply = answer.read(length)
    if reply[:2] != question[:2]:
        raise ValueError("an answer to another question")
    return reply


def _parse(reply: bytes, place: int) -> list[str]:
    _, flags, _, count, _, _ = struct.unpack(">HHHHHH", reply[:12])
    if flags & 0xF == _NO_SUCH_NAME:
        return []
    if flags & 0xF:
        raise ValueError("the name server failed")
    found = []
    for _ in range(count):
        place = _skip_name(reply, place)
        kind, _, _, length = struct.unpack(">HHIH", reply[place : place + 10])
        place += 10
        if kind == _TXT:
            found.append(_text(reply[place : place + length]))
        place += length
    return found


def _skip_name(reply: bytes, place: int) -> int:
    while length := reply[place]:
        if length >= _POINTER:
            return place + 2
        place += 1 + length
    return place + 1


def _text(data: bytes) -> str:
    parts, place = [], 0
    while place < len(data):
        parts.append(data[place + 1 : place + 1 + data[place]])
        place += 1 + data[place]
    return b"".join(parts).decode("utf-8", "replace")
