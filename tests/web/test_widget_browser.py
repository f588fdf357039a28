"""The widget in a real browser, in pages of a foreign origin: scripts on and off, sandboxed, alone and in company."""

import re

import pytest

from tests.support.browser import look, pixel
from tests.support.widget_site import inside, line, widgets

SCROLLS = "document.documentElement.scrollHeight > innerHeight || document.documentElement.scrollWidth > innerWidth"
SHIFTS = """new Promise(done => {
  let sum = 0;
  new PerformanceObserver(list => { for (const each of list.getEntries()) sum += each.value; })
    .observe({type: "layout-shift", buffered: true});
  setTimeout(() => done(sum), 300);
})"""


@pytest.mark.parametrize(
    "view",
    ["agenda", "month", pytest.param("next", marks=pytest.mark.slow), pytest.param("compact", marks=pytest.mark.slow)],
)
def test_frame_is_as_high_as_its_content_at_every_width(browser, foreign, served_widget, view):
    url = foreign.show(line(served_widget, view=view, limit=20, month="2026-12"))
    page = look(browser, url, viewport={"width": 1000, "height": 900})
    for width in (240, 320, 600, 1000):
        page.set_viewport_size({"width": width + 16, "height": 900})
        frame = inside(page)
        page.wait_for_timeout(80)
        assert frame.evaluate("innerWidth") == width
        assert not frame.evaluate(SCROLLS), (view, width)
        heights = page.evaluate(
            "w => [w.height, w.getBoundingClientRect().height]", page.query_selector("calendar-widget")
        )
        assert heights[0] == heights[1] > 100
    assert page.faults == []
    assert page.context.cookies() == []
    assert {re.match(r"https?://[^/]+", asked)[0] for asked in page.asked} == {foreign.url, served_widget.base}
    assert page.context.storage_state() == {"cookies": [], "origins": []}
    assert page.evaluate("Object.keys(window).filter(name => /calendar|widget/i.test(name))") == []
    page.context.close()


def test_frame_without_scripts_is_whole(browser, foreign, served_widget):
    url = foreign.show(f'<iframe src="{served_widget.base}/widget?tz=Asia/Seoul" width="600" height="1500"></iframe>')
    page = look(browser, url, java_script_enabled=False, viewport={"width": 700, "height": 1600})
    text = page.frames[1].locator("body").inner_text()
    for words in (
        "Closes in 2\N{NO-BREAK SPACE}days",
        "17:00 CET (UTC+1)",
        "In Seoul: Thursday 26 November 2026, 01:00 KST (UTC+9)",
        "Was 24 November 2026, extended once.",
        "Cancelled",
        "Postponed",
        "Times are those of Paris",
    ):
        assert words in text, words
    assert page.frames[1].locator("select").is_hidden()
    page.context.close()


@pytest.mark.parametrize("sandbox", ["allow-scripts allow-popups allow-downloads", "allow-popups allow-downloads"])
def test_file_comes_out_of_a_sandbox(browser, foreign, served_widget, sandbox):
    url = foreign.show(
        f'<iframe sandbox="{sandbox}" src="{served_widget.base}/widget?lang=fr" width="600" height="1500"></iframe>'
    )
    page = look(browser, url, viewport={"width": 700, "height": 1600}, accept_downloads=True)
    downloads = []
    page.on("download", lambda each: downloads.append(each))  # noqa: PLW0108 (Playwright refuses built-in functions)
    page.context.on("page", lambda opened: opened.on("download", lambda each: downloads.append(each)))  # noqa: PLW0108
    page.frames[1].get_by_role("link", name="Ajouter à votre agenda : Rumeurs").click()
    for _ in range(50):
        if downloads:
            break
        page.wait_for_timeout(50)
    assert downloads[0].suggested_filename == "rumours.ics"
    body = downloads[0].path().read_text(encoding="utf-8")
    assert "SUMMARY;LANGUAGE=fr:Rumeurs" in body or "SUMMARY:Rumeurs" in body
    # The browser remarks that the sandbox lets no script run.
    assert [fault for fault in page.faults if "Blocked script execution" not in fault] == []
    page.context.close()


def test_plain_sandbox_still_opens_the_pages(browser, foreign, served_widget):
    """A sandbox without allow-downloads keeps files in; the page of a record opens, and says the rest."""
    url = foreign.show(
        f'<iframe sandbox="allow-popups" src="{served_widget.base}/widget" width="600" height="1500"></iframe>'
    )
    page = look(browser, url, viewport={"width": 700, "height": 1600})
    with page.context.expect_page() as opened:
        page.frames[1].get_by_role("link", name="Rumours", exact=True).click()
    opened.value.wait_for_load_state()
    assert opened.value.get_by_role("heading", level=1).inner_text() == "Rumours"
    assert opened.value.evaluate("opener") is None
    page.context.close()


