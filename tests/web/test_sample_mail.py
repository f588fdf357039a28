"""The next reminder beside the forms: the one that goes out next, with the words of the mail itself."""

import re
from datetime import UTC, datetime

import pytest

from calendar_service.records.main_moment import main_moment
from calendar_service.reminders.messages.reminder import compose_reminder
from calendar_service.store.editions import load_edition
from calendar_service.writers.i18n import language
from calendar_service.writers.render_context import RenderContext
from tests.support.html_look import Page
from tests.support.signing_up import BASE

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def sample_of(html):
    found = re.search(r'<aside class="mail".*?</aside>', html, re.DOTALL)
    return Page(found[0]).text.replace("\u00a0", " ") if found else ""


@pytest.mark.parametrize(
    ("path", "words"),
    [
        (
            "/reminders",
            "At the suggested times, this one goes out on Thursday 26 November 2026, 11:00 CET (UTC+1). Demo In 7 days: Rumours",
        ),
        (
            "/reminders?kind=tender",
            "Thursday 26 November 2026, 17:00 CET (UTC+1). Demo Closes in 14 days: Study of roads",
        ),
        (
            "/fr/reminders?id=roads",
            "jeudi 26 novembre 2026, 17:00 CET (UTC+1). Démo Clôture dans 14 jours : Étude des routes",
        ),
    ],
)
def test_the_next_reminder_of_what_is_chosen_is_shown(site, path, words):
    assert words in sample_of(site.html(path))


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_it_says_what_the_mail_says(site, lang):
    edition = load_edition(site.engine)
    entry = edition.entries["roads"]
    view = RenderContext(language(lang), BASE, "en")
    main = main_moment(entry, edition.calendar, NOW)
    sent_at = datetime(2026, 11, 26, 16, tzinfo=UTC)
    mail = compose_reminder(entry, edition, main.name, main.at, occurrence=None, now=sent_at, view=view)
    shown = sample_of(site.html(f"{view.prefix}/reminders?kind=tender"))
    assert mail.subject.replace("\u00a0", " ") in shown
    told = [line for line in mail.text.replace("\u00a0", " ").split("\n") if line.strip(" =-") and "://" not in line]
    for line in told[:-4]:
        assert line.strip(" :") in shown, line


def test_an_error_keeps_the_sample_and_what_is_chosen(site):
    answer = site.post("/reminders", {"address": "none", "kind": "tender"})
    assert answer.status_code == 400
    assert "Study of roads" in sample_of(answer.get_data(as_text=True))


@pytest.mark.parametrize("now", ["2026-12-03T17:00", "2026-12-11"])
def test_nothing_is_shown_where_nothing_is_due(site, now):
    site.now = datetime.fromisoformat(now).replace(tzinfo=UTC)
    html = site.html("/reminders")
    assert sample_of(html) == ""
    assert 'class="beside"' not in html


def test_what_is_cancelled_is_no_sample(site_of):
    site = site_of("  - {id: off, kind: event, title: Gone, when: 1 May 2027, status: cancelled}\n", now=NOW)
    assert sample_of(site.get("/reminders").get_data(as_text=True)) == ""


def test_a_subscriber_sees_the_next_one_in_their_own_zone(site):
    ann = site.subscriber(kind=["webinar"])
    assert "Thursday 26 November 2026, 19:00 KST (UTC+9)" in sample_of(site.html(site.manage_path(ann)))
    paused = site.post(site.manage_path(ann), {"do": "pause"}).get_data(as_text=True)
    assert sample_of(paused) == ""
