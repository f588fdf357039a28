"""Measure rows: `python -m bench [FAMILY or ROW ...]`, all of them without names; then write docs/performance.md."""

import os
import sys

from bench import feeds, growing, mails, publishing, reading, recurrence, reminders, serving, starting
from bench.measure import ROWS
from bench.page import describe, save, write_page

FAMILIES = [feeds, serving, reading, publishing, recurrence, reminders, mails, growing, starting]


def main(names):
    order = [module.__name__.rpartition(".")[2] for module in FAMILIES]
    ROWS.sort(key=lambda row: order.index(row.family))
    known = {name for row in ROWS for name in (row.family, row.name)}
    if unknown := set(names) - known:
        sys.exit(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(sorted(known))}")
    for name in [each for each in os.environ if each.startswith("CALENDAR_")]:
        del os.environ[name]
    for row in ROWS:
        if not names or row.family in names or row.name in names:
            result = row.measure()
            print(f"{row.family} {row.name}: {row.title}\n    {describe(row, result)}", flush=True)
            save(row, result)
    write_page(ROWS)


if __name__ == "__main__":
    main(sys.argv[1:])
