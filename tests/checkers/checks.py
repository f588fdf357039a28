"""What each checker is asked, and what of its answer is a finding."""

import json
import os
import re
import subprocess
from pathlib import Path
from urllib.parse import urldefrag, urljoin

import yaml
from lxml import html
from playwright.sync_api import sync_playwright

from tests.checkers.installed import FOLDER, OBSERVATORY_FOLDER, program
from tests.checkers.service import BASE
from tests.support.browser import FLAGS, look
from tests.support.proxies import DEPLOY, NAME
from tests.support.tools import AXE, HTML_CHECKER, find_chromium, find_java, find_node

EXAMPLES = int(os.environ.get("EXAMPLES", "300"))
# Those that need nothing from outside, where there is nothing. Not `csrf`, which looks for hidden fields alone: these forms
# check Origin and Sec-Fetch-Site, and pages of one subscriber have a secret address.
ATTACKS = (
    "backup,buster,cookieflags,crlf,csp,exec,file,htaccess,http_headers,https_redirect,permanentxss,redirect,shellshock,"
    "sql,timesql,upload,xss"
)
ADDRESSES = (
    *(
        "/",
        "/fr/month/2026-12",
        "/events/charts-tender",
        "/widget",
        "/calendar.ics",
        "/calendar.json",
        "/calendar.atom",
    ),
    *("/calendar.csv", "/api/v1/records", "/openapi.json"),
)
# redbot asks a name server, of which there is none here, and not /etc/hosts.
REDBOT = """
import socket, thor.dns
thor.dns._lookup = lambda host, port, kind: [(socket.AF_INET, kind, 0, "", (socket.gethostbyname(host.decode()), port))]
from redbot.cli import main
main()
"""
COMPOSE = """
import pathlib, sys
from compose_spec import PyCompose
read = PyCompose.from_json(pathlib.Path(sys.argv[1]).read_text())
read.validate()
print(len(read.services), "services")
"""
LOOK = """async () => {
  document.querySelectorAll('details').forEach(each => { each.open = true; });
  const {violations} = await axe.run(document, {resultTypes: ['violations']});
  return violations.flatMap(each => each.nodes.map(node => `${each.id}: ${node.target}`));
}"""
PAGES_AT_MOST = 300


def _run(*words, **environment):
    return subprocess.run(
        [*map(str, words)], cwd=FOLDER, env=os.environ | environment, capture_output=True, text=True, check=False
    )


def _report(text):
    print(text, flush=True)  # noqa: T201 (the report)


def schemathesis(checked):
    """Ask what /openapi.json describes, 300 times an operation, for what it allows and for what it does not.

    Once the service itself, once through nginx, whose own answers (414, TRACE) the document does not describe.
    """
    options = ["--max-examples", EXAMPLES, "--phases", "examples,coverage,fuzzing", "--no-color"]
    options += ["--continue-on-failure", "--exclude-checks", "positive_data_acceptance"]
    direct = ["--url", f"http://127.0.0.1:{checked.port}", "--header", f"Host:{NAME}"]
    proxied = ["--url", BASE, "--checks", "not_a_server_error"]
    document = checked.folder / "openapi.json"
    document.write_text(checked.visitor.get("/openapi.json")[2], encoding="utf-8")
    environment = {"SCHEMATHESIS_HOOKS": "schemathesis_hooks", "PYTHONPATH": str(Path(__file__).parent)}
    found = []
    for more in (direct, proxied):
        command = [program("schemathesis"), "run", document, *more, "--tls-verify", checked.authority, *options]
        done = _run(*command, **environment)
        _report(" ".join(re.findall(r"\d+ generated.*|\d+ selected.*", done.stdout)))
        found += [done.stdout + done.stderr] if done.returncode else []
    return found


def wapiti(checked):
    """Attack the pages of the public, of a subscriber and of an editor."""
    common = ["--scope", "domain", "--verify-ssl", 0, "--flush-session", "--no-bugreport", "-f", "json", "-v", 1]
    common += ["--tasks", 4, "--max-files-per-dir", 10, "--max-links-per-page", 30, "--max-parameters", 30]
    # 501 is what oEmbed says of a format that is not there.
    common += ["--skip", "format", "--max-attack-time", 60]
    runs = {
        "public": ["-u", f"{BASE}/", "-s", f"{BASE}/fr/", "-s", BASE + checked.manage_path, "-x", f"{BASE}/admin*"],
        "editor": ["-u", f"{BASE}/admin", "-H", f"Cookie: {checked.session}", "-x", f"{BASE}/admin/sign-out*"],
    }
    found = []
    for name, options in runs.items():
        report = checked.folder / f"wapiti-{name}.json"
        done = _run(program("wapiti"), *common, *options, "-m", ATTACKS, "-o", report, HOME=str(checked.folder))
        if not report.exists():
            return [done.stdout + done.stderr]
        told = json.loads(report.read_text(encoding="utf-8"))
        _report(f"{name}: {told['infos']['crawled_pages_nbr']} pages, attacks {ATTACKS}")
        for kind in ("vulnerabilities", "anomalies"):
            found += [
                f"{name}: {topic}: {one['info']} {one['path']}" for topic, many in told[kind].items() for one in many
            ]
    return found


