"""What a replay found: what a policy file would have decided, beside what was decided and done."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from plugin.models import DraftState, Oversight
from plugin.policy import wording


@dataclass(frozen=True, slots=True)
class Change:
    """How many drafts would have been watched otherwise.

    Attributes:
        was: What was decided when the draft came; None: nothing, since no draft was found.
        would: What the file would have decided; None likewise.
    """

    was: Oversight | None
    would: Oversight | None
    drafts: int

    @property
    def is_stricter(self) -> bool:
        """Whether the file holds these drafts more than what was decided."""
        return rank(self.would) > rank(self.was)


@dataclass(frozen=True, slots=True)
class Sums:
    """The money of some drafts' actions, exactly.

    Attributes:
        worth: In the file's currency, foreign amounts by its rates.
        without_rate: By currency, what has no rate in the file.
        unknown: How many actions name no amount at all.
    """

    worth: Decimal = Decimal()
    without_rate: Mapping[str, Decimal] = field(default_factory=dict)
    unknown: int = 0


@dataclass(frozen=True, slots=True)
class Regretted:
    """A draft that would have gone out by itself, and that a person did not let go as it was.

    Attributes:
        because: What the person changed, or that they rejected it, in a few words.
    """

    draft_id: str
    short_id: str
    ticket_id: str
    state: DraftState
    because: str


@dataclass(frozen=True, slots=True)
class Hits:
    """How often one policy or limit of the file matched.

    Attributes:
        drafts: Where it holds.
        unknown: Where nobody can say, since a fact that it asks for is not stored.
    """

    id: str
    drafts: int
    unknown: int


@dataclass(frozen=True, slots=True)
class Effort:
    """What the file would cost people, and customers who wait. An estimate.

    Attributes:
        needs_person: Drafts that went out by themselves and would have waited for a person.
        needs_nobody: Drafts that waited for a person and would have gone out by themselves.
        minutes_each: The median of handling a draft, as far as it was measured; else assumed.
        measured: From so many drafts; 0: `minutes_each` is an assumption.
        wait_added: Seconds that customers would have waited longer, all together: the median wait
            for a first verdict, for each of `needs_person`. None: no such wait was ever measured.
        wait_saved: Seconds that they would have waited less: what `needs_nobody` really waited.
    """

    needs_person: int = 0
    needs_nobody: int = 0
    minutes_each: float = 0.0
    measured: int = 0
    wait_added: float | None = 0.0
    wait_saved: float = 0.0

    @property
    def minutes(self) -> float:
        """Reviewers' minutes more than before; negative: fewer."""
        return (self.needs_person - self.needs_nobody) * self.minutes_each


@dataclass(frozen=True, slots=True)
class Replay:
    """What a policy file would have decided about a merchant's stored drafts.

    Attributes:
        drafts: How many were replayed; each is the same, held more, held less or unknown.
        left_out: Older ones of the period that were not, since only the newest were asked for.
        changes: Drafts held more and less by what was and would be decided, strictest first.
        unknown: Drafts for which a missing fact decides. They count nowhere else.
        unknown_because: What is missing, a clause each, with how many drafts lack it.
        currency: The file's.
        newly_held: The money of the drafts that are held more.
        no_longer_held: The money of the drafts that are held less.
        would_go_out: Drafts that would have gone out by themselves.
        corrected: Those of them that a person changed materially; the first of them.
        corrected_in_all: How many there are.
        rejected: Those of `would_go_out` that a person rejected; the first of them.
        rejected_in_all: How many there are.
        hits: Of every policy and limit, in file order.
        read_again: Drafts whose texts had to be read again, since they are older than what is
            stored of it today.
    """

    since: datetime
    drafts: int = 0
    left_out: int = 0
    changes: tuple[Change, ...] = ()
    unknown: int = 0
    unknown_because: Mapping[str, int] = field(default_factory=dict)
    currency: str | None = None
    newly_held: Sums = field(default_factory=Sums)
    no_longer_held: Sums = field(default_factory=Sums)
    would_go_out: int = 0
    corrected: tuple[Regretted, ...] = ()
    corrected_in_all: int = 0
    rejected: tuple[Regretted, ...] = ()
    rejected_in_all: int = 0
    hits: tuple[Hits, ...] = ()
    effort: Effort = field(default_factory=Effort)
    read_again: int = 0

    @property
    def held_more(self) -> int:
        """Drafts that would have been watched more closely."""
        return sum(change.drafts for change in self.changes if change.is_stricter)

    @property
    def held_less(self) -> int:
        """Drafts that would have been watched less closely."""
        return sum(change.drafts for change in self.changes if not change.is_stricter)

    @property
    def same(self) -> int:
        """Drafts for which nothing changes."""
        return self.drafts - self.unknown - self.held_more - self.held_less

    @property
    def never_fired(self) -> tuple[str, ...]:
        """The policies and limits that matched no draft, not even one that lacks a fact."""
        return tuple(hit.id for hit in self.hits if not hit.drafts and not hit.unknown)


def rank(oversight: Oversight | None) -> int:
    """How strict; where no draft was found, nothing is held."""
    return -1 if oversight is None else oversight.rank


def to_json(found: Replay) -> dict[str, Any]:
    """As the command prints it. Money is decimal text, times are RFC 3339, waits are seconds."""
    effort = found.effort
    return {
        "since": found.since.isoformat(),
        "drafts": found.drafts,
        "left_out": found.left_out,
        "same": found.same,
        "held_more": found.held_more,
        "held_less": found.held_less,
        "unknown": found.unknown,
        "unknown_because": dict(found.unknown_because),
        "changes": [
            {"from": change.was, "to": change.would, "drafts": change.drafts}
            for change in found.changes
        ],
        "currency": found.currency,
        "newly_held": _sums(found.newly_held, found.currency),
        "no_longer_held": _sums(found.no_longer_held, found.currency),
        "would_go_out": found.would_go_out,
        "corrected": {
            "drafts": found.corrected_in_all,
            "first": [_regretted(one) for one in found.corrected],
        },
        "rejected": {
            "drafts": found.rejected_in_all,
            "first": [_regretted(one) for one in found.rejected],
        },
        "hits": [
            {"id": hit.id, "drafts": hit.drafts, "unknown": hit.unknown} for hit in found.hits
        ],
        "never_fired": list(found.never_fired),
        "effort": {
            "needs_person": effort.needs_person,
            "needs_nobody": effort.needs_nobody,
            "minutes": effort.minutes,
            "minutes_each": effort.minutes_each,
            "measured": effort.measured,
            "wait_added_seconds": effort.wait_added,
            "wait_saved_seconds": effort.wait_saved,
        },
        "read_again": found.read_again,
    }


def _sums(sums: Sums, currency: str | None) -> dict[str, Any]:
    return {
        "amount": _amount(sums.worth, currency),
        "without_rate": {name: _amount(sum_, name) for name, sum_ in sums.without_rate.items()},
        "unknown": sums.unknown,
    }


def _amount(amount: Decimal, currency: str | None) -> str:
    return wording.money(amount, currency).split()[0] if currency else str(amount)


def _regretted(one: Regretted) -> dict[str, str]:
    return {
        "draft": one.draft_id,
        "short_id": one.short_id,
        "ticket": one.ticket_id,
        "state": one.state,
        "because": one.because,
    }
