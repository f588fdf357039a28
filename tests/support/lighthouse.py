"""Measures the pages with Lighthouse as a phone would load them, from a server of its own: `make lighthouse`.

Fails where a page falls below what docs/proofs.md tells. Lighthouse comes from npm when it is asked for.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.support.served import serve_in_thread
from tests.support.showcase import open_showcase
from tests.support.tools import find_chromium

LIGHTHOUSE = "lighthouse@12.8.2"
PATHS = [
    "/",
    "/year",
    "/month",
    "/events/charts-tender",
    "/fr/events/rumours-webinar",
    "/subscribe",
    "/reminders",
    "/embed",
    "/widget",
]
LEAST = {"performance": 95, "accessibility": 100, "best-practices": 100, "seo": 100}
# A frame of other sites' pages is not for search engines, and says so.
NOT_FOR_SEARCH = ("/widget",)


def main():
    chromium = find_chromium()
    missed = []
    with tempfile.TemporaryDirectory() as folder:
        # Links that name the page itself have to name the server that is measured.
        site = open_showcase(Path(folder), "http://127.0.0.1:8765")
        with serve_in_thread(site.app, 8765) as address:
            for path in PATHS:
                missed += tell(path, measure(f"{address}{path}", Path(folder) / "report.json", chromium))
        site.engine.dispose()
    return "\n".join(missed) or None


def measure(url, report, chromium):
    flags = "--headless --no-sandbox --disable-gpu --disable-quic --disable-background-networking"
    options = [f"--output-path={report}", "--output=json", "--quiet", f"--chrome-flags={flags}"]
    subprocess.run(["npx", "--yes", LIGHTHOUSE, url, *options], check=True, env=os.environ | {"CHROME_PATH": chromium})
    return json.loads(report.read_text(encoding="utf-8"))


def tell(path, report):
    """Print a line of numbers, and list what falls short."""
    audits = report["audits"]
    scores = {name: round(100 * report["categories"][name]["score"]) for name in LEAST}
    shift = audits["cumulative-layout-shift"]["numericValue"]
    paint = audits["largest-contentful-paint"]["numericValue"]
    print(f"{path}: {scores}, CLS {shift:.3f}, LCP {paint:.0f} ms")  # noqa: T201 (its purpose)
    expected = {name: least for name, least in LEAST.items() if not (name == "seo" and path in NOT_FOR_SEARCH)}
    missed = [f"{path}: {name} {scores[name]} < {least}" for name, least in expected.items() if scores[name] < least]
    missed += [f"{path}: CLS {shift:.3f}"] if shift else []
    for name in expected if missed else ():
        refs = [audits[ref["id"]] for ref in report["categories"][name]["auditRefs"] if ref["weight"]]
        missed += [f"  {each['id']}: {each['title']}" for each in refs if each["score"] not in (None, 1)]
    return missed


if __name__ == "__main__":
    sys.exit(main())
