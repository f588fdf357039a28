"""How much work things are, counted, not timed: statements, rows, lines and bytes, of a small calendar and a large one."""

from collections import Counter
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event

from calendar_service.parsers import record_cache, split_tree
from calendar_service.publishing import publish_file
from calendar_service.web import representation
from calendar_service.worker import Worker
from tests.support.public_site import HEAD, PublicSite
from tests.support.reminders import Clock, add_named_subscribers, make_service, watch

NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)
SMALL, LARGE = 30, 600


def write_calendar(number, title="Number 7"):
    lines = [HEAD]
    for n in range(number):
        day = NOW.date() + timedelta(days=n % 300 + 8)
        shown = title if n == 7 else f"Number {n}"
        lines.append(f"  - id: r{n}\n    kind: tender\n    closes: {day} 17:00\n    title: {shown}\n")
        lines.append("    url: https://example.org/tender\n")
    return "".join(lines)


@pytest.fixture
def site_with(tmp_path):
    opened = []

    def make(number):
        file = tmp_path / f"{number}.yaml"
        file.write_text(write_calendar(number), encoding="utf-8")
        (folder := tmp_path / f"{number}").mkdir()
        opened.append(PublicSite(folder, file, NOW, trusted_hosts=()))
        return file, opened[-1]

    yield make
    for each in opened:
        each.engine.dispose()


@contextmanager
def statements(engine):
    """Count the statements that a database is given, and the rows that are written."""
    found = Counter()

    def count(_connection, _cursor, statement, parameters, _context, is_many):
        found["statements"] += 1
        if statement.startswith(("INSERT", "UPDATE", "DELETE")):
            found["rows"] += len(parameters) if is_many else 1

    event.listen(engine, "before_cursor_execute", count)
    try:
        yield found
    finally:
        event.remove(engine, "before_cursor_execute", count)


@pytest.fixture
def bytes_of(monkeypatch):
    """Count the bytes that are hashed for entity tags, and for the lines of records."""
    found = Counter()

    def watch_hash(module):
        original = module.blake2b

        def hashed(data, **more):
            found[module.__name__.rpartition(".")[2]] += len(data)
            return original(data, **more)

        monkeypatch.setattr(module, "blake2b", hashed)

    watch_hash(representation)
    watch_hash(record_cache)
    return found


def work_of_an_edit(site_with, number, monkeypatch):
    """Return the statements, rows and lines of an edit of one record among so many."""
    file, site = site_with(number)
    publish_file(site.engine, file, NOW)
    file.write_text(write_calendar(number, "Another title"), encoding="utf-8")
    lines, build = [], split_tree.build
    with monkeypatch.context() as patch, statements(site.engine) as found:
        patch.setattr(
            split_tree, "build", lambda tree, text, *rest: lines.append(text.count("\n")) or build(tree, text, *rest)
        )
        result = publish_file(site.engine, file, NOW + timedelta(minutes=1), known=site.cache.edition())
    assert result.changed == ["r7"]
    return found | {"lines": sum(lines)}


def test_an_edit_is_the_same_work_in_a_small_calendar_and_a_large_one(site_with, monkeypatch):
    small, large = (work_of_an_edit(site_with, number, monkeypatch) for number in (SMALL, LARGE))
    assert small == large
    assert large["statements"] <= 22
    assert large["rows"] <= 8
    assert large["lines"] == HEAD.count("\n") + 6  # the record has five, and one is its key


ADDRESSES = [
    "/calendar.ics", "/calendar.json", "/calendar.atom", "/calendar.csv", "/calendar/tenders.ics", "/", "/month", "/year",
    "/events/r7", "/events/r7.ics", "/widget", "/embed", "/newsletter", "/sitemap.xml", "/api/v1/records", "/calendar.ics?kind=tender",
]  # fmt: skip


def test_no_public_address_asks_the_database(site_with):
    _, site = site_with(SMALL)
    with statements(site.engine) as found:
        for address in ADDRESSES * 2:
            assert site.get(address).status_code == 200, address
    assert not found


def test_a_body_is_hashed_once(site_with, bytes_of):
    _, site = site_with(SMALL)
    bytes_of.clear()
    length = len(site.body("/calendar.ics"))
    for _ in range(10):
        tag = site.get("/calendar.ics").headers["ETag"]
        assert site.get("/calendar.ics", **{"If-None-Match": tag}).status_code == 304
    assert bytes_of == {"representation": length}


def test_an_unchanged_file_asks_nothing(site_with):
    file, site = site_with(SMALL)
    worker = Worker(site.engine, file, lambda: NOW)
    worker.publish_at_start()
    with statements(site.engine) as found:
        for _ in range(10):
            worker.tick()
    assert not found


def work_of_a_pass(site, number):
    """Return the statements of passes of the reminder service that find nothing due, with so many subscribers."""
    names = [f"s{n}" for n in range(number)]
    add_named_subscribers(site.engine, names, NOW, watch(leads=("7 days", "1 day")))
    clock = Clock(NOW)
    service = make_service(site.engine, clock)
    for _ in range(3):
        service.schedule_due()
        clock.now += timedelta(seconds=30)
    with statements(site.engine) as found:
        service.schedule_due()
    return found


def test_a_pass_with_nothing_due_asks_the_same_for_many(site_with):
    small = work_of_a_pass(site_with(SMALL)[1], 2)
    large = work_of_a_pass(site_with(LARGE)[1], 300)
    assert small == large
    assert large["statements"] <= 20
