"""The builder in a real browser, and axe-core over it and over the widget in a foreign page."""

import pytest

from tests.support.browser import look
from tests.support.tools import AXE
from tests.support.widget_site import VIEWS, inside, line

RUN = """async () => {
  const {violations} = await axe.run(document, {resultTypes: ['violations']});
  return violations.flatMap(each => each.nodes.map(node => `${each.id}: ${node.target}`));
}"""


HEIGHTS = """() => {
  const frame = document.querySelector("iframe");
  return [frame.offsetHeight, frame.contentDocument.documentElement.offsetHeight];
}"""


def test_builder_shows_at_once_what_is_chosen(browser, served_widget):
    page = look(browser, f"{served_widget.base}/embed", permissions=["clipboard-read", "clipboard-write"])
    page.get_by_label("Next deadline").check()
    page.wait_for_url("**view=next**")
    page.get_by_label("Calls for tenders").check()
    page.wait_for_url("**kind=tender**")
    page.get_by_label("Accent colour").fill("00ff00")
    page.get_by_label("Accent colour").press("Tab")
    page.wait_for_url("**accent=00ff00**")
    frame = page.frame_locator(".stage iframe")
    assert frame.get_by_role("heading", level=2).inner_text() == "Audit of web sites"
    page.wait_for_function(
        "document.querySelector('#line-script').value.includes(`min-height:${document.querySelector('.stage iframe').contentDocument.documentElement.offsetHeight}px`)"
    )
    height = page.locator(".stage iframe").get_attribute("height")
    page.locator("[data-copies=line-script]").click()
    page.get_by_role("button", name="Copied").wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert f'height="{height}" style="display:block;min-height:{height}px"' in copied
    assert '<calendar-widget view="next" kind="tender" lang="en" accent="00ff00"' in copied
    assert page.faults == []
    page.context.close()


def test_colour_is_picked_and_taken_back(browser, served_widget):
    page = look(browser, f"{served_widget.base}/fr/embed")
    assert page.get_by_role("button", name="Actualiser l’aperçu").count() == 0
    told = page.locator("#accent-told")
    page.get_by_label("Choisir une couleur").fill("#00ff00")
    page.wait_for_url("**accent=00ff00**")
    page.get_by_text("Pour rester lisible, #00ff00 devient #006b00").wait_for()
    assert page.get_by_label("Couleur d’accent").input_value() == "00ff00"
    page.get_by_label("Couleur d’accent").press_sequentially("1c")  # half a colour shows nothing else
    page.get_by_label("Couleur d’accent").fill("1c4e94")
    page.wait_for_url("**accent=1c4e94**")
    assert page.get_by_label("Choisir une couleur").input_value() == "#1c4e94"
    page.get_by_role("button", name="Pas de couleur propre").click()
    page.wait_for_url(lambda url: "accent" not in url)
    assert told.inner_text() == ""
    page.get_by_label("Masquer les dates annulées").check()
    page.wait_for_url("**cancelled=hide**")
    assert page.frame_locator(".stage iframe").get_by_text("Annulé").count() == 0
    assert page.faults == []
    page.context.close()


def test_copied_line_works_as_it_is(browser, foreign, served_widget):
    """With its hash: a browser refuses a loader that is another."""
    builder = look(browser, f"{served_widget.base}/embed?view=next")
    copied = builder.get_by_label("Script (recommended)").input_value()
    builder.context.close()
    page = look(browser, foreign.show(copied))
    assert "Audit of web sites" in inside(page).locator("body").inner_text()
    assert page.faults == []
    page.goto(foreign.show(copied.replace('integrity="sha384-', 'integrity="sha384-AAAA')))
    page.wait_for_timeout(200)
    assert page.locator("iframe").count() == 0
    assert page.get_by_role("link", name="Cities").is_visible()
    page.context.close()


@pytest.mark.parametrize("lang", ["en", "fr"])
@pytest.mark.parametrize("view", VIEWS)
def test_plain_frame_is_as_high_as_the_widget(browser, served_widget, view, lang):
    """Nothing is cut, and little is empty, on a light ground and on a dark one with its padding."""
    builder = look(browser, f"{served_widget.base}/embed?view={view}&lang={lang}", java_script_enabled=False)
    code = builder.get_by_label("Iframe (without scripts)").input_value().replace('loading="lazy"', "")
    builder.context.close()
    for scheme in ("light", "dark"):
        page = look(browser, color_scheme=scheme)
        page.route("**/host", lambda route: route.fulfill(body=f"<!doctype html><body style='margin: 0'>{code}"))
        page.goto(f"{served_widget.base}/host")
        page.frame_locator("iframe").locator(".foot").wait_for()
        for width in range(320, 1300, 80):
            page.set_viewport_size({"width": width, "height": 900})
            frame, content = page.evaluate(HEIGHTS)
            assert content <= frame <= 1.35 * content, (scheme, width)
        page.context.close()


def test_builder_works_by_keyboard_on_a_phone_without_scripts(browser, served_widget):
    page = look(
        browser,
        f"{served_widget.base}/fr/embed",
        java_script_enabled=False,
        viewport={"width": 320, "height": 700},
        color_scheme="dark",
    )
    page.get_by_label("Liste", exact=True).focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**view=month**")
    assert page.frame_locator(".stage iframe").get_by_role("heading", level=1).inner_text() == "Novembre 2026"
    assert page.get_by_role("button", name="Copier").count() == 0
    assert 'view="month"' in page.get_by_label("Script (conseillé)").input_value()
    page.context.close()


@pytest.mark.parametrize(
    ("width", "scheme"),
    [
        (1280, "light"),
        *(
            pytest.param(w, s, marks=pytest.mark.slow)
            for w, s in [(320, "light"), (700, "light"), (320, "dark"), (1280, "dark")]
        ),
    ],
)
def test_axe_finds_nothing_in_builder_and_frames(browser, foreign, served_widget, width, scheme):
    views = [f"view={view}&month=2026-12" for view in ("agenda", "month", "next", "compact")]
    paths = [f"/widget?{view}" for view in (*views, "lang=fr", "tag=past", "view=zz")] + [
        "/embed",
        "/fr/embed?accent=zz",
    ]
    page = look(browser, "about:blank", viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True)
    found = {}
    for path in paths:
        page.goto(served_widget.base + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        page.evaluate(AXE.read_text(encoding="utf-8"))
        found[path] = page.evaluate(RUN)
    page.goto(foreign.show(f"<main><h1>City</h1>{line(served_widget)}{line(served_widget, view='next')}</main>"))
    inside(page, 1)
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found["foreign"] = page.evaluate(RUN)
    assert {path: faults for path, faults in found.items() if faults} == {}
    page.context.close()
