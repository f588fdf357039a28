"""Sound samples with one fault each, under the points of the checklist that the fault must raise."""

import re
from dataclasses import dataclass
from pathlib import Path

SAMPLES = Path(__file__).with_name("samples")


def octets(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.replace("\n", "\r\n").encode()


def break_sample(sample: str, old: str | bytes, new: str | bytes) -> bytes:
    """Put `new` in the place of the first `old`; an `old` that is not there is a fault of the table."""
    ics = (SAMPLES / f"{sample}.ics").read_bytes()
    if octets(old) not in ics:
        raise ValueError(f"{sample}.ics does not hold {old!r}")
    return ics.replace(octets(old), octets(new), 1)


@dataclass(frozen=True)
class Broken:
    points: tuple[int, ...]
    name: str
    sample: str
    old: str | bytes
    new: str | bytes

    def ics(self) -> bytes:
        return break_sample(self.sample, self.old, self.new)


EXTRA_EVENT = """\
BEGIN:VEVENT
UID:{uid}@example.org
DTSTAMP:20200601T120000Z
LAST-MODIFIED:20200601T120000Z
DTSTART:20200710T100000Z
DTEND:20200710T110000Z
SUMMARY:One more
END:VEVENT
"""
ZONE = re.compile(r"BEGIN:VTIMEZONE\n.*?END:VTIMEZONE\n", re.DOTALL)
PARIS = ZONE.search((SAMPLES / "paris.ics").read_text(encoding="utf-8"))[0]  # read_text turns CRLF into LF
MANY_EVENTS = "".join(EXTRA_EVENT.format(uid=number) for number in range(1000))
ALARM = "BEGIN:VALARM\nACTION:DISPLAY\nTRIGGER:-PT1H\nDESCRIPTION:Soon\nEND:VALARM\n"
DAYLIGHT_RULE = "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\n"
WEEKLY_RULE = "RRULE:FREQ=WEEKLY;BYDAY=TU;UNTIL=20201110T100000Z"
YEARLY_RULE = "RRULE:FREQ=YEARLY;BYMONTH=6;BYMONTHDAY=8"
EXDATE = "EXDATE;TZID=Europe/Paris:20201020T110000"
MOVED = "RECURRENCE-ID;TZID=Europe/Paris:20201027T110000"
END = "END:VCALENDAR\n"
LINK = "https://meet.example.org/ice?a=1"

BROKEN = [
    Broken(*row)
    for row in [
        ((0,), "no content line", "utc", "SEQUENCE:0", "SEQUENCE 0"),
        ((0,), "unknown property", "utc", "SEQUENCE:0", "SEQUENCE:0\nTIMEZONE-ID:Europe/Paris"),
        ((0,), "bad extension name", "utc", "SEQUENCE:0", "SEQUENCE:0\nX-:1"),
        ((0,), "property twice", "utc", "SEQUENCE:0", "SEQUENCE:0\nSEQUENCE:0"),
        ((0,), "unknown component", "utc", END, "BEGIN:VLOCATION\nEND:VLOCATION\n" + END),
        ((0,), "extension component", "utc", END, "BEGIN:X-NOTE\nEND:X-NOTE\n" + END),
        ((0,), "unclosed", "utc", END, ""),
        ((0,), "closes nothing", "utc", END, END + "END:VEVENT\n"),
        ((0,), "outside", "utc", END, END + "X-AFTER:1\n"),
        ((0,), "status", "paris", "STATUS:CONFIRMED", "STATUS:POSTPONED"),
        ((0, 34), "transparency", "allday", "TRANSP:TRANSPARENT", "TRANSP:FREE"),
        ((0,), "sequence", "utc", "SEQUENCE:0", "SEQUENCE:first"),
        ((0,), "duration", "utc", "DURATION:PT20M", "DURATION:20M"),
        ((0,), "no such day", "allday", "DTEND;VALUE=DATE:20200629", "DTEND;VALUE=DATE:20200631"),
        ((1,), "bare LF", "utc", "SEQUENCE:0\n", b"SEQUENCE:0\n"),
        ((1,), "bare CR", "utc", "over midnight", b"over\rmidnight"),
        ((1,), "last line", "utc", END, b"END:VCALENDAR"),
        ((1,), "empty line", "utc", "SEQUENCE:0\n", "SEQUENCE:0\n\n"),
        ((2,), "76 octets", "utc", "Launch over midnight", "L" * 68),
        ((2, 3), "fold in a character", "unicode", "Été".encode(), b"\xc3\r\n \x89t\xc3\xa9"),
        ((3,), "Latin-1", "unicode", "Été".encode(), b"\xc9t\xe9"),
        ((3,), "byte order mark", "utc", b"BEGIN:VCALENDAR", b"\xef\xbb\xbfBEGIN:VCALENDAR"),
        ((3,), "control character", "utc", "Launch", "Launch\x07"),
        ((3,), "line separator", "utc", "Launch", "Launch\u2028"),
        ((3,), "next line", "utc", "Launch", "Launch\u0085"),
        ((4,), "bare comma", "utc", "Launch over", "Launch, over"),
        ((4,), "bare semicolon", "utc", "Launch over", "Launch; over"),
        ((4,), "bare backslash", "utc", "Launch over", r"Launch \over"),
        ((4,), "semicolon in a list", "utc", "SEQUENCE:0", "SEQUENCE:0\nCATEGORIES:a,b;c"),
        ((4,), "HTML element", "paris", "Open to all", "<b>all</b>"),
        ((4,), "HTML entity", "paris", "Open to all", r"al &amp\; l"),
        ((5,), "two calendars", "utc", END, END + "BEGIN:VCALENDAR\nEND:VCALENDAR\n"),
        ((5,), "other version", "utc", "VERSION:2.0", "VERSION:1.0"),
        ((5,), "no version", "utc", "VERSION:2.0\n", ""),
        ((5,), "no product", "utc", "PRODID:-//example.org//Samples//EN\n", ""),
        ((0, 5), "two products", "utc", "VERSION:2.0", "VERSION:2.0\nPRODID:x"),
        ((5,), "scale", "utc", "CALSCALE:GREGORIAN", "CALSCALE:JULIAN"),
        ((6,), "request", "utc", "METHOD:PUBLISH", "METHOD:REQUEST"),
        ((7,), "names differ", "utc", "X-WR-CALNAME:Samples", "X-WR-CALNAME:Others"),
        ((7,), "no name", "utc", "\nNAME:Samples\nX-WR-CALNAME:Samples", ""),
        ((7,), "empty name", "utc", "\nNAME:Samples\nX-WR-CALNAME:Samples", "\nNAME:\nX-WR-CALNAME:"),
        ((8,), "no zone", "utc", "X-WR-TIMEZONE:Europe/Paris\n", ""),
        ((8,), "abbreviated", "utc", "X-WR-TIMEZONE:Europe/Paris", "X-WR-TIMEZONE:CET"),
        ((9,), "no refresh", "utc", "REFRESH-INTERVAL;VALUE=DURATION:PT6H\n", ""),
        ((9,), "no VALUE", "utc", ";VALUE=DURATION:PT6H", ":PT6H"),
        ((9,), "no lifetime", "utc", "X-PUBLISHED-TTL:PT6H\n", ""),
        (
            (9,),
            "no duration",
            "utc",
            "=DURATION:PT6H\nX-PUBLISHED-TTL:PT6H",
            "=DURATION:6H\nX-PUBLISHED-TTL:6H",
        ),
        ((10,), "to-do", "utc", END, "BEGIN:VTODO\nEND:VTODO\n" + END),
        ((11, 23), "no UID", "utc", "UID:launch@example.org\n", ""),
        ((11, 24), "no stamp", "utc", "DTSTAMP:20200601T120000Z\n", ""),
        ((11,), "no start", "utc", "DTSTART:20200710T235000Z\n", ""),
        ((11,), "blank title", "utc", "SUMMARY:Launch over midnight", "SUMMARY: "),
        ((12,), "no end", "allday", "DTEND;VALUE=DATE:20200629\n", ""),
        ((12,), "two ends", "utc", "DURATION:PT20M", "DURATION:PT20M\nDTEND:20200711T000000Z"),
        ((13,), "ends at start", "allday", "DTEND;VALUE=DATE:20200629", "DTEND;VALUE=DATE:20200626"),
        ((13,), "other type", "utc", "DURATION:PT20M", "DTEND;VALUE=DATE:20200712"),
        ((13,), "no length", "utc", "DURATION:PT20M", "DURATION:PT0M"),
        ((13,), "hours of a day", "allday", "DTEND;VALUE=DATE:20200629", "DURATION:PT48H"),
        ((14,), "no VALUE", "allday", "DTEND;VALUE=DATE:", "DTEND:"),
        ((14,), "VALUE of a time", "utc", "DTSTART:", "DTSTART;VALUE=DATE:"),
        ((14, 16), "zoned date", "allday", "DTEND;VALUE=DATE:", "DTEND;VALUE=DATE;TZID=Europe/Paris:"),
        ((15,), "floating", "utc", "DTSTART:20200710T235000Z", "DTSTART:20200710T235000"),
        ((15,), "TZID and Z", "paris", "Paris:20200707T110000", "Paris:20200707T090000Z"),
        ((15, 16), "Windows name", "paris", "DTEND;TZID=Europe/Paris", 'DTEND;TZID="Romance Standard Time"'),
        ((15, 16), "no city", "paris", "DTEND;TZID=Europe/Paris", "DTEND;TZID=Etc/GMT-2"),
        ((16,), "zone not there", "paris", "DTEND;TZID=Europe/Paris", "DTEND;TZID=Europe/Brussels"),
        ((16,), "zone not used", "weekly", PARIS, PARIS + PARIS.replace("Paris", "Brussels")),
        ((16,), "zone twice", "weekly", PARIS, PARIS + PARIS),
        ((17,), "history", "paris", "DTSTART:19810329T020000", "DTSTART:19110311T000000"),
        ((17,), "RDATE", "paris", DAYLIGHT_RULE, DAYLIGHT_RULE + "RDATE:20200329T020000\n"),
        ((17, 18), "no rule", "paris", DAYLIGHT_RULE, ""),
        ((17,), "rule with an end", "paris", "BYDAY=-1SU\n", "BYDAY=-1SU;UNTIL=20371025T010000Z\n"),
        ((17, 18), "seconds", "paris", "TZOFFSETFROM:+0100", "TZOFFSETFROM:+010000"),
        ((17, 18), "no observance", "paris", PARIS, "BEGIN:VTIMEZONE\nTZID:Europe/Paris\nEND:VTIMEZONE\n"),
        ((18,), "lying offset", "paris", "TZOFFSETTO:+0200", "TZOFFSETTO:+0100"),
        ((18,), "other change day", "weekly", "BYMONTH=10;BYDAY=-1SU", "BYMONTH=10;BYDAY=1SU"),
        ((18,), "in a far instance", "weekly", "BYMONTH=10;BYDAY=-1SU", "BYMONTH=11;BYDAY=1SU"),
        ((15, 16, 19), "abbreviation", "paris", "DTEND;TZID=Europe/Paris", "DTEND;TZID=CET"),
        ((22,), "UID twice", "utc", END, EXTRA_EVENT.format(uid="launch") + END),
        ((22,), "instance twice", "weekly", MOVED, "RECURRENCE-ID;TZID=Europe/Paris:20201103T110000"),
        ((23,), "no domain", "utc", "UID:launch@example.org", "UID:launch"),
        ((24,), "local stamp", "utc", "MODIFIED:20200601T120000Z", "MODIFIED:20200601T120000"),
        ((24,), "no change time", "utc", "LAST-MODIFIED:20200601T120000Z\n", ""),
        ((24,), "stamp of now", "utc", "DTSTAMP:20200601T120000Z", "DTSTAMP:20200701T120000Z"),
        ((24,), "calendar's own", "utc", "VERSION:2.0", "VERSION:2.0\nLAST-MODIFIED:20200601T120000"),
        ((26,), "hourly", "weekly", "FREQ=WEEKLY;BYDAY=TU", "FREQ=HOURLY"),
        ((26,), "weekly without days", "weekly", "FREQ=WEEKLY;BYDAY=TU", "FREQ=WEEKLY"),
        ((26,), "set position", "yearly", YEARLY_RULE, "RRULE:FREQ=MONTHLY;BYDAY=MO;BYSETPOS=2"),
        ((26,), "two month days", "yearly", YEARLY_RULE, "RRULE:FREQ=MONTHLY;BYMONTHDAY=8,9"),
        ((26,), "month alone", "yearly", YEARLY_RULE, "RRULE:FREQ=YEARLY;BYMONTH=6"),
        ((26,), "start off the rule", "yearly", YEARLY_RULE, "RRULE:FREQ=YEARLY;BYMONTH=6;BYMONTHDAY=9"),
        ((26,), "long count", "yearly", YEARLY_RULE, YEARLY_RULE + ";COUNT=1000"),
        ((26,), "no interval", "yearly", YEARLY_RULE, YEARLY_RULE + ";INTERVAL=0"),
        ((26,), "week start", "yearly", YEARLY_RULE, YEARLY_RULE + ";WKST=1MO"),
        ((26,), "two limits", "yearly", YEARLY_RULE, YEARLY_RULE + ";COUNT=9;UNTIL=20220608"),
        ((27,), "local limit", "weekly", "UNTIL=20201110T100000Z", "UNTIL=20201110T110000"),
        ((27,), "date limit", "weekly", "UNTIL=20201110T100000Z", "UNTIL=20201111"),
        ((27,), "timed limit", "yearly", YEARLY_RULE, YEARLY_RULE + ";UNTIL=20220608T000000Z"),
        ((27, 28), "date exception", "weekly", EXDATE, "EXDATE;VALUE=DATE:20201020"),
        ((27, 28), "exception in UTC", "weekly", EXDATE, "EXDATE:20201020T090000Z"),
        ((28,), "no instance", "weekly", EXDATE, "EXDATE;TZID=Europe/Paris:20201021T110000"),
        ((28,), "no rule", "utc", "SEQUENCE:0", "SEQUENCE:0\nEXDATE:20200710T235000Z"),
        ((29,), "extra dates", "weekly", EXDATE, EXDATE + "\nRDATE;TZID=Europe/Paris:20201201T110000"),
        ((30,), "in UTC", "weekly", MOVED, "RECURRENCE-ID:20201027T100000Z"),
        ((30,), "no instance", "weekly", MOVED, "RECURRENCE-ID;TZID=Europe/Paris:20201026T110000"),
        ((30,), "excluded", "weekly", EXDATE, "EXDATE;TZID=Europe/Paris:20201027T110000"),
        ((30,), "range", "weekly", "RECURRENCE-ID;", "RECURRENCE-ID;RANGE=THISANDFUTURE;"),
        ((30,), "no series", "utc", "SEQUENCE:0", "SEQUENCE:0\nRECURRENCE-ID:20200710T235000Z"),
        ((28, 30), "own exception", "weekly", MOVED, f"{MOVED}\n{EXDATE}"),
        ((31,), "sequence", "cancelled", "SEQUENCE:3", "SEQUENCE:0"),
        ((31,), "title", "cancelled", "Annulé\u00a0: J", "J"),
        ((31, 34), "blocks time", "cancelled", "TRANSP:TRANSPARENT", "TRANSP:OPAQUE"),
        ((31, 34), "busy", "cancelled", "BUSYSTATUS:FREE", "BUSYSTATUS:BUSY"),
        ((31,), "alarm", "cancelled", "END:VEVENT", ALARM + "END:VEVENT"),
        ((32,), "private", "allday", "CLASS:PUBLIC", "CLASS:PRIVATE"),
        ((33,), "two alarms", "paris", "END:VEVENT", ALARM + "END:VEVENT"),
        ((33,), "sound", "paris", "ACTION:DISPLAY", "ACTION:AUDIO"),
        ((33,), "no trigger", "paris", "TRIGGER:-PT1H\n", ""),
        ((33,), "no text", "paris", "DESCRIPTION:Webinar on sea ice\n", ""),
        ((34,), "only one says free", "allday", "BUSYSTATUS:FREE", "BUSYSTATUS:BUSY"),
        ((35,), "title in UTF-16", "utc", "Launch over midnight", "\n ".join(["🐻" * 16] * 8)),
        ((35,), "place", "paris", "LOCATION:Online", "LOCATION:" + "\n ".join(["x" * 64] * 4)),
        ((36,), "no URL", "paris", f"URL:{LINK}\n", ""),
        ((36,), "link not in text", "paris", f"Join: {LINK}", "Join"),
        ((36,), "link not bare", "paris", f"Join: {LINK}\\n", f"Join: ({LINK})\\n\n "),
        (
            (37,),
            "octets",
            "utc",
            "SUMMARY:Launch",
            ("X-FILL:" + "\n ".join(["x" * 64] * 15_000)) + "\nSUMMARY:Launch",
        ),
        ((37,), "events", "utc", END, MANY_EVENTS + END),
    ]
]
