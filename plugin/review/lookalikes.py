"""Which drafts are so alike, and risk so little, that a person may approve several at once.

Only what is offered for review by the default alone, moves nothing, and was filled in from the same
macro in the same language. What needs an approval, and what a policy or a rule of ours found
something in, is always read by itself.
"""

from dataclasses import dataclass
from datetime import datetime

from plugin.models import DraftState, Oversight
from plugin.review import claims
from plugin.signing import may_sign
from plugin.store.drafts import Held, in_composer_until
from plugin.store.people_tables import PersonRow
from plugin.store.schema import DraftRow

# What a person can be expected to read in one go.
MOST = 25
FEWEST = 2
_BY_ITSELF = "It must be read by itself."


@dataclass(frozen=True, slots=True, order=True)
class Kind:
    """What look-alikes have in common. `source` is ``macro:where-is-my-order``."""

    intent: str
    language: str
    source: str


def kind_of(draft: DraftRow) -> Kind | None:
    """What a draft is like; None for one like no other, such as one from several sources."""
    if not draft.intent or not draft.language or len(draft.sources) != 1:
        return None
    (source,) = draft.sources
    return Kind(draft.intent, draft.language, f"{source['kind']}:{source['id']}")


def why_apart(held: Held, person: PersonRow, now: datetime) -> str | None:
    """Why a draft is not approved together with others; None where it may be."""
    draft = held.draft
    if draft.state is not DraftState.AWAITING_REVIEW:
        return f"It is {draft.state.words} now."
    if held.actions or kind_of(draft) is None or not _is_held_by_default_alone(held):
        return _BY_ITSELF
    return may_sign(held, person) or _why_not_now(draft, person, now)


def _is_held_by_default_alone(held: Held) -> bool:
    """No policy, no limit and no rule of ours found anything in it that a person should weigh."""
    decision = held.decision
    if decision is None or decision.oversight is not Oversight.REVIEW:
        return False
    return not decision.policies and len(decision.held_because) == 1


def _why_not_now(draft: DraftRow, person: PersonRow, now: datetime) -> str | None:
    why = {
        "Somebody else looks at it.": claims.is_anothers(draft, person, now),
        "Somebody has it in their composer.": in_composer_until(draft, now) is not None,
        "Somebody answers this customer themselves.": draft.opened_for is not None,
        _BY_ITSELF: draft.bypassed or bool(draft.attachments),
    }
    return next((sentence for sentence, holds in why.items() if holds), None)
