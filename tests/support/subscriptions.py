"""What the tests of subscribers share: a service, preferences, and a look into the tables."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from calendar_service.reminders.subscriptions.addresses import AddressHasher
from calendar_service.reminders.subscriptions.preferences import Preferences
from calendar_service.store.engine import reading
from calendar_service.store.subscribers import NewSubscriber, Watch
from calendar_service.store.tables import deliveries, groups, memberships, occasions, signups

NOON = datetime(2027, 3, 1, 12, 0, 0, 250_000, UTC)
SECOND = NOON.replace(microsecond=0)
KEYS = ("k" * 40, "old-" + "o" * 40)
HASHER = AddressHasher(KEYS)
CONSENT = {"words": "Yes, remind me.", "form": "page"}
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def choice(selection="kind=tender", leads=("7 days",), **changes):
    given = {"wants_new": False, "digest": "", "language": "en", "zone": "Europe/Paris", "country": ""}
    return Preferences(selection, leads, **{**given, **changes})


def newcomer(address="ada@example.org", *watches, **changes):
    given = {
        "channel": "mail",
        "address": address,
        "address_key": HASHER.address_keys(address)[0],
        "language": "en",
        "zone": "Europe/Paris",
        "watches": watches or (Watch("kind=tender", ("7 days",)),),
        "consent": {"words": "Yes", "form": "import"},
    }
    return NewSubscriber(**{**given, **changes})


def belonging(database, subscriber_id):
    """The groups of a subscriber with their beginning, as plain rows."""
    parts = [groups.c[name] for name in ("topic", "selection", "lead", "zone", "country", "digest")]
    with reading(database) as connection:
        rows = connection.execute(
            select(*parts, memberships.c.since)
            .join_from(memberships, groups)
            .where(memberships.c.subscriber_id == subscriber_id)
        )
        return sorted(tuple(row) for row in rows)


def account_messages(database):
    """All messages about subscriptions: moment, state, the address that is asked."""
    with reading(database) as connection:
        rows = connection.execute(
            select(occasions.c.moment, deliveries.c.state, signups.c.address)
            .join_from(deliveries, occasions)
            .outerjoin(signups, signups.c.id == deliveries.c.signup_id)
            .order_by(deliveries.c.id)
        )
        return [tuple(row) for row in rows]


def kept_signups(database):
    with reading(database) as connection:
        return [(row.state, row.address) for row in connection.execute(select(signups).order_by(signups.c.id))]


def signup_token(service, database, address):
    """The token of the newest sign-up of an address."""
    with reading(database) as connection:
        query = select(signups).where(signups.c.address == address).order_by(signups.c.id.desc())
        row = connection.execute(query).first()
    return service.confirm_token(row.ref, row.asked_at)
