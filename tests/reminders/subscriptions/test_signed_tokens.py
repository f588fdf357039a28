"""Tokens: for one purpose, as long as they hold, and spelled in one way only."""

import random
import string

import pytest

from calendar_service.reminders.subscriptions.signed_tokens import InvalidToken, TokenSigner
from tests.support.subscriptions import DAY, HOUR, NOON, SECOND

NEW, OLD = "n" * 40, "o" * 40
REF = "AbCdEfGhIjKlMnOpQrStUv"
PURPOSES = ("confirm", "manage", "unsubscribe")


def reads(seal, purpose, token, now=NOON):
    try:
        return seal.read(purpose, token, now)
    except InvalidToken:
        return None


@pytest.mark.parametrize("written", PURPOSES)
@pytest.mark.parametrize("asked", PURPOSES)
def test_a_token_is_of_one_purpose(written, asked):
    seal = TokenSigner((NEW,))
    assert reads(seal, asked, seal.write(written, REF)) == (REF if asked == written else None)


def test_a_token_holds_until_it_expires():
    token = TokenSigner((NEW,)).write("confirm", REF, SECOND + 72 * HOUR)
    readings = [reads(TokenSigner((NEW,)), "confirm", token, SECOND + hours * HOUR) for hours in (0, 71, 72, 1000)]
    assert readings == [REF, REF, None, None]


def test_a_token_without_end_outlives_a_change_of_keys():
    token = TokenSigner((OLD,)).write("unsubscribe", REF)
    assert reads(TokenSigner((NEW, OLD)), "unsubscribe", token, NOON + 10_000 * DAY) == REF
    assert reads(TokenSigner((NEW,)), "unsubscribe", token) is None
    assert reads(TokenSigner((OLD,)), "unsubscribe", TokenSigner((NEW, OLD)).write("unsubscribe", REF)) is None


def test_tokens_are_short():
    seal = TokenSigner((NEW,))
    assert max(len(seal.write("confirm", REF, NOON)), len(seal.write("unsubscribe", REF))) <= 120


@pytest.mark.parametrize(
    "token", ["", ".", "a.b", "\ud800", "é" * 50, "a" * 10_000, "." * 100, "W10.x", "\0", "null.x"]
)
def test_strange_tokens_are_refused(token):
    assert reads(TokenSigner((NEW,)), "manage", token) is None


def mutations(token, count):
    chance = random.Random(20270301)  # noqa: S311 (the same each time)
    messages = string.ascii_letters + string.digits + "-_.=+/ !\n"
    for position in range(len(token)):
        for message in messages:
            yield token[:position] + message + token[position + 1 :]
    for _ in range(count):
        position = chance.randrange(len(token) + 1)
        piece = "".join(chance.choices(messages, k=chance.randint(0, 3)))
        yield token[:position] + piece + token[position + chance.randint(0, 2) :]


def accepted(count):
    seal = TokenSigner((NEW, OLD))
    token = seal.write("unsubscribe", REF)
    return {each for each in mutations(token, count) if each != token and reads(seal, "unsubscribe", each)}


def test_no_mutation_is_accepted():
    assert accepted(2_000) == set()


@pytest.mark.slow
def test_no_mutation_of_many_is_accepted():
    assert accepted(100_000) == set()
