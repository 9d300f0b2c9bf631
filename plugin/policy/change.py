"""What could be different about a draft, in words and as the situation that it would be then.

Only what somebody can do something about, or what a threshold says: an amount, a tag, the reply's
words, a fact that is missing, the confidence. Never the customer's words or the past, and never a
way to split an amount.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from decimal import ROUND_FLOOR, Decimal

from connectors.types import ActionRequest, Money, minor_units
from plugin.models import OrderFacts
from plugin.policy import wording
from plugin.policy.amounts import plus, times, worth
from plugin.policy.model import PolicyFile
from plugin.policy.situation import Situation

Which = Callable[[ActionRequest], bool]
# Less than any currency's smallest unit: "below 50.00" is at most this under it.
A_TRACE = Decimal("0.00000001")


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that would be different.

    Attributes:
        about: What it changes: of two changes of the same, the later holds.
        words: As the beginning of a sentence, without a capital: ``at 50.00 USD or less``.
        made_in: The situation it would be.
        more: Other situations that the words speak of as well.
    """

    about: str
    words: str
    made_in: Callable[[Situation], Situation]
    more: tuple[Callable[[Situation], Situation], ...] = ()


def at_most(
    situation: Situation, most: Decimal, which: Which, about: str, lower: Collection[Decimal] = ()
) -> Change | None:
    """These actions' money comes to `most` or less, in the file's currency, all together.

    `lower` is where less than that might be judged otherwise again. None where there would be
    nothing left to pay.
    """
    chosen = [action for action in situation.draft.actions if which(action)]
    capped = [action for action in _capped(situation, most, which).draft.actions if which(action)]
    moneys = [action.money for action in capped if action.money]
    if not any(money.amount for money in moneys):
        return None
    if len(chosen) == 1:
        shown = str(moneys[0])
    else:
        unit = Decimal(1).scaleb(-minor_units(situation.file.currency or ""))
        shown = str(Money(most.quantize(unit, ROUND_FLOOR), situation.file.currency or ""))
    return Change(
        about,
        _amount_words(situation, chosen, shown),
        lambda one: _capped(one, most, which),
        tuple(
            lambda one, less=less: _capped(one, less, which)  # type: ignore[misc] # a default binds the loop's value
            for less in lower
            if 0 < less < most
        ),
    )


def _amount_words(situation: Situation, chosen: list[ActionRequest], shown: str) -> str:
    plural = "s" if len(chosen) > 1 else ""
    nouns = list(dict.fromkeys(f"{wording.noun(action.type)}{plural}" for action in chosen))
    if any(a.money is None or worth(a.money, situation.file) is None for a in chosen):
        return f"if the worth of the {wording.listed(nouns)} were known and {shown} or less"
    if len(chosen) > 1:
        return f"with {wording.listed(nouns)} of {shown} or less together"
    if len(situation.draft.actions) > 1:
        return f"with {wording.with_article(nouns[0])} of {shown} or less"
    return f"at {shown} or less"


def _capped(situation: Situation, most: Decimal, which: Which) -> Situation:
    room, actions = most, []
    for action in situation.draft.actions:
        if which(action):
            money = _within(room, action.money, situation.file)
            action = _costing(action, money)  # noqa: PLW2901 (the action as it would be)
            room = plus([room, -(worth(money, situation.file) or Decimal())])
        actions.append(action)
    return situation.changed(draft=replace(situation.draft, actions=tuple(actions)))


def _costing(action: ActionRequest, money: Money) -> ActionRequest:
    if action.amount is None and action.value is not None:
        return replace(action, value=money)
    return replace(action, amount=money)


def _within(room: Decimal, money: Money | None, file: PolicyFile) -> Money:
    """The most of `money` that there is room for; where its worth is not known, all the room."""
    own = None if money is None else worth(money, file)
    if money is not None and own is not None and own <= room:
        return money
    currency = money.currency if money is not None and own is not None else file.currency or ""
    rate = Decimal(1) if currency == file.currency else file.rates[currency]
    unit = Decimal(1).scaleb(-minor_units(currency))
    return Money((max(room, Decimal()) / rate).quantize(unit, ROUND_FLOOR), currency)


def without_actions(situation: Situation, which: Which) -> Change | None:
    """These actions are not proposed; None where there is none of them."""
    gone = [action for action in situation.draft.actions if which(action)]
    if not gone:
        return None
    nouns = list(dict.fromkeys(wording.noun(action.type) for action in gone))
    return Change(
        f"actions:{','.join(nouns)}",
        f"without the {wording.listed(nouns)}",
        lambda one: one.changed(
            draft=replace(
                one.draft, actions=tuple(each for each in one.draft.actions if not which(each))
            )
        ),
    )


def with_tag(tag: str) -> Change:
    """The ticket has this tag."""
    return Change(
        f"tag:{tag}",
        f"with the tag {tag}",
        lambda one: one.changed(facts=replace(one.facts, tags=one.facts.tags | {tag})),
    )


def without_tags(tags: Collection[str]) -> Change:
    """The ticket has none of these tags, whatever their case."""
    plain = {tag.strip().casefold() for tag in tags}

    def made_in(one: Situation) -> Situation:
        kept = frozenset(each for each in one.facts.tags if each.strip().casefold() not in plain)
        return one.changed(facts=replace(one.facts, tags=kept))

    named = sorted(tags)
    words = f"without the tag{'s' if len(named) > 1 else ''} {wording.listed(named)}"
    return Change(f"without:{','.join(named)}", words, made_in)


def sure_at_least(share: Decimal, higher: Collection[Decimal] = ()) -> Change:
    """The draft's confidence is this or more; `higher` is where more might be judged otherwise."""

    def sure(confidence: Decimal) -> Callable[[Situation], Situation]:
        return lambda one: one.changed(draft=replace(one.draft, confidence=confidence))

    return Change(
        "confidence",
        f"with confidence {share} or more",
        sure(share),
        tuple(sure(more) for more in higher if share < more <= 1),
    )


def without_words(situation: Situation, words: str) -> Change | None:
    """The reply does not say this; None where it says nothing else."""
    rest = (situation.draft.text or "").replace(words, " ")
    if not any(character.isalnum() for character in rest):
        return None

    def made_in(one: Situation) -> Situation:
        return one.changed(
            draft=replace(one.draft, text=(one.draft.text or "").replace(words, " "))
        )

    return Change(f"words:{words}", f'without "{wording.quoted(words)}" in the reply', made_in)


def order_total_of(total: Money) -> Change:
    """The order's total, which is not known, is this or more."""
    return Change(
        "order total",
        f"if the order's total were known and {total} or more",
        lambda one: one.changed(
            facts=replace(one.facts, order=replace(one.facts.order or OrderFacts(), total=total))
        ),
    )


def share_of(total: Money, share: Decimal, file: PolicyFile) -> Decimal | None:
    """What that share of an order's total is worth; None without a rate."""
    whole = worth(total, file)
    return None if whole is None else times(whole, share)
