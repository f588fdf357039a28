"""Messages as files, for who has no mail server yet."""

import logging

from calendar_service.reminders.channels.mail import FolderChannel, MailSettings, open_mail_channel
from calendar_service.reminders.channels.mail_message import build_message
from calendar_service.reminders.channels.smtp import SmtpChannel
from tests.support.channels import CALENDAR_ID, ENVELOPE, MESSAGE, NOW, SENDER, clock, failure_of

NAME = "20300703T150000Z-41.5d1f_intercultural-cities.example.eml"


def test_a_message_is_one_file(tmp_path, caplog):
    caplog.set_level(logging.DEBUG)
    folder = tmp_path / "var" / "mail"
    channel = open_mail_channel(MailSettings("", folder, SENDER), CALENDAR_ID, clock)
    channel.send(MESSAGE, ENVELOPE)
    channel.close()
    expected = build_message(MESSAGE, ENVELOPE, SENDER, CALENDAR_ID, NOW).as_bytes()
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {NAME: expected}
    assert [record.getMessage() for record in caplog.records] == [f"A mail was written to {folder / NAME}."]


def test_a_folder_that_cannot_be_written(tmp_path):
    (tmp_path / "mail").write_text("in the way")
    channel = FolderChannel(tmp_path / "mail", SENDER, CALENDAR_ID, clock)
    expected = f"The mail folder {tmp_path / 'mail'} cannot be written: File exists."
    assert failure_of(channel.send, MESSAGE, ENVELOPE) == (expected, {"is_ours"}, None)


def test_a_file_that_cannot_be_finished_leaves_nothing(tmp_path):
    (tmp_path / NAME).mkdir()
    failure_of(FolderChannel(tmp_path, SENDER, CALENDAR_ID, clock).send, MESSAGE, ENVELOPE)
    assert [path.name for path in tmp_path.iterdir()] == [NAME]


def test_the_url_chooses_the_channel(tmp_path):
    assert isinstance(
        open_mail_channel(MailSettings("smtp://mail.example.org", tmp_path, SENDER), CALENDAR_ID, clock), SmtpChannel
    )
    assert isinstance(open_mail_channel(MailSettings("", tmp_path, SENDER), CALENDAR_ID, clock), FolderChannel)
