"""Which decisions are possible where facts are missing: one, or several and nobody can say.

`decide` must answer and lets a missing fact hold a draft. Whoever tells what a file would have done
must not take that for an answer: had the fact been there, it might have been another.
"""

from collections.abc import Iterable

from plugin.models import Oversight
from plugin.policy.decide import Match, Weighed
from plugin.policy.model import PolicyFile


def possible(weighed: Weighed, file: PolicyFile) -> frozenset[Oversight]:
    """Every oversight that `decide` could give, depending on what is missing."""
    by_policies = _by_policies(weighed, file)
    certain = [
        *(demand.oversight for demand in weighed.built_in),
        *(one.limit.oversight for one in weighed.limits if one.passed and one.missing is None),
    ]
    open_limits = [one.limit.oversight for one in weighed.limits if one.missing is not None]
    besides = {strictest(certain), *(strictest([*certain, each]) for each in open_limits)}
    return frozenset(strictest([one, other]) for one in by_policies for other in besides)


def missing_facts(weighed: Weighed) -> Iterable[str]:
    """What is missing, a clause each, once."""
    matches = (*weighed.policies, *weighed.withheld)
    clauses = (*(match.missing for match in matches), *(one.missing for one in weighed.limits))
    return dict.fromkeys(clause for clause in clauses if clause is not None)


def strictest(oversights: Iterable[Oversight]) -> Oversight:
    """The one that wins."""
    return max(oversights, key=lambda oversight: oversight.rank, default=Oversight.AUTO)


def _by_policies(weighed: Weighed, file: PolicyFile) -> frozenset[Oversight]:
    """With none of the open policies, and with each: of several together the strictest wins.

    Any that matches takes the default's place.
    """
    known = [match.rule.oversight for match in weighed.policies if match.missing is None]
    open_ones: list[Match] = [
        *(match for match in weighed.policies if match.missing is not None),
        *weighed.withheld,
    ]
    without = strictest(known) if known else file.defaults.require
    return frozenset({without, *(strictest([*known, one.rule.oversight]) for one in open_ones)})
