"""`calendar-service letter`: the message as it will be written when it falls due."""

import re
from email import message_from_bytes, message_from_string, policy

import pytest
from click.testing import CliRunner

from calendar_service.cli.main import main
from calendar_service.clock import clock
from calendar_service.reminders.channels.base import MANAGE_URL
from calendar_service.store.engine import open_engine
from tests.support.reminders import add_subscriber, watch

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


STATES = {
    "cancelled": ("status: cancelled, ", "Cancelled: Fair - "),
    "postponed": ("status: postponed, ", "Postponed: Fair - no new date yet"),
    "withdrawn": (None, "Withdrawn: Fair - "),
}


@pytest.mark.parametrize("state", STATES)
def test_of_what_is_off_it_is_the_notice_that_tick_sends(run, tmp_path, monkeypatch, state):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CALENDAR_SECRET_KEY", "k" * 40)
    line = (
        '  - {{id: fair, kind: event, title: Fair, {}when: "1 March 2031 at 10:00-12:00", note_of_change: Too few.}}\n'
    )
    file = tmp_path / "calendar.yaml"
    file.write_text(FILE + line.format(""), encoding="utf-8")
    assert run("publish").exit_code == 0
    database = open_engine(f"sqlite:///{tmp_path / 'calendar.sqlite3'}")
    add_subscriber(database, "kim", clock(), watch())
    assert run("tick").exit_code == 0
    written, subject = STATES[state]
    file.write_text(FILE + (line.format(written) if written else ""), encoding="utf-8")
    assert run("publish", "--confirm").exit_code == 0
    shown = run("letter", "fair")
    assert (shown.exit_code, shown.output[: len(subject)]) == (0, subject)
    assert run("tick").exit_code == 0
    (mail,) = [message_from_bytes(each.read_bytes(), policy=policy.default) for each in tmp_path.rglob("*.eml")]
    assert run("letter", "fair").output == shown.output
    sent = f"{mail['Subject']}\n\n{mail.get_body(('plain',)).get_content()}"
    own_links = re.compile(r"https://calendar\.example/reminders/\S+")
    assert own_links.sub("#", sent).split() == own_links.sub("#", shown.output).split()


def test_what_never_took_place_has_no_message(run, tmp_path):
    line = '  - {id: fair, kind: event, title: Fair, status: cancelled, when: "1 March 2031 at 10:00-12:00"}\n'
    (tmp_path / "calendar.yaml").write_text(FILE + line, encoding="utf-8")
    assert run("publish").exit_code == 0
    result = run("letter", "fair")
    assert result.exit_code == 1
    assert "it never took place" in result.stderr
