"""A line of the queue: what it tells of one draft, with all that is known of many read at once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from plugin.card import approvers_words
from plugin.models import UNDELIVERED, DraftState, Oversight, Role
from plugin.review import claims
from plugin.review.lookalikes import Kind, kind_of, why_apart
from plugin.signing import may_sign
from plugin.store import drafts, people, waiting
from plugin.store.drafts import Held, action_of
from plugin.store.schema import DecisionRow, DraftRow
from plugin.store.waiting import Decided
from plugin.web.sign_in import SignedIn
from plugin.web.words import NEXT_STEPS, money_moved

FOR_PEOPLE = (
    DraftState.BLOCKED,
    DraftState.NO_DRAFT,
    DraftState.REJECTED,
    DraftState.EXPIRED,
)
YOU = "You"
_OVER_LIMIT = "more than you may sign"
_LEFT = "A reply went out without the approval that this draft needed."


@dataclass(frozen=True, slots=True)
class Line:
    """A draft in the queue.

    Attributes:
        why: Why it waits, as one sentence.
        signers: Whose approval it needs: ``a lead or an admin``; or why not the reader's.
        signed: ``1 of 2 signed``, where more than one must.
        money: What its actions would move; None where it will not go out.
        answering: Who said that they answer this customer themselves.
        looking: Who looks at it: a name, or `YOU`.
        may_claim: The reader may say that they do.
        mine: The reader may sign it now.
        kind: What it may be approved together with, by the reader.
    """

    draft: DraftRow
    decision: DecisionRow | None
    why: str
    signers: str | None
    signed: str | None
    money: str | None
    answering: str | None
    looking: str | None
    may_claim: bool
    mine: bool
    kind: Kind | None

    @property
    def deadline(self) -> datetime | None:
        """By when it must be signed, if it must."""
        due = self.decision.deadline_at if self.decision else None
        return due if self.draft.state.is_awaiting else None

    @property
    def urgency(self) -> tuple[object, ...]:
        """It stands in the queue by this."""
        return (self.draft.sign_by, self.draft.minus_stake, self.draft.id)

    @property
    def told(self) -> tuple[object, ...]:
        """All that may become another while the line stays, for telling whether anything did."""
        draft, due = self.draft, self.deadline
        told = (self.why, self.signers, self.signed, self.money, self.answering, self.looking)
        return (draft.id, draft.rev, draft.state.value, due and due.isoformat(), *told)


@dataclass(frozen=True, slots=True)
class Looking:
    """Who looks at a draft, for its own page.

    Attributes:
        name: A name, or `YOU`; None where nobody does.
        until: Until when at most.
        may: The reader may say so, or that they no longer do.
    """

    name: str | None
    mine: bool
    until: datetime | None
    may: bool


Write = Callable[[Decided], Line]


def claim_view(session: Session, who: SignedIn, draft: DraftRow, now: datetime) -> Looking | None:
    """Who looks at a draft; None where nobody can, and nobody does."""
    until, mine = claims.claimed_until(draft, now), draft.claimed_by == who.person.id
    may = who.person.role.may_sign_for(Role.AGENT) and claims.may_be_claimed(draft)
    if until is None:
        return Looking(None, mine=False, until=None, may=True) if may else None
    names = people.names(session, who.scope)
    name = YOU if mine else names.get(draft.claimed_by or "", "Somebody")
    return Looking(name, mine, until, may=may and mine)


def writer(session: Session, who: SignedIn, rows: Sequence[DraftRow], now: datetime) -> Write:
    """Writes lines, in a number of queries that no draft adds to."""
    names = people.names(session, who.scope)
    actions = drafts.actions_of(session, who.scope, rows)
    awaiting = [row for row in rows if row.state.is_awaiting]
    signers = waiting.signers_of(session, who.scope, awaiting)
    is_agent = who.person.role.may_sign_for(Role.AGENT)

    def looking(draft: DraftRow) -> str | None:
        if claims.claimed_until(draft, now) is None:
            return None
        mine = draft.claimed_by == who.person.id
        return YOU if mine else names.get(draft.claimed_by or "", "Somebody")

    def line(row: Decided) -> Line:
        draft, decision = row
        held = Held(draft, decision, tuple(actions[draft.id]))
        wants = draft.state.is_awaiting
        may = wants and may_sign(held, who.person) is None
        signed = signers[draft.id]
        gone = draft.state in FOR_PEOPLE or (draft.bypassed and not wants)
        at = looking(draft)
        may_claim = is_agent and claims.may_be_claimed(draft) and at in (None, YOU)
        return Line(
            draft=draft,
            decision=decision,
            why=_why(draft, decision),
            signers=_signers(held, may=may) if wants else None,
            signed=_signed(decision, len(signed)) if wants else None,
            money=None if gone else money_moved(action_of(action) for action in held.actions),
            answering=names.get(draft.opened_for or "") if draft.state.is_open else None,
            looking=at,
            may_claim=may_claim,
            mine=may and who.person.id not in signed,
            kind=kind_of(draft) if may and why_apart(held, who.person, now) is None else None,
        )

    return line


def _signers(held: Held, *, may: bool) -> str | None:
    if held.decision is not None and held.oversight is Oversight.APPROVAL:
        return f"by {approvers_words(held.decision.approvers)}"
    return None if may else _OVER_LIMIT


def _signed(decision: DecisionRow | None, count: int) -> str | None:
    needed = decision.approvals if decision else 0
    return f"{count} of {needed} signed" if needed > 1 else None


def _why(draft: DraftRow, decision: DecisionRow | None) -> str:
    if draft.state in UNDELIVERED:
        return NEXT_STEPS[draft.state]
    held_because = decision.held_because if decision else ()
    why = held_because[0] if held_because else draft.note or ""
    if not draft.bypassed:
        return why
    return f"{_LEFT} {why}" if draft.state.is_awaiting else _LEFT
