"""The pages on a phone: no word is too long for them, one action stays at hand, the device's own calendar is first."""

from urllib.parse import quote

import pytest

from tests.support.browser import look
from tests.support.public_site import HEAD, PublicSite
from tests.support.served import serve_in_thread

WORD = "Donaudampfschifffahrtsgesellschaft" * 8
URL = "https://example.org/" + "averylongpathwithoutanybreak" * 8
CHINESE = ("多元文化城市項目二零二六年度會議暨政策研討會" * 14)[:300]
ARABIC = ("مؤتمر المدن المشتركة بين الثقافات " * 9)[:300]
RECORDS = f"""\
  - {{id: tender, kind: tender, title: "{WORD}", closes: "26 November 2026, 17:00", questions_by: 24 November 2026,
      buyer: "{WORD[:150]}", url: "{URL}", documents: [{{title: "{WORD[:180]}", url: "{URL}"}}], languages: [en],
      tags: ["{WORD[:48]}", two], summary: "{URL} {WORD}", contact: {{name: "{WORD[:100]}", email: a@example.org}},
      questions: [{{q: "{WORD}", a: "{URL}"}}]}}
  - {{id: chinese-call, kind: tender, title: "{CHINESE}", closes: "28 November 2026, 17:00", opens: "29 November 2026, 10:00"}}
  - {{id: chinese, kind: webinar, title: "{CHINESE}", when: 3 December 2026 at 11.00-12.30 CET, join: "{URL}",
      place: {{name: "{WORD[:120]}", city: "{WORD[:60]}", country: FR}},
      registration: {{url: "{URL}", closes: "1 December 2026, 18:00"}}}}
  - {{id: gone, kind: event, title: "{ARABIC}", when: 23-26 November 2026, status: cancelled, note_of_change: "{WORD} {URL}"}}
  - {{id: arabic, kind: event, title: "{ARABIC}", when: 22-26 November 2026,
      sessions: [{{id: s1, title: "{WORD}", when: 23 November 2026 at 10.00-11.00 CET}}]}}
  - {{id: address, kind: event, title: "{URL}", when: 20 January 2027, tags: [{", ".join(f"tag {n}" for n in range(40))}]}}
  - {{id: talk, kind: webinar, title: Talk, when: 3 December 2026 at 11.00-12.30 CET, join: "https://example.org/room"}}
  - {{id: over, kind: event, title: Over, when: 3 May 2026}}
"""
PATHS = [
    "/",
    f"/?q={WORD[:150]}",
    "/?kind=party",
    "/month",
    "/month/2026-12",
    "/year",
    "/newsletter",
    *(f"/events/{name}" for name in ("tender", "chinese-call", "chinese", "gone", "arabic", "address", "nothing")),
    "/subscribe?id=tender",
    "/reminders",
    "/reminders?id=tender",
    f"/reminders?q={quote(CHINESE[:60])}",
    "/embed",
]
WIDGETS = ["/widget", "/widget?view=month", "/widget?view=compact&lang=fr", "/widget?view=next"]
PHONE = {"width": 390, "height": 844}
# True if an element, or one of its lines, is not behind anything else.
IS_SEEN = """element => [...element.getClientRects()].some(({left, top, width, height}) =>
  element.contains(document.elementFromPoint(left + width / 2, top + height / 2)))"""


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    folder = tmp_path_factory.mktemp("phones")
    file = folder / "events.yaml"
    file.write_text(HEAD.replace("en: Demo", f'en: "{WORD[:80]}"') + RECORDS, encoding="utf-8")
    site = PublicSite(folder, file)
    with serve_in_thread(site.app) as address:
        yield address
    site.engine.dispose()


@pytest.mark.parametrize("width", [320, 390, 768, 1000])
def test_no_word_makes_a_page_wider(browser, served, width):
    page = look(browser, viewport={"width": width, "height": 844})
    wide = {}
    for path in [*PATHS, *(f"/fr{path}" for path in PATHS), *WIDGETS]:
        answer = page.goto(served + path)
        assert answer.status in {200, 400, 404}, path
        for is_open in (False, True):
            page.evaluate("is => document.querySelectorAll('details').forEach(each => { each.open = is; })", is_open)
            if (told := page.evaluate("document.documentElement.scrollWidth")) > width:
                wide[path, is_open] = told
    assert wide == {}
    page.context.close()


@pytest.mark.parametrize(
    ("record", "action"),
    [("chinese", "Register"), ("talk", "Join online"), ("tender", "Get reminders"), ("gone", ""), ("over", "")],
)
def test_the_first_action_stays_at_hand_on_a_phone(browser, served, record, action):
    page = look(browser, viewport=PHONE)
    page.goto(f"{served}/events/{record}")
    main = page.locator(".main")
    assert main.all_inner_texts() == ([action] if action else [])
    for place in (0, 300, 100_000) if action else ():
        page.evaluate("top => window.scrollTo(0, top)", place)
        box = main.bounding_box()
        assert (round(box["y"] + box["height"]), box["height"] <= 64) == (PHONE["height"], True)
        assert main.locator("a").evaluate(IS_SEEN)
    page.evaluate("window.scrollTo(0, 100000)")
    assert page.locator(".foot a").last.evaluate(IS_SEEN)
    page.context.close()


