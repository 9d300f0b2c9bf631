"""The actions of a draft as the fields show them in which a reviewer changes them."""

from dataclasses import dataclass

from plugin import facts
from plugin.card import action_words
from plugin.review.action_edits import plain_amount
from plugin.store.drafts import Held, action_of


@dataclass(frozen=True, slots=True)
class Changeable:
    """One action that is not done yet.

    Attributes:
        tick: The number of its tick among all.
        amount: As it stands in its field; None where it has none to change.
        most: What its order has left to give back; None where that is not known.
    """

    position: int
    tick: int
    kind: str
    words: str
    amount: str | None
    currency: str | None
    order: str | None
    most: str | None


def changeable(held: Held) -> tuple[Changeable, ...]:
    """What of a draft's actions may still be changed or taken out."""
    if not held.draft.state.is_awaiting or not held.actions:
        return ()
    left = {
        order.id: str(order.left)
        for order in facts.from_record(held.draft.facts).orders
        if order.left is not None
    }
    found = []
    for tick, row in enumerate(held.actions):
        action = action_of(row)
        if row.done_at is None:
            found.append(
                Changeable(
                    position=row.position,
                    tick=tick,
                    kind=action.type.removeprefix("custom:").replace("_", " "),
                    words=action_words(action),
                    amount=plain_amount(action.amount) if action.amount else None,
                    currency=action.amount.currency if action.amount else None,
                    order=f"#{action.order.removeprefix('#')}" if action.order else None,
                    most=left.get(action.order or ""),
                )
            )
    return tuple(found)


def is_untouched(held: Held) -> bool:
    """Nothing of it was done by hand yet."""
    return all(row.done_at is None for row in held.actions)
