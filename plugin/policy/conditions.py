"""The keys of a policy's ``when``: how each is read, and what it means.

To add a key, write one function that judges it and one row in `CONDITIONS`. It gets the value as
the row's parser typed it, and the case; it answers met, not met, or unknown, with a clause.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any, Generic, TypeVar

from plugin.policy import message_conditions, money_conditions, values, wording
from plugin.policy.finding import NOT_MET, Finding, met, unknown, untold
from plugin.policy.phrases import first_found
from plugin.policy.situation import Case
from plugin.text.grounding import Ungrounded

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Key(Generic[T]):
    """One key of ``when``."""

    parse: values.Parser[T]
    judge: Callable[[T, Case], Finding]


def _action(wanted: tuple[str, ...], case: Case) -> Finding:
    proposed = case.situation.action_types
    named = [kind for kind in proposed if kind in wanted]
    # An allow speaks for the whole draft: it must not wave through an action it does not name.
    if not named or (case.policy.allows and len(named) < len(proposed)):
        return NOT_MET
    return met(lambda: f"the draft proposes {wording.actions(named)}")


def _actions(wanted: str, case: Case) -> Finding:
    if (wanted == "any") is not bool(case.draft.actions):
        return NOT_MET
    return met(lambda: "the draft proposes " + ("an action" if wanted == "any" else "no action"))


def _confidence_below(limit: Decimal, case: Case) -> Finding:
    confidence = case.draft.confidence
    if confidence is None:
        return unknown("the draft's confidence is not known")
    if confidence >= limit:
        return NOT_MET
    return met(
        lambda: "the confidence of {} is below {}".format(*wording.shares(confidence, limit))
    )


def _confidence_at_least(limit: Decimal, case: Case) -> Finding:
    confidence = case.draft.confidence
    if confidence is None:
        return unknown("the draft's confidence is not known")
    if confidence < limit:
        return NOT_MET
    return met(
        lambda: "the confidence of {} is at least {}".format(*wording.shares(confidence, limit))
    )


def _one_of(found: str | None, wanted: tuple[str, ...], what: str) -> Finding:
    if found is None:
        return unknown(f"{what} is not known")
    match = next((want for want in wanted if want.casefold() == found.strip().casefold()), None)
    return NOT_MET if match is None else met(lambda: f"{what} is {match}")


def _intent(wanted: tuple[str, ...], case: Case) -> Finding:
    return _one_of(case.draft.intent, wanted, "the intent")


def _channel(wanted: tuple[str, ...], case: Case) -> Finding:
    return _one_of(case.facts.channel, wanted, "the channel")


def _language(wanted: tuple[str, ...], case: Case) -> Finding:
    exact = _one_of(case.situation.language, wanted, "the language")
    # "en" also means "en-GB".
    if exact.truth is not False:
        return exact
    return _one_of(case.situation.plain_language, wanted, "the language")


def _tagged(wanted: tuple[str, ...], case: Case) -> list[str]:
    return [tag for tag in wanted if tag.strip().casefold() in case.situation.tags]


def _tags_any(wanted: tuple[str, ...], case: Case) -> Finding:
    found = _tagged(wanted, case)
    return met(lambda: f"the ticket is tagged {wording.listed(found)}") if found else NOT_MET


def _tags_all(wanted: tuple[str, ...], case: Case) -> Finding:
    if len(_tagged(wanted, case)) < len(wanted):
        return NOT_MET
    return met(lambda: f"the ticket is tagged {wording.listed(wanted)}")


def _tags_none(wanted: tuple[str, ...], case: Case) -> Finding:
    if _tagged(wanted, case):
        return NOT_MET
    return met(lambda: f"the ticket is not tagged {wording.listed(wanted, 'or')}")


def _reply_contains(phrases: tuple[str, ...], case: Case) -> Finding:
    found = first_found(phrases, case.situation.reply)
    return NOT_MET if found is None else met(lambda: f'the reply contains "{found}"')


def _message_contains(phrases: tuple[str, ...], case: Case) -> Finding:
    if case.situation.message is None:
        return unknown("the customer's message is not known")
    found = first_found(phrases, case.situation.message)
    return NOT_MET if found is None else met(lambda: f'the customer\'s message contains "{found}"')


def _undeclared_commitment(_: bool, case: Case) -> Finding:
    if case.situation.undeclared:
        return met(lambda: undeclared_clause(case.situation.undeclared))
    if case.draft.text and not case.situation.promises_are_judged:
        language = case.situation.language
        return (unknown if language is None else untold)(unjudged_clause(language))
    return NOT_MET


def _ungrounded_fact(_: bool, case: Case) -> Finding:
    found = case.situation.ungrounded
    if found:
        return met(lambda: ungrounded_clause(found))
    if case.draft.text and found is None:
        return unknown("it is not known what the drafter was given")
    return NOT_MET


def ungrounded_clause(found: Sequence[Ungrounded]) -> str:
    """Names the words that nobody gave the drafter."""
    quotes = [f'"{wording.quoted(each.words)}"' for each in found]
    return f"the reply states {wording.listed(quotes)}, and nothing the drafter was given says so"


def undeclared_clause(promises: tuple[str, ...]) -> str:
    """Names the words that promise something."""
    quotes = [f'"{wording.quoted(promise)}"' for promise in promises]
    return f"the reply promises {wording.listed(quotes)} and no action declares it"


def unjudged_clause(language: str | None) -> str:
    """Says why promises cannot be looked for."""
    if language is None:
        return "the reply's language is not known, so its promises cannot be checked"
    return (
        f"the reply's language is {wording.quoted(language)}, and we have no list of its words for"
        " promises"
    )


def _order_age_over(seconds: int, case: Case) -> Finding:
    placed_at = case.facts.order.placed_at if case.facts.order else None
    if placed_at is None:
        return unknown("the order's date is not known")
    if case.facts.at is None:
        return unknown("the time of the decision is not known")
    if case.facts.at - placed_at <= timedelta(seconds=seconds):
        return NOT_MET
    return met(
        lambda: f"the order was placed on {placed_at.date()}, over {wording.duration(seconds)} ago"
    )


def _segment(wanted: tuple[tuple[str, tuple[str, ...]], ...], case: Case) -> Finding:
    segment = case.facts.segment or {}
    findings = [
        _one_of(segment.get(name), values, f"the customer's {name}") for name, values in wanted
    ]
    if NOT_MET in findings:
        return NOT_MET
    missing = next((finding for finding in findings if finding.truth is None), None)
    return missing or met(lambda: wording.listed([finding.clause for finding in findings]))


def _novel(_: bool, case: Case) -> Finding:
    if case.facts.novel is None:
        return unknown("it is not known whether the question is novel")
    return met(lambda: "the question is novel") if case.facts.novel else NOT_MET


def _business_hours(wanted: str, case: Case) -> Finding:
    hours, at = case.situation.file.business_hours, case.facts.at
    if hours is None or at is None:
        return unknown("the time of the decision is not known")
    if hours.is_inside(at) is not (wanted == "inside"):
        return NOT_MET
    return met(lambda: f"it is {wanted} business hours")


CONDITIONS: Mapping[str, Key[Any]] = {
    "action": Key(values.one_or_many(values.action_type), _action),
    "actions": Key(values.choice("none", "any"), _actions),
    "amount_over": Key(values.threshold, money_conditions.amount_over),
    "amount_at_least": Key(values.threshold, money_conditions.amount_at_least),
    "amount_between": Key(values.amount_range, money_conditions.amount_between),
    "order_share_over": Key(values.share, money_conditions.order_share_over),
    "order_age_over": Key(values.duration, _order_age_over),
    "confidence_below": Key(values.share, _confidence_below),
    "confidence_at_least": Key(values.share, _confidence_at_least),
    "intent": Key(values.one_or_many(values.name), _intent),
    "tags_any": Key(values.one_or_many(values.name), _tags_any),
    "tags_all": Key(values.one_or_many(values.name), _tags_all),
    "tags_none": Key(values.one_or_many(values.name), _tags_none),
    "channel": Key(values.one_or_many(values.name), _channel),
    "language": Key(values.one_or_many(values.name), _language),
    "segment": Key(values.segment, _segment),
    "novel": Key(values.true, _novel),
    "undeclared_commitment": Key(values.true, _undeclared_commitment),
    "sensitive": Key(values.sensitive_topics, message_conditions.sensitive),
    "sentiment": Key(values.choice("negative"), message_conditions.sentiment),
    "ungrounded_fact": Key(values.true, _ungrounded_fact),
    "business_hours": Key(values.choice("inside", "outside"), _business_hours),
    "reply_contains": Key(values.one_or_many(values.phrase), _reply_contains),
    "message_contains": Key(values.one_or_many(values.phrase), _message_contains),
}

MONEY_KEYS = frozenset({"amount_over", "amount_at_least", "amount_between", "order_share_over"})
