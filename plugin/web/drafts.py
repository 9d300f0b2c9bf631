"""``/drafts/<id>``: the review page, where a person reads a draft and gives a verdict."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from plugin.errors import BookbagError, ForbiddenError, InvalidInputError, MovedError
from plugin.models import Surface
from plugin.review.rejections import WORDS
from plugin.review.rights import last_mover
from plugin.review.verdicts import LONGEST_INSTRUCTION, give
from plugin.store import drafts
from plugin.web.doors import EVERYBODY, NO_VERDICT, SIGNERS, open_to, open_to_strangers
from plugin.web.draft_view import view_of
from plugin.web.errors import for_machines
from plugin.web.queue_lines import claim_view
from plugin.web.sign_in import signed_in
from plugin.web.state import runtime
from plugin.web.verdict_form import (
    LONGEST_REASON,
    plain_lines,
    read_verdict,
    said,
    typed_amounts,
)
from plugin.web.words import OUTCOMES

pages = Blueprint("drafts", __name__)


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
    reason_kind: str
    done: frozenset[str]
    amounts: Mapping[int, str]
    dropped: frozenset[int]


@pages.get("/drafts/<uuid:draft_id>")
@open_to(*EVERYBODY)
def show(draft_id: UUID) -> ResponseReturnValue:
    """The draft, why it is held, and what can be done."""
    return _page(draft_id)


@pages.get("/drafts/<uuid:draft_id>/state")
@open_to(*EVERYBODY)
def state(draft_id: UUID) -> ResponseReturnValue:
    """Where the draft stands, for a page that is open."""
    who = signed_in()
    with runtime().database.read() as session:
        draft = drafts.get(session, who.scope, str(draft_id)).draft
        by = last_mover(session, who.scope, draft)
    return jsonify(state=draft.state, rev=draft.rev, words=draft.state.words, by=by)


@pages.get("/drafts/<uuid:draft_id>/verdict")
@open_to_strangers("only leads to the draft")
def after_verdict(draft_id: UUID) -> ResponseReturnValue:
    """Where the address bar points after a refused verdict: whoever reloads it wants the draft."""
    return redirect(url_for("drafts.show", draft_id=draft_id))


@pages.post("/drafts/<uuid:draft_id>/verdict")
@open_to(*SIGNERS, otherwise=NO_VERDICT)
def verdict(draft_id: UUID) -> ResponseReturnValue:
    """Take a verdict from the page's forms."""
    who = signed_in()
    with runtime().database.read() as session:
        held = drafts.get(session, who.scope, str(draft_id))
    try:
        told = read_verdict(held, Surface.REVIEW_PAGE)
        now = give(runtime(), who.scope, str(draft_id), who.person, told)
    except (InvalidInputError, ForbiddenError, MovedError) as error:
        if for_machines():
            raise
        return _page(draft_id, _refused(error)), error.http_status
    flash(said(told.kind, now, insert_only=held.insert_only))
    return redirect(url_for("drafts.show", draft_id=draft_id))


def _page(draft_id: UUID, refused: _Refused | None = None) -> str:
    """The page; after a refused verdict with the sentence why, and nothing typed lost."""
    who = signed_in()
    with runtime().database.read() as session:
        view = view_of(session, runtime(), who, str(draft_id))
        claim = claim_view(session, who, view.held.draft, runtime().now())
    return render_template(
        "draft.html",
        who=who,
        view=view,
        claim=claim,
        refused=refused,
        sidebar=False,
        verdict_url=url_for("drafts.verdict", draft_id=draft_id),
        now=runtime().now(),
        undo=runtime().settings.undo_seconds,
        outcomes=OUTCOMES,
        longest_reason=LONGEST_REASON,
        longest_instruction=LONGEST_INSTRUCTION,
        reject_reasons=WORDS,
    )


def _refused(error: BookbagError) -> _Refused:
    invalid = error if isinstance(error, InvalidInputError) else None
    text = request.form.get("text")
    return _Refused(
        sentence=invalid.message if invalid else str(error),
        field=invalid.field if invalid else None,
        moved=isinstance(error, MovedError),
        text=None if text is None else plain_lines(text),
        reason=request.form.get("reason", ""),
        reason_kind=request.form.get("reason_kind", ""),
        done=frozenset(request.form.getlist("done")),
        amounts=typed_amounts(),
        dropped=frozenset(int(one) for one in request.form.getlist("drop") if one.isdecimal()),
    )
