"""What the sidebar shows of the ticket beside it, and what an agent does about it there.

Each request names the account it comes through, and carries the sidebar's own session.
"""

import hashlib
from collections.abc import Sequence
from http import HTTPStatus
from uuid import UUID

from flask import Blueprint, jsonify, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from plugin.card import approvers_words
from plugin.errors import InvalidInputError
from plugin.judgement import HELD_OR_OPEN, is_bypass
from plugin.models import DraftState, Surface
from plugin.review import insertion
from plugin.review.action_edits import field_of
from plugin.review.rejections import WORDS
from plugin.review.rights import may_respond
from plugin.review.verdicts import LONGEST_INSTRUCTION, give
from plugin.store import drafts
from plugin.store.drafts import Held
from plugin.store.people_tables import PersonRow
from plugin.store.schema import DraftRow
from plugin.web.doors import EVERYBODY, NO_VERDICT, SIGNERS, Proof, open_to
from plugin.web.draft_view import DraftView, view_of
from plugin.web.sidebar_session import through
from plugin.web.state import runtime
from plugin.web.verdict_form import (
    LONGEST_REASON,
    read_changes,
    read_seen,
    read_verdict,
    said,
)
from plugin.web.words import I_ANSWER, OUTCOMES

pages = Blueprint("sidebar_draft", __name__)

_INSERTED = "It is in your composer. Read it once more, then send it there."
_INSERTED_EDIT = "Your edit is in your composer. Read it once more, then send it there."
_NOT_INSERTED = "The composer takes words only. Approve it here to change what it does in the shop."
_RELEASED = "Released. The text still stands in your composer; clear it if you do not send it."
_RELEASED_APPROVED = (
    "Released. The reply goes out in a moment; you can still undo. Its text still stands in your "
    "composer: do not send it there too."
)
_HELD = "held"
# Where nobody can approve it any more.
_BECAME = {
    DraftState.REJECTED: "Its draft was rejected.",
    DraftState.EXPIRED: "Nobody approved its draft in time.",
}


@pages.get("/zendesk/<account_id>/tickets/<ticket_id>/draft")
@open_to(*EVERYBODY, by=Proof.EITHER)
def show(account_id: str, ticket_id: str) -> ResponseReturnValue:
    """The ticket's draft as a piece of HTML; 304 where it is what the sidebar shows already."""
    here = through(account_id)
    now = runtime().now()
    with runtime().database.read() as session:
        row = _shown(drafts.of_ticket(session, here.who.scope, here.account.id, ticket_id))
        view = view_of(session, runtime(), here.who, row.id) if row else None
    acts = "Authorization" in request.headers
    page = render_template(
        "sidebar_draft.html",
        view=view,
        acts=acts,
        refused=None,
        sidebar=True,
        now=now,
        undo=runtime().settings.undo_seconds,
        outcomes=OUTCOMES,
        longest_reason=LONGEST_REASON,
        longest_instruction=LONGEST_INSTRUCTION,
        reject_reasons=WORDS,
        **_addresses(account_id, row),
    )
    response = make_response(page)
    response.set_etag(_version(page, view))
    return response.make_conditional(request)


@pages.post("/zendesk/<account_id>/drafts/<uuid:draft_id>/verdict")
@open_to(*SIGNERS, by=Proof.SIDEBAR, otherwise=NO_VERDICT)
def verdict(account_id: str, draft_id: UUID) -> ResponseReturnValue:
    """Take a verdict from the sidebar's forms."""
    here = through(account_id)
    with runtime().database.read() as session:
        held = drafts.of_account(session, here.who.scope, here.account.id, str(draft_id))
    told = read_verdict(held, Surface.SIDEBAR)
    now = give(runtime(), here.who.scope, str(draft_id), here.who.person, told)
    return jsonify(said=said(told.kind, now), state=now)


