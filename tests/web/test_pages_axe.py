"""axe-core over every page: three widths, light, dark and forced colours, nothing found."""

from datetime import timedelta

import pytest

from tests.support.browser import look
from tests.support.databases import open_sqlite
from tests.support.served import serve_in_thread
from tests.support.showcase import FILE
from tests.support.signing_up import CHOICE, NOW, SignUp, add_sent_messages
from tests.support.tools import AXE

QUICK = ["/", "/fr/month/2026-12", "/events/charts-tender", "/fr/reminders", "manage"]
PATHS = [
    *QUICK,
    "/fr/?kind=event&tag=network&q=bergen",
    "/?q=zzz",
    "/month/2026-11",
    "/year",
    "/newsletter",
    "/fr/year/2026?kind=tender",
    "/?from=2026-12-01&to=2026-12-31",
    "/fr/?from=2026-01-01&to=2026-11-20&kind=event",
    "/month/2026-12?from=2026-12-10",
    "/widget?from=2026-12-01&to=2026-12-31",
    "/events/rumours-webinar",
    "/fr/events/arabic",
    "/events/help-desk",
    "/events/cancelled",
    "/fr/events/postponed",
    "/events/long",
    "/subscribe",
    "/fr/subscribe?kind=tender",
    "/fr/?kind=party",
    "/events/nothing",
    "/reminders?id=charts-tender",
    "errors",
    "mailbox",
    "confirm",
    "confirmed",
    "unsubscribe",
    "unsubscribed",
    "/reminders/manage/none",
    "/operator",
    "/operator/letter/charts-tender?lead=7+days",
    "/embed",
    "/widget",
    "/widget?view=month",
    "/widget?view=next",
    "/widget?view=compact&lang=fr",
    "/widget?kind=party",
]
RUN = """async () => {
  document.querySelectorAll('details').forEach(each => { each.open = true; });
  const {violations} = await axe.run(document, {resultTypes: ['violations']});
  return violations.flatMap(each => each.nodes.map(node => `${each.id}: ${node.target}`));
}"""


class Served(SignUp):
    """The showcase with a subscriber, some messages, and an address."""

    def __init__(self, engine, folder):
        super().__init__(engine, folder, operator_token="o" * 20, text=FILE.read_text(encoding="utf-8"))
        self.now = NOW + timedelta(minutes=2)
        add_sent_messages(engine)
        self.ann = self.subscriber()

    def visit(self, page, path):
        """Go to an address, or to what follows an act."""
        match path:
            case "manage":
                page.goto(self.url + self.manage_path(self.ann))
            case "errors" | "mailbox":
                page.goto(f"{self.url}/reminders")
                page.get_by_label("Your email address").fill("ann@" if path == "errors" else CHOICE["address"])
                page.get_by_role("button", name="Sign up").click()
            case "confirm" | "confirmed":
                page.goto(f"{self.url}/fr/reminders/confirm/{self.ask(address='bob@example.org')}")
                if path == "confirmed":
                    page.get_by_role("button").first.click()
            case "unsubscribe" | "unsubscribed":
                page.goto(self.url + self.unsubscribe_path(self.ann))
                if path == "unsubscribed":
                    page.get_by_role("button").click()
            case _:
                page.goto(self.url + path)


@pytest.fixture
def served(tmp_path):
    engine = open_sqlite(tmp_path / "calendar.sqlite3")
    site = Served(engine, tmp_path)
    with serve_in_thread(site.app) as site.url:
        yield site
    engine.dispose()


@pytest.mark.parametrize(
    ("width", "scheme", "paths"),
    [
        (1280, "light", QUICK),
        (320, "dark", QUICK),
        (1280, "forced", QUICK),
        *(
            pytest.param(width, scheme, PATHS, marks=pytest.mark.slow)
            for width in (320, 768, 1280)
            for scheme in ("light", "dark", "forced")
        ),
    ],
)
def test_axe_finds_nothing(browser, served, width, scheme, paths):
    page = look(
        browser,
        viewport={"width": width, "height": 900},
        color_scheme="light" if scheme == "forced" else scheme,
        forced_colors="active" if scheme == "forced" else "none",
        bypass_csp=True,
        extra_http_headers={"Authorization": f"Bearer {'o' * 20}"},
    )
    found = {}
    for path in paths:
        served.visit(page, path)
        page.add_script_tag(path=str(AXE))
        found[path] = page.evaluate(RUN)
    assert {path: faults for path, faults in found.items() if faults} == {}
    page.context.close()
