"""decide(): which oversight a draft gets, and why.

Every policy that could match and every limit is held against the draft, and so are our own rules.
Where no policy matches, the file's default speaks. The strictest demand wins. Pure: the same file,
draft, facts and history give the same decision, always.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from plugin.models import Decision, Draft, Facts, Oversight, PolicyHit
from plugin.policy import wording
from plugin.policy.built_in import built_in_demands
from plugin.policy.conditions import CONDITIONS, MONEY_KEYS
from plugin.policy.demand import Demand, combined
from plugin.policy.finding import Finding
from plugin.policy.limits import Spent, Standing, nothing_spent, standings
from plugin.policy.model import NOBODY, Limit, Policy, PolicyFile, SignOff
from plugin.policy.situation import Case, Situation

_BY_DEFAULT = {
    Oversight.REVIEW: "Every reply is checked by a person unless a policy says otherwise.",
    Oversight.APPROVAL: "Every reply needs an approval unless a policy says otherwise.",
    Oversight.BLOCK: "The AI answers nothing unless a policy says otherwise.",
    Oversight.AUTO: "Every reply goes out by itself unless a policy says otherwise.",
}


@dataclass(frozen=True, slots=True)
class Match:
    """A policy that holds for this draft, or a limit it passes, and why, in one sentence.

    Attributes:
        missing: The fact that is not known, as a clause, where it counts as met for that alone.
    """

    rule: Policy | Limit
    reason: str
    missing: str | None = None


@dataclass(frozen=True, slots=True)
class Weighed:
    """What every rule makes of one draft, before the strictest wins.

    Attributes:
        policies: Those that match, in file order.
        limits: How the draft stands against each that counts it.
        built_in: What our own rules demand.
        withheld: Allowances that would match if a missing fact were right, each with that fact.
    """

    policies: tuple[Match, ...]
    limits: tuple[Standing, ...]
    built_in: tuple[Demand, ...]
    withheld: tuple[Match, ...]


def decide(file: PolicyFile, draft: Draft, facts: Facts, spent: Spent = nothing_spent) -> Decision:
    """Decide how closely `draft` is watched; `spent` is what counts against limits already."""
    return decide_on(Situation(file, draft, facts), spent)


def decide_on(situation: Situation, spent: Spent = nothing_spent) -> Decision:
    """`decide` on what may have been looked at before: its texts are read once."""
    file, weighed = situation.file, weigh(situation, spent)
    held, limits = weighed.policies, weighed.limits
    matches = [*held, *(Match(one.limit, one.words) for one in limits if one.passed)]
    demands = _strictest_first(
        [
            *(_demand_of(match) for match in matches),
            *(() if held else (_default_of(file),)),
            *weighed.built_in,
        ]
    )
    oversight = demands[0].oversight
    sign_off = _sign_off(demands, file) if oversight is Oversight.APPROVAL else NOBODY
    return Decision(
        oversight=oversight,
        approvals=sign_off.approvals,
        approvers=sign_off.approvers,
        deadline=sign_off.deadline,
        escalate_to=sign_off.escalate_to,
        policies=tuple(PolicyHit(match.rule.id, match.reason) for match in matches),
        tags=_each_once(match.rule.tag for match in matches),
        held_because=_each_once(d.because for d in demands if d.oversight is not Oversight.AUTO),
        advice=_advice(matches, oversight),
        headroom=tuple(one.words for one in limits if not one.passed),
    )


def weigh(situation: Situation, spent: Spent = nothing_spent) -> Weighed:
    """Hold a draft against every rule by itself."""
    possible = situation.file.index.found(situation.triggers)
    matches = [match for policy in possible if (match := _matched(policy, situation))]
    return Weighed(
        policies=tuple(match for match in matches if not _is_withheld(match)),
        limits=tuple(standings(situation, spent)),
        built_in=built_in_demands(situation),
        withheld=tuple(match for match in matches if _is_withheld(match)),
    )


def _is_withheld(match: Match) -> bool:
    """A missing fact can make a draft more closely watched, never less."""
    return match.missing is not None and match.rule.oversight is Oversight.AUTO


def _advice(matches: Sequence[Match], oversight: Oversight) -> tuple[str, ...]:
    """The policies' notes; where the AI must not answer, only those that say so."""
    blocked = oversight is Oversight.BLOCK
    return _each_once(
        match.rule.note
        for match in matches
        if not blocked or match.rule.oversight is Oversight.BLOCK
    )


def _matched(policy: Policy, situation: Situation) -> Match | None:
    """One false condition: no. Else one unknown: a requirement matches, an allowance does not.

    An allowance that only lacks a fact is given back all the same: whoever knew it could say.
    """
    case = Case(situation, policy)
    findings: list[tuple[str, Finding]] = []
    for condition in policy.conditions:
        finding = CONDITIONS[condition.key].judge(condition.value, case)
        if finding.truth is False:
            return None
        findings.append((condition.key, finding))
    open_ones = [finding for _, finding in findings if finding.truth is None]
    if policy.allows and not all(finding.lacks_fact for finding in open_ones):
        return None
    missing = next((finding.clause for finding in open_ones if finding.lacks_fact), None)
    return Match(policy, _reason(findings, counts_as_met=bool(open_ones)), missing)


def _reason(findings: Sequence[tuple[str, Finding]], *, counts_as_met: bool) -> str:
    # A clause about money names the action already.
    told = {"action"} if any(key in MONEY_KEYS for key, _ in findings) else set()
    clauses = [finding.clause for key, finding in findings if key not in told]
    if not clauses:
        return "This policy holds for every draft."
    because = wording.joined(clauses)
    return wording.sentence(
        f"{because}, so this policy counts as met" if counts_as_met else because
    )


def _demand_of(match: Match) -> Demand:
    return Demand(match.rule.oversight, match.reason, match.rule.sign_off)


def _default_of(file: PolicyFile) -> Demand:
    require = file.defaults.require
    return Demand(require, _BY_DEFAULT[require])


def _strictest_first(demands: Sequence[Demand]) -> list[Demand]:
    return sorted(demands, key=lambda demand: -demand.oversight.rank)


def _sign_off(demands: Sequence[Demand], file: PolicyFile) -> SignOff:
    return combined(
        [demand.sign_off for demand in demands if demand.oversight is Oversight.APPROVAL],
        default_deadline=file.defaults.deadline,
    )


def _each_once(texts: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for text in texts if text))
