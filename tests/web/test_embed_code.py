"""The loader, the builder and oEmbed as they answer."""

import base64
import hashlib
import json
import re
from pathlib import Path
from urllib.parse import quote

import pytest

from calendar_service.records.selection import Selection
from calendar_service.web import contrast, embed_code, layout
from calendar_service.web.widget_query import VIEWS, WidgetQuery
from tests.support.widget_site import seen, widget_options

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


def test_loader_of_each_release_is_still_served(widget_site):
    for version in ("e1eb7c029d82",):
        body = widget_site.get(f"/widget.js?v={version}").data
        assert hashlib.sha256(body).hexdigest()[:12] == version


def test_attributes_of_the_loader_are_the_options_of_the_widget():
    text = (STATIC / "widget.js").read_text(encoding="utf-8")
    names = set(re.findall(r'"(\w+)"', re.search(r"NAMES = \[(.*?)\]", text)[1]))
    assert names == {"record" if name == "id" else name for name in widget_options()}
    heights = re.search(r"HEIGHTS = \{(.*?)\}", text)[1]
    assert re.findall(r"(\w+):", heights) == list(VIEWS)


def test_loader_takes_a_theme_only_where_its_colours_can_be_read():
    text = (STATIC / "widget.js").read_text(encoding="utf-8")
    light, dark = (float(re.search(rf"const {name} = ([\d.]+);", text)[1]) for name in ("LIGHT", "DARK"))
    assert light >= contrast._luminance(contrast.LIGHT_GROUNDS[1]) - 0.0005
    assert dark <= contrast._luminance(contrast.DARK_GROUNDS[1]) + 0.0005


# -- the builder ------------------------------------------------------------------------------------


def fields(site, path):
    texts = re.findall(r"<textarea.*?>(.*?)</textarea>", site.html(path), re.DOTALL)
    return [
        text.replace("&lt;", "<").replace("&gt;", ">").replace("&#34;", '"').replace("&amp;", "&") for text in texts
    ]


