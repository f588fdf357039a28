"""The service as somebody who signs up meets it."""

import re
from datetime import UTC, datetime, timedelta

from sqlalchemy import insert, select

from calendar_service.publishing import publish_file
from calendar_service.store.engine import reading, writing
from calendar_service.store.tables import deliveries, metadata, occasions, signups
from calendar_service.web.context import SUBSCRIPTIONS
from tests.support.site import Site

BASE = "https://calendar.example.org"
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
FILE = """\
calendar:
  id: demo.example
  name: {en: Demo, fr: Démo}
  timezone: Europe/Paris
  languages: [en, fr]
  reminders: [14 days, 7 days]
records:
  - {id: roads, kind: tender, title: {en: Study of roads, fr: Étude des routes}, closes: "10 December 2026, 17:00",
     tags: [roads], countries: [FR]}
  - {id: rumours, kind: webinar, title: Rumours, when: 3 December 2026 at 11.00-12.30 CET, tags: [rumours]}
"""
CHOICE = {
    "address": "ann@example.org",
    "kind": ["tender", "webinar"],
    "lead": ["14 days", "1 day"],
    "own_leads": "36 hours",
    "wants_new": "yes",
    "digest": "weekly",
    "language": "en",
    "zone": "Asia/Seoul",
    "country": "KR",
}


class SignUp(Site):
    """The service with a clock that stands still, and the tokens that messages would carry."""

    def __init__(self, engine, folder, operator_token="", text=FILE):
        super().__init__(folder, NOW, BASE, engine, operator_token=operator_token)
        file = folder / "events.yaml"
        file.write_text(text, encoding="utf-8")
        publish_file(engine, file, NOW)
        self.look_again()
        self.service = self.app.extensions[SUBSCRIPTIONS]

    def ask(self, **changes):
        """Sign up as Ann, and give the token of the message that follows."""
        answer = self.post("/reminders", CHOICE | changes)
        assert answer.status_code == 200, words_of(answer)
        with reading(self.engine) as connection:
            row = connection.execute(select(signups).order_by(signups.c.id.desc())).first()
        return self.service.confirm_token(row.ref, row.asked_at)

    def subscriber(self, **changes):
        """Sign up as Ann and confirm."""
        return self.service.confirm(self.ask(**changes), self.now)

    def manage_path(self, subscriber):
        return f"/reminders/manage/{self.service.manage_token(subscriber.ref, subscriber.link_version)}"

    def unsubscribe_path(self, subscriber):
        return f"/reminders/unsubscribe/{self.service.unsubscribe_token(subscriber.ref)}"

    def again(self, subscriber):
        return self.service.subscriber_of(self.service.manage_token(subscriber.ref), "manage", self.now)

    def dump(self):
        """All that is in the database."""
        with reading(self.engine) as connection:
            return {
                name: [tuple(row) for row in connection.execute(select(table))]
                for name, table in metadata.tables.items()
            }


def words_of(answer):
    """The text of a page as a visitor sees it."""
    page = answer.get_data(as_text=True)
    main = page[page.index("<main") : page.index("</main>")]
    return " ".join(re.sub(r"<[^>]*>", " ", main).replace("&#34;", '"').replace("&#39;", "'").split())


def add_sent_messages(engine):
    """Enter a reminder and a notice of the showcase's tender as sent."""
    closing = {"record_id": "charts-tender", "occurrence": "", "revision": "2026-11-29T17:00:00 Europe/Paris"}
    changed = {"record_id": "charts-tender", "occurrence": "", "revision": "2"}
    times = {"due_at": NOW, "next_at": NOW, "expires_at": NOW + timedelta(days=1)}
    with writing(engine) as connection:
        for values in (
            {"kind": "reminder", "moment": "closes", "lead": "7 days"} | closing,
            {"kind": "notice", "moment": "changed", "lead": ""} | changed,
        ):
            (number,) = connection.execute(insert(occasions).values(**values)).inserted_primary_key
            connection.execute(
                insert(deliveries).values(occasion_id=number, state="sent", attempts=1, reason="", **times)
            )
