"""The state of a record, its reason and its links are the same on every surface, in both languages."""

import re
from itertools import product

import pytest

from calendar_service.reminders.messages import details
from calendar_service.web import agenda, links
from calendar_service.writers import api, description, jscalendar, phrases, vevents
from calendar_service.writers import states as states_module
from tests.support.states import PEOPLE, PROGRAMS, add_links, embed_title, open_states, widget_next

LANGUAGES = ("en", "fr")
# Of one cancelled occurrence alone; the record has another reason, which stands for the rest.
OWN_REASON = ("Reason: The room is flooded.", "Motif : La salle est inondée.")
# What people are told of each record, in English and in French.
TOLD = {
    "cancelled": (
        ["Cancelled", "Reason: Too few registrations."],
        ["Annulé", "Motif : Too few registrations. (en anglais)"],
    ),
    "postponed": (["Postponed", "Reason: The hall is closed."], ["Reporté", "Motif : La salle est fermée."]),
    "tentative": (
        ["To be confirmed", "Reason: L'orateur n'a pas encore répondu. (in French)"],
        ["À confirmer", "Motif : L'orateur n'a pas encore répondu."],
    ),
    "moved": (
        ["Moved from Sunday 7 March 2027, 11:00-12:00 CET (UTC+1)", "Reason: The speaker has missed a train."],
        [
            "changement de date ; auparavant : dimanche 7 mars 2027, 11:00-12:00 CET (UTC+1)",
            "Motif : L'oratrice a manqué son train.",
        ],
    ),
    "rehoused": (
        ["Place changed; it was: Strasbourg, France", "Reason: A larger room was needed."],
        ["changement de lieu ; auparavant : Strasbourg, France", "Motif : Il fallait une salle plus grande."],
    ),
    "off-tender": (["Cancelled", "Reason: The budget was cut."], ["Annulé", "Motif : Le budget a été réduit."]),
    "clinic": (
        [
            "Cancelled",
            "moved from Tuesday 2 February 2027, 11:00-12:00 CET (UTC+1)",
            "Reason: The adviser is ill.",
            OWN_REASON[0],
        ],
        [
            "Annulé",
            "changement de date ; auparavant : mardi 2 février 2027, 11:00-12:00 CET (UTC+1)",
            "Motif : La conseillère est malade.",
            OWN_REASON[1],
        ],
    ),
    "quarterly": (["Cancelled", "Reason: Nothing to review."], ["Annulé", "Motif : Rien à examiner."]),
    "corrected-tender": (["Corrigendum: Corrected annex 3."], ["Rectificatif : Annexe 3 corrigée."]),
    "readdressed-tender": (
        ["Corrigendum: Write to another address."],
        ["Rectificatif : Write to another address. (en anglais)"],
    ),
    "corrected": (["Change: The room list was wrong."], ["Modification : La liste des salles était fausse."]),
    "planned": ([], []),
    "travelling": ([], []),
    "gone": (["Withdrawn"], ["Retiré"]),
}
# A reminder is about one occurrence that takes place; the file beside it has the others.
ELSEWHERE = {
    ("clinic", "mail, text"),
    ("clinic", "mail, HTML"),
    ("quarterly", "mail, text"),
    ("quarterly", "mail, HTML"),
}
# What programs are told: status, reason, and where it was before.
LISTED = {
    "cancelled": (["cancelled", "Too few registrations."], ["cancelled", "Too few registrations."]),
    "postponed": (["postponed", "The hall is closed."], ["postponed", "La salle est fermée."]),
    "tentative": (["tentative", "L'orateur n'a pas encore"], ["tentative", "L'orateur n'a pas encore"]),
    "moved": (["The speaker has missed a train."], ["L'oratrice a manqué son train."]),
    "rehoused": (["A larger room was needed."], ["Il fallait une salle plus grande."]),
    "off-tender": (["cancelled", "The budget was cut."], ["cancelled", "Le budget a été réduit."]),
    "clinic": (["The adviser is ill."], ["La conseillère est malade."]),
    "quarterly": (["Nothing to review."], ["Rien à examiner."]),
    "corrected-tender": (["Corrected annex 3."], ["Annexe 3 corrigée."]),
    "readdressed-tender": (["Write to another address."], ["Write to another address."]),
    "corrected": (["The room list was wrong."], ["La liste des salles était fausse."]),
    "gone": (["cancelled"], ["cancelled"]),
}
BEFORE = {"moved": "2027-03-07T10:00:00Z", "clinic": "2027-02-02T10:00:00Z", "rehoused": "Strasbourg, France"}
OFF, ON = ("cancelled", "postponed", "off-tender", "gone"), ("planned", "tentative", "moved", "clinic", "corrected")
# The surfaces that show no links of a record.
ROWS = ("agenda", "month", "widget, agenda", "widget, compact", "widget, month", "oEmbed")


