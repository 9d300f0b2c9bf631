"""``/drafts/<id>``: the review page, where a person reads a draft and gives a verdict."""

from dataclasses import dataclass

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from plugin.card import Card, card_of
from plugin.errors import ForbiddenError, InvalidInputError, MovedError
from plugin.models import DraftState, Surface, VerdictKind
from plugin.review.verdicts import Verdict, give, may_sign
from plugin.store import audit, corrections, drafts, people
from plugin.store import verdicts as verdict_rows
from plugin.store.drafts import Held
from plugin.store.schema import AuditRow, CorrectionRow, VerdictRow
from plugin.text.diff import diff
from plugin.text.hunks import Hunk, display_hunks
from plugin.web.sign_in import signed_in
from plugin.web.state import runtime

pages = Blueprint("drafts", __name__)

_SAID = {
    DraftState.APPROVED: "Approved. The reply goes out in a moment; you can still undo.",
    DraftState.REJECTED: "Rejected. Nothing goes out.",
    DraftState.DELIVERED: "Noted: the reply went out.",
    DraftState.ANSWERED: "Noted: the customer was answered.",
}


@dataclass(frozen=True, slots=True)
class _View:
    """What the page shows of a draft."""

    held: Held
    card: Card
    cannot_sign: str | None
    names: dict[str, str]
    verdicts: tuple[VerdictRow, ...]
    history: tuple[AuditRow, ...]
    correction: CorrectionRow | None
    hunks: tuple[Hunk, ...]


@pages.get("/drafts/<draft_id>")
def show(draft_id: str) -> ResponseReturnValue:
    """The draft, why it is held, and what can be done."""
    return _page(draft_id)


def _page(draft_id: str, *, problem: str | None = None, typed: str | None = None) -> str:
    """The page; after a refused verdict with the sentence why, and nothing typed lost."""
    who = signed_in()
    with runtime().database.read() as session:
        held = drafts.get(session, who.scope, draft_id)
        correction = corrections.of_draft(session, who.scope, draft_id)
        view = _View(
            held=held,
            card=card_of(held, public_url=runtime().settings.public_url),
            cannot_sign=may_sign(held, who.person),
            names=people.names(session, who.scope),
            verdicts=tuple(verdict_rows.of_draft(session, who.scope, draft_id)),
            history=tuple(audit.of_draft(session, who.scope, draft_id)),
            correction=correction,
            hunks=_hunks(correction),
        )
    return render_template(
        "draft.html",
        who=who,
        view=view,
        undo=runtime().settings.undo_seconds,
        problem=problem,
        typed=typed,
    )


@pages.get("/drafts/<draft_id>/state")
def state(draft_id: str) -> ResponseReturnValue:
    """Where the draft stands, for a page that is open."""
    who = signed_in()
    with runtime().database.read() as session:
        draft = drafts.get(session, who.scope, draft_id).draft
    return jsonify(state=draft.state, rev=draft.rev)


@pages.post("/drafts/<draft_id>/verdict")
def verdict(draft_id: str) -> ResponseReturnValue:
    """Take a verdict from the page's forms."""
    who = signed_in()
    with runtime().database.read() as session:
        held = drafts.get(session, who.scope, draft_id)
    try:
        said = _verdict(held)
        now = give(runtime(), who.scope, draft_id, who.person, said)
    except (InvalidInputError, ForbiddenError, MovedError) as refused:
        sentence = refused.message if isinstance(refused, InvalidInputError) else str(refused)
        page = _page(draft_id, problem=sentence, typed=request.form.get("text"))
        return page, refused.http_status
    flash(_words(said.kind, now))
    return redirect(url_for("drafts.show", draft_id=draft_id))


def _verdict(held: Held) -> Verdict:
    form = request.form
    try:
        kind = VerdictKind(form.get("verdict", ""))
        seen = DraftState(form.get("state", ""))
        rev = int(form.get("rev", ""))
    except ValueError as bad:
        raise InvalidInputError("verdict", "This form cannot be read; reload the page.") from bad
    text = form.get("text", "").replace("\r\n", "\n")
    offered = held.draft.final_text or held.draft.text or ""
    if kind is VerdictKind.APPROVE and text and text.strip() != offered.strip():
        kind = VerdictKind.EDIT
    return Verdict(
        kind=kind,
        surface=Surface.REVIEW_PAGE,
        rev=rev,
        state=seen,
        text=text if kind is VerdictKind.EDIT else None,
        reason=form.get("reason", "").strip() or None,
        done=len(form.getlist("done")) == len(held.actions),
    )


def _words(kind: VerdictKind, now: DraftState) -> str:
    if kind is VerdictKind.RESPOND:
        return "Noted: you will answer this customer yourself."
    if kind is VerdictKind.UNDO:
        return "Taken back. Nothing went out."
    if now.is_awaiting:
        return "Your approval is recorded; another person must approve too."
    return _SAID.get(now, f"This draft is {now.words} now.")


def _hunks(correction: CorrectionRow | None) -> tuple[Hunk, ...]:
    if correction is None:
        return ()
    return display_hunks(diff(correction.draft_text, correction.final_text))
