"""What a host remembers of its mails: one process of all tells of an incident, whatever becomes of the folders."""

import threading
from datetime import UTC, datetime, timedelta

import pytest

from calendar_service.reminders.faults.host import HostMemory

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def folders(tmp_path):
    return tmp_path / "var", tmp_path / "aside"


def test_one_process_of_many_tells(folders):
    found = []
    memories = [HostMemory(*folders) for _ in range(20)]
    threads = [threading.Thread(target=lambda each=each: found.append(each.claim("a", NOON))) for each in memories]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == [False] * 19 + [True]


def test_one_tells_too_where_the_first_folder_takes_nothing(folders):
    folders[0].mkdir()
    (folders[0] / ".faults.json").mkdir()  # as a disk without room, which root too finds full
    assert [HostMemory(*folders).claim("a", NOON) for _ in range(3)] == [True, False, False]


def test_a_process_remembers_alone_where_no_folder_takes_anything(tmp_path):
    (tmp_path / "file").touch()
    memory = HostMemory(tmp_path / "file" / "var")
    assert [memory.claim("a", NOON + n * MINUTE) for n in range(3)] == [True, False, False]


@pytest.mark.parametrize(
    ("minutes", "told"),
    [
        (range(0, 300, 2), [0]),  # it lasts, also over a restart
        (range(0, 300, 10), [0, 60, 120, 180, 240]),  # it comes and goes
        ([0, 30, *range(58, 70)], [0, 60]),  # it came back, and lasts
        ([0, -600, -598], [0, -600]),  # the clock was set back
    ],
)
def test_an_incident_is_told_once_and_no_more_than_once_an_hour(folders, minutes, told):
    assert [n for n in minutes if HostMemory(*folders).claim("a", NOON + n * MINUTE)] == told


def test_what_could_not_be_told_is_told_five_minutes_later(folders):
    memory, other = HostMemory(*folders), HostMemory(*folders)
    assert memory.claim("a", NOON)
    memory.release("a", NOON)
    assert [n for n in range(8) if other.claim("a", NOON + n * MINUTE)] == [5]


def test_incidents_are_told_apart_and_what_others_told_is_known(folders):
    memory = HostMemory(*folders)
    assert memory.claim("a", NOON)
    assert memory.claim("b", NOON)
    memory.set_mailed("c", NOON)
    assert [HostMemory(*folders).was_mailed(name, NOON + MINUTE) for name in "abcd"] == [True, True, True, False]
    assert not memory.claim("c", NOON + MINUTE)
