"""The loader, the builder and oEmbed as they answer."""

import base64
import hashlib
import json
import re
from pathlib import Path
from urllib.parse import quote

import pytest

from calendar_service.web import embed_code, layout
from tests.support.widget_site import seen

STATIC = Path(layout.__file__).parent / "static"
BASE = "https://calendar.example"


# -- the loader -------------------------------------------------------------------------------------


def test_loader_is_kept_long_where_its_version_is_named(widget_site):
    body = (STATIC / "widget.js").read_bytes()
    version = hashlib.sha256(body).hexdigest()[:12]
    told = {}
    for query in ("", f"?v={version}", "?v=0123456789ab", "?v=../site", "?v="):
        answer = widget_site.get(f"/widget.js{query}")
        assert (answer.status_code, answer.data) == (200, body), query
        told[query] = answer.headers["Cache-Control"]
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.content_type == "text/javascript; charset=utf-8"
    short = "max-age=300"
    assert told == {
        "": short,
        f"?v={version}": "max-age=31536000, immutable",
        "?v=0123456789ab": short,
        "?v=../site": short,
        "?v=": short,
    }


def test_loader_of_an_earlier_release_is_served_as_it_was(widget_site, tmp_path, monkeypatch):
    (tmp_path / "widget.js").write_text("new()", encoding="utf-8")
    (tmp_path / "widget-0123456789ab.js").write_text("old()", encoding="utf-8")
    caches = (embed_code.loader, embed_code.loader_version, embed_code.integrity)
    monkeypatch.setattr(embed_code, "_STATIC", tmp_path)
    for cache in caches:
        cache.cache_clear()
    answer = widget_site.get("/widget.js?v=0123456789ab")
    assert (answer.data, answer.headers["Cache-Control"]) == (b"old()", "max-age=31536000, immutable")
    assert widget_site.get("/widget.js").data == b"new()"
    for cache in caches:
        cache.cache_clear()


def test_heights_are_those_of_the_loader():
    text = (STATIC / "widget.js").read_text(encoding="utf-8")
    told = re.search(r"HEIGHTS = \{(.*?)\}", text)[1]
    assert {name: int(height) for name, height in re.findall(r"(\w+): (\d+)", told)} == embed_code.HEIGHTS


# -- the builder ------------------------------------------------------------------------------------


def fields(site, path):
    texts = re.findall(r"<textarea.*?>(.*?)</textarea>", site.html(path), re.DOTALL)
    return [
        text.replace("&lt;", "<").replace("&gt;", ">").replace("&#34;", '"').replace("&amp;", "&") for text in texts
    ]


def test_builder_writes_the_lines(widget_site):
    script, frame, element = fields(
        widget_site, "/embed?kind=tender&view=month&theme=dark&accent=FF0000&limit=&tz=&lang=fr&id=audit"
    )
    digest = base64.b64encode(hashlib.sha384((STATIC / "widget.js").read_bytes()).digest()).decode()
    version = hashlib.sha256((STATIC / "widget.js").read_bytes()).hexdigest()[:12]
    source = f'async src="{BASE}/widget.js?v={version}" integrity="sha384-{digest}" crossorigin="anonymous"'
    named = [
        ("view", "month"),
        ("kind", "tender"),
        ("record", "audit"),
        ("lang", "fr"),
        ("theme", "dark"),
        ("accent", "ff0000"),
    ]
    named += [("label", "Villes\xa0: Appels d’offres, Audit of web sites"), ("height", "620")]
    data = " ".join(f'data-{name}="{value}"' for name, value in named)
    assert script == f'<script {source} {data} style="display:block;min-height:620px"></script>'
    assert frame == (
        f'<iframe src="{BASE}/widget?kind=tender&amp;id=audit&amp;lang=fr&amp;view=month&amp;theme=dark&amp;accent=ff0000"'
        ' title="Villes\xa0: Appels d’offres, Audit of web sites" width="100%" height="620" loading="lazy" style="border:0"></iframe>'
    )
    attributes = data.replace("data-", "")
    assert element == (
        f'<script {source}></script>\n<calendar-widget {attributes} style="display:block;min-height:620px">'
        f'<a href="{BASE}/fr/?kind=tender&amp;id=audit">Villes\xa0: Appels d’offres, Audit of web sites</a></calendar-widget>'
    )


@pytest.mark.parametrize(
    ("path", "lang"),
    [("/embed", "en"), ("/fr/embed", "fr"), ("/fr/embed?kind=event&kind=tender&country=KR&tag=data", "fr")],
)
def test_builder_is_sound(widget_site, path, lang):
    found = seen(widget_site, path)
    assert found.faults == []
    assert next(attrs["src"] for tag, attrs in found.tags if tag == "iframe").startswith("/widget?")
    headers = widget_site.get(path).headers
    assert headers["Content-Security-Policy"].endswith(
        "frame-ancestors 'none'; script-src 'self'; frame-src 'self'; connect-src 'self'"
    )
    assert [attrs["lang"] for tag, attrs in found.tags if tag == "html"] == [lang]
    assert f'value="{lang}" selected' in widget_site.html(path)


