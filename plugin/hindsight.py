"""One stored draft, as policies saw it when it came, held against another file."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from plugin import facts
from plugin.judgement import never_automatic
from plugin.models import Draft, DraftState, Facts, Oversight, ReservationState
from plugin.policy import reading
from plugin.policy.certainty import missing_facts, possible
from plugin.policy.decide import Weighed, weigh
from plugin.policy.limits import Spent, counts, key_of
from plugin.policy.model import Limit, PolicyFile
from plugin.policy.situation import Situation
from plugin.policy.windows import Reserved
from plugin.store.replayed import MOVED, Event, Stored, StoredAction
from plugin.store.reservations import state_in

# What older releases did not store, and our own rules ask for.
_NOT_STORED = {
    "grounded": "it is not stored what the drafter was given",
    "follows_unanswered": "it is not stored whether an earlier message still waited",
}

_NO_FACTS = "its facts are not stored"


@dataclass(frozen=True, slots=True)
class Judged:
    """What a file makes of a stored draft.

    Attributes:
        possible: What it could have decided; several where a missing fact decides. None stands for
            no decision: no draft was found.
        missing: The facts that are missing, a clause each.
        weighed: What each rule of the file makes of it.
    """

    possible: frozenset[Oversight | None]
    missing: tuple[str, ...]
    weighed: Weighed

    @property
    def is_known(self) -> bool:
        """Whether there is one answer."""
        return len(self.possible) == 1

    @property
    def strictest(self) -> Oversight | None:
        """What `decide` gives: a missing fact holds a draft."""
        return max(self.possible, key=lambda each: -1 if each is None else each.rank)


def situation_of(
    policies: PolicyFile, stored: Stored, actions: Sequence[StoredAction]
) -> Situation:
    """The draft with the facts and the reading that are stored with it."""
    draft = Draft(
        text=stored.text,
        intent=stored.intent,
        confidence=stored.confidence,
        language=stored.language,
        actions=tuple(each.action for each in actions),
    )
    known = facts.from_record(stored.facts) if _has_facts(stored) else Facts()
    read = None if stored.reading is None else reading.from_record(stored.reading)
    return Situation(policies, draft, known, read)


def judge(situation: Situation, stored: Stored, spent: Spent) -> Judged:
    """Hold it against the file of its situation, as `judgement.judge_new` holds a new one."""
    if not _has_facts(stored):
        return Judged(frozenset(Oversight), (_NO_FACTS,), Weighed((), (), (), ()))
    draft, weighed = situation.draft, weigh(situation, spent)
    found = possible(weighed, situation.file)
    missing = list(missing_facts(weighed))
    if Oversight.AUTO in found:
        not_stored = [words for name, words in _NOT_STORED.items() if name not in stored.facts]
        if any(never_automatic(draft, situation.facts)):
            found = found - {Oversight.AUTO} | {Oversight.REVIEW}
        elif not_stored:
            found |= {Oversight.REVIEW}
            missing += not_stored
    return Judged(
        frozenset(_offered(draft, oversight) for oversight in found), tuple(missing), weighed
    )


def _has_facts(stored: Stored) -> bool:
    return "message" in stored.facts


def _offered(draft: Draft, oversight: Oversight) -> Oversight | None:
    """There is nothing to decide where no text is offered and nothing forbids one."""
    return None if draft.text is None and oversight is not Oversight.BLOCK else oversight


def reserved(
    limits: Sequence[Limit],
    stored: Stored,
    known: Facts,
    actions: Sequence[StoredAction],
    events: Sequence[Event],
) -> Iterator[Reserved]:
    """The draft's money as it counts against these limits, and when it was given back."""
    for each in actions:
        action = each.action
        keys = {
            limit.per: key_of(limit.per, action, known) for limit in limits if counts(limit, action)
        }
        if keys and action.money is not None:
            turns = tuple(_turns(stored, events, each.done_at))
            yield Reserved(action.type, action.money, keys, stored.decided_at, turns)


def _turns(stored: Stored, events: Sequence[Event], done_at: datetime | None) -> Iterator[datetime]:
    """When its money stopped counting, and counted again.

    The first move is the decision's, and so is one to blocked: another file decides otherwise. What
    was done by hand counts whatever becomes of the draft.
    """
    counted = True
    for at, to in _moves(stored, events):
        done = done_at is not None and done_at <= at
        counts = done or state_in(to) is not ReservationState.RELEASED
        if to is not DraftState.BLOCKED and counts is not counted:
            counted = counts
            yield at


def _moves(stored: Stored, events: Sequence[Event]) -> Iterator[tuple[datetime, DraftState]]:
    moves = [(each.at, each.to) for each in events if each.event == MOVED and each.to]
    return iter(moves[1:] if moves else [(stored.state_at, stored.state)])