def test_two_on_a_page_keep_to_themselves_and_strangers_are_not_heard(browser, foreign, served_widget):
    stranger = (
        "<iframe id=stranger srcdoc=\"<script>for (const data of [{type:'calendar-widget',height:77},"
        "{type:'calendar-widget',height:'78'}]) parent.postMessage(data,'*')</script>\"></iframe>"
    )
    body = line(served_widget, view="agenda") + line(served_widget, view="next", label="What is next") + stranger
    page = look(browser, foreign.show(body), viewport={"width": 640, "height": 2200})
    inside(page, 0), inside(page, 1)
    page.evaluate(
        """base => {
        for (const origin of [location.origin, base])
          for (const height of ["99", 99.5, NaN, -1, 0, 1e9, {}, null])
            for (const source of [window, ...document.querySelectorAll('calendar-widget')].map(each => each.shadowRoot?.querySelector('iframe').contentWindow ?? each))
              dispatchEvent(new MessageEvent('message', {data: {type: 'calendar-widget', height}, origin, source}));
        const real = document.querySelector('calendar-widget').shadowRoot.querySelector('iframe').contentWindow;
        const say = (data, origin, source) => dispatchEvent(new MessageEvent('message', {data, origin, source}));
        say({type: 'calendar-widget', height: 66}, location.origin, real);
        say({type: 'calendar-widget', height: 66}, base, window);
        say({type: 'calendar-widget', height: 66, more: 1}, base, real);
        say({type: 'other', height: 66}, base, real);
        say('66', base, real);
        say(null, base, real);
    }""",
        served_widget.base,
    )
    heights = page.evaluate("[...document.querySelectorAll('calendar-widget')].map(each => each.height)")
    own = [
        frame.evaluate("Math.ceil(document.documentElement.getBoundingClientRect().height)") for frame in widgets(page)
    ]
    # Which of the two lines runs first is the browser's affair.
    assert sorted(heights) == sorted(own)
    assert max(heights) > 2 * min(heights) > 200
    titles = page.evaluate(
        "[...document.querySelectorAll('calendar-widget')].map(each => each.shadowRoot.firstChild.title)"
    )
    assert sorted(titles) == ["Calendar", "What is next"]
    assert page.faults == []
    page.context.close()


def test_nothing_jumps_where_the_line_reserves_its_room(browser, foreign, served_widget):
    page = look(browser, foreign.show(line(served_widget, view="compact")), viewport={"width": 600, "height": 1500})
    inside(page)
    height = page.evaluate("document.querySelector('calendar-widget').height")
    reserved = line(served_widget, view="compact", height=height).replace(
        "></script>", f' style="display:block;min-height:{height}px"></script>'
    )
    page.goto(foreign.show(f"{reserved}<p>What stands under it.</p>"))
    inside(page)
    assert page.evaluate(SHIFTS) == 0
    assert page.evaluate("document.querySelector('calendar-widget').getBoundingClientRect().height") == height
    page.goto(foreign.show(f"{line(served_widget, view='compact', height=100)}<p>What stands under it.</p>"))
    inside(page)
    assert page.evaluate(SHIFTS) > 0  # the measure would tell
    page.context.close()


def test_host_that_allows_our_origin_alone(browser, foreign, served_widget):
    base = served_widget.base
    policy = f"default-src 'none'; img-src data:; script-src {base}; frame-src {base}"
    page = look(browser, foreign.show(line(served_widget, view="next"), policy))
    assert "Audit of web sites" in inside(page).locator("body").inner_text()
    assert page.faults == []
    page.context.close()


def test_element_follows_its_attributes(browser, foreign, served_widget):
    body = f'<script src="{served_widget.base}/widget.js"></script><calendar-widget view="compact" record="audit,charts" lang="fr"><a href="/">x</a></calendar-widget>'
    page = look(browser, foreign.show(body))
    assert inside(page).locator("h2 a").all_inner_texts() == ["Audit of web sites", "Graphiques"]
    page.evaluate("""() => {
      const widget = document.querySelector('calendar-widget');
      widget.addEventListener('heightchange', event => { window.told = event.detail.height; });
      widget.record = ''; widget.kind = 'webinar'; widget.view = 'next';
    }""")
    page.wait_for_function("window.told > 0")
    assert page.frames[1].url == f"{served_widget.base}/widget?view=next&kind=webinar&lang=fr&theme=light"
    assert page.frames[1].get_by_role("heading", level=2).inner_text() == "Rumeurs"
    state = page.evaluate(
        "(w => [w.kind, w.getAttribute('kind'), w.height === window.told, w.shadowRoot.firstChild.title])(document.querySelector('calendar-widget'))"
    )
    assert state == ["webinar", "webinar", True, "Calendrier"]
    assert page.faults == []
    page.context.close()


