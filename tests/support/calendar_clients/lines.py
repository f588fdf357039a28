"""A content-line parser of RFC 5545 section 3.1, small enough to be seen right, sharing nothing with ours.

It forgives line ends, so that one fault in a broken calendar does not hide the others.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

FOLD = re.compile(rb"\r?\n[ \t]")
LINE_END = re.compile(rb"\r?\n")
PARAMETER = re.compile(r';([A-Za-z0-9-]+)=((?:"[^"]*"|[^";:,]*)(?:,(?:"[^"]*"|[^";:,]*))*)')
NAME = re.compile(r"[A-Za-z0-9-]+")
UNESCAPED = re.compile(r"\\([\\;,nN])")


@dataclass(frozen=True)
class Property:
    name: str
    params: dict[str, str]
    value: str

    @property
    def text(self) -> str:
        """The value with the escapes of TEXT undone."""
        return UNESCAPED.sub(lambda found: "\n" if found[1] in "nN" else found[1], self.value)


@dataclass(eq=False)  # two alike are still two, and each may be a key
class Component:
    name: str
    properties: list[Property] = field(default_factory=list)
    children: list["Component"] = field(default_factory=list)

    def all(self, name: str) -> list[Property]:
        return [each for each in self.properties if each.name == name]

    def get(self, name: str) -> Property | None:
        """Give the first property of the name; a second one is reported elsewhere."""
        return next(iter(self.all(name)), None)

    def value(self, name: str) -> str | None:
        found = self.get(name)
        return None if found is None else found.value

    def named(self, name: str) -> list["Component"]:
        return [each for each in self.children if each.name == name]

    def walk(self) -> Iterator["Component"]:
        yield self
        for child in self.children:
            yield from child.walk()


def content_lines(ics: bytes) -> list[str]:
    """Unfold on octets, then decode: a fold may stand inside a character."""
    unfolded = FOLD.sub(b"", ics).decode("utf-8", "replace").removeprefix("\ufeff")
    return [line for line in re.split(r"\r?\n", unfolded) if line]


def parse_line(line: str) -> Property | None:
    """Take one content line apart; None when it is none."""
    name = NAME.match(line)
    if not name:
        return None
    position, params = name.end(), {}
    while found := PARAMETER.match(line, position):
        params[found[1].upper()] = found[2].strip('"')
        position = found.end()
    if line[position : position + 1] != ":":
        return None
    return Property(name[0].upper(), params, line[position + 1 :])


def parse(ics: bytes) -> tuple[Component, list[str]]:
    """Give a nameless root that holds the top components, and what could not be read."""
    root, faults = Component(""), []
    stack = [root]
    for line in content_lines(ics):
        found = parse_line(line)
        if found is None:
            faults.append(f"not a content line: {line[:60]!r}")
        elif found.name == "BEGIN":
            stack[-1].children.append(Component(found.value.upper()))
            stack.append(stack[-1].children[-1])
        elif found.name == "END":
            if len(stack) == 1 or stack[-1].name != found.value.upper():
                faults.append(f"END:{found.value} closes nothing")
            else:
                stack.pop()
        else:
            stack[-1].properties.append(found)
    faults.extend(f"{each.name} is not closed" for each in stack[1:])
    return root, faults


def raw_properties(ics: bytes) -> list[tuple[str, str, dict[str, str], str]]:
    """List (component, name, parameters, raw value) in the order of the components."""
    root, _ = parse(ics)
    return [(part.name, each.name, each.params, each.value) for part in root.walk() for each in part.properties]


def structure(ics: bytes) -> tuple[Counter[str], Counter[str]]:
    """Count component names and property names, so that a test sees whether a text broke out of its value."""
    root, _ = parse(ics)
    components = Counter(part.name for part in root.walk() if part is not root)
    return components, Counter(name for _, name, _, _ in raw_properties(ics))
