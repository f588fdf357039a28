"""`calendar-service letter`: the message as it will be written when it falls due."""

from email import message_from_string, policy

import pytest
from click.testing import CliRunner

from calendar_service.cli.main import main
from calendar_service.reminders.channels.base import MANAGE_URL

FILE = """
calendar: {id: command.example, name: {en: Cities, fr: Villes}, timezone: Europe/Paris, languages: [en, fr]}
records:
  - {id: charts, kind: tender, title: {en: Charts, fr: Graphiques}, closes: "10 July 2027, 17:00"}
  - {id: day, kind: event, title: {en: World day, fr: Journée}, when: 20 June 2020, repeats: every year}
"""
SUBJECT = "Clôture dans 7 jours : Graphiques - sam. 10 juillet, 17:00 CEST"


@pytest.fixture
def run(tmp_path, monkeypatch):
    (tmp_path / "calendar.yaml").write_text(FILE, encoding="utf-8")
    monkeypatch.setenv("CALENDAR_FILE", str(tmp_path / "calendar.yaml"))
    monkeypatch.setenv("CALENDAR_DATABASE_URL", f"sqlite:///{tmp_path / 'calendar.sqlite3'}")
    monkeypatch.setenv("CALENDAR_BASE_URL", "https://calendar.example")

    def run(*words):
        return CliRunner().invoke(main, words)

    assert run("publish").exit_code == 0
    return run


def test_text(run):
    result = run("letter", "charts", "--lead", "7 days", "--lang", "fr", "--zone", "Asia/Seoul")
    assert result.exit_code == 0
    assert result.output == (
        f"{SUBJECT}\n\n"
        "Villes\nAppel d’offres\n\n"
        "Graphiques\n==========\n\n"
        "Clôture dans 7 jours\xa0:\n"
        "  samedi 10 juillet 2027, 17:00 CEST (UTC+2)\n"
        "  À Séoul\xa0: dimanche 11 juillet 2027, 00:00 KST (UTC+9)\n\n"
        "Voir tous les détails\xa0:\nhttps://calendar.example/fr/events/charts\n\n"
        "---\n"
        "Vous recevez cet e-mail parce que vous avez demandé des rappels à Villes.\n\n"
        "Modifier vos rappels\xa0:\nhttps://calendar.example/reminders/your-own-link\n"
        "Se désabonner\xa0:\nhttps://calendar.example/reminders/your-own-link\n"
    )


def test_html_and_eml(run):
    page = run("letter", "charts", "--format", "html").output
    assert page.startswith("<!DOCTYPE html>\n")
    assert 'href="https://calendar.example/reminders/your-own-link"' in page
    assert MANAGE_URL not in page
    message = message_from_string(
        run("letter", "charts", "--lang", "fr", "--format", "eml").output, policy=policy.default
    )
    assert message["Subject"] == SUBJECT
    assert [part.get_filename() for part in message.iter_attachments()] == ["charts.ics"]


def test_what_recurs_is_told_of_by_its_next_date(run):
    result = run("letter", "day", "--lead", "1 day")
    assert result.output.startswith("Tomorrow: World day - ")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("letter", "gone"), "There is no event or call 'gone'."),
        (("letter", "charts", "--lead", "often"), "'often' is not understood."),
        (("letter", "charts", "--lang", "de"), "'de' is not a language of the calendar. Known: en, fr."),
        (("letter", "charts", "--zone", "Mars"), "'Mars' is not a time zone."),
        (("letter", "charts", "--lead", "on the day at 18:00"), "it would be too late."),
    ],
)
def test_what_cannot_be_written_is_said(run, words, said):
    result = run(*words)
    assert result.exit_code in {1, 2}
    assert said in result.output
