"""Reading choices from a form and from a row."""

import pytest

from calendar_service.reminders.subscriptions.preferences import (
    InvalidPreferences,
    preferences_from_json,
    preferences_to_json,
    read_form,
    read_row,
    readable_watches,
)
from calendar_service.store.subscribers import Watch
from tests.support.subscriptions import choice


class Given(dict):
    """A form: each name with a list of values."""

    def get(self, name):
        return self.getlist(name)[0] if self.getlist(name) else None

    def getlist(self, name):
        return dict.get(self, name, [])


BASE = {"language": ["en"], "zone": ["Europe/Paris"]}
FORMS = {
    "nothing": ({}, choice("", ())),
    "records": (
        {"kind": ["tender", "event"], "tag": ["Roads"], "place": ["fr"], "spoken": ["fr"], "q": ["sea side"]},
        choice("kind=event,tender&tag=roads&country=FR&language=fr&q=sea+side", ()),
    ),
    "a query": ({"selection": ["?tag=roads&kind=tender&lang=fr&tz=Asia/Tokyo"]}, choice("kind=tender&tag=roads", ())),
    "leads": (
        {"lead": ["1 day", "14 days"], "own_leads": ["2 weeks; 36 hours, 5 Working Days"], "country": ["KR"]},
        choice("", ("14 days", "5 working days", "36 hours", "1 day"), country="KR"),
    ),
    "ISO leads": ({"own_leads": ["P1W, PT90M"]}, choice("", ("7 days", "90 minutes"))),
    "how": (
        {"wants_new": ["yes"], "digest": ["weekly"], "country": ["fr"], "language": ["fr"], "zone": ["Asia/Tokyo"]},
        choice("", (), wants_new=True, digest="weekly", country="FR", language="fr", zone="Asia/Tokyo"),
    ),
}


@pytest.mark.parametrize(
    ("told", "kept"),
    [("Asia/Calcutta", "Asia/Kolkata"), ("Europe/Kiev", "Europe/Kyiv"), ("Europe/Kyiv", "Europe/Kyiv")],
)
def test_a_browser_may_tell_an_old_name_of_its_zone(told, kept):
    assert read_form(Given(BASE | {"zone": [told]}), ("en", "fr")).zone == kept


@pytest.mark.parametrize(("given", "expected"), FORMS.values(), ids=FORMS)
def test_form_is_read(given, expected):
    assert read_form(Given(BASE | given), ("en", "fr")) == expected


BAD_FORMS = [
    ({"kind": ["tendre"]}, "kind", "There is no such choice: kind=tendre."),
    ({"place": ["xx"]}, "place", "There is no such choice: country=XX."),
    ({"selection": ["nothing"]}, "selection", "There is no such choice: nothing=."),
    (
        {"selection": ["from=2027-01-01"]},
        "selection",
        "Reminders are not limited to a span of time. Leave out from= and to=.",
    ),
    (
        {"own_leads": ["7 days, soon"]},
        "own_leads",
        "“soon” is not understood. Write for example 7 days, 36 hours, 5 working days or 1 day before at 18:00.",
    ),
    (
        {"lead": [f"{days} days" for days in range(1, 8)]},
        "own_leads",
        "No more than 6 reminders for one date, please.",
    ),
    (
        {"digest": ["hourly"]},
        "digest",
        "“hourly” is not possible. Write daily or weekly, or nothing for one email per date.",
    ),
    ({"language": ["de"]}, "language", "Emails are written in: en, fr."),
    (
        {"own_leads": ["7 days, 5 jours ouvrés"]},
        "country",
        "Choose the country whose public holidays count: reminders in working days need it.",
    ),
    ({"zone": ["Europe/Nowhere"]}, "zone", "“Europe/Nowhere” is not a time zone. Write one such as Europe/Paris."),
    ({"country": ["France"]}, "country", "“France” is not a country. Write its two letters, such as FR."),
    ({"zone": ["x" * 99]}, "zone", f"“{'x' * 59}…” is not a time zone. Write one such as Europe/Paris."),
]


@pytest.mark.parametrize(
    ("given", "field", "said"), BAD_FORMS, ids=[f"{field} {said[:20]}" for _, field, said in BAD_FORMS]
)
def test_form_that_is_not_understood(given, field, said):
    with pytest.raises(InvalidPreferences) as raised:
        read_form(Given(BASE | given), ("en", "fr"))
    assert (raised.value.field, raised.value.message.format(**raised.value.values)) == (field, said)


ROW = {"selection": "kind=tender", "leads": "7 days", "timezone": "Europe/Paris", "country": "", "language": "en"}


def test_row_is_read():
    assert read_row({**ROW, "new": "Yes", "digest": "daily"}, ("en",)) == choice(wants_new=True, digest="daily")
    assert read_row(ROW, ("en",)) == choice()


@pytest.mark.parametrize(
    ("column", "value"),
    [("new", "maybe"), ("timezone", "CET+1"), ("leads", "soon"), ("selection", "kin=tender"), ("country", "XX")],
)
def test_row_names_its_column(column, value):
    with pytest.raises(InvalidPreferences) as raised:
        read_row({**ROW, column: value}, ("en",))
    assert raised.value.field == column


def test_row_with_working_days_needs_a_country():
    row = {**ROW, "leads": "5 working days"}
    with pytest.raises(InvalidPreferences) as raised:
        read_row(row, ("en",))
    assert raised.value.field == "country"
    assert read_row({**row, "country": "KR"}, ("en",)).leads == ("5 working days",)


def test_watch_from_before_is_kept_without_a_country():
    kept = Watch("kind=tender", ("5 working days",))
    assert readable_watches([kept]) == (kept,)


def test_choice_is_the_same_after_json():
    chosen = choice("tag=roads", ("7 days", "1 day"), wants_new=True, digest="daily", country="FR")
    assert preferences_from_json({**preferences_to_json(chosen), "consent": {}}) == chosen