@pytest.fixture(scope="module")
def states(tmp_path_factory):
    opened = open_states(tmp_path_factory.mktemp("states"))
    yield opened
    opened.engine.dispose()


def normal(text):
    return re.sub(r"\s+", " ", text.replace("<s>", "").replace("</s>", ""))


def expected(record, lang):
    return TOLD[record][LANGUAGES.index(lang)]


@pytest.mark.parametrize("surface", PEOPLE)
def test_state_and_reason_stand_everywhere(states, surface):
    for record, lang in product(TOLD, LANGUAGES):
        text = normal(PEOPLE[surface](states, record, lang))
        assert text, (record, lang, "nothing is shown of it")
        wanted = [] if (record, surface) in ELSEWHERE else expected(record, lang)
        assert [each for each in wanted if each.lower() not in text.lower()] == [], (record, lang, text)
        assert "Not a word" not in text, (record, lang)
        assert "Pas un mot" not in text, (record, lang)


@pytest.mark.parametrize("surface", PROGRAMS)
def test_programs_are_told_too(states, surface):
    for record, lang in product(LISTED, LANGUAGES):
        text = PROGRAMS[surface](states, record, lang)
        wanted = [
            *LISTED[record][LANGUAGES.index(lang)],
            *([BEFORE[record]] if record in BEFORE and surface != "webhook" else []),
        ]
        assert [each for each in wanted if each not in text] == [], (record, lang, text)


@pytest.mark.parametrize("surface", ["API", "CSV"])
def test_an_occurrence_has_its_own_reason_for_programs_too(states, surface):
    for lang, own in zip(LANGUAGES, OWN_REASON, strict=True):
        assert re.split(r" ?: ", own.replace("\xa0", " "))[1] in PROGRAMS[surface](states, "clinic", lang), lang


@pytest.mark.parametrize("surface", [*PEOPLE, *PROGRAMS])
def test_what_is_off_has_no_link_to_join_register_or_add(states, surface):
    for record, lang in product(OFF, LANGUAGES):
        text = (PEOPLE | PROGRAMS)[surface](states, record, lang)
        assert "meet.example.org" not in text, (record, lang)
        assert "register.example.org" not in text, (record, lang)
        if surface not in {"mail, HTML", "mail, text"}:
            assert f"/events/{record}.ics" not in text, (record, lang)
        found = re.search(r"calendar\.google|outlook\.|If a date moves|Si une date change", text)
        assert not found, (record, lang, found)


@pytest.mark.parametrize("surface", [name for name in PEOPLE if name not in ROWS])
def test_the_link_to_join_is_the_same_everywhere(states, surface):
    for record, lang in product(ON, LANGUAGES):
        assert f"https://meet.example.org/{record}" in PEOPLE[surface](states, record, lang), (record, lang)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("record", TOLD)
