"""Run the checkers that are named, or all: python -m tests.checkers [NAME …]. Fails with what they find."""

import sys

from tests.checkers.checks import CHECKS
from tests.checkers.installed import install
from tests.checkers.service import enter_own_network, is_inside, service


def main(names: list[str]) -> str | None:
    unknown = set(names) - CHECKS.keys()
    if unknown:
        return f"no such checker: {', '.join(unknown)}; there are {', '.join(CHECKS)}"
    names = names or [*CHECKS]
    if not is_inside():
        for name in names:
            install(name)
    enter_own_network()
    found = {}
    with service() as checked:
        for name in names:
            found[name] = CHECKS[name](checked)
            print(f"{name}: {len(found[name])} findings", flush=True)  # noqa: T201 (its purpose)
    return "\n".join(f"{name}: {each}" for name, many in found.items() for each in many) or None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