@pages.post("/zendesk/<account_id>/drafts/<uuid:draft_id>/insert")
@open_to(*SIGNERS, by=Proof.SIDEBAR, otherwise=NO_VERDICT)
def insert(account_id: str, draft_id: UUID) -> ResponseReturnValue:
    """Hand the draft to the agent's composer: the answer holds the words to put there."""
    here = through(account_id)
    with runtime().database.read() as session:
        held = drafts.of_account(session, here.who.scope, here.account.id, str(draft_id))
    seen = read_seen(held)
    for change in read_changes(held):
        raise InvalidInputError(field_of(change.position), _NOT_INSERTED)
    words = insertion.insert(
        runtime(),
        here.who.scope,
        str(draft_id),
        here.who.person,
        rev=seen.rev,
        state=seen.state,
        text=seen.text,
        done=seen.done,
    )
    return jsonify(said=_INSERTED if seen.text is None else _INSERTED_EDIT, text=words)


@pages.post("/zendesk/<account_id>/drafts/<uuid:draft_id>/release")
@open_to(*SIGNERS, by=Proof.SIDEBAR, otherwise=NO_VERDICT)
def release(account_id: str, draft_id: UUID) -> ResponseReturnValue:
    """The agent does not send it from their composer after all."""
    here = through(account_id)
    with runtime().database.read() as session:
        drafts.of_account(session, here.who.scope, here.account.id, str(draft_id))
    now = insertion.release(runtime(), here.who.scope, str(draft_id), here.who.person)
    goes_out = now is DraftState.APPROVED
    return jsonify(said=_RELEASED_APPROVED if goes_out else _RELEASED, state=now)


@pages.post("/zendesk/<account_id>/tickets/<ticket_id>/save")
@open_to(*EVERYBODY, by=Proof.EITHER)
def save(account_id: str, ticket_id: str) -> ResponseReturnValue:
    """Whether an agent's comment may go out: 409 where it would be a bypass. Changes nothing."""
    here = through(account_id)
    if not _is_public_reply():
        return jsonify(may_pass=True)
    with runtime().database.read() as session:
        rows = drafts.of_ticket(session, here.who.scope, here.account.id, ticket_id)
        meant = next((row for row in rows if row.state in HELD_OR_OPEN), None)
        held = drafts.get(session, here.who.scope, meant.id) if meant else None
    if held is None or not is_bypass(held, here.who.person.id):
        return jsonify(may_pass=True)
    sentence = _why_held(held, here.who.person)
    return jsonify(error={"code": _HELD, "message": sentence}), HTTPStatus.CONFLICT


def _shown(rows: Sequence[DraftRow]) -> DraftRow | None:
    """The newest open draft, else the newest; `rows` come newest first."""
    return next((row for row in rows if row.state.is_open), rows[0] if rows else None)


def _addresses(account_id: str, row: DraftRow | None) -> dict[str, str]:
    """Where the forms of a draft go."""
    if row is None:
        return {}
    doors = {what: f"sidebar_draft.{what}" for what in ("verdict", "insert", "release")}
    doors |= {"hand_over": "hand_over.begin", "alike": "beside_draft.past_decisions_beside"}
    return {
        f"{what}_url": url_for(door, account_id=account_id, draft_id=row.id)
        for what, door in doors.items()
    }


def _version(page: str, view: DraftView | None) -> str:
    """Names what is shown. The seconds left to undo run on the page by themselves."""
    left = f'data-left="{view.undo_left}"' if view else ""
    still = page.replace(left, "") if left else page
    return hashlib.sha256(still.encode()).hexdigest()


def _is_public_reply() -> bool:
    """Whether what is being saved is one.

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
    return public and bool(text.strip())


def _why_held(held: Held, person: PersonRow) -> str:
    """A sentence for the agent whose reply is stopped."""
    whom = approvers_words(held.decision.approvers if held.decision else ())
    became = _BECAME.get(held.draft.state)
    if may_respond(held, person):
        way_out = f"Press “{I_ANSWER}” in Bookbag first"
        way_out += "." if became else ", or approve the draft there."
    elif became:
        way_out = "Let one of them answer."
    else:
        way_out = "Have the draft in Bookbag approved, or let one of them answer."
    needs = f"Not sent: a reply to this message needs approval by {whom}."
    return " ".join(part for part in (needs, became, way_out) if part)
