"""The package's own source, parsed once for all tests that look at it."""

import ast
from functools import cache

from tests.support.paths import ROOT

PACKAGE = ROOT / "calendar_service"


@cache
def syntax_tree(path):
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def syntax_nodes(path):
    """All nodes of a file."""
    return tuple(ast.walk(syntax_tree(path)))


@cache
def package_files():
    """The package's modules without the migrations, which stay as they were."""
    return tuple(sorted(path for path in PACKAGE.rglob("*.py") if "migrations" not in path.parts))
