"""Counts up a replay: of each draft only what is counted is kept."""

from array import array
from collections import Counter, defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from statistics import median

from sqlalchemy.orm import Session

from connectors.types import ActionRequest
from plugin.hindsight import Judged
from plugin.models import MONEYLESS_ACTIONS, DraftState, Oversight
from plugin.policy.amounts import plus, worth
from plugin.policy.model import PolicyFile
from plugin.policy.situation import Situation
from plugin.replayed import Change, Effort, Hits, Regretted, Replay, Sums, rank
from plugin.store import corrections
from plugin.store.replayed import INSERTED, Answers, Event, Stored
from plugin.store.scope import Scope
from plugin.text.changes import changed
from plugin.text.tokens import canonical

# How many drafts are told one by one, and how many different facts by name.
SHOWN = 20
_FACTS_SHOWN = 20
_OTHER_FACTS = "other facts"
# Reading, judging and answering one draft, where the composer never showed how long it takes.
ASSUMED_MINUTES = 2.0
_ENOUGH_MEASURED = 20
_WAITED = frozenset({Oversight.REVIEW, Oversight.APPROVAL})
_ANSWERED = frozenset({DraftState.SENT_BY_AGENT, DraftState.ANSWERED})


@dataclass(slots=True)
class _Money:
    """Money that is added up, exactly."""

    worth: Decimal = Decimal()
    without_rate: defaultdict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    unknown: int = 0

    def add(self, actions: Sequence[ActionRequest], policies: PolicyFile) -> None:
        for action in actions:
            money = action.money
            if action.type in MONEYLESS_ACTIONS:
                continue
            if money is None:
                self.unknown += 1
            elif (in_file := worth(money, policies)) is not None:
                self.worth = plus([self.worth, in_file])
            else:
                known = self.without_rate[money.currency]
                self.without_rate[money.currency] = plus([known, money.amount])

    @property
    def sums(self) -> Sums:
        return Sums(self.worth, dict(self.without_rate), self.unknown)


@dataclass(slots=True)
class _People:
    """How long people took, in seconds, and what the file would change for them."""

    waits: "dict[Oversight, array[float]]" = field(
        default_factory=lambda: {each: array("d") for each in _WAITED}
    )
    handling: "array[float]" = field(default_factory=lambda: array("d"))
    needs_person: Counter[Oversight] = field(default_factory=Counter)
    needs_nobody: int = 0
    wait_saved: float = 0.0

    def effort(self) -> Effort:
        measured = len(self.handling) if len(self.handling) >= _ENOUGH_MEASURED else 0
        added = [
            self._usual_wait(oversight, drafts) for oversight, drafts in self.needs_person.items()
        ]
        return Effort(
            needs_person=self.needs_person.total(),
            needs_nobody=self.needs_nobody,
            minutes_each=median(self.handling) / 60 if measured else ASSUMED_MINUTES,
            measured=measured,
            wait_added=None if None in added else sum(each for each in added if each is not None),
            wait_saved=self.wait_saved,
        )

    def _usual_wait(self, oversight: Oversight, drafts: int) -> float | None:
        """The median of drafts that waited so; of all that waited where none did."""
        own = self.waits.get(oversight)
        waits = own or [wait for each in self.waits.values() for wait in each]
        return median(waits) * drafts if waits else None