def test_builder_writes_the_lines(widget_site):
    script, frame, address, *policies = fields(
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
    named += [("label", "Villes\xa0: Appels d’offres, Audit of web sites")]
    height = re.search(r'height="(\d+)"', frame)[1]
    attributes = " ".join(f'{name}="{value}"' for name, value in [*named, ("height", height)])
    title = "Villes\xa0: Appels d’offres, Audit of web sites"
    assert script == (
        f'<calendar-widget {attributes} style="display:block;min-height:{height}px">'
        f'<a href="{BASE}/fr/?kind=tender&amp;id=audit">{title}</a></calendar-widget>\n<script {source}></script>'
    )
    query = "kind=tender&id=audit&lang=fr&view=month&theme=dark&accent=ff0000"
    assert re.sub(r"calc\(.*?px\)\)", "H", frame) == (
        f'<div style="container-type:inline-size"><iframe src="{BASE}/widget?{query.replace("&", "&amp;")}"'
        f' title="{title}" width="100%" height="{height}" loading="lazy"'
        ' style="border:0;height:H;color-scheme:dark"></iframe></div>'
    )
    assert address == f"{BASE}/widget?{query}"
    assert policies == [f"script-src {BASE}; frame-src {BASE}", f"frame-src {BASE}"]


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
    assert "&lt;calendar-widget" in html
    assert "&lt;iframe" in html
    assert "<script async" not in html
    assert "<calendar-widget" not in html


@pytest.mark.parametrize(
    ("steps", "height"),
    [
        ([(240, 300)], "300px"),
        ([(240, 612), (480, 300)], "calc(300px + clamp(0px,(480px - 100cqi)*999,312px))"),
        (
            [(240, 300), (480, 500), (640, 400)],
            "calc(400px - clamp(0px,(480px - 100cqi)*999,200px) + clamp(0px,(640px - 100cqi)*999,100px))",
        ),
    ],
)
def test_a_frame_is_as_high_as_its_width_needs(steps, height):
    query = WidgetQuery(Selection(lang="en"))
    code = embed_code.write_embed_code(query, "https://city.example", "Cities", "", 300, steps)
    assert f' height="300" loading="lazy" style="border:0;height:{height}"' in code.frame


def test_policy_names_the_origin_alone():
    query = WidgetQuery(Selection(lang="en"))
    code = embed_code.write_embed_code(query, "https://city.example:8443/calendar", "Cities", "", 300, [(240, 300)])
    origin = "https://city.example:8443"
    assert (code.script_policy, code.frame_policy) == (
        f"script-src {origin}; frame-src {origin}",
        f"frame-src {origin}",
    )


@pytest.mark.parametrize(
    ("query", "words"),
    [
        (
            "accent=00ff00",
            "So that it can be read, #00ff00 becomes #006b00 on light backgrounds and #00ff00 on dark ones.",
        ),
        (
            "accent=00FF00&lang=fr",
            "Pour rester lisible, #00ff00 devient #006b00 sur fond clair et #00ff00 sur fond sombre.",
        ),
    ],
)
def test_builder_says_which_colour_stands_for_one_that_cannot_be_read(widget_site, query, words):
    path = "/fr/embed" if "lang=fr" in query else "/embed"
    assert words in seen(widget_site, f"{path}?{query}").text
    assert "becomes" not in seen(widget_site, "/embed").text


def test_builder_hides_cancelled_dates(widget_site):
    assert 'value="hide"> <span>Hide cancelled dates' in widget_site.html("/embed")
    script, frame, *_ = fields(widget_site, "/embed?cancelled=hide")
    assert 'cancelled="hide"' in script
    assert "cancelled=hide" in frame
    assert 'value="hide" checked' in widget_site.html("/embed?cancelled=hide")


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
    ("path", "source", "page"),
    [
        ("", "lang=en&amp;theme=solid&amp;limit=5", "/"),
        ("/", "lang=en&amp;theme=solid&amp;limit=5", "/"),
        ("/?kind=tender&page=2", "kind=tender&amp;lang=en&amp;theme=solid&amp;limit=5", "/?kind=tender"),
        ("/fr/", "lang=fr&amp;theme=solid&amp;limit=5", "/fr/"),
        (
            "/month/2026-12?kind=event",
            "kind=event&amp;lang=en&amp;view=month&amp;theme=solid&amp;limit=5&amp;month=2026-12",
            "/?kind=event",
        ),
        ("/fr/month", "lang=fr&amp;view=month&amp;theme=solid&amp;limit=5", "/fr/"),
        ("/events/audit#when", "id=audit&amp;lang=en&amp;theme=solid&amp;limit=5", "/events/audit"),
        (
            "/fr/events/audit?tz=Asia/Seoul",
            "id=audit&amp;lang=fr&amp;tz=Asia/Seoul&amp;theme=solid&amp;limit=5",
            "/fr/events/audit",
        ),
        ("/widget?view=next&lang=fr&theme=auto", "lang=fr&amp;view=next&amp;limit=5", "/fr/"),
        ("/widget?theme=dark&limit=10", "lang=en&amp;theme=dark", "/"),
        ("/embed?view=compact&limit=2", "lang=en&amp;view=compact&amp;theme=solid&amp;limit=2", "/"),
    ],
)
def test_oembed_of_a_page_is_its_frame_after_a_link(widget_site, path, source, page):
    status, told = ask_oembed(widget_site, BASE + path)
    assert status == 200
    assert told["html"] == (
        f'<blockquote hidden><a href="{BASE}{page}">{told["title"]}</a></blockquote>'
        f'<iframe src="{BASE}/widget?{source}" title="{told["title"]}" width="600" height="{told["height"]}"'
        ' frameborder="0" loading="lazy" style="max-width:100%"></iframe>'
    )
    assert (told["version"], told["type"], told["provider_url"]) == ("1.0", "rich", f"{BASE}/")
    assert widget_site.get(page).status_code == 200


def test_oembed_keeps_to_the_room_there_is(widget_site):
    sizes = [
        ask_oembed(widget_site, f"{BASE}/", **most)[1]
        for most in ({}, {"maxwidth": 300}, {"maxheight": 500, "maxwidth": 2000}, {"maxheight": 100}, {"dnt": "1"})
    ]
    assert [each["width"] for each in sizes] == [600, 300, 600, 600, 600]
    whole, narrow, low, tiny, _ = sizes
    assert narrow["height"] > whole["height"] > 500
    assert low["height"] <= 500
    assert "limit=5" in whole["html"]
    assert re.search(r"limit=[23]\b", low["html"])
    assert ("limit=1" in tiny["html"], tiny["height"]) == (True, 100)
    assert f'width="300" height="{narrow["height"]}"' in narrow["html"]


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
    assert f'<iframe src="{BASE}/widget?lang=en&amp;view=next&amp;' in json.loads(status.data)["html"]


@pytest.mark.parametrize("path", ["/", "/fr/month/2026-12", "/events/audit", "/widget?view=next&kind=tender", "/embed"])
def test_pages_tell_where_their_oembed_is(widget_site, path):
    links = [
        attrs["href"]
        for tag, attrs in seen(widget_site, path).tags
        if tag == "link" and attrs.get("type") == "application/json+oembed"
    ]
    assert len(links) == 1
    assert links[0].startswith(f"{BASE}/oembed?format=json&url=https%3A")
    assert widget_site.get(links[0].removeprefix(BASE)).status_code == 200


@pytest.mark.parametrize(
    "query", ["a" * 250 + "=1", "&".join(f"x{number}=1" for number in range(1_500))], ids=["long", "many"]
)
def test_builder_answers_names_that_are_long_or_many(widget_site, query):
    assert widget_site.get(f"/embed?{query}").status_code == 400