def test_lines_are_shown_as_texts(widget_site):
    html = widget_site.html("/embed")
    assert "&lt;script async" in html
    assert "&lt;iframe" in html
    assert "<script async" not in html


def test_builder_says_what_is_wrong_and_keeps_the_rest(widget_site):
    found = seen(widget_site, "/embed?accent=zz&limit=900&view=next&veiw=x", 400)
    for words in ("accent=zz is not a colour.", "limit=900 is out of range.", "Did you mean 'view'?"):
        assert words in found.text, words
    html = widget_site.html("/embed?accent=zz&limit=900&view=next&veiw=x")
    assert 'src="/widget?lang=en&amp;view=next"' in html
    assert 'name="view" value="next" checked' in html
    assert 'name="accent" type="text" value="zz"' in html


def test_builder_speaks_the_languages_of_the_calendar(widget_site):
    assert widget_site.get("/de/embed").status_code == 404
    assert "Afficher le calendrier sur votre site" in seen(widget_site, "/fr/embed").text


# -- oEmbed -----------------------------------------------------------------------------------------


def ask_oembed(site, url, **more):
    query = "".join(f"&{name}={value}" for name, value in more.items())
    answer = site.get(f"/oembed?url={quote(url, safe='')}{query}")
    return answer.status_code, answer.get_json()


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("", "/widget?lang=en"),
        ("/", "/widget?lang=en"),
        ("/?kind=tender&page=2", "/widget?kind=tender&amp;lang=en"),
        ("/fr/", "/widget?lang=fr"),
        ("/month/2026-12?kind=event", "/widget?kind=event&amp;lang=en&amp;view=month&amp;month=2026-12"),
        ("/fr/month", "/widget?lang=fr&amp;view=month"),
        ("/events/audit#when", "/widget?id=audit&amp;lang=en"),
        ("/fr/events/audit?tz=Asia/Seoul", "/widget?id=audit&amp;lang=fr&amp;tz=Asia/Seoul"),
        ("/widget?view=next&lang=fr", "/widget?lang=fr&amp;view=next"),
        ("/embed?view=compact", "/widget?lang=en&amp;view=compact"),
    ],
)
def test_oembed_of_a_page_is_its_frame(widget_site, path, source):
    status, told = ask_oembed(widget_site, BASE + path)
    assert status == 200
    assert told["html"].startswith(f'<iframe src="{BASE}{source}" title="')
    assert (told["version"], told["type"], told["provider_url"]) == ("1.0", "rich", f"{BASE}/")


def test_oembed_keeps_to_the_room_there_is(widget_site):
    sizes = [
        ask_oembed(widget_site, f"{BASE}/", **most)[1]
        for most in ({}, {"maxwidth": 300}, {"maxheight": 200, "maxwidth": 2000}, {"format": "json", "dnt": "1"})
    ]
    assert [(each["width"], each["height"]) for each in sizes] == [(600, 560), (300, 560), (600, 200), (600, 560)]
    assert 'width="300" height="560"' in sizes[1]["html"]


@pytest.mark.parametrize(
    ("url", "more", "status"),
    [
        ("https://elsewhere.example/", {}, 404),
        (f"{BASE}.evil.example/", {}, 404),
        (f"{BASE}/nothing", {}, 404),
        (f"{BASE}/events/nothing", {}, 404),
        (f"{BASE}/de/", {}, 404),
        (f"{BASE}/?kind=party", {}, 404),
        (f"{BASE}/month/2026-13", {}, 404),
        ("", {}, 404),
        ("javascript:alert(1)", {}, 404),
        (f"{BASE}/", {"format": "xml"}, 501),
        (f"{BASE}/", {"maxwidth": "0"}, 400),
        (f"{BASE}/", {"maxwidth": "-5"}, 400),
        (f"{BASE}/", {"maxheight": "wide"}, 400),
    ],
)
def test_oembed_refuses(widget_site, url, more, status):
    answered, told = ask_oembed(widget_site, url, **more)
    assert (answered, list(told)) == (status, ["error"])


def test_builder_tells_where_oembed_is(widget_site):
    links = [
        attrs
        for tag, attrs in seen(widget_site, "/embed?view=next").tags
        if tag == "link" and attrs.get("type") == "application/json+oembed"
    ]
    status = widget_site.get(links[0]["href"].removeprefix(BASE))
    assert json.loads(status.data)["html"].startswith(f'<iframe src="{BASE}/widget?lang=en&amp;view=next"')


@pytest.mark.parametrize(
    "query", ["a" * 250 + "=1", "&".join(f"x{number}=1" for number in range(1_500))], ids=["long", "many"]
)
def test_builder_answers_names_that_are_long_or_many(widget_site, query):
    assert widget_site.get(f"/embed?{query}").status_code == 400
