"""The pages in a real browser: widths, schemes, keyboard, paper, and nothing asked of third parties."""

import pytest

from tests.support.browser import look
from tests.support.served import serve_in_thread

PATHS = [
    "/",
    "/fr/",
    "/events/long",
    "/fr/events/tender",
    "/events/arabic",
    "/month",
    "/fr/month/2026-12",
    "/subscribe",
    "/fr/subscribe?kind=tender",
    "/events/nothing",
]
RECORDS = f"""\
  - {{id: tender, kind: tender, title: Tool for charts, closes: "26 November 2026, 17:00", languages: [en],
      questions_by: 24 November 2026, buyer: Council of Europe}}
  - {{id: webinar, kind: webinar, title: {{en: Rumours, fr: Les rumeurs}}, when: 3 December 2026 at 11.00-12.30 CET,
      place: {{name: online, country: KR, city: Seoul}}, join: "https://example.org/room/42"}}
  - {{id: first, kind: event, title: {{en: First, fr: Premier}}, when: 1 December 2026 at 11.00-12.30 CET}}
  - {{id: arabic, kind: event, title: "مؤتمر المدن المشتركة بين الثقافات", when: 4-6 December 2026, status: cancelled}}
  - {{id: long, kind: event, title: "{"A title of many words " * 13}", when: 20 January 2027, tags: [{", ".join(f"tag {n}" for n in range(40))}]}}
  - {{id: word, kind: event, title: "{"Donaudampfschifffahrtsgesellschaft" * 8}", when: 20 January 2027}}
"""


