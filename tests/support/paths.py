"""Where things are."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
TESTS = ROOT / "tests"
CALENDARS = TESTS / "support" / "calendars"
NODE_MODULES = TESTS / "node_modules"
