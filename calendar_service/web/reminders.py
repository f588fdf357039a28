"""Sign-up for reminders: the form, its response, which is the same for every address, and the confirmation."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import Blueprint, request
from werkzeug.datastructures import MultiDict

from calendar_service.records.selection import BadSelection, read_selection
from calendar_service.records.zones import IANA_ZONES
from calendar_service.reminders.subscriptions.addresses import InvalidAddress, check_mail_address
from calendar_service.reminders.subscriptions.preferences import (
    FORM_FIELDS,
    InvalidPreferences,
    preferences_from_json,
    read_form,
)
from calendar_service.reminders.subscriptions.service import TooManyRequests
from calendar_service.reminders.subscriptions.signed_tokens import MANAGE, InvalidToken
from calendar_service.store.signups import CONFIRMED
from calendar_service.store.subscribers import MAX_WATCHES, TooManyWatches
from calendar_service.web import subscription_texts
from calendar_service.web.buttons import UnclearButton, pressed_button, refuse_button
from calendar_service.web.context import cache, subscriptions
from calendar_service.web.feeds import asked
from calendar_service.web.sample_mail import make_sample_mail
from calendar_service.web.token_pages import (
    CONSENT,
    CONSENT_VERSION,
    link_is_dead,
    open_page,
    private_page,
    refuse_other_sites,
    statement_page,
)
from calendar_service.web.upcoming import list_upcoming
from calendar_service.writers.selection_words import describe_selection

if TYPE_CHECKING:
    from flask import Response

    from calendar_service.records.edition import Edition
    from calendar_service.records.selection import Selection
    from calendar_service.reminders.subscriptions.preferences import Preferences
    from calendar_service.store.subscribers import Subscriber
    from calendar_service.writers.i18n import Language
    from calendar_service.writers.render_context import RenderContext

blueprint = Blueprint("reminders", __name__)

_SHORT_FORMS = ("record", "agenda")
"""The forms on the page of a record, and on an agenda where nothing is coming."""
_UNTICKED = ("id", "q", "spoken")
"""Fields without checkboxes: if one is given, the whole selection is shown as text and sent in hidden fields."""


@blueprint.app_context_processor
def _shared() -> dict[str, Any]:
    return {"consent_words": CONSENT}


@blueprint.get("/reminders")
@blueprint.get("/<lang>/reminders")
def form(lang: str = "") -> Response:
    """Show the form, with the selection of the query string preselected."""
    opening = open_page(lang)
    edition, view = opening
    selection = asked(edition)
    given = _with_defaults(form_fields(selection), edition, view)
    if selection.zone:
        given["zone"] = selection.zone
    response = _form(opening, given, {}, untouched=not selection.zone)
    # The empty form has no personal data, so search engines may index it.
    response.headers.remove("X-Robots-Tag")
    return response


@blueprint.post("/reminders")
@blueprint.post("/<lang>/reminders")
def sign_up(lang: str = "") -> Response:
    """Store the request and return the same response for every address, known or not."""
    refuse_other_sites()
    opening = open_page(lang)
    edition, view = opening
    given = _with_defaults(request.form.copy(), edition, view)
    if "change" in given:  # from the answer, to correct what was typed
        return _form(opening, given, {})
    choice, errors = _read(given, edition, view)
    if choice is None or errors:
        return _form(opening, given, errors, status=HTTPStatus.BAD_REQUEST)
    if not given.get("homepage"):  # a honeypot: people do not see this field
        consent = {"words": view.lang.gettext(CONSENT), "form": f"{_form_name(given)} {CONSENT_VERSION}"}
        try:
            subscriptions().ask(
                given["address"], choice, consent=consent, client=request.remote_addr or "", now=cache().clock()
            )
        except TooManyRequests as error:
            return _too_many(opening, error.retry_after)
    return _check_your_email(opening, given)


@blueprint.get("/reminders/confirm/<token>")
@blueprint.get("/<lang>/reminders/confirm/<token>")
def show_confirmation(token: str, lang: str = "") -> Response:
    """Show what would be sent, and two buttons; change nothing, because mail scanners open links."""
    opening = open_page(lang)
    edition, view = opening
    try:
        signup = subscriptions().signup_of(token, cache().clock())
    except InvalidToken:
        return link_is_dead(opening)
    if signup.state == CONFIRMED:
        return _already_confirmed(opening)
    choice = preferences_from_json(signup.choice)
    path = f"/reminders/confirm/{token}"
    told = subscription_texts.subscription_texts(choice, edition, view.lang)
    return private_page("reminders_confirm.html", opening, path, told=told, action=f"{view.prefix}{path}")


@blueprint.post("/reminders/confirm/<token>")
@blueprint.post("/<lang>/reminders/confirm/<token>")
def confirm(token: str, lang: str = "") -> Response:
    """Begin the reminders, or block the address from further sign-ups."""
    refuse_other_sites()
    opening = open_page(lang)
    view, now = opening[1], cache().clock()
    try:
        if subscriptions().signup_of(token, now).state == CONFIRMED:
            return _already_confirmed(opening)
        if pressed_button(request.form, ("confirm", "refuse")) == "refuse":
            subscriptions().refuse(token, now)
            return _refused(opening)
        subscriber = subscriptions().confirm(token, now)
    except InvalidToken:
        return link_is_dead(opening)
    except UnclearButton:
        return refuse_button(opening, f"/reminders/confirm/{token}")
    except TooManyWatches as error:
        return _watches_enough(opening, token, error)
    manage = _manage_url(subscriber, view)
    return private_page(
        "reminders_confirmed.html",
        opening,
        "/reminders",
        manage=manage,
        coming=list_upcoming(cache().engine, opening[0], subscriber, now, view.lang),
    )


def _manage_url(subscriber: Subscriber, view: RenderContext) -> str:
    token = subscriptions().manage_token(subscriber.ref, subscriber.link_version)
    return f"{view.prefix}/reminders/{MANAGE}/{token}"


def form_fields(selection: Selection) -> MultiDict[str, str]:
    """Return the fields of the form for a selection, without from and to, which reminders do not have."""
    return MultiDict(
        {
            "kind": list(selection.kinds),
            "tag": list(selection.tags),
            "place": list(selection.countries),
            "id": list(selection.ids),
            "q": [selection.words] if selection.words else [],
            "spoken": list(selection.languages),
        }
    )


def _chosen(given: MultiDict[str, str], edition: Edition, lang: Language) -> str:
    """Return the selection as text if checkboxes cannot show it, else ""."""
    if not any(given.getlist(name) for name in _UNTICKED):
        return ""
    return describe_selection(query, edition, lang) if (query := _query(given)) else ""


def _query(given: MultiDict[str, str]) -> str:
    """Return the canonical query of what was chosen, "" for everything and for what cannot be read."""
    pairs = [(name, value) for field, name in FORM_FIELDS.items() for value in given.getlist(field) if value]
    try:
        return read_selection(pairs, ()).query()
    except BadSelection:
        return ""


def _with_defaults(given: MultiDict[str, str], edition: Edition, view: RenderContext) -> MultiDict[str, str]:
    """Return the fields with defaults: the language of the page and the calendar's zone."""
    given.setdefault("language", view.lang.code)
    if _form_name(given) in _SHORT_FORMS and given.get("zone") not in IANA_ZONES:
        given["zone"] = edition.calendar.zone  # the browser's own name, which nobody can correct there
    given.setdefault("zone", edition.calendar.zone)
    return given


