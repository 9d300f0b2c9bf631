"""What no single key can tell: contradictions in a file, and policies that do nothing."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from connectors.types import Channel, Money
from plugin.documents import Document, Path, Tree
from plugin.errors import Problem
from plugin.models import MONEYLESS_ACTIONS, Oversight
from plugin.policy.conditions import MONEY_KEYS
from plugin.policy.demand import may_sign
from plugin.policy.model import AmountRange, Defaults, Limit, Policy, PolicyFile, Threshold
from plugin.policy.wording import listed

_SIGN_OFF_KEYS = ("approvers", "approvals", "deadline", "escalate_to")
Numbered = tuple[int, Policy]
NumberedLimit = tuple[int, Limit]


def unique_ids(document: Document, **raw: Sequence[Tree]) -> Iterator[Problem]:
    """An id names one policy or limit, in the audit log for ever."""
    first: dict[str, str] = {}
    for kind, entries in raw.items():
        for index, entry in enumerate(entries):
            name = entry.get("id") if isinstance(entry, dict) else None
            if not isinstance(name, str):
                continue
            own = f"{kind}[{index}]"
            if first.setdefault(name, own) != own:
                path: Path = (kind, index, "id")
                yield document.problem(path, f"this id is {first[name]}'s already")


def money(
    document: Document,
    policies: Sequence[Numbered],
    limits: Sequence[NumberedLimit],
    file: PolicyFile,
) -> Iterator[Problem]:
    """Every amount has a currency, a rate where it needs one, and no more places than it may."""
    if file.rates and file.currency is None:
        yield document.problem(("rates",), "expected currency: too, the one that rates count in")
    if file.currency and file.rates.get(file.currency, Decimal(1)) != 1:
        yield document.problem(
            ("rates", file.currency), f"expected 1: {file.currency} is the file's own currency"
        )
    for index, policy in policies:
        for condition in policy.conditions:
            for threshold in _thresholds(condition.value):
                wrong = _wrong_threshold(threshold, file)
                if wrong:
                    yield document.problem(("policies", index, "when", condition.key), wrong)
                    break
    for index, limit in limits:
        wrong = _wrong_threshold(limit.most, file)
        if wrong:
            yield document.problem(("limits", index, "max"), wrong)


def hours(document: Document, policies: Sequence[Numbered], file: PolicyFile) -> Iterator[Problem]:
    """A condition on business hours needs them in the file."""
    if file.business_hours is not None:
        return
    for index, policy in policies:
        if any(condition.key == "business_hours" for condition in policy.conditions):
            expected = "expected business_hours: at the top of the file, with timezone and days"
            yield document.problem(("policies", index, "when", "business_hours"), expected)


def _thresholds(value: object) -> tuple[Threshold, ...]:
    if isinstance(value, AmountRange):
        return (value.low, value.high)
    return (value,) if isinstance(value, Threshold) else ()


def _wrong_threshold(limit: Threshold, file: PolicyFile) -> str | None:
    if file.currency is None:
        return "expected currency: at the top of the file, such as currency: USD"
    own = limit.currency or file.currency
    if own != file.currency and own not in file.rates:
        return f"expected a rate for {own} under rates"
    try:
        Money.parse(str(limit.amount), own)
    except ValueError as wrong:
        return str(wrong)
    return None


def warnings(
    document: Document, policies: Sequence[Numbered], defaults: Defaults
) -> Iterator[Problem]:
    """What is allowed and probably not meant."""
    if isinstance(document.tree, dict) and "version" not in document.tree:
        yield document.problem(("version",), "is missing; version: 1 is assumed", "warning")
    always = next((p.id for _, p in policies if not p.allows and not p.conditions), None)
    for index, policy in policies:
        path: Path = ("policies", index)
        for where, doubt in (
            *_never_fires(policy, always),
            *_has_no_effect(policy, document, path),
            *_is_surprising(policy, defaults),
        ):
            yield document.problem((*path, *where), doubt, "warning")


def limits_without_effect(document: Document, limits: Sequence[NumberedLimit]) -> Iterator[Problem]:
    """Limits that count nothing, or whose terms belong to an approval."""
    for index, limit in limits:
        path: Path = ("limits", index)
        if set(limit.actions) <= MONEYLESS_ACTIONS:
            doubt = f"never counts: {listed(limit.actions)} has no money"
            yield document.problem((*path, "actions"), doubt, "warning")
        for key in _SIGN_OFF_KEYS if limit.oversight is not Oversight.APPROVAL else ():
            if (*path, key) in document.lines:
                doubt = "has no effect: it belongs to require: approval"
                yield document.problem((*path, key), doubt, "warning")


_Doubts = Iterator[tuple[Path, str]]


def _never_fires(policy: Policy, always: str | None) -> _Doubts:
    """`always` is the policy that holds every draft, if there is one."""
    if policy.allows and always:
        yield ("allow",), f"never wins: {always} has no conditions, so it always holds"
    found = {condition.key: condition.value for condition in policy.conditions}
    if found.get("actions") == "none" and (found.keys() & {"action", *MONEY_KEYS}):
        yield (
            ("when", "actions"),
            "never matches: there is no action whose type or money could hold",
        )
    types = policy.action_types or ()
    if types and set(types) <= MONEYLESS_ACTIONS:
        for key in MONEY_KEYS & found.keys():
            yield ("when", key), f"never matches: {listed(types)} has no money"


def _has_no_effect(policy: Policy, document: Document, path: Path) -> _Doubts:
    if policy.oversight is Oversight.APPROVAL:
        return
    for key in _SIGN_OFF_KEYS:
        if (*path, key) in document.lines:
            yield (key,), "has no effect: it belongs to require: approval"


def _is_surprising(policy: Policy, defaults: Defaults) -> _Doubts:
    if policy.allows and not policy.conditions:
        yield ("allow",), "allows every draft that nothing stricter holds"
    if not policy.allows and policy.oversight.rank < defaults.require.rank:
        yield (
            ("require",),
            f"is looser than the default, {defaults.require}, and holds in its place",
        )
    escalates_to = policy.sign_off.escalate_to
    if escalates_to and not may_sign(escalates_to, policy.sign_off):
        yield ("escalate_to",), f"{escalates_to} may not sign this policy"
    for condition in policy.conditions:
        if condition.key == "channel" and isinstance(condition.value, tuple):
            for name in condition.value:
                if name.casefold() not in list(Channel):
                    yield ("when", "channel"), f"no helpdesk names a channel so; known: {_CHANNELS}"


_CHANNELS = listed([channel.value for channel in Channel])
