"""The documentation says what is there, all of it, and nothing that is not.

`docs/reference.md` is compared with the program as a whole; every link, file, module and name that a page mentions is
looked up.
"""

import ast
import functools
import re
from datetime import date

import click
import pytest
from sqlalchemy import text as sql

from calendar_service import __version__, settings
from calendar_service.admin.install import install_admin
from calendar_service.bootstrap import mail_settings
from calendar_service.cli.main import main
from calendar_service.clock import clock
from calendar_service.output_formats import FORMATS
from calendar_service.records.schema import json_schema
from calendar_service.records.selection import Selection
from calendar_service.reminders.faults.log import FaultLog
from calendar_service.reminders.sign_in_mailer import SignInMailer
from calendar_service.reminders.subscriptions import csv_table
from calendar_service.store.engine import reading
from calendar_service.store.faults import FaultKind
from calendar_service.store.tables import metadata
from calendar_service.web.app import create_app
from calendar_service.web.openapi import describe_api
from calendar_service.web.widget_query import WidgetQuery
from tests.support.databases import open_sqlite
from tests.support.paths import ROOT
from tests.support.source_code import PACKAGE, syntax_nodes

REFERENCE = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")
PAGES = sorted(
    path
    for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *PACKAGE.rglob("*.md"), *ROOT.glob("deploy/**/*.md")]
    if "node_modules" not in path.parts
)
FOR_DEVELOPERS = [ROOT / "docs" / "developing.md", ROOT / "docs" / "decisions.md", ROOT / "CONTRIBUTING.md"]
README_WORDS = 800
TOKEN = "the token of an operator"  # noqa: S105 (of no service)


def by_name(path):
    return str(path.relative_to(ROOT))


# -- reading the reference ------------------------------------------------------------------------------------------


def sections(text, level=3):
    """Each heading of a level, with the text up to the next heading of that level or above."""
    parts = re.split(rf"^(#{{2,{level}}}) (.+)$", text, flags=re.MULTILINE)
    return {title: body for marks, title, body in zip(*[iter(parts[1:])] * 3, strict=True) if len(marks) == level}


def rows(text):
    """The cells of the first table in a text, without its head."""
    table = re.search(r"^\|.*\n\| ---.*\n((?:\|.*\n?)*)", text, flags=re.MULTILINE)
    assert table, f"there is no table in {text[:60]!r}"
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in table[1].splitlines()]


def code(cell):
    """The one word in backticks at the beginning of a cell."""
    return re.match(r"`([^`]+)`", cell)[1]


def written_commands(text):
    found = {}
    for title, body in sections(text).items():
        if title.startswith("`calendar-service "):
            words = code(title).split()[1:]
            names = [word for word in words if re.fullmatch(r"[a-z-]+", word)]
            options = re.findall(r"^- `(--[a-z-]+)", body, flags=re.MULTILINE)
            found[" ".join(names)] = [word for word in words if word not in names], sorted(options)
    return found


def written_settings(text):
    return sorted(code(name) for name, *_ in rows(sections(text, 2)["Settings"]))


def written_addresses(text):
    return {code(path): (methods, each == "yes") for path, methods, each, _ in rows(sections(text, 2)["Addresses"])}


def written_formats(text):
    return [
        (code(path), code(media_type), linked == "yes", exported == "yes")
        for path, media_type, _, linked, exported in rows(sections(text, 2)["Output formats"])
    ]


def written_parameters(text):
    first, second = re.split(r"\nThe widget \(", sections(text, 2)["Query parameters"])
    return [code(name) for name, *_ in rows(first)], [code(name) for name, *_ in rows(second)]


def written_fields(text):
    found = {}
    for title, body in sections(text).items():
        if title.startswith("Field "):
            fields = {}
            for name, needed, *more in rows(body):
                kinds = more[0] if len(more) == 2 else "all"
                fields[code(name)] = needed == "yes", "event, tender, webinar" if kinds == "all" else kinds
            found[code(title.removeprefix("Field "))] = fields
    return found


def written_schemas(text):
    return {
        code(title.removeprefix("Schema ")): {code(name): always == "yes" for name, always, _ in rows(body)}
        for title, body in sections(text).items()
        if title.startswith("Schema ")
    }


def written_columns(text):
    return [(code(name), needed == "yes") for name, needed, _ in rows(sections(text, 2)["The table of subscribers"])]


def written_metrics(text):
    return sorted(code(name) for name, _ in rows(sections(text, 2)["Metrics"]))


# -- reading the program --------------------------------------------------------------------------------------------


