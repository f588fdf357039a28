"""A subscriber's own page: change watches, pause, end, export and delete all data."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Blueprint, Response, request
from werkzeug.datastructures import MultiDict

from calendar_service.records.errors import gettext_noop
from calendar_service.reminders.channels.base import ChannelName
from calendar_service.reminders.channels.webhook import InvalidWebhook, verify
from calendar_service.reminders.subscriptions.addresses import hidden_address
from calendar_service.reminders.subscriptions.preferences import (
    InvalidPreferences,
    check_countable,
    read_form,
    read_leads,
    read_query,
    readable_watches,
)
from calendar_service.reminders.subscriptions.service import NoMailAddress, TooManyRequests
from calendar_service.reminders.subscriptions.signed_tokens import MANAGE, InvalidToken
from calendar_service.store.subscribers import (
    MAX_WATCHES,
    TOO_MANY,
    UNREADABLE,
    AddressTaken,
    NoSuchSubscriber,
    SubscriberState,
    TooManyWatches,
    Watch,
    add_watches,
)
from calendar_service.web import options, subscription_texts
from calendar_service.web.buttons import UnclearButton, only_value, pressed_button, refuse_button
from calendar_service.web.context import cache, subscriptions
from calendar_service.web.sample_mail import make_sample_mail
from calendar_service.web.token_pages import (
    forbid_storing,
    link_is_dead,
    open_page,
    private_page,
    refuse_other_sites,
    statement_page,
)
from calendar_service.writers.selection_words import writable_lead

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from calendar_service.records.edition import Edition
    from calendar_service.records.errors import CalendarError
    from calendar_service.store.subscribers import Subscriber
    from calendar_service.writers.i18n import Language
    from calendar_service.writers.render_context import RenderContext

blueprint = Blueprint("manage", __name__)

_NUMBERED = frozenset({"watch", "lead", "own_leads", "wants_new"})
"""The fields of one watch; the watch's number is appended to the name, as in lead-3."""
_NUMBER = re.compile("0|[1-9][0-9]{0,3}")
_SHOWN = 40
_MAX_BODY = 512 * 1024
"""In bytes. More than for other forms: fifty watches with the longest selections."""
_DAMAGED = gettext_noop("The field “{name}” does not belong to this page. Nothing was changed; load the page again.")
_NO_WATCHES = gettext_noop("The form names nothing that you follow. Nothing was changed; load the page again.")
_TAKEN_OUT = gettext_noop("A choice that could not be read was removed: {value}. It never brought an email.")
_PROBLEMS = {
    UNREADABLE: gettext_noop("This choice cannot be read. Nothing is sent for it, and it is removed when you save."),
    TOO_MANY: gettext_noop("Nothing is sent for this choice: it is one too many. Stop following another one and save."),
}
_STANDINGS = {
    SubscriberState.ACTIVE: gettext_noop("Your reminders are on."),
    SubscriberState.PAUSED: gettext_noop("Your reminders are paused: nothing is sent."),
    SubscriberState.ENDED: gettext_noop("Your reminders have ended: nothing is sent."),
}


@dataclass(frozen=True)
class ShownWatch:
    """One watch as the page shows it; `number` is its number in the form."""

    number: int
    selection: str
    what: str
    when: str
    problem: str
    leads: list[str]
    own_leads: str
    wants_new: bool
    is_single: bool
    suggested: str
    is_open: bool


@dataclass(frozen=True)
class ManageRequest:
    """A request to this page: the subscriber, the token, and the form as it was sent."""

    token: str
    opening: tuple[Edition, RenderContext]
    subscriber: Subscriber
    given: MultiDict[str, str]
    now: datetime

    def gettext(self, message: str, **values: object) -> str:
        """Return a sentence in the language of the page."""
        return self.opening[1].lang.gettext(message, **values)


