"""Faults to plant in the program: what each proof must be seen to find."""

# ruff: noqa: ARG001, ARG005 (what stands in for a function takes what it took)

from datetime import timedelta

from sqlalchemy import select, text, update

from calendar_service.reminders import dispatch, falling_due, office, outcomes
from calendar_service.reminders.outcomes import settle_sent
from calendar_service.store import claims, outbox
from calendar_service.store.engine import writing
from calendar_service.store.outbox import State
from calendar_service.store.tables import deliveries
from calendar_service.store.workers import list_claimers


def mark_before_send():
    send = dispatch.Dispatcher._send

    def mark_and_send(self, channel, ready):
        settle_sent(self._engine, self._worker_id, ready, self._clock())
        send(self, channel, ready)

    dispatch.Dispatcher._send = mark_and_send


def no_claim():
    def look_only(connection, worker_id, now, most):
        due = select(deliveries.c.id).where(text("state = 'waiting'"), deliveries.c.next_at <= now)
        return list(connection.scalars(due.order_by(deliveries.c.next_at, deliveries.c.id).limit(most)))

    def mark_anyhow(connection, worker_id, parcel, state, now, reason=""):
        marked = update(deliveries).where(deliveries.c.id == parcel.id)
        return connection.execute(marked.values(state=state, settled_at=now)).rowcount == 1

    dispatch.claim = look_only
    dispatch.mark = outcomes.mark = mark_anyhow


def one_commit_for_a_batch():
    """Mark letters twenty at a time, as one does who commits once for a batch."""
    held = []
    settle = dispatch.settle_sent

    def hold(engine, worker_id, ready, now):
        held.append((ready, now))
        if len(held) == dispatch._BATCH:
            while held:
                settle(engine, worker_id, *held.pop())
        return State.SENT

    dispatch.settle_sent = hold


def nobody_gives_back():
    office.Office._release_dead = lambda self: None


def no_key():
    """Fan out without looking whether it was done; the test drops the unique index."""
    enter = outbox._enter

    def enter_always(*arguments, **options):
        enter(*arguments, **options)
        return True

    outbox._enter = enter_always
    falling_due.load_fired = lambda connection, since: set()


def send_before_commit():
    """Send a batch inside the transaction that claims it."""

    def claim_and_send(self, edition):
        now = self._clock()
        channels = self._mine = getattr(self, "_mine", None) or self._channels()
        with writing(self._engine) as connection:
            claimed = claims.claim(connection, self._worker_id, now, dispatch._BATCH)
            parcels = claims.load_parcels(connection, claimed)
            wishes = claims.load_wishes(connection, {each.reader.id for each in parcels})
            for parcel in parcels:
                ready = self._clerk.make_ready(parcel, edition, wishes[parcel.reader.id], now)
                channels[ready.channel].send(ready.letter, ready.envelope)
                claims.mark(connection, self._worker_id, parcel, State.SENT, now)
        return bool(claimed)

    dispatch.Dispatcher._claim = claim_and_send


def every_lead():
    falling_due.Planner._told_by = lambda self, due, now, only: ()


def lease_by_the_wall_clock():
    """Hold a worker for dead that gave no sign for five minutes of wall time."""

    def release_late(self):
        now = self._clock()
        with writing(self._engine) as connection:
            for other in list_claimers(connection, self._worker_id):
                if now - other.beat_at > timedelta(minutes=5):
                    claims.release(connection, other.id)

    office.Office._release_dead = release_late


def one_lane():
    dispatch._MOST_LANES = 1
