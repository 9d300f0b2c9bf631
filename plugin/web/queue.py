"""``/queue``: what waits for a person, oldest first."""

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from plugin.models import DraftState
from plugin.store import drafts
from plugin.web.sign_in import signed_in
from plugin.web.state import runtime

pages = Blueprint("queue", __name__)

_LONGEST = 200
_WAITING = (
    DraftState.AWAITING_APPROVAL,
    DraftState.AWAITING_REVIEW,
    DraftState.DELIVERY_FAILED,
    DraftState.DELIVERY_UNKNOWN,
    DraftState.BLOCKED,
    DraftState.NO_DRAFT,
    DraftState.APPROVED,
    DraftState.DELIVERING,
)


@pages.get("/")
def home() -> ResponseReturnValue:
    """The queue is where work begins."""
    return redirect(url_for("queue.show"))


@pages.get("/queue")
def show() -> ResponseReturnValue:
    """A plain table of open drafts."""
    who = signed_in()
    with runtime().database.read() as session:
        rows = drafts.queue(session, who.scope, _WAITING, limit=_LONGEST)
    return render_template("queue.html", who=who, rows=rows, now=runtime().now(), longest=_LONGEST)