@blueprint.get("/reminders/manage/<token>")
@blueprint.get("/<lang>/reminders/manage/<token>")
def show_reminders(token: str, lang: str = "") -> Response:
    """Show the page; change nothing."""
    opening, now = open_page(lang), cache().clock()
    try:
        subscriber = subscriptions().subscriber_of(token, MANAGE, now)
    except InvalidToken:
        return link_is_dead(opening)
    return _page(ManageRequest(token, opening, subscriber, MultiDict(), now))


@blueprint.post("/reminders/manage/<token>")
@blueprint.post("/<lang>/reminders/manage/<token>")
def change_reminders(token: str, lang: str = "") -> Response:
    """Run the action of the pressed button, then show the page; 400 if it is not exactly one button."""
    refuse_other_sites()
    opening, now = open_page(lang), cache().clock()
    try:
        subscriber = subscriptions().subscriber_of(token, MANAGE, now)
        request.max_content_length = _MAX_BODY
        visit = ManageRequest(token, opening, subscriber, request.form.copy(), now)
        return _ACTIONS[pressed_button(visit.given, _ACTIONS)](visit)
    except (InvalidToken, NoSuchSubscriber):
        return link_is_dead(opening)
    except UnclearButton:
        return refuse_button(opening, f"/reminders/{MANAGE}/{token}")


def _save(visit: ManageRequest) -> Response:
    given, languages = visit.given, visit.opening[0].calendar.shown_languages
    try:
        choice = read_form(given, languages)
        watches, lost = _read_watches(given, visit.subscriber.watches)
        check_countable([lead for watch in watches for lead in watch.leads], choice.country)
        changed = subscriptions().change(
            visit.subscriber,
            language=choice.language,
            zone=choice.zone,
            country=choice.country,
            digest=choice.digest,
            watches=watches,
            now=visit.now,
        )
    except InvalidPreferences as error:
        return _page(visit, errors={error.field: visit.gettext(error.message, **error.values)})
    except TooManyWatches as error:
        return _page(visit, errors={"watches": visit.gettext(error.sentence, number=str(MAX_WATCHES))})
    return _again(
        visit,
        changed,
        " ".join([visit.gettext("Your changes are saved."), *(visit.gettext(_TAKEN_OUT, value=each) for each in lost)]),
    )


def _read_watches(given: MultiDict[str, str], kept: tuple[Watch, ...]) -> tuple[tuple[Watch, ...], list[str]]:
    """Return the watches of the form, and the selections of those left out. Raise InvalidPreferences.

    A stored watch that this version cannot parse any more is left out.
    """
    unreadable = {watch.selection for watch in kept} - {watch.selection for watch in readable_watches(kept)}
    found, lost = [], []
    for number in _numbers(given):
        selection = given[f"watch-{number}"]
        if selection in unreadable:
            lost.append(selection)
        else:
            query = read_query(selection, f"watch-{number}")
            found.append(Watch(query, _leads(given, number), given.get(f"wants_new-{number}") is not None))
    if not found and readable_watches(kept):
        # The page lists each watch, so this form was cut off. To end there is a button of its own.
        raise InvalidPreferences("watches", _NO_WATCHES)
    return add_watches((), found), lost


def _numbers(given: MultiDict[str, str]) -> list[int]:
    """Return the numbers of the watches in the form, sorted. Raise InvalidPreferences for an unknown field."""
    numbers = []
    for name in given:
        prefix, is_numbered, number = name.partition("-")
        if not is_numbered or prefix not in _NUMBERED:
            continue
        is_ours = _NUMBER.fullmatch(number) and f"watch-{number}" in given
        if not is_ours or len(given.getlist(f"watch-{number}")) > 1:
            raise InvalidPreferences(name if is_ours else "watches", _DAMAGED, name=name[:_SHOWN])
        if prefix == "watch":
            numbers.append(int(number))
    return sorted(numbers)


def _leads(given: MultiDict[str, str], number: int) -> tuple[str, ...]:
    words = [*given.getlist(f"lead-{number}"), given.get(f"own_leads-{number}", "")]
    return read_leads(words, f"own_leads-{number}")


