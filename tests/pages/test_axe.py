"""axe-core over every page: three widths, light and dark, nothing found."""

import threading
from pathlib import Path

import pytest
from test_browser import browser, look  # noqa: F401 (the browser is a fixture)
from waitress.server import create_server

AXE = Path(__file__).parents[1] / "node_modules" / "axe-core" / "axe.min.js"
PATHS = [
    "/",
    "/fr/?kind=event&tag=network&q=bergen",
    "/month/2026-11",
    "/fr/month/2026-12",
    "/events/charts-tender",
    "/fr/events/arabic",
    "/events/help-desk",
    "/subscribe",
    "/fr/?kind=party",
]
RUN = """async () => {
  document.querySelectorAll('details').forEach(each => { each.open = true; });
  const {violations} = await axe.run(document, {resultTypes: ['violations']});
  return violations.flatMap(each => each.nodes.map(node => `${each.id}: ${node.target}`));
}"""


@pytest.fixture(scope="module")
def address(showcase):
    server = create_server(showcase.app.wsgi_app, host="127.0.0.1", port=0, threads=2)
    thread = threading.Thread(target=server.run)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}"
    server.close()
    thread.join(timeout=10)


@pytest.mark.parametrize(
    ("width", "scheme"),
    [
        (1280, "light"),
        *(
            pytest.param(width, scheme, marks=pytest.mark.slow)
            for width, scheme in [(320, "light"), (768, "light"), (320, "dark"), (768, "dark"), (1280, "dark")]
        ),
    ],
)
def test_axe_finds_nothing(browser, address, width, scheme):  # noqa: F811 (pytest's way to ask for a fixture)
    page = look(browser, viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True)
    found = {}
    for path in PATHS:
        page.goto(address + path)
        page.add_script_tag(path=str(AXE))
        found[path] = page.evaluate(RUN)
    assert {path: faults for path, faults in found.items() if faults} == {}
    page.context.close()
