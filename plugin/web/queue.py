"""``/queue``: what waits for a person: the next deadline first, then the oldest.

An open page asks again every few seconds, and is told 304 while nothing changed.
"""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from plugin.web import queue_view
from plugin.web.doors import EVERYBODY, open_to, open_to_strangers
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
    now = runtime().now()
    newest_first = request.args.get("people") == "newest"
    with runtime().database.read() as session:
        sections = queue_view.sections(session, who, now=now, newest_first=newest_first)
    shown = {
        "who": who,
        "sections": sections,
        "longest": queue_view.LONGEST,
        "newest_first": newest_first,
    }
    answer = make_response()
    answer.set_etag(_version(who, shown, now))
    answer.make_conditional(request)
    if answer.status_code == HTTPStatus.OK:
        answer.set_data(render_template("queue.html", now=now, **shown))
    return answer


def _version(who: SignedIn, shown: Mapping[str, object], now: datetime) -> str:
    """Another one after any change, and each minute: the lines say how long they wait."""
    minute = now.replace(second=0, microsecond=0)
    part = render_template("queue_sections.html", now=minute, **shown)
    return hashlib.sha256(f"{who.person.id} {part}".encode()).hexdigest()
