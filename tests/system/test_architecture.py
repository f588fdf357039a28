"""The layers of the package: imports point one way, each library has one owner, no clock below the entry points."""

import ast
import re

import pytest

from tests.support.paths import ROOT
from tests.support.source_code import PACKAGE, package_files, syntax_nodes

# A package may import itself and the packages before it.
PACKAGES = ["datephrases", "records", "parsers", "verification", "writers", "store", "reminders", "web"]
# Modules of records that know no record and come before all packages.
BASE = {"records.errors", "records.zones", "records.countries", "records.shorten"}
# Top-level modules, the admin pages and the commands, each after all that it may import.
MODULES = [
    "settings",
    "output_formats",
    "file_watch",
    "publishing",
    "lease_keeper",
    "heartbeat",
    "admin",
    "worker",
    "starter_file",
    "dns_txt",
    "network_checks",
    "doctor",
    "log_format",
    "clock",
    "bootstrap",
    "web_process",
    "static_links",
    "static_export",
    "cli",
]
OWNERS = {
    "icalendar": {"writers/jcal.py", "parsers"},
    "flask": {"web", "admin"},
    "werkzeug": {"web", "admin"},
    "sqlalchemy": {"store"},
    "alembic": {"store"},
    "apscheduler": {"worker"},
    "pytz": {"records/countries.py", "records/zones.py"},
    "holidays": {"records/working_days.py"},
    "dateutil": {"datephrases/rrule.py", "records", "parsers/feed_ics.py"},
    "yaml": {"parsers"},
    "lxml": {"parsers"},
    "waitress": {"cli"},
    "itsdangerous": {"reminders"},
    "jinja2": {"reminders"},
    "smtplib": {"reminders"},
    "standardwebhooks": {"reminders/channels/webhook.py"},
    "cachetools": {"web", "reminders", "admin"},
    "apprise": {"reminders/channels/chat.py"},
    "prometheus_client": {"web"},
    "segno": {"web/qr.py"},
}
ENTRY_POINTS = {"clock.py"}
CLOCKS = {"now", "utcnow", "today", "time", "time_ns"}


def home(path):
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(path):
    for node in syntax_nodes(path):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def import_fault(user, used):
    if used in {user, "__init__"}:
        return False
    order = [*PACKAGES[:-1], *MODULES[:2], "web", *MODULES[2:]]
    return used not in order or order.index(used) > order.index(user)


def layer_faults(path):
    for name in imports(path):
        top, _, rest = name.partition(".")
        if top == "calendar_service" and rest and rest not in BASE and import_fault(home(path), rest.split(".")[0]):
            yield f"must not import {name}"
        if top in OWNERS and not {home(path), str(path.relative_to(PACKAGE))} & OWNERS[top]:
            yield f"must not know {top}"
    if path.name not in ENTRY_POINTS:
        yield from (f"must not call {call}" for call in clock_reads(path))


def test_modules_keep_the_layers():
    kept = [path for path in package_files() if home(path) != "__init__"]
    assert [f"{path.relative_to(PACKAGE)} {fault}" for path in kept for fault in layer_faults(path)] == []


@pytest.mark.parametrize("name", sorted(BASE))
def test_the_base_imports_only_itself(name):
    ours = {each for each in imports(PACKAGE / f"{name.replace('.', '/')}.py") if each.startswith("calendar_service")}
    assert ours <= {f"calendar_service.{each}" for each in BASE}


def test_date_phrases_import_only_errors_and_zones():
    names = {each for path in (PACKAGE / "datephrases").rglob("*.py") for each in imports(path)}
    ours = {each for each in names if each.startswith("calendar_service")}
    others = {each for each in ours if not each.startswith("calendar_service.datephrases")}
    assert others <= {"calendar_service.records.errors", "calendar_service.records.zones"}


def clock_reads(path):
    calls = (node.func for node in syntax_nodes(path) if isinstance(node, ast.Call))
    reads = [call for call in calls if isinstance(call, ast.Attribute) and call.attr in CLOCKS]
    return [
        ast.unparse(call)
        for call in reads
        if ast.unparse(call.value) in {"datetime", "date", "datetime.datetime", "time"}
    ]


@pytest.mark.parametrize(
    ("user", "used"),
    [
        ("datephrases", "records"),
        ("records", "store"),
        ("records", "parsers"),
        ("writers", "web"),
        ("web", "cli"),
        ("web", "admin"),
        ("admin", "bootstrap"),
        ("store", "web"),
        ("verification", "writers"),
        ("writers", "output_formats"),
        ("output_formats", "web"),
        ("reminders", "web"),
    ],
)
def test_wrong_imports_are_seen(user, used):
    assert import_fault(user, used)


def test_clock_reads_are_seen(tmp_path):
    module = tmp_path / "module.py"
    module.write_text("import datetime\nfrom datetime import date\ndatetime.datetime.now()\ndate.today()\n")
    assert clock_reads(module) == ["datetime.datetime.now", "date.today"]


def test_packages_are_the_ones_that_are_there():
    folders = {path.name for path in PACKAGE.iterdir() if (path / "__init__.py").exists()}
    files = {path.stem for path in PACKAGE.glob("*.py")} - {"__init__"}
    assert folders == {*PACKAGES, "admin", "cli"}
    assert files == set(MODULES) - {"admin", "cli"}


# -- the tests mirror the package -----------------------------------------------------------------------------------

TESTS = ROOT / "tests"
# What tests no single module.
ELSEWHERE = {"system", "proofs", "support"}


def mirrored_files():
    return sorted(
        path.relative_to(TESTS)
        for path in TESTS.rglob("test_*.py")
        if path.relative_to(TESTS).parts[0] not in ELSEWHERE | {"node_modules"}
    )


def has_module(path):
    words = path.stem.removeprefix("test_").split("_")
    names = ["_".join(words[:count]) for count in range(1, len(words) + 1)]
    return any((PACKAGE / path.parent / f"{name}.py").exists() for name in names)


def test_tests_are_where_their_module_is():
    assert [str(path) for path in mirrored_files() if not has_module(path)] == []


def test_no_test_module_imports_another_and_no_path_is_bent():
    bent = re.compile(r"^ *(from|import) (\S*\.)?test_\w+|sys\.path\.|\bpythonpath\b(?! = \[\"\.\"\])", re.MULTILINE)
    for path in [*TESTS.rglob("*.py"), ROOT / "pyproject.toml"]:
        if "node_modules" not in path.parts and path.name != "test_architecture.py":
            assert not (found := bent.search(path.read_text(encoding="utf-8"))), (path, found[0])
