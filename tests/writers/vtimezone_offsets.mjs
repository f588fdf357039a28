// Ask ical.js, the parser of Thunderbird and Nextcloud, what it makes of a VTIMEZONE.
//
// In (stdin):  [{"vtimezone": "BEGIN:VTIMEZONE…", "walls": [1795420800, …], "instants": [1795417200, …]}, …]
// Out:         [{"instants": [1795417200, …], "offsets": [3600, …]}, …]
//
// A wall is a local time, counted in seconds as if it were UTC; its answer is the instant it stands for.
// An instant is seconds since 1970; its answer is the offset that its local time has.

import { readFileSync } from "node:fs";
import ICAL from "ical.js";

function time(seconds, zone) {
  const date = new Date(seconds * 1000);
  return ICAL.Time.fromData(
    {
      year: date.getUTCFullYear(),
      month: date.getUTCMonth() + 1,
      day: date.getUTCDate(),
      hour: date.getUTCHours(),
      minute: date.getUTCMinutes(),
      second: date.getUTCSeconds(),
    },
    zone,
  );
}

function answer({ vtimezone, walls, instants }) {
  const zone = new ICAL.Timezone({ component: vtimezone });
  return {
    instants: walls.map((wall) => wall - time(wall, zone).utcOffset()),
    offsets: instants.map((instant) => time(instant, ICAL.Timezone.utcTimezone).convertToZone(zone).utcOffset()),
  };
}

const questions = JSON.parse(readFileSync(0, "utf8"));
process.stdout.write(JSON.stringify(questions.map(answer)));
