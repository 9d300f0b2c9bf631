"""What would have let a held draft pass: the counterfactual beside each reason.

Every sentence is tried before it is told: its change is made, and the draft decided again. Where
several things hold it, one sentence says all that must be different. Not part of `decide`: worked
out for whoever asks. Pure.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from connectors.types import Money
from plugin.models import Decision, Oversight
from plugin.policy import wording
from plugin.policy.change import Change, at_most
from plugin.policy.conditions import CONDITIONS
from plugin.policy.decide import decide_on
from plugin.policy.limits import Spent, left_by_key, nothing_spent
from plugin.policy.model import Limit, Policy
from plugin.policy.situation import Case, Situation
from plugin.policy.ways import WAYS_IN, WAYS_OUT, Changes, without_promises, without_ungrounded

_MOST_WAYS = 2
_MOST_STEPS = 6
# More than one can take in is no help.
_MOST_CHANGES = 4
_ONLY = {
    Oversight.REVIEW: "it would need review only",
    Oversight.APPROVAL: "it would need an approval only",
}
# To do without the action is worth a sentence only where nothing smaller would do.
_LAST_RESORT = ("action", "actions")
Judge = Callable[[Situation, Spent], Decision]


@dataclass(frozen=True, slots=True)
class Way:
    """One way in which the draft would have passed.

    Attributes:
        words: One sentence, all that must be different in it.
        situation: What it speaks of.
        oversight: What the draft would need then.
    """

    words: str
    situation: Situation
    oversight: Oversight


def would_pass(
    situation: Situation, spent: Spent = nothing_spent, judge: Judge = decide_on
) -> tuple[Way, ...]:
    """At most two ways, the easier first; none where nobody could change a thing.

    `judge` is what decides: the service's own has rules beyond the file's.
    """
    spent = _asked_once(spent)
    level = judge(situation, spent).oversight
    search = _Search(situation, spent, judge, level)
    found: dict[str, Way] = {}
    for first in search.next_steps(situation) if level is not Oversight.AUTO else ():
        way = search.followed(first)
        if way is not None:
            found.setdefault(way.words, way)
        if len(found) == _MOST_WAYS:
            break
    return tuple(found.values())


@dataclass(frozen=True, slots=True)
class _Search:
    start: Situation
    spent: Spent
    judge: Judge
    level: Oversight

    def followed(self, first: Changes) -> Way | None:
        """Make the changes, then what is still missing, until less is needed."""
        made: dict[str, Change] = {}
        steps: Changes | None = first
        for _ in range(_MOST_STEPS):
            made |= {change.about: change for change in steps or ()}
            if not steps or len(made) > _MOST_CHANGES:
                return None
            now = self._with(made, {})
            decision = self.judge(now, self.spent)
            if decision.oversight.rank < self.level.rank:
                way = Way(_sentence(made, now, decision), now, decision.oversight)
                return way if self._holds_throughout(made, decision.oversight) else None
            steps = next(self.next_steps(now), None)
        return None

    def next_steps(self, now: Situation) -> Iterator[Changes]:
        """Ways to be rid of one thing that holds the draft as closely as before, or more."""
        hits = {hit.id for hit in self.judge(now, self.spent).policies}
        rules: tuple[Policy | Limit, ...] = (*now.file.policies, *now.file.limits)
        holding = [
            rule for rule in rules if rule.id in hits and rule.oversight.rank >= self.level.rank
        ]
        ways = _out_of(holding[0], now, self.spent) if holding else self._beyond_rules(now, hits)
        yield from (changes for changes in ways if changes)

    def _beyond_rules(self, now: Situation, hits: set[str]) -> Iterator[Changes]:
        """What no policy of the file demands: our own rules, then the default."""
        anyone = Case(now, Policy("", self.level))
        texts = (*without_promises(True, anyone), *without_ungrounded(True, anyone))
        if texts and self.level is Oversight.REVIEW:
            yield texts
            return
        for policy in now.file.policies:
            if policy.id not in hits and policy.oversight.rank < self.level.rank:
                yield _into(policy, now)

    def _with(self, changes: Mapping[str, Change], instead: Mapping[str, int]) -> Situation:
        now = self.start
        for about, change in changes.items():
            made_in = change.more[instead[about]] if about in instead else change.made_in
            now = made_in(now)
        return now

    def _holds_throughout(self, changes: Mapping[str, Change], reached: Oversight) -> bool:
        """``or less`` must be true of all that is less."""
        return all(
            self.judge(self._with(changes, {about: index}), self.spent).oversight.rank
            <= reached.rank
            for about, change in changes.items()
            for index in range(len(change.more))
        )


def _asked_once(spent: Spent) -> Spent:
    """The draft is decided many times here, and its history is one."""
    known: dict[tuple[str, str], Sequence[Money]] = {}

    def remembered(limit: Limit, key: str) -> Sequence[Money]:
        if (limit.id, key) not in known:
            known[limit.id, key] = spent(limit, key)
        return known[limit.id, key]

    return remembered


def _out_of(rule: Policy | Limit, now: Situation, spent: Spent) -> Iterator[Changes]:
    if isinstance(rule, Limit):
        yield _within(rule, now, spent)
        return
    case = Case(now, rule)
    any_other = False
    for key, way in WAYS_OUT.items():
        if any_other and key in _LAST_RESORT:
            return
        for condition in rule.conditions:
            if condition.key == key:
                changes = way(condition.value, case)
                any_other = any_other or bool(changes)
                yield changes


def _within(limit: Limit, now: Situation, spent: Spent) -> Changes:
    """Whatever counts for the limit fits into what is left of it."""
    changes: list[Change] = []
    for index, (left, adds) in enumerate(left_by_key(limit, now, spent)):
        kinds = {action.type for action in now.draft.actions if adds(action)}
        others = any(a.type in kinds and not adds(a) for a in now.draft.actions)
        # What a policy says of the same amount and this are one thing: the lower holds.
        alone = len(kinds) == 1 and not others
        about = f"amount:{kinds.pop()}" if alone else f"limit:{limit.id}:{index}"
        change = None if left is None else at_most(now, left, adds, about)
        if change is None:
            return ()
        changes.append(change)
    return tuple(changes)


def _into(policy: Policy, now: Situation) -> Changes:
    """Whatever keeps a policy from holding is changed; empty where something cannot be."""
    case, changes = Case(now, policy), list[Change]()
    for condition in policy.conditions:
        if CONDITIONS[condition.key].judge(condition.value, case).truth is True:
            continue
        way = WAYS_IN.get(condition.key)
        more = way(condition.value, case) if way else ()
        if not more:
            return ()
        changes += more
    return tuple(changes)


def _sentence(made: Mapping[str, Change], now: Situation, decision: Decision) -> str:
    words = [change.words for change in made.values()]
    hits = {hit.id for hit in decision.policies}
    let_go = next((p.id for p in now.file.policies if p.allows and p.id in hits), "it")
    then = (
        f"{let_go} would let it go by itself"
        if decision.oversight is Oversight.AUTO
        else _ONLY[decision.oversight]
    )
    comma = "," if len(words) > 1 or words[0].startswith("if ") else ""
    return wording.sentence(f"{wording.listed(words)}{comma} {then}")
