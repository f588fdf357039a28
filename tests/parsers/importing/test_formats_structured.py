"""JSON-LD, tables and OCDS: the same instants, and questions where a time is not known."""

import json

import pytest

from calendar_service.parsers.importing.candidates import UnfitSource
from tests.support.importing import EVENT, OWN_HEAD, RELEASE, comments, page, point, run

SPAN = ("event", "TimeSpan", "2027-05-03T07:30:00Z", "2027-05-03T15:00:00Z")


HOLDERS = {
    "alone": json.dumps(EVENT),
    "list": json.dumps([EVENT]),
    "graph": json.dumps({"@context": "https://schema.org", "@graph": [{"@type": "Person"}, EVENT]}),
    "item list": json.dumps({"@type": "ItemList", "itemListElement": [{"@type": "ListItem", "item": EVENT}]}),
    "html": page({"@type": "Organization"}, EVENT),
    "subtype": json.dumps({**EVENT, "@type": ["Thing", "https://schema.org/EducationEvent"]}),
}


@pytest.mark.parametrize("text", HOLDERS.values(), ids=HOLDERS)
def test_events_are_found(text):
    representation, (record,) = run(text)
    assert (point(record), representation.failed) == (SPAN, 0)
    assert "\n\n  - id: annual-conference-2027\n    kind: event\n" in representation.yaml


JSONLD_TIMES = {
    "Z": ({"startDate": "2027-05-03T07:30:00.000Z", "endDate": "2027-05-03T15:00:00Z"}, SPAN),
    "other zone": ({"startDate": "2027-05-03T16:30+09:00", "endDate": "2027-05-04T00:00+09:00"}, SPAN),
    "two offsets": ({"startDate": "2027-05-03T07:30Z"}, SPAN),
    "days": (
        {"startDate": "2027-05-03", "endDate": "2027-05-04"},
        ("event", "DaySpan", "2027-05-02T22:00:00Z", "2027-05-04T22:00:00Z"),
    ),
}


@pytest.mark.parametrize(("fields", "expected"), JSONLD_TIMES.values(), ids=JSONLD_TIMES)
def test_jsonld_times(fields, expected):
    _, (record,) = run(json.dumps({**EVENT, **fields}))
    assert point(record) == expected


@pytest.mark.parametrize(
    "fields",
    [
        {"startDate": "soon"},
        {"startDate": None},
        {"startDate": "2027-05-03"},
        {"endDate": "2027-05-02T17:00+02:00"},
        {"startDate": "2027-05-03T09:30+02:17"},
        {"name": ""},
        {"name": 7},
        {"name": {"de": "Tagung"}},
    ],
)
def test_jsonld_that_cannot_be_a_record_is_said(fields):
    representation, records = run(json.dumps({**EVENT, **fields}))
    if fields == {"startDate": "2027-05-03T09:30+02:17"}:  # odd, yet exact
        assert point(records[0])[2] == "2027-05-03T07:13:00Z"
        return
    assert (records, representation.failed) == ((), 1)
    assert any("not a record yet" in comment for comment in comments(representation))


WEEKLY_TALK = {
    "repeatFrequency": "P1W",
    "repeatCount": 3,
    "byDay": "https://schema.org/Monday",
    "scheduleTimezone": "Europe/Paris",
}
SCHEDULES = {
    "count": (WEEKLY_TALK, "FREQ=WEEKLY;BYDAY=MO;COUNT=3", "2027-05-03 09:30-17:00 Europe/Paris"),
    "word and end": (
        {"repeatFrequency": "Daily", "endDate": "2027-05-07", "scheduleTimezone": "Europe/Berlin"},
        "FREQ=DAILY;UNTIL=20270507",
        "2027-05-03 09:30-17:00 Europe/Berlin",
    ),
    "week of the month": (
        {**WEEKLY_TALK, "repeatFrequency": "P2M", "byMonthWeek": 1},
        "FREQ=MONTHLY;INTERVAL=2;BYDAY=1MO;COUNT=3",
        "2027-05-03 09:30-17:00 Europe/Paris",
    ),
}


