"""Holds a draft against what is in force, now and again whenever that may have become stricter."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from plugin import facts, headroom
from plugin.card import card_of, note_html
from plugin.models import UNDELIVERED, Decision, Draft, DraftState, Facts, Oversight
from plugin.outbox import ask_note
from plugin.policy.decide import decide_on
from plugin.policy.limits import Spent, nothing_spent
from plugin.policy.model import PolicyFile
from plugin.policy.situation import Situation
from plugin.policy.would_pass import would_pass
from plugin.runtime import PolicyInForce, Runtime
from plugin.store import drafts, verdicts
from plugin.store.drafts import Held, action_of
from plugin.store.schema import DecisionRow, DraftRow
from plugin.store.scope import Scope
from plugin.telling import ask as telling

_SYSTEM = "system"
STATE_FOR = {
    Oversight.AUTO: DraftState.APPROVED,
    Oversight.REVIEW: DraftState.AWAITING_REVIEW,
    Oversight.APPROVAL: DraftState.AWAITING_APPROVAL,
    Oversight.BLOCK: DraftState.BLOCKED,
}
_NEEDS_A_SIGNATURE = frozenset(
    {DraftState.AWAITING_APPROVAL, DraftState.EXPIRED, DraftState.REJECTED}
)
ANSWERED_ONLY = UNDELIVERED | {DraftState.BLOCKED, DraftState.NO_DRAFT}
OPEN_TO_ANSWERS = ANSWERED_ONLY | {
    DraftState.AWAITING_REVIEW,
    DraftState.AWAITING_APPROVAL,
    DraftState.APPROVED,
    DraftState.REJECTED,
    DraftState.EXPIRED,
}


def judge(situation: Situation, spent: Spent = nothing_spent) -> Decision:
    """`decide`, and the service's own rules for what never goes out by itself."""
    decision = decide_on(situation, spent)
    if decision.oversight is not Oversight.AUTO:
        return decision
    reasons = tuple(never_automatic(situation.draft, situation.facts))
    if not reasons:
        return decision
    because = (*decision.held_because, *reasons)
    return replace(decision, oversight=Oversight.REVIEW, held_because=because)


def judge_new(situation: Situation, spent: Spent = nothing_spent) -> Decision | None:
    """The decision about a new draft; None where it offers no text and nothing forbids one.

    A message that the AI must not answer is shown as that, though it found no answer anyway.
    """
    decision = judge(situation, spent)
    offers_nothing = situation.draft.text is None and decision.oversight is not Oversight.BLOCK
    return None if offers_nothing else decision


def never_automatic(draft: Draft, known: Facts) -> Iterator[str]:
    """Why the service lets a draft not go out by itself, whatever the policies say."""
    if draft.actions:  # no executor is configured for any action yet
        yield "Its actions are done by hand, so it does not go out by itself."
    if known.follows_unanswered:
        yield (
            "An earlier message of the customer is not answered yet, so nothing goes out by itself."
        )


def judge_again(
    session: Session, scope: Scope, policy: PolicyFile, held: Held, *, text: str | None = None
) -> Decision:
    """The decision about a stored draft, or about an edit of it, by the facts stored with it."""
    return judge(_stored(policy, held, text), _spent_before(session, scope, held))


def ways_to_pass(
    session: Session, scope: Scope, in_force: PolicyInForce, held: Held
) -> tuple[str, ...]:
    """What would have let a held draft pass, a sentence each.

    Nothing where the policies are others by now: they would not say why it is held.
    """
    decision = held.decision
    if decision is None or decision.policy_number != in_force.number:
        return ()
    spent = _spent_before(session, scope, held)
    ways = would_pass(_stored(in_force.file, held), spent, judge)
    return tuple(way.words for way in ways)


def _stored(policy: PolicyFile, held: Held, text: str | None = None) -> Situation:
    draft = held.draft
    again = Draft(
        text=draft.text if text is None else text,
        intent=draft.intent,
        confidence=draft.confidence,
        language=draft.language,
        actions=tuple(action_of(row) for row in held.actions),
    )
    return Situation(policy, again, facts.from_record(draft.facts))


def _spent_before(session: Session, scope: Scope, held: Held) -> Spent:
    draft = held.draft
    at = facts.from_record(draft.facts).at
    return headroom.before(session, scope, draft.id, at or draft.created_at)


