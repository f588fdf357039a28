"""Layouts where a line means something only by what stands around it: days, hours, sentences, sections, places."""

import pytest

from calendar_service.records.moments import instant_bounds
from tests.support.import_pages import place_of, title_of
from tests.support.importing import comments, run

CITY = (False, "Lisbon")
ONLINE = (True, "")


def found(page, form="page"):
    """Title, first and last instant (a day as it is), end of registration or of a call, and place of each record."""
    representation, records = run(page, form=form)
    return representation, [(title_of(each), *times(each), place_of(each)) for each in records]


def times(record):
    span = record.schedule.span if record.schedule else None
    bounds = [f"{each:%d %H:%M}" for each in instant_bounds(span, "Europe/Paris")] if span else [""]
    closes = [f"{each.at.instant:%d %b %H:%M}" for name, each in record.milestones.items() if "closes" in name.value]
    return " - ".join(bounds), "".join(closes)


CASES = {
    "hours below a day": ("Annual conference\n3 May 2027\n10:00-11:30", [("Annual conference", "03 08:00 - 03 09:30", "", None)]),
    "hours below day and place": (
        "Annual conference\n3 May 2027\nUtrecht, Netherlands\n14.00-15.30",
        [("Annual conference", "03 12:00 - 03 13:30", "", (False, "", "Utrecht", "NL"))],
    ),
    "each day with one hour": (
        ("Tuesday 11 May 2027\n\nYoung cities\n\nHow are they?\n\nWhen – from 11:30 to 13:00\n\n"
        "Wednesday 12 May 2027\n\nOld cities\n\nA text.\n\nWhen – from 9:30 to 11:00"),
        [("Young cities", "11 09:30 - 11 11:00", "", None), ("Old cities", "12 07:30 - 12 09:00", "", None)],
    ),
    "one day, several hours": (
        "Upcoming events\n\nMonday 3 May 2027\n\nForum on rents\n10:00-11:30\n\nForum on trams\n14:00-15:00",
        [("Forum on rents", "03 08:00 - 03 09:30", "", None), ("Forum on trams", "03 12:00 - 03 13:00", "", None)],
    ),
    "hours and title on one line": (
        ("Week of cooperation: online sessions\n\nMONDAY 3 MAY 2027\n\n10:00-11:00   Finding a partner\n   Speaker: A. B.\n\n"
        "14:30-16:00   Waste, five years on\n\nTUESDAY 4 MAY 2027\n\n9:30-10:30  Counting"),
        [
            ("Finding a partner", "03 08:00 - 03 09:00", "", None),
            ("Waste, five years on", "03 12:30 - 03 14:00", "", None),
            ("Counting", "04 07:30 - 04 08:30", "", None),
        ],
    ),
    "city before the date": (
        "Conference on policies\n\nLisbon 28-29 May 2027\n\nText of it.",
        [("Conference on policies", "27 22:00 - 29 22:00", "", CITY)],
    ),
    "city before the date, title below": (
        ("UPCOMING\n\nLisbon 3 May 2027\nDanube round table: low water\nMore: https://e.example/1\n\n"
        "Online 4 May 2027, 14:00-15:00 CET\nAcademy - Riverbanks\nRegister by 1 May: https://e.example/2"),
        [
            ("Danube round table: low water", "02 22:00 - 03 22:00", "", CITY),
            ("Academy - Riverbanks", "04 12:00 - 04 13:00", "01 May 21:59", ONLINE),
        ],
    ),
    "year of a calendar": (
        "Calendar 2027\n\n26 February–1 March\nAssembly of cities\nNairobi (Kenya)\n\n11-12 March\nSession of the board\nGeneva",
        [("Assembly of cities", "25 23:00 - 01 23:00", "", (False, "", "Nairobi", "KE")), ("Session of the board", "10 23:00 - 12 23:00", "", None)],
    ),
    "event in a sentence": (
        "Annual forum of mayors\n\nThe mayors met often.\n\nThe forum will take place on 3-5 May 2027 in Utrecht, the Netherlands.",
        [("Annual forum of mayors", "02 22:00 - 05 22:00", "", (False, "", "Utrecht", "NL"))],
    ),
    "deadline in a sentence": (
        "Call for proposals: housing\n\nCities may apply. The deadline for submission of proposals is 3 May 2027 at 17:00 CEST.",
        [("Call for proposals: housing", "", "03 May 15:00", None)],
    ),
    "deadline in a French sentence": (
        "Appel à projets logement\n\nLes dossiers doivent être envoyés au plus tard le 3 mai 2027 à 17 h.",
        [("Appel à projets logement", "", "03 May 15:00", None)],
    ),
    "on or before": (
        "Contract title: Supply of pipes\n\n1. Bids must be delivered on or before Tuesday 4 May 2027 at 10:30 a.m. East Africa Time.",
        [("Supply of pipes", "", "04 May 07:30", None)],
    ),
    "title far above": (
        "Forum on rents\n\nA first paragraph.\n\nA second one.\n\nPractical information\n\nDate: 3 May 2027\nVenue: Town hall, Lyon, France",
        [("Forum on rents", "02 22:00 - 03 22:00", "", (False, "Town hall", "Lyon", "FR"))],
    ),
    "dashes in a hall": (
        "Annual conference\n3 May 2027\nPalais des Nations - Room XX, Geneva, Switzerland",
        [("Annual conference", "02 22:00 - 03 22:00", "", (False, "Palais des Nations - Room XX", "Geneva", "CH"))],
    ),
    "address at the end": (
        "Colloque sur le droit\n\n3 juin 2027, 08h30 - 17h00\n\nUn texte assez long.\n\nFaculté de droit\nBâtiment B\n50 Avenue Portalis, 37200 Tours",
        [("Colloque sur le droit", "03 06:30 - 03 15:00", "", (False, "Faculté de droit Bâtiment B", "Tours", None))],
    ),
    "hall below": ("Annual conference\n3 May 2027\nPalais de l'Europe, Strasbourg", [("Annual conference", "02 22:00 - 03 22:00", "", (False, "Palais de l'Europe, Strasbourg"))]),
    "title, stop, date": ("Event: Local governance. 21 May 2027, Online", [("Event: Local governance", "20 22:00 - 21 22:00", "", ONLINE)]),
    "announced by sentences": (
        ("Dear all,\n\nHere are the dates. The digital tools group meets on 9 February 2027, 13:00-14:30 CET, online. "
        "The spring seminar is in Riga on 10 and 11 March 2027; please tell us by 19 February who comes. "
        "The visit to the harbour planned for 24 March 2027 is cancelled since our hosts have no rooms."),
        [
            ("Digital tools group", "09 12:00 - 09 13:30", "", ONLINE),
            ("Spring seminar", "09 23:00 - 11 23:00", "19 Feb 22:59", (False, "Riga")),
            ("Visit to the harbour", "23 23:00 - 24 23:00", "", None),
        ],
    ),
    "registration on the day before": (
        "Forum on rents\n3 May 2027, 10:00-11:00\nInscription jusqu'à la veille, 17h.",
        [("Forum on rents", "03 08:00 - 03 09:00", "02 May 15:00", None)],
    ),
    "registration without a year": (
        "Forum on rents\n13 January 2027\nPlease sign up by 15 December.",
        [("Forum on rents", "12 23:00 - 13 23:00", "15 Dec 22:59", None)],
    ),
    "zone for all": (
        "All times are East Africa Time.\n\nConference on rents\n3 May 2027, 10:00-12:00",
        [("Conference on rents", "03 07:00 - 03 09:00", "", None)],
    ),
    "online for all": (
        "Tous les rendez-vous ont lieu sur Zoom.\n\nConférence\n3 mai 2027, 10h-12h",
        [("Conférence", "03 08:00 - 03 10:00", "", ONLINE)],
    ),
    "table with months": (
        "Calendar of meetings 2027\n\nMonth\tDates\tMeeting\tVenue\nFebruary\t8-10\tWorking group\tGeneva\nJune\t3-4\tTask force POSTPONED\tGeneva",
        [("Working group", "07 23:00 - 10 23:00", "", (False, "Geneva")), ("Task force", "02 22:00 - 04 22:00", "", (False, "Geneva"))],
    ),
    "zone in the head of a table": (
        "Date\tTime (UTC)\tSession\n3 May 2027\t10:00-12:30\tInfo session",
        [("Info session", "03 10:00 - 03 12:30", "", None)],
    ),
    "agenda of a conference": (
        "Regional forum\n11 to 13 May 2027\n\nTuesday 11 May 2027\n\n12:30  Arrival\n14:00  Opening\n\nWednesday 12 May 2027\n\n09:00  Sessions\n13:00  Lunch",
        [("Regional forum", "10 22:00 - 13 22:00", "", None)],
    ),
    "head of a mail": (
        "From: A <a@e.example>\nTo: b@e.example\nDate: Thu, 14 Jan 2027 16:41:08 +0100\nSubject: dates\n\nForum on rents\n3 May 2027",
        [("Forum on rents", "02 22:00 - 03 22:00", "", None)],
    ),
    "date in brackets before the title": ("[17 June 2027] Lunch seminar: the bus", [("Lunch seminar: the bus", "16 22:00 - 17 22:00", "", None)]),
    "bullets": (
        (
            "- Vendredi 3 septembre 2027, de 10h00 à 11h30, en visioconférence : réunion du groupe « eau ». Lien envoyé la veille.\n"
            "- Jeudi 7 octobre 2027, à Ajaccio : Rencontres des îles. Pensez à vous inscrire d'ici le 20 septembre 2027."
        ),
        [
            ("Réunion du groupe « eau »", "03 08:00 - 03 09:30", "", ONLINE),
            ("Rencontres des îles", "06 22:00 - 07 22:00", "20 Sep 21:59", (False, "Ajaccio")),
        ],
    ),
    "words above, days in figures": (
        (
            "Event calendar\n\nPROGRAMME | EVENT | Slovenia\n28 - 29.04.2027\nMeeting of the committee, Ljubljana\nText of it.\n\n"
            "PROJECT | EVENT | Poland\n05.05.2027\nFinal conference, Gliwice\nMore of it."
        ),
        [
            ("Meeting of the committee", "27 22:00 - 29 22:00", "", (False, "Ljubljana")),
            ("Final conference, Gliwice", "04 22:00 - 05 22:00", "", None),
        ],
    ),
    "day in a box": (
        "12\nMAY\n2027\nConference\nInteroperable by default\nWednesday 12 May 2027, 09:30 - 17:00\nParis, France",
        [("Interoperable by default", "12 07:30 - 12 15:00", "", (False, "", "Paris", "FR"))],
    ),
    "hours for all": (
        "Every session runs from 11:00 to 12:00 Brussels time, on Teams.\n\nTrees\n3 May 2027\n\nSoil\n4 May 2027",
        [("Trees", "03 09:00 - 03 10:00", "", ONLINE), ("Soil", "04 09:00 - 04 10:00", "", ONLINE)],
    ),
    "numbered": ("1) Info day on the calls\n   When: 3 May 2027, 10:00-13:00", [("Info day on the calls", "03 08:00 - 03 11:00", "", None)]),
    "year in two figures": ("Call for tenders\nDeadline : 12-May-27 @ 02:00 PM (Lusaka time)", [("Call for tenders", "", "12 May 12:00", None)]),
    "reference above the title": (
        "Ref. No : 9\nTitle : Solar kits\nPosted : 13-Jan-27\nDeadline : 3 May 2027\n\nRef. No : 10\nTitle : Manuals\nPosted : 18-Jan-27\nDeadline : 4 May 2027",
        [("Solar kits", "", "03 May 21:59", None), ("Manuals", "", "04 May 21:59", None)],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("page", "expected"), CASES.values(), ids=CASES)
def test_layout(page, expected):
    representation, records = found(page)
    assert records == expected
    assert representation.failed == 0


HTML = {
    "headings below a day": (
        ("<h1>Agenda</h1><h3>Monday 3 May 2027</h3><h4>Open house</h4><p>9:00 - 12:00<br>Citizens' hall, Lyon</p>"
        "<h4>Farewell</h4><p>CANCELLED</p><p>18:00</p><h3>Tuesday 4 May 2027</h3><h4>Club</h4><p>10:00 - 11:00</p>"),
        [
            ("Open house", "03 07:00 - 03 10:00", "", (False, "Citizens' hall, Lyon")),
            ("Farewell", "03 16:00 - 03 16:00", "", None),
            ("Club", "04 08:00 - 04 09:00", "", None),
        ],
    ),
    "day and month in a card": (
        "<h1>Nos rendez-vous 2027</h1>"
        + "".join(
            f"<div class=c><div class=g><div class=j>{day}</div><div class=mo>mai</div></div><div class=t><div class=type>Visite</div>"
            f"<div class=titre>{title}</div><div class=info>11h - 12h15 | Angers | gratuit</div></div></div>"
            for day, title in ((3, "Le canal"), (4, "Le pont"))
        ),
        [("Le canal", "03 09:00 - 03 10:15", "", (False, "Angers")), ("Le pont", "04 09:00 - 04 10:15", "", (False, "Angers"))],
    ),
    "rows that share a cell": (
        ("<table><tr><th>Unit</th><th>Subject</th><th>Deadline</th></tr><tr><td rowspan=2>A</td><td>Photos</td><td>3 May 2027</td></tr>"
        "<tr><td>Videos</td><td>4 May 2027 at 12:00<br><b>Procedure cancelled</b></td></tr></table>"),
        [("Photos", "", "03 May 21:59", None), ("Videos", "", "04 May 10:00", None)],
    ),
    "microdata with a sentence": (
        ("<div itemscope itemtype='https://schema.org/Event'><h2 itemprop=name>Seminar</h2><meta itemprop=startDate content='2027-05-03'>"
        "<p>Registration is open until 29 April 2027.</p></div>"),
        [("Seminar", "02 22:00 - 03 22:00", "29 Apr 21:59", None)],
    ),
    "registration below a heading": (
        "<h1>Forum on rents</h1><p>3 May 2027</p><h2>Registration</h2><p>Please register by 20 April 2027.</p>",
        [("Forum on rents", "02 22:00 - 03 22:00", "20 Apr 21:59", None)],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("page", "expected"), HTML.values(), ids=HTML)
def test_layout_of_html(page, expected):
    _, records = found(f"<html><body>{page}</body></html>", form="html")
    assert records == expected


ASKED = {
    "Forum on rents\n3 May 2027\nSuspended by a decision of the board.": "Does line 3 say that it is off?",
    "PROGRAMME | CALL\nDeadline: 3 May 2027": "The title is a list of words: is it the title?",
    "Monday 3 May 2027\nOpening conference\nWorkshop on rents": "Is line 3 another event of that day? Workshop on rents",
    "Forum on rents\n3 May 2027\nDoors open. Talks from 12:15 to 13:45 in the hall.": "Line 3 gives hours: are they its own?",
    "Forum on rents\n3 May 2027\nThose who registered get a mail on 20 April 2027.": "Does line 3 say until when to register?",
    "All times are local time at our seat.\n\nForum\n3 May 2027, 10:00-12:00": "All times are local time at our seat. Which zone?",
    "Conference on policies\n\nLisbon 28-29 November": "Line 3 is not understood",
    "Join us at the forum\n13 June 2027\nRegistration is open until 22 June 2027: click here.": "is it only that of publication?",
}


@pytest.mark.parametrize("page", ASKED)
def test_question(page):
    representation, records = found(page)
    assert records == []
    assert ASKED[page] in representation.yaml


def test_called_off():
    _, (record,) = run("Joint meeting -- called off --\nMombasa, 20 April 2027", form="page")
    assert (title_of(record), record.status) == ("Joint meeting", "cancelled")


def test_clock_of_a_server_is_no_event():
    assert found("Version 8 – server time : 17/02/2027 09:41:22")[1] == []


def test_lines_that_are_not_used_are_listed():
    page = "Forum on rents\n3 May 2027\nA summary of four words.\nContact: Ann\nSecond text\n\nRead more\n\nAbout us\nWe are a network"
    representation, _ = found(page)
    assert comments(representation) == [
        "Lines 4 to 5, not used: Contact: Ann / Second text",
        "Line 9, left out: no date: About us We are a network",
    ]


@pytest.mark.parametrize(
    "page", ["Europe Day 9 May 2027", "Housing 3 May 2027", "Registration for all sessions closes on 3 May 2027."]
)
def test_no_record_of(page):
    assert found(page)[1] == []