@pytest.mark.parametrize(("schedule", "rule", "when"), SCHEDULES.values(), ids=SCHEDULES)
def test_schedule_of_jsonld(schedule, rule, when):
    representation, (record,) = run(json.dumps({**EVENT, "eventSchedule": {"@type": "Schedule", **schedule}}))
    assert f"repeats: {rule}\n" in representation.yaml
    assert f"when: {when}\n" in representation.yaml
    assert record.schedule.rule is not None


def test_schedule_with_times_of_its_own():
    times = {
        "startDate": "2027-05-03",
        "startTime": "18:00",
        "endTime": "19:30:00",
        "exceptDate": ["2027-05-10T18:00:00"],
    }
    event = {name: value for name, value in EVENT.items() if "Date" not in name}
    representation, (record,) = run(json.dumps({**event, "eventSchedule": {**WEEKLY_TALK, **times}}))
    assert "when: 2027-05-03 18:00-19:30 Europe/Paris\n" in representation.yaml
    assert [f"{each:%d}" for each in record.schedule.excepted] == ["10"]


UNFIT_SCHEDULES = {
    "no rate": {},
    "hours": {**WEEKLY_TALK, "repeatFrequency": "PT12H"},
    "no zone": {"repeatFrequency": "P1W", "repeatCount": 3},
    "odd zone": {**WEEKLY_TALK, "scheduleTimezone": "Paris"},
    "odd day": {**WEEKLY_TALK, "byDay": "Funday"},
    "odd number": {**WEEKLY_TALK, "repeatCount": "many"},
    "odd end": {**WEEKLY_TALK, "exceptDate": "soon"},
    "unknown key": {**WEEKLY_TALK, "byHour": 3},
    "week without a day": {"repeatFrequency": "P1M", "byMonthWeek": 2, "scheduleTimezone": "Europe/Paris"},
}


@pytest.mark.parametrize(
    "schedule", [*UNFIT_SCHEDULES.values(), [WEEKLY_TALK, WEEKLY_TALK]], ids=[*UNFIT_SCHEDULES, "two"]
)
def test_schedule_that_cannot_be_said_is_a_question(schedule):
    representation, records = run(json.dumps({**EVENT, "eventSchedule": schedule}))
    assert (records, representation.failed) == ((), 0)
    assert "for you to decide: It" in representation.yaml


ZONELESS = {
    "start": ({"startDate": "2027-05-03T09:30"}, "2027-05-03 09:30 - 2027-05-03T17:00+02:00"),
    "end": ({"endDate": "2027-05-03T17:00"}, "2027-05-03T09:30:00+02:00 - 2027-05-03 17:00"),
    "both": ({"startDate": "2027-05-03T09:30", "endDate": "2027-05-03T17:00:00"}, "2027-05-03 09:30 - 17:00"),
    "days": ({"startDate": "2027-05-03T09:30", "endDate": "2027-05-04T17:00"}, "2027-05-03 09:30 - 2027-05-04 17:00"),
}


@pytest.mark.parametrize(("fields", "when"), ZONELESS.values(), ids=ZONELESS)
def test_a_jsonld_time_without_a_zone_is_a_question(fields, when):
    representation, records = run(json.dumps({**EVENT, **fields}))
    assert (records, representation.failed) == ((), 0)
    assert f"when: {when}\n" in representation.yaml
    assert any("does not say in which zone" in comment for comment in comments(representation))


