"""Each policy, limit and default of a file as one plain sentence, for people who read no YAML.

``Refunds over 50.00 USD need 1 lead's approval, within 2 h, then admin.``
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from plugin.models import Oversight, Per, Role
from plugin.policy import wording
from plugin.policy.conditions import CONDITIONS, MONEY_KEYS
from plugin.policy.hours import DAYS, BusinessHours, Span
from plugin.policy.model import AmountRange, Limit, Policy, PolicyFile, SignOff, Threshold
from plugin.policy.wording import listed, per_cent, quoted
from plugin.text.sensitive import TOPICS

_SHOWN = 6
_ONES, _OTHERS = "'s", "'"
_HOUR = 60
_DAY_NAMES = {
    "mon": "Monday",
    "tue": "Tuesday",
    "wed": "Wednesday",
    "thu": "Thursday",
    "fri": "Friday",
    "sat": "Saturday",
    "sun": "Sunday",
}
_VERDICTS = {
    Oversight.AUTO: "may go out without a person, if nothing stricter holds",
    Oversight.REVIEW: "are offered to an agent for review",
    Oversight.BLOCK: "get no answer from the AI and go to people",
}
_REST = {
    Oversight.REVIEW: "All other drafts are offered to an agent for review.",
    Oversight.BLOCK: "All other messages get no answer from the AI and go to people.",
}
_WHOSE = {
    Per.CUSTOMER: "for one customer",
    Per.ORDER: "for one order",
    Per.HOUSEHOLD: "for one household",
    Per.AGENT: "by one agent",
    Per.MERCHANT: "by everybody together",
}


def policy_sentence(policy: Policy, file: PolicyFile, languages: Mapping[str, str]) -> str:
    """What a policy holds, and what it demands. `languages` gives codes their names."""
    found = {condition.key: condition.value for condition in policy.conditions}

    def clauses(keys: Iterable[str]) -> list[str]:
        return [_clause(key, found[key], file, languages) for key in keys if key in found]

    others = clauses(("intent", *(key for key in CONDITIONS if key not in _OF_THE_NOUN)))
    verdict = _VERDICTS.get(policy.oversight) or _approval(policy.sign_off, file, "need")
    noun = _noun(found)
    if policy.oversight is Oversight.BLOCK:
        noun = noun.replace("drafts", "messages")
    words = [noun, *clauses(_AMOUNTS), *([listed(others)] if others else []), verdict]
    return wording.sentence(" ".join(words))


def limit_sentence(limit: Limit, file: PolicyFile) -> str:
    """What may not be passed, and what passing it demands."""
    most = _money(limit.most, file)
    what = listed([wording.plural(action) for action in limit.actions])
    window = wording.duration(limit.window)
    verdict = {
        Oversight.REVIEW: "is offered to an agent for review",
        Oversight.BLOCK: "gets no answer from the AI and goes to people",
    }.get(limit.oversight) or _approval(limit.sign_off, file, "needs")
    return wording.sentence(
        f"more than {most} in {what} {_WHOSE[limit.per]} within {window} {verdict}"
    )


def default_sentence(file: PolicyFile) -> str:
    """What holds where no policy does."""
    known = _REST.get(file.defaults.require)
    return known or wording.sentence(f"all other drafts {_approval(SignOff(), file, 'need')}")


def hours_sentences(hours: BusinessHours) -> list[str]:
    """``Monday to Friday 09:00-18:00``, one for each run of days with the same hours."""
    runs: list[tuple[int, int]] = []
    for day, spans in enumerate(hours.week):
        if runs and hours.week[runs[-1][1]] == spans:
            runs[-1] = (runs[-1][0], day)
        else:
            runs.append((day, day))
    return [
        f"{_days(first, last)} {listed([_span(span) for span in hours.week[first]])}"
        for first, last in runs
        if hours.week[first]
    ]


def _days(first: int, last: int) -> str:
    begin, end = (_DAY_NAMES[DAYS[day]] for day in (first, last))
    return begin if first == last else f"{begin} to {end}"


def _span(span: Span) -> str:
    start, end = (f"{minute // _HOUR:02}:{minute % _HOUR:02}" for minute in (span.start, span.end))
    return f"{start}\N{EN DASH}{end}"


def _approval(sign_off: SignOff, file: PolicyFile, need: str) -> str:
    """``need 1 lead's approval, within 2 h, then admin``."""
    count = sign_off.approvals
    roles = [f"{role}{'' if count == 1 else 's'}" for role in _fewest(sign_off.approvers)]
    if len(roles) == 1:
        who = f"{count} {roles[0]}{_ONES if count == 1 else _OTHERS} approval"
    else:
        who = f"the approval of {count} {listed(roles, 'or')}"
    within = wording.short_duration(sign_off.deadline or file.defaults.deadline)
    later = f", then {sign_off.escalate_to}" if sign_off.escalate_to else ""
    return f"{need} {who}, within {within}{later}"


