"""Calendar files in every form that people write: comments everywhere, block and flow style, quotes, line ends."""

import json
import re
from dataclasses import dataclass, field

from calendar_service.parsers.yaml_tree import read_tree

LINES = [
    "Webinar", "World Refugee Day", "Journée des réfugiés", "a: b", "a #b", "# no comment", "- dash", "it's", 'say "hi"', "100%", "%x", "@home", "`x`", "a, b", "[x]", "{y}", "a]",
    "no", "on", "null", "~", "true", "12", "1e3", "0x1F", "11:30", "2027-03-15", "2027-03-15T11:00", "7 July 2027 at 11.00-12.30 CET", "a\\b", "*x", "&x", "!x", "|", ">-", "? x", "---", "...",
    "🎉 party 👩\u200d🚀", "日本語の会議", "\u200fעברית", "é\u0301", "x:", "https://example.org/a?b=c#d", "<b>&amp;</b>", "=1+1", "a  b", "word " * 40 + "end", "x" * 130, "# a: 'b' - [c] {d}, \"e\" %f",
]  # fmt: skip
BLOCKS = ["one\ntwo", "one\n\ntwo\n", "a: b\n# c\n- d", "tab\there", " leading\nspace", "trailing \nspace", "one\n\n\n", "word " * 30 + "\n" + "more " * 30 + "x", "  a\n b", "x\n  y\nz"]  # fmt: skip
REMARKS = ["# c{}", '# it\'s "{}" [a, {{b: - c', "#{}: x", "# #{} 🎉 é", "# - id: no-record-{}"]
PLAIN = re.compile(r"(?!(?:no|on|null|true)$)[A-Za-zé🎉日本語][\w .’é🎉👩🚀日本語の会議-]*[\w🎉]")


@dataclass
class GeneratedFile:
    """A file, its values, and where each value of a record stands: from its key to the end of its last line."""

    chance: object
    parts: list = field(default_factory=list)
    comments: list = field(default_factory=list)
    entries: dict = field(default_factory=dict)
    value: object = None
    newline: str = "\n"
    keeps: bool = False
    size: int = 0

    @property
    def text(self):
        return "".join(self.parts)

    def add(self, *texts):
        for text in texts:
            self.parts.append(text.replace("\n", self.newline))
            self.size += len(self.parts[-1])

    def remark(self, indent, often=0.25):
        """Comment lines and empty lines, perhaps; an empty line after a block with a + would belong to it."""
        while self.chance.random() < often:
            self.add(" " * indent + self.comment() + "\n" if self.keeps or self.chance.random() < 0.7 else "\n")

    def comment(self):
        self.comments.append(self.chance.choice(REMARKS).format(len(self.comments)))
        return self.comments[-1]

    def end_line(self, often=0.2):
        if self.chance.random() < often:
            self.add("  ", self.comment())
        elif self.chance.random() < 0.1:
            self.add("  ")
        self.add("\n")


def random_text(chance, *, block=True):
    return chance.choice(BLOCKS if block and chance.random() < 0.3 else LINES)


def random_value(chance, depth=0):
    kind = chance.randrange(8 if depth < 2 else 4)
    if kind < 4:
        return random_text(chance)
    if kind == 4:
        return chance.choice([0, 1, 2027, True, False])
    if kind < 6:
        return [random_value(chance, depth + 1) for _ in range(chance.randint(1, 3))]
    keys = chance.sample(["en", "fr", "no", "city", "name", "a b"], chance.randint(1, 3))
    return {key: random_value(chance, depth + 1) for key in keys}


def random_record(chance, number):
    keys = ["kind", "title", "when", "summary", "place", "tags", "sessions", "note_of_change", "url"]
    chance.shuffle(keys)
    record = {key: random_value(chance) for key in keys[: chance.randint(1, len(keys))]}
    items = [("id", f"r{number}"), *record.items()]
    return dict(items if chance.random() < 0.8 else [*items[1:], items[0]])


def quoted(chance, text):
    if "\n" not in text and "\t" not in text and chance.random() < 0.5:
        return "'" + text.replace("'", "''") + "'"
    return json.dumps(text, ensure_ascii=False)