def _stop(visit: ManageRequest) -> Response:
    one, stopped = visit.subscriber, only_value(visit.given, "watch")
    left = tuple(watch for watch in one.watches if watch.selection != stopped)
    if left == one.watches:
        return _page(visit)
    changed = subscriptions().change(
        one,
        language=one.language,
        zone=one.zone,
        country=one.country,
        digest=one.digest,
        watches=left,
        now=visit.now,
    )
    return _again(visit, changed, visit.gettext("You no longer follow this."))


def _pause(visit: ManageRequest) -> Response:
    return _again(visit, subscriptions().pause(visit.subscriber, visit.now), visit.gettext("Paused."))


def _resume(visit: ManageRequest) -> Response:
    return _again(
        visit, subscriptions().resume(visit.subscriber, visit.now), visit.gettext("Your reminders have resumed.")
    )


def _end(visit: ManageRequest) -> Response:
    return _again(visit, subscriptions().end(visit.subscriber, visit.now), visit.gettext("Your reminders have ended."))


def _export(visit: ManageRequest) -> Response:
    text = json.dumps(subscriptions().export(visit.subscriber), indent=2, ensure_ascii=False)
    response = Response(text, content_type="application/json")
    response.headers["Content-Disposition"] = 'attachment; filename="reminders.json"'
    return forbid_storing(response)


def _forget(visit: ManageRequest) -> Response:
    subscriptions().forget(visit.subscriber, visit.now)
    gettext = visit.gettext
    return statement_page(
        visit.opening,
        "/reminders",
        gettext("Everything is deleted"),
        [gettext("We do not know your address any more.")],
    )


def _renew_link(visit: ManageRequest) -> Response:
    gettext = visit.gettext
    try:
        renewed = subscriptions().renew_link(visit.subscriber, visit.now)
    except NoMailAddress as error:
        return _page(visit, errors={"link": _error_text(error, visit)})
    except TooManyRequests as error:
        response = _page(visit, errors={"link": _error_text(error, visit)}, status=HTTPStatus.TOO_MANY_REQUESTS)
        response.headers["Retry-After"] = str(error.retry_after)
        return response
    address = hidden_address(renewed.owner or renewed.address)
    return statement_page(
        visit.opening,
        "/reminders",
        gettext("Your link is renewed"),
        [
            gettext("An email with the new link is on its way to {address}.", address=address),
            gettext("The links in earlier emails no longer open your page. Links to unsubscribe work as before."),
        ],
    )


def _use_webhook(visit: ManageRequest) -> Response:
    url = visit.given.get("webhook", "").strip()
    try:
        changed = subscriptions().use_webhook(visit.subscriber, url, _verify, visit.now)
    except (InvalidWebhook, AddressTaken) as error:
        return _page(visit, errors={"webhook": _error_text(error, visit)})
    except TooManyRequests as error:
        response = _page(visit, errors={"webhook": _error_text(error, visit)}, status=HTTPStatus.TOO_MANY_REQUESTS)
        response.headers["Retry-After"] = str(error.retry_after)
        return response
    return _again(visit, changed, visit.gettext("The webhook has answered. Reminders go there from now on."))


def _error_text(error: CalendarError, visit: ManageRequest) -> str:
    return " ".join(visit.gettext(part) for part in (error.message, error.remedy) if part)


def _verify(url: str, secret: str) -> None:
    verify(url, secret, clock=cache().clock)


def _use_mail(visit: ManageRequest) -> Response:
    try:
        changed = subscriptions().use_mail(visit.subscriber, visit.now)
    except (AddressTaken, NoMailAddress) as error:
        return _page(visit, errors={"webhook": _error_text(error, visit)})
    return _again(visit, changed, visit.gettext("Reminders come by email again."))


