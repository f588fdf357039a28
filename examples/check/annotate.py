"""Print the problems of `calendar-service check --format json`, read from standard input, for GitHub or GitLab."""

import hashlib
import json
import sys
from collections.abc import Iterator
from typing import Any

Problem = dict[str, Any]

LEVELS = {"error": "error", "note": "notice"}
SEVERITIES = {"error": "major", "note": "info"}


def message(problem: Problem) -> str:
    """Return what is wrong and what to do."""
    return " ".join(part for part in (problem["path"], problem["message"], problem["remedy"]) if part)


def github(problems: list[Problem]) -> Iterator[str]:
    """Yield workflow commands, which GitHub shows at the lines of the file."""
    for problem in problems:
        text = message(problem).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
        file = problem["file"].replace("%", "%25").replace(":", "%3A").replace(",", "%2C")
        place = f"file={file},line={problem['line']},col={problem['column']}"
        yield f"::{LEVELS[problem['severity']]} {place}::{text}"


def gitlab(problems: list[Problem]) -> Iterator[str]:
    """Yield a Code Quality report, a list in JSON."""
    found = [
        {
            "description": message(problem),
            "check_name": "calendar-service check",
            "fingerprint": hashlib.sha256(f"{problem['path']}\n{problem['message']}".encode()).hexdigest(),
            "severity": SEVERITIES[problem["severity"]],
            "location": {"path": problem["file"], "lines": {"begin": problem["line"]}},
        }
        for problem in problems
    ]
    yield json.dumps(found, ensure_ascii=False, indent=1)


if __name__ == "__main__":
    problems = json.load(sys.stdin)["problems"]
    for line in {"github": github, "gitlab": gitlab}[sys.argv[1]](problems):
        print(line)
    is_github = sys.argv[1] == "github"
    sys.exit(is_github and any(problem["severity"] == "error" for problem in problems))
