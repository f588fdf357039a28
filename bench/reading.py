"""Reading and validating the calendar file, beside PyYAML's C loader, which reads it and validates nothing."""

from functools import partial

import yaml

from bench.calendars import write_file
from bench.measure import compare, row
from calendar_service.parsers.calendar_file import read_calendar

RECORDS = 10_000


@row("read and validate 10,000 records, to PyYAML's CSafeLoader alone", most=0.7)
def read():
    data = write_file(RECORDS)
    ours, peer = partial(read_calendar, data, "bench"), partial(yaml.load, data, Loader=yaml.CSafeLoader)
    return compare(("read and validate", ours), ("CSafeLoader", peer), rounds=3)


@row("the same after one changed record, to the whole by CSafeLoader", most=0.1)
def read_again():
    data = write_file(RECORDS)
    read_calendar(data, "bench")
    ours = partial(read_calendar, data.replace(b"number 5000 is", b"number 5000 was"), "bench")
    return compare(("read again", ours), ("CSafeLoader", partial(yaml.load, data, Loader=yaml.CSafeLoader)), rounds=3)