@pytest.fixture
def served(site_of):
    site = site_of(RECORDS)
    with serve_in_thread(site.app) as address:
        yield address


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 768, 1280])
def test_nothing_runs_over_the_edge_and_nobody_else_is_asked(browser, served, width, scheme):
    page = look(browser, viewport={"width": width, "height": 900}, color_scheme=scheme)
    for path in PATHS:
        page.goto(served + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    # The browser itself remarks that one of the pages answers 404.
    assert [fault for fault in page.faults if "404" not in fault] == []
    assert {url for url in page.asked if not url.startswith((served, "data:"))} == set()
    assert page.context.cookies() == []
    page.context.close()


def test_page_is_whole_without_scripts(browser, served):
    page = look(browser, java_script_enabled=False)
    page.goto(served + "/")
    assert page.get_by_role("heading", level=1).inner_text() == "Demo"
    assert page.get_by_role("listitem").filter(has_text="Tool for charts").last.is_visible()
    page.context.close()


def test_keyboard_reaches_the_content_first(browser, served):
    page = look(browser)
    page.goto(served + "/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    page.wait_for_url("**/#main")
    page.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_ground(browser, served, scheme):
    page = look(browser, color_scheme=scheme)
    for path in PATHS:
        page.goto(served + path)
        assert page.evaluate(CONTRASTS) == [], path
    page.context.close()


def test_targets_are_large_enough_for_a_thumb(browser, served):
    page = look(browser, viewport={"width": 320, "height": 800})
    for path in ("/", "/month/2026-12", "/events/tender", "/subscribe"):
        page.goto(served + path)
        page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        small = page.evaluate(SMALL_TARGETS)
        assert small == [], path
    page.context.close()


def test_download_is_the_file_of_the_record(browser, served):
    page = look(browser, accept_downloads=True)
    page.goto(served + "/events/webinar")
    # The links carry the configured address; the browser is sent to the one served here.
    page.evaluate("document.querySelector('a[download]').href = '/events/webinar.ics'")
    page.get_by_text("Add to your calendar").click()
    with page.expect_download() as found:
        page.locator("a[download]").click()
    assert found.value.suggested_filename == "webinar.ics"
    assert b"DTSTART;TZID=Europe/Paris:20261203T110000\r\n" in found.value.path().read_bytes()
    page.context.close()


@pytest.mark.parametrize("prefix", ["", "/fr"])
@pytest.mark.parametrize(
    "path", ["/", "/newsletter", "/month/2026-12", "/year/2026", "/events/tender", "/events/webinar", "/subscribe"]
)
def test_paper_is_black_and_has_nothing_to_press_or_to_count(browser, served, path, prefix):
    page = look(browser, color_scheme="dark")
    page.emulate_media(media="print", color_scheme="dark")
    page.goto(f"{served}{prefix}{path}")
    shown = page.evaluate(PRINTED)
    assert shown["colours"] <= 119
    assert shown["pressed"] == []
    assert "In 10 days" not in shown["text"]
    assert "dans 10 jours" not in shown["text"]
    assert page.get_by_role("heading", level=1).is_visible() or path == "/"
    page.context.close()


@pytest.mark.parametrize(("path", "addresses"), [("/events/tender", ["https://calendar.example.org/events/tender"])])
def test_paper_has_the_addresses(browser, served, path, addresses):
    page = look(browser)
    page.emulate_media(media="print")
    page.goto(served + path)
    assert [each.input_value() for each in page.locator(".share input").all() if each.is_visible()] == addresses
    page.context.close()


@pytest.mark.parametrize("prefix", ["", "/fr"])
def test_the_next_weeks_and_the_year_need_few_sheets(browser, served, prefix):
    page = look(browser)
    for path, sheets in (("/newsletter", 1), ("/year/2026", 1)):
        page.goto(f"{served}{prefix}{path}")
        assert page.pdf(format="A4").count(b"/Type /Page\n") == sheets, path
    page.context.close()


def test_the_visitors_own_time_is_filled_in_where_it_is_another(browser, served):
    for zone, locale, path, words in (
        ("America/New_York", "en-US", "/events/webinar", "Your time: Thursday 3 December, 05:00–06:30 UTC-5"),
        ("America/New_York", "en-US", "/fr/events/webinar", "À votre heure : jeudi 3 décembre, 05:00 – 06:30 UTC-5"),
        ("America/New_York", "fr-CA", "/fr/events/first", "À votre heure : mardi 1er décembre, 05:00 – 06:30 UTC-5"),
        ("Africa/Lagos", "en-GB", "/events/webinar", None),
        ("Asia/Tokyo", "ja-JP", "/events/tender", "Your time: Friday 27 November at 01:00 UTC+9"),
        ("America/New_York", "en-US", "/events/arabic", None),
    ):
        page = look(browser, timezone_id=zone, locale=locale)
        page.goto(served + path)
        line = page.locator(".moment .yours")
        if words is None:
            assert not (line.count() and line.is_visible()), (zone, path)
        else:
            told = " ".join(line.inner_text().split())
            assert told == words
        assert page.faults == []
        page.context.close()


def test_milestones_show_the_visitors_own_time_as_the_deadline_does(browser, served):
    page = look(browser, timezone_id="Asia/Tokyo")
    page.goto(served + "/events/tender")
    told = [" ".join(each.split()) for each in page.locator(".stones li").all_inner_texts()]
    assert told == [
        "Questions until Tuesday 24 November 2026, 23:59 CET (UTC+1) Your time: Wednesday 25 November at 07:59 UTC+9",
        "Closes Thursday 26 November 2026, 17:00 CET (UTC+1) Your time: Friday 27 November at 01:00 UTC+9",
    ]
    page.context.close()
    page = look(browser, timezone_id="Europe/Paris")
    page.goto(served + "/events/tender")
    assert page.locator(".yours").count() == 3
    assert not any(each.is_visible() for each in page.locator(".yours").all())
    page.context.close()


def test_event_page_is_whole_without_scripts(browser, served):
    page = look(browser, java_script_enabled=False, timezone_id="America/New_York")
    page.goto(served + "/events/tender")
    assert page.locator(".moment").inner_text().split("\n\n") == [
        "Closes",
        "Thursday 26 November 2026,\n17:00 CET (UTC+1)",
    ]
    assert not any(each.is_visible() for each in page.locator(".yours").all())
    page.locator("summary").click()
    assert page.get_by_role("link", name="Google Calendar").is_visible()
    page.goto(served + "/subscribe")
    assert page.get_by_role("button", name="Copy").count() == 0
    assert page.get_by_label("Paste this into any calendar").input_value().endswith("/calendar.ics")
    page.context.close()


def test_address_is_copied(browser, served):
    page = look(browser, permissions=["clipboard-read", "clipboard-write"])
    page.goto(served + "/subscribe?kind=tender")
    page.get_by_role("button", name="Copy").click()
    page.get_by_role("button", name="Copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == "https://calendar.example.org/calendar.ics?kind=tender"
    assert page.faults == []
    page.context.close()


def test_keyboard_goes_through_a_choice(browser, served):
    page = look(browser)
    page.goto(served + "/")
    page.locator("summary", has_text="Filter and search").focus()
    page.keyboard.press("Enter")
    assert page.locator("details.more").get_attribute("open") is not None
    page.get_by_role("link", name="Calls for tenders").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/?kind=tender")
    page.locator("summary", has_text="Filter and search: Calls for tenders").focus()
    page.keyboard.press("Enter")
    assert page.get_by_role("link", name="Calls for tenders").get_attribute("aria-current") == "true"
    page.get_by_role("searchbox").focus()
    page.keyboard.type("charts")
    page.keyboard.press("Enter")
    page.wait_for_url("**/?kind=tender&q=charts")
    assert page.get_by_role("link", name="Tool for charts").last.is_visible()
    page.context.close()


def test_four_times_as_large_still_fits(browser, served):
    """A window of 1280 px at 400 % is one of 320 px with large pixels."""
    page = look(browser, viewport={"width": 320, "height": 256}, device_scale_factor=4)
    for path in PATHS:
        page.goto(served + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path
    page.context.close()


def test_month_is_a_table_on_a_screen_and_an_agenda_on_a_phone(browser, served):
    page = look(browser, viewport={"width": 1280, "height": 900})
    page.goto(served + "/month/2026-12")
    assert page.get_by_role("columnheader", name="Monday").count() == 1
    assert page.get_by_role("rowheader", name="Week 49").count() == 1
    assert page.get_by_role("cell").filter(has_text="Rumours").count() == 1
    assert page.locator(".list").is_hidden()
    page.set_viewport_size({"width": 390, "height": 800})
    assert page.locator(".list").get_by_role("link", name="Rumours").is_visible()
    assert page.locator(".day[href]", has_text="Thursday 3 December 2026").bounding_box()["height"] >= 44
    page.context.close()


def test_nothing_moves_for_those_who_do_not_want_it(browser, served):
    durations = "[...document.querySelectorAll('*')].map(e => getComputedStyle(e).transitionDuration)"
    for active_watch, expected in (("reduce", {"0s"}), ("no-preference", {"0s", "0.12s"})):
        page = look(browser, reduced_motion=active_watch)
        page.goto(served + "/")
        assert set(page.evaluate(durations)) == expected
        page.context.close()


def test_forced_colours_keep_what_is_chosen_apart(browser, served):
    page = look(browser, forced_colors="active")
    page.goto(served + "/?kind=tender")
    widths = page.evaluate(
        "[...document.querySelectorAll('.chips .chip')].map(e => getComputedStyle(e).borderTopWidth)"
    )
    assert max(widths) == "2px"
    assert len(set(widths)) == 2
    page.context.close()


# What a printer gets: the lightest text, what could be pressed, and the words.
PRINTED = """() => {
  const seen = [...document.querySelectorAll('body *')].filter(
    e => e.checkVisibility() && !e.closest('.vh') && getComputedStyle(e).position !== 'absolute');
  const parts = e => getComputedStyle(e).color.match(/[\\d.]+/g).map(Number);
  const light = e => getComputedStyle(e).color.startsWith('oklch') ? 255 * parts(e)[0] : Math.max(...parts(e).slice(0, 3));
  return {
    colours: Math.max(...seen.map(light)),
    pressed: seen.filter(e => e.matches('button, summary, select, .button, input:not([readonly])')).map(e => e.outerHTML),
    text: document.body.innerText,
  };
}"""

# Lists what a thumb could miss: links and controls below 44 px, but for links within a sentence.
SMALL_TARGETS = """() => [...document.querySelectorAll(
    '.top a, .button, button, .chip, .chosen a, .actions a, summary, input:not([type=hidden]), .grid .day[href]')]
  .filter(e => e.offsetParent && getComputedStyle(e).position !== 'absolute' && e.getBoundingClientRect().height < 43.9)
  .map(e => `${e.tagName}.${e.className} ${e.textContent.trim().slice(0, 20)} ${e.getBoundingClientRect().height}`)"""

# Walks all texts and computes WCAG contrast of each against the nearest painted ground.
CONTRASTS = """() => {
  const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const rgba = colour => {
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
    .map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
  const ground = node => {
    for (; node; node = node.parentElement) {
      const colour = rgba(getComputedStyle(node).backgroundColor);
      if (colour[3] === 255) return colour;
    }
    return [255, 255, 255];
  };
  const found = [];
  for (const node of document.querySelectorAll('body *')) {
    const text = [...node.childNodes].filter(n => n.nodeType === 3 && n.textContent.trim()).length;
    if (!text || !node.offsetParent) continue;
    const [one, two] = [light(rgba(getComputedStyle(node).color)), light(ground(node))].sort((a, b) => b - a);
    const contrast = (one + .05) / (two + .05);
    if (contrast < 4.5) found.push(`${node.className || node.tagName}: ${contrast.toFixed(2)}`);
  }
  return found;
}"""
