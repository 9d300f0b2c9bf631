"""Policies that are right one by one and do nothing, or not what is meant, together.

Each lint is one function that yields warnings: where in the file, and what is doubtful.
"""

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from itertools import pairwise

from connectors.types import minor_units
from plugin.documents import Document, Path
from plugin.errors import Problem
from plugin.models import Oversight
from plugin.policy import wording
from plugin.policy.implied import bounds, covers
from plugin.policy.model import AmountRange, Condition, Policy, PolicyFile, Threshold

Doubts = Iterator[tuple[Path, str]]
Numbered = Sequence[tuple[int, Policy]]
# What money leaves by. A replacement comes against what is sent back.
_PAYS = ("refund", "store_credit", "discount", "reship")
_SEVERAL = 2
# Each with each: more would take minutes, in a file that nobody has.
_MOST_COMPARED = 500
_BOUNDS = ("amount_over", "amount_at_least", "amount_between")


def lints(document: Document, policies: Numbered, file: PolicyFile) -> Iterator[Problem]:
    """All of them. `file` has its limits already."""
    every: tuple[Callable[[Numbered, PolicyFile], Doubts], ...] = (
        covered_by_stricter,
        contradicting_itself,
        gaps_and_overlaps,
        foreign_amounts,
        uncovered_money,
    )
    for lint in every:
        for path, doubt in lint(policies, file):
            yield document.problem(path, doubt, "warning")


def covered_by_stricter(policies: Numbered, file: PolicyFile) -> Doubts:
    """A policy that never decides: wherever it holds, a stricter one does."""
    compared = policies[:_MOST_COMPARED]
    for index, policy in compared:
        over = next(
            (
                other
                for _, other in compared
                if other.oversight.rank > policy.oversight.rank
                and other.conditions  # one without any is told of already
                and covers(other, policy, file)
            ),
            None,
        )
        if over is None:
            continue
        if policy.allows:
            yield (
                ("policies", index, "allow"),
                f"never wins: {over.id} holds wherever this does, and requires {over.oversight}",
            )
        else:
            yield (
                ("policies", index),
                f"never decides: {over.id} holds wherever this does, and is stricter",
            )


def contradicting_itself(policies: Numbered, file: PolicyFile) -> Doubts:
    """A policy whose conditions exclude each other."""
    for index, policy in policies:
        found = {condition.key: condition.value for condition in policy.conditions}
        least, below = found.get("confidence_at_least"), found.get("confidence_below")
        if isinstance(least, Decimal) and isinstance(below, Decimal) and least >= below:
            yield (
                ("policies", index, "when", "confidence_below"),
                f"excludes the other: no confidence is at least {least} and below {below}",
            )
        wanted, barred = _tags(policy, "tags_any"), _tags(policy, "tags_none")
        if (wanted and wanted <= barred) or _tags(policy, "tags_all") & barred:
            yield (
                ("policies", index, "when", "tags_none"),
                "never matches: the tags that it wants are those that it bars",
            )
        ends = [end for one in policy.conditions if (end := bounds(one, file))]
        lowest = max((low for low, _, _ in ends), default=Decimal())
        highest = min((high for _, _, high in ends if high is not None), default=lowest)
        if lowest > highest:
            yield (
                ("policies", index, "when"),
                "hardly ever matches: no single amount meets all of its amounts",
            )


def _tags(policy: Policy, key: str) -> frozenset[str]:
    return frozenset(
        tag.strip().casefold()
        for one in policy.conditions
        if one.key == key and isinstance(one.value, tuple)
        for tag in one.value
    )


def gaps_and_overlaps(policies: Numbered, file: PolicyFile) -> Doubts:
    """Ranges of amounts, under the same other conditions, that leave something out or cross."""
    unit = Decimal(1).scaleb(-minor_units(file.currency or ""))
    for bands in _bands(policies, file):
        for (_, high, _, one), (start, _, index, other) in pairwise(bands):
            path: Path = ("policies", index, "when", _bound(other).key)
            if high is None:
                continue
            if start - high > unit:
                between = f"{_shown(high + unit, file)} to {_shown(start - unit, file)}"
                yield path, f"leaves a gap to {one.id}: neither holds from {between}"
            elif start < high:
                both = f"{_shown(start, file)} to {_shown(high, file)}"
                yield path, f"overlaps {one.id} from {both}; there the stricter holds"


_Band = tuple[Decimal, Decimal | None, int, Policy]


def _bands(policies: Numbered, file: PolicyFile) -> Iterator[list[_Band]]:
    """Policies that differ in one condition on amounts alone, lowest first; ranges among them."""
    unit = Decimal(1).scaleb(-minor_units(file.currency or ""))
    groups: dict[frozenset[str], list[_Band]] = {}
    for index, policy in policies:
        own = [one for one in policy.conditions if one.key in _BOUNDS]
        ends = bounds(own[0], file) if len(own) == 1 else None
        if ends is None or policy.allows:
            continue
        low, above, high = ends
        rest = frozenset(repr(one) for one in policy.conditions if one.key not in _BOUNDS)
        groups.setdefault(rest, []).append((low + unit if above else low, high, index, policy))
    for group in groups.values():
        if sum(high is not None for _, high, _, _ in group) and len(group) > 1:
            yield sorted(group, key=lambda band: (band[0], band[2]))


def _bound(policy: Policy) -> Condition:
    return next(one for one in policy.conditions if one.key in _BOUNDS)


def _shown(amount: Decimal, file: PolicyFile) -> str:
    return wording.money(amount, file.currency or "")


def foreign_amounts(policies: Numbered, file: PolicyFile) -> Doubts:
    """Amounts in another currency than the file's: the line moves when the rate does."""
    for index, policy in policies:
        for one in policy.conditions:
            value = one.value.low if isinstance(one.value, AmountRange) else one.value
            if isinstance(value, Threshold) and value.currency not in (None, file.currency):
                moves = f"is in {value.currency}: in {file.currency} the line moves with the rate"
                yield ("policies", index, "when", one.key), moves


def uncovered_money(policies: Numbered, file: PolicyFile) -> Doubts:
    """Ways for money to leave that nothing looks at, while several have an amount or a limit.

    A file about refunds alone is a beginning; one that also thinks of credit has forgotten.
    """
    if file.defaults.require.rank >= Oversight.APPROVAL.rank:
        return
    demands = [policy for _, policy in policies if not policy.allows]
    counted = {kind for limit in file.limits for kind in limit.actions}
    for policy in demands:
        if any(one.key in _BOUNDS for one in policy.conditions):
            counted |= set(_pays(policy))
    looked_at = counted.union(*(_pays(policy) for policy in demands))
    missed = [kind for kind in _PAYS if kind not in looked_at]
    if len(counted.intersection(_PAYS)) >= _SEVERAL and missed:
        nouns = wording.listed(missed, "or")
        yield (
            ("policies",),
            f"no policy or limit looks at {nouns}; {file.defaults.require}, the default, holds",
        )


def _pays(policy: Policy) -> Sequence[str]:
    """The ways for money to leave that a policy is about."""
    keys = {one.key for one in policy.conditions}
    if policy.action_types is not None:
        return policy.action_types
    about_all = not keys or keys & {*_BOUNDS, "order_share_over"}
    any_action = any(one.key == "actions" and one.value == "any" for one in policy.conditions)
    return _PAYS if about_all or any_action else ()
