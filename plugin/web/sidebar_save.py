"""Whether a reply that an agent is sending from the helpdesk's composer may go out.

What a save will need is told beforehand, with the draft that the sidebar shows: `sidebar_draft`.
This is asked where that does not suffice.
"""

from http import HTTPStatus

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from plugin.errors import InvalidInputError
from plugin.review import composed
from plugin.store import drafts
from plugin.web.doors import EVERYBODY, Proof, open_to
from plugin.web.sidebar_session import through
from plugin.web.state import runtime

pages = Blueprint("sidebar_save", __name__)

_HELD = "held"


@pages.post("/zendesk/<account_id>/tickets/<ticket_id>/save")
@open_to(*EVERYBODY, by=Proof.EITHER)
def save(account_id: str, ticket_id: str) -> ResponseReturnValue:
    """Whether an agent's comment may go out: 409 with the reason where not. Changes nothing."""
    here = through(account_id)
    text = _public_reply()
    if not text:
        return jsonify(may_pass=True)
    scope = here.who.scope
    with runtime().database.read() as session:
        meant = composed.meant(drafts.of_ticket(session, scope, here.account.id, ticket_id))
        why = None
        if meant is not None:
            held = drafts.get(session, scope, meant.id)
            person = here.who.person
            why = composed.why_stopped(runtime(), session, scope, held, person=person, text=text)
    if why is None:
        return jsonify(may_pass=True)
    return jsonify(error={"code": _HELD, "message": why}), HTTPStatus.CONFLICT


def _public_reply() -> str:
    """The words of the public reply that is being saved; empty where it is none.

    Raises:
        InvalidInputError: The question cannot be read.
    """
    question = request.get_json(silent=True)
    public, text = (
        (question.get("public"), question.get("text"))
        if isinstance(question, dict)
        else (None, None)
    )
    if not isinstance(public, bool):
        raise InvalidInputError("public", "expected true or false")
    if not isinstance(text, str):
        raise InvalidInputError("text", "expected a string")
    return text.strip() if public else ""
