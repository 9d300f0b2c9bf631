"""What must hold for every file and every draft."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.types import ActionRequest, Money
from plugin.models import ACTION_TYPES, Decision, Draft, Facts, OrderFacts, Oversight
from plugin.policy.decide import decide
from plugin.policy.load import load
from plugin.policy.model import PolicyFile

from .policy_samples import NOW, unhurried

# No amount_between and no tags_none here: more of a thing may leave a range.
WHENS = [
    "{action: refund}",
    "{action: [discount, reship], amount_at_least: 20}",
    "{actions: any}",
    "{amount_over: 50.00}",
    "{amount_at_least: 15 EUR}",
    "{order_share_over: 0.4}",
    "{order_age_over: 30d}",
    "{confidence_below: 0.8}",
    "{intent: [refund, other]}",
    "{tags_any: [a, b]}",
    "{tags_all: [a, c]}",
    "{channel: chat}",
    "{language: de}",
    "{segment: {tier: gold}}",
    "{novel: true}",
    "{message_contains: lawyer}",
    "{reply_contains: parcel, confidence_below: 0.95}",
    "{undeclared_commitment: true}",
    "{confidence_below: 0.9, amount_over: 10, message_contains: [broken, lawyer]}",
    "{}",
]
ALLOWED = [
    "{actions: none}",
    "{confidence_at_least: 0.9}",
    "{intent: other, confidence_at_least: 0.5}",
    "{action: [refund, discount], amount_between: [0, 30]}",
    "{channel: chat, tags_any: a}",
    "{}",
]
TERMS = "approvals: 2, approvers: [agent, admin], deadline: 1h"

requirements = st.builds(
    lambda when, level: f"require: {level}, when: {when}",
    st.sampled_from(WHENS),
    st.sampled_from(["review", "approval", "block", f"approval, {TERMS}"]),
)
allowances = st.builds(lambda when: f"allow: auto, when: {when}", st.sampled_from(ALLOWED))
policies = st.lists(requirements | allowances, max_size=6)

amounts = st.decimals(0, 200, places=2)
actions = st.builds(
    lambda kind, amount, currency: ActionRequest(
        kind, None if amount is None else Money(amount, currency)
    ),
    st.sampled_from([*sorted(ACTION_TYPES), "custom:gift"]),
    st.none() | amounts,
    st.sampled_from(["USD", "EUR", "CHF"]),
)
drafts = st.builds(
    Draft,
    text=st.none() | st.sampled_from(["Your parcel is on its way.", "We will refund you 40 USD."]),
    intent=st.none() | st.sampled_from(["refund", "other", "order_status"]),
    confidence=st.none() | st.decimals(0, 1, places=2),
    language=st.none() | st.sampled_from(["en", "de", "xx"]),
    actions=st.lists(actions, max_size=4).map(tuple),
)
facts = st.builds(
    Facts,
    message=st.none() | st.sampled_from(["It is broken", "My lawyer will write"]),
    tags=st.frozensets(st.sampled_from("abc")),
    channel=st.none() | st.sampled_from(["chat", "email"]),
    order=st.none()
    | st.builds(
        OrderFacts,
        st.none() | amounts.map(lambda amount: Money(amount, "USD")),
        st.none() | st.just(NOW),
    ),
    segment=st.none() | st.just({"tier": "gold"}) | st.just({"tier": "none"}),
    novel=st.none() | st.booleans(),
    at=st.none() | st.just(NOW),
)


def file_of(written: list[str]) -> PolicyFile:
    listed = ", ".join(f"{{id: p{index}, {policy}}}" for index, policy in enumerate(written))
    return load(f"version: 1\ncurrency: USD\nrates: {{EUR: 1.08}}\npolicies: [{listed}]")


def stricter_or_same(one: Decision, other: Decision) -> bool:
    return one.oversight.rank >= other.oversight.rank


@unhurried
@given(policies, requirements, drafts, facts)
def test_adding_a_requirement_never_loosens(
    written: list[str], more: str, draft: Draft, known: Facts
) -> None:
    before = decide(file_of(written), draft, known)
    after = decide(file_of([*written, more]), draft, known)
    assert stricter_or_same(after, before)
    if before.oversight is after.oversight is Oversight.APPROVAL:
        assert after.approvals >= before.approvals
        assert set(after.approvers) <= set(before.approvers)


@unhurried
@given(st.lists(requirements, max_size=6), allowances, drafts, facts)
def test_an_allowance_loosens_only_what_nothing_else_holds(
    written: list[str], allowance: str, draft: Draft, known: Facts
) -> None:
    before = decide(file_of(written), draft, known)
    after = decide(file_of([*written, allowance]), draft, known)
    if before.policies:
        assert after.oversight is before.oversight
    else:
        assert after.oversight in {Oversight.AUTO, before.oversight}


@unhurried
@given(st.data(), policies, drafts, facts)
def test_the_order_of_policies_does_not_matter(
    data: st.DataObject, written: list[str], draft: Draft, known: Facts
) -> None:
    shuffled = data.draw(st.permutations(written))
    one, other = (decide(file_of(order), draft, known) for order in (written, shuffled))
    assert (one.oversight, one.approvals, one.approvers, one.deadline, one.escalate_to) == (
        other.oversight,
        other.approvals,
        other.approvers,
        other.deadline,
        other.escalate_to,
    )
    assert sorted(hit.reason for hit in one.policies) == sorted(
        hit.reason for hit in other.policies
    )


@unhurried
@given(policies, drafts, facts, amounts, st.integers(0, 3))
def test_a_larger_amount_never_loosens(
    written: list[str], draft: Draft, known: Facts, more: Decimal, which: int
) -> None:
    if not draft.actions:
        return
    chosen = draft.actions[which % len(draft.actions)]
    if chosen.amount is None:
        return
    larger = replace(chosen, amount=Money(chosen.amount.amount + more, chosen.amount.currency))
    grown = replace(
        draft, actions=tuple(larger if action is chosen else action for action in draft.actions)
    )
    file = file_of(written)
    assert stricter_or_same(decide(file, grown, known), decide(file, draft, known))


@unhurried
@given(policies, drafts, facts, st.decimals(0, 1, places=2))
def test_a_lower_confidence_never_loosens(
    written: list[str], draft: Draft, known: Facts, less: Decimal
) -> None:
    if draft.confidence is None:
        return
    unsure = replace(draft, confidence=max(Decimal(), draft.confidence - less))
    file = file_of(written)
    assert stricter_or_same(decide(file, unsure, known), decide(file, draft, known))


FORGOTTEN = {
    "intent": lambda draft, facts: (replace(draft, intent=None), facts),
    "confidence": lambda draft, facts: (replace(draft, confidence=None), facts),
    "language": lambda draft, facts: (replace(draft, language=None), replace(facts, language=None)),
    "channel": lambda draft, facts: (draft, replace(facts, channel=None)),
    "message": lambda draft, facts: (draft, replace(facts, message=None)),
    "order": lambda draft, facts: (draft, replace(facts, order=None)),
    "segment": lambda draft, facts: (draft, replace(facts, segment=None)),
    "novel": lambda draft, facts: (draft, replace(facts, novel=None)),
    "at": lambda draft, facts: (draft, replace(facts, at=None)),
    "amounts": lambda draft, facts: (
        replace(draft, actions=tuple(replace(a, amount=None) for a in draft.actions)),
        facts,
    ),
}


@pytest.mark.parametrize("fact", FORGOTTEN)
@settings(deadline=None, max_examples=40)
@given(written=policies, draft=drafts, known=facts)
def test_a_missing_fact_never_loosens(
    fact: str, written: list[str], draft: Draft, known: Facts
) -> None:
    file = file_of(written)
    assert stricter_or_same(
        decide(file, *FORGOTTEN[fact](draft, known)), decide(file, draft, known)
    )


@unhurried
@given(policies, drafts, facts, st.integers(2, 5))
def test_splitting_an_action_gains_nothing(
    written: list[str], draft: Draft, known: Facts, parts: int
) -> None:
    split = tuple(piece for action in draft.actions for piece in _pieces(action, parts))
    file = file_of(written)
    whole = decide(file, draft, known)
    assert stricter_or_same(decide(file, replace(draft, actions=split), known), whole)


def _pieces(action: ActionRequest, parts: int) -> list[ActionRequest]:
    if action.amount is None:
        return [action]
    cents = action.amount.minor()
    sizes = [cents // parts] * (parts - 1)
    return [
        replace(action, amount=Money.from_minor(size, action.amount.currency))
        for size in (*sizes, cents - sum(sizes))
    ]


@unhurried
@given(policies, drafts, facts)
def test_every_decision_is_whole(written: list[str], draft: Draft, known: Facts) -> None:
    decision = decide(file_of(written), draft, known)
    held = decision.oversight is Oversight.APPROVAL
    assert bool(decision.approvals) is held
    assert bool(decision.approvers) is held
    assert (decision.deadline is not None) is held
    assert bool(decision.held_because) is (decision.oversight is not Oversight.AUTO)
    for sentence in (*decision.held_because, *(hit.reason for hit in decision.policies)):
        assert sentence.endswith(".")
        assert "\n" not in sentence
