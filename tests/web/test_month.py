"""The month as a table: weeks, days, bars over several days, and where a day has too much."""

import re

import pytest

from tests.support.html_look import Page


def read(site, path):
    return site.get(path).get_data(as_text=True)


def cells(html):
    """Give the texts of the cells by day, as a user of a screen reader hears them."""
    found = {}
    for cell in re.findall(r"<td.*?</td>", html, re.DOTALL):
        text = Page(cell).text
        if match := re.match(r"(\d+)", text):
            found[int(match[1])] = text
    return found


def test_weeks_have_their_numbers_and_days_their_names(showcase):
    found = Page(read(showcase, "/month/2027-01"))
    table = found.text.partition("The weeks of January 2027")[2]
    assert table.startswith(
        " Week Mon Monday Tue Tuesday Wed Wednesday Thu Thursday Fri Friday Sat Saturday Sun Sunday Week 53 1 2 3"
    )
    assert [attrs.get("scope") for attrs in found.all("th")] == ["col"] * 8 + ["row"] * 5
    assert found.faults == []


def test_what_lasts_several_days_stands_on_each(showcase):
    days = cells(read(showcase, "/month/2026-12"))
    assert [day for day, text in days.items() if "Study visit" in text] == [9, 10, 11]
    assert [day for day, text in days.items() if "مؤتمر" in text] == [14, 15, 16, 17, 18]
    assert days[9] == (
        "9 , Wednesday 9 December 2026 Cancelled Study visit to Bergen Event 14:00 Index help desk Webinar. "
        "Moved from Tuesday 8 December 2026, 14:00-15:00 CET (UTC+1)."
    )


def test_a_bar_keeps_its_line_over_the_week(showcase):
    html = read(showcase, "/month/2026-12")
    lines = {
        day: re.findall(r'<li class="([^"]*)"', cell)
        for day, cell in enumerate(re.findall(r"<td.*?</td>", html, re.DOTALL))
    }
    # 15 and 16 December are cells 15 and 16, as the first one lies outside.
    assert lines[15] == ["event", "event starts over2", "webinar off starts stops"]
    assert lines[16] == ["event", "event stops", "event starts stops"]


def test_a_title_runs_over_the_days_of_its_row(site_of):
    """The link stands once in a row; a span over two weeks and out of the month has one in each row."""
    site = site_of("  - {id: fair, kind: event, title: Fair, when: 26 February 2027 to 3 March 2027}\n")
    for month, expected in (
        ("2027-02", {26: "event starts over3"}),
        ("2027-03", {1: "event over3"}),
    ):
        html = read(site, f"/month/{month}")
        found = re.findall(r'<span class="vh">, \w+ (\d+) .*?<li class="([^"]*)"><(\w+)', html, re.DOTALL)
        assert {int(day): classes for day, classes, tag in found if tag == "a"} == expected
        assert len(found) == 3


def test_a_title_stands_on_the_first_day_of_a_month_within_a_week(site_of):
    site = site_of("  - {id: fair, kind: event, title: Fair, when: 29 April 2027 to 3 May 2027}\n")
    found = re.findall(
        r'<span class="vh">, \w+ (\d+) .*?<li class="([^"]*)"><(\w+)', read(site, "/month/2027-05"), re.DOTALL
    )
    assert found == [("1", "event over2", "a"), ("2", "event", "span"), ("3", "event stops", "a")]


def test_more_than_three_are_a_link_to_the_day(showcase):
    html = read(showcase, "/fr/month/2026-12?kind=event,webinar")
    address = "/fr/?kind=event,webinar&from=2026-12-16&to=2026-12-16"
    assert f'<a href="{address.replace("&", "&amp;")}">+1 autre</a>' in html
    day = Page(read(showcase, address)).text
    for title in ("Table ronde des maires", "Des bibliothèques accueillantes", "Laboratoire des politiques"):
        assert title in day


def test_today_is_marked_by_more_than_colour(showcase):
    html = read(showcase, "/month")
    (cell,) = re.findall(r'<td class="today" aria-current="date">.*?</td>', html, re.DOTALL)
    assert Page(cell).text.startswith("23 , Monday 23 November 2026, today")
    assert 'class="today"' not in read(showcase, "/month/2026-12")


def test_choices_hold_in_the_month_and_between_months(showcase):
    found = Page(read(showcase, "/month/2026-12?kind=webinar"))
    assert "Libraries" in found.text
    assert "Study visit" not in found.text
    assert {"/month/2026-11?kind=webinar", "/month/2027-01?kind=webinar"} <= set(found.links())
    assert "/?kind=webinar" in found.links()


def test_days_of_a_choice_bound_the_month_too(showcase):
    text = Page(read(showcase, "/month/2026-12?from=2026-12-15&to=2027-03-01")).text
    assert "Policy lab" in text
    assert "Study visit" not in text
    assert "Nothing in this month." in Page(read(showcase, "/month/2026-12?from=2027-02-01")).text


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/month/2026-13", 404),
        ("/month/2026-1", 404),
        ("/month/1969-12", 404),
        ("/month/2101-01", 404),
        ("/month/1970-01", 200),
        ("/month/2100-12", 200),
        ("/de/month/2026-12", 404),
        ("/month/2026-12?kind=party", 400),
    ],
)
def test_only_months_that_the_grammar_knows(showcase, path, status):
    assert showcase.get(path).status_code == status


def test_clock_change_does_not_shift_days(site_of):
    site = site_of(
        "  - {id: one, kind: event, title: Short night, starts: 2027-03-27T22:00, ends: 2027-03-28T06:00}\n"
        "  - {id: two, kind: event, title: Whole day, when: 28 March 2027}\n"
        "  - {id: three, kind: tender, title: Call, closes: 28 March 2027}\n"
        "  - {id: four, kind: event, title: Until midnight, starts: 2027-03-28T20:00, ends: 2027-03-29T00:00}\n"
    )
    days = cells(read(site, "/month/2027-03"))
    assert {day for day, text in days.items() if "Short night" in text} == {27, 28}
    for title in ("Whole day", "Call", "Until midnight"):
        on = {day for day, text in days.items() if title in text}
        assert on in ({28}, set()), title
    assert "+1 more" in days[28]


@pytest.mark.parametrize(
    ("path", "to"), [("/month/2026-12", "/month"), ("/fr/month/2026-12?kind=event", "/fr/month?kind=event")]
)
def test_another_month_has_a_way_back_to_today(showcase, path, to):
    words = "Aujourd’hui" if path.startswith("/fr") else "Today"
    assert f'href="{to}">{words}</a>' in showcase.get(path).get_data(as_text=True)
    assert f'">{words}</a>' not in showcase.get(to).get_data(as_text=True)
