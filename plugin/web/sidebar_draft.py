"""What the sidebar shows of the ticket beside it, and what an agent does about it there.

Each request names the account it comes through, and carries the sidebar's own session.
"""

import hashlib
from collections.abc import Sequence
from uuid import UUID

from flask import Blueprint, jsonify, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from plugin.errors import InvalidInputError
from plugin.models import DraftState, Surface
from plugin.review import composed, insertion
from plugin.review.action_edits import field_of
from plugin.review.rejections import WORDS
from plugin.review.verdicts import LONGEST_INSTRUCTION, give
from plugin.store import drafts
from plugin.store.drafts import Held
from plugin.store.schema import DraftRow
from plugin.web.doors import EVERYBODY, NO_VERDICT, SIGNERS, Proof, open_to
from plugin.web.draft_view import DraftView, view_of
from plugin.web.sidebar_session import Here, through
from plugin.web.state import runtime
from plugin.web.verdict_form import (
    LONGEST_REASON,
    read_changes,
    read_seen,
    read_verdict,
    said,
)
from plugin.web.words import OUTCOMES

pages = Blueprint("sidebar_draft", __name__)

_INSERTED = "It is in your composer. Read it once more, then send it there."
_INSERTED_EDIT = "Your edit is in your composer. Read it once more, then send it there."
_NOT_INSERTED = "The composer takes words only. Approve it here to change what it does in the shop."
_RELEASED = "Released. The text still stands in your composer; clear it if you do not send it."
_RELEASED_APPROVED = (
    "Released. The reply goes out in a moment; you can still undo. Its text still stands in your "
    "composer: do not send it there too."
)


@pages.get("/zendesk/<account_id>/tickets/<ticket_id>/draft")
@open_to(*EVERYBODY, by=Proof.EITHER)
def show(account_id: str, ticket_id: str) -> ResponseReturnValue:
    """The ticket's draft as a piece of HTML; 304 where it is what the sidebar shows already."""
    here = through(account_id)
    now = runtime().now()
    with runtime().database.read() as session:
        rows = drafts.of_ticket(session, here.who.scope, here.account.id, ticket_id)
        row = _shown(rows)
        view = view_of(session, runtime(), here.who, row.id) if row else None
        gate = composed.gate(_meant(session, here, rows, view), here.who.person)
    acts = "Authorization" in request.headers
    page = render_template(
        "sidebar_draft.html",
        view=view,
        gate=gate,
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
    words = said(told.kind, now, insert_only=held.insert_only)
    return jsonify(said=words, state=now)


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
        unasked=request.form.get("unasked") == "yes",
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


def _shown(rows: Sequence[DraftRow]) -> DraftRow | None:
    """The newest open draft, else the newest; `rows` come newest first."""
    return next((row for row in rows if row.state.is_open), rows[0] if rows else None)


def _meant(
    session: Session, here: Here, rows: Sequence[DraftRow], view: DraftView | None
) -> Held | None:
    """The draft that a reply would be about: mostly the one that is shown."""
    row = composed.meant(rows)
    if row is None:
        return None
    if view is not None and view.held.draft.id == row.id:
        return view.held
    return drafts.get(session, here.who.scope, row.id)


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
