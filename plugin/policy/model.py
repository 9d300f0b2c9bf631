"""A policy file as types: what a merchant demands, when, and who may sign. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cached_property

from plugin.models import Oversight, Per, Role
from plugin.policy.hours import BusinessHours
from plugin.policy.index import Trigger, TriggerIndex


def folded_name(name: str) -> str:
    """A tag, an intent or a channel as it is compared."""
    return name.strip().casefold()


@dataclass(frozen=True, slots=True)
class Threshold:
    """An amount as the file gives it. `currency` None: the file's own holds."""

    amount: Decimal
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class AmountRange:
    """From `low` to `high`, both included."""

    low: Threshold
    high: Threshold


@dataclass(frozen=True, slots=True)
class Condition:
    """One key of a policy's ``when``; `plugin.policy.conditions` says what it means.

    Attributes:
        key: Such as ``amount_over``.
        value: As that key's parser typed it.
    """

    key: str
    value: object


@dataclass(frozen=True, slots=True)
class SignOff:
    """What an approval takes.

    Attributes:
        approvers: Roles that may sign; a higher role may sign for a lower one.
        approvals: Distinct people.
        deadline: Seconds; None: the file's default.
        escalate_to: Who is asked once the deadline has passed.
    """

    approvers: tuple[Role, ...] = (Role.LEAD,)
    approvals: int = 1
    deadline: int | None = None
    escalate_to: Role | None = None


NOBODY = SignOff(approvers=(), approvals=0)


@dataclass(frozen=True)
class Policy:
    """One rule.

    Attributes:
        oversight: What it requires; AUTO for ``allow: auto``.
        conditions: All must hold; none means every draft.
        tag: Put on the ticket where it matches.
        note: For the agent.
    """

    id: str
    oversight: Oversight
    conditions: tuple[Condition, ...] = ()
    sign_off: SignOff = SignOff()
    tag: str | None = None
    note: str | None = None

    @property
    def allows(self) -> bool:
        """It loosens (``allow: auto``) where every other policy demands."""
        return self.oversight is Oversight.AUTO

    @cached_property
    def action_types(self) -> tuple[str, ...] | None:
        """The actions its other conditions look at; None: all."""
        return self._names_of("action")

    @cached_property
    def triggers(self) -> frozenset[Trigger] | None:
        """What a draft must show one of, or this does not match; None: it may match any draft.

        One condition is enough to say so: tags first, which are the rarest. An intent or a channel
        that is not known could be any.
        """
        if tags := self._names_of("tags_any") or self._names_of("tags_all"):
            return frozenset(("tag", folded_name(tag)) for tag in tags)
        if intents := self._names_of("intent"):
            return frozenset(("intent", name) for name in (*map(folded_name, intents), None))
        if types := self.action_types:
            return frozenset(("action", kind) for kind in types)
        if channels := self._names_of("channel"):
            return frozenset(("channel", name) for name in (*map(folded_name, channels), None))
        return None

    def _names_of(self, key: str) -> tuple[str, ...] | None:
        for condition in self.conditions:
            if condition.key == key and isinstance(condition.value, tuple):
                return condition.value
        return None


@dataclass(frozen=True, slots=True)
class Limit:
    """The most that actions may come to for one customer, order ... within a time.

    Attributes:
        actions: The types that count.
        window: Seconds back from the decision.
        most: Going over it, not reaching it, requires `oversight`.
        tag: Put on the ticket where the limit is passed.
        note: For the agent.
    """

    id: str
    actions: tuple[str, ...]
    per: Per
    window: int
    most: Threshold
    oversight: Oversight
    sign_off: SignOff = SignOff()
    tag: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Defaults:
    """What holds where no policy matches, and how long an approval may take, in seconds."""

    require: Oversight = Oversight.REVIEW
    deadline: int = 4 * 60 * 60


@dataclass(frozen=True)
class PolicyFile:
    """A merchant's whole policy file.

    Attributes:
        currency: ISO 4217; None only where nothing in the file needs one.
        rates: What one unit of another currency is worth in the file's.
        business_hours: When deadlines run; None: day and night.
        sensitive_words: The merchant's own words by what they show; they add to the lexicons.
    """

    currency: str | None = None
    rates: Mapping[str, Decimal] = field(default_factory=dict)
    defaults: Defaults = Defaults()
    policies: tuple[Policy, ...] = ()
    limits: tuple[Limit, ...] = ()
    business_hours: BusinessHours | None = None
    sensitive_words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @cached_property
    def index(self) -> TriggerIndex[Policy]:
        """The policies by what could make them match."""
        return TriggerIndex((policy, policy.triggers) for policy in self.policies)

    def asks_for(self, key: str) -> bool:
        """Whether any policy has a condition of this key."""
        return any(one.key == key for policy in self.policies for one in policy.conditions)

    def due(self, seconds: float, at: datetime) -> datetime:
        """When a deadline of so many seconds passes, counted from `at`."""
        if self.business_hours is None:
            return at + timedelta(seconds=seconds)
        return self.business_hours.after(at, seconds)

    def time_given(self, start: datetime, due: datetime) -> float:
        """The seconds that a deadline gave: what `due` was worked out from."""
        if self.business_hours is None:
            return (due - start).total_seconds()
        return self.business_hours.between(start, due).total_seconds()
