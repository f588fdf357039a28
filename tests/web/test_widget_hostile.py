"""Hostile texts in records and in every parameter: none becomes markup, none runs."""

import itertools
import json
from urllib.parse import quote, urlencode

import pytest

from tests.support.browser import look
from tests.support.widget_site import VIEWS, Markup, WidgetSite

CALLS = [
    "alert(1)",
    "confirm(1)",
    "prompt(1)",
    "alert`1`",
    "top.alert(1)",
    "parent.postMessage(1,'*')",
    "import('//e.example')",
    "location='//e.example'",
]
SHAPES = [
    "<script>{}</script>",
    "<ScRiPt src=//e.example>{}</ScRiPt>",
    "<img src=x onerror={}>",
    "<svg onload={}>",
    "<svg><animate onbegin={} attributeName=x dur=1s>",
    "<iframe srcdoc='<script>{}</script>'>",
    "<a href=javascript:{}>x</a>",
    "<body onload={}>",
    "<details open ontoggle={}>",
    "<style>@import'//e.example/{}'</style>",
    "<math><mtext></title><img src=x onerror={}>",
    "</title><script>{}</script>",
    "</textarea><script>{}</script>",
    "</h3></li></ol><script>{}</script>",
    "'><script>{}</script>",
    '"><img src=x onerror={}>',
    '" onmouseover="{}" autofocus onfocus="{}',
    "' onmouseover='{}' x='",
    "javascript:{}",
    "data:text/html,<script>{}</script>",
    "{{{{ {} }}}}",
    "{{% print({}) %}}",
    "&lt;script&gt;{}&lt;/script&gt;",
    "<!--><script>{}</script>",
    "<meta http-equiv=refresh content='0;url=javascript:{}'>",
]
PAYLOADS = [shape.format(call, call) for shape, call in itertools.product(SHAPES, CALLS)]
PARAMETERS = [
    "view",
    "theme",
    "accent",
    "limit",
    "month",
    "kind",
    "tag",
    "country",
    "language",
    "id",
    "q",
    "from",
    "to",
    "lang",
    "tz",
    "alarms",
    "cancelled",
    "unknown",
]
KNOWN = {
    "html",
    "head",
    "meta",
    "title",
    "link",
    "script",
    "body",
    "div",
    "main",
    "h1",
    "h2",
    "h3",
    "p",
    "a",
    "ol",
    "ul",
    "li",
    "time",
    "span",
    "br",
    "strong",
    "svg",
    "path",
    "section",
    "footer",
    "label",
    "select",
    "option",
    "article",
    "s",
    "nav",
    "table",
    "caption",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
}


def foreign_markup(html):
    found = Markup(html)
    faults = [
        tag
        for tag, attrs in found.tags
        if tag not in KNOWN or any(name.startswith(("on", "style", "autofocus", "srcdoc")) for name in attrs)
    ]
    faults += [
        attrs for tag, attrs in found.tags if tag == "script" and not attrs.get("src", "").startswith("/static/")
    ]
    faults += [
        attrs for _, attrs in found.tags if (attrs.get("href") or "").lower().startswith(("javascript:", "data:"))
    ]
    return faults + found.faults


def test_there_are_two_hundred():
    assert len(set(PAYLOADS)) == 200
    assert foreign_markup(f"<html><body>{PAYLOADS[0]}</body></html>") != []


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    records = "".join(
        f"  - {{id: r{number}, kind: event, when: {number % 28 + 1} {month} 2027 at 10.00 CET, title: {json.dumps(text)},"
        f" place: {{name: {json.dumps(text)}, city: {json.dumps(text)}, country: FR}}}}\n"
        for number, text in enumerate(PAYLOADS)
        for month in ["January" if number < 100 else "February"]
    )
    site = WidgetSite(tmp_path_factory.mktemp("hostile"), records)
    yield site
    site.engine.dispose()


def test_texts_of_records_stay_texts(hostile):
    for path in (
        "/widget?limit=100",
        "/widget?limit=100&from=2027-02-01",
        "/widget?view=compact&limit=100",
        "/widget?view=month&month=2027-01&limit=100",
        "/widget?view=next&lang=fr",
    ):
        answer = hostile.get(path)
        assert answer.status_code == 200
        assert foreign_markup(answer.get_data(as_text=True)) == [], path


def test_parameters_stay_texts(hostile):
    for number, payload in enumerate(PAYLOADS):
        name = PARAMETERS[number % len(PARAMETERS)]
        answer = hostile.get(f"/widget?{urlencode({name: payload})}")
        assert answer.status_code == (200 if name == "q" else 400), (name, payload)
        assert foreign_markup(answer.get_data(as_text=True)) == [], (name, payload)
    for payload in PAYLOADS[::10]:
        assert hostile.get(f"/widget?{quote(payload)}=1").status_code == 400
        told = hostile.get(f"/oembed?url={quote(payload, safe='')}")
        assert (told.status_code, told.mimetype) == (404, "application/json")


@pytest.mark.slow
def test_every_parameter_meets_every_payload(hostile):
    for name, payload in itertools.product(PARAMETERS, PAYLOADS):
        answer = hostile.get(f"/widget?{urlencode({name: payload})}")
        assert foreign_markup(answer.get_data(as_text=True)) == [], (name, payload)


def test_nothing_runs(hostile, browser):
    """Each page is loaded as it was sent, from a server that sends no policy: the markup alone must hold."""
    page = look(browser, "about:blank")
    bodies = {}
    page.context.route(
        "**/*",
        lambda route: route.fulfill(status=200, content_type="text/html", body=bodies.get(route.request.url, "")),
    )
    paths = [
        f"/widget?view={view}&limit=100&month=2027-0{number}&from=2027-0{number}-01"
        for view in VIEWS
        for number in (1, 2)
    ]
    paths += [f"/widget?{urlencode({'view': payload})}" for payload in PAYLOADS[::60]]
    paths += [f"/widget?{urlencode({'q': payload})}" for payload in PAYLOADS[::60]]
    for number, path in enumerate(paths):
        url = f"https://page{number}.example/"
        bodies[url] = hostile.html(path).replace("<script defer", "<script data-left-out")
        page.goto(url)
        assert page.url == url
    assert [fault for fault in page.faults if "dialog" in fault] == []
    assert [asked for asked in page.asked if "e.example" in asked.removeprefix("https://page")] == []
    page.context.close()


def test_builder_and_its_lines_stay_texts(hostile):
    for number, payload in enumerate(PAYLOADS[::5]):
        name = PARAMETERS[number % len(PARAMETERS)]
        html = hostile.html(f"/embed?{urlencode([(name, payload), ('q', payload), ('id', f'r{number * 5}')])}")
        found = Markup(html)
        assert found.faults == [], payload
        assert not [
            tag
            for tag, attrs in found.tags
            if tag in ("img", "math", "svg", "style") or any(each.startswith("on") for each in attrs)
        ], payload
        assert [attrs["src"] for tag, attrs in found.tags if tag == "script"][1:] == [], payload
