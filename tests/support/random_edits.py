"""Random edits of generated calendar files, and what must hold for each."""

import codecs
import copy
import random

from calendar_service.parsers.editing.edits import AppendRecord, RemoveValue, SetValue, UnfitEdit, value_at
from calendar_service.parsers.editing.file_edit import edit_file
from calendar_service.parsers.yaml_tree import read_tree
from tests.support.generated_files import random_record, random_text, random_value


def seeded(seed):
    """Return the same random numbers for the same seed."""
    return random.Random(seed)  # noqa: S311 (a test)


def paths_in(value, path=()):
    """The paths of all values in a record."""
    steps = value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for step in steps:
        yield (*path, step)
        yield from paths_in(value[step], (*path, step))


def random_edit(chance, record):
    """An edit of a record, and the record as it should be then."""
    wanted = copy.deepcopy(record)
    path = chance.choice([each for each in paths_in(record) if each != ("id",)] or [("id",)])
    parent, old = value_at(wanted, path[:-1]), value_at(record, path)
    match chance.randrange(6):
        case 0 if path != ("id",) and len(parent) > 1:
            del parent[path[-1]]
            return RemoveValue(record["id"], path), wanted
        case 1:
            path, value = _new_key(chance, wanted, path)
        case 2 if isinstance(old, list):
            value = [*old, random_value(chance, 1)]
            chance.shuffle(value)
        case 3 if isinstance(old, dict):
            keys = chance.sample(sorted(old), chance.randint(1, len(old)))
            value = {**{key: old[key] for key in keys}, "de": random_text(chance)}
        case 4 if isinstance(old, str):
            value = random_text(chance)
        case _:
            value = random_value(chance)
    parent = value_at(wanted, path[:-1])
    parent.append(value) if path[-1] == "+" else parent.__setitem__(path[-1], value)
    path = (*path[:-1], len(parent) - 1) if path[-1] == "+" else path
    return SetValue(record["id"], path, copy.deepcopy(value)), wanted


def _new_key(chance, record, path):
    parent = value_at(record, path[:-1])
    if isinstance(parent, list):
        return (*path[:-1], "+"), random_value(chance, 1)
    key = chance.choice(["status", "closes", "title", "de", "no", "odd key", "a:b", "é", "1"])
    return (*path[:-1], key), random_value(chance)


def check_random_edit(chance, file):
    """Make one random edit of a file. Return True if it was made, False if it was refused."""
    number = chance.randrange(len(file.value["records"]))
    mark = codecs.BOM_UTF8 if chance.random() < 0.2 else b""
    wanted = copy.deepcopy(file.value)
    if chance.random() < 0.15:
        wanted["records"].append(random_record(chance, 999))
        edit = AppendRecord(copy.deepcopy(wanted["records"][-1]))
    else:
        edit, wanted["records"][number] = random_edit(chance, file.value["records"][number])
    try:
        after = edit_file(mark + file.text.encode(), [edit])
    except UnfitEdit:
        assert "|+" in file.text, edit  # only here lines that stay may change what a text is
        return False
    tree = read_tree(after)
    assert not tree.refused
    assert same(tree.value, wanted), (edit, difference_of(tree.value, wanted))
    assert after.startswith(mark)
    check_untouched(file, edit, number, file.text, after.removeprefix(mark).decode())
    return True


def same(one, other):
    return repr_of(one) == repr_of(other)


def repr_of(value):
    if isinstance(value, dict):
        return sorted((key, repr_of(each)) for key, each in value.items())
    return [repr_of(each) for each in value] if isinstance(value, list) else repr(value)


def difference_of(one, other):
    return [(a, b) for a, b in zip(one["records"], other["records"], strict=False) if a != b]


def check_untouched(file, edit, number, before, after):
    """Hold that what an edit is not about is as it was: every byte outside its entry, and every comment."""
    front = shared(before, after)
    back = shared(before[::-1], after[::-1])
    if isinstance(edit, AppendRecord) or value_at(file.value["records"][number], edit.path) is None:
        if before.rstrip().endswith("}"):
            return
        assert front + back >= len(before), "something beside the new lines has changed"
    else:
        region = None
        path = ("records", number, *edit.path)
        while path and region is None:
            region, path = file.entries.get(path), path[:-1]
        if region:
            start, end = _with_its_line(before, *region) if isinstance(edit, RemoveValue) else region
            assert front >= start, "something above has changed"
            assert back >= len(before) - end, "something below has changed"
    position = 0
    for comment in file.comments:
        position = after.find(comment, position)
        assert position >= 0, f"the comment {comment} is lost"
        position += len(comment)


def shared(one, other):
    """How many characters two texts have in common at their beginning."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((place for place, (a, b) in pairs if a != b), min(len(one), len(other)))


def _with_its_line(text, start, end):
    """The region of an entry with the line breaks around it and the indentation of what follows."""
    start = text.rfind("\n", 0, start) + 1
    start -= 2 if text[:start].endswith("\r\n") else 1
    rest = text[end:]
    return start, end + len(rest) - len(rest.lstrip())
