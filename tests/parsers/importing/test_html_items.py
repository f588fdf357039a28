"""Elements of a page with one title are one record: its lists of details, sections and agenda belong to it."""

import pytest

from tests.support.importing import comments, point, run

CARD = (
    "<article><ul class=meta><li>Webinar</li></ul><h3>{title}</h3><ul><li><time datetime='{day}T10:00:00+02:00'>x</time> - "
    "<time datetime='{day}T11:30:00+02:00'>11:30</time></li><li>Online only</li></ul></article>"
)
BOXES = (
    "<div class='item{more}'><div><span>{day}</span><span>May</span><span>2027</span></div><div><span class=theme>Culture</span>"
    "{badge}<h3>{title}</h3><p>10:00-11:30</p></div></div>"
)
PAGES = {
    "cards with a list of details": (
        CARD.format(title="Rents", day="2027-05-03") + CARD.format(title="Noise", day="2027-05-04"),
        [("Rents", "webinar", "03 08:00", "03 09:30"), ("Noise", "webinar", "04 08:00", "04 09:30")],
    ),
    "cards of which one is cancelled": (
        BOXES.format(more="", day=3, badge="", title="Rents")
        + BOXES.format(more=" off", day=4, badge="<span class=badge>Cancelled</span>", title="Noise"),
        [("Rents", "event", "03 08:00", "03 09:30"), ("Noise", "event", "04 08:00", "04 09:30")],
    ),
    "a page of one event, its title outside": (
        ("<div><h1>Forum on rents</h1></div><main><article><dl><dt>Date</dt><dd>3 May 2027</dd><dt>Time</dt><dd>10:00-11:30</dd>"
        "</dl><h2>Programme</h2><ul><li>10:00 Welcome</li><li>10:30 Prices, in two sessions</li></ul></article></main>"),
        [("Forum on rents", "event", "03 08:00", "03 09:30")],
    ),
    "an agenda as a table": (
        ("<div><h1>Forum on rents</h1><p>3 May 2027, 10:00-11:30</p><h2>Programme</h2><h3>3 May 2027</h3>"
        "<table><tr><td>10:00</td><td>Welcome</td></tr><tr><td>10:30</td><td>Session on prices</td></tr></table></div>"),
        [("Forum on rents", "event", "03 08:00", "03 09:30")],
    ),
    "cards without headings": (
        "<h1>Agenda</h1><ul>"
        + "".join(
            f"<li><div><span>{day}</span> <span>May</span> <span>2027</span></div><div><span class=kind>Talk</span> "
            f"<strong><a href='/{day}'>{title}</a></strong><p>From 10:00 to 11:30</p></div></li>"
            for day, title in ((3, "All about rents"), (4, "All about noise"))
        )
        + "</ul>",
        [("All about rents", "event", "03 08:00", "03 09:30"), ("All about noise", "event", "04 08:00", "04 09:30")],
    ),
    "rows below months": (
        ("<h1>Calendar of meetings 2027</h1><table><tr><th>Date</th><th>Meeting</th></tr><tr><th colspan=2>May</th></tr>"
        "<tr><td>3</td><td>Board</td></tr><tr><td>4-5</td><td>Assembly of members</td></tr></table>"),
        [("Board", "event", "02 22:00", "03 22:00"), ("Assembly of members", "event", "03 22:00", "05 22:00")],
    ),
    "a deadline that replaces another": (
        ("<table><tr><th>Subject</th><th>Time limit for receipt of tenders</th></tr>"
        "<tr><td>Photos</td><td><del>3 May 2027</del> 4 May 2027, 12:00</td></tr></table>"),
        [("Photos", "tender", "04 10:00", "04 10:00")],
    ),
    "definitions that are not known": (
        ("<h3>Cooling</h3><dl><dt>Kind of work</dt><dd>Small</dd><dt>Visit of the cellar</dt><dd>2 May 2027, 10:00</dd>"
        "<dt>Deadline</dt><dd>4 May 2027, 12:00</dd></dl>"),
        [("Cooling", "tender", "04 10:00", "04 10:00")],
    ),
    "titles by their class, and hours in two zones": (
        "".join(
            f"<article><time datetime='2027-05-0{day}T08:00:00Z'><b>{day}</b></time><ul><li>Meetings</li></ul>"
            f"<div class=card__title><a href='/{day}'>All about {title}</a></div>"
            f"<ul><li>{day} May 2027, 10:00 - 11:30 (CEST)</li></ul></article>"
            for day, title in ((3, "rents"), (4, "noise"))
        ),
        [("All about rents", "event", "03 08:00", "03 09:30"), ("All about noise", "event", "04 08:00", "04 09:30")],
    ),
    "a table for the layout": (
        (
            "<table><tr><td><b>Home</b></td><td><h2>Courses 2027</h2><p><b>Rents in cities</b><br><i>Seminar</i><br>"
            "3 May 2027, 10:00-11:30<br><br><b>Noise in cities</b><br><i>Seminar</i><br>4-5 May 2027</p></td></tr></table>"
        ),
        [("Rents in cities", "event", "03 08:00", "03 09:30"), ("Noise in cities", "event", "03 22:00", "05 22:00")],
    ),
    "a call by its tag": (
        "<article><h3>Life by the sea</h3><ul><li>Call for projects</li></ul><p>Until 3 May 2027, 17:00</p></article>",
        [("Life by the sea", "tender", "03 15:00", "03 15:00")],
    ),
    "the day of a box is the first of several": (
        ("<article><div><time datetime='2027-05-03'>3</time></div><div><time datetime='2027-05-03'>"
        "<span>May 3, 2027</span> - <span>May 4, 2027</span></time></div><h3>Summit on rents</h3></article>"),
        [("Summit on rents", "event", "02 22:00", "04 22:00")],
    ),
}  # fmt: skip


def found(records):
    return [
        (next(iter(each.title.values())), kind, starts[8:16].replace("T", " "), ends[8:16].replace("T", " "))
        for each in records
        for kind, _, starts, ends in [point(each)]
    ]


@pytest.mark.parametrize(("page", "expected"), PAGES.values(), ids=PAGES)
def test_page(page, expected):
    _, records = run(f"<html><body>{page}</body></html>", form="html")
    assert found(records) == expected


QUESTIONS = {
    "until when, but no call": ("<h3>Life by the sea</h3><p>Until 3 May 2027, 17:00</p>", "says only until when: is it a call?"),
    "a call, but a period": (
        "<article><h3>Life by the sea</h3><ul><li>Call for projects</li></ul><p>3 May to 30 September 2027</p></article>",
        "names a call: until when is it open?",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("page", "question"), QUESTIONS.values(), ids=QUESTIONS)
def test_question(page, question):
    representation, records = run(f"<html><body>{page}</body></html>", form="html")
    assert records == ()
    assert any(question in each for each in comments(representation)), representation.yaml


def test_whole_days_with_their_first_and_last_minute():
    script = (
        '{"@type": "Event", "name": "Fair", "startDate": "2027-05-03T00:00:00+02:00", "endDate": "2027-05-04T23:59:59+02:00",'
        ' "location": {"name": "Hall", "address": "Ghent, Belgium"}, "description": "A fair. Register by 20 April 2027."}'
    )
    _, (record,) = run(f"<script type='application/ld+json'>{script}</script>", form="html")
    assert point(record) == ("event", "DaySpan", "2027-05-02T22:00:00Z", "2027-05-04T22:00:00Z")
    assert (record.place.city, record.place.country) == ({"en": "Ghent"}, "BE")
    assert [name.value for name in record.milestones] == ["registration_closes"]
