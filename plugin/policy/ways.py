"""How a condition that holds would not, and how one that does not would: by key, as changes.

A key that is missing in a table has no way that anybody could take: what the customer wrote, when
they ordered, who they are.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import ROUND_CEILING, Decimal
from typing import Any

from connectors.types import Money, minor_units
from plugin.models import OrderFacts
from plugin.policy import wording
from plugin.policy.amounts import worth
from plugin.policy.change import (
    A_TRACE,
    Change,
    at_most,
    order_total_of,
    share_of,
    sure_at_least,
    with_tag,
    without_actions,
    without_tags,
    without_words,
)
from plugin.policy.model import AmountRange, Policy, PolicyFile, Threshold
from plugin.policy.phrases import first_found
from plugin.policy.situation import Case

# All of these must be made; empty where there is no way.
Changes = tuple[Change, ...]
Way = Callable[[Any, Case], Changes]


def _at_most(most: Decimal | None, case: Case) -> Changes:
    """Each type of action whose money comes to more comes to this or less."""
    if most is None:
        return ()
    lower = tuple(_judged_otherwise_below(case.situation.file))
    found: list[Change | None] = []
    for kind, amounts in case.situation.amounts.items():
        types = case.policy.action_types
        if types is not None and kind not in types:
            continue
        if all(amount.worth is not None and amount.worth <= most for amount in amounts):
            continue
        found.append(
            at_most(
                case.situation,
                most,
                lambda action, kind=kind: action.type == kind,  # type: ignore[misc] # a default binds the loop's value
                f"amount:{kind}",
                lower,
            )
        )
    return _all(found)


def _judged_otherwise_below(file: PolicyFile) -> Iterator[Decimal]:
    """Amounts under which a larger one could be watched less: where ranges end, and ``allow``s."""
    for policy in file.policies:
        for condition in policy.conditions:
            value = condition.value
            ends = (value.low, value.high) if isinstance(value, AmountRange) else (value,)
            if not isinstance(value, AmountRange) and not _is_looser(policy, file):
                continue
            for end in ends:
                bound = _worth(end, file) if isinstance(end, Threshold) else None
                yield from () if bound is None else (bound, bound - A_TRACE)


def _is_looser(policy: Policy, file: PolicyFile) -> bool:
    return policy.oversight.rank < file.defaults.require.rank


def _worth(limit: Threshold, file: PolicyFile) -> Decimal | None:
    return worth(Money(limit.amount, limit.currency or file.currency or ""), file)


def _not_over(limit: Threshold, case: Case) -> Changes:
    return _at_most(_worth(limit, case.situation.file), case)


def _below(limit: Threshold, case: Case) -> Changes:
    bound = _worth(limit, case.situation.file)
    return _at_most(None if bound is None else bound - A_TRACE, case)


def _not_over_share(share: Decimal, case: Case) -> Changes:
    file, order = case.situation.file, case.facts.order
    if order is not None and order.total is not None:
        return _at_most(share_of(order.total, share, file), case)
    worths = [amount.worth for amount in case.amounts]
    known = [one for one in worths if one is not None]
    if not share or not known or len(known) < len(worths):
        return ()
    unit = Decimal(1).scaleb(-minor_units(file.currency or ""))
    least = (max(known) / share).quantize(unit, ROUND_CEILING)
    return (order_total_of(Money(least, file.currency or "")),)


def _order_not_older(seconds: int, case: Case) -> Changes:
    at, order = case.facts.at, case.facts.order
    if at is None or (order is not None and order.placed_at is not None):
        return ()  # the past is what it was
    newest = at - timedelta(seconds=seconds)
    words = f"if the order's date were known and at most {wording.duration(seconds)} ago"
    return (
        Change(
            "order date",
            words,
            lambda one: one.changed(
                facts=replace(
                    one.facts, order=replace(one.facts.order or OrderFacts(), placed_at=newest)
                )
            ),
        ),
    )


def _surer(share: Decimal, case: Case) -> Changes:
    shares = [
        condition.value
        for policy in case.situation.file.policies
        for condition in policy.conditions
        if condition.key in ("confidence_below", "confidence_at_least")
        and isinstance(condition.value, Decimal)
    ]
    return (sure_at_least(share, (*shares, Decimal(1))),)


def _without_tags(tags: tuple[str, ...], case: Case) -> Changes:
    found = [tag for tag in tags if tag.strip().casefold() in case.situation.tags]
    return (without_tags(found),) if found else ()


def _without_one_tag(tags: tuple[str, ...], _: Case) -> Changes:
    return (without_tags(tags[:1]),)


def _with_one_tag(tags: tuple[str, ...], _: Case) -> Changes:
    return (with_tag(tags[0]),)


def _with_tags(tags: tuple[str, ...], case: Case) -> Changes:
    return tuple(with_tag(tag) for tag in tags if tag.strip().casefold() not in case.situation.tags)


def _without_phrase(phrases: tuple[str, ...], case: Case) -> Changes:
    found = first_found(phrases, case.situation.reply)
    return _all([without_words(case.situation, found)]) if found else ()


def without_promises(_: bool, case: Case) -> Changes:
    """The reply promises nothing that no action declares."""
    return _all([without_words(case.situation, words) for words in case.situation.undeclared])


def without_ungrounded(_: bool, case: Case) -> Changes:
    """The reply states nothing that its drafter was not given."""
    stated = case.situation.ungrounded or ()
    return _all([without_words(case.situation, found.words) for found in stated])


def _known_not_novel(_: bool, case: Case) -> Changes:
    if case.facts.novel is not None:
        return ()
    words = "if it were known that the question is not novel"
    return (Change("novel", words, lambda one: one.changed(facts=replace(one.facts, novel=False))),)


def _in_hours(case: Case) -> Changes:
    hours, at = case.situation.file.business_hours, case.facts.at
    if hours is None or at is None:
        return ()
    opened = hours.after(at, 1)
    return (
        Change(
            "business hours",
            "inside business hours",
            lambda one: one.changed(facts=replace(one.facts, at=opened)),
        ),
    )


def _without_named(types: tuple[str, ...], case: Case) -> Changes:
    return _all([without_actions(case.situation, lambda action: action.type in types)])


def _without_others(types: tuple[str, ...], case: Case) -> Changes:
    return _all([without_actions(case.situation, lambda action: action.type not in types)])


def _without_any(case: Case) -> Changes:
    return _all([without_actions(case.situation, lambda _: True)])


def _all(changes: list[Change | None]) -> Changes:
    made = tuple(change for change in changes if change)
    return made if len(made) == len(changes) else ()


# The first are what is easiest to change.
WAYS_OUT: Mapping[str, Way] = {
    "amount_over": _not_over,
    "amount_at_least": _below,
    "amount_between": lambda limits, case: _below(limits.low, case),
    "order_share_over": _not_over_share,
    "order_age_over": _order_not_older,
    "undeclared_commitment": without_promises,
    "ungrounded_fact": without_ungrounded,
    "reply_contains": _without_phrase,
    "confidence_below": _surer,
    "novel": _known_not_novel,
    "business_hours": lambda wanted, case: _in_hours(case) if wanted == "outside" else (),
    "tags_any": _without_tags,
    "tags_all": _without_one_tag,
    "tags_none": _with_one_tag,
    "action": _without_named,
    "actions": lambda wanted, case: _without_any(case) if wanted == "any" else (),
}

WAYS_IN: Mapping[str, Way] = {
    "amount_between": lambda limits, case: _not_over(limits.high, case),
    "confidence_at_least": _surer,
    "business_hours": lambda wanted, case: _in_hours(case) if wanted == "inside" else (),
    "tags_any": _with_one_tag,
    "tags_all": _with_tags,
    "tags_none": _without_tags,
    "action": _without_others,
    "actions": lambda wanted, case: _without_any(case) if wanted == "none" else (),
}
