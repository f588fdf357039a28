"""Each call on the disk fails once, and for good, in publishing, signing up, planning, claiming, sending and marking (SQLite)."""

import errno
import re
import shutil
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import bindparam, text

from calendar_service.store.engine import open_engine, sqlite_url, writing
from calendar_service.store.tables import UTCDateTime
from tests.support.failing_calls import FailingCalls
from tests.support.proof_deployment import LEAD, Deployment, Sink
from tests.support.proof_hosts import print_numbers
from tests.support.signing_up import CHOICE

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not shutil.which("cc"), reason="needs a C compiler"),
]

# Gone by, as a tick ahead of the clock would give back what it does not send; not so long that it is purged.
DUE = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(hours=4)
SUBSCRIBERS = 3
KINDS = [
    pytest.param(error, stays, id=f"{errno.errorcode[error]} {'for good' if stays else 'once'}")
    for error in (errno.ENOSPC, errno.EIO)
    for stays in (False, True)
]


class Places:
    """A service as it was before, copied for each try."""

    def __init__(self, folder, sink, processes):
        self.folder, self.sink, self.processes = folder, sink, processes
        (folder / "before" / "var").mkdir(parents=True)
        self.place = folder / "place"
        url = sqlite_url(folder / "before" / "var" / "calendar.sqlite3")
        deployment = Deployment(folder / "before", url, sink, subscribers=SUBSCRIBERS, due=DUE)
        deployment.engine.dispose()
        self.deployment = deployment
        self.environment = deployment.environment | {
            "CALENDAR_DATABASE_URL": "sqlite:///var/calendar.sqlite3",
            "CALENDAR_FILE": "events.yaml",
            "CALENDAR_BASE_URL": "http://127.0.0.1",
            "XDG_STATE_HOME": str(self.place / "state"),
        }

    def run(self, *words, **failing):
        return self.processes.run(self.place, self.environment, *words, **failing)

    def prepare(self, *words):
        """Take one more step in the service as it was before."""
        shutil.copytree(self.folder / "before", self.place)
        done = self.run(*words)
        assert done.code in (0, 200), done.words
        # Asked for when the reminders fall due, not now.
        self.query("UPDATE signups SET asked_at = :at", at=DUE - timedelta(minutes=1))
        shutil.rmtree(self.folder / "before")
        self.place.rename(self.folder / "before")

    def query(self, words, **values):
        engine = open_engine(sqlite_url(self.place / "var" / "calendar.sqlite3"))
        try:
            with writing(engine) as connection:
                result = connection.execute(
                    text(words).bindparams(*(bindparam(name, value, UTCDateTime()) for name, value in values.items()))
                )
                return result.scalar() if result.returns_rows else None
        finally:
            engine.dispose()

    def tries(self, *words, error, for_good):
        """Let the first call fail, then the second, up to the last; the place is as each has left it."""
        failed = Counter()
        for number in range(1, 10_000):
            shutil.rmtree(self.place, ignore_errors=True)
            shutil.copytree(self.folder / "before", self.place)
            before = len(self.sink.accepted())
            outcome = self.run(*words, error=error, at=number, for_good=for_good)
            if not outcome.failed:
                break
            failed[outcome.failed] += 1
            assert "Traceback" not in outcome.words, f"{outcome.failed} {number}: {outcome.words}"
            assert self.query("PRAGMA integrity_check") == "ok"
            yield outcome, before
        name = f"{words[0]} {errno.errorcode[error]} {'for good' if for_good else 'once'}"
        print_numbers(name, tried=sum(failed.values()), **failed)
        assert failed

    def came(self, before):
        return Counter((row["recipients"][0], row["message_id"]) for row in self.sink.accepted()[before:])


@pytest.fixture
def places(tmp_path):
    with Sink(tmp_path) as sink, FailingCalls(tmp_path) as processes:
        yield Places(tmp_path.resolve(), sink, processes)


@pytest.mark.parametrize(("error", "for_good"), KINDS)
def test_an_edition_is_published_whole_or_not(places, error, for_good):
    deployment, editions = places.deployment, "SELECT count(*) FROM editions"
    deployment.write_record(DUE + LEAD, "Another")
    for outcome, _ in places.tries("publish", error=error, for_good=for_good):
        count = places.query(editions)
        assert (outcome.code, count) in {(0, 2), (1, 1), (1, 2)}, outcome
        assert outcome.words.strip()
        again = places.run("publish")
        assert again.code == 0, again.words
        assert places.query(editions) == places.query("SELECT max(number) FROM editions") == 2


@pytest.mark.parametrize(("error", "for_good"), KINDS)
def test_a_sign_up_is_stored_or_refused(places, error, for_good):
    for outcome, before in places.tries("sign-up", error=error, for_good=for_good):
        stored = places.query("SELECT count(*) FROM signups")
        assert (outcome.code, stored) in {(200, 1), (503, 0), (503, 1)}, outcome
        if outcome.code == 503:
            # The others where the database failed before there was a copy of the edition.
            assert re.search("This is not possible|is being set up|cannot be shown at the moment", outcome.words)
            assert places.run("sign-up").code == 200
        assert places.run("tick").code == 0
        came = [many for (address, _), many in places.came(before).items() if address == CHOICE["address"]]
        assert came in ([1], [1] * (1 + stored))


@pytest.mark.parametrize(("error", "for_good"), KINDS)
def test_each_message_is_sent(places, error, for_good):
    places.prepare("sign-up")
    again = Counter()
    for outcome, before in places.tries("tick", "--now", DUE.isoformat(), error=error, for_good=for_good):
        assert outcome.code in (0, 1), outcome
        for minutes in (20, 60, 170):
            assert places.run("tick", "--now", (DUE + timedelta(minutes=minutes)).isoformat()).code == 0
        states = places.query("SELECT group_concat(DISTINCT state) FROM deliveries")
        came = places.came(before)
        assert (states, len(came)) == ("sent", SUBSCRIBERS + 1), f"{outcome} {came}"
        duplicates = came.total() - len(came)
        again[duplicates] += 1
        assert duplicates <= 1, f"{outcome} {came}"
    print_numbers(f"sent again {errno.errorcode[error]}", **{f"{count} again": many for count, many in again.items()})
