"""What review page and sidebar fetch once a draft is shown, so that neither waits for it."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from plugin.store import drafts
from plugin.web.alike import alike
from plugin.web.conversation import conversation_of
from plugin.web.doors import EVERYBODY, Proof, open_to
from plugin.web.neighbours import Way, neighbour, queue_order
from plugin.web.sidebar_session import through
from plugin.web.sign_in import signed_in
from plugin.web.state import runtime

pages = Blueprint("beside_draft", __name__)

_END = {
    Way.NEXT: "That was the last draft of your queue.",
    Way.PREVIOUS: "That was the first draft of your queue.",
}


@pages.get("/drafts/<uuid:draft_id>/conversation")
@open_to(*EVERYBODY)
def conversation(draft_id: UUID) -> ResponseReturnValue:
    """The ticket's messages, as a piece of HTML."""
    found = conversation_of(runtime(), signed_in(), str(draft_id))
    return render_template("draft_conversation.html", conversation=found)


@pages.get("/drafts/<uuid:draft_id>/alike")
@open_to(*EVERYBODY)
def past_decisions(draft_id: UUID) -> ResponseReturnValue:
    """The nearest past decisions, as a piece of HTML."""
    who = signed_in()
    with runtime().database.read() as session:
        found = alike(session, who.scope, str(draft_id))
    return render_template("draft_alike.html", alike=found, hand_over=None)


@pages.get("/zendesk/<account_id>/drafts/<uuid:draft_id>/alike")
@open_to(*EVERYBODY, by=Proof.EITHER)
def past_decisions_beside(account_id: str, draft_id: UUID) -> ResponseReturnValue:
    """The same for the sidebar, whose links sign their reader in."""
    here = through(account_id)
    with runtime().database.read() as session:
        drafts.of_account(session, here.who.scope, here.account.id, str(draft_id))
        found = alike(session, here.who.scope, str(draft_id))
    return render_template("draft_alike.html", alike=found, hand_over=account_id)


@pages.get("/drafts/<uuid:draft_id>/<any(next, previous):way>")
@open_to(*EVERYBODY)
def step(draft_id: UUID, way: str) -> ResponseReturnValue:
    """Lead to the neighbour in the reader's queue as it is now; at its end, to the queue."""
    who, where = signed_in(), Way(way)
    with runtime().database.read() as session:
        drafts.get(session, who.scope, str(draft_id))
        to = neighbour(queue_order(session, runtime(), who), str(draft_id), where)
    if to is None:
        flash(_END[where])
        return redirect(url_for("queue.show"))
    return redirect(url_for("drafts.show", draft_id=to))
