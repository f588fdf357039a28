"""The WordPress plugin: its PHP is sound, and its attributes are the options of the widget."""

import json
import re
import struct
import subprocess
from gettext import GNUTranslations
from io import BytesIO

import pytest
from babel.messages.pofile import read_po

from calendar_service.web.widget_query import MOST, THEMES, VIEWS
from tests.support.paths import ROOT
from tests.support.tools import find_node
from tests.support.widget_site import widget_options

PLUGIN = ROOT / "integrations" / "wordpress" / "calendar-service"
PHP = sorted(path.relative_to(PLUGIN) for path in PLUGIN.rglob("*.php"))
BLOCK = json.loads((PLUGIN / "block.json").read_text(encoding="utf-8"))
SOURCE = "\n".join((PLUGIN / path).read_text(encoding="utf-8") for path in PHP)
TEXT = re.compile(r"_[_e]\( '((?:[^'\\]|\\.)*)', 'calendar-service' \)")
# Keys of block.json that WordPress translates, each with its context.
TRANSLATED = {"title": "block title", "description": "block description", "keywords": "block keyword"}


@pytest.mark.php
@pytest.mark.parametrize("path", PHP, ids=str)
def test_php_is_sound(path):
    found = subprocess.run(["php", "-l", PLUGIN / path], capture_output=True, text=True, timeout=60, check=False)
    assert found.returncode == 0, found.stdout + found.stderr


@pytest.mark.node
def test_script_of_the_editor_is_sound():
    subprocess.run([find_node(), "--check", PLUGIN / "block.js"], check=True, timeout=60)


def test_attributes_are_the_options_of_the_widget():
    own = {"label", "height"}
    assert set(BLOCK["attributes"]) - own == {"record" if name == "id" else name for name in widget_options()}
    schemas = BLOCK["attributes"]
    assert schemas["view"]["enum"] == list(VIEWS)
    assert schemas["theme"]["enum"] == list(THEMES)
    assert schemas["cancelled"]["enum"] == ["show", "hide"]
    assert schemas["limit"]["maximum"] == MOST


def test_every_attribute_and_value_has_a_label():
    labels = set(re.findall(r"^\t\t'([\w.]+)' +=> __\(", SOURCE, re.MULTILINE))
    values = {
        f"{name}.{value}"
        for name, schema in BLOCK["attributes"].items()
        for value in schema.get("enum", ())
        if name != "cancelled"
    }
    assert labels >= set(BLOCK["attributes"]) | values


def test_readme_lists_the_attributes():
    readme = (PLUGIN / "readme.txt").read_text(encoding="utf-8")
    listed = readme.partition("= Which options are there? =")[2].partition("The page `/embed`")[0]
    assert set(re.findall(r"`(\w+)`", listed)) == set(BLOCK["attributes"])


def test_version_is_the_same_everywhere():
    header = re.search(r"^ \* Version: +(\S+)$", SOURCE, re.MULTILINE)[1]
    readme = (PLUGIN / "readme.txt").read_text(encoding="utf-8")
    assert re.search(r"const VERSION = '([^']+)'", SOURCE)[1] == header
    assert re.search(r"^Stable tag: (\S+)$", readme, re.MULTILINE)[1] == header
    for name in ("Requires at least", "Requires PHP"):
        assert len(set(re.findall(rf"{name}: +(\S+)", SOURCE + readme))) == 1, name


def test_no_file_can_be_opened_by_itself():
    for path in PHP:
        text = (PLUGIN / path).read_text(encoding="utf-8")
        assert re.search(r"^defined\( '(ABSPATH|WP_UNINSTALL_PLUGIN)' \) \|\| exit;$", text, re.MULTILINE), path


def test_everything_printed_is_escaped():
    printed = re.findall(r"\b(?:echo|printf\()\s*(?:'[^']*',)?\s*(\w+)", SOURCE)
    assert len(printed) == 5
    for shown in printed:
        assert shown.startswith(("esc_", "wp_kses")), shown


def written_texts():
    described = re.search(r"^ \* Description: +(.+)$", SOURCE, re.MULTILINE)[1]
    found = {("", text.replace("\\'", "'")) for text in TEXT.findall(SOURCE)} | {("", described)}
    for key, context in TRANSLATED.items():
        value = BLOCK[key]
        found |= {(context, each) for each in (value if isinstance(value, list) else [value])}
    return found


def test_catalogue_has_every_text_in_french():
    with (PLUGIN / "languages" / "calendar-service-fr_FR.po").open("rb") as file:
        catalogue = {(each.context or "", each.id): each.string for each in read_po(file) if each.id}
    assert set(catalogue) == written_texts()
    for (_, text), french in catalogue.items():
        assert french, text
        assert french.count("%s") == text.count("%s")
        assert not re.search(r"(?<!\u00a0)[:;!?»](?!/)", french.replace("https:", "")), french
        assert not re.search(r"«(?!\u00a0)|'", french), french
    with (PLUGIN / "languages" / "calendar-service.pot").open("rb") as file:
        assert {(each.context or "", each.id) for each in read_po(file) if each.id} == written_texts()


def test_catalogue_is_compiled():
    """After a change: `msgfmt --no-hash -o …-fr_FR.mo …-fr_FR.po`; WordPress reads none that says nothing of a hash table."""
    stem = PLUGIN / "languages" / "calendar-service-fr_FR"
    body = stem.with_suffix(".mo").read_bytes()
    _, _, count, _, translations, _, hashes = struct.unpack("<7I", body[:28])
    assert hashes == translations + 8 * count
    made = GNUTranslations(BytesIO(body))
    with stem.with_suffix(".po").open("rb") as source:
        written = [each for each in read_po(source) if each.id]
    for each in written:
        found = made.pgettext(each.context, each.id) if each.context else made.gettext(each.id)
        assert found == each.string
