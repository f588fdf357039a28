"""Templates and routes, compiled once for all applications of a test process: this took a fourth of the tests' time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Flask
from jinja2 import BytecodeCache
from werkzeug.routing import Rule

if TYPE_CHECKING:
    from types import CodeType

    from jinja2.bccache import Bucket


class CompiledTemplates(BytecodeCache):
    """Keeps the code of each template by its source."""

    def __init__(self) -> None:
        self._codes: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Put the code that is kept into the bucket of a template."""
        bucket.code = self._codes.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep the code of a template that was just compiled."""
        if bucket.code is not None:
            self._codes[bucket.key, bucket.checksum] = bucket.code


def compile_once() -> None:
    """Let all applications made from now on share their compiled templates and the functions that build URLs."""
    Flask.jinja_options = {"bytecode_cache": CompiledTemplates()}
    compiled: dict[Any, Any] = {}
    compile_builder = Rule._compile_builder

    def compile_new(rule: Rule, append_unknown: bool = True) -> Any:
        key = rule.rule, rule.host, rule.subdomain, repr(rule.defaults), append_unknown
        if key not in compiled:
            compiled[key] = compile_builder(rule, append_unknown)
        return compiled[key]

    Rule._compile_builder = compile_new  # type: ignore[method-assign]  # there is no public way