def test_the_dates_of_a_series_are_events_of_their_own():
    series = {
        "@type": "EventSeries",
        "name": "Clinic",
        "location": {"@type": "Place", "name": "Town hall"},
        "subEvent": [
            {"@type": "Event", "startDate": "2027-05-03T10:00+02:00"},
            {"@type": "Event", "name": "Clinic, the last one", "startDate": "2027-05-10T10:00+02:00"},
        ],
    }
    representation, records = run(json.dumps(series), form="jsonld")
    assert [(each.title["en"], each.place.name["en"]) for each in records] == [
        ("Clinic", "Town hall"),
        ("Clinic, the last one", "Town hall"),
    ]
    assert "left out: the series Clinic: its dates are events of their own." in representation.yaml


@pytest.mark.parametrize(
    "fields",
    [
        {"eventAttendanceMode": "https://schema.org/MixedEventAttendanceMode", "location": {"name": "Palais"}},
        {
            "location": [
                {"@type": "Place", "name": "Palais"},
                {"@type": "VirtualLocation", "url": "https://a.example/1"},
            ]
        },
    ],
)
def test_an_event_at_a_place_and_online(fields):
    _, (record,) = run(json.dumps({**EVENT, **fields}))
    assert (record.place.name, record.place.online) == ({"en": "Palais"}, True)


def test_entities_and_markup_of_a_jsonld_event_are_decoded():
    fields = {
        "name": "Rights &amp; cities &#8211; a talk",
        "description": "<p>What&nbsp;cities do.</p><ul><li>First</li></ul><script>evil()</script>",
        "url": "https://example.org/?a=1&amp;b=2",
        "location": {"@type": "Place", "name": "Palais", "address": {"addressLocality": "L&#39;Aquila"}},
    }
    _, (record,) = run(json.dumps({**EVENT, **fields}))
    assert (record.title["en"], record.url) == ("Rights & cities – a talk", "https://example.org/?a=1&b=2")
    assert record.summary["en"] == "What cities do.\n\n- First"
    assert record.place.city == {"en": "L'Aquila"}


def test_everything_else_of_a_jsonld_event():
    more = {
        "name": [{"@value": "Conference", "@language": "en"}, {"@value": "Conférence", "@language": "fr-FR"}],
        "description": {"en": "What\tit is.", "fr": "Ce que c'est."},
        "url": "https://example.org/1",
        "eventStatus": "https://schema.org/EventCancelled",
        "location": [
            {"@type": "VirtualLocation", "url": "https://meet.example/1"},
            {
                "@type": "Place",
                "name": "Palais",
                "address": {
                    "addressLocality": "Strasbourg",
                    "addressCountry": {"name": "France"},
                    "streetAddress": "1 av",
                },
            },
        ],
        "organizer": {"@type": "Organization", "name": "A programme"},
    }
    _, (record,) = run(json.dumps({**EVENT, **more}))
    assert record.title == {"en": "Conference", "fr": "Conférence"}
    assert record.summary == {"en": "What it is.", "fr": "Ce que c'est."}
    assert (record.url, record.join, record.status) == ("https://example.org/1", "https://meet.example/1", "cancelled")
    place = record.place
    assert (place.name, place.city, place.country, place.address) == (
        {"en": "Palais"},
        {"en": "Strasbourg"},
        "FR",
        "1 av",
    )
    assert record.organisers == ({"en": "A programme"},)


@pytest.mark.parametrize(
    ("data", "name", "why"),
    [
        ("{", "a.json", "this is not JSON"),
        ("[" * 100_000, "a.json", "nested too deep"),
        ('{"@type": "Person"}', "a.json", "no schema.org Event"),
        ("<html><p>Conference, 3 May 2027</html>", "a.jsonld", "no schema.org Event"),
        (page(EVENT).replace('"name"', "name"), "a.jsonld", "this is not JSON"),
        ("a,b\n1,2\n", "a.csv", r"not understood: none is a title \(a, b\)"),
        ("title,when\nx,3 May 2027,more\n", "a.csv", "3 cells under a head of 2"),
        ('title,when\n"x,3 May 2027\n', "a.csv", "this is no table"),
        ("title,title,when\n", "a.csv", "the same name"),
        ("<script type='application/ld+json'>" * 100_000, "a.jsonld", "no schema.org Event"),
        ('{"releases": []}', "a.json", "no OCDS tender"),
    ],
)
def test_what_cannot_be_read_is_refused(data, name, why):
    with pytest.raises(UnfitSource, match=why):
        run(data, name)


