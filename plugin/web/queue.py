"""``/queue``: what waits for a person, by its deadline, then its money, then its age.

An open page asks again every few seconds, and is told 304 while nothing changed.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from http import HTTPStatus

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from plugin.errors import InvalidInputError, MovedError
from plugin.review import claims
from plugin.store import narrowing
from plugin.web import queue_view
from plugin.web.doors import EVERYBODY, NO_VERDICT, SIGNERS, open_to, open_to_strangers
from plugin.web.errors import for_machines
from plugin.web.queue_filters import SECTIONS, WHOSE, read_filters
from plugin.web.queue_view import Section
from plugin.web.sign_in import SignedIn, signed_in
from plugin.web.state import runtime

pages = Blueprint("queue", __name__)


@pages.get("/")
@open_to_strangers("only leads to the queue")
def home() -> ResponseReturnValue:
    """The queue is where work begins."""
    return redirect(url_for("queue.show"))


@pages.get("/queue")
@open_to(*EVERYBODY)
def show() -> ResponseReturnValue:
    """Open drafts by what they want of a person."""
    who = signed_in()
    filters = read_filters(request.args)
    if any(not value for value in request.args.values()):
        # A form sends its empty fields too; an address that somebody passes on need not.
        return redirect(url_for("queue.show", **filters.asked))
    now = runtime().now()
    with runtime().database.read() as session:
        sections = queue_view.sections(session, who, filters, now=now)
        accounts = narrowing.accounts(session, who.scope)
    answer = make_response()
    answer.set_etag(_version(who, sections, now))
    answer.make_conditional(request)
    if answer.status_code == HTTPStatus.OK:
        page = render_template(
            "queue.html",
            now=now,
            who=who,
            sections=sections,
            longest=queue_view.LONGEST,
            newest_first=filters.people == "newest",
            filters=filters,
            filter_choices={"whose": WHOSE, "section": SECTIONS},
            accounts=accounts,
            needs=queue_view.needs_reader(sections),
        )
        answer.set_data(page)
    return answer


@pages.post("/queue/claims")
@open_to(*SIGNERS, otherwise=NO_VERDICT)
def claim() -> ResponseReturnValue:
    """Say of one draft that the reader looks at it, or no longer does."""
    who = signed_in()
    taken, let_go = request.form.get("claim", ""), request.form.get("unclaim", "")
    if not taken and not let_go:
        raise InvalidInputError("claim", "Say which draft you look at.")
    back = _back(taken or let_go)
    try:
        if taken:
            claims.claim(runtime(), who.scope, taken, who.person)
        else:
            claims.release(runtime(), who.scope, let_go, who.person)
    except MovedError as moved:
        if for_machines():
            raise
        flash(str(moved))
    return ("", HTTPStatus.NO_CONTENT) if for_machines() else redirect(back)


def _back(draft_id: str) -> str:
    """Where the button was: the draft's page, or the queue with its filters, at that line."""
    if request.form.get("from") == "draft":
        return url_for("drafts.show", draft_id=draft_id)
    asked = read_filters(request.form).asked
    return url_for("queue.show", **asked, _anchor=f"line-{draft_id}")


def _version(who: SignedIn, sections: Sequence[Section], now: datetime) -> str:
    """Another one after any change, and each minute: the lines say how long they wait."""
    minute = now.replace(second=0, microsecond=0).isoformat()
    told = repr((who.person.id, minute, [section.told for section in sections]))
    return hashlib.sha256(told.encode()).hexdigest()
