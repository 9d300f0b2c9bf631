"""Holds a draft against what is in force, now and again whenever that may have become stricter."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from connectors.types import ActionRequest
from plugin import facts, headroom
from plugin.card import card_of, note_html
from plugin.models import UNDELIVERED, Decision, Draft, DraftState, Facts, Oversight
from plugin.outbox import ask_note
from plugin.policy.decide import decide_on
from plugin.policy.limits import Spent, keys_of, nothing_spent
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
_BY_HAND = "The helpdesk takes no reply of Bookbag's there, so an agent sends it."
STATE_FOR = {
    Oversight.AUTO: DraftState.APPROVED,
    Oversight.REVIEW: DraftState.AWAITING_REVIEW,
    Oversight.APPROVAL: DraftState.AWAITING_APPROVAL,
    Oversight.BLOCK: DraftState.BLOCKED,
}
# Also while another draft is made in its place: it is held as closely as it was.
_NEEDS_A_SIGNATURE = frozenset(
    {
        DraftState.AWAITING_APPROVAL,
        DraftState.EXPIRED,
        DraftState.REJECTED,
        DraftState.DRAFTING,
    }
)
ANSWERED_ONLY = UNDELIVERED | {DraftState.BLOCKED, DraftState.NO_DRAFT}
OPEN_TO_ANSWERS = ANSWERED_ONLY | {
    DraftState.AWAITING_REVIEW,
    DraftState.AWAITING_APPROVAL,
    DraftState.APPROVED,
    DraftState.REJECTED,
    DraftState.EXPIRED,
}
# What the save hook asks about: an agent does not slip through while a draft is made anew.
HELD_OR_OPEN = OPEN_TO_ANSWERS | {DraftState.DRAFTING}


def judge(situation: Situation, spent: Spent = nothing_spent) -> Decision:
    """`decide`, and the service's own rules for what never goes out by itself."""
    decision = decide_on(situation, spent)
    if decision.oversight is Oversight.REVIEW and situation.facts.insert_only:
        return replace(decision, held_because=(*decision.held_because, _BY_HAND))
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
    if known.insert_only:
        yield _BY_HAND
    if known.follows_unanswered:
        yield (
            "An earlier message of the customer is not answered yet, so nothing goes out by itself."
        )


def judge_again(
    session: Session,
    scope: Scope,
    policy: PolicyFile,
    held: Held,
    *,
    text: str | None = None,
    known: Facts | None = None,
) -> Decision:
    """The decision about a stored draft, or about an edit of it.

    By the facts stored with it, or by `known` in their place. Whom they put into another household
    stands behind everybody who is counted there.
    """
    situation = stored_situation(policy, held, text=text)
    spent = _spent_before(session, scope, held)
    if known is not None:
        moved = known.household != situation.facts.household
        situation = situation.changed(facts=known)
        if moved:
            keys = keys_of(policy, situation.draft, known)
            at = known.at or held.draft.created_at
            spent = headroom.beside(session, scope, keys, held.draft.id, at=at)
    return judge(situation, spent)


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
    ways = would_pass(stored_situation(in_force.file, held), spent, judge)
    return tuple(way.words for way in ways)


