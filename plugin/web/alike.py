"""The past decisions that are most like a draft's, by what the customers' messages speak of."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from plugin.models import DraftState, Outcome, VerdictKind
from plugin.store import drafts, precedents
from plugin.store.drafts import action_of
from plugin.store.precedents import Precedent
from plugin.store.scope import Scope
from plugin.text.likeness import nearest
from plugin.web.words import OUTCOMES, money_moved

LOOKED_AT = 300
_SHOWN = 3
_FIRST_CHARACTERS = 110
_PERCENT = 100
_SENT = {
    DraftState.DELIVERED: "Approved",
    DraftState.SENT_BY_AGENT: "Sent by an agent",
}
_AS_DRAFTED = "as drafted"
_BECAME = {
    DraftState.ANSWERED: "Answered in an agent\N{RIGHT SINGLE QUOTATION MARK}s own words",
    DraftState.REJECTED: "Rejected",
}


@dataclass(frozen=True, slots=True)
class Alike:
    """A past decision.

    Attributes:
        words: How the customer's message began. Untrusted.
        decided: What became of the draft: ``Approved, lightly edited (8 % of its words)``.
        quote: A person's reason, where one was given.
        money: What its actions moved; None where it moved nothing.
    """

    draft_id: str
    at: datetime
    words: str
    decided: str
    quote: str | None
    money: str | None


def alike(session: Session, scope: Scope, draft_id: str) -> tuple[Alike, ...]:
    """The nearest three past decisions about the same intent, the most alike first.

    Raises:
        MissingError: No such draft of this merchant.
    """
    draft = drafts.get(session, scope, draft_id).draft
    if draft.intent is None or not draft.topics:
        return ()
    known = precedents.topics_of_decided(
        session, scope, draft.intent, but=draft.id, looked_at=LOOKED_AT
    )
    ids = list(known)
    chosen = [ids[place] for place in nearest(draft.topics, list(known.values()), most=_SHOWN)]
    return tuple(_shown(one) for one in precedents.precedents(session, scope, chosen))


def _shown(one: Precedent) -> Alike:
    moved = one.draft.state in _SENT
    verdict = one.verdict
    rejected = verdict if verdict and verdict.kind is VerdictKind.REJECT else None
    return Alike(
        draft_id=one.draft.id,
        at=one.draft.state_at,
        words=_first_words(one.draft.message_text),
        decided=_decided(one),
        quote=rejected.reason if rejected else None,
        money=money_moved(action_of(row) for row in one.actions) if moved else None,
    )


def _decided(one: Precedent) -> str:
    state, correction = one.draft.state, one.correction
    if state not in _SENT:
        return _BECAME[state]
    if correction is None:
        return _SENT[state]
    if correction.outcome is Outcome.SENT_AS_IS:
        return f"{_SENT[state]} {_AS_DRAFTED}"
    changed = f"({max(1, round(correction.hter * _PERCENT))} % of its words)"
    return f"{_SENT[state]}, {OUTCOMES[correction.outcome]} {changed}"


def _first_words(message: str) -> str:
    """So many words that one line or two hold them."""
    whole = " ".join(message.split())
    if len(whole) <= _FIRST_CHARACTERS:
        return whole
    return whole[:_FIRST_CHARACTERS].rsplit(" ", 1)[0] + " …"
