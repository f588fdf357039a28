"""Messages say what the records say: instants, sizes, subjects, files, what programs get."""

import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from calendar_service.records.changes import ChangeKind, RecordChange, RecordState, find_changes
from calendar_service.records.enums import MomentName, Status
from calendar_service.records.notification_keys import DigestPeriod
from calendar_service.records.record import Contact, Link, OccurrenceChange, Place, Question, TimeSpan
from calendar_service.records.selection import Selection
from calendar_service.records.times import CivilTime, EndOfDay
from calendar_service.reminders.channels.base import MANAGE_URL, UNSUBSCRIBE_URL, Envelope
from calendar_service.reminders.channels.mail_message import write_message
from calendar_service.reminders.messages.account import compose_confirmation
from calendar_service.reminders.messages.digest import compose_digest
from calendar_service.reminders.messages.edition_notice import compose_notices
from calendar_service.reminders.messages.items import DigestItem, RecordNotice
from calendar_service.reminders.messages.notice import compose_notice
from calendar_service.settings import Settings
from calendar_service.web.feed_renderer import FeedRenderer
from calendar_service.writers import phrases
from calendar_service.writers.i18n import language
from calendar_service.writers.render_context import RenderContext
from calendar_service.writers.selection_words import describe_selection
from tests.support.messages import (
    BASE,
    CHANGED,
    NOW,
    Choice,
    all_messages,
    changed,
    extended,
    moved,
    notice,
    published,
    reminder,
)

EN = RenderContext(language("en"), BASE, "en")
MONTHS = {language("en").month(date(2027, n, 1)).split()[0]: n for n in range(1, 13)}
SHOWN = re.compile(r"(\d{1,2}) (\w+) 2027, (\d\d):(\d\d)(?:-(\d\d):(\d\d))? (?:CEST|CET) \(UTC\+([12])\)")
LINK = "https://calendar.example/reminders/manage/" + "t" * 200
ENVELOPE = Envelope("reader@example.org", "id@letters.example", "thread@letters.example", LINK, LINK)


def instants(text):
    """Read the instants on the programme's clock back out of a text."""
    found = set()
    for day, month, *clocks, offset in SHOWN.findall(text):
        for hour, minute in (clocks[:2], clocks[2:]):
            if hour:
                local = datetime(2027, MONTHS[month], int(day), int(hour), int(minute), tzinfo=UTC)
                found.add(local - timedelta(hours=int(offset)))
    return found


def instants_of(record):
    points = [milestone.at for milestone in record.milestones.values()]
    if record.schedule and isinstance(record.schedule.span, TimeSpan):
        points += [record.schedule.span.starts, record.schedule.span.ends]
    return {at.instant.replace(second=0) for at in points if isinstance(at, CivilTime | EndOfDay)}


@pytest.mark.parametrize(
    ("record_id", "name"),
    [
        ("charts-tender", MomentName.CLOSES),
        ("roads-study", MomentName.CLOSES),
        ("racism-webinar", MomentName.STARTS),
        ("housing-conference", MomentName.STARTS),
        ("academy", MomentName.REGISTRATION_CLOSES),
    ],
)
def test_instants_are_those_of_the_record(record_id, name):
    message = reminder(record_id, name, EN, now=datetime(2027, 6, 20, tzinfo=UTC))
    expected = instants_of(published().entries[record_id].record)
    assert instants(message.text) == instants(message.html) == expected


def test_notice_tells_old_and_new_instant():
    edition, before, after = extended()
    message = notice(EN, edition, before, after)
    both = instants_of(before.record) | instants_of(after.record)
    assert instants(message.text) == instants(message.html) == both


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (datetime(2027, 4, 10, tzinfo=UTC), "Closes in 3 months"),
        (datetime(2027, 7, 3, 15, tzinfo=UTC), "Closes in 7 days"),
        (datetime(2027, 7, 8, 21, 59, tzinfo=UTC), "Closes in 2 days"),
        (datetime(2027, 7, 8, 22, 0, tzinfo=UTC), "Closes tomorrow"),
        (datetime(2027, 7, 9, 21, 59, tzinfo=UTC), "Closes tomorrow"),
        (datetime(2027, 7, 9, 22, 0, tzinfo=UTC), "Closes today"),
        (datetime(2027, 7, 10, 14, 59, tzinfo=UTC), "Closes today"),
    ],
)
def test_days_are_counted_on_the_programmes_calendar(now, expected):
    message = reminder("charts-tender", MomentName.CLOSES, replace(EN, zone="Asia/Seoul"), now=now)
    title = "Tool to create and maintain online charts"
    assert message.subject == f"{expected}: {title} - Sat 10 July, 17:00 CEST"


