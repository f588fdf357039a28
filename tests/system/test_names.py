"""Names: one public name for one thing, and none of the words that the package used before."""

import ast
import importlib
from collections import defaultdict
from functools import cache
from pathlib import Path

from tests.support.source_code import PACKAGE, package_files, syntax_tree

# Public top-level names that may stand in more than one module, each with its reason.
SHARED = {}
# Modules as they were called before, and where their contents are now.
MOVED = {
    "auditing": "verification",
    "auditing.asking": "verification.fetch",
    "auditing.found": "verification.parsed",
    "auditing.linked": "verification.linked_data",
    "auditing.words": "verification.page_words",
    "cli_backup": "cli.database",
    "cli_letters": "cli.messages",
    "cli_receipts": "cli.receipts",
    "cli_reminders": "cli.reminders",
    "cli_sending": "cli.sending",
    "cli_subscribers": "cli.subscribers",
    "exporting": "static_export",
    "parsers.guard": "parsers.internal_errors",
    "readers": "parsers",
    "readers.importing.drafts": "parsers.importing.candidates",
    "readers.importing.own_feed": "parsers.importing.own_decorations",
    "readers.mending": "parsers.recover",
    "readers.parts": "parsers.validate",
    "readers.wording": "parsers.error_messages",
    "records.cursor": "datephrases",
    "records.differences": "records.changes",
    "records.entries": "records.uids",
    "records.grammar": "datephrases",
    "records.hours": "datephrases",
    "records.labels": "datephrases",
    "records.occasions": "records.notification_keys",
    "records.repeats": "datephrases",
    "records.rule_words": "datephrases",
    "records.source": "records.schema",
    "records.vocabulary": "datephrases",
    "records.window": "records.feed_window",
    "records.words": "datephrases",
    "reminders.announce": "reminders.change_notices",
    "reminders.channels.deadlines": "reminders.channels.timeouts",
    "reminders.channels.links": "reminders.channels.link_placeholders",
    "reminders.channels.outward": "reminders.channels.safe_http",
    "reminders.channels.post": "reminders.channels.base",
    "reminders.clerk": "reminders.message_renderer",
    "reminders.dispatch": "reminders.delivery_sender",
    "reminders.falling_due": "reminders.scheduling",
    "reminders.letters": "reminders.messages",
    "reminders.letters.changes": "reminders.messages.change_texts",
    "reminders.letters.facts": "reminders.messages.details",
    "reminders.letters.parts": "reminders.messages.common",
    "reminders.letters.service": "reminders.messages.account",
    "reminders.letters.setting": "reminders.messages.render",
    "reminders.letters.sheet": "reminders.messages.content",
    "reminders.office": "reminders.service",
    "reminders.outcomes": "reminders.send_results",
    "reminders.people": "reminders.subscriptions",
    "reminders.people.choices": "reminders.subscriptions.preferences",
    "reminders.people.desk": "reminders.subscriptions.service",
    "reminders.people.importing": "reminders.subscriptions.import_subscribers",
    "reminders.people.signing_up": "reminders.subscriptions.signup_worker",
    "reminders.people.table": "reminders.subscriptions.csv_table",
    "reminders.people.tokens": "reminders.subscriptions.signed_tokens",
    "reminders.subscriptions.tokens": "reminders.subscriptions.signed_tokens",
    "serving": "bootstrap",
    "starter": "starter_file",
    "store.conflicts": "store.upsert",
    "store.letters": "store.subscriber_outbox",
    "store.memberships": "store.group_sync",
    "store.notes": "store.process_state",
    "store.retention": "store.purge",
    "web.accents": "web.contrast",
    "web.coming": "web.upcoming",
    "web.embed": "web.embed_pages",
    "web.embedding": "web.embed_code",
    "web.front": "web.cache_middleware",
    "web.guard": "web.operator_auth",
    "web.operations": "web.health",
    "web.press": "web.feed_renderer",
    "web.printed": "web.representation",
    "web.private": "web.token_pages",
    "web.shelf": "web.edition_cache",
    "web.terms": "web.subscription_texts",
    "writers.content": "writers.sanitize",
    "writers.ical": "writers.vevents",
    "writers.language": "writers.i18n",
    "writers.sentences": "writers.phrases",
    "writers.slots": "writers.vevent_specs",
    "writers.table": "writers.csv_feed",
    "writers.view": "writers.render_context",
}
# What the modules defined, by the names of before.
OLD_NAMES = {
    "auditing.audit": "Answer audit look",
    "auditing.facts": "Fact Fault compare",
    "auditing.found": "Found",
    "auditing.words": "Words words_of",
    "cli_subscribers": "list_readers",
    "doctor": "Diagnosis",
    "publishing": "Result",
    "readers.calendar_file": "Reading",
    "readers.importing.csv_table": "Row",
    "readers.importing.drafts": "Aside MAX_BYTES ONLINE Sketch decode name_sketches set_text",
    "readers.importing.ics": "read_ics",
    "readers.importing.own_feed": "undo",
    "readers.importing.page_lines": "Line Sort",
    "readers.importing.to_yaml": "Printed",
    "readers.mending": "mend",
    "readers.parts": "read_parts",
    "readers.yaml_text": "MAX_BYTES Place decode place_in",
    "records.differences": "Difference Standing What find_differences standing",
    "records.edition": "Armed Move compare",
    "records.errors": "mark",
    "records.occasions": "Group Kind Occasion",
    "records.occurrences": "first_day",
    "records.record": "Change",
    "records.source": "CalendarFileShape CalendarShape ChangeShape ContactShape DocumentShape EventShape HappeningShape Language PlaceShape RecordShape RegistrationShape SHAPES SessionShape Shape TenderShape WebinarShape Words Zone describe",
    "records.texts": "clean_block clean_line",
    "records.window": "Choice choose",
    "reminders.announce": "Change",
    "reminders.channels.chat": "BadChat check_url",
    "reminders.channels.deadlines": "Deadline",
    "reminders.channels.outward": "BadWebhook Outward OutwardLimits Reply check_url",
    "reminders.channels.post": "Letter",
    "reminders.channels.webhook": "BadWebhook Outward check_url",
    "reminders.clerk": "Clerk NothingToSay Ready",
    "reminders.dispatch": "Dispatcher Lane",
    "reminders.forecast": "Forecast",
    "reminders.letters.facts": "Main facts_of given_moment",
    "reminders.letters.parts": "make_letter make_sheet",
    "reminders.letters.service": "Chosen",
    "reminders.letters.setting": "fit set_html set_text",
    "reminders.letters.sheet": "Changed Day Fact Row Sheet When",
    "reminders.office": "Mailing Office",
    "reminders.outcomes": "put_aside",
    "reminders.people.addresses": "BadAddress Hasher shown_address",
    "reminders.people.choices": "BadChoice Choice DIGESTS choice_from_json choice_to_json",
    "reminders.people.desk": "Desk",
    "reminders.people.importing": "Taken take_in",
    "reminders.people.signing_up": "handle_signups",
    "reminders.people.table": "BadCell MAX_BYTES People UnfitTable read_people write_people",
    "reminders.people.tokens": "BadToken Seal",
    "reminders.plan": "DIGESTS Due Target plan",
    "serving": "mailing make_office",
    "store.claims": "Addressee Asker Parcel Wish claim forget_failures load_parcels load_parts load_wishes mark release",
    "store.conflicts": "insert_or",
    "store.editions": "Attempt Outcome Publication note_attempt publish",
    "store.gauges": "Pulse take_pulse",
    "store.letters": "list_letters",
    "store.memberships": "Interest regroup regroup_many",
    "store.migrate": "upgrade",
    "store.notes": "enter_note read_note remove_note write_note",
    "store.outbox": "Asked Firing OCCASION_COLUMNS Outcome State affected count_readers fire free_parts free_stranded list_readers load_fired note_missed occasion_number read_occasion",
    "store.retention": "Forgotten forget_old",
    "store.signups": "queue_letter take_asked tally",
    "store.subscribers": "State",
    "store.workers": "Sign beat forget_workers",
    "web.accents": "contrast",
    "web.agenda": "AHEAD Item Month Moved Row first_day planned_before",
    "web.coming": "Planned",
    "web.context": "DESK SHELF desk shelf",
    "web.embedding": "Lines write_lines",
    "web.event": "Stone Yours",
    "web.filters": "Group",
    "web.front": "Front",
    "web.links": "Add Subscribe add subscribe",
    "web.manage": "Visit act show",
    "web.operator": "Count Deadline Line letter",
    "web.options": "Group",
    "web.press": "Press",
    "web.printed": "Answer Printed",
    "web.private": "opened said seal",
    "web.shelf": "Shelf",
    "web.terms": "Offered Told offered told what when",
    "web.unsubscribe": "act ask",
    "web.widget_views": "show",
    "writers.api": "AHEAD",
    "writers.countdowns": "countdown",
    "writers.description": "describe",
    "writers.feed": "Head MAX_BYTES fit",
    "writers.ical": "Block write_entry",
    "writers.jsonld": "Ahead",
    "writers.language": "mark",
    "writers.sentences": "Worded planned_before when",
    "writers.slots": "Slot slots_of",
    "writers.table": "write_table",
    "writers.view": "View view_of",
}
# Old names that are ordinary words: elsewhere they may be right, in the module that took the contents they are not.
ORDINARY = {
    *(
        "AHEAD",
        "Target",
        "Block",
        "Day",
        "Fault",
        "Kind",
        "Lane",
        "Language",
        "Line",
        "Place",
        "SHAPES",
        "Zone",
        "audit",
    ),
    *("clean_line", "countdown", "plan", "publish", "read_ics", "subscribe", "upgrade"),
}
# Methods and functions of before, wherever they were.
OLD_FUNCTIONS = {
    *(
        "begin_look",
        "fire_one",
        "free_parts",
        "free_stranded",
        "give_sign",
        "_give_sign",
        "_keep_house",
        "look",
        "_look",
    ),
    *("make_ready", "take_in", "use_own"),
    *("_check_wish", "_hand_over", "_own_sketch", "_put_aside", "_simple_sketch", "_sketch"),
    *("guarded", "_own_letter", "_papers", "_refused_reader", "run_jobs", "_serializer", "told_in_one_line"),
}

