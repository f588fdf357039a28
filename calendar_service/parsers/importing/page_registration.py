"""What the text below an event says of registration: its address, and that it closes on the day before."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

from calendar_service.parsers.importing.candidates import is_https, shorten_value
from calendar_service.records.errors import Sentence
from calendar_service.records.texts import fold_text

if TYPE_CHECKING:
    from calendar_service.parsers.importing.candidates import Candidate
    from calendar_service.parsers.importing.page_dates import DateLine
    from calendar_service.parsers.importing.page_items import PageItem

_REGISTRATION_URL = re.compile(
    r"(?:registrations?|registration link|register(?: here| online)?|sign up|inscriptions?|s'inscrire|inscrivez-vous)"
    r"\s?:\s*(?P<url>https?://\S+)",
    re.IGNORECASE,
)
_DAY_BEFORE = re.compile(
    r"(?:regist\w+|sign up|inscri\w+).{0,60}\b(?:la veille|the day before|the previous day)\b"
    r"(?:[ ,]+(?:at |a )?(?P<hours>\d{1,2}(?:[:.h]\d{2}| ?h| ?[ap]m)))?"
)


def set_registration_url(candidate: Candidate, item: PageItem) -> None:
    """Set the address behind "Registration:"; add a remark for one that is not https, or not the first."""
    for line in item.teaser:
        found = _REGISTRATION_URL.fullmatch(line.text)
        url = found["url"] if found else ""
        known = candidate.fields.get("registration", {})
        if is_https(url) and "url" not in known and candidate.fields["kind"] != "tender":
            candidate.fields["registration"] = {"url": url, **known}
        elif url and url != known.get("url"):
            candidate.remark(Sentence("Line {line}, left out: {text}", line=line.number, text=shorten_value(line.text)))


def set_registration_before(candidate: Candidate, item: PageItem, main: DateLine) -> None:
    """Set that registration closes on the day before: "Inscription jusqu'à la veille, 17h"."""
    for line in item.teaser:
        match = _DAY_BEFORE.search(fold_text(line.text).replace("’", "'"))
        if match and main.when and "registration" not in candidate.fields and "when" in candidate.fields:
            words = f"{main.when.first - timedelta(days=1)} {match['hours'] or ''}".strip()
            candidate.fields["registration"] = {"closes": words}
            candidate.remark(
                Sentence(
                    "Line {line}, registration closes on the day before: {text}",
                    line=line.number,
                    text=shorten_value(line.text),
                )
            )