def test_year_stands_in_the_subject_where_it_is_another():
    message = reminder("charts-tender", MomentName.CLOSES, EN, now=datetime(2026, 12, 30, tzinfo=UTC))
    assert message.subject.endswith(" - Sat 10 July 2027, 17:00 CEST")


@pytest.mark.parametrize(
    ("now", "shown"),
    [
        (datetime(2027, 6, 5, 9, 0, tzinfo=UTC), True),
        (datetime(2027, 7, 6, 9, 0, tzinfo=UTC), True),
        (datetime(2027, 7, 6, 11, 0, tzinfo=UTC), False),
    ],
)
def test_link_to_join_is_there_until_the_end(now, shown):
    message = reminder("racism-webinar", MomentName.STARTS, EN, now=now)
    assert ("https://meet.example.org/racism?pwd=a&b=1" in message.text) is shown
    assert ("https://meet.example.org/racism?pwd=a&amp;b=1" in message.html) is shown


@pytest.mark.parametrize("code", ["en", "fr"])
def test_marks_stand_once_and_subjects_fit(code):
    alone = {"confirmation": (0, 0), "known": (1, 0), "trouble": (1, 0), "alarm": (0, 0)}
    for name, message in all_messages(code).items():
        counts = alone.get(name, (1, 1))
        for text in (message.text, message.html):
            assert (text.count(MANAGE_URL), text.count(UNSUBSCRIBE_URL)) == counts, name
        assert f'href="{MANAGE_URL}"' in message.html or not counts[0]
        assert len(message.subject) <= 200
        assert message.language == code


def test_a_question_has_its_label_once():
    asked = Question({"en": "Are groups allowed?"}, {"en": "Yes."}, date(2027, 6, 1))
    edition, _, _ = changed("charts-tender", questions=(asked,))
    text = reminder("charts-tender", MomentName.CLOSES, EN, edition=edition).text
    assert "Question: Are groups allowed?\n  Answer: Yes. (Published on 1 June 2027)\n" in text
    assert "Question: Question" not in text


def test_long_title_leaves_the_moment_in_the_subject():
    subject = all_messages("en")["long-title"].subject
    assert subject.startswith("In 4 days: A title that goes on A title")
    assert subject.endswith("… - Wed 7 July, 10:00 CEST")
    assert len(subject) == 200


def test_lines_of_text_are_short():
    for message in (*all_messages("en").values(), *all_messages("fr").values()):
        long = [line for line in message.text.splitlines() if len(line) > 76 and "://" not in line]
        assert long == []


def test_messages_are_the_same_each_time():
    assert all_messages.__wrapped__("fr") == all_messages("fr")


@pytest.mark.parametrize(("code", "query"), [("en", ""), ("fr", "?lang=fr")])
@pytest.mark.parametrize("record_id", ["charts-tender", "help-desk", "academy"])
def test_attachment_is_the_file_that_the_page_offers(code, query, record_id):
    view = RenderContext(language(code), BASE, "en", "Asia/Seoul")
    name = MomentName.CLOSES if record_id == "charts-tender" else MomentName.STARTS
    occurrence = date(2027, 7, 13) if record_id == "help-desk" else None
    message = reminder(record_id, name, view, occurrence=occurrence)
    selection = Selection(lang="fr" if query else "")
    entry, path = published().entries[record_id], f"/events/{record_id}.ics{query}"
    assert message.attachment == FeedRenderer(BASE).single(entry, selection, path, published(), NOW).body
    assert message.attachment_name == f"{record_id}.ics"