def redbot(_checked):
    """Ask ten addresses as caches, browsers and clients would."""
    found = []
    for path in ADDRESSES:
        done = _run(program("redbot").with_name("python"), "-c", REDBOT, "-o", "har", BASE + path)
        entries = json.loads(done.stdout)["log"]["entries"] if done.stdout.startswith("{") else []
        if not entries:
            found.append(f"{path}: {done.stdout}{done.stderr}")
            continue
        notes = [note for entry in entries for note in entry.get("_red_messages", [])]
        _report(f"{path}: {entries[0]['response']['status']}, {len(notes)} notes")
        found += [
            f"{path}: {note['level']}: {note['subject']} {note}" for note in notes if note["level"] in ("WARN", "BAD")
        ]
    return found


def _pages(visitor, *starts):
    """Follow the links from some pages to all pages of ours."""
    waiting, seen, pages = [*starts], {*starts}, {}
    while waiting and len(pages) < PAGES_AT_MOST:
        path = waiting.pop(0)
        _, media_type, text = visitor.get(path)
        if media_type != "text/html":
            continue
        pages[path] = text
        for link in html.fromstring(text.encode()).iter("a"):
            address = urldefrag(urljoin(BASE + path, link.get("href", ""))).url
            target = address.removeprefix(BASE)
            if address.startswith(f"{BASE}/") and target not in seen and not re.search(r"\.\w+(\?|$)|[?&]tz=", target):
                seen.add(target)
                waiting.append(target)
    return pages


def _all_pages(checked):
    return _pages(checked.visitor, "/", "/fr/", checked.manage_path, "/widget", "/widget?view=month") | _pages(
        checked.editor, "/admin", "/admin?lang=fr"
    )


def vnu(checked):
    """Have the Nu checker read each page that links lead to."""
    folder = checked.folder / "html"
    folder.mkdir()
    names = {}
    for number, (path, text) in enumerate(_all_pages(checked).items()):
        names[f"{number}.html"] = path
        (folder / f"{number}.html").write_text(text, encoding="utf-8")
    done = _run(find_java(), "-jar", HTML_CHECKER, "--format", "gnu", "--html", folder)
    _report(f"{len(names)} pages")
    return [re.sub(r"\S*/(\d+\.html)", lambda file: names[file[1]], line) for line in done.stderr.splitlines()]


def axe(checked):
    """Look at each page that links lead to with axe, on a phone in the dark and on a desk in the light."""
    found, pages = [], _all_pages(checked)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
        for width, scheme in ((320, "dark"), (1280, "light")):
            size = {"width": width, "height": 900}
            page = look(browser, viewport=size, color_scheme=scheme, bypass_csp=True, ignore_https_errors=True)
            page.context.add_cookies(
                [
                    {"name": each.name, "value": each.value, "domain": NAME, "path": each.path, "secure": True}
                    for each in checked.editor.cookies
                ]
            )
            for path in pages:
                page.goto(BASE + path)
                page.add_script_tag(path=str(AXE))
                found += [f"{path} ({width}, {scheme}): {fault}" for fault in page.evaluate(LOOK)]
            page.context.close()
        browser.close()
    _report(f"{len(pages)} pages, twice each")
    return found


def observatory(checked):
    """Ask MDN's Observatory for its score."""
    scan = OBSERVATORY_FOLDER / "src" / "scan.js"
    done = _run(find_node(), scan, NAME, NODE_EXTRA_CA_CERTS=str(checked.authority))
    told = json.loads(done.stdout)
    if "scan" not in told:
        return [done.stdout + done.stderr]
    _report(f"score {told['scan']['score']}, grade {told['scan']['grade']}")
    bad = [
        f"{name}: {test['result']} {test['scoreModifier']}" for name, test in told["tests"].items() if not test["pass"]
    ]
    return bad + ([f"score {told['scan']['score']}"] if told["scan"]["score"] < 100 else [])


def compose(checked):
    """Have the compose file read by a parser that refuses what the specification does not know."""
    read = checked.folder / "compose.json"
    read.write_text(json.dumps(yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))), encoding="utf-8")
    done = _run(FOLDER / "compose" / "bin" / "python", "-c", COMPOSE, read)
    _report(done.stdout.strip())
    return [done.stderr] if done.returncode else []


CHECKS = {
    "schemathesis": schemathesis,
    "wapiti": wapiti,
    "redbot": redbot,
    "vnu": vnu,
    "axe": axe,
    "observatory": observatory,
    "compose": compose,
}
