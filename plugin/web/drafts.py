"""``/drafts/<id>``: the review page, where a person reads a draft and gives a verdict."""

from dataclasses import dataclass
from uuid import UUID

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from plugin.errors import BookbagError, ForbiddenError, InvalidInputError, MovedError
from plugin.models import DraftState, Surface, VerdictKind
from plugin.review.verdicts import Verdict, give
from plugin.store import drafts
from plugin.store.drafts import Held
from plugin.web.draft_view import view_of
from plugin.web.errors import for_machines
from plugin.web.sign_in import signed_in
from plugin.web.state import runtime
from plugin.web.words import OUTCOMES

pages = Blueprint("drafts", __name__)

_LONGEST_REASON = 500
_SAID = {
    DraftState.APPROVED: "Approved. The reply goes out in a moment; you can still undo.",
    DraftState.REJECTED: "Rejected. Nothing goes out.",
    DraftState.DELIVERED: "Noted: the reply went out.",
    DraftState.ANSWERED: "Noted: the customer was answered.",
}


@dataclass(frozen=True, slots=True)
class _Refused:
    """A verdict that was refused, and what had been typed for it.

    Attributes:
        field: What to correct: ``text``, ``reason`` or ``done``.
        moved: The draft is not what they saw, so their words may not fit it.
    """

    sentence: str
    field: str | None
    moved: bool
    text: str | None
    reason: str
    done: frozenset[str]


@pages.get("/drafts/<uuid:draft_id>")
def show(draft_id: UUID) -> ResponseReturnValue:
    """The draft, why it is held, and what can be done."""
    return _page(draft_id)


@pages.get("/drafts/<uuid:draft_id>/state")
def state(draft_id: UUID) -> ResponseReturnValue:
    """Where the draft stands, for a page that is open."""
    who = signed_in()
    with runtime().database.read() as session:
        draft = drafts.get(session, who.scope, str(draft_id)).draft
    return jsonify(state=draft.state, rev=draft.rev, words=draft.state.words)


@pages.post("/drafts/<uuid:draft_id>/verdict")
def verdict(draft_id: UUID) -> ResponseReturnValue:
    """Take a verdict from the page's forms."""
    who = signed_in()
    with runtime().database.read() as session:
        held = drafts.get(session, who.scope, str(draft_id))
    try:
        said = _verdict(held)
        now = give(runtime(), who.scope, str(draft_id), who.person, said)
    except (InvalidInputError, ForbiddenError, MovedError) as error:
        if for_machines():
            raise
        return _page(draft_id, _refused(error)), error.http_status
    flash(_words(said.kind, now))
    return redirect(url_for("drafts.show", draft_id=draft_id))


def _page(draft_id: UUID, refused: _Refused | None = None) -> str:
    """The page; after a refused verdict with the sentence why, and nothing typed lost."""
    who = signed_in()
    with runtime().database.read() as session:
        view = view_of(session, runtime(), who, str(draft_id))
    return render_template(
        "draft.html",
        who=who,
        view=view,
        refused=refused,
        now=runtime().now(),
        undo=runtime().settings.undo_seconds,
        outcomes=OUTCOMES,
        longest_reason=_LONGEST_REASON,
    )


def _verdict(held: Held) -> Verdict:
    form = request.form
    try:
        kind = VerdictKind(form.get("verdict", ""))
        seen = DraftState(form.get("state", ""))
        rev = int(form.get("rev", ""))
    except ValueError as bad:
        raise InvalidInputError("", "This form cannot be read; reload the page.") from bad
    text = _lines(form.get("text", ""))
    if kind is VerdictKind.APPROVE and _is_changed(text, held):
        kind = VerdictKind.EDIT
    reason = form.get("reason", "").strip()
    if len(reason) > _LONGEST_REASON:
        raise InvalidInputError("reason", f"A reason has at most {_LONGEST_REASON} characters.")
    ticked = set(form.getlist("done"))
    return Verdict(
        kind=kind,
        surface=Surface.REVIEW_PAGE,
        rev=rev,
        state=seen,
        text=text if kind is VerdictKind.EDIT else None,
        reason=reason or None,
        done=all(str(number) in ticked for number in range(len(held.actions))),
    )


def _is_changed(text: str, held: Held) -> bool:
    """Whether the reader changed the text. A form without the field approves what is offered."""
    offered = _lines(held.draft.final_text or held.draft.text or "")
    return "text" in request.form and text.strip() != offered.strip()


def _lines(text: str) -> str:
    """As browsers send a text: with CRLF for every line end."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _refused(error: BookbagError) -> _Refused:
    invalid = error if isinstance(error, InvalidInputError) else None
    text = request.form.get("text")
    return _Refused(
        sentence=invalid.message if invalid else str(error),
        field=invalid.field if invalid else None,
        moved=isinstance(error, MovedError),
        text=None if text is None else _lines(text),
        reason=request.form.get("reason", ""),
        done=frozenset(request.form.getlist("done")),
    )


def _words(kind: VerdictKind, now: DraftState) -> str:
    if kind is VerdictKind.RESPOND:
        return "Noted: you answer this customer yourself, in the helpdesk."
    if kind is VerdictKind.UNDO:
        return "Taken back. Nothing went out."
    if now.is_awaiting:
        return "Your approval is recorded; another person must approve too."
    return _SAID.get(now, f"This draft is {now.words} now.")
