"""The examples of `check` in a repository: run as the programs that they are for would run them."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.support.audited import EVENTS
from tests.support.paths import ROOT

EXAMPLES = ROOT / "examples" / "check"
BROKEN = EVENTS.read_text(encoding="utf-8").replace("closes: 10 July 2020", "closes: 31 June 2020")
BIN = Path(sys.executable).parent


@pytest.fixture
def repository(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / ".github" / "workflows").mkdir(parents=True)
    for folder in (tmp_path, tmp_path / ".github" / "workflows"):
        shutil.copy(EXAMPLES / "annotate.py", folder)
    return tmp_path


def run(repository, command, calendar, **settings):
    (repository / "data" / "events.yaml").write_text(calendar, encoding="utf-8")
    environment = {**os.environ, "PATH": f"{BIN}:{os.environ['PATH']}", **settings}
    return subprocess.run(
        ["bash", "-eo", "pipefail", "-c", command],
        cwd=repository,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_workflow_annotates_the_line_of_each_problem(repository):
    workflow = yaml.safe_load((EXAMPLES / "github-workflow.yaml").read_text(encoding="utf-8"))
    step = workflow["jobs"]["check"]["steps"][-1]
    good = run(repository, step["run"], EVENTS.read_text(encoding="utf-8"), CALENDAR=workflow["env"]["CALENDAR"])
    assert (good.returncode, "::error" in good.stdout) == (0, False)
    bad = run(repository, step["run"], BROKEN, CALENDAR=workflow["env"]["CALENDAR"])
    line = BROKEN[: BROKEN.index("    closes: 31 June")].count("\n") + 1
    assert bad.returncode == 1
    assert f"::error file=data/events.yaml,line={line},col=5::" in bad.stdout


def test_the_job_writes_a_code_quality_report(repository):
    job = yaml.safe_load((EXAMPLES / "gitlab-ci.yaml").read_text(encoding="utf-8"))["calendar"]
    bad = run(repository, "\n".join(job["script"]), BROKEN, CALENDAR=job["variables"]["CALENDAR"])
    assert bad.returncode == 1
    report = json.loads((repository / job["artifacts"]["reports"]["codequality"]).read_text(encoding="utf-8"))
    (problem,) = [each for each in report if each["severity"] == "major"]
    assert problem["location"]["path"] == "data/events.yaml"
    assert set(problem) == {"description", "check_name", "fingerprint", "severity", "location"}
    good = run(
        repository, "\n".join(job["script"]), EVENTS.read_text(encoding="utf-8"), CALENDAR=job["variables"]["CALENDAR"]
    )
    assert good.returncode == 0


def test_an_annotation_cannot_add_a_command_of_its_own(repository):
    problem = {"file": "a", "line": 1, "column": 1, "severity": "error", "path": "", "remedy": ""}
    text = json.dumps({"problems": [{**problem, "message": "x\n::set-output name=a::b%"}]})
    found = run(repository, f"python annotate.py github <<'END'\n{text}\nEND\n", BROKEN)
    assert found.stdout == "::error file=a,line=1,col=1::x%0A::set-output name=a::b%25\n"


def test_the_hook_checks_the_calendar(repository):
    (hook,) = yaml.safe_load((EXAMPLES / "pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"][0]["hooks"]
    for calendar, code in ((EVENTS.read_text(encoding="utf-8"), 0), (BROKEN, 1)):
        assert run(repository, f"{hook['entry']} data/events.yaml", calendar).returncode == code
