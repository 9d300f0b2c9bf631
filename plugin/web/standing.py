"""Where a draft stands, said to one reader: the headline, who brought it there, what comes next."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from plugin.card import INSERT_IT, Card, approvers_words
from plugin.models import UNDELIVERED, DraftState, Oversight, VerdictKind
from plugin.review.rejections import rejection
from plugin.review.rights import I_ANSWER, may_be_answered, may_respond
from plugin.store.audit_tables import AuditRow
from plugin.store.bypass_tables import BypassRow
from plugin.store.drafts import Held
from plugin.store.people_tables import PersonRow
from plugin.store.schema import VerdictRow
from plugin.web.history import ANOTHER_APP, person_of
from plugin.web.words import HEADLINES, NEXT_STEPS, WITHDRAWN

YOU = "you"
_S = DraftState
_LEAVING = frozenset({_S.APPROVED, _S.DELIVERING, _S.DELIVERED}) | UNDELIVERED
_BY_AGENT = frozenset({_S.SENT_BY_AGENT, _S.ANSWERED})
# What a verdict is called afterwards, and in which states it is what brought the draft there.
_DEEDS = {
    VerdictKind.APPROVE: ("Approved by", _LEAVING),
    VerdictKind.EDIT: ("Edited and approved by", _LEAVING),
    VerdictKind.SEND_AGAIN: ("Sent again by", _LEAVING),
    VerdictKind.REJECT: ("Rejected by", frozenset({_S.REJECTED})),
    VerdictKind.UNDO: (
        "The approval was taken back by",
        frozenset({_S.AWAITING_REVIEW, _S.AWAITING_APPROVAL}),
    ),
    VerdictKind.WAS_SENT: ("Found on the ticket by", frozenset({_S.DELIVERED})),
    VerdictKind.WAS_ANSWERED: ("Answered by", _BY_AGENT),
}


@dataclass(frozen=True, slots=True)
class Answering:
    """Somebody said that they answer this customer themselves. `mine`: the reader did."""

    name: str
    mine: bool


@dataclass(frozen=True, slots=True)
class InComposer:
    """An agent has the draft in their composer, so nobody approves it. `mine`: the reader has."""

    name: str
    mine: bool
    until: datetime


@dataclass(frozen=True, slots=True)
class Deed:
    """What brought a draft to where it stands: ``Rejected by`` somebody, in their own words."""

    what: str
    who: str
    at: datetime
    quote: str | None = None


@dataclass(frozen=True, slots=True)
class PastApproval:
    """A message that a customer got without the approval that was needed.

    Attributes:
        who: In a sentence's beginning: ``Ana Reyes``, ``Another app``.
        taken_back: When it was made an internal note.
    """

    who: str
    at: datetime
    taken_back: datetime | None


def past_approval(row: BypassRow, names: Mapping[str, str]) -> PastApproval:
    """A bypass as it is told to a reader; `names` by id."""
    who = ANOTHER_APP if row.by_app else person_of(row.author, names)
    return PastApproval(f"{who[0].upper()}{who[1:]}", row.created_at, row.taken_back_at)


def headline(
    held: Held,
    card: Card,
    *,
    composer: InComposer | None,
    answering: Answering | None,
    signed: int,
    needed: int,
    aside: str | None,
) -> str:
    """What is wanted of the reader or, once nothing is, what became of it.

    `aside` is why it is stale, where the customer did not write again.
    """
    state = held.draft.state
    if state is _S.STALE and held.draft.erased_at is not None:
        return WITHDRAWN
    if composer is not None:
        mine = "It is in your composer, not sent yet"
        return mine if composer.mine else f"{composer.name} has it in their composer"
    if answering is not None and may_be_answered(held):
        who = "You answer" if answering.mine else f"{answering.name} answers"
        return f"{who} this customer"
    if state is _S.AWAITING_APPROVAL and signed:
        return f"Draft reply, {signed} of {needed} approvals"
    if state is _S.APPROVED and held.oversight is Oversight.AUTO:
        return card.headline
    if state is _S.APPROVED and held.insert_only:
        aside = "Approved, an agent sends it"
    return aside or HEADLINES.get(state, card.headline)


def next_step(held: Held, reader: PersonRow, answering: Answering | None) -> str | None:
    """What the reader does now, as one sentence or two; None where the buttons say it."""
    state = held.draft.state
    mine = answering is not None and answering.mine
    if state.is_awaiting:
        return "Write to them in the helpdesk, or send the draft after all." if mine else None
    if state is _S.APPROVED and held.insert_only:
        return INSERT_IT
    if held.oversight is not Oversight.APPROVAL or not may_be_answered(held):
        return NEXT_STEPS.get(state)
    if mine:
        return "The customer still waits. Write to them in the helpdesk."
    if may_respond(held, reader):
        return f"The customer still waits. Press “{I_ANSWER}”, then write in the helpdesk."
    whom = approvers_words(held.decision.approvers if held.decision else ())
    return f"The customer still waits. {whom.capitalize()} must answer."


def deed(
    held: Held,
    said: Sequence[VerdictRow],
    audit: Iterable[AuditRow],
    signers: Sequence[str],
    names: Mapping[str, str],
) -> Deed | None:
    """Who brought the draft to where it stands; None where that was no person.

    Args:
        held: The draft.
        said: Its verdicts, oldest first.
        audit: Its history, oldest first.
        signers: Whose approvals count, in order.
        names: Of everybody, by id; the reader's own is `YOU`.
    """
    draft = held.draft
    last = next((row for row in reversed(said) if row.kind in _DEEDS), None)
    if last is not None and last.rev == draft.rev:
        what, states = _DEEDS[last.kind]
        if draft.state in states:
            approving = last.kind in (VerdictKind.APPROVE, VerdictKind.EDIT)
            who = signers if approving and signers else [last.person_id]
            quote = rejection(last.reason_kind, last.reason) or None
            return Deed(what, _joined(who, names), last.created_at, quote)
    if draft.state not in _BY_AGENT:
        return None
    moved = [row for row in audit if row.detail.get("to") == draft.state]
    return Deed("Answered by", person_of(moved[-1].actor, names), moved[-1].at) if moved else None


def unsent_because(held: Held, audit: Iterable[AuditRow]) -> str | None:
    """The connector's reason why a reply did not go out, as it was recorded with the move."""
    moved = [row for row in audit if row.detail.get("to") == held.draft.state]
    return moved[-1].detail.get("error") if moved else None


def _joined(people: Iterable[str], names: Mapping[str, str]) -> str:
    return " and ".join(names.get(person, "somebody") for person in people)
