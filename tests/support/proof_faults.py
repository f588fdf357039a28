"""Faults to plant in the program: what each proof must be seen to find."""

# ruff: noqa: ARG001, ARG005 (what stands in for a function takes what it took)

from datetime import timedelta

from sqlalchemy import select, text, update

from calendar_service.reminders import delivery_sender, nearer_leads, scheduling, send_results, service
from calendar_service.reminders.send_results import settle_sent
from calendar_service.store import claims, outbox
from calendar_service.store.engine import writing
from calendar_service.store.outbox import DeliveryState
from calendar_service.store.tables import deliveries
from calendar_service.store.workers import list_claimers


def plant(owner, name, value):
    """Put `value` in place of what is there; a fault planted beside the program would prove nothing."""
    assert hasattr(owner, name), f"{owner.__name__} has no {name}"
    setattr(owner, name, value)


def mark_before_send():
    send = delivery_sender.DeliverySender._send

    def mark_and_send(self, channel, delivery, message, envelope):
        settle_sent(self._engine, self._worker_id, (delivery, envelope.channel), self._clock())
        send(self, channel, delivery, message, envelope)

    plant(delivery_sender.DeliverySender, "_send", mark_and_send)


def no_claim():
    def look_only(connection, worker_id, now, most):
        due = select(deliveries.c.id).where(text("state = 'waiting'"), deliveries.c.next_at <= now)
        return list(connection.scalars(due.order_by(deliveries.c.next_at, deliveries.c.id).limit(most)))

    def mark_anyhow(connection, worker_id, delivery, state, now, reason=""):
        marked = update(deliveries).where(deliveries.c.id == delivery.id)
        return connection.execute(marked.values(state=state, settled_at=now)).rowcount == 1

    plant(delivery_sender, "claim_deliveries", look_only)
    plant(delivery_sender, "mark_settled", mark_anyhow)
    plant(send_results, "mark_settled", mark_anyhow)


def one_commit_for_a_batch():
    """Mark messages twenty at a time, as one does who commits once for a batch."""
    held = []
    settle = delivery_sender.settle_sent

    def hold(engine, worker_id, sent, now):
        held.append((sent, now))
        if len(held) == delivery_sender._BATCH:
            while held:
                settle(engine, worker_id, *held.pop())
        return DeliveryState.SENT

    plant(delivery_sender, "settle_sent", hold)


def nobody_gives_back():
    plant(service.ReminderService, "_release_dead", lambda self: None)


def no_key():
    """Fan out without looking whether it was done; the test drops the unique index."""
    enter = outbox._enter

    def enter_always(*arguments, **options):
        enter(*arguments, **options)
        return True

    plant(outbox, "_enter", enter_always)
    plant(scheduling, "load_fan_outs", lambda connection, since: set())


def send_before_commit():
    """Send a batch inside the transaction that claims it."""

    def claim_and_send(self, edition):
        now = self._clock()
        channels = self._mine = getattr(self, "_mine", None) or self._channels()
        with writing(self._engine) as connection:
            claimed = claims.claim_deliveries(connection, self._worker_id, now, delivery_sender._BATCH)
            claimed_deliveries = claims.load_deliveries(connection, claimed)
            active_watches = claims.load_active_watches(connection, {each.recipient.id for each in claimed_deliveries})
            for delivery in claimed_deliveries:
                groups = active_watches[delivery.recipient.id]
                message, envelope = self._renderer.render(delivery, edition, groups, now)
                channels[envelope.channel].send(message, envelope)
                claims.mark_settled(connection, self._worker_id, delivery, DeliveryState.SENT, now)
        return bool(claimed)

    plant(delivery_sender.DeliverySender, "_claim", claim_and_send)


def every_lead():
    plant(nearer_leads.NearerLeads, "covering", lambda self, due, now, only=(): ())


def lease_by_the_wall_clock():
    """Hold a worker for dead that gave no sign for five minutes of wall time."""

    def release_late(self):
        now = self._clock()
        with writing(self._engine) as connection:
            for other in list_claimers(connection, self._worker_id):
                if now - other.beat_at > timedelta(minutes=5):
                    claims.release_claims(connection, other.id)

    plant(service.ReminderService, "_release_dead", release_late)


def one_sender_thread():
    plant(delivery_sender, "_MAX_THREADS", 1)