def commands(group=main, above=()):
    found = {}
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        path = (*above, name)
        if isinstance(command, click.Group):
            found |= commands(command, path)
        else:
            arguments = [each for each in command.params if isinstance(each, click.Argument)]
            options = [each for each in command.params if isinstance(each, click.Option)]
            names = [each.make_metavar(click.Context(command)) for each in arguments]
            found[" ".join(path)] = names, sorted(max(each.opts, key=len) for each in options)
    return found


@functools.cache
def application(folder):
    engine = open_sqlite(folder / "docs.sqlite3")
    made, keys = settings.Settings(operator_token=TOKEN), ("k" * 32,)
    app = create_app(made, engine, clock, keys=keys)
    mailer = SignInMailer(engine, "", mail_settings(made), clock, FaultLog(clock))
    install_admin(app, made, engine, keys=keys, mailer=mailer)
    return app


@pytest.fixture(scope="session")
def app(tmp_path_factory):
    return application(tmp_path_factory.getbasetemp())


def addresses(app):
    found = {}
    for rule in app.url_map.iter_rules():
        methods = ", ".join(sorted(rule.methods - {"HEAD", "OPTIONS"}))
        for path in spelled(re.sub(r"<(?:path|int):", "<", str(rule)).replace("<record_id>", "<id>")):
            bare = path.removeprefix("/<lang>")
            before, each = found.get(bare, ("", False))
            found[bare] = ", ".join(sorted({*before.split(", "), *methods.split(", ")} - {""})), each or bare != path
    return found


def spelled(rule):
    """One path for each of the words that a rule names."""
    choice = re.search(r"<any\(([^)]*)\):\w+>", rule)
    if not choice:
        return [rule]
    return [rule.replace(choice[0], word.strip()) for word in choice[1].split(",")]


def fields():
    schema, found = json_schema(), {}

    def objects(node):
        while "$ref" in node:
            node = schema["$defs"][node["$ref"].rpartition("/")[2]]
        if "properties" in node:
            yield node
        for part in [*node.get("anyOf", []), *node.get("oneOf", []), *([node["items"]] if "items" in node else [])]:
            yield from objects(part)

    def walk(name, node, kind=""):
        for key, value in node["properties"].items():
            needed, kinds = found.setdefault(name, {}).get(key, (key in node.get("required", []), set()))
            found[name][key] = needed, kinds | {kind}
            for part in objects(value):
                walk(key, part, part["properties"].get("kind", {}).get("const", kind if name else ""))

    walk("", schema)
    assert set(found.pop("")) == {"calendar", "records"}
    everywhere = {"event", "tender", "webinar"}
    return {
        name: {
            key: (needed, ", ".join(sorted(kinds if name == "records" else everywhere)))
            for key, (needed, kinds) in keys.items()
        }
        for name, keys in found.items()
    }


def formats():
    return [(form.path, form.media_type, form.is_alternate, form.is_exported) for form in FORMATS.values()]


def parameters():
    given = describe_api("", ["en"])["paths"]["/api/v1/records"]["get"]["parameters"]
    whole = WidgetQuery(Selection(), view="next", theme="dark", accent="aaaaaa", limit=5, month=date(2027, 3, 1))
    return [each["name"] for each in given if each["in"] == "query"], [name for name, _ in whole.pairs()]


def schemas():
    return {
        name: {key: key in schema["required"] for key in schema["properties"]}
        for name, schema in describe_api("", ["en"])["components"]["schemas"].items()
    }


def columns():
    return [*((name, True) for name in csv_table.NEEDED), *((name, False) for name in csv_table.OPTIONAL)]


def metrics():
    """The names of metrics as the modules that make them write them down; most show only once there is something."""
    modules = (PACKAGE / "web" / name for name in ("metrics.py", "process_metrics.py"))
    nodes = (node for path in modules for node in syntax_nodes(path))
    texts = (node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str))
    return sorted({text for text in texts if re.fullmatch(r"calendar_[a-z_]+", text)})


# -- the reference is the program -----------------------------------------------------------------------------------

PARTS = {
    "commands": (written_commands, lambda _: commands()),
    "settings": (written_settings, lambda _: sorted(settings._KNOWN)),
    "addresses": (written_addresses, addresses),
    "formats": (written_formats, lambda _: formats()),
    "parameters": (written_parameters, lambda _: parameters()),
    "fields": (written_fields, lambda _: fields()),
    "schemas": (written_schemas, lambda _: schemas()),
    "columns": (written_columns, lambda _: columns()),
    "metrics": (written_metrics, lambda _: metrics()),
}


@pytest.mark.parametrize("part", PARTS)
def test_the_reference_says_what_is_there(part, app):
    written, there = PARTS[part]
    assert written(REFERENCE) == there(app)


def page(name):
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