@pytest.mark.parametrize(
    ("code", "head", "label"), [("en", "Confirmed", "Previously"), ("fr", "Confirmé", "Auparavant")]
)
def test_a_tentative_record_that_gets_its_date_is_told_as_confirmed(code, head, label):
    view = RenderContext(language(code), BASE, "en")
    before = published().entries["academy"].revision
    tentative = replace(before, record=replace(before.record, status=Status.TENTATIVE))
    span = TimeSpan(
        CivilTime(date(2027, 9, 6), time(10), "Europe/Paris"), CivilTime(date(2027, 9, 6), time(12), "Europe/Paris")
    )
    schedule = replace(before.record.schedule, span=span)
    edition, _, after = changed("academy", status=Status.CONFIRMED, schedule=schedule)
    entry = edition.entries["academy"]
    changes = find_changes((tentative.record, RecordState.ON), (after.record, RecordState.ON), "Europe/Paris", CHANGED)
    assert [each.what for each in changes][:2] == [ChangeKind.CONFIRMED, ChangeKind.MOVED]
    single = compose_notice(RecordNotice(entry, tentative, after, changes), edition, now=CHANGED, view=view)
    assert single.subject.startswith(head)
    assert "10:00" in single.subject
    assert single.data["changes"][0]["what"] == "confirmed"
    notice = RecordNotice(entry, tentative, after, changes)
    several = compose_notices([notice, notice], edition, now=CHANGED, view=view)
    for message in (single, several):
        assert head in message.text
        assert head in message.html
        assert "10:00-12:00" in message.text
    assert label in several.text


@pytest.mark.parametrize(
    ("code", "label", "previously"),
    [
        ("en", "New date: Wednesday 21 July 2027", "Previously"),
        ("fr", "Nouvelle date : mercredi 21 juillet", "Auparavant"),
    ],
)
def test_a_moved_date_of_a_series_is_told_as_a_new_date(code, label, previously):
    view = RenderContext(language(code), BASE, "en")
    before = published().entries["help-desk"].revision
    day = date(2027, 7, 21)
    span = TimeSpan(CivilTime(day, time(11), "Europe/Paris"), CivilTime(day, time(12), "Europe/Paris"))
    moved = OccurrenceChange(date(2027, 7, 20), span, reason={"en": "The speaker is away.", "fr": "Absence."})
    edition, _, after = changed("help-desk", schedule=replace(before.record.schedule, changes=(moved,)))
    changes = find_changes((before.record, RecordState.ON), (after.record, RecordState.ON), "Europe/Paris", CHANGED)
    notice = RecordNotice(edition.entries["help-desk"], before, after, changes)
    text = compose_notices([notice, notice], edition, now=CHANGED, view=view).text.replace("\xa0", " ")
    assert label in text
    assert previously in text
    (change,) = compose_notice(notice, edition, now=CHANGED, view=view).data["changes"]
    assert (change["occurrence"], change["reason_language"]) == ("2027-07-20", code)


def worst_edition():
    milestone = "ظ" * 300
    record = published().entries["charts-tender"].record
    return changed(
        "charts-tender",
        title={"en": "界" * 300},
        summary={"en": "ظرف " * 1250},
        buyer={"en": milestone},
        reference=milestone,
        contact=Contact(milestone, "office@example.org", "https://example.org/" + "c" * 400),
        documents=tuple(Link({"en": milestone}, "https://example.org/" + "d" * 600) for _ in range(200)),
        tags=tuple(f"tag {n} " + "t" * 40 for n in range(40)),
        milestones=record.milestones,
    )


def written_size(data):
    """How many bytes data are in the body of a webhook."""
    return len(json.dumps(dict(data), ensure_ascii=False).encode())


def test_largest_messages_keep_under_100_kib():
    edition, before, after = worst_edition()
    entry = edition.entries["charts-tender"]
    differences = [
        RecordChange(
            ChangeKind.ADDED, MomentName.STARTS, session=f"s{n}", new=entry.record.milestones[MomentName.CLOSES].at
        )
        for n in range(200)
    ]
    items = [
        DigestItem(entry, "new", MomentName.CLOSES, entry.record.milestones[MomentName.CLOSES].at) for _ in range(500)
    ]
    messages = [
        reminder("charts-tender", MomentName.CLOSES, EN, edition=edition),
        compose_notice(
            RecordNotice(entry, before, after, differences), edition, now=CHANGED, view=replace(EN, zone="Asia/Seoul")
        ),
        compose_digest(items, edition, period=DigestPeriod.WEEKLY, now=NOW, view=replace(EN, zone="Asia/Seoul")),
    ]
    sender, calendar_id = Settings(mail_from="calendar@example.org").mail_from, "letters.example"
    sizes = [len(write_message(message, ENVELOPE, sender, calendar_id, NOW)) for message in messages]
    assert max(sizes) <= 100 * 1024
    assert all(written_size(message.data) < 19_900 for message in messages)  # the body has a time, too


