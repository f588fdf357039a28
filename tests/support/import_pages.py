"""Pages with the records that a person finds in them, and how many of those the importer finds."""

from dataclasses import dataclass, field

import yaml

from calendar_service.parsers.calendar_file import read_calendar
from calendar_service.records.moments import instant_bounds
from tests.support.importing import HEAD, run
from tests.support.paths import TESTS

PAGES = TESTS / "parsers" / "importing" / "pages"
FRENCH = {"lines-2", "cards-2", "table-3", "pairs-2", "headings-3"}


@dataclass
class Score:
    """What became of the records that a person finds in a page."""

    right: list = field(default_factory=list)
    wrong: list = field(default_factory=list)
    lost: list = field(default_factory=list)
    asked: list = field(default_factory=list)
    places: int = 0
    with_place: int = 0

    def add(self, other):
        for name in ("right", "wrong", "lost", "asked"):
            getattr(self, name).extend(getattr(other, name))
        self.places += other.places
        self.with_place += other.with_place

    @property
    def total(self):
        return len(self.right) + len(self.lost) + len(self.asked)


def expected_records(name):
    """The records that a person wrote down for a page."""
    found = yaml.safe_load((PAGES / f"{name}.yaml").read_text())
    records = []
    for number, label in enumerate(found):
        registration = label.pop("registration", None)
        extra = {"registration": {"closes": registration}} if registration else {}
        records.append({"id": f"expected-{number}", **label, **extra})
    text = HEAD + yaml.safe_dump({"records": records}, allow_unicode=True, sort_keys=False)
    reading = read_calendar(text.encode(), name)
    assert [each.problem.message for each in reading.errors] == []
    return reading.draft.records


def moments(record):
    """All that a record says of time and state."""
    named = {name.value: instant_bounds(each.at, "Europe/Paris") for name, each in record.milestones.items()}
    named.pop("questions_by", None)
    named.pop("opens", None)
    spans = instant_bounds(record.schedule.span, "Europe/Paris") if record.schedule else None
    return record.kind.value, record.status.value, spans, named


def title_of(record):
    return next(iter(record.title.values()))


def place_of(record):
    place = record.place
    if place is None:
        return None
    name, city = (next(iter(each.values()), "") for each in (place.name, place.city))
    return (place.online, name, city, place.country) if city or place.country else (place.online, name)


def score(path):
    """Import a page and compare."""
    language = "fr" if path.stem in FRENCH else None
    representation, records = run(path.read_bytes(), path.name, language=language)
    by_title = {title_of(each): each for each in records}
    result = Score()
    for wanted in expected_records(path.stem):
        found = by_title.pop(title_of(wanted), None)
        result.with_place += wanted.place is not None
        if found and moments(found) == moments(wanted):
            result.right.append(title_of(wanted))
            result.places += wanted.place is not None and place_of(found) == place_of(wanted)
        elif found:
            result.wrong.append((path.name, title_of(wanted), moments(found)))
            result.asked.append(title_of(wanted))
        elif (
            title_of(wanted)[:60].lower()
            in " ".join(representation.yaml.replace("''", "'").replace("#", " ").split()).lower()
        ):
            result.asked.append(title_of(wanted))
        else:
            result.lost.append(title_of(wanted))
    result.wrong += [(path.name, title) for title in by_title]
    return result