def test_the_action_hides_nothing_that_has_the_focus(browser, served):
    page = look(browser, viewport=PHONE)
    page.goto(f"{served}/events/tender")
    page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true; })")
    hidden, seen = [], 0
    for _ in range(60):
        page.keyboard.press("Tab")
        focused = page.evaluate_handle("document.activeElement")
        if focused.evaluate("each => each === document.body"):
            break
        seen += 1
        if not focused.evaluate(IS_SEEN):
            hidden.append(focused.evaluate("each => each.outerHTML.slice(0, 80)"))
    assert hidden == []
    assert seen > 20
    page.context.close()


@pytest.mark.parametrize("viewport", [{"width": 320, "height": 256}, {"width": 844, "height": 390}])
def test_the_action_stays_in_the_page_where_there_is_no_room(browser, served, viewport):
    page = look(browser, viewport=viewport)
    page.goto(f"{served}/events/chinese")
    assert page.locator(".main").evaluate("each => getComputedStyle(each).position") == "static"
    page.context.close()


IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 Version/17.4 Mobile/15E148 Safari/604.1"
ANDROID = "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 Chrome/124.0 Mobile Safari/537.36"
WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:125.0) Gecko/20100101 Firefox/125.0"
NO_HINTS = "Object.defineProperty(Navigator.prototype, 'userAgentData', {get: () => undefined})"


@pytest.mark.parametrize(
    ("agent", "added", "subscribed"),
    [
        (IPHONE, "Apple", "Add to Apple Calendar"),
        (ANDROID, "Google Calendar", "Add to Google Calendar"),
        (WINDOWS, "Outlook.com", "Add to Outlook.com"),
    ],
)
def test_the_calendar_of_the_device_is_first(browser, served, agent, added, subscribed):
    page = look(browser, viewport=PHONE, user_agent=agent)
    page.add_init_script(NO_HINTS)
    page.goto(f"{served}/events/talk")
    page.get_by_text("Add to your calendar").click()
    entries = page.locator(".actions a").all_inner_texts()
    assert entries[0] == added
    assert sorted(entries) == ["Apple", "Download (.ics)", "Google Calendar", "Microsoft 365", "Outlook.com"]
    page.goto(f"{served}/subscribe")
    buttons = page.locator(".client .button")
    assert buttons.first.inner_text() == subscribed
    strong = buttons.evaluate_all("all => all.map(each => getComputedStyle(each).fontWeight)")
    assert strong == ["650", "400", "400", "400"]
    assert page.faults == []
    page.context.close()


def test_without_scripts_every_calendar_is_there(browser, served):
    page = look(browser, viewport=PHONE, user_agent=IPHONE, java_script_enabled=False)
    page.goto(f"{served}/events/talk")
    page.get_by_text("Add to your calendar").click()
    assert page.locator(".actions a").count() == 5
    page.context.close()


@pytest.mark.parametrize("prefix", ["", "/fr"])
@pytest.mark.parametrize("width", [320, 360, 390, 768])
def test_the_pages_of_the_site_stand_on_one_line(browser, served, prefix, width):
    page = look(browser, viewport={"width": width, "height": 844})
    page.goto(f"{served}{prefix}/year")
    tops = page.locator(".pages li").evaluate_all("all => all.map(each => each.getBoundingClientRect().top)")
    assert len(set(tops)) == 1
    page.context.close()


@pytest.mark.parametrize("width", [320, 390, 480])
def test_no_figure_of_the_first_page_breaks_a_word(browser, tmp_path, width):
    """ "2 semaines" and "Aujourd’hui" are the widest in French."""
    text = "  - {id: one, kind: event, title: Un, when: 10 December 2026}\n"
    text += '  - {id: two, kind: tender, title: Deux, closes: "23 November 2026, 17:00"}\n'
    file = tmp_path / "calendar.yaml"
    file.write_text(HEAD + text, encoding="utf-8")
    site = PublicSite(tmp_path, file)
    with serve_in_thread(site.app) as address:
        page = look(browser, f"{address}/fr/", viewport={"width": width, "height": 844})
        page.evaluate("document.body.style.overflowWrap = 'normal'")
        figures = page.locator(".figure")
        assert figures.all_inner_texts() == ["Dans 2\N{NO-BREAK SPACE}semaines", "Aujourd’hui"]
        assert figures.evaluate_all("all => all.every(each => each.scrollWidth <= each.clientWidth)")
        page.context.close()
    site.engine.dispose()


def test_a_very_long_title_heads_the_page_where_there_is_room(browser, served):
    tops = {}
    for width in (390, 1280):
        page = look(browser, f"{served}/events/arabic", viewport={"width": width, "height": 844})
        tops[width] = [page.locator(name).bounding_box()["y"] for name in ("h1", ".moment", ".body")]
        page.context.close()
    title, moment, body = tops[390]
    assert moment < title < body
    title, moment, body = tops[1280]
    assert title < moment == body