def _read(
    given: MultiDict[str, str], edition: Edition, view: RenderContext
) -> tuple[Preferences | None, dict[str, str]]:
    """Return the preferences of the form, None if there are errors, and the errors by field, in its order."""
    errors = {}
    try:
        check_mail_address(given.get("address", ""))
    except InvalidAddress as error:
        errors[error.field] = view.lang.gettext(error.message)
    try:
        return read_form(given, edition.calendar.shown_languages), errors
    except InvalidPreferences as error:
        return None, errors | {error.field: view.lang.gettext(error.message, **error.values)}


def _form_name(given: MultiDict[str, str]) -> str:
    name = given.get("form", "")
    return name if name in _SHORT_FORMS else "sign-up"


def _form(
    opening: tuple[Edition, RenderContext],
    given: MultiDict[str, str],
    errors: dict[str, str],
    *,
    status: HTTPStatus = HTTPStatus.OK,
    untouched: bool = False,
) -> Response:
    edition, view = opening
    return private_page(
        "reminders.html",
        opening,
        "/reminders",
        status,
        script="zone.js",
        given=given,
        errors=errors,
        chosen=_chosen(given, edition, view.lang),
        kept=[(field, value) for field in FORM_FIELDS for value in given.getlist(field)],
        is_single=bool(given.getlist("id")),
        offered=subscription_texts.lead_options(edition, view.lang),
        suggested=subscription_texts.suggested_text(_query(given), edition, view.lang),
        untouched=untouched,
        sample=make_sample_mail([_query(given)], edition, view, cache().clock()),
    )


