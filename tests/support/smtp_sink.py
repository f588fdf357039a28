"""A real mail server that takes mail fast, writes down what it accepted, and fails as often as it is told.

    python -m tests.support.smtp_sink --port 0 --log accepted.jsonl --greylist --temp-fail 5 --lose-reply 2 --hang 1

It prints its port. Each accepted message is one line of JSON in the log before the client hears of it. Percentages are
of attempts; the seed and the message's own id decide, so two runs with the same mail fail alike.
"""

import argparse
import asyncio
import contextlib
import email
import hashlib
import json
import os
import time
from collections import Counter
from email.header import decode_header, make_header
from pathlib import Path

GREETING = b"220 sink ready\r\n"
FEATURES = b"250-sink\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 SIZE 10485760\r\n"
OK = b"250 OK\r\n"
LARGEST = 10 * 2**20
HANG_SECONDS = 90


class Sink:
    def __init__(self, options):
        self.options = options
        self.log = os.open(options.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        self.attempts = Counter()

    async def serve(self, reader, writer):
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            await self.converse(reader, writer)
        writer.close()

    async def converse(self, reader, writer):
        writer.write(GREETING)
        recipients = []
        while line := await reader.readline():
            verb, _, rest = line.decode("utf-8", "replace").strip().partition(" ")
            match verb.upper():
                case "EHLO":
                    writer.write(FEATURES)
                case "MAIL" | "RSET":
                    recipients = []
                    writer.write(OK)
                case "RCPT":
                    recipients.append(rest.partition("<")[2].partition(">")[0])
                    writer.write(OK)
                case "DATA":
                    writer.write(b"354 go on\r\n")
                    content = await read_content(reader)
                    if not await self.take(recipients, content, writer):
                        return
                    recipients = []
                case "HELO" | "NOOP":
                    writer.write(OK)
                case "QUIT":
                    writer.write(b"221 bye\r\n")
                    return
                case _:
                    writer.write(b"500 what?\r\n")
            await writer.drain()

    async def take(self, recipients, content, writer):
        """Answer a message; False where the connection is to end."""
        options = self.options
        if options.delay_ms:
            await asyncio.sleep(options.delay_ms / 1000)
        head = read_head(content)
        message_id = str(head["Message-ID"] or "")
        key = (*recipients, message_id)
        self.attempts[key] += 1
        chance = f"{options.seed} {key} {self.attempts[key]}"
        if options.greylist and self.attempts[key] == 1:
            writer.write(b"451 4.7.1 greylisted, come again\r\n")
        elif happens(options.temp_fail, "temp-fail", chance):
            writer.write(b"451 4.3.0 not now\r\n")
        elif happens(options.hang, "hang", chance):
            await asyncio.sleep(HANG_SECONDS)
            return False
        else:
            reply_lost = happens(options.lose_reply, "lose-reply", chance)
            subject = str(make_header(decode_header(head["Subject"] or "")))
            self.write_down(recipients=recipients, message_id=message_id, subject=subject, reply_lost=reply_lost)
            if reply_lost:
                return False
            writer.write(OK)
        return True

    def write_down(self, **row):
        os.write(self.log, json.dumps({"at": time.time(), **row}).encode() + b"\n")


async def read_content(reader):
    lines = []
    while (line := await reader.readuntil(b"\r\n")) != b".\r\n":
        lines.append(line.removeprefix(b"."))
    return b"".join(lines)


def read_head(content):
    return email.message_from_bytes(content.partition(b"\r\n\r\n")[0] + b"\r\n\r\n")


def happens(percent, kind, chance):
    digest = hashlib.sha256(f"{kind} {chance}".encode()).digest()
    return int.from_bytes(digest[:4]) < percent / 100 * 2**32


async def run(options):
    sink = Sink(options)
    server = await asyncio.start_server(sink.serve, "127.0.0.1", options.port, limit=LARGEST)
    print(server.sockets[0].getsockname()[1], flush=True)  # noqa: T201 (whoever started it reads the port here)
    async with server:
        await server.serve_forever()


def read_options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--log", type=Path, required=True)
    parser.add_argument("--delay-ms", type=float, default=0)
    parser.add_argument("--greylist", action="store_true", help="451 for the first attempt of each message")
    parser.add_argument("--temp-fail", type=float, default=0, help="percent answered 451")
    parser.add_argument("--lose-reply", type=float, default=0, help="percent accepted without an answer")
    parser.add_argument("--hang", type=float, default=0, help="percent neither accepted nor answered for 90 s")
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(run(read_options()))