_ACTIONS: dict[str, Callable[[ManageRequest], Response]] = {
    "save": _save,
    "stop": _stop,
    "pause": _pause,
    "resume": _resume,
    "end": _end,
    "export": _export,
    "forget": _forget,
    "link": _renew_link,
    "webhook": _use_webhook,
    "mail": _use_mail,
}


def _again(visit: ManageRequest, changed: Subscriber, done: str) -> Response:
    """Return the page of the changed subscriber, with the sentence `done` above it."""
    return _page(replace(visit, subscriber=changed, given=MultiDict()), done=done)


def _page(
    visit: ManageRequest, *, done: str = "", errors: dict[str, str] | None = None, status: HTTPStatus | None = None
) -> Response:
    edition, view = visit.opening
    subscriber, lang = visit.subscriber, view.lang
    is_webhook = subscriber.channel == ChannelName.WEBHOOK
    path = f"/reminders/{MANAGE}/{visit.token}"
    return private_page(
        "reminders_manage.html",
        visit.opening,
        path,
        status or (HTTPStatus.BAD_REQUEST if errors else HTTPStatus.OK),
        script="choices.js",
        action=f"{view.prefix}{path}",
        done=done,
        errors=errors or {},
        given=_settings(visit),
        standing=lang.gettext(_STANDINGS[subscriber.state]),
        state=subscriber.state.value,
        target=subscriber.address,
        is_webhook=is_webhook,
        secret=subscriber.secret if is_webhook else "",
        watches=[_shown(each, number, visit, errors or {}) for number, each in enumerate(subscriber.watches)],
        offered=subscription_texts.lead_options(edition, lang),
        sample=make_sample_mail(_followed(subscriber), edition, replace(view, zone=subscriber.zone), visit.now),
    )


def _followed(subscriber: Subscriber) -> list[str]:
    is_active = subscriber.state is SubscriberState.ACTIVE
    return [watch.selection for watch in readable_watches(subscriber.watches)] if is_active else []


def _settings(visit: ManageRequest) -> MultiDict[str, str]:
    """Return the values of the fields: those that were sent, else those that are stored."""
    one = visit.subscriber
    kept = {"language": one.language, "zone": one.zone, "country": one.country, "digest": one.digest}
    address = one.address if one.channel == ChannelName.WEBHOOK else ""
    return MultiDict({"webhook": address} | kept | visit.given.to_dict())


def _shown(watch: Watch, number: int, visit: ManageRequest, errors: dict[str, str]) -> ShownWatch:
    edition, view = visit.opening
    # After an error the fields of this watch show what was sent.
    is_typed = bool(errors) and visit.given.get(f"watch-{number}") == watch.selection
    common, own = _typed(visit.given, number) if is_typed else _kept(watch.leads, view.lang)
    return ShownWatch(
        number=number,
        selection=watch.selection,
        what=subscription_texts.selection_text(watch.selection, edition, view.lang),
        when=subscription_texts.leads_text(watch.leads, watch.selection, edition, view.lang),
        problem=view.lang.gettext(_PROBLEMS[watch.problem]) if watch.problem in _PROBLEMS else "",
        leads=common,
        own_leads=own,
        wants_new=f"wants_new-{number}" in visit.given if is_typed else watch.wants_new,
        is_single=watch.selection.startswith("id="),
        suggested=subscription_texts.suggested_text(watch.selection, edition, view.lang),
        is_open=is_typed and (f"own_leads-{number}" in errors or (common, own) != _kept(watch.leads, view.lang)),
    )


def _typed(given: MultiDict[str, str], number: int) -> tuple[list[str], str]:
    return [lead for lead in given.getlist(f"lead-{number}") if lead], given.get(f"own_leads-{number}", "")


def _kept(leads: tuple[str, ...], lang: Language) -> tuple[list[str], str]:
    """Split the leads into those that have a checkbox and the others, which are in the words of the page."""
    common = [lead for lead in leads if lead in options.COMMON_LEADS]
    return common, ", ".join(writable_lead(lead, lang) for lead in leads if lead not in options.COMMON_LEADS)
