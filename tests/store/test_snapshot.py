"""The copy of the edition: the same edition comes back, and a damaged copy is no edition."""

import pytest

from calendar_service.publishing import publish_file
from calendar_service.store.editions import load_edition
from calendar_service.store.snapshot import SnapshotFile
from tests.support.paths import ROOT
from tests.support.subscriptions import DAY, NOON


@pytest.fixture
def kept(database, tmp_path):
    """A database with two editions, one record of which has moved and one of which was withdrawn, and its copy."""
    file = tmp_path / "events.yaml"
    text = (ROOT / "data" / "events.yaml").read_text(encoding="utf-8")
    file.write_text(text, encoding="utf-8")
    publish_file(database, file, NOON)
    head, *records = text.split("\n  - id: ")
    file.write_text("\n  - id: ".join([head, *records[1:]]), encoding="utf-8")
    publish_file(database, file, NOON + DAY, confirmed=True)
    edition = load_edition(database)
    assert edition.number == 2
    made = SnapshotFile(tmp_path / "edition.jsonl")
    made.keep(database, edition)
    return made, edition, tmp_path / "edition.jsonl"


def test_the_same_edition_comes_back(kept):
    snapshot, edition, path = kept
    assert snapshot.load() == edition
    assert path.stat().st_mode & 0o777 == 0o600


def test_an_edition_is_written_once(kept, database):
    _, edition, path = kept
    before = path.stat().st_ino
    SnapshotFile(path).keep(database, edition)
    assert path.stat().st_ino == before


def test_no_file_is_no_edition(tmp_path):
    assert SnapshotFile(tmp_path / "edition.jsonl").load() is None


def test_a_damaged_copy_is_not_used(kept, caplog):
    snapshot, _, path = kept
    whole = path.read_bytes()
    middle = len(whole) // 2
    other_format = whole.replace(b'"format":1', b'"format":2', 1)
    damaged = (b"", b"\n", whole[:-1], whole[:middle], whole[:middle] + b"?" + whole[middle + 1 :], other_format)
    for content in damaged[:2] + damaged[3:]:
        path.write_bytes(content)
        caplog.clear()
        assert snapshot.load() is None
        assert "is not used" in caplog.text
