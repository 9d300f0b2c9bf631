"""Limits: what a customer, order, household, agent or the merchant may come to within a time.

What was promised before counts as spent until it is rejected or expires, whoever drafted it and on
whichever ticket: splitting a sum over drafts, tickets or requests at once gains nothing.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Protocol

from connectors.types import ActionRequest, Money
from plugin.models import MONEYLESS_ACTIONS, Draft, Facts, Per
from plugin.policy import wording
from plugin.policy.amounts import plus, worth
from plugin.policy.model import Limit, PolicyFile
from plugin.policy.situation import Situation


class Spent(Protocol):
    """What counts against limits already."""

    def __call__(self, limit: Limit, key: str) -> Sequence[Money]:
        """What the limit's actions came to for `key` within its window; parts may be summed up."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a draft stands against one limit.

    Attributes:
        passed: The limit requires its oversight.
        words: Why, or what is left; one sentence.
        missing: The fact that is not known, as a clause, where it counts as passed for that alone.
    """

    limit: Limit
    passed: bool
    words: str
    missing: str | None = None


def nothing_spent(limit: Limit, key: str) -> Sequence[Money]:
    """An empty history."""
    del limit, key
    return ()


def standings(situation: Situation, spent: Spent) -> Iterator[Standing]:
    """How the draft stands against every limit that one of its actions counts for.

    A fact that is missing - whose it is, an amount, a rate - counts as passed.
    """
    for limit in situation.file.limits:
        counted = [action for action in situation.draft.actions if counts(limit, action)]
        for key, actions in _by_key(limit.per, counted, situation.facts).items():
            yield _standing(limit, key, actions, situation.file, spent)


def left_by_key(
    limit: Limit, situation: Situation, spent: Spent
) -> Iterator[tuple[Decimal | None, Callable[[ActionRequest], bool]]]:
    """For each sum that the draft adds to: what was left before it, and which actions add to it.

    What is left is in the file's currency, and None where it is not known.
    """
    file, facts = situation.file, situation.facts
    counted = [action for action in situation.draft.actions if counts(limit, action)]
    for key in _by_key(limit.per, counted, facts):

        def adds(action: ActionRequest, key: str | None = key) -> bool:
            return counts(limit, action) and key_of(limit.per, action, facts) == key

        before = None if key is None else _total(spent(limit, key), file)
        most = _most(limit, file)
        yield (None if before is None or most is None else plus([most, -before])), adds


def counts(limit: Limit, action: ActionRequest) -> bool:
    """Whether an action's money counts for a limit."""
    return action.type in limit.actions and action.type not in MONEYLESS_ACTIONS


def key_of(per: Per, action: ActionRequest, facts: Facts) -> str | None:
    """Whose sum an action adds to; None where that is not known."""
    keys: Mapping[Per, str | None] = {
        Per.CUSTOMER: facts.customer or action.customer,
        Per.ORDER: action.order and action.order.removeprefix("#"),
        Per.HOUSEHOLD: facts.household,
        Per.AGENT: facts.agent,
        Per.MERCHANT: "merchant",
    }
    key = keys[per]
    return None if key is None else key.strip().casefold() or None


def keys_of(file: PolicyFile, draft: Draft, facts: Facts) -> frozenset[tuple[Per, str]]:
    """Whose sums a draft is held against; none where no limit counts any of its actions."""
    found = (
        (limit.per, key_of(limit.per, action, facts))
        for limit in file.limits
        for action in draft.actions
        if counts(limit, action)
    )
    return frozenset((per, key) for per, key in found if key is not None)


def _by_key(
    per: Per, actions: Iterable[ActionRequest], facts: Facts
) -> Mapping[str | None, list[ActionRequest]]:
    found: dict[str | None, list[ActionRequest]] = {}
    for action in actions:
        found.setdefault(key_of(per, action, facts), []).append(action)
    return found


def _standing(
    limit: Limit, key: str | None, actions: Sequence[ActionRequest], file: PolicyFile, spent: Spent
) -> Standing:
    if key is None:
        return _unknown(limit, f"{_whose(limit.per)} is not known")
    asked = [action.money for action in actions]
    if None in asked:
        return _unknown(limit, "an amount is not known")
    own = _total([money for money in asked if money], file)
    before = _total(spent(limit, key), file)
    most = _most(limit, file)
    if own is None or before is None or most is None:
        words = "an amount cannot be counted without a rate for its currency"
        return replace(_unknown(limit, words), missing=None)
    return _counted(limit, own=own, before=before, most=most, currency=file.currency or "")


def _most(limit: Limit, file: PolicyFile) -> Decimal | None:
    return worth(Money(limit.most.amount, limit.most.currency or file.currency or ""), file)


def _counted(
    limit: Limit, *, own: Decimal, before: Decimal, most: Decimal, currency: str
) -> Standing:
    def shown(amount: Decimal) -> str:
        return wording.money(amount, currency)

    total, within = plus([own, before]), wording.duration(limit.window)
    if total > most:
        left = max(most - before, Decimal())
        return Standing(
            limit,
            True,
            f"With this draft, what counts for {_whose(limit.per)} within {within} comes to"
            f" {shown(total)}, over the limit of {shown(most)}; {shown(left)} of it were left.",
        )
    words = f"After this draft {shown(most - total)} of {shown(most)} are left"
    return Standing(limit, False, f"{words} for {_whose(limit.per)} within {within}.")


def _unknown(limit: Limit, missing: str) -> Standing:
    words = wording.sentence(f"{missing}, so this limit counts as passed")
    return Standing(limit, True, words, missing)


def _total(moneys: Sequence[Money], file: PolicyFile) -> Decimal | None:
    worths = [worth(money, file) for money in moneys]
    return None if None in worths else plus([amount for amount in worths if amount is not None])


def _whose(per: Per) -> str:
    return {
        Per.CUSTOMER: "the customer",
        Per.ORDER: "the order",
        Per.HOUSEHOLD: "the household",
        Per.AGENT: "the agent",
        Per.MERCHANT: "everybody together",
    }[per]