def words_of_column(text):
    return sorted(word for cell, *_ in rows(text) for word in re.findall(r"`([^`]+)`", cell))


def test_every_table_of_the_database_is_told():
    text = sections(page("developing.md"), 2)["The database"]
    assert words_of_column(text) == sorted(metadata.tables)


def test_every_folder_of_tests_is_told():
    folders = {path.parent for path in ROOT.glob("tests/*/*.py") if path.parent.name != "node_modules"}
    assert words_of_column(sections(page("developing.md"), 2)["Tests"]) == sorted(
        f"tests/{each.name}/" for each in folders
    )


def test_every_kind_of_fault_is_told():
    assert words_of_column(sections(page("operating.md"), 2)["Faults"]) == sorted(FaultKind)


@pytest.mark.parametrize(
    ("part", "old", "new"),
    [
        ("commands", "### `calendar-service schema`", "### Schema"),
        ("commands", "### `calendar-service schema`", "### `calendar-service scheme`"),
        ("commands", "### `calendar-service audit [BASE_URL]`", "### `calendar-service audit`"),
        ("commands", "- `--confirm`", "- confirm"),
        ("commands", "- `--confirm`", "- `--yes`: more\n- `--confirm`"),
        ("settings", "| `CALENDAR_FILE` |", "| `CALENDAR_FILES` |"),
        ("addresses", "| `/month` | GET | yes |", "| `/month` | GET | |"),
        ("addresses", "| `/reminders` | GET, POST |", "| `/reminders` | GET |"),
        ("addresses", "| `/calendar/tenders.ics` |", "| `/calendar/calls.ics` |"),
        ("formats", "| `application/feed+json` |", "| `application/json` |"),
        ("formats", "| `/calendar.atom` | `application", "| `/calendar.rss` | `application"),
        ("parameters", "| `alarms` |", "| `alarm` |"),
        ("parameters", "| `accent` |", "| `colour` |"),
        ("fields", "| `questions_by` | | tender |", "| `questions_by` | yes | tender |"),
        ("fields", "| `questions_by` | | tender |", "| `questions_by` | | event, webinar |"),
        ("fields", "| `occurrence` | yes |", "| `instance` | yes |"),
        ("schemas", "| `sequence` | yes |", "| `sequence` | |"),
        ("columns", "| `consent` | yes |", "| `consent` | |"),
        ("metrics", "| `calendar_edition` |", "| `calendar_editions` |"),
    ],
)
def test_a_difference_from_the_program_is_seen(part, old, new, app):
    written, there = PARTS[part]
    assert old in REFERENCE
    assert written(REFERENCE.replace(old, new)) != there(app)


def test_metrics_that_are_served_are_listed(app):
    answer = app.test_client().get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    names = set(re.findall(r"^# TYPE (\w+)", answer.text, flags=re.MULTILINE))
    assert names <= set(written_metrics(REFERENCE))


# -- links, files, modules and names --------------------------------------------------------------------------------


def without_code(text):
    return re.sub(r"^(```.*?^```|    .*?$)", "", text, flags=re.MULTILINE | re.DOTALL)


