"""What stands beside a moment: places, durations, other hours, replaced moments, remarks, numbers of titles."""

from __future__ import annotations

from datetime import date, time

import pytest

from calendar_service.datephrases import DatePhraseError, parse_when

MAY_12 = date(2027, 5, 12)
TEN, NOON = time(10), time(12)
READ = [
    # places
    ("12 May 2027, Nairobi", MAY_12, MAY_12, None, None),
    ("12-14 May 2027, Palais de l'Europe, Strasbourg", MAY_12, date(2027, 5, 14), None, None),
    ("12 May 2027 in Nairobi", MAY_12, MAY_12, None, None),
    ("12 May 2027, 10:00-12:00 EAT, Nairobi", MAY_12, MAY_12, TEN, NOON),
    ("12 May 2027, 10:00, Main Hall, Lyon", MAY_12, MAY_12, TEN, None),  # on the clock of the record, too
    ("12 mai 2027 | 10h-12h | Lieu : Hôtel de Ville, Nantes", MAY_12, MAY_12, TEN, NOON),
    ("📅 12 May 2027 ⏰ 10:00 📍 Zoom", MAY_12, MAY_12, TEN, None),
    ("12 mai 2027 à 10h à la Maison de l'Europe", MAY_12, MAY_12, TEN, None),  # a building has no clock of its own
    ("12 May 2027, 10:00, Main Hall", MAY_12, MAY_12, TEN, None),
    # how long it takes
    ("12-14 May 2027 (3 days), Sarajevo", MAY_12, date(2027, 5, 14), None, None),
    ("12 May 2027, 10:00 (2 hours)", MAY_12, MAY_12, TEN, NOON),
    ("12 May 2027 at 10:00 for 120 minutes", MAY_12, MAY_12, TEN, NOON),
    ("12 mai 2027 à 10h (durée : 2h)", MAY_12, MAY_12, TEN, NOON),
    ("Duration: 2 hours, starting 10:00 on 12 May 2027", MAY_12, MAY_12, TEN, NOON),
    ("12 May 2027, 10:00-12:00 (120 min)", MAY_12, MAY_12, TEN, NOON),
    ("12 May 2027, 23:00 (2 hours)", MAY_12, date(2027, 5, 13), time(23), time(1)),
    # other hours
    ("12 May 2027, 10:00 (doors open at 9:30)", MAY_12, MAY_12, TEN, None),
    ("12 mai 2027 à 10h (accueil à partir de 9h30)", MAY_12, MAY_12, TEN, None),
    ("Closing: 12 May 2027, 10:00; opening same day 10:30", MAY_12, MAY_12, TEN, None),
    # the moment that it replaces
    ("12 May 2027 (was 8 May 2027)", MAY_12, MAY_12, None, None),
    ("12 mai 2027 à 10h (au lieu du 8 mai 2027)", MAY_12, MAY_12, TEN, None),
    ("Deadline moved from 8 May to 12 May 2027, 10:00", MAY_12, MAY_12, TEN, None),
    ("La date limite, initialement fixée au 8 mai 2027, est reportée au 12 mai 2027", MAY_12, MAY_12, None, None),
    ("12 May 2027, 10:00 (lunch break 12:30-13:30)", MAY_12, MAY_12, TEN, None),
    ("Deadline: 12 May 2027 (extended!)", MAY_12, MAY_12, None, None),
    # remarks and purposes
    ("12 May 2027, 10:00 - register here", MAY_12, MAY_12, TEN, None),
    ("12 May 2027, 10:00 (limited places, free of charge)", MAY_12, MAY_12, TEN, None),
    ("12 May 2027, 10:00-12:00, followed by a reception", MAY_12, MAY_12, TEN, NOON),
    ("Merci de confirmer votre présence avant le 12 mai 2027 à midi", MAY_12, MAY_12, NOON, None),
    ("Vous avez jusqu'au 12 mai 2027 pour répondre", MAY_12, MAY_12, None, None),
    # numbers of titles
    ("Session 9: 12 May 2027", MAY_12, MAY_12, None, None),
    ("Forum 2027 : 12 mai 2027", MAY_12, MAY_12, None, None),
    ("Session 3: 12-14 May 2027", MAY_12, date(2027, 5, 14), None, None),
    ("Webinaire n° 4 : 12 mai 2027", MAY_12, MAY_12, None, None),
    ("3rd Annual Forum: 12 May 2027", MAY_12, MAY_12, None, None),
    ("48 hours before the event, i.e. on 12 May 2027 at 10:00", MAY_12, MAY_12, TEN, None),
    # digits and signs
    ("12/05/2027 to 14/05/2027", MAY_12, date(2027, 5, 14), None, None),
    ("12.05. - 14.05.2027", MAY_12, date(2027, 5, 14), None, None),
    ("du 12 au 14/05/2027", MAY_12, date(2027, 5, 14), None, None),
    ("12/13 May 2027, Geneva", MAY_12, date(2027, 5, 13), None, None),
    ("12 May 2027 10:00 +0200", MAY_12, MAY_12, TEN, None),
    ("12 mai 2027, 10h00/12h00", MAY_12, MAY_12, TEN, NOON),
    ("12 May 2027 10:00 Z", MAY_12, MAY_12, TEN, None),
]


