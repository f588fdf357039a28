"""The next emails that a confirmed subscriber is shown are those that the forecast lists for them."""

from datetime import timedelta

import pytest

from calendar_service.records.times import civil_from_instant
from calendar_service.reminders.forecast import forecast
from calendar_service.store import subscribers
from calendar_service.web.upcoming import list_upcoming
from calendar_service.writers import phrases
from calendar_service.writers.i18n import language
from tests.support.databases import open_sqlite
from tests.support.reminders import add_subscriber, event, publish_records, tender, utc, watch

NOW = utc("2027-03-01 12:00")


@pytest.mark.parametrize(("digest", "label"), [("", ""), ("daily", "Daily summary"), ("weekly", "Weekly summary")])
def test_the_next_emails_are_those_of_the_forecast(tmp_path, digest, label):
    engine = open_sqlite(tmp_path / "a.db")
    records = [tender("2027-03-20 17:00", name=f"call{number}") for number in range(3)] + [event("2027-03-21 10:00")]
    edition = publish_records(engine, NOW - timedelta(days=30), *records)
    person = add_subscriber(engine, "kim", NOW - timedelta(days=20), watch("", ("7 days", "1 day")), digest=digest)
    found = list_upcoming(engine, edition, subscribers.find_by_ref(engine, person.ref), NOW, language("en"))
    planned = forecast(engine, edition, (NOW, NOW + timedelta(days=60)), with_addresses=False)
    whens = [
        phrases.when_words(civil_from_instant(each.due_at, "Europe/Paris"), "Europe/Paris", language("en"))
        for each in planned
    ]
    assert len(found) >= 2
    if digest:
        assert [each.when for each in found] == whens[:5]
        assert {each.label for each in found} == {label}
        more = [f", and {len(each.items) - 1} more" if len(each.items) > 1 else "" for each in planned]
        titles = [row.title.text.removeprefix("Tender").removeprefix("Event") for row in found]
        assert titles == more[: len(found)]
    else:
        assert {each.when for each in found} <= set(whens)
