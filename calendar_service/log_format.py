"""Log lines, plain or as JSON, each with the id of the request that it belongs to."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from typing import Any

from calendar_service.web.access_log import REQUEST_ID


class PlainFormatter(logging.Formatter):
    """One line per event; the id of the request is at its end."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 (logging's name)
        """Return the line without a traceback."""
        line = super().formatMessage(record)
        return f"{line} [{request_id}]" if (request_id := REQUEST_ID.get()) else line


class JsonFormatter(logging.Formatter):
    """One JSON object per line."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, with the request's id, the traceback and the parts of the message where there are any."""
        body: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if request_id := REQUEST_ID.get():
            body["request_id"] = request_id
        if record.exc_info:
            body["traceback"] = self.formatException(record.exc_info)
        return json.dumps(body | getattr(record, "parts", {}), ensure_ascii=False)


FORMATTERS = {"plain": PlainFormatter, "json": JsonFormatter}
