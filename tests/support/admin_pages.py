"""Every page of the admin pages, from the routes themselves, and the forms on a page: what is new is found by itself."""

import re
from dataclasses import dataclass
from itertools import product

from lxml import html

EXEMPT = {"/admin/sign-in/<token>"}
"""Routes whose addresses cannot be made up; they have tests of their own."""
_PARAMETER = re.compile(r"<(?:(?P<converter>[^<>:]+):)?(?P<name>\w+)>")


def admin_paths(app, **values):
    """The address of every page that an editor can open, with a value for each parameter of its route.

    A route with a parameter that has no value here must be in EXEMPT, so that none is forgotten.
    """
    rules = sorted({each.rule for each in app.url_map.iter_rules() if "GET" in each.methods and is_admin(each.rule)})
    found, left = [], set()
    for rule in rules:
        names = [match["name"] for match in _PARAMETER.finditer(rule)]
        choices = [_choices(match, values) for match in _PARAMETER.finditer(rule)]
        if any(not each for each in choices):
            left.add(rule)
            continue
        for chosen in product(*choices):
            path = rule
            for each in chosen:
                path = _PARAMETER.sub(lambda _, each=each: each, path, count=1)
            found.append(path)
        assert names == [match["name"] for match in _PARAMETER.finditer(rule)]
    assert left == EXEMPT, "give a value for each parameter of these routes, or list them in EXEMPT"
    return found


def is_admin(rule):
    return rule == "/admin" or rule.startswith("/admin/")


def _choices(match, values):
    if match["converter"] and match["converter"].startswith("any("):
        return match["converter"].removeprefix("any(").removesuffix(")").split(",")
    return [values[match["name"]]] if match["name"] in values else []


@dataclass(frozen=True)
class FoundForm:
    """A form of a page that is sent by POST: where it goes, its fields as they are filled in, and its buttons."""

    action: str
    fields: dict
    hidden: frozenset
    buttons: tuple

    def sent_by(self, button, **changes):
        return self.fields | ({"do": button} if button else {}) | changes


def forms_of(text):
    """The forms of a page that change something."""
    found = []
    for form in html.fromstring(text).iter("form"):
        if form.get("method", "get").lower() != "post":
            continue
        fields, hidden, buttons = {}, set(), []
        for each in form.iter("input", "textarea", "select", "button"):
            name, kind = each.get("name"), each.get("type", "text")
            if not name or kind == "file":
                continue
            if each.tag == "button":
                buttons.append(each.get("value"))
            elif kind not in ("checkbox", "radio") or each.get("checked") is not None:
                fields[name] = (each.value if each.tag in ("textarea", "select") else each.get("value")) or ""
                if each.tag == "textarea":
                    fields[name] = fields[name].removeprefix("\n")  # as browsers do
            if kind == "hidden":
                hidden.add(name)
        found.append(FoundForm(form.get("action"), fields, frozenset(hidden), tuple(buttons) or (None,)))
    return found
