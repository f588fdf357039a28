"""How to subscribe: each program has its words, its link and how soon changes arrive; the selection goes along."""

import re
from urllib.parse import unquote

from calendar_service.web.qr import draw_qr
from tests.support.html_look import Page

PROGRAMS = [
    "Google Calendar",
    "Apple: iPhone, iPad, Mac",
    "Outlook.com",
    "Microsoft 365",
    "Outlook on a computer",
    "Thunderbird",
    "Any other app",
]


def test_each_program_says_how_soon_changes_arrive(showcase):
    html = showcase.get("/subscribe").get_data(as_text=True)
    sections = re.findall(r'<section class="client".*?</section>', html, re.DOTALL)
    assert [
        Page(each).text.partition(" Changes")[0].startswith(name) for each, name in zip(sections, PROGRAMS, strict=True)
    ] == [True] * 7
    assert all("Changes arrive" in each for each in sections)


def test_selection_goes_into_every_link(showcase):
    found = Page(showcase.get("/fr/subscribe?kind=tender&tag=data").get_data(as_text=True))
    feed = "calendar.example.org/calendar.ics?kind=tender&tag=data&lang=fr"
    outward = [
        unquote(link)
        for link in found.links()
        if link.startswith(("https://calendar.google", "https://outlook", "webcal"))
    ]
    assert len(outward) == 4
    assert all(feed in link for link in outward)
    assert "Vous recevrez les dates suivantes" in found.text
    assert "/fr/?kind=tender&tag=data" in found.links()


def test_code_holds_the_address_of_the_page(showcase):
    html = showcase.get("/subscribe?kind=tender").get_data(as_text=True)
    assert draw_qr("https://calendar.example.org/subscribe?kind=tender") in html
    assert draw_qr("https://calendar.example.org/subscribe") not in html


def test_one_record_is_named(showcase):
    found = Page(showcase.get("/subscribe?id=charts-tender").get_data(as_text=True))
    assert "You will get the dates of “Online charts of the cities’ results”" in found.text
