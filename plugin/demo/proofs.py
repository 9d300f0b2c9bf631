"""What a stage is, and the proofs that several of them share."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from plugin.card import marker
from plugin.demo.looking import Looking
from plugin.models import DraftState, EffectKind, EffectState
from plugin.store.drafts import Held
from plugin.store.schema import EffectRow
from plugin.ticket_tags import TAG_SENT

Tickets = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage and how it is found: the id of the row that proves it, or None."""

    name: str
    find: Callable[[Looking, Tickets], str | None]


def has_note(look: Looking, held: Held) -> bool:
    """The draft's own note, by its visible marker, stands on the ticket as an internal note."""
    line = marker(held.draft.short_id, held.draft.rev)
    return any(
        line in str(comment["plain_body"]) and not comment["public"]
        for comment in look.hands.comments(held.draft.ticket_id)
    )


def sent_effect(look: Looking, held: Held) -> str | None:
    """The reply's effect, if exactly one public comment with its text is its receipt."""
    if held.draft.state is not DraftState.DELIVERED or held.draft.final_text is None:
        return None
    sent = look.hands.public_replies(held.draft.ticket_id, held.draft.final_text)
    if len(sent) != 1 or TAG_SENT not in look.hands.tags(held.draft.ticket_id):
        return None
    effect = reply_effect(look, held, EffectState.DONE)
    return effect.id if effect and effect.receipt_id == str(sent[0]["id"]) else None


def reply_effect(look: Looking, held: Held, state: EffectState) -> EffectRow | None:
    """The reply's effect, if it came to this."""
    return next(
        (
            effect
            for effect in look.effects(held.draft.id)
            if effect.kind is EffectKind.REPLY and effect.state is state
        ),
        None,
    )
