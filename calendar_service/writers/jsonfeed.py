"""Records as JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/), with their moments as an extension."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from calendar_service.records.times import write_instant
from calendar_service.records.uids import uid
from calendar_service.writers import phrases
from calendar_service.writers.api import LIST_FIELDS, STATE_FIELDS, list_moments, list_sessions, pick_fields
from calendar_service.writers.description import describe_record
from calendar_service.writers.record_source import source_fields
from calendar_service.writers.tags import name_tags

if TYPE_CHECKING:
    from calendar_service.records.edition import Entry
    from calendar_service.writers.feed import FeedContents


def write_json_feed(contents: FeedContents) -> bytes:
    """Return a JSON Feed; `_calendar` has each record's kind, status and moments as in /api/v1/records."""
    head, edition, view = contents.head, contents.edition, contents.view
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": head.name,
        "home_page_url": f"{view.base_url}{view.prefix}/",
        "feed_url": head.source,
        **({"next_url": contents.next_url} if contents.next_url else {}),
        "language": view.lang.code,
        "description": phrases.pick(edition.calendar.description, view.lang.code).text or head.name,
        "items": [_item(entry, contents) for entry in contents.entries],
    }
    return json.dumps(feed, ensure_ascii=False).encode()


def _item(entry: Entry, contents: FeedContents) -> dict[str, Any]:
    record, edition, view = entry.record, contents.edition, contents.view
    return {
        "id": uid(record.id, edition.calendar.id),
        "url": view.page_url(record.id),
        "title": phrases.full_title(entry, view.lang),
        "content_text": describe_record(entry, edition.calendar, view),
        "date_modified": write_instant(entry.revision.changed_at),
        "tags": [phrases.kind(record, view.lang), *name_tags(record.tags, edition.calendar, view.lang)],
        "language": phrases.pick(record.title, view.lang.code).language,
        "_calendar": {
            "about": f"{view.base_url}/api/v1/records",
            "kind": record.kind,
            "status": "cancelled" if entry.is_called_off else record.status,
            **pick_fields(STATE_FIELDS, entry, view),
            "moments": list_moments(entry, contents),
            **({"sessions": sessions} if (sessions := list_sessions(entry, contents)) else {}),
            **pick_fields(LIST_FIELDS, entry, view),
            **({"source": source} if (source := source_fields(entry)) else {}),
        },
    }
