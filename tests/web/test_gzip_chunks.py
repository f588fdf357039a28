"""The compressed copy of a feed: one gzip member of the same bytes; an edit compresses one chunk."""

import gzip
import zlib

import pytest

from calendar_service.web import gzip_chunks
from calendar_service.web.gzip_chunks import ChunkCompressor
from calendar_service.writers.vevents import SerializedEvents

HEAD, END = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n", b"END:VCALENDAR\r\n"


def block(number):
    return SerializedEvents(f"BEGIN:VEVENT\r\nUID:{number}@a\r\nEND:VEVENT\r\n".encode(), 1, frozenset())


def feed(blocks):
    return b"".join([HEAD, *(each.body for each in blocks), END])


@pytest.fixture
def compressed(monkeypatch):
    """All that is compressed from now on."""
    found, deflate = [], gzip_chunks._deflate

    def count(data):
        found.append(data)
        return deflate(data)

    monkeypatch.setattr(gzip_chunks, "_deflate", count)
    return found


@pytest.mark.parametrize("number", [0, 1, 2, 127, 2000])
def test_it_is_one_member_with_the_same_bytes(number):
    blocks = [block(each) for each in range(number)]
    made = ChunkCompressor().compress(feed(blocks), blocks)
    assert gzip.decompress(made) == feed(blocks)
    reader = zlib.decompressobj(16 + zlib.MAX_WBITS)
    assert reader.decompress(made) == feed(blocks)
    assert reader.eof
    assert not reader.unused_data


@pytest.mark.parametrize("change", [lambda blocks: [*blocks[:700], block("new"), *blocks[701:]],
                                    lambda blocks: [*blocks[:700], *blocks[701:]],
                                    lambda blocks: [*blocks[:700], block("new"), *blocks[700:]]])  # fmt: skip
def test_an_edit_compresses_one_chunk_and_not_the_rest(change, compressed):
    blocks = [block(each) for each in range(3000)]
    compressor = ChunkCompressor()
    compressor.compress(feed(blocks), blocks)
    changed = change(blocks)
    compressed.clear()
    made = compressor.compress(feed(changed), changed)
    # The head, the end, and the chunk, which is two if the record was or became its border.
    assert len(compressed) <= 4
    assert sum(map(len, compressed)) < len(feed(changed)) / 3
    assert made == ChunkCompressor().compress(feed(changed), changed)


def test_no_chunk_is_endless(compressed, monkeypatch):
    monkeypatch.setattr(gzip_chunks, "_ONE_IN", 10**9)
    blocks = [block(each) for each in range(2000)]
    ChunkCompressor().compress(feed(blocks), blocks)
    assert max(data.count(b"BEGIN:VEVENT") for data in compressed) == gzip_chunks._LONGEST


def test_what_does_not_fit_is_not_kept(compressed):
    blocks = [block(1)]
    compressor = ChunkCompressor(max_bytes=1)
    for _ in range(2):
        assert gzip.decompress(compressor.compress(feed(blocks), blocks)) == feed(blocks)
    assert compressed.count(blocks[0].body) == 2
