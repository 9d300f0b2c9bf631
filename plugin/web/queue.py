"""``/queue``: what waits for a person, oldest first."""

from dataclasses import dataclass

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from plugin.card import approvers_words
from plugin.models import UNDELIVERED, DraftState, Oversight
from plugin.store import drafts, people, waiting
from plugin.store.drafts import action_of
from plugin.store.schema import ActionRow, DecisionRow, DraftRow
from plugin.store.scope import Scope
from plugin.web.sign_in import signed_in
from plugin.web.state import runtime
from plugin.web.words import NEXT_STEPS, money_moved

pages = Blueprint("queue", __name__)

_LONGEST = 200
_FOR_PEOPLE = (
    DraftState.BLOCKED,
    DraftState.NO_DRAFT,
    DraftState.REJECTED,
    DraftState.EXPIRED,
)
_SECTIONS = (
    ("Delivery needs a look", tuple(UNDELIVERED)),
    ("Waiting for a verdict", (DraftState.AWAITING_APPROVAL, DraftState.AWAITING_REVIEW)),
    ("For people to answer in the helpdesk", _FOR_PEOPLE),
    ("Going out", (DraftState.APPROVED, DraftState.DELIVERING)),
)


@dataclass(frozen=True, slots=True)
class _Line:
    """A draft in the queue.

    Attributes:
        why: Why it waits, as one sentence.
        signers: Whose approval it needs: ``a lead or an admin``.
        money: What its actions would move; None where it will not go out.
        answering: Who said that they answer this customer themselves.
    """

    draft: DraftRow
    decision: DecisionRow | None
    why: str
    signers: str | None
    money: str | None
    answering: str | None


@dataclass(frozen=True, slots=True)
class _Section:
    """Drafts that want the same of people. `cut`: there are more than are shown."""

    title: str
    lines: tuple[_Line, ...]
    cut: bool


@pages.get("/")
def home() -> ResponseReturnValue:
    """The queue is where work begins."""
    return redirect(url_for("queue.show"))


@pages.get("/queue")
def show() -> ResponseReturnValue:
    """Open drafts by what they want of a person."""
    who = signed_in()
    with runtime().database.read() as session:
        sections = _sections(session, who.scope)
    return render_template(
        "queue.html", who=who, sections=sections, longest=_LONGEST, now=runtime().now()
    )


def _sections(session: Session, scope: Scope) -> tuple[_Section, ...]:
    """The sections that hold anything, in a number of queries that no draft adds to."""
    found = [
        (
            title,
            waiting.drafts_in(
                session,
                scope,
                states,
                limit=_LONGEST + 1,
                newest_first=states is _FOR_PEOPLE,
            ),
        )
        for title, states in _SECTIONS
    ]
    names = people.names(session, scope)
    actions = drafts.actions_of(session, scope, [row for _, rows in found for row, _ in rows])
    return tuple(
        _Section(
            title,
            tuple(_line(*row, actions[row[0].id], names) for row in rows[:_LONGEST]),
            cut=len(rows) > _LONGEST,
        )
        for title, rows in found
        if rows
    )


def _line(
    draft: DraftRow, decision: DecisionRow | None, actions: list[ActionRow], names: dict[str, str]
) -> _Line:
    needs_approval = decision is not None and decision.oversight is Oversight.APPROVAL
    gone = draft.state in _FOR_PEOPLE
    return _Line(
        draft=draft,
        decision=decision,
        why=_why(draft, decision),
        signers=approvers_words(decision.approvers) if decision and needs_approval else None,
        money=None if gone else money_moved(action_of(action) for action in actions),
        answering=names.get(draft.opened_for or ""),
    )


def _why(draft: DraftRow, decision: DecisionRow | None) -> str:
    if draft.state in UNDELIVERED:
        return NEXT_STEPS[draft.state]
    held_because = decision.held_because if decision else ()
    return held_because[0] if held_because else draft.note or ""