def flow(file, value, *, wide=False):
    """Write a value in flow style, perhaps over several lines with comments."""
    chance = file.chance
    if not isinstance(value, (dict, list)):
        if isinstance(value, str):
            plain = PLAIN.fullmatch(value) and "," not in value and chance.random() < 0.6
            file.add(value if plain else quoted(chance, value))
        else:
            file.add(json.dumps(value))
        return
    wide = wide or chance.random() < 0.3
    file.add("{" if isinstance(value, dict) else "[")
    pairs = value.items() if isinstance(value, dict) else ((None, each) for each in value)
    for number, (key, each) in enumerate(pairs):
        if number:
            file.add("," if wide else ", ")
        if wide:
            file.end_line()
            file.add(" " * 10)
        if key is not None:
            file.add(f'"{key}": ' if key == "no" or chance.random() < 0.2 else f"{key}: ")
        flow(file, each)
    if wide and chance.random() < 0.4:
        file.add(",")
    if wide:
        file.end_line()
        file.add(" " * 8)
    file.add("}" if isinstance(value, dict) else "]")


def block_lines(text):
    """The lines of a literal block with its header, if the text can be one."""
    if text.startswith((" ", "\n")) or not text.strip() or "\t" in text or re.search(r" (\n|$)", text):
        return None
    body = text.rstrip("\n")
    ends = len(text) - len(body)
    return "|" + {0: "-", 1: ""}.get(ends, "+"), body.split("\n") + [""] * (ends - 1)


def write_text(file, text, indent):
    """Write a text; return True if it is a block, whose lines must end with it."""
    chance, lines = file.chance, block_lines(text)
    if lines and ("\n" in text or chance.random() < 0.2) and chance.random() < 0.8:
        header, body = lines
        if "\n" not in text and chance.random() < 0.5:
            header, body = ">-", re.sub(r"(\S{3}) (\S)", r"\1\n\2", text, count=3).split("\n")
        file.add(header)
        file.keeps = header.endswith("+")
        file.end_line()
        file.add("\n".join(f"{' ' * (indent + 2)}{line}" if line else "" for line in body))
        return True
    if PLAIN.fullmatch(text) and chance.random() < 0.7:
        file.add(text)
    else:
        file.add(quoted(chance, text))
    return False


def write_block(file, value, indent, path):
    """Write a value after its key or dash, to the end of its last line but one character."""
    chance = file.chance
    if isinstance(value, (dict, list)) and chance.random() < 0.4:
        file.add(" ")
        flow(file, value)
    elif isinstance(value, dict):
        file.end_line()
        write_mapping(file, value, indent + chance.choice([1, 2, 4]), path)
        return
    elif isinstance(value, list):
        file.end_line()
        inner = indent + chance.choice([0 if isinstance(path[-1], str) else 2, 2, 2, 4])
        for number, each in enumerate(value):
            file.remark(inner)
            file.add(" " * inner, "-")
            file.keeps = False
            write_block(file, each, inner, (*path, number))
        return
    else:
        file.add(" " * chance.choice([1, 1, 3]))
        if isinstance(value, str):
            if write_text(file, value, indent):
                file.add("\n")
                return
        else:
            file.add(json.dumps(value))
    file.end_line()


def write_mapping(file, value, indent, path, *, after_dash=False):
    for number, (key, each) in enumerate(value.items()):
        if number or not after_dash:
            file.remark(indent)
            file.add(" " * indent)
        start = file.size
        file.keeps = False
        file.add(f'"{key}":' if key == "no" or file.chance.random() < 0.1 else f"{key}:")
        write_block(file, each, indent, (*path, key))
        file.entries[(*path, key)] = (start, file.size - len(file.newline))


def generated_file(chance, records=None):
    """Return a file with some records, written as `chance` (a random.Random) says."""
    file = GeneratedFile(chance, newline=chance.choice(["\n", "\n", "\r\n"]))
    count = records or chance.randint(1, 4)
    values = [random_record(chance, number) for number in range(count)]
    file.value = {"calendar": {"id": "x.example"}, "records": values}
    file.remark(0)
    file.add("calendar: {id: x.example}" if chance.random() < 0.5 else "calendar:\n  id: x.example")
    file.end_line()
    file.remark(0)
    file.add("records:")
    if records is None and chance.random() < 0.15:
        file.add(" ")
        flow(file, values)
        file.end_line()
    else:
        file.end_line()
        indent, width = chance.choice([0, 2, 2, 4]), chance.choice([2, 2, 2, 4])
        gap = chance.random() < 0.5
        for number, each in enumerate(values):
            file.add("\n" if gap and not file.keeps else "")
            file.remark(indent)
            file.add(" " * indent + "-".ljust(width))
            if chance.random() < 0.15:
                flow(file, each)
                file.end_line()
            else:
                write_mapping(file, each, indent + width, ("records", number), after_dash=True)
    file.remark(0)
    if chance.random() < 0.3 and file.parts[-1] == file.newline:
        file.parts.pop()
        if read_tree(file.text.encode()).value != file.value:  # the line break belonged to a text
            file.add("\n")
    return file