def test_what_a_page_hands_to_programs_says_the_same(states, record, lang):
    text = normal(add_links(states, record, lang))
    if record in OFF:
        assert text == ""
        return
    assert ("meet.example.org" in text) == (record in ON)
    # The next occurrence that takes place is offered, so that of a series none is cancelled.
    of_cancelled = {"Cancelled", "Annulé", *OWN_REASON}
    wanted = [each for each in expected(record, lang) if each not in of_cancelled]
    assert [each for each in wanted if each.lower() not in text.lower()] == ([] if record != "quarterly" else wanted)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_one_occurrence_that_is_off_has_no_links(states, lang):
    (off,) = [
        each
        for each in re.split("(?=BEGIN:VEVENT)", PEOPLE["feed"](states, "clinic", lang))
        if "STATUS:CANCELLED" in each
    ]
    assert "example.org/clinic" not in off.replace("https://calendar.example/events/clinic", "")
    (written_out,) = [
        each
        for each in re.split("(?=BEGIN:VEVENT)", PEOPLE["feed"](states, "quarterly", lang))
        if "STATUS:CANCELLED" in each
    ]
    assert "register.example.org" not in written_out
    widget = PEOPLE["widget, agenda"](states, "clinic", lang)
    assert widget.count("/events/clinic.ics") == 7  # nine Tuesdays, one left out, one cancelled


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("record", ["tentative", "moved", "rehoused"])
def test_the_next_date_says_its_state_too(states, record, lang):
    text = normal(widget_next(states, record, lang))
    assert [each for each in expected(record, lang) if each.lower() not in text.lower()] == []


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("record", OFF)
def test_the_next_date_of_one_record_that_is_off_says_so_and_strikes_its_date(states, record, lang):
    text = normal(widget_next(states, record, lang))
    assert [each for each in expected(record, lang) if each.lower() not in text.lower()] == []
    assert f"/events/{record}.ics" not in text
    struck = re.findall("<s>(.*?)</s>", states.html(f"/widget?view=next&lang={lang}&id={record}"))
    assert any("2027" in each for each in struck)


def test_what_is_off_is_not_the_next_date_of_all(states):
    chosen = ",".join((*OFF, "planned"))
    markup = states.html(f"/widget?view=next&lang=en&id={chosen}")
    assert "Planned talk" in markup
    assert "<s>" not in markup
    assert "/events/" not in states.html("/widget?view=next&lang=en&q=Called-off")


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("record", TOLD)
def test_the_title_that_oembed_hands_over_says_state_and_reason(states, record, lang):
    title = normal(embed_title(states, record, lang))
    marks = ("Cancelled", "Withdrawn", "Postponed", "To be confirmed", "Annulé", "Retiré", "Reporté", "À confirmer")
    state, *reasons = expected(record, lang) or [""]
    if state in marks and record not in {"clinic", "quarterly"}:  # of these only one date is off
        assert [each for each in (state, *reasons) if each not in title] == []
    else:
        assert not any(each in title for each in marks)


@pytest.mark.parametrize("record", OFF)
def test_the_file_of_what_is_off_stays_at_its_address(states, record):
    assert states.get(f"/events/{record}.ics").status_code == 200


@pytest.mark.parametrize("surface", [*[name for name in PEOPLE if name not in {*ROWS, "JSON-LD"}], "add links"])
def test_sessions_are_told_with_their_places(states, surface):
    for lang, title in zip(LANGUAGES, ("Opening", "Ouverture"), strict=True):
        text = (PEOPLE | {"add links": add_links})[surface](states, "planned", lang)
        assert title in text
        assert "Hemicycle" in text


ABROAD = (
    ["In Seoul: 17:00-18:00 KST (UTC+9)", "In New York: 10:00-11:00 EDT (UTC-4)"],
    ["À Séoul : 17:00-18:00 KST (UTC+9)", "À New York : 10:00-11:00 EDT (UTC-4)"],
)


@pytest.mark.parametrize("surface", [*[name for name in PEOPLE if name not in {*ROWS, "JSON-LD"}], "add links"])
def test_a_session_abroad_has_the_clock_of_its_own_place(states, surface):
    for lang, clocks in zip(LANGUAGES, ABROAD, strict=True):
        text = normal((PEOPLE | {"add links": add_links})[surface](states, "travelling", lang))
        assert [each for each in clocks if each not in text] == [], (lang, text)


