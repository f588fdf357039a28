"""Which family of programs a client is, by its User-Agent: for numbers, never for what it is answered."""

from __future__ import annotations

import re
from functools import lru_cache

# The first that is found counts: many programs name others, too.
_FAMILIES = {
    "google": r"google-calendar|googlebot|feedfetcher-google|googleother",
    "outlook": r"microsoft office|outlook|exchangeservices|microsoft-?exchange|owa",
    "apple": r"dataaccessd|ios/|macos/|calendaragent|accountsd|remindd",
    "thunderbird": r"thunderbird|lightning",
    "android": r"icsx5|davx5|icsdroid",
    "nextcloud": r"nextcloud|owncloud",
    "feed reader": r"feedly|inoreader|freshrss|newsblur|miniflux|feedbin|rss",
    "robot": r"bot\b|crawler|spider|bingpreview|slurp",
    "monitor": r"prometheus|uptime|healthchecks|kube-probe|blackbox",
    "program": r"curl|wget|python|go-http-client|java|okhttp|node|vdirsyncer|khal",
    "browser": r"mozilla/|opera",
}
FAMILIES = (*_FAMILIES, "other")
_PATTERN = re.compile(
    "|".join(f"(?P<f{number}>{each})" for number, each in enumerate(_FAMILIES.values())), re.IGNORECASE
)


@lru_cache(maxsize=1024)
def family_of(user_agent: str) -> str:
    """Return the family of a client, such as "outlook"; "other" where it says nothing that is known."""
    found = {each.lastgroup for each in _PATTERN.finditer(user_agent[:500])}
    return next((name for number, name in enumerate(_FAMILIES) if f"f{number}" in found), "other")
