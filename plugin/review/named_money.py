"""What money an edited reply names, held against what the draft moves and who signs it. Pure.

An amount in the words is a promise to the customer, whatever the draft's actions come to. Whoever
may approve 50 may not write 80 instead.
"""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from connectors.types import ActionRequest, Money
from plugin.card import action_words
from plugin.errors import ForbiddenError, InvalidInputError
from plugin.text.amounts import Amount, amounts
from plugin.text.grounding import ungrounded
from plugin.text.tokens import canonical

_CENT, _CENTS = "CENT", 100
_Named = frozenset[tuple[Decimal, str]]


def require_same(
    text: str,
    offered: str,
    before: Mapping[int, ActionRequest],
    after: Mapping[int, ActionRequest],
) -> None:
    """Where the reply named what an action moves, it still does, and nothing else in its place.

    Args:
        text: The reply as it was edited; untrusted.
        offered: As it was before.
        before: The actions by position.
        after: Those that are left, with their new amounts.

    Raises:
        InvalidInputError: It names another amount; says which, and what moves.
    """
    was_named, is_named = _named(offered), _named(text)
    new = [
        one
        for one in amounts(canonical(text))
        if was_named.isdisjoint((value, one.currency) for value in one.readings)
    ]
    for position, action in after.items():
        was, now = before[position].amount, action.amount
        if was is None or now is None or (now.amount, now.currency) in is_named:
            continue
        if was != now and (was.amount, was.currency) in is_named:
            raise InvalidInputError(
                "text", f"The reply still says {was}. It is {now} now; change the reply as well."
            )
        instead = next((one for one in new if one.currency == now.currency), None)
        if instead is not None and (was.amount, was.currency) in was_named:
            raise InvalidInputError(
                "text",
                f"The reply says {instead.text}, and what happens in the shop is:"
                f" {action_words(action)}. Change that as well, or name {now}.",
            )


def require_within(
    text: str,
    offered: str,
    *,
    actions: Iterable[ActionRequest],
    grounded: Iterable[str],
    language: str | None,
    limit: Money | None,
) -> None:
    """No amount that the edit has added is more than its author may approve.

    Args:
        text: The reply as it was edited; untrusted.
        offered: As it was before.
        actions: The draft's, as they were edited.
        grounded: What the drafter was given.
        language: Of the reply.
        limit: Of the person who signs the edit; None: they have none.

    Raises:
        ForbiddenError: One is more, or cannot be told in the limit's currency; says which.
    """
    if limit is None:
        return
    given = (offered, *grounded)
    for one in ungrounded(text, actions=actions, grounded=given, language=language):
        if one.kind == "amount" and not all(_is_within(each, limit) for each in _read(one.words)):
            raise ForbiddenError(
                f"Your limit is {limit}, and this reply names {one.words}, which neither the order"
                " nor an action of this draft gives."
            )


def _is_within(one: Amount, limit: Money) -> bool:
    if one.currency == _CENT:
        return all(value <= limit.amount * _CENTS for value in one.readings)
    if one.currency != limit.currency or not one.readings:
        return False
    return all(value <= limit.amount for value in one.readings)


def _read(words: str) -> Iterator[Amount]:
    return amounts(canonical(words))


def _named(text: str) -> _Named:
    return frozenset(
        (value, one.currency) for one in amounts(canonical(text)) for value in one.readings
    )
