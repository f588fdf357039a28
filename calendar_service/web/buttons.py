"""Parse which button of a form was pressed. A form with none, or more than one, is refused and changes nothing."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from calendar_service.records.errors import CalendarError, gettext_noop
from calendar_service.web.token_pages import statement_page

if TYPE_CHECKING:
    from collections.abc import Container

    from flask import Response
    from werkzeug.datastructures import MultiDict

    from calendar_service.records.edition import Edition
    from calendar_service.writers.render_context import RenderContext

_FIELD = "do"


class UnclearButton(CalendarError):
    """A form names no button, one that it does not have, or more than one."""

    def __init__(self) -> None:
        super().__init__(gettext_noop("It is not clear which button was chosen."))


def pressed_button(given: MultiDict[str, str], known: Container[str]) -> str:
    """Return the name of the button that was pressed, one of those known. Raise UnclearButton."""
    name = only_value(given, _FIELD)
    if name not in known:
        raise UnclearButton
    return name


def only_value(given: MultiDict[str, str], field: str) -> str:
    """Return the value of a field that a button sends along. Raise UnclearButton unless it is there once."""
    values = given.getlist(field)
    if len(values) != 1:
        raise UnclearButton
    return values[0]


def refuse_button(opening: tuple[Edition, RenderContext], path: str) -> Response:
    """Return a response of status 400: nothing was changed, with a link to the page at `path`."""
    view = opening[1]
    gettext = view.lang.gettext
    return statement_page(
        opening,
        path,
        gettext("Nothing was changed"),
        [gettext(UnclearButton().message), gettext("Load the page again and choose one of its buttons.")],
        ways=[(gettext("Load the page again"), f"{view.prefix}{path}")],
        status=HTTPStatus.BAD_REQUEST,
    )
