"""The clerk: looks at a claimed delivery once more, and writes its letter and its envelope as things stand now."""

from __future__ import annotations

import hashlib
import logging
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from calendar_service.records.differences import Standing, standing
from calendar_service.records.due import too_late
from calendar_service.records.enums import MomentName
from calendar_service.records.moments import write_point
from calendar_service.records.occasions import Kind, Topic
from calendar_service.reminders.announce import CHANGED, NEW, differences_of
from calendar_service.reminders.channels.post import ChannelName, Envelope
from calendar_service.reminders.letters import (
    DigestItem,
    compose_confirmation,
    compose_digest,
    compose_known,
    compose_notice,
    compose_reminder,
    compose_trouble,
)
from calendar_service.reminders.people.choices import choice_from_json
from calendar_service.reminders.plan import next_point, point_at, selected
from calendar_service.store.claims import free_part, load_parts
from calendar_service.store.editions import load_change
from calendar_service.store.engine import DatabaseFault, reading, writing
from calendar_service.store.schedule import first_pass_of
from calendar_service.writers.language import available, language
from calendar_service.writers.view import View

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence
    from datetime import datetime

    from calendar_service.records.edition import Edition, Entry, Revision
    from calendar_service.records.occasions import Occasion
    from calendar_service.records.record import Point
    from calendar_service.reminders.channels.post import Letter
    from calendar_service.reminders.people.desk import Desk
    from calendar_service.store.claims import Addressee, Asker, Parcel, Wish
    from calendar_service.store.engine import Database
    from calendar_service.store.schedule import FirstPass

logger = logging.getLogger(__name__)

_MOST_LETTERS = 512
_MOST_CHANGES = 128


_Change = tuple["Revision | None", "Revision | None", "FirstPass | None"]
"""A revision, after the one before it, and when the planner first saw it."""


class NothingToSay(Exception):
    """A delivery has lost its sense since it fell due; the message is the reason, for the receipts."""


@dataclass(frozen=True)
class Ready:
    """A delivery ready to go."""

    parcel: Parcel
    channel: ChannelName
    letter: Letter
    envelope: Envelope