def anchors(text):
    titles = re.findall(r"^#+ (.+)$", text, flags=re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


def broken_links(page, text):
    wrong = []
    for link in re.findall(r"\]\(([^)\s]+)\)|src=\"([^\"]+)\"", without_code(text)):
        target = next(filter(None, link))
        name, _, anchor = target.partition("#")
        if re.match(r"[a-z]+:", target):
            continue
        file = (page.parent / name).resolve() if name else page
        text_there = text if file == page or not file.is_file() else file.read_text(encoding="utf-8", errors="replace")
        is_there = file.is_relative_to(ROOT) and file.exists()
        if not is_there or (anchor and anchor not in anchors(text_there)):
            wrong.append(target)
    return wrong


@pytest.mark.parametrize("page", PAGES, ids=by_name)
def test_links_lead_somewhere(page):
    assert broken_links(page, page.read_text(encoding="utf-8")) == []


PATH = re.compile(r"\.?[\w<>*.-]*(?:/[\w<>*.-]*)*")
ENDINGS = (
    ".py",
    ".md",
    ".yaml",
    ".yml",
    ".toml",
    ".html",
    ".txt",
    ".po",
    ".js",
    ".mjs",
    ".css",
    ".json",
    ".ics",
    ".tsv",
)
# Files that the service or a person makes, and names of files in general.
MADE = {
    ".venv/",
    "page.txt",
    "people.csv",
    "events.yaml",
    "security.txt",
    "widget-<version>.js",
    "database-sequences.json",
}


def mentioned(text):
    """The words in backticks, code blocks left out."""
    return re.findall(r"(?<!`)`([^`\n]+)`(?!`)", without_code(text))


def missing_files(page, text):
    wrong = []
    for word in mentioned(text):
        looks_like_file = word.endswith(ENDINGS) or (word.endswith("/") and not word.startswith("/"))
        if (
            not PATH.fullmatch(word)
            or not looks_like_file
            or word.startswith(("/", "var/"))
            or word in {*MADE, *ENDINGS}
        ):
            continue
        pattern = re.sub(r"<[^>]*>|0{3}N", "*", word).rstrip("/")
        near = any(next(home.glob(pattern), None) for home in (page.parent, ROOT, PACKAGE))
        # A name without its folder is one of the package.
        if not near and ("/" in word.rstrip("/") or not next(PACKAGE.rglob(pattern), None)):
            wrong.append(word)
    return wrong


@pytest.mark.parametrize("page", PAGES, ids=by_name)
def test_files_that_are_mentioned_are_there(page):
    assert missing_files(page, page.read_text(encoding="utf-8")) == []


@functools.cache
def names():
    """Every module of the package by its dotted name, and every class, function, method and constant."""
    found = set()
    for path in PACKAGE.rglob("*.py"):
        module = ".".join(part for part in path.relative_to(PACKAGE).with_suffix("").parts if part != "__init__")
        found.add(module)
        for node in syntax_nodes(path):
            if isinstance(node, ast.ClassDef | ast.FunctionDef):
                found |= {node.name, f"{module}.{node.name}"}
            if isinstance(node, ast.ClassDef):
                found |= {f"{node.name}.{each.name}" for each in node.body if isinstance(each, ast.FunctionDef)}
    return found


NAME = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*(?:\(\))?")
# Words in capitals and small letters that are names elsewhere.
FOREIGN = {"TypeScript", "PostgreSQL", "GitHub", "AssertionError"}


def missing_names(text):
    wrong = []
    for word in mentioned(text):
        is_class = re.fullmatch(r"[A-Z][a-z]+(?:[A-Z][a-z]+)+(?:\.\w+)?", word)
        is_function = word.endswith("()")
        is_module = "." in word and word.split(".")[0] in {each.name for each in PACKAGE.iterdir() if each.is_dir()}
        is_name = NAME.fullmatch(word) and (is_class or is_function or is_module) and word not in FOREIGN
        if is_name and word.removesuffix("()") not in names():
            wrong.append(word)
    return wrong


@pytest.mark.parametrize("page", FOR_DEVELOPERS, ids=by_name)
def test_names_that_are_mentioned_are_there(page):
    assert missing_names(page.read_text(encoding="utf-8")) == []


def test_sql_for_debugging_runs(database):
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    lines = re.search(r"```sql\n(.*?)```", text, flags=re.DOTALL)[1].splitlines()
    statements = " ".join(line for line in lines if not line.strip().startswith("--")).split(";")
    with reading(database) as connection:
        found = [connection.execute(sql(each)).all() for each in statements if each.strip()]
    assert found == [[]] * 5


def test_the_version_is_in_changelog_and_security():
    minor = re.match(r"\d+\.\d+", __version__)[0]
    dated = re.findall(
        r"^## (\S+) \(\d{4}-\d\d-\d\d\)$", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    supported = re.findall(r"^\| (\S+) \| yes \|$", (ROOT / "SECURITY.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert (dated[0], supported) == (__version__, [minor])


def test_readme_is_short():
    assert len((ROOT / "README.md").read_text(encoding="utf-8").split()) <= README_WORDS


@pytest.mark.parametrize(
    ("find", "text", "wrong"),
    [
        (broken_links, "[a](docs/nowhere.md)", ["docs/nowhere.md"]),
        (broken_links, "[a](README.md#nothing)", ["README.md#nothing"]),
        (broken_links, "![a](../outside.png)", ["../outside.png"]),
        (broken_links, "# One two\n[a](#one-two) [b](https://example.org/x) [c](LICENSE)", []),
        (missing_files, "see `records/nothing.py` and `web/`, `records/edition.py`", ["records/nothing.py"]),
        (missing_files, "see `nothing/`", ["nothing/"]),
        (lambda _, text: missing_names(text), "`WorkerSomething` and `Worker.publish`", ["WorkerSomething"]),
        (lambda _, text: missing_names(text), "`records.nothing` and `records.edition`", ["records.nothing"]),
        (lambda _, text: missing_names(text), "`do_nothing()` and `read_settings()`", ["do_nothing()"]),
    ],
)
def test_what_is_not_there_is_seen(find, text, wrong):
    assert find(ROOT / "README.md", text) == wrong