def stored_situation(
    policy: PolicyFile,
    held: Held,
    *,
    text: str | None = None,
    actions: tuple[ActionRequest, ...] | None = None,
) -> Situation:
    """A stored draft, or an edit of its text and actions, with the facts stored with it."""
    draft = held.draft
    again = Draft(
        text=draft.text if text is None else text,
        intent=draft.intent,
        confidence=draft.confidence,
        language=draft.language,
        actions=tuple(action_of(row) for row in held.actions) if actions is None else actions,
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
    renewal = Renewal("stricter_policy", again, in_force)
    renew(runtime, session, scope, held, renewal)
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


@dataclass(frozen=True, slots=True)
class Renewal:
    """Why a draft waits anew, and under what.

    Attributes:
        because: A word for the audit.
        words: Why, in sentences; empty where the word says all.
        known: The facts from now on; None: as they were.
        text: An edit that stays; None: the draft's own text is offered again.
    """

    because: str
    again: Decision
    in_force: PolicyInForce
    words: tuple[str, ...] = ()
    known: Facts | None = None
    text: str | None = None


def renew(runtime: Runtime, session: Session, scope: Scope, held: Held, renewal: Renewal) -> None:
    """Void what was signed; a new revision waits under the new decision, by the table of moves.

    It never goes out by itself: its words may be of what was before, so somebody reads it.
    """
    draft, now, in_force = held.draft, runtime.now(), renewal.in_force
    again = at_least_review(renewal.again)
    why: dict[str, object] = {"because": renewal.because, "policy": in_force.number}
    if renewal.words:
        # The words may name an order; they stand with the decision, where they can be erased.
        why["reasons"] = len(renewal.words)

    def move(to: DraftState, **changes: object) -> None:
        drafts.move(session, scope, draft, to, actor=_SYSTEM, at=now, detail=why, **changes)

    signers = verdicts.signers(session, scope, draft.id, draft.rev)
    since = " ".join(renewal.words) or "the policies have become stricter."
    telling.voided(runtime, session, scope, held, signers, why=since, at=now)
    verdicts.void(session, scope, draft.id)
    if draft.state is DraftState.APPROVED:
        signed = held.oversight is Oversight.APPROVAL
        move(DraftState.AWAITING_APPROVAL if signed else DraftState.AWAITING_REVIEW)
    changed: dict[str, object] = {"final_text": renewal.text, "opened_for": None}
    if renewal.known is not None:
        changed["facts"] = facts.to_record(renewal.known)
    move(DraftState.DRAFTING, rev=draft.rev + 1, **changed)
    decision = replace(again, held_because=(*renewal.words, *again.held_because))
    row = decision_row(draft, draft.rev, decision, in_force=in_force, at=now)
    drafts.add_decision(session, scope, row)
    drafts.carry_actions(session, scope, held.actions, to_rev=draft.rev)
    session.flush()
    if renewal.known is not None:
        hold_again(session, scope, held, renewal.known, at=now)
    move(STATE_FOR[again.oversight])
    ask_draft_note(runtime, session, scope, draft.id)


def at_least_review(decision: Decision) -> Decision:
    """The decision about what a person has had a hand in, and is to see once more."""
    automatic = decision.oversight is Oversight.AUTO
    return replace(decision, oversight=Oversight.REVIEW) if automatic else decision


def hold_again(session: Session, scope: Scope, held: Held, known: Facts, *, at: datetime) -> None:
    """Let the draft's money count as its actions and these facts have it now."""
    actions = {row.position: action_of(row) for row in held.actions}
    headroom.hold_again(session, scope, held.draft.id, actions, known, at=at)


def ask_draft_note(runtime: Runtime, session: Session, scope: Scope, draft_id: str) -> None:
    """Ask for the note of a draft's present revision, which shows what would go out.

    Whoever must sign it is told at the same time.
    """
    held, now = drafts.get(session, scope, draft_id), runtime.now()
    asked = telling.awaiting(runtime, session, scope, held, at=now)
    draft, card = held.draft, card_of(held, public_url=runtime.settings.public_url)
    if card.text is not None and draft.final_text is not None:
        card = replace(card, text=draft.final_text)
    ask_note(
        session,
        runtime.enqueue,
        scope,
        account_id=draft.account_id,
        ticket_id=draft.ticket_id,
        html=note_html(card, asked=asked),
        key=draft_note_key(draft.id, draft.rev),
        at=now,
        draft_id=draft.id,
    )


def draft_note_key(draft_id: str, rev: int) -> str:
    """Names the note of one revision of a draft."""
    return f"draft:{draft_id}:{rev}"