@pytest.mark.parametrize(("number", "of_each"), [(3, 1), (25, 50), (60, 5), (500, 1)])
def test_data_of_many_records_fit_a_webhook_and_say_how_many_are_left_out(number, of_each):
    edition, before, after = worst_edition()
    entry = edition.entries["charts-tender"]
    closes = entry.record.milestones[MomentName.CLOSES].at
    notice = RecordNotice(
        entry, before, after, [RecordChange(ChangeKind.MOVED, MomentName.CLOSES, old=closes)] * of_each
    )
    items = [DigestItem(entry, "notice", MomentName.CLOSES, closes, notice=notice)] * number
    several = compose_notices([notice] * number, edition, now=CHANGED, view=EN).data
    digest = compose_digest(items, edition, period=DigestPeriod.DAILY, now=CHANGED, view=EN).data
    for data, name in ((several, "records"), (digest, "items")):
        assert written_size(data) < 19_900
        assert data[name]
        assert len(data[name]) + data.get("more", 0) == number


def test_data_of_a_digest_say_state_reason_and_times_as_single_messages_do():
    edition, before, after = changed("charts-tender")
    entry = edition.entries["charts-tender"]
    closes = entry.record.milestones[MomentName.CLOSES].at
    notice = RecordNotice(entry, before, after, [RecordChange(ChangeKind.MOVED, MomentName.CLOSES, old=closes)])
    item = DigestItem(entry, "notice", MomentName.CLOSES, closes, notice=notice)
    digest = compose_digest([item], edition, period=DigestPeriod.DAILY, now=CHANGED, view=EN).data
    assert digest["items"] == [compose_notice(notice, edition, now=CHANGED, view=EN).data]


def test_data_for_programs():
    message = all_messages("en")["notice-extended"]
    assert message.data == {
        "type": "notice",
        "record": "charts-tender",
        "kind": "tender",
        "title": "Tool to create and maintain online charts",
        "url": "https://calendar.example/events/charts-tender",
        "moment": "closes",
        "at": "2027-07-17T15:00:00Z",
        "zone": "Europe/Paris",
        "words": "17 July 2027, 17:00",
        "when": ["Saturday 17 July 2027, 17:00 CEST (UTC+2)", "In Seoul: Sunday 18 July 2027, 00:00 KST (UTC+9)"],
        "status": "confirmed",
        "reason": "More time was asked for.",
        "reason_language": "en",
        "changes": [
            {"what": "moved", "moment": "closes", "old": "2027-07-10T15:00:00Z", "new": "2027-07-17T15:00:00Z"}
        ],
    }
    types = {name: message.data["type"] for name, message in all_messages("en").items()}
    assert {types[name] for name in ("tender", "new", "digest", "confirmation")} == {
        "reminder",
        "new",
        "digest",
        "confirmation",
    }
    assert all_messages("en")["all-day"].data["at"] == "2027-07-07"


@pytest.mark.parametrize(
    ("query", "en", "fr"),
    [
        ("", "everything", "tout"),
        (
            "kind=tender&tag=roads",
            "all calls for tenders on roads",
            "tous les appels d’offres sur le thème roads (en anglais)",
        ),
        ("kind=event,webinar", "all events and webinars", "tous les événements et webinaires"),
        ("id=academy", "“Intercultural Academy”", "«\xa0Académie interculturelle\xa0»"),
        ("country=FR,PT", "everything (country: France or Portugal)", "tout (pays\xa0: France ou Portugal)"),
        (
            "language=fr&from=2027-07-01",
            "everything in French from 1 July 2027",
            "tout en français à partir du 1er juillet 2027",
        ),
        ("q=roads", "everything mentioning “roads”", "tout contenant «\xa0roads\xa0»"),
        ("id=gone", "something that is not in the calendar", "quelque chose qui n’est pas dans le calendrier"),
    ],
)
def test_selections_in_words(query, en, fr):
    assert describe_selection(query, published(), language("en")) == en
    assert describe_selection(query, published(), language("fr")) == fr


@pytest.mark.parametrize("selection", ["q=CLICK+HERE", "tag=CLICK+HERE", "id=CLICK+HERE", "kind=event&q=CLICK+HERE"])
def test_confirmation_repeats_nothing_that_a_visitor_wrote(selection):
    message = compose_confirmation(Choice(selection), f"{BASE}/confirm/x", published(), view=EN)
    assert "CLICK" not in message.text.upper() + message.html.upper() + message.subject.upper()
    assert message.text.count(f"{BASE}/confirm/x") == message.html.count(f"{BASE}/confirm/x") == 1