@pytest.mark.parametrize(("words", "first", "last", "start", "end"), READ, ids=[row[0] for row in READ])
def test_what_stands_beside_a_moment_is_understood(words, first, last, start, end):
    found = parse_when(words, with_title=True, zone="Europe/Paris")
    assert (found.first, found.last, found.start, found.end) == (first, last, start, end)


REFUSED = [
    "12 May 2027, 10:00, Nairobi",  # whose clock?
    "12 May 2027, 10:00 London",
    "12 May 2027, 10:00, Main Hall, Kumasi",
    "12-14 May 2027 (2 days)",
    "10h/11h, 12 mai 2027, heure de Londres/Paris",
    "12 May 2027, 10:00 (Eastern)",
    "12 May 2027, 10:00 (eastern)",
    "12 May 2027, 10:00 (local)",
    "12 May 2027, 10:00 (pm)",
    "12 May 2027, 10:00 (to be confirmed)",
    "12 May 2027, To Be Confirmed",
    "12 May 2027, TBC",
    "12 May 2027, place to be announced",
    "12 May 2027, until further notice",
    "12 mai 2027, lieu à préciser",
    "12 May 2027, Early June",
    "12 May 2027, Second Week",
    "12 May 2027, Rome or Milan",
    "12 May 2027, Tuesdey",
    "12 May 2027 in the Evening",
    "12 May 2027 (was 8-9 June 2027)",
    "12 May 2027, previously 8-9 June 2027",
    "10 May 2027, moved to 12 May 2027",
    "12 May 2027, 10:00 (1 hour before)",
    "12 May 2027, 10:00-12:00 (60 min)",
    "12 May 2027 (2 hours)",
    "12-13 May 2027, 10:00-12:00 (2 hours)",
    "Day 2 – 13 May 2027",
    "10:00 – registration 10:30 – opening, 12 May 2027",
    "Semaine du 12 mai 2027",
    "European Week of Regions: 12 May 2027",
    "05.03. - 09.03.2028",
    "12/15 May 2027",
    "12 May 2027, 10:00 CET - 12:00 Nairobi",
    "Date limite : 12 mai 2027 (cachet de la poste faisant foi)",
]


@pytest.mark.parametrize("words", REFUSED)
def test_what_may_be_something_else_is_a_question(words):
    with pytest.raises(DatePhraseError):
        parse_when(words, with_title=True, zone="Europe/Paris")


WINDOWS = [
    ("Call open from 1 March 2027 to 12 May 2027, 10:00", TEN),
    ("Les candidatures sont ouvertes du 1er février au 12 mai 2027 inclus", None),
    ("Appel à candidatures (1er mars - 12 mai 2027)", None),
    ("Clarification requests by 3 May 2027; tenders by 12 May 2027, 10:00", TEN),
]


@pytest.mark.parametrize(("words", "clock"), WINDOWS)
def test_the_end_of_a_window_is_its_closing(words, clock):
    found = parse_when(words, with_title=True, closing=True)
    assert (found.first, found.last, found.start, found.end) == (MAY_12, MAY_12, clock, None)


def test_other_ranges_are_no_closing():
    found = parse_when("Conference 10-12 May 2027", with_title=True, closing=True)
    assert (found.first, found.last) == (date(2027, 5, 10), MAY_12)
    with pytest.raises(DatePhraseError):
        parse_when("Questions until 3 May 2027; site visit 12 May 2027", with_title=True, closing=True)
