"""What holds whatever the file says: no promise or invented fact unread."""

from plugin.models import Oversight, known_action
from plugin.policy import wording
from plugin.policy.conditions import undeclared_clause, ungrounded_clause, unjudged_clause
from plugin.policy.demand import Demand, combined
from plugin.policy.model import PolicyFile, SignOff
from plugin.policy.situation import Situation


def built_in_demands(situation: Situation) -> tuple[Demand, ...]:
    """What our own rules demand of this draft."""
    rules = (_undeclared_promise, _ungrounded_fact, _unjudged_language, _unknown_action)
    return tuple(demand for rule in rules if (demand := rule(situation)))


def _undeclared_promise(situation: Situation) -> Demand | None:
    if not situation.undeclared:
        return None
    return Demand(Oversight.REVIEW, wording.sentence(undeclared_clause(situation.undeclared)))


def _ungrounded_fact(situation: Situation) -> Demand | None:
    if not situation.ungrounded:
        return None
    return Demand(Oversight.REVIEW, wording.sentence(ungrounded_clause(situation.ungrounded)))


def _unjudged_language(situation: Situation) -> Demand | None:
    if situation.promises_are_judged:
        return None
    return Demand(Oversight.REVIEW, wording.sentence(unjudged_clause(situation.language)))


def _unknown_action(situation: Situation) -> Demand | None:
    kinds = [action.type for action in situation.draft.actions if not known_action(action.type)]
    if not kinds:
        return None
    oversight = _strictest(situation.file)
    return Demand(
        oversight,
        f'Bookbag does not know the action "{wording.quoted(kinds[0])}", so the strictest rule'
        f" holds: {oversight}.",
        _strictest_sign_off(situation.file),
    )


def _strictest(file: PolicyFile) -> Oversight:
    demanded = (policy.oversight for policy in file.policies)
    return max(Oversight.APPROVAL, file.defaults.require, *demanded, key=lambda o: o.rank)


def _strictest_sign_off(file: PolicyFile) -> SignOff:
    approvals = [p.sign_off for p in file.policies if p.oversight is Oversight.APPROVAL]
    return combined(approvals or [SignOff()], default_deadline=file.defaults.deadline)