def is_stricter(now: Decision, then: DecisionRow) -> bool:
    """Whether what was enough then is not enough now."""
    if now.oversight is not then.oversight:
        return now.oversight.rank > then.oversight.rank
    if now.oversight is not Oversight.APPROVAL:
        return False
    return now.approvals > then.approvals or not set(then.approvers) <= set(now.approvers)


def is_bypass(held: Held, author_id: str | None) -> bool:
    """Whether a public reply of this person leaves without the signature that the draft needs.

    One rule for the save hook, which stops it, and for what is found out afterwards. `author_id`
    is None for somebody we do not know.
    """
    if held.oversight is not Oversight.APPROVAL or held.draft.state not in _NEEDS_A_SIGNATURE:
        return False
    return author_id is None or held.draft.opened_for != author_id


def renew_if_stricter(runtime: Runtime, session: Session, scope: Scope, held: Held) -> str | None:
    """Void what was signed where the policies have become stricter since; the draft waits anew.

    Returns:
        A sentence for whoever acts on it; None where the decision still stands.
    """
    decision, in_force = held.decision, runtime.policy(session, scope)
    if decision is None or decision.policy_number == in_force.number:
        return None
    again = judge_again(session, scope, in_force.file, held, text=held.draft.final_text)
    if not is_stricter(again, decision):
        return None
    _renew(runtime, session, scope, held, again=again, in_force=in_force)
    return "The policies have become stricter since this was drafted. Read its new note."


def decision_row(
    draft: DraftRow, rev: int, decision: Decision, *, in_force: PolicyInForce, at: datetime
) -> DecisionRow:
    """A decision as it is stored. Its deadline runs in business hours where the file has them."""
    deadline = None if decision.deadline is None else in_force.file.due(decision.deadline, at)
    half = None if decision.deadline is None else in_force.file.due(decision.deadline / 2, at)
    return DecisionRow(
        draft_id=draft.id,
        rev=rev,
        policy_number=in_force.number,
        oversight=decision.oversight,
        approvals=decision.approvals,
        approvers=[role.value for role in decision.approvers],
        deadline_at=deadline,
        remind_at=half,
        escalate_to=decision.escalate_to,
        policies=[{"id": hit.id, "reason": hit.reason} for hit in decision.policies],
        tags=list(decision.tags),
        held_because=list(decision.held_because),
        advice=list(decision.advice),
        headroom=list(decision.headroom),
        decided_at=at,
    )


def _renew(
    runtime: Runtime,
    session: Session,
    scope: Scope,
    held: Held,
    *,
    again: Decision,
    in_force: PolicyInForce,
) -> None:
    """A new revision of the same text under the new decision, by the table of moves."""
    draft, now = held.draft, runtime.now()
    why = {"because": "stricter_policy", "policy": in_force.number}

    def move(to: DraftState, **changes: object) -> None:
        drafts.move(session, scope, draft, to, actor=_SYSTEM, at=now, detail=why, **changes)

    signers = verdicts.signers(session, scope, draft.id, draft.rev)
    stricter = "the policies have become stricter."
    telling.voided(runtime, session, scope, held, signers, why=stricter, at=now)
    verdicts.void(session, scope, draft.id)
    if draft.state is DraftState.APPROVED:
        signed = held.oversight is Oversight.APPROVAL
        move(DraftState.AWAITING_APPROVAL if signed else DraftState.AWAITING_REVIEW)
    move(DraftState.DRAFTING, rev=draft.rev + 1, final_text=None, opened_for=None)
    row = decision_row(draft, draft.rev, again, in_force=in_force, at=now)
    drafts.add_decision(session, scope, row)
    drafts.carry_actions(session, scope, held.actions, to_rev=draft.rev)
    session.flush()
    move(STATE_FOR[again.oversight])
    held = drafts.get(session, scope, draft.id)
    asked = telling.awaiting(runtime, session, scope, held, at=now)
    ask_note(
        session,
        runtime.enqueue,
        scope,
        account_id=draft.account_id,
        ticket_id=draft.ticket_id,
        html=note_html(card_of(held, public_url=runtime.settings.public_url), asked=asked),
        key=draft_note_key(draft.id, draft.rev),
        at=now,
        draft_id=draft.id,
    )


def draft_note_key(draft_id: str, rev: int) -> str:
    """Names the note of one revision of a draft."""
    return f"draft:{draft_id}:{rev}"
