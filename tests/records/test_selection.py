"""The selection grammar: good and bad queries, one canonical form, and limits."""

from __future__ import annotations

from datetime import date
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendar_service.records.enums import Kind, Status
from calendar_service.records.record import Place, Record
from calendar_service.records.selection import BadSelection, Selection, read_selection


def read(query):
    return read_selection(parse_qsl(query, keep_blank_values=True), ("en", "fr"))


GOOD = [
    ("", Selection(), ""),
    ("kind=tender", Selection(kinds=("tender",)), "kind=tender"),
    ("kind=webinar,event&kind=event", Selection(kinds=("event", "webinar")), "kind=event,webinar"),
    ("tag=World+Day,anti-racism", Selection(tags=("anti-racism", "world day")), "tag=anti-racism,world+day"),
    ("tag=e%CC%81te%CC%81", Selection(tags=("été",)), "tag=%C3%A9t%C3%A9"),
    ("country=fr,CY,FR", Selection(countries=("CY", "FR")), "country=CY,FR"),
    ("country=cy&country=FR", Selection(countries=("CY", "FR")), "country=CY,FR"),
    ("language=fr", Selection(languages=("fr",)), "language=fr"),
    ("id=b,a", Selection(ids=("a", "b")), "id=a,b"),
    ("q=+anti,racism+", Selection(words="anti,racism"), "q=anti,racism"),
    ("from=2027-01-01&to=2027-01-01", Selection(first=date(2027, 1, 1), last=date(2027, 1, 1)), None),
    ("lang=fr", Selection(lang="fr"), "lang=fr"),
    ("tz=Asia/Seoul", Selection(zone="Asia/Seoul"), "tz=Asia/Seoul"),
    ("tz=Asia/Calcutta", Selection(zone="Asia/Kolkata"), "tz=Asia/Kolkata"),
    ("tz=Etc/UTC", Selection(zone="UTC"), "tz=UTC"),
    ("tz=Etc/GMT%2B5", Selection(zone="Etc/GMT+5"), "tz=Etc/GMT%2B5"),
    ("alarms=14++Days", Selection(alarm="14 days"), "alarms=14+days"),
    ("alarms=P7D", Selection(alarm="P7D"), "alarms=P7D"),
    ("alarms=24+hours", Selection(alarm="24 hours"), "alarms=24+hours"),
    ("cancelled=hide", Selection(hide_cancelled=True), "cancelled=hide"),
    ("cancelled=show", Selection(), ""),
    (
        "to=2027-02-01&lang=en&kind=event&q=a%26b",
        Selection(kinds=("event",), words="a&b", last=date(2027, 2, 1), lang="en"),
        "kind=event&q=a%26b&to=2027-02-01&lang=en",
    ),
]


@pytest.mark.parametrize(("query", "selection", "canonical"), GOOD, ids=[row[0] for row in GOOD])
def test_a_query_is_read(query, selection, canonical):
    found = read(query)
    assert (found, found.query()) == (selection, query if canonical is None else canonical)


BAD = [
    ("kinds=event", "kinds", "event", "There is no parameter 'kinds'.", "Did you mean 'kind'?"),
    ("kind=tendr", "kind", "tendr", "kind=tendr is unknown.", "Did you mean 'tender'?"),
    ("kind=party", "kind", "party", "kind=party is unknown.", "Possible: event, webinar, tender."),
    ("kind=", "kind", "", "kind= has an empty value.", "Leave it out, or name one."),
    ("kind=event,", "kind", "event,", "kind= has an empty value.", "Leave it out, or name one."),
    ("country=France", "country", "FRANCE", "country=FRANCE is unknown.", "Write two letters, such as FR."),
    ("language=english", "language", "english", "language=english is unknown.", "Write en for English."),
    ("lang=de", "lang", "de", "lang=de is unknown.", "Possible: en, fr."),
    ("lang=en&lang=fr", "lang", "en,fr", "lang= takes one value.", "Give it once."),
    ("q=", "q", "", "q= takes one value.", "Give it once."),
    ("from=yesterday", "from", "yesterday", "from=yesterday is not a day.", "Write it as 2027-03-15."),
    ("from=2027-02-30", "from", "2027-02-30", "from=2027-02-30 is not a day.", "Write it as 2027-03-15."),
    (
        "from=1969-12-31",
        "from",
        "1969-12-31",
        "from=1969-12-31 is out of range.",
        "Write a day from 1970-01-01 to 2100-12-31.",
    ),
    (
        "to=9999-12-31",
        "to",
        "9999-12-31",
        "to=9999-12-31 is out of range.",
        "Write a day from 1970-01-01 to 2100-12-31.",
    ),
    ("from=2027-02-01&to=2027-01-31", "to", "2027-01-31", "to= is before from=.", "Swap them."),
    ("tz=Asia/Soul", "tz", "Asia/Soul", "tz=Asia/Soul is unknown.", "Did you mean 'Asia/Seoul'?"),
    (
        "tz=../../etc/passwd",
        "tz",
        "../../etc/passwd",
        "tz=../../etc/passwd is unknown.",
        "Write one such as Europe/Paris.",
    ),
    (
        "alarms=5+working+days",
        "alarms",
        "5 working days",
        "'5 working days' cannot be an alarm in a calendar.",
        "Write days, weeks, hours or minutes.",
    ),
    (
        "alarms=soon",
        "alarms",
        "soon",
        "'soon' is not understood.",
        "Write days, weeks, hours or minutes.",
    ),
    ("cancelled=no", "cancelled", "no", "cancelled=no is unknown.", None),
    ("q=a%00b", "q", "a\0b", "q= cannot be read.", None),
    ("tag=a%0Ab", "tag", "a\nb", "tag= cannot be read.", None),
    ("q=" + "a" * 201, "q", "a" * 50, "The selection is too long.", "Choose less."),
    ("&".join(["kind=event"] * 21), "kind", "event", "The selection is too long.", "Choose less."),
    ("k" * 300 + "=a", "k" * 50, "a", "The selection is too long.", "Choose less."),
]


