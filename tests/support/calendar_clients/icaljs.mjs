// Reads a calendar from standard input and prints its occurrences up to a date as JSON.
// Zones come from the file alone: a TZID the file does not define stays floating, as in ical.js itself.
import { readFileSync } from 'node:fs';
import ICAL from 'ical.js';

const [lastDay] = process.argv.slice(2);
const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(readFileSync(0));
const calendar = new ICAL.Component(ICAL.parse(text));

ICAL.TimezoneService.reset();
for (const zone of calendar.getAllSubcomponents('vtimezone')) {
  ICAL.TimezoneService.register(new ICAL.Timezone(zone));
}

function spell(time) {
  if (time.isDate || time.zone.tzid === 'floating') return time.toString();
  return time.convertToZone(ICAL.Timezone.utcTimezone).toString();
}

function describe(event, start, end) {
  return {
    uid: event.uid ?? '',
    start: spell(start),
    end: spell(end),
    summary: event.summary ?? '',
    status: event.component.getFirstPropertyValue('status') ?? '',
  };
}

function* expand(master, overrides) {
  // An override may bring a late instance forward into the range, so the walk goes on past the last of them.
  const bound = ICAL.Time.fromDateString(lastDay);
  bound.adjust(2, 0, 0, 0);
  const isDue = (time) =>
    time.compareDateOnlyTz(bound, ICAL.Timezone.utcTimezone) <= 0 ||
    overrides.some((override) => override.recurrenceId.compare(time) >= 0);
  const walk = master.iterator();
  for (let time = walk.next(); time && isDue(time); time = walk.next()) {
    const { item, startDate, endDate } = master.getOccurrenceDetails(time);
    yield describe(item, startDate, endDate);
  }
}

const components = calendar.getAllSubcomponents('vevent');
const isOverride = (component) => component.hasProperty('recurrence-id');
const uidOf = (component) => component.getFirstPropertyValue('uid');
const found = [];
const masters = new Set();

for (const component of components.filter((each) => !isOverride(each))) {
  const related = components.filter((each) => isOverride(each) && uidOf(each) === uidOf(component));
  const master = new ICAL.Event(component, { exceptions: related });
  masters.add(master.uid);
  if (master.isRecurring()) {
    found.push(...expand(master, related.map((each) => new ICAL.Event(each))));
  } else {
    found.push(describe(master, master.startDate, master.endDate));
  }
}
for (const component of components.filter((each) => isOverride(each) && !masters.has(uidOf(each)))) {
  const orphan = new ICAL.Event(component);
  found.push(describe(orphan, orphan.startDate, orphan.endDate));
}
process.stdout.write(JSON.stringify(found));
