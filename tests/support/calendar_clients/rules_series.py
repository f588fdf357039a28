"""Checks of recurring events: points 26 to 30."""

import re
from collections.abc import Iterator

from tests.support.calendar_clients.feed import Feed, event_point, point
from tests.support.calendar_clients.lines import Component, Property
from tests.support.calendar_clients.times import first_moment, instances, read_moment, read_moments, rule_parts

DAY, NTH_DAY = "(?:MO|TU|WE|TH|FR|SA|SU)", "(?:[1-4]|-1)(?:MO|TU|WE|TH|FR|SA|SU)"
DAYS = rf"{DAY}(?:,{DAY})*"
MONTH, MONTH_DAY = "(?:[1-9]|1[0-2])", "(?:[1-9]|[12][0-9]|3[01]|-1)"
COMMON = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST"}
# the templates of MS-OXCICAL 2.1.3.2.2: the parts beside the common ones, each with its form
TEMPLATES: dict[str, list[dict[str, str]]] = {
    "DAILY": [{}],
    "WEEKLY": [{"BYDAY": DAYS}],
    "MONTHLY": [{"BYMONTHDAY": MONTH_DAY}, {"BYDAY": NTH_DAY}],
    "YEARLY": [{}, {"BYMONTH": MONTH, "BYMONTHDAY": MONTH_DAY}, {"BYMONTH": MONTH, "BYDAY": NTH_DAY}],
}
COMMON_FORMS = {"INTERVAL": r"[1-9]\d{0,2}", "COUNT": r"[1-9]\d{0,2}", "WKST": DAY}


def fits(parts: dict[str, str], template: dict[str, str]) -> bool:
    special = {name: value for name, value in parts.items() if name not in COMMON}
    return set(special) == set(template) and all(re.fullmatch(template[name], special[name]) for name in special)


@event_point(26)
def rule_fits_a_template(event: Component) -> Iterator[str]:
    rule, start = event.value("RRULE"), first_moment(event, "DTSTART")
    if rule is None:
        return
    parts = rule_parts(rule)
    if not any(fits(parts, template) for template in TEMPLATES.get(parts.get("FREQ", ""), [])):
        yield f"RRULE:{rule} fits no template"
    elif start and instances(event)[:1] != [start.wall]:
        yield f"DTSTART is not the first instance of RRULE:{rule}"
    for name, form in COMMON_FORMS.items():
        if not re.fullmatch(form, parts.get(name, "1" if name != "WKST" else "MO")):
            yield f"{name}={parts[name]}"
    if "COUNT" in parts and "UNTIL" in parts:
        yield "both COUNT and UNTIL"


@event_point(27)
def limits_are_of_the_type_of_the_start(event: Component) -> Iterator[str]:
    start = first_moment(event, "DTSTART")
    if start is None:
        return
    until = rule_parts(event.value("RRULE") or "").get("UNTIL")
    if until is not None:
        limit = read_moment(Property("UNTIL", {}, until))
        if limit is None or limit.kind != ("DATE" if start.kind == "DATE" else "UTC"):
            yield f"UNTIL={until} with a {start.kind} start"
    for exception in read_moments(event, "EXDATE"):
        if exception.kind != start.kind:
            yield f"EXDATE is {exception.kind}, DTSTART {start.kind}"


@event_point(28)
def exceptions_hit_an_instance(event: Component) -> Iterator[str]:
    walls = set(instances(event)) if event.get("RRULE") else set()
    for exception in read_moments(event, "EXDATE"):
        if exception.wall not in walls:
            yield f"EXDATE {exception.wall} is no instance"


@event_point(29)
def series_have_no_rdate(event: Component) -> Iterator[str]:
    if event.get("RDATE"):
        yield "has an RDATE"


@point(30)
def overrides_belong_to_a_series(feed: Feed) -> Iterator[str]:
    for event in feed.events:
        if event.get("RECURRENCE-ID"):
            master = feed.masters.get(event.value("UID") or "")
            yield from (f"{event.value('UID')}: {fault}" for fault in override_faults(event, master))


def override_faults(event: Component, master: Component | None) -> Iterator[str]:
    found, replaced = event.get("RECURRENCE-ID"), first_moment(event, "RECURRENCE-ID")
    start = first_moment(master, "DTSTART") if master else None
    if event.get("RRULE") or event.get("EXDATE"):
        yield "an override with a rule of its own"
    if found and "RANGE" in found.params:
        yield "RECURRENCE-ID with a RANGE"
    if master is None or not master.get("RRULE"):
        yield "an override without a series"
    elif start is None or replaced is None or replaced.kind != start.kind:
        yield "RECURRENCE-ID is not in the zone of DTSTART"
    elif replaced.wall not in instances(master):
        yield f"RECURRENCE-ID {replaced.wall} is no instance"
    elif replaced in read_moments(master, "EXDATE"):
        yield f"RECURRENCE-ID {replaced.wall} is excluded by EXDATE"
