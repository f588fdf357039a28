"""What the widget answers: its views in words, its own grammar, its headers, and how much it weighs."""

import gzip
import re
from pathlib import Path

import pytest

from calendar_service.web import contrast, layout
from calendar_service.web.contrast import contrast_ratio, ensure_contrast
from tests.support.widget_site import VIEWS, WidgetSite, seen

STATIC = Path(layout.__file__).parent / "static"
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors {}"
)


@pytest.mark.parametrize("lang", ["en", "fr"])
@pytest.mark.parametrize("view", VIEWS)
def test_page_in_the_frame_is_sound(widget_site, view, lang):
    found = seen(widget_site, f"/widget?view={view}&lang={lang}&month=2026-12")
    assert found.faults == []
    assert [attrs["lang"] for tag, attrs in found.tags if tag == "html"] == [lang]
    ids = [attrs["id"] for _, attrs in found.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    assert [tag for tag, _ in found.tags].count("h1") == 1
    assert not [
        tag
        for tag, attrs in found.tags
        if tag in ("style", "form", "base") or "style" in attrs or any(name.startswith("on") for name in attrs)
    ]
    links = [attrs for tag, attrs in found.tags if tag == "a"]
    assert len(links) > 3
    for attrs in links:
        turns = attrs["href"].startswith("/widget?")
        assert (attrs.get("target"), attrs.get("rel")) == ((None, attrs["rel"]) if turns else ("_blank", "noopener")), (
            attrs
        )
        if not attrs["href"].startswith("webcal:"):
            assert widget_site.get(attrs["href"]).status_code == 200, attrs


@pytest.mark.parametrize(
    ("query", "words"),
    [
        (
            "",
            "November 2026 Wed 25 Nov Closes in 2 days Audit of web sites Wednesday 25 November 2026, 17:00 CET (UTC+1) Call for tenders",
        ),
        ("", "Closes in 6 days Online charts Sunday 29 November 2026, 17:00 CET (UTC+1)"),
        ("", "Was 24 November 2026 , extended once."),
        (
            "",
            "In 10 days Rumours Thursday 3 December 2026, 11:00-12:30 CET (UTC+1) In Seoul: 19:00-20:30 KST (UTC+9) Webinar Online, Seoul, South Korea Add to your calendar: Rumours",
        ),
        ("tz=America/New_York", "In New York: 05:00-06:30 EST (UTC-5)"),
        ("", "Cancelled Visit to Bergen"),
        ("", "Postponed Academy"),
        ("lang=fr", "Audit of web sites (anglais seulement)"),
        ("lang=fr", "Auparavant le 24 novembre 2026 , prolongé une fois."),
        ("limit=2", "+5 more"),
        ("limit=2", "Times are those of Paris unless another place is named."),
        (
            "view=next",
            "Call for tenders Closes in 2 days Audit of web sites Wednesday 25 November 2026, 17:00 CET (UTC+1) Add to your calendar",
        ),
        (
            "view=next&kind=webinar",
            "In 10 days Rumours Thursday 3 December 2026, 11:00-12:30 CET (UTC+1) In Seoul: 19:00-20:30 KST (UTC+9) Online, Seoul, South Korea",
        ),
        ("view=next&id=bergen", "Cancelled Visit to Bergen Wednesday 9 to Friday 11 December 2026"),
        (
            "view=compact",
            "Wed 25 Nov Closes in 2 days Audit of web sites Wednesday 25 November 2026, 17:00 CET (UTC+1)",
        ),
        ("view=compact", "Wed 20 Jan 2027"),
        ("view=month&month=2026-12", "December 2026 ← November 2026 → January 2027"),
        ("view=month&month=2026-12", "11:00 Rumours Webinar"),
        ("view=month&month=2026-12", "Cancelled Visit to Bergen Event"),
        ("view=month&month=2027-05", "Nothing in this month."),
        ("view=month&month=2026-12&limit=1", "+3 more"),
        ("tag=past", "No upcoming dates match these filters. Past July 2026 Tue 7 Jul Racism"),
        ("id=over", "Past July 2026 Tue 7 Jul Racism"),
        ("view=next&id=over", "Webinar · Past Racism Tuesday 7 July 2026"),
        ("view=next&from=2028-05-01", "Nothing in this period."),
        ("from=2026-07-01&to=2026-07-31&view=compact", "July 2026 Tue 7 Jul Racism"),
    ],
)
def test_widget_says(widget_site, query, words):
    assert words in seen(widget_site, f"/widget?{query}").text


@pytest.mark.parametrize("view", ["agenda", "next", "compact"])
def test_a_chosen_record_that_is_past_is_not_said_to_be_missing(widget_site, view):
    assert "No upcoming dates" not in seen(widget_site, f"/widget?view={view}&id=over").text


def test_first_record_is_the_next_deadline_though_an_event_comes_sooner(tmp_path):
    records = "  - {id: soon, kind: event, title: Soon, when: 24 November 2026}\n  - {id: bid, kind: tender, title: Bid, closes: 30 December 2026}\n"
    site = WidgetSite(tmp_path, records)
    assert "Bid" in seen(site, "/widget?view=next").text
    assert "Tomorrow Soon" in seen(site, "/widget?view=next&kind=event").text
    assert 'data-until="' not in site.html("/widget?view=next&kind=event")
    assert 'data-until="2026-12-30T22:59:59Z"' in site.html("/widget?view=next")
    site.engine.dispose()


def test_widget_of_an_empty_calendar_says_so(tmp_path):
    site = WidgetSite(tmp_path, "  - {id: old, kind: event, title: Old, when: 1 May 2020}\n")
    for view in VIEWS:
        assert re.search(
            "No dates are announced|No upcoming date|Nothing in this month", seen(site, f"/widget?view={view}").text
        ), view
    site.engine.dispose()


def test_two_thousand_records_are_cut(tmp_path):
    days = [
        f"{day} {month} {year}" for year in range(2027, 2037) for month in ("January", "May") for day in range(1, 26)
    ]
    records = "".join(f"  - {{id: r{n}, kind: event, title: Title {n}, when: {days[n % 500]}}}\n" for n in range(2000))
    site = WidgetSite(tmp_path, records)
    html = site.html("/widget?limit=100")
    assert html.count('class="row ') == 100
    assert "+1900 more" in html
    assert len(html) < 150_000
    site.engine.dispose()


# -- the grammar ------------------------------------------------------------------------------------

REFUSED = [
    ("view=grid", "view=grid is unknown. Possible: agenda, month, next, compact."),
    ("view=", "view= is unknown."),
    ("view=month&view=next", "view= takes one value. Give it once."),
    ("theme=blue", "theme=blue is unknown. Possible: auto, solid, light, dark."),
    ("accent=12345", "accent=12345 is not a colour. Write six hexadecimal digits, such as 1c4e94."),
    ("accent=%23aabbcc", "accent=#aabbcc is not a colour."),
    ("accent=٠٠٠٠٠٠", "is not a colour."),
    ("limit=0", "limit=0 is out of range. Write a whole number from 1 to 100."),
    ("limit=101", "limit=101 is out of range."),
    ("limit=1e1", "limit=1e1 is out of range."),
    ("month=2027-13", "month=2027-13 is not a month. Write it as 2027-03."),
    ("month=0001-01", "month=0001-01 is not a month."),
    ("veiw=next", "There is no parameter 'veiw'. Did you mean 'view'?"),
    ("callback=x", "There is no parameter 'callback'."),
    ("kind=party", "kind=party is unknown."),
    ("tag=zz", "There is no topic 'zz'."),
    ("id=zz", "There is no event or call 'zz'."),
    ("tz=Mars/Phobos", "tz=Mars/Phobos is unknown."),
    ("lang=de", "lang=de is unknown."),
    ("lang=fr&accent=rot", "accent=rot n’est pas une couleur. Écrivez six chiffres hexadécimaux, par exemple 1c4e94."),
    ("&".join(f"tag=a{n}" for n in range(30)), "The selection is too long."),
]


@pytest.mark.parametrize(("query", "words"), REFUSED, ids=[query[:20] for query, _ in REFUSED])
def test_what_is_unknown_is_refused_inside_the_frame(widget_site, query, words):
    found = seen(widget_site, f"/widget?{query}", 400)
    assert words in found.text
    assert found.faults == []
    headers = widget_site.get(f"/widget?{query}").headers
    assert headers["Content-Security-Policy"] == POLICY.format("*")
    assert "X-Frame-Options" not in headers
    assert headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "query",
    [
        "from=2026-01-01",
        "to=2027-01-01",
        "kind=tender",
        "country=KR",
        "language=en",
        "id=long",
        "q=audit",
        "lang=fr",
        "tz=Asia/Seoul",
        "cancelled=hide",
        "alarms=7%20days",
        "tag=data",
    ],
)
def test_every_name_of_the_selection_is_taken(widget_site, query):
    assert widget_site.get(f"/widget?{query}").status_code == 200