def _fewest(roles: Sequence[Role]) -> list[Role]:
    """Without the roles that may sign for a lower one of them anyway."""
    return [
        role
        for role in roles
        if not any(role is not other and role.may_sign_for(other) for other in roles)
    ]


def _noun(found: Mapping[str, object]) -> str:
    types = found.get("action")
    if isinstance(types, tuple):
        return listed([wording.plural(action) for action in types])
    if found.keys() & MONEY_KEYS:
        return "actions"
    return "drafts" if found else "all drafts"


def _clause(key: str, value: Any, file: PolicyFile, languages: Mapping[str, str]) -> str:
    if key == "language":
        return f"in {listed([languages.get(code, quoted(code)) for code in value], 'or')}"
    if key in _AMOUNTS:
        return _AMOUNTS[key].format(*_measures(value, file))
    return _CLAUSES[key](value)


def _measures(value: Any, file: PolicyFile) -> list[str]:
    if isinstance(value, AmountRange):
        return [_money(value.low, file), _money(value.high, file)]
    return [_money(value, file) if isinstance(value, Threshold) else per_cent(value)]


def _money(threshold: Threshold, file: PolicyFile) -> str:
    return wording.money(threshold.amount, threshold.currency or file.currency or "")


def _names(names: Sequence[str], last: str = "or") -> str:
    return listed(_cut([quoted(name.replace("_", " ")) for name in names]), last)


def _tags(tags: Sequence[str], last: str) -> str:
    return listed(_cut([quoted(tag) for tag in tags]), last)


def _phrases(phrases: Sequence[str]) -> str:
    return listed(_cut([f'"{quoted(phrase)}"' for phrase in phrases]), "or")


def _cut(names: list[str]) -> list[str]:
    more = len(names) - _SHOWN
    return names if more <= 1 else [*names[:_SHOWN], f"{more} more"]


def _segment(wanted: Sequence[tuple[str, Sequence[str]]]) -> str:
    fields = [f"{quoted(name)} is {_names(values)}" for name, values in wanted]
    return f"for customers whose {listed(fields)}"


def _sensitive(topics: Sequence[str]) -> str:
    if tuple(topics) == TOPICS:
        return "where the customer mentions a sensitive topic"
    return f"where the customer mentions {_names(topics)}"


# What follows the noun at once.
_AMOUNTS = {
    "amount_over": "over {}",
    "amount_at_least": "of {} or more",
    "amount_between": "from {} to {}",
    "order_share_over": "over {} of the order's total",
}
_OF_THE_NOUN = {"action", "intent", *_AMOUNTS}
_CLAUSES: Mapping[str, Callable[[Any], str]] = {
    "actions": lambda wanted: "with an action" if wanted == "any" else "without any action",
    "order_age_over": lambda age: f"on orders older than {wording.duration(age)}",
    "confidence_below": lambda share: f"with a confidence below {per_cent(share)}",
    "confidence_at_least": lambda share: f"with a confidence of {per_cent(share)} or more",
    "intent": lambda intents: f"about {_names(intents)}",
    "tags_any": lambda tags: f"on tickets tagged {_tags(tags, 'or')}",
    "tags_all": lambda tags: f"on tickets tagged {_tags(tags, 'and')}",
    "tags_none": lambda tags: f"on tickets not tagged {_tags(tags, 'or')}",
    "channel": lambda channels: f"that came by {_names(channels)}",
    "segment": _segment,
    "novel": lambda _: "on questions unlike any before",
    "undeclared_commitment": lambda _: "that promise what no action declares",
    "sensitive": _sensitive,
    "sentiment": lambda _: "where the customer is furious",
    "ungrounded_fact": lambda _: "that state a fact which the AI was not given",
    "business_hours": lambda wanted: f"{wanted} business hours",
    "reply_contains": lambda phrases: f"where the reply contains {_phrases(phrases)}",
    "message_contains": lambda phrases: f"where the customer writes {_phrases(phrases)}",
}
