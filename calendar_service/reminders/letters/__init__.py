"""The letters that readers get, each written from records and a view alone.

The same letter goes to all who share a language and a zone. The reader's own links are marks in it
(`post.MANAGE_URL`, `post.UNSUBSCRIBE_URL`), which are replaced when it is sent.
"""

from calendar_service.reminders.letters.digest import DigestItem, compose_digest
from calendar_service.reminders.letters.notice import compose_notice
from calendar_service.reminders.letters.reminder import compose_reminder
from calendar_service.reminders.letters.service import (
    compose_confirmation,
    compose_known,
    compose_trouble,
)

__all__ = [
    "DigestItem",
    "compose_confirmation",
    "compose_digest",
    "compose_known",
    "compose_notice",
    "compose_reminder",
    "compose_trouble",
]