def _check_your_email(opening: tuple[Edition, RenderContext], given: MultiDict[str, str]) -> Response:
    """Return the answer to every sign-up. It repeats the address of this very request, and tells nothing about it."""
    kept = [pair for pair in given.items(multi=True) if pair[0] not in ("homepage", "change")]
    return private_page("reminders_sent.html", opening, "/reminders", address=given["address"].strip(), kept=kept)


def _already_confirmed(opening: tuple[Edition, RenderContext]) -> Response:
    """Return the page of a link that was used. Others may have it, so it shows no link of the subscriber."""
    view = opening[1]
    gettext = view.lang.gettext
    return statement_page(
        opening,
        "/reminders",
        gettext("Your sign-up is already confirmed"),
        [
            gettext("This link works once. Every email has a link to change or stop your reminders."),
            gettext("If you have none at hand, sign up again with the same address."),
        ],
        ways=[(gettext("Sign up for reminders"), f"{view.prefix}/reminders")],
    )


def _watches_enough(opening: tuple[Edition, RenderContext], token: str, error: TooManyWatches) -> Response:
    view = opening[1]
    gettext = view.lang.gettext
    subscriber = subscriptions().confirmed_subscriber(token, cache().clock())
    manage = _manage_url(subscriber, view) if subscriber else ""
    return statement_page(
        opening,
        "/reminders",
        gettext("Nothing was added"),
        [
            gettext(error.sentence, number=str(MAX_WATCHES)),
            gettext("Then open the link in the email again: it works for three days."),
        ],
        ways=[(gettext("Change or stop your reminders"), manage)] if manage else None,
        status=HTTPStatus.CONFLICT,
    )


def _refused(opening: tuple[Edition, RenderContext]) -> Response:
    gettext = opening[1].lang.gettext
    return statement_page(
        opening,
        "/reminders",
        gettext("Thank you for telling us"),
        [gettext("Nothing is sent to this address, and nobody can sign it up from here again.")],
    )


def _too_many(opening: tuple[Edition, RenderContext], retry_after: int) -> Response:
    lang = opening[1].lang
    minutes = -(-retry_after // 60)
    response = statement_page(
        opening,
        "/reminders",
        lang.gettext("Too many sign-ups at once"),
        [
            lang.ngettext(
                "Many came from the same place. Try again in {number} minute.",
                "Many came from the same place. Try again in {number} minutes.",
                minutes,
            )
        ],
        status=HTTPStatus.TOO_MANY_REQUESTS,
    )
    response.headers["Retry-After"] = str(retry_after)
    return response
