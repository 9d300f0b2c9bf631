"""What the reader of a draft may do with it, and what they are told to heed before they do."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from plugin.card import Card
from plugin.models import Oversight, Role
from plugin.review.insertion import may_insert
from plugin.review.rights import may_be_answered, may_respond
from plugin.signing import may_sign
from plugin.store.drafts import Held
from plugin.store.people_tables import PersonRow
from plugin.web.standing import Answering


@dataclass(frozen=True, slots=True)
class Rights:
    """What the reader may do.

    Attributes:
        why_not_approve: The sentence in place of the button; None where they may.
        has_signed: Their approval counts already.
        is_agent: They may reject and undo.
        respond: They may say that they answer themselves.
        step_back: They said so, and may take it back.
        insert: They may take it into their composer, once its actions are done.
    """

    why_not_approve: str | None
    has_signed: bool
    is_agent: bool
    respond: bool
    step_back: bool
    insert: bool


def advice_for(held: Held, card: Card, rights: Rights) -> tuple[str, ...]:
    """Whoever cannot sign (any more) is not told what to do before they sign."""
    may_sign_now = held.draft.state.is_awaiting and rights.why_not_approve is None
    return card.advice if may_sign_now or held.oversight is Oversight.BLOCK else ()


def rights_of(
    held: Held,
    reader: PersonRow,
    signers: Sequence[str],
    answering: Answering | None,
    now: datetime,
) -> Rights:
    """What a person may do with a draft that `signers` have signed so far."""
    waits = may_be_answered(held)
    mine = answering is not None and answering.mine
    return Rights(
        may_sign(held, reader),
        has_signed=held.draft.state.is_awaiting and reader.id in signers,
        is_agent=reader.role.may_sign_for(Role.AGENT),
        respond=waits and not mine and may_respond(held, reader),
        step_back=waits and mine,
        insert=may_insert(held, reader, now),
    )