# Helpers of the tests, by the names of before.
OLD_HELPERS = {
    *("House", "LETTER", "Nursery", "Town", "add_reader", "add_readers", "all_letters", "check_readers", "crew"),
    *("kill_crew", "letters", "make_office", "new_reader", "own_letters", "said", "send_letters", "told"),
    *("verify_as_a_reader",),
}


@cache
def modules():
    """The syntax tree of each module, by its dotted name below the package."""
    return {
        ".".join(path.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__"): syntax_tree(path)
        for path in package_files()
    }


def top_level(tree):
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield node.name
        elif isinstance(node, ast.Assign):
            yield from (target.id for target in node.targets if isinstance(target, ast.Name))
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            yield node.target.id


def ambiguous(trees):
    """The public top-level names that more than one module defines, with those modules; blueprints and loggers aside."""
    found = defaultdict(list)
    for module, tree in sorted(trees.items()):
        for name in set(top_level(tree)) - {"blueprint", "logger"}:
            if not name.startswith("_"):
                found[name].append(module)
    return {name: places for name, places in found.items() if len(places) > 1}


@cache
def defined():
    """The modules that define each top-level name."""
    found = defaultdict(set)
    for module, tree in modules().items():
        for name in top_level(tree):
            found[name].add(module)
    return found


def definitions(name):
    return defined().get(name, set())


def present_name(module):
    """Where a module of before is now: moved itself, or with the package that it was in."""
    parts = module.split(".")
    for size in range(len(parts), 0, -1):
        if moved := MOVED.get(".".join(parts[:size])):
            return ".".join([moved, *parts[size:]])
    return module


def test_a_public_name_stands_for_one_thing():
    assert ambiguous(modules()) == SHARED


def test_ambiguous_names_are_seen():
    trees = {"a": ast.parse("def draw(): ...\nSIZE = 1"), "b": ast.parse("class draw: ...\nSIZE: int = 2\n_T = 3")}
    assert ambiguous(trees) == {"draw": ["a", "b"], "SIZE": ["a", "b"]}


def test_no_module_has_its_old_name():
    assert MOVED.keys() & modules().keys() == set()


def test_the_contents_of_an_old_module_are_somewhere():
    assert set(MOVED.values()) - modules().keys() == set()


def test_nothing_has_its_old_name():
    for module, names in OLD_NAMES.items():
        now = present_name(module)
        there = importlib.import_module(f"calendar_service.{now}")
        for name in names.split():
            assert not hasattr(there, name), (now, name)
            elsewhere = modules().keys() - {now} if name in ORDINARY else set()
            assert not definitions(name) - elsewhere, (now, name)


def test_no_function_has_an_old_name():
    kept = [
        f"{module}.{node.name}"
        for module, tree in modules().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.name in OLD_FUNCTIONS
    ]
    assert kept == []


def test_no_helper_of_the_tests_has_an_old_name():
    folder = Path(__file__).parents[1]
    kept = [
        f"{path.relative_to(folder)}: {name}"
        for path in folder.rglob("*.py")
        if "node_modules" not in path.parts
        for name in top_level(syntax_tree(path))
        if name in OLD_HELPERS
    ]
    assert kept == []


def test_no_docstring_begins_as_an_order_to_talk():
    documented = (ast.FunctionDef, ast.ClassDef, ast.Module)
    kept = [
        f"{module}: {text[:40]}"
        for module, tree in modules().items()
        for node in ast.walk(tree)
        if isinstance(node, documented)
        and (text := ast.get_docstring(node) or "").partition(" ")[0] in {"Give", "Tell", "Say", "Let"}
    ]
    assert kept == []
