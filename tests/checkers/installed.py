"""The programs that check the service, installed into var/checkers when they are asked for, and no tests need them."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.support.paths import ROOT
from tests.support.tools import find_node

FOLDER = ROOT / "var" / "checkers"
# Each in an environment of its own, since what they need does not agree.
PINS = {
    "schemathesis": ("schemathesis==4.32.5",),
    "wapiti": ("wapiti3==3.1.8", "greenlet==3.5.4"),
    "redbot": ("redbot==2.7.1",),
    "compose": ("compose-spec==0.2.1",),
}
OBSERVATORY = "@mdn/mdn-http-observatory@1.4.8"
OBSERVATORY_FOLDER = FOLDER / "observatory" / "node_modules" / "@mdn" / "mdn-http-observatory"


def install(name: str) -> None:
    """Install a checker unless that version is there."""
    pins, folder = PINS.get(name, (OBSERVATORY,) if name == "observatory" else ()), FOLDER / name
    mark = folder / "installed"
    if not pins or (mark.exists() and mark.read_text(encoding="utf-8").split() == [*pins]):
        return
    shutil.rmtree(folder, ignore_errors=True)
    if name == "observatory":
        _install_observatory(folder)
    else:
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        subprocess.run([folder / "bin" / "pip", "install", "--quiet", "--disable-pip-version-check", *pins], check=True)
    mark.write_text("\n".join(pins), encoding="utf-8")


def _install_observatory(folder: Path) -> None:
    folder.mkdir(parents=True)
    # Its own script would download the lists below. They say which names browsers know already: ours is none.
    options = ["--prefix", folder, "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
    path = f"{Path(find_node() or 'node').parent}:{os.environ['PATH']}"
    subprocess.run(["npm", "install", *options, OBSERVATORY], check=True, env=os.environ | {"PATH": path})
    for list_name, empty in (("hsts-preload", {}), ("tld-list", ["org"])):
        (OBSERVATORY_FOLDER / "conf" / f"{list_name}.json").write_text(json.dumps(empty), encoding="utf-8")


def program(name: str) -> Path:
    """Return a program that was installed."""
    scripts = {"schemathesis": "st"}
    return FOLDER / name / "bin" / scripts.get(name, name)