# --- tables --------------------------------------------------------------------------------------


@pytest.mark.parametrize("sign", [",", ";", "\t"])
def test_simple_table(sign):
    lines = [
        "id|kind|title|when|closes|place|url",
        "a|event|A talk|3 May 2027 at 9.30-17.00||Bergen|",
        "||A call||3 May 2027||",
    ]
    representation, records = run("\r\n".join(lines).replace("|", sign))
    assert [point(each) for each in records] == [SPAN, ("tender", "EndOfDay", *["2027-05-03T21:59:59Z"] * 2)]
    assert [each.id for each in records] == ["a", "a-call-2027"]
    assert representation.failed == 0


def test_bad_rows_are_named_by_line_and_the_others_kept():
    text = 'title,when\n"Talk\ntwo",3 May 2027\nBad,31 April 2027\n,3 May 2027\nGood,4 May 2027\n'
    representation, records = run(text)
    assert [each.title["en"] for each in records] == ["Talk two", "Good"]
    assert representation.failed == 2
    assert [line for line, said in representation.comments if "not a record yet" in said] == [4, 5]


def test_own_table():
    text = OWN_HEAD + (
        "a,event,confirmed,'=A talk,starts,2027-05-03T07:30:00Z,,Europe/Paris,x,Online,\n"
        "a,event,confirmed,'=A talk,ends,2027-05-03T15:00:00Z,,Europe/Paris,x,Online,\n"
        "b,event,cancelled,A day,starts,,2027-05-03,Europe/Paris,x,,\n"
        "b,event,cancelled,A day,ends,,2027-05-03,Europe/Paris,x,,\n"
        "c,tender,confirmed,A call,questions_by,2027-04-20T21:59:59Z,,Europe/Paris,x,,\n"
        "c,tender,confirmed,A call,closes,2027-05-03T15:00:00Z,,Asia/Seoul,x,,\n"
        "d,event,confirmed,A series,starts,,2027-05-03,Europe/Paris,x,,\n"
        "d,event,confirmed,A series,starts,,2028-05-03,Europe/Paris,x,,\n"
    )
    representation, records = run(text)
    assert [each.id for each in records] == ["a", "b", "c"]
    assert (records[0].title["en"], point(records[0])) == ("=A talk", SPAN)
    assert records[1].status == "cancelled"
    closes = {name.value: f"{milestone.at.instant:%m-%dT%H:%M:%S}" for name, milestone in records[2].milestones.items()}
    assert closes == {"questions_by": "04-20T21:59:59", "closes": "05-03T15:00:00"}
    assert representation.failed == 1


# --- OCDS ----------------------------------------------------------------------------------------


def changed(**fields):
    return {**RELEASE, "tender": {**RELEASE["tender"], **fields}}


PACKAGES = {
    "release package": {"releases": [RELEASE]},
    "record package": {"records": [{"ocid": "ocds-1-2", "compiledRelease": RELEASE}]},
    "records with releases": {"records": [{"releases": [RELEASE]}]},
    "a later release counts": {"releases": [{**changed(title="Old"), "date": "2026-01-01T00:00:00Z"}, RELEASE]},
    "in any order": {"releases": [RELEASE, {**changed(title="Old"), "date": "2026-01-01T00:00:00Z"}]},
}


