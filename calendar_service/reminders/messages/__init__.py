"""Compose the messages to subscribers, from records and a render context alone.

All who share a language and a zone get the same message. It has placeholders for the subscriber's own links
(`channels.base.MANAGE_URL`, `UNSUBSCRIBE_URL`), which are filled in when it is sent.
"""

from calendar_service.reminders.messages.account import (
    compose_confirmation,
    compose_known,
    compose_trouble,
)
from calendar_service.reminders.messages.digest import DigestItem, compose_digest, digest_order
from calendar_service.reminders.messages.edition_notice import RecordNotice, compose_notices, notice_order
from calendar_service.reminders.messages.notice import compose_notice
from calendar_service.reminders.messages.reminder import compose_reminder

__all__ = [
    "DigestItem",
    "RecordNotice",
    "compose_confirmation",
    "compose_digest",
    "compose_known",
    "compose_notice",
    "compose_notices",
    "compose_reminder",
    "compose_trouble",
    "digest_order",
    "notice_order",
]
