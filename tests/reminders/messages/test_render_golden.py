"""Whole messages. After a change that is meant: REWRITE_GOLDEN=1 pytest tests/reminders/messages/test_render_golden.py"""

import os
from pathlib import Path

import pytest

from tests.support.messages import all_messages

GOLDEN = Path(__file__).parent / "golden"
NAMES = sorted(all_messages("en"))


@pytest.mark.parametrize("code", ["en", "fr"])
@pytest.mark.parametrize("name", NAMES)
def test_whole_message(name, code):
    message = all_messages(code)[name]
    written = {"txt": f"{message.subject}\n\n{message.text}", "html": message.html}
    for suffix, text in written.items():
        path = GOLDEN / f"{name}.{code}.{suffix}"
        if os.environ.get("REWRITE_GOLDEN"):
            path.write_text(text, encoding="utf-8")
        assert text == path.read_text(encoding="utf-8")