@pytest.mark.parametrize(("query", "name", "value", "message", "remedy"), BAD, ids=[row[0][:40] for row in BAD])
def test_a_query_is_refused_by_name_and_value(query, name, value, message, remedy):
    with pytest.raises(BadSelection) as caught:
        read(query)
    error = caught.value
    expected_message = error.message if message is None else message
    expected_remedy = error.remedy if remedy is None else remedy
    assert (error.name, error.value, error.message, error.remedy) == (name, value, expected_message, expected_remedy)


words = st.text(st.characters(codec="utf-8", categories=["L", "N", "P"]), min_size=1, max_size=20)
values = {
    "kind": st.sampled_from(["event", "tender", "webinar,event"]),
    "tag": words.filter(lambda text: text.strip(",") and ",," not in text and text.strip(",") == text),
    "country": st.sampled_from(["FR", "fr,cy", "KR"]),
    "language": st.sampled_from(["en", "fr,en"]),
    "id": st.sampled_from(["a", "b,a"]),
    "q": words,
    "from": st.dates(date(1970, 1, 1), date(2030, 1, 1)).map(str),
    "to": st.dates(date(2030, 1, 1), date(2100, 12, 31)).map(str),
    "lang": st.sampled_from(["en", "fr"]),
    "tz": st.sampled_from(["Asia/Seoul", "UTC", "Etc/GMT+1", "America/Argentina/Ushuaia"]).filter(
        lambda z: "Etc" not in z
    ),
    "alarms": st.sampled_from(["7 days", "1 WEEK", "on the day at 09:00", "-PT30M"]),
    "cancelled": st.sampled_from(["show", "hide"]),
}


@given(st.fixed_dictionaries({}, optional=values))
def test_the_canonical_query_means_the_same(given_values):
    selection = read_selection(given_values.items(), ("en", "fr"))
    again = read(selection.query())
    assert (again, again.query()) == (selection, selection.query())


def test_many_values_given_apart_are_read_again_together():
    tags = [f"{'t' * 40}-{number}" for number in range(15)]
    selection = read_selection([("tag", tag) for tag in tags], ())
    assert read(selection.query()) == selection


texts = st.text(st.characters(codec="utf-8", categories=["L", "M", "N", "P", "S"]), min_size=1, max_size=220)
any_pairs = st.tuples(st.sampled_from(["tag", "id", "q"]), texts | st.lists(texts, max_size=4).map(",".join))


@given(st.lists(any_pairs, max_size=25))
def test_what_is_accepted_once_is_accepted_in_its_canonical_form(pairs):
    try:
        selection = read_selection(pairs, ())
    except BadSelection:
        return
    assert read(selection.query()) == selection


@pytest.mark.parametrize(
    "pair", [("tag", "ß" * 150), ("id", "a" * 201), ("tag", "b,c," + "a" * 201), ("q", "\u0344" * 150)]
)
def test_one_value_is_too_long(pair):
    with pytest.raises(BadSelection, match="The selection is too long"):
        read_selection([pair], ())


def test_all_values_together_are_too_long():
    pairs = [("id", ",".join(f"{'a' * 190}-{number}-{part}" for part in range(5))) for number in range(5)]
    with pytest.raises(BadSelection, match="The selection is too long"):
        read_selection(pairs, ())


def test_a_selection_is_windowed_by_days_and_ids():
    queries = ["kind=event", "from=2027-01-01", "to=2027-01-01", "id=a", "q=a&lang=fr"]
    assert [read(query).is_windowed for query in queries] == [False, True, True, True, False]


RECORD = Record(
    id="a",
    kind=Kind.EVENT,
    title={"en": "World Refugee Day", "fr": "Journée des réfugiés"},
    status=Status.CANCELLED,
    place=Place({"en": "Hall"}, {"en": "Limassol"}, "CY"),
    tags=("World Day",),
    languages=("en",),
    countries=("FR",),
)
ACCEPTED = [
    ("", True),
    ("kind=event,tender", True),
    ("kind=tender", False),
    ("tag=world+day", True),
    ("tag=other", False),
    ("country=CY", True),
    ("country=FR", True),
    ("country=KR", False),
    ("language=en", True),
    ("language=fr", False),
    ("id=a,b", True),
    ("id=b", False),
    ("q=REFUGIES", True),
    ("q=cyprus", True),
    ("q=limassol", True),
    ("q=seoul", False),
    ("q=jeunesse", True),  # the French name of its tag
    ("q=young people", True),
    ("cancelled=hide", False),
    ("kind=event&tag=other", False),
]


@pytest.mark.parametrize(("query", "accepted"), ACCEPTED)
def test_what_a_selection_accepts(query, accepted):
    labels = {RECORD.tags[0].casefold(): {"en": "Young people", "fr": "Jeunesse"}, "other": {"en": "Seoul"}}
    assert read(query).accepts(RECORD, labels) is accepted
