"""Calendar files to publish, and a clock that goes with the test."""

import sys
import time
from datetime import UTC, datetime

HEAD = """\
calendar:
  id: example.org
  name: Example
  timezone: Europe/Paris
  languages: [en]
records:
"""


def event(name="event", when="1 June 2030", title="Event"):
    return f"  - id: {name}\n    kind: event\n    title: {title}\n    when: {when}\n"


def tender(name="tender", closes="10 July 2030"):
    return f"  - id: {name}\n    kind: tender\n    title: Tender\n    closes: {closes}\n"


def webinar(name, when):
    return f"  - id: {name}\n    kind: webinar\n    title: Webinar\n    when: {when}\n    place: online\n"


def calendar(*records):
    return HEAD + ("".join(records) or "  []\n")


def clock():
    return datetime.now(UTC)


def wait_until(is_so, seconds=5.0):
    """Give how long it took until something was so; fail if it never was."""
    began = time.monotonic()
    while not is_so():
        assert time.monotonic() - began < seconds, "it never was so"
        time.sleep(0.01)
    return time.monotonic() - began


PYTHON = sys.executable