def test_clock_is_switched_by_keyboard(browser, foreign, served_widget):
    url = foreign.show(line(served_widget, kind="webinar"))
    page = look(browser, url, timezone_id="Asia/Calcutta", viewport={"width": 640, "height": 900})
    frame = inside(page)
    clocks = frame.get_by_label("Time zone")
    assert clocks.locator("option").all_inner_texts() == [
        "Programme: Paris",
        "Each place’s time zone",
        "Your time zone: Kolkata",
    ]
    assert frame.locator(".local").all_inner_texts() == ["In Seoul: 19:00-20:30 KST (UTC+9)"]
    clocks.focus()
    page.keyboard.press("ArrowDown")
    frame.wait_for_url("**tz=Asia%2FKolkata**")
    frame.locator(".local", has_text="Kolkata").wait_for()
    assert frame.locator(".local").all_inner_texts() == ["In Kolkata: 15:30-17:00 IST (UTC+5:30)"]
    assert frame.evaluate("document.activeElement.id") == "zone"
    page.keyboard.press("Home")
    frame.wait_for_url("**tz=Europe%2FParis**")
    frame.locator("select option[value='Europe/Paris'][selected]").wait_for(state="attached")
    assert frame.locator(".local").count() == 0
    assert page.faults == []
    page.context.close()


@pytest.mark.parametrize(
    ("theme", "scheme", "ink", "ground", "padding"),
    [
        ("auto", "light", "rgb(27, 31, 36)", "rgba(0, 0, 0, 0)", "0px"),
        ("auto", "dark", "rgb(236, 234, 228)", "rgba(0, 0, 0, 0)", "16px"),
        ("solid", "light", "rgb(27, 31, 36)", "rgb(255, 255, 255)", "16px"),
        ("solid", "dark", "rgb(236, 234, 228)", "rgb(20, 23, 27)", "16px"),
        ("light", "dark", "rgb(27, 31, 36)", "rgba(0, 0, 0, 0)", "0px"),
        ("dark", "light", "rgb(236, 234, 228)", "rgba(0, 0, 0, 0)", "0px"),
    ],
)
def test_theme_is_the_visitors_or_the_sites(browser, served_widget, theme, scheme, ink, ground, padding):
    url = f"{served_widget.base}/widget?theme={theme}&accent=777777"
    page = look(browser, url, color_scheme=scheme, java_script_enabled=False)
    colours = page.evaluate(
        "(s => [s.color, s.backgroundColor, getComputedStyle(document.body).padding])(getComputedStyle(document.documentElement))"
    )
    assert colours == [ink, ground, padding]
    page.context.close()