class Tally:
    """What has been replayed so far."""

    def __init__(self, policies: PolicyFile) -> None:
        self._policies = policies
        self._drafts = self._unknown = self._would_go_out = self._read_again = 0
        self._changes: Counter[tuple[Oversight | None, Oversight | None]] = Counter()
        self._missing: Counter[str] = Counter()
        self._hits: Counter[str] = Counter()
        self._open_hits: Counter[str] = Counter()
        self._newly_held, self._no_longer_held = _Money(), _Money()
        self._people = _People()
        self._corrected: deque[Stored] = deque(maxlen=SHOWN)
        self._rejected: deque[Regretted] = deque(maxlen=SHOWN)
        self._corrected_in_all = self._rejected_in_all = 0

    def add(self, stored: Stored, situation: Situation, judged: Judged) -> None:
        """Count a draft and what the file makes of it."""
        self._drafts += 1
        self._read_again += stored.reading is None
        if judged.strictest is not None:
            self._count_hits(judged)
        if not judged.is_known:
            self._unknown += 1
            self._count_missing(judged)
            return
        would = judged.strictest
        self._would_go_out += would is Oversight.AUTO
        if would is stored.was:
            return
        self._changes[stored.was, would] += 1
        stricter = rank(would) > rank(stored.was)
        sums = self._newly_held if stricter else self._no_longer_held
        sums.add(situation.draft.actions, self._policies)

    def add_people(
        self, stored: Stored, judged: Judged, answers: Answers, events: Sequence[Event]
    ) -> None:
        """Count what people did about it, and what they would have done."""
        waited = _waited(stored, answers)
        if stored.was in _WAITED and waited is not None:
            self._people.waits[stored.was].append(waited)
        self._people.handling.extend(_handling(stored, events))
        if not judged.is_known or judged.strictest is None or stored.was is None:
            return
        if judged.strictest is not Oversight.AUTO:
            if stored.was is Oversight.AUTO:
                self._people.needs_person[judged.strictest] += 1
            return
        if stored.was is not Oversight.AUTO:
            self._people.needs_nobody += 1
            self._people.wait_saved += waited or 0.0
        self._regret(stored, answers)

    def result(self, session: Session, scope: Scope, *, since: datetime, left_out: int) -> Replay:
        """All of it. Reads the texts of the few drafts that are told one by one."""
        policies = self._policies
        return Replay(
            since=since,
            drafts=self._drafts,
            left_out=left_out,
            changes=self._all_changes(),
            unknown=self._unknown,
            unknown_because=dict(self._missing.most_common()),
            currency=policies.currency,
            newly_held=self._newly_held.sums,
            no_longer_held=self._no_longer_held.sums,
            would_go_out=self._would_go_out,
            corrected=tuple(_told(session, scope, one) for one in reversed(self._corrected)),
            corrected_in_all=self._corrected_in_all,
            rejected=tuple(reversed(self._rejected)),
            rejected_in_all=self._rejected_in_all,
            hits=tuple(
                Hits(name, self._hits[name], self._open_hits[name]) for name in _names(policies)
            ),
            effort=self._people.effort(),
            read_again=self._read_again,
        )

    def _count_hits(self, judged: Judged) -> None:
        weighed = judged.weighed
        for match in (*weighed.policies, *weighed.withheld):
            (self._hits if match.missing is None else self._open_hits)[match.rule.id] += 1
        # A limit may look at a draft for several orders: it has matched once.
        open_ones = {one.limit.id for one in weighed.limits if one.missing is not None}
        passed = {one.limit.id for one in weighed.limits if one.passed and one.missing is None}
        self._hits.update(passed)
        self._open_hits.update(open_ones - passed)

    def _count_missing(self, judged: Judged) -> None:
        for clause in judged.missing:
            known = clause in self._missing or len(self._missing) < _FACTS_SHOWN
            self._missing[clause if known else _OTHER_FACTS] += 1

    def _regret(self, stored: Stored, answers: Answers) -> None:
        """Keep a draft that would have gone out, though a person did not let it as it was."""
        if stored.id in answers.corrected:
            self._corrected_in_all += 1
            self._corrected.append(stored)
        elif stored.id in answers.rejected:
            self._rejected_in_all += 1
            self._rejected.append(_regretted(stored, answers.rejected[stored.id]))

    def _all_changes(self) -> tuple[Change, ...]:
        changes = [Change(was, would, drafts) for (was, would), drafts in self._changes.items()]
        return tuple(sorted(changes, key=lambda each: (-rank(each.would), -rank(each.was))))


def _waited(stored: Stored, answers: Answers) -> float | None:
    """Seconds from the decision to the first verdict, or to the reply in an agent's own way."""
    until = answers.first_verdict.get(stored.id)
    if until is None and stored.state in _ANSWERED:
        until = stored.state_at
    return None if until is None else max((until - stored.decided_at).total_seconds(), 0.0)


def _handling(stored: Stored, events: Sequence[Event]) -> Sequence[float]:
    """Seconds from the composer to the reply, where the draft went out that way."""
    inserted = [event.at for event in events if event.event == INSERTED]
    if stored.state is not DraftState.SENT_BY_AGENT or not inserted:
        return ()
    return [max((stored.state_at - inserted[-1]).total_seconds(), 0.0)]


def _told(session: Session, scope: Scope, stored: Stored) -> Regretted:
    row = corrections.of_draft(session, scope, stored.id)
    if row is None:
        return _regretted(stored, "")
    kinds = changed(canonical(row.draft_text), canonical(row.final_text))
    outcome = row.outcome.value.replace("_", " ")
    return _regretted(stored, f"{outcome}: {', '.join(sorted(kinds))}" if kinds else outcome)


def _regretted(stored: Stored, because: str) -> Regretted:
    return Regretted(stored.id, stored.short_id, stored.ticket_id, stored.state, because)


def _names(policies: PolicyFile) -> Sequence[str]:
    """Of all that may match, in file order."""
    return [
        *(policy.id for policy in policies.policies),
        *(limit.id for limit in policies.limits),
    ]