# -- headers ----------------------------------------------------------------------------------------


def test_headers_are_those_of_the_widget_alone(widget_site):
    answer = widget_site.get("/widget", **{"Accept-Encoding": "gzip"})
    told = {
        name: answer.headers.get(name)
        for name in (
            "Content-Security-Policy",
            "X-Frame-Options",
            "Cross-Origin-Resource-Policy",
            "Cross-Origin-Opener-Policy",
            "Set-Cookie",
            "X-Content-Type-Options",
            "Referrer-Policy",
            "Cache-Control",
            "Vary",
            "Content-Encoding",
        )
    }
    assert told == {
        "Content-Security-Policy": POLICY.format("*"),
        "X-Frame-Options": None,
        "Cross-Origin-Resource-Policy": "cross-origin",
        "Cross-Origin-Opener-Policy": None,
        "Set-Cookie": None,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "max-age=60",
        "Vary": "Accept-Encoding",
        "Content-Encoding": "gzip",
    }
    again = widget_site.get("/widget", **{"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", answer.headers["ETag"])


@pytest.mark.parametrize("path", ["/", "/month", "/events/audit", "/subscribe", "/embed", "/nothing", "/reminders"])
def test_all_else_refuses_to_be_framed(widget_site, path):
    assert "frame-ancestors 'none'" in widget_site.get(path).headers["Content-Security-Policy"]


@pytest.mark.parametrize("path", ["/", "/month", "/events/audit", "/subscribe"])
def test_pages_open_from_sandboxed_frames(widget_site, path):
    assert "Cross-Origin-Opener-Policy" not in widget_site.get(path).headers


def test_sites_that_may_frame_it_are_those_of_the_settings(tmp_path):
    site = WidgetSite(tmp_path, frame_ancestors=("https://a.example", "https://*.b.example"))
    for query in ("", "?view=zz"):
        policy = site.get(f"/widget{query}").headers["Content-Security-Policy"]
        assert policy == POLICY.format("https://a.example https://*.b.example")
    site.engine.dispose()


def test_fault_is_told_inside_the_frame(widget_site, monkeypatch, caplog):
    monkeypatch.setattr("calendar_service.web.widget.show_widget", lambda *_: 1 / 0)
    assert "Something went wrong. Try again in a minute." in seen(widget_site, "/widget?limit=7", 500).text
    assert "A widget failed." in caplog.text
    assert seen(widget_site, "/widget?lang=fr&limit=7", 500).text.startswith("Ce calendrier ne peut pas être affiché.")


# -- colours and weight -----------------------------------------------------------------------------


@pytest.mark.parametrize("colour", ["ffffff", "000000", "ffff00", "777777", "1c4e94", "00ff00", "ff00ff", "0000ff"])
def test_accent_is_made_readable(widget_site, colour):
    css = widget_site.get(f"/widget/accent-{colour}.css")
    assert (css.content_type, css.headers["Cross-Origin-Resource-Policy"]) == (
        "text/css; charset=utf-8",
        "cross-origin",
    )
    light, dark, auto = re.findall(r"--event:#([0-9a-f]{6})", css.get_data(as_text=True))
    assert dark == auto
    for made, grounds in ((light, ("ffffff", "f4f2ea", "e7e7e7")), (dark, ("000000", "14171b", "1d2126", "2f2f2f"))):
        assert min(contrast_ratio(made, ground) for ground in grounds) >= 4.5
        assert min(contrast_ratio(made, contrast._mix(ground, made, 0.12)) for ground in grounds) >= 4.5


def test_readable_accent_is_left_as_it_is():
    assert ensure_contrast("1c4e94", ("ffffff",), "000000") == "1c4e94"
    assert round(contrast_ratio("777777", "ffffff"), 2) == 4.48


@pytest.mark.parametrize("name", ["zz", "12345", "1C4E94", "1c4e94;}"])
def test_accent_that_is_none_has_no_stylesheet(widget_site, name):
    assert widget_site.get(f"/widget/accent-{name}.css").status_code == 404


def test_colours_of_a_scheme_can_be_read_on_all_of_its_grounds():
    css = (STATIC / "widget.css").read_text(encoding="utf-8")
    blocks = re.findall(r"--paper: #(\w+); --raised: #(\w+)(.*?)\}", css, re.DOTALL)
    for (paper, raised, rest), grounds in zip(
        blocks, (contrast.LIGHT_GROUNDS, contrast.DARK_GROUNDS, contrast.DARK_GROUNDS), strict=True
    ):
        colours = dict(re.findall(r"--([\w-]+): #(\w{6});", rest))
        papers = [paper if len(paper) == 6 else paper * 2, raised, *grounds]
        for name in ("ink", "quiet", "urgent", "event", "webinar", "tender"):
            assert min(contrast_ratio(colours[name], ground) for ground in papers) >= 4.5, (name, papers)


def test_colours_are_those_of_the_site():
    """Only the ground is the host's white, and so is the ink on the urgent pill."""
    names = ("ink", "quiet", "line", "hair", "focus", "urgent", "event", "webinar", "tender")
    site, widget = (
        [
            {name: value for name, value in re.findall(r"--([\w-]+): (#\w+);", block) if name in names}
            for block in re.findall(
                r":root[.\w]* \{(.*?)\n *\}", (STATIC / name).read_text(encoding="utf-8"), re.DOTALL
            )
        ]
        for name in ("site.css", "widget.css")
    )
    site, widget = ([block for block in blocks if block] for blocks in (site, widget))
    assert widget == [site[0], site[1], site[1]]


def test_weight():
    def weight(*names):
        return sum(len(gzip.compress((STATIC / name).read_bytes(), 9)) for name in names)

    assert weight("widget.js") <= 4000
    assert weight("widget-frame.js", "own-zone.js") <= 4000
    assert weight("widget.css") <= 4000


def test_scripts_keep_nothing_and_ask_nobody():
    for name in ("widget.js", "widget-frame.js", "own-zone.js"):
        text = (STATIC / name).read_text(encoding="utf-8")
        assert not re.search(
            r"cookie|localStorage|sessionStorage|indexedDB|fetch\(|XMLHttp|innerHTML|eval|document\.write|http",
            text.replace("https://…", ""),
        ), name