def test_widget_that_is_opened_by_itself_has_a_background(browser, served_widget):
    page = look(browser, f"{served_widget.base}/widget", color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == "rgb(20, 23, 27)"
    page.context.close()


@pytest.mark.parametrize(
    ("style", "scheme", "theme"),
    [
        ("", "light", "light"),
        ("", "dark", "light"),  # a site that knows no dark scheme is white
        (":root { color-scheme: light dark }", "dark", "dark"),
        (":root { color-scheme: light dark }", "light", "light"),
        ("body { background: #f5f5f5 }", "dark", "light"),
        ("body { background: #1a1d21 }", "light", "dark"),
        ("body { background: #1a1d21 } main { background: white }", "light", "light"),
        ("body { background: teal }", "light", "solid"),
        ("body { background: linear-gradient(white, white) }", "light", "solid"),
        ("main { background: rgb(0 0 0 / .5) }", "light", "solid"),
        (":root { color-scheme: dark } main { background: #fff }", "dark", "light"),
    ],
)
def test_colours_follow_the_site(browser, foreign, served_widget, style, scheme, theme):
    """What lies behind the frame is seen through it, or it brings its own ground."""
    html = f"<style>{style}</style><main>{line(served_widget, view='next')}</main>"
    page = look(browser, foreign.show(html), color_scheme=scheme)
    frame = inside(page)
    assert f"theme={theme}" in frame.url
    behind, corner = page.evaluate("""() => {
      const box = document.querySelector('calendar-widget').getBoundingClientRect();
      return [[box.x - 4, box.y + 40], [box.right - 4, box.y + 40]];
    }""")
    seen = [pixel(page, x, y) for x, y in (behind, corner)]
    page.context.close()
    if theme == "solid":
        assert seen[1] == frame_ground(scheme)
    elif "main {" not in style:
        assert seen[0] == seen[1]


def frame_ground(scheme):
    return (255, 255, 255) if scheme == "light" else (20, 23, 27)


def test_colours_follow_a_site_that_changes_them(browser, foreign, served_widget):
    html = f"<style>.night body {{ background: #111 }}</style>{line(served_widget, view='next')}"
    page = look(browser, foreign.show(html))
    frame = inside(page)
    steps = page.evaluate("history.length")
    page.evaluate("document.documentElement.className = 'night'")
    frame.wait_for_url("**theme=dark**")
    page.evaluate("document.documentElement.className = ''")
    frame.wait_for_url("**theme=light**")
    assert page.evaluate("history.length") == steps
    assert page.faults == []
    page.context.close()


# -- a site's policy --------------------------------------------------------------------------------


@pytest.mark.parametrize("style", ["", "; style-src 'unsafe-inline'"])
def test_link_stands_where_the_policy_forbids_the_script(browser, foreign, served_widget, style):
    code = copied(browser, served_widget)
    page = look(browser, foreign.show(code, f"default-src 'none'; img-src data:; script-src 'self'{style}"))
    link = page.get_by_role("link", name="Cities")
    assert link.is_visible()
    assert link.bounding_box()["y"] < 40
    assert page.locator("iframe").count() == 0
    link.click()
    page.wait_for_url(f"{served_widget.base}/")
    page.context.close()


def test_link_stands_where_the_policy_forbids_the_frame(browser, foreign, served_widget):
    code = copied(browser, served_widget)
    page = look(browser, foreign.show(code, f"default-src 'none'; img-src data:; script-src {served_widget.base}"))
    page.get_by_role("link", name="Cities").wait_for()
    assert page.evaluate("document.querySelector('calendar-widget').offsetHeight") < 40
    page.context.close()


def test_lines_that_the_builder_prints_are_enough(browser, foreign, served_widget):
    code, policy = (copied(browser, served_widget, label) for label in ("Script (recommended)", "For the script"))
    frame, frame_policy = (
        copied(browser, served_widget, label) for label in ("Iframe (without scripts)", "For the iframe or the address")
    )
    page = look(browser, foreign.show(code, f"default-src 'none'; img-src data:; {policy}"))
    assert "Audit of web sites" in inside(page).locator("body").inner_text()
    # Only what reserves its room before it is loaded is refused: a style that stands in the element.
    assert [fault for fault in page.faults if "inline style" not in fault] == []
    page.goto(foreign.show(frame, f"default-src 'none'; img-src data:; {frame_policy}"))
    assert "Audit of web sites" in page.frames[1].locator("body").inner_text()
    page.context.close()


def test_hash_of_the_script_is_enough_under_a_policy_with_nonces(browser, foreign, served_widget):
    code = copied(browser, served_widget)
    digest = re.search(r'integrity="(sha384-[^"]+)"', code)[1]
    policy = f"default-src 'none'; img-src data:; script-src 'nonce-abc' '{digest}'; frame-src {served_widget.base}"
    page = look(browser, foreign.show(code, policy))
    assert "Audit of web sites" in inside(page).locator("body").inner_text()
    page.context.close()


def copied(browser, site, label="Script (recommended)"):
    page = look(browser, f"{site.base}/embed", java_script_enabled=False)
    value = page.get_by_label(label, exact=True).input_value()
    page.context.close()
    return value


# -- WordPress --------------------------------------------------------------------------------------

# What WordPress makes of the HTML of a site that it does not know, and what its script does with messages.
WORDPRESS = """
<blockquote class="wp-embedded-content" data-secret="Secret1234"><a href="{base}/">Cities</a></blockquote>
<iframe class="wp-embedded-content" sandbox="allow-scripts" style="position: absolute; clip: rect(1px, 1px, 1px, 1px);"
  title="Cities" src="{src}#?secret=Secret1234" data-secret="Secret1234" width="500" height="400"></iframe>
<script>
addEventListener('message', ({{data, source}}) => {{
  const frame = document.querySelector('iframe[data-secret="' + data.secret + '"]');
  if (!frame || source !== frame.contentWindow) return;
  document.querySelector('blockquote').style.display = 'none';
  frame.removeAttribute('style');
  if (data.message === 'height') frame.height = Math.max(200, Math.min(1000, parseInt(data.value, 10)));
  if (data.message === 'link' && new URL(data.value).host === new URL(frame.src).host && document.activeElement === frame)
    top.location.href = data.value;
}});
document.querySelector('iframe').contentWindow.postMessage({{message: 'ready', secret: 'Secret1234'}}, '*');
</script>
"""


def in_wordpress(browser, foreign, site, path):
    html = site.get(f"/oembed?maxwidth=500&url={site.base}{path}").get_json()["html"]
    src = re.search(r'<iframe src="([^"]+)"', html)[1]
    page = look(browser, foreign.show(WORDPRESS.format(base=site.base, src=src)))
    page.locator("iframe:not([style])").wait_for()
    return page, page.frames[1]


def test_frame_speaks_with_wordpress(browser, foreign, served_widget):
    page, frame = in_wordpress(browser, foreign, served_widget, "/")
    assert page.get_by_role("link", name="Cities").count() == 0
    page.wait_for_function("document.querySelector('iframe').height !== '400'")
    assert not frame.evaluate(SCROLLS)
    frame.get_by_role("link", name="Rumours", exact=True).click()
    page.wait_for_url(f"{served_widget.base}/events/rumours")
    page.context.close()


def test_frame_in_wordpress_turns_its_month_and_its_clock(browser, foreign, served_widget):
    page, frame = in_wordpress(browser, foreign, served_widget, "/month/2026-12")
    frame.locator("a[rel~=next]").click()
    frame.wait_for_url("**month=2027-01#?secret=Secret1234")
    frame.get_by_label("Time zone").select_option("Europe/Paris")
    frame.wait_for_url("**tz=Europe%2FParis#zone?secret=Secret1234")
    page.wait_for_timeout(100)
    assert not frame.evaluate(SCROLLS)
    frame.get_by_role("link", name="See the whole calendar").click()
    page.wait_for_url(f"{served_widget.base}/?tz=Europe/Paris")
    page.context.close()


def test_frame_that_tells_no_secret_opens_its_links_itself(browser, foreign, served_widget):
    url = foreign.show(f'<iframe src="{served_widget.base}/widget#?secret=" width="600" height="1500"></iframe>')
    page = look(browser, url, viewport={"width": 700, "height": 1600})
    with page.context.expect_page() as opened:
        page.frames[1].get_by_role("link", name="Rumours", exact=True).click()
    assert opened.value.url.startswith(served_widget.base)
    page.context.close()


@pytest.mark.parametrize("how", ["", "late"])
def test_script_sizes_frames_that_stand_by_themselves(browser, foreign, served_widget, how):
    html = served_widget.get(f"/oembed?url={served_widget.base}/").get_json()["html"]
    stranger = f'<iframe src="{foreign.url}/widget" height="300"></iframe>'
    script = f'<script src="{served_widget.base}/widget.js"></script>'
    if how:
        script = (
            "<script>onload = () => setTimeout(() => document.body.append(Object.assign(document.createElement('script'), "
            f"{{src: '{served_widget.base}/widget.js'}})), 300)</script>"
        )
    page = look(browser, foreign.show(html + stranger + script), viewport={"width": 320, "height": 2000})
    page.wait_for_function("document.querySelector('iframe').style.height")
    assert not widgets(page)[0].evaluate(SCROLLS)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert page.evaluate("document.querySelectorAll('iframe')[1].style.height") == ""
    assert page.get_by_role("link", name="Cities").count() == 0
    page.context.close()


@pytest.mark.parametrize("width", [320, 500, 600])
def test_frame_of_oembed_fits(browser, served_widget, width):
    """At most a little too high, and never too low by more than the space at its foot."""
    page = look(browser, "about:blank")
    found = {}
    for query in (
        "view=agenda",
        "view=compact",
        "view=next",
        "view=month&month=2026-12",
        "id=rumours",
        "id=long",
        "q=zzz",
    ):
        told = served_widget.get(
            f"/oembed?maxwidth={width}&url={served_widget.base}/widget?{query.replace('&', '%26')}"
        ).get_json()
        page.set_viewport_size({"width": told["width"], "height": 400})
        page.goto(re.search(r'<iframe src="([^"]+)"', told["html"])[1].replace("&amp;", "&"))
        height = page.evaluate("document.documentElement.getBoundingClientRect().height")
        found[query] = told["height"] - height
    assert {query: over for query, over in found.items() if not -32 <= over <= 88} == {}
    page.context.close()
