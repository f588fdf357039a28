"""The path of a reminder is told once in the package and once in the documentation, with the same modules."""

import re
from pathlib import Path

import calendar_service.reminders

ROOT = Path(calendar_service.reminders.__file__).parents[2]


def test_package_and_documentation_tell_the_same_path():
    told = re.findall(r"^\d\. (.*)", calendar_service.reminders.__doc__, re.MULTILINE)
    named = [name for line in told for name in re.findall(r"`([a-z_]+(?:/[a-z_]*)?)`", line.partition(":")[0])]
    modules = [name if name.startswith("store/") else f"reminders/{name}" for name in named]
    text = (ROOT / "docs/developing.md").read_text(encoding="utf-8")
    section = text.partition("## How a reminder travels")[2].partition("\n## ")[0]
    places = [section.find(f"`{module.rstrip('/')}{'/' if module.endswith('/') else '.py'}`") for module in modules]
    assert len(modules) >= 8
    assert -1 not in places
    assert places == sorted(places)
    for module in modules:
        assert (ROOT / "calendar_service" / f"{module}.py").exists() or (ROOT / "calendar_service" / module).is_dir()
