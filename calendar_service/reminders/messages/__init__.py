"""The letters that readers get, each written from records and a view alone.

The same letter goes to all who share a language and a zone. The reader's own links are marks in it
(`post.MANAGE_URL`, `post.UNSUBSCRIBE_URL`), which are replaced when it is sent.
"""

from calendar_service.reminders.messages.account import (
    compose_confirmation,
    compose_known,
    compose_trouble,
)
from calendar_service.reminders.messages.digest import DigestItem, compose_digest
from calendar_service.reminders.messages.notice import compose_notice
from calendar_service.reminders.messages.reminder import compose_reminder

__all__ = [
    "DigestItem",
    "compose_confirmation",
    "compose_digest",
    "compose_known",
    "compose_notice",
    "compose_reminder",
    "compose_trouble",
]
