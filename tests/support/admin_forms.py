"""The forms of the admin pages as tests fill them in, and what comes of it."""

import html
import re

from calendar_service.admin.overview import FILE_READER
from calendar_service.admin.waiting import combine
from calendar_service.store.waiting_changes import list_waiting_changes
from tests.support.signing_up import words_of

FILE = """\
calendar: {id: demo.example, name: {en: Demo, fr: Démo}, timezone: Europe/Paris, languages: [en, fr]}
records:
  - id: roads   # the call
    kind: tender
    title: {en: Study of roads, fr: Étude des routes}
    closes: 10 December 2026, 17:00   # as decided
    documents:
      - {title: Terms, url: "https://example.org/t.pdf"}
  - id: rumours
    kind: webinar
    title: Rumours   # one for all
    when: 3 December 2026 at 11.00-12.30 CET
    place: online
    timezone: Asia/Seoul
    organisers:
      - One & Co
      - Two
    registration: {url: "https://example.org/r", closes: 1 December 2026}
"""


def fields_of(page):
    form = page[page.index('<form class="form"') :]
    fields = dict(re.findall(r'name="([^"]+)" value="([^"]*)"', form))
    fields |= dict(re.findall(r'<textarea id="[^"]*" name="([^"]+)"[^>]*>\n([^<]*)<', form))
    return {name: html.unescape(value) for name, value in fields.items()} | {"do": "save"}


def send(visitor, path, *, do="save", **given):
    """Fill in the form of a page and send it."""
    fields = fields_of(visitor.html(path)) | {name.replace("__", "."): text for name, text in given.items()}
    return visitor.post(path.partition("?")[0], fields | {"do": do})


def file_with_changes(site):
    reader = site.app.extensions[FILE_READER]
    return combine(reader, reader.read(), list_waiting_changes(site.engine)).state.data.decode()


def kept(site):
    return [each["edit"] for change in list_waiting_changes(site.engine) for each in change.edits]


def press(visitor, do="publish", query="", **changed):
    page = visitor.html(f"/admin/changes{query}")
    given = {
        name: found[1]
        for name in ("form_token", "digest", "only")
        if (found := re.search(rf'name="{name}" value="([^"]*)"', page))
    }
    answer = visitor.post("/admin/changes", given | {"do": do} | changed)
    return answer, words_of(visitor.get(answer.headers["Location"])) if answer.status_code == 303 else words_of(answer)