@pytest.mark.parametrize("package", PACKAGES.values(), ids=PACKAGES)
def test_ocds(package):
    representation, (record,) = run(json.dumps(package))
    milestones = {
        name.value: f"{milestone.at.instant:%Y-%m-%dT%H:%MZ}" for name, milestone in record.milestones.items()
    }
    assert milestones == {"questions_by": "2027-04-20T17:00Z", "closes": "2027-05-03T15:00Z"}
    assert (record.title, record.reference, record.buyer) == ({"en": "Charts"}, "2027/AO/14", {"en": "A programme"})
    assert [(link.title, link.url) for link in record.documents] == [({"en": "Terms"}, "https://example.org/t.pdf")]
    said = [line for line in comments(representation) if "a later release adds to it." not in line]
    assert said == ["Left out, a document that is not at an https address: ftp://example.org/t.pdf"]


def test_cancelled_call():
    _, (record,) = run(json.dumps({"releases": [changed(status="cancelled")]}))
    assert record.status == "cancelled"


@pytest.mark.parametrize("end", ["2027-05-03T17:00:00", "soon", None, 5])
def test_call_without_a_sure_closing_is_asked(end):
    representation, records = run(json.dumps({"releases": [changed(tenderPeriod={"endDate": end})]}))
    assert (records, representation.failed) == ((), 1)


EXTENDED = {
    "ocid": "ocds-1-2",
    "date": "2027-04-01T00:00:00Z",
    "tag": ["tenderAmendment"],
    "tender": {
        "tenderPeriod": {"endDate": "2027-05-17T17:00:00+02:00"},
        "awardPeriod": {"endDate": "2027-07-01T00:00:00Z"},
        "amendments": [{"id": "1", "date": "2027-03-31T10:00:00Z", "rationale": "More time was asked for."}],
        "documents": [{"id": "1", "title": "Terms, corrected"}, {"id": "3", "url": "https://example.org/q.pdf"}],
        "enquiries": [{"id": "1", "title": "Which format?"}],
    },
}


def test_an_amendment_keeps_what_it_leaves_out():
    representation, (record,) = run(json.dumps({"releases": [EXTENDED, RELEASE]}))
    milestones = {name.value: f"{each.at.instant:%Y-%m-%dT%H:%MZ}" for name, each in record.milestones.items()}
    assert milestones == {
        "questions_by": "2027-04-20T17:00Z",
        "closes": "2027-05-17T15:00Z",
        "award_expected": "2027-07-01T00:00Z",
    }
    assert (record.title, record.buyer) == ({"en": "Charts"}, {"en": "A programme"})
    assert [(link.title["en"], link.url) for link in record.documents] == [
        ("Terms, corrected", "https://example.org/t.pdf"),
        ("3", "https://example.org/q.pdf"),
    ]
    (extension,) = record.extensions
    assert (f"{extension.at.instant:%m-%dT%H:%M}", extension.decided.isoformat()) == ("05-03T15:00", "2027-03-31")
    assert extension.reason == record.note_of_change == {"en": "More time was asked for."}
    assert "Left out: 1 question with answers (tender.enquiries)." in representation.yaml


def test_null_in_a_later_release_takes_a_field_away():
    later = {"ocid": "ocds-1-2", "date": "2027-02-01T00:00:00Z", "tender": {"enquiryPeriod": None, "documents": None}}
    _, (record,) = run(json.dumps({"releases": [RELEASE, later]}))
    assert [name.value for name in record.milestones] == ["closes"]
    assert record.documents == ()


def test_releases_are_merged_in_the_order_of_their_instants():
    early = {**changed(title="Old"), "date": "2027-01-01T23:30:00+00:00"}
    late = {**changed(title="New"), "date": "2027-01-01T19:00:00-05:00"}
    _, (record,) = run(json.dumps({"releases": [late, early]}))
    assert record.title == {"en": "New"}


def test_objects_that_are_nested_too_deep_are_refused():
    bomb = '{"ocid": "a", "date": "2027-01-01T00:00:00Z", "tender": ' + '{"x": ' * 200 + "1" + "}" * 201
    with pytest.raises(UnfitSource, match="nested"):
        run('{"releases": [' + bomb + "]}", form="ocds")