@pytest.mark.parametrize("surface", ["agenda", "widget, agenda", "widget, compact", "page"])
def test_a_registration_that_closes_is_told(states, surface):
    text = normal(PEOPLE[surface](states, "planned", "en"))
    assert "Registration closes" in text
    assert "Friday 26 February 2027, 23:59 CET (UTC+1)" in text


HIDING = {
    "/?cancelled=hide": ["9 February 2027", "31 January 2027", "Cancelled"],
    "/fr/month/2027-02?cancelled=hide": ["Annulé", "Cancelled"],
    "/events/clinic?cancelled=hide": ["Tuesday 9 February", "Cancelled", "2027-02-09"],
    "/widget?view=agenda&limit=100&cancelled=hide": ["9 February 2027", "Cancelled"],
    "/widget?view=compact&limit=100&cancelled=hide": ["9 February 2027", "Cancelled"],
    "/widget?view=month&month=2027-02&cancelled=hide": ["Cancelled"],
    "/calendar.ics?cancelled=hide": ["STATUS:CANCELLED", "20270131"],
    "/events/clinic.ics?cancelled=hide": ["STATUS:CANCELLED"],
    "/calendar.jcal?cancelled=hide": ['"CANCELLED"', "2027-01-31"],
    "/calendar.jscalendar?cancelled=hide": ['"cancelled"', "2027-01-31"],
    "/calendar.json?cancelled=hide": ['"cancelled"', '"2027-02-09"', "Cancelled:"],
    "/calendar.csv?cancelled=hide": [",cancelled,", "2027-02-09"],
    "/api/v1/records?cancelled=hide": ['"cancelled"', '"2027-02-09"'],
    "/calendar.atom?cancelled=hide": ["Cancelled:"],
}


@pytest.mark.parametrize("path", HIDING)
def test_what_is_cancelled_can_be_hidden_everywhere(states, path):
    text = states.html(path)
    assert "linic" in text or "Permanence" in text
    assert [each for each in HIDING[path] if each in text] == []
    shown = states.html(path.replace("cancelled=hide", "cancelled=show"))
    assert any(each in shown for each in HIDING[path])


def test_a_hidden_occurrence_is_an_exception_of_the_rule(states):
    assert "EXDATE;TZID=Europe/Paris:20270309T110000,20270209T110000" in states.html(
        "/events/clinic.ics?cancelled=hide"
    )


def test_the_audit_finds_no_difference(states):
    report = states.audit(with_messages=True)
    assert [str(fault) for fault in report.faults] == []
    assert str(report).endswith(" surfaces and in 68 messages, 0 differences")


# How each promise is broken, and what the audit must name then.
BROKEN = {
    "reasons left out": (phrases, "reason", lambda *_: None, {"reason", "reason of happening"}),
    "corrigenda left out": (
        states_module,
        "_corrigendum",
        lambda *_: None,
        {"corrigendum", "corrigendum of closes", "corrigendum of happening"},
    ),
    "corrigenda for programs left out": (api, "told_reason", lambda *_: None, {"reason"}),
    "links of what is off": (states_module, "takes_place", lambda *_: True, {"links of happening", "link to join"}),
    "moves left out": (states_module, "moved_from", lambda *_: None, {"moved from"}),
    "states left out": (phrases, "state", lambda *_: "", {"state", "state of happening"}),
}


@pytest.mark.parametrize(("owner", "name", "instead", "seen"), BROKEN.values(), ids=BROKEN)
def test_the_audit_names_what_is_broken(states, monkeypatch, owner, name, instead, seen):
    for module in [owner, agenda, description, details, jscalendar, links, vevents]:
        if hasattr(module, name):
            monkeypatch.setattr(module, name, instead)
    report = states.audit(("en",), ("",), with_messages=True)
    assert seen <= {fault.what for fault in report.faults}
    assert any(fault.surface.startswith("the ") for fault in report.faults) or name in {"moved_from", "told_reason"}
