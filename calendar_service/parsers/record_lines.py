"""Which lines of a calendar file belong to which record."""

from __future__ import annotations

from bisect import bisect
from itertools import accumulate

from calendar_service.parsers.yaml_text import decode_yaml
from calendar_service.parsers.yaml_tree import read_tree


def find_record_lines(data: bytes) -> dict[str, tuple[int, int]]:
    """Return the first and the last line of each record by its id; of a file that cannot be read, nothing."""
    tree = read_tree(data)
    records = tree.value.get("records") if tree.is_whole and isinstance(tree.value, dict) else None
    if not isinstance(records, list):
        return {}
    starts = [0, *accumulate(len(line) for line in decode_yaml(data).splitlines(keepends=True))]
    found = {}
    for number, record in enumerate(records):
        if isinstance(record, dict) and isinstance(record.get("id"), str):
            span = tree.spans["records", number]
            found[record["id"]] = bisect(starts, span.start), bisect(starts, span.end - 1)
    return found
