"""The rooms of the house: arrows point one way, each library has one owner, no clock below the doors."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "calendar_service"
# A room may import itself and the rooms before it.
ROOMS = ["datephrases", "records", "readers", "auditing", "writers", "store", "reminders", "web"]
# Modules of records that know no record and come before all rooms.
BASE = {"records.errors", "records.zones", "records.countries"}
# Modules beside the rooms, each after all that it may import.
HALLS = [
    "settings",
    "publishing",
    "lease_keeper",
    "worker",
    "starter",
    "doctor",
    "serving",
    "exporting",
    "cli_backup",
    "cli_letters",
    "cli_reminders",
    "cli_receipts",
    "cli_sending",
    "cli_subscribers",
    "cli",
]
OWNERS = {
    "icalendar": {"writers", "readers"},
    "flask": {"web"},
    "werkzeug": {"web"},
    "sqlalchemy": {"store"},
    "alembic": {"store"},
    "apscheduler": {"worker"},
    "pytz": {"records/countries.py"},
    "holidays": {"records/working_days.py"},
    "dateutil": {"datephrases/rrule.py", "records", "readers/feed_ics.py"},
    "yaml": {"readers"},
    "waitress": {"cli"},
    "itsdangerous": {"reminders"},
    "jinja2": {"reminders"},
    "smtplib": {"reminders"},
    "apprise": {"reminders/channels/chat.py"},
    "prometheus_client": {"web"},
    "segno": {"web/qr.py"},
}
DOORS = {"serving.py"}
CLOCKS = {"now", "utcnow", "today", "time", "time_ns"}


def modules():
    return sorted(path for path in PACKAGE.rglob("*.py") if "migrations" not in path.parts)


def home(path):
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def arrow_fault(user, used):
    if used in {user, "__init__"}:
        return False
    order = [*ROOMS[:-1], "settings", "web", *HALLS[1:]]
    return used not in order or order.index(used) > order.index(user)


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_module_keeps_the_house_rules(path):
    if home(path) == "__init__":
        return
    for name in imports(path):
        top, _, rest = name.partition(".")
        if top == "calendar_service" and rest:
            assert rest in BASE or not arrow_fault(home(path), rest.split(".")[0]), (
                f"{path.name} must not import {name}"
            )
        if top in OWNERS:
            allowed = OWNERS[top]
            assert home(path) in allowed or str(path.relative_to(PACKAGE)) in allowed, (
                f"{path.name} must not know {top}"
            )
    if path.name not in DOORS:
        assert clock_reads(path) == []


@pytest.mark.parametrize("name", sorted(BASE))
def test_the_base_imports_only_itself(name):
    ours = {each for each in imports(PACKAGE / f"{name.replace('.', '/')}.py") if each.startswith("calendar_service")}
    assert ours <= {f"calendar_service.{each}" for each in BASE}


def clock_reads(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    calls = (node.func for node in ast.walk(tree) if isinstance(node, ast.Call))
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
        ("records", "readers"),
        ("writers", "web"),
        ("web", "cli"),
        ("store", "web"),
        ("auditing", "writers"),
        ("reminders", "web"),
    ],
)
def test_wrong_arrows_are_seen(user, used):
    assert arrow_fault(user, used)


def test_clock_reads_are_seen(tmp_path):
    module = tmp_path / "module.py"
    module.write_text("import datetime\nfrom datetime import date\ndatetime.datetime.now()\ndate.today()\n")
    assert clock_reads(module) == ["datetime.datetime.now", "date.today"]


def test_rooms_are_the_ones_that_are_there():
    folders = {path.name for path in PACKAGE.iterdir() if (path / "__init__.py").exists()}
    files = {path.stem for path in PACKAGE.glob("*.py")} - {"__init__"}
    assert folders == set(ROOMS)
    assert files == set(HALLS)
