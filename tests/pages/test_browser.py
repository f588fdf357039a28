"""The pages in a real browser: widths, schemes, keyboard, paper, and nothing asked of third parties."""

import shutil
import threading

import pytest
import waitress
from playwright.sync_api import sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
FLAGS = ["--disable-quic", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
PATHS = ["/", "/fr/", "/events/long", "/fr/events/tender", "/events/arabic"]
RECORDS = f"""\
  - {{id: tender, kind: tender, title: Tool for charts, closes: "26 November 2026, 17:00", languages: [en],
      questions_by: 24 November 2026, buyer: Council of Europe}}
  - {{id: webinar, kind: webinar, title: {{en: Rumours, fr: Les rumeurs}}, when: 3 December 2026 at 11.00-12.30 CET,
      place: {{name: online, country: KR, city: Seoul}}, join: "https://example.org/room/42"}}
  - {{id: arabic, kind: event, title: "مؤتمر المدن المشتركة بين الثقافات", when: 4-6 December 2026, status: cancelled}}
  - {{id: long, kind: event, title: "{"A title of many words " * 13}", when: 20 January 2027, tags: [{", ".join(f"tag {n}" for n in range(40))}]}}
  - {{id: word, kind: event, title: "{"Donaudampfschifffahrtsgesellschaft" * 8}", when: 20 January 2027}}
"""


@pytest.fixture(scope="module")
def browser():
    if CHROMIUM is None:
        pytest.fail("Chromium is missing: apt-get install chromium")
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", *FLAGS])
        yield found
        found.close()


@pytest.fixture
def served(site_of):
    site = site_of(RECORDS)
    server = waitress.create_server(site.app.wsgi_app, host="127.0.0.1", port=0, threads=4)
    thread = threading.Thread(target=server.run)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}"
    server.close()
    thread.join(timeout=10)


def look(browser, **options):
    context = browser.new_context(**options)
    page = context.new_page()
    page.faults = []
    page.asked = []
    page.on("console", lambda message: page.faults.append(message.text))
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    page.on("dialog", lambda dialog: (page.faults.append("dialog"), dialog.dismiss()))
    page.on("request", lambda request: page.asked.append(request.url))
    return page


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 768, 1280])
def test_nothing_runs_over_the_edge_and_nobody_else_is_asked(browser, served, width, scheme):
    page = look(browser, viewport={"width": width, "height": 900}, color_scheme=scheme)
    for path in PATHS:
        page.goto(served + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    assert page.faults == []
    assert {url for url in page.asked if not url.startswith((served, "data:"))} == set()
    assert page.context.cookies() == []
    page.context.close()


def test_page_is_whole_without_scripts(browser, served):
    page = look(browser, java_script_enabled=False)
    page.goto(served + "/")
    assert page.get_by_role("heading", level=1).inner_text() == "Demo"
    assert page.get_by_role("listitem").filter(has_text="Tool for charts").is_visible()
    page.context.close()


def test_keyboard_reaches_the_content_first(browser, served):
    page = look(browser)
    page.goto(served + "/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    assert page.url.endswith("#main")
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
    page.goto(served + "/events/tender")
    heights = page.evaluate("[...document.querySelectorAll('.actions a, .tongues a, input')].map(e => e.offsetHeight)")
    assert len(heights) > 8
    assert min(heights) >= 44
    page.context.close()


def test_download_is_the_file_of_the_record(browser, served):
    page = look(browser, accept_downloads=True)
    page.goto(served + "/events/webinar")
    # The links carry the configured address; the browser is sent to the one served here.
    page.evaluate("document.querySelector('a[download]').href = '/events/webinar.ics'")
    with page.expect_download() as found:
        page.locator("a[download]").click()
    assert found.value.suggested_filename == "webinar.ics"
    assert b"DTSTART;TZID=Europe/Paris:20261203T110000\r\n" in found.value.path().read_bytes()
    page.context.close()


def test_paper_has_no_chrome(browser, served):
    page = look(browser)
    page.emulate_media(media="print")
    page.goto(served + "/events/tender")
    assert page.locator(".side").is_hidden()
    assert page.get_by_role("heading", level=1).is_visible()
    page.context.close()


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