PLACE = "In Tunis: 16:00-17:00 CET (UTC+1)"
CLOCKS = {
    "": [PLACE],
    "Europe/Paris": [PLACE],
    "Africa/Tunis": [PLACE],
    "Africa/Algiers": ["In Algiers: 16:00-17:00 CET (UTC+1)"],
    "Asia/Seoul": ["In Seoul: Thursday 8 July 2027, 00:00-01:00 KST (UTC+9)", PLACE],
}


@pytest.mark.parametrize("zone", CLOCKS)
def test_reminders_notices_and_digests_tell_a_moment_on_the_same_clocks(zone):
    view = replace(EN, zone=zone)
    edition, before, after = moved("arabic", day=date(2027, 7, 7), clock=time(16))
    span = TimeSpan(
        CivilTime(date(2027, 7, 7), time(16), "Africa/Tunis"), CivilTime(date(2027, 7, 7), time(17), "Africa/Tunis")
    )
    record = replace(after.record, schedule=replace(after.record.schedule, span=span))
    after = replace(after, record=record)
    edition = replace(edition, entries={"arabic": replace(edition.entries["arabic"], revision=after)})
    item = DigestItem(edition.entries["arabic"], "reminder", MomentName.STARTS, span.starts)
    lines = ["Wednesday 7 July 2027, 17:00-18:00 CEST (UTC+2)", *CLOCKS[zone]]
    told = [
        reminder("arabic", MomentName.STARTS, view, edition=edition, now=CHANGED),
        notice(view, edition, before, after),
        compose_digest([item], edition, period=DigestPeriod.DAILY, now=CHANGED, view=view),
    ]
    for message in told:
        assert [line for line in lines if line not in message.text] == []
    assert told[0].data["when"] == told[1].data["when"] == lines


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        (Place(name={"en": "Plaza"}, address="281 Eulji-ro, Jung-gu", city={"en": "Seoul"}, country="KR"), "Plaza"),
        (Place(city={"en": "Seoul"}, country="KR"), "Seoul"),
        (Place(name={"en": "Plaza"}, online=True), "Plaza"),
        (Place(address="281 Eulji-ro", country="KR"), "281 Eulji-ro"),
        (Place(country="KR"), "South Korea"),
        (Place(online=True), "Online"),
    ],
)
def test_subject_names_the_hall_or_the_city(place, expected):
    assert phrases.short_place(place, language("en")) == expected


def many_notices(number):
    """Changes of as many records, each with the longest title, place and note."""
    edition, before, after = worst_edition()
    note = {"en": "理由" * 250}
    place = Place(name={"en": "会場" * 150}, city={"en": "東京" * 50})
    after = replace(after, record=replace(after.record, note_of_change=note, place=place))
    before = replace(before, record=replace(before.record, place=Place(name={"en": "旧館" * 150})))
    entry = replace(edition.entries["charts-tender"], revision=after)
    changes = [RecordChange(ChangeKind.PLACE, old_place=before.record.place, new_place=place)]
    return edition, [RecordNotice(entry, before, after, changes) for _ in range(number)]


@pytest.mark.parametrize("number", [2, 25, 40, 200])
def test_a_message_about_many_records_names_fewer_where_it_would_be_too_long(number):
    edition, notices = many_notices(number)
    at = edition.entries["charts-tender"].record.milestones[MomentName.CLOSES].at
    items = [DigestItem(each.entry, "notice", MomentName.CLOSES, at, notice=each) for each in notices]
    view = replace(EN, zone="Asia/Seoul")
    for message in (
        compose_digest(items, edition, period=DigestPeriod.DAILY, now=NOW, view=view),
        compose_notices(notices, edition, now=CHANGED, view=view),
    ):
        mail = write_message(message, ENVELOPE, "calendar@example.org", "letters.example", NOW)
        assert len(mail) <= 100 * 1024
        shown = message.html.count(f'href="{BASE}/events/charts-tender"')
        assert 2 <= shown <= 25
        left_out = number - shown
        assert (f"{left_out} more are in the calendar." in message.text) == (left_out > 0)
        assert f"{BASE}/" in message.text


def test_a_digest_shows_25_records_of_usual_length():
    entry = published().entries["charts-tender"]
    at = entry.record.milestones[MomentName.CLOSES].at
    items = [DigestItem(entry, "reminder", MomentName.CLOSES, at) for _ in range(26)]
    message = compose_digest(items, published(), period=DigestPeriod.DAILY, now=NOW, view=EN)
    assert message.text.count(f"{BASE}/events/charts-tender") == 25
    assert "1 more is in the calendar." in message.text
