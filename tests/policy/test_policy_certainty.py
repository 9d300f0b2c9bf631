"""Where facts are missing: whatever they turn out to be, the decision is one that was possible."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.models import Decision, Draft, Facts, Oversight
from plugin.policy.certainty import missing_facts, possible
from plugin.policy.decide import decide, weigh
from plugin.policy.load import load
from plugin.policy.model import PolicyFile
from plugin.policy.situation import Situation
from tests.policy.policy_samples import NOW, action, draft, unhurried
from tests.policy.test_policy_properties import drafts, facts, file_of, policies

AUTO, REVIEW, APPROVAL, BLOCK = Oversight


def could_be(file: PolicyFile, one: Draft, known: Facts) -> frozenset[Oversight]:
    return possible(weigh(Situation(file, one, known)), file)


def filled(one: Draft, other: Draft, names: tuple[str, ...]) -> Draft:
    """What is not known of `one` is as in `other`."""
    missing = {name: getattr(other, name) for name in names if getattr(one, name) is None}
    return replace(one, **missing)


@unhurried
@given(policies, drafts, drafts, facts, facts)
def test_no_fact_makes_it_what_was_not_possible(
    written: list[str], one: Draft, other: Draft, known: Facts, more: Facts
) -> None:
    file = file_of(written)
    found = could_be(file, one, known)
    assert decide(file, one, known).oversight in found
    names = ("message", "channel", "segment", "novel", "at", "order")
    told = replace(
        known, **{name: getattr(more, name) for name in names if getattr(known, name) is None}
    )
    assert decide(file, filled(one, other, ("intent", "confidence")), told).oversight in found


@unhurried
@given(policies, drafts, facts)
def test_where_nothing_is_missing_there_is_one_answer(
    written: list[str], one: Draft, known: Facts
) -> None:
    file = file_of(written)
    weighed = weigh(Situation(file, one, known))
    if not list(missing_facts(weighed)):
        assert possible(weighed, file) == {decide(file, one, known).oversight}


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (["require: approval, when: {confidence_below: 0.5}"], {REVIEW, APPROVAL}),
        (["require: review, when: {confidence_below: 0.5}"], {REVIEW}),
        (["allow: auto, when: {confidence_at_least: 0.5}"], {REVIEW, AUTO}),
        (["require: block", "require: approval, when: {confidence_below: 0.5}"], {BLOCK}),
        (["allow: auto", "require: block, when: {confidence_below: 0.5}"], {AUTO, BLOCK}),
        (["require: approval, when: {confidence_below: 0.5, channel: chat}"], {REVIEW}),
    ],
)
def test_a_missing_confidence(written: list[str], expected: set[Oversight]) -> None:
    one = draft(text="Thank you.", confidence=None)
    assert could_be(file_of(written), one, Facts(channel="email", at=NOW)) == expected


def test_an_open_policy_takes_the_defaults_place() -> None:
    file = load(
        "version: 1\ndefaults: {require: approval}\n"
        "policies: [{id: a, require: review, when: {confidence_below: 0.5}}]"
    )
    assert could_be(file, draft(text="Thank you.", confidence=None), Facts()) == {REVIEW, APPROVAL}


def test_what_no_fact_could_tell_is_no_doubt() -> None:
    """A language without a lexicon and an amount without a rate hold a draft for certain."""
    polish = ["require: approval, when: {undeclared_commitment: true}"]
    assert could_be(file_of(polish), draft(language="pl"), Facts()) == {APPROVAL}
    dear = ["require: approval, when: {amount_over: 50.00}"]
    foreign = draft(action(amount="10.00", currency="CHF"))
    assert could_be(file_of(dear), foreign, Facts()) == {APPROVAL}
    assert could_be(file_of(dear), draft(action()), Facts()) == {REVIEW, APPROVAL}


def test_a_limit_that_nobody_can_count_leaves_it_open() -> None:
    file = load(
        "version: 1\ncurrency: USD\nlimits: [{id: home, actions: refund, per: household,"
        " window: 30d, max: 10.00, require: block}]"
    )
    one = draft(action(amount="5.00"))
    assert could_be(file, one, Facts()) == {REVIEW, BLOCK}
    assert could_be(file, one, Facts(household="1 elm street")) == {REVIEW}
    assert isinstance(decide(file, one, Facts()), Decision)


def test_what_is_missing_is_named_once() -> None:
    file = file_of([f"require: review, when: {{confidence_below: 0.{n}}}" for n in (5, 6)])
    weighed = weigh(Situation(file, draft(confidence=None), Facts()))
    assert list(missing_facts(weighed)) == ["the draft's confidence is not known"]


confidences = st.none() | st.decimals(0, 1, places=2)


@unhurried
@given(confidences)
def test_an_allowance_for_want_of_a_fact_is_not_given(confidence: Decimal | None) -> None:
    file = file_of(["allow: auto, when: {confidence_at_least: 0.5}"])
    one = replace(draft(text="Thank you."), confidence=confidence)
    decided = decide(file, one, Facts()).oversight
    enough = confidence is not None and confidence >= Decimal("0.5")
    assert decided is (AUTO if enough else REVIEW)