class Clerk:
    """Writes letters. The body is written once for all readers who share language and zone. Not for two threads."""

    def __init__(self, engine: Database, desk: Desk, base_url: str) -> None:
        self._engine = engine
        self._desk = desk
        self._base_url = base_url
        self._written: OrderedDict[Hashable, Letter] = OrderedDict()
        self._changes: OrderedDict[tuple[str, int], _Change] = OrderedDict()

    def make_ready(self, parcel: Parcel, edition: Edition, wishes: Sequence[Wish], now: datetime) -> Ready:
        """Write letter and envelope. Raises NothingToSay."""
        if parcel.expires_at <= now:
            raise NothingToSay("too late")
        if parcel.occasion.kind is Kind.LETTER:
            return self._own_letter(parcel, edition)
        reader = parcel.reader
        if reader is None or not reader.is_active:
            raise NothingToSay("suppressed: not a reader any more")
        view = self._view(reader.language, reader.zone, edition)
        if parcel.occasion.kind is Kind.DIGEST:
            letter = self._digest(parcel, reader, edition, wishes, view, now)
        else:
            letter = self._once(
                # By the hour: days to go, and whether it is time for the link to join, depend on the clock.
                (
                    parcel.occasion,
                    reader.language,
                    reader.zone,
                    edition.number,
                    now.replace(minute=0, second=0, microsecond=0),
                ),
                lambda: self._about_record(parcel.occasion, edition, view, now),
            )
            self._check_wish(parcel.occasion, edition, wishes)
        return Ready(parcel, ChannelName(reader.channel), letter, self._envelope(parcel, reader, edition, view))

    def _once(self, key: Hashable, write: Callable[[], Letter]) -> Letter:
        if key not in self._written:
            self._written[key] = write()
            while len(self._written) > _MOST_LETTERS:
                self._written.popitem(last=False)
        return self._written[key]

    # -- what is said -------------------------------------------------------------------------------------------

    def _about_record(self, occasion: Occasion, edition: Edition, view: View, now: datetime) -> Letter:
        if occasion.kind is Kind.NOTICE:
            return self._notice(occasion, edition, view, now)
        entry, at = _find_target(occasion, edition, view.zone, now)
        moment = MomentName(occasion.moment)
        return compose_reminder(entry, edition, moment, at, occurrence=occasion.occurrence, now=now, view=view)

    def _check_wish(self, occasion: Occasion, edition: Edition, wishes: Sequence[Wish]) -> None:
        """Make sure that the reader still wants to hear this. Raises NothingToSay."""
        topic = _TOPICS[occasion.moment] if occasion.kind is Kind.NOTICE else Topic.REMINDERS
        records = [edition.entries[occasion.record_id].record]
        if topic is Topic.CHANGES:
            # What a notice tells may be just that the record has left the selection.
            records += [each.record for each in self._change(occasion)[:2] if each]
        for wish in wishes:
            if wish.topic is topic and wish.lead in ("", occasion.lead):
                chosen = selected(wish.selection, edition.calendar.languages)
                if any(chosen.accepts(record) for record in records):
                    return
        raise NothingToSay("not asked for any more")

    def _change(self, occasion: Occasion) -> _Change:
        key = occasion.record_id, int(occasion.revision)
        if key not in self._changes:
            with reading(self._engine) as connection:
                before, after = load_change(connection, *key)
                self._changes[key] = before, after, first_pass_of(connection, after.edition) if after else None
            while len(self._changes) > _MOST_CHANGES:
                self._changes.popitem(last=False)
        return self._changes[key]

    def _notice(self, occasion: Occasion, edition: Edition, view: View, now: datetime) -> Letter:
        before, after, seen = self._change(occasion)
        entry = edition.entries.get(occasion.record_id)
        if after is None or entry is None:
            raise NothingToSay("the record is no more")
        if occasion.moment == NEW:
            if standing(entry.record, withdrawn=entry.revision.withdrawn) is not Standing.ON:
                raise NothingToSay("called off")
            return compose_notice(None, after, entry, edition, [], now=now, view=view)
        differences = differences_of(before, after, edition, seen.at if seen else now) if before else []
        if not differences:
            raise NothingToSay("nothing that matters has changed")
        return compose_notice(before, after, entry, edition, differences, now=now, view=view)

    def _digest(
        self, parcel: Parcel, reader: Addressee, edition: Edition, wishes: Sequence[Wish], view: View, now: datetime
    ) -> Letter:
        name = parcel.occasion.revision
        with reading(self._engine) as connection:
            parts = load_parts(connection, reader.id, name)
        items = {}
        for part in parts:
            try:
                self._check_wish(part, edition, wishes)
                item = _digest_item(part, edition, view.zone, now)
            except NothingToSay:
                continue
            except DatabaseFault:
                raise
            except Exception as error:  # noqa: BLE001 (the digest goes without it; it is put aside by itself)
                logger.warning("A digest goes without %s: %s", part.record_id, type(error).__name__)
                with writing(self._engine) as connection:
                    free_part(connection, reader.id, name, part)
                continue
            items[part.record_id, part.occurrence, part.moment] = item
        if not items:
            raise NothingToSay("nothing left to say")
        return compose_digest(
            list(items.values()), edition, period="weekly" if name.startswith("weekly") else "daily", now=now, view=view
        )

    def _own_letter(self, parcel: Parcel, edition: Edition) -> Ready:
        if parcel.asker is not None and parcel.occasion.moment == "confirm":
            return self._confirmation(parcel, parcel.asker, edition)
        reader = parcel.reader
        if reader is None:
            raise NothingToSay("erased")
        view = self._view(reader.language, reader.zone, edition)
        compose = compose_known if parcel.occasion.moment == "known" else compose_trouble
        envelope = self._envelope(parcel, reader, edition, view, address=reader.owner or reader.address)
        return Ready(parcel, ChannelName.MAIL, compose(edition, view=view), envelope)

    def _confirmation(self, parcel: Parcel, asker: Asker, edition: Edition) -> Ready:
        choice = choice_from_json(asker.choice)
        view = self._view(choice.language, choice.zone, edition)
        url = self._link(view, "confirm", self._desk.confirm_token(asker.ref, asker.asked_at))
        envelope = Envelope(asker.address, _identifier(edition, parcel.occasion, asker.ref))
        return Ready(parcel, ChannelName.MAIL, compose_confirmation(choice, url, edition, view=view), envelope)

    # -- to whom ------------------------------------------------------------------------------------------------

    def _envelope(
        self, parcel: Parcel, reader: Addressee, edition: Edition, view: View, *, address: str = ""
    ) -> Envelope:
        record_id = parcel.occasion.record_id
        return Envelope(
            address=address or reader.address,
            message_id=_identifier(edition, parcel.occasion, reader.ref),
            thread_id=_hashed(edition, record_id, reader.ref) if record_id else "",
            manage_url=self._link(view, "manage", self._desk.manage_token(reader.ref)),
            unsubscribe_url=self._link(view, "unsubscribe", self._desk.unsubscribe_token(reader.ref)),
            secret=reader.secret,
        )

    def _link(self, view: View, page: str, token: str) -> str:
        return f"{view.base_url}{view.prefix}/reminders/{page}/{token}"

    def _view(self, code: str, zone: str, edition: Edition) -> View:
        default = edition.calendar.languages[0]
        return View(language(code if code in available() else default), self._base_url, default, zone)


def _identifier(edition: Edition, occasion: Occasion, ref: str) -> str:
    """Make the Message-ID (RFC 5322, 3.6.4): the same for each attempt to say the same to the same reader."""
    day = occasion.occurrence.isoformat() if occasion.occurrence else ""
    said = occasion.kind, occasion.record_id, day, occasion.moment, occasion.revision, occasion.lead
    return _hashed(edition, *said, ref)


def _hashed(edition: Edition, *parts: str) -> str:
    digest = hashlib.sha256("\n".join(parts).encode()).hexdigest()
    return f"{digest[:40]}@{edition.calendar.id}"


def _find_target(occasion: Occasion, edition: Edition, zone: str, now: datetime) -> tuple[Entry, Point]:
    entry = edition.entries.get(occasion.record_id)
    if entry is None or standing(entry.record, withdrawn=entry.revision.withdrawn) is not Standing.ON:
        raise NothingToSay("called off")
    at = point_at(entry.record, MomentName(occasion.moment), occasion.occurrence)
    if at is None or write_point(at) != occasion.revision:
        raise NothingToSay("moved")
    if too_late(at, zone or edition.calendar.zone) <= now:
        raise NothingToSay("too late")
    return entry, at


def _digest_item(part: Occasion, edition: Edition, zone: str, now: datetime) -> DigestItem:
    if part.kind is Kind.NOTICE:
        entry = edition.entries.get(part.record_id)
        if entry is None or standing(entry.record, withdrawn=entry.revision.withdrawn) is not Standing.ON:
            raise NothingToSay("called off")
        if (found := next_point(entry.record, edition.calendar.zone, now)) is None:
            raise NothingToSay("too late")
        return DigestItem(entry, "new", *found)
    entry, at = _find_target(part, edition, zone, now)
    return DigestItem(entry, "reminder", MomentName(part.moment), at, part.occurrence)


_TOPICS = {CHANGED: Topic.CHANGES, NEW: Topic.NEW}
