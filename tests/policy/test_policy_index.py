"""Looking at what could match alone finds all that does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.models import Draft, Facts
from plugin.policy import decide as deciding
from plugin.policy.index import TriggerIndex
from plugin.policy.situation import Situation

from .policy_samples import action, draft, unhurried
from .test_policy_properties import drafts, facts, file_of, policies, requirements

# As people write them: tags, intents and channels are compared whatever their case.
NAMED = st.sampled_from(
    [
        "tags: [A, x], require: block",
        "tags: ' B ', require: review, when: {intent: Other}",
        "require: review, when: {tags_all: [C, a]}",
        "require: approval, when: {intent: [REFUND, x], action: refund}",
        "require: approval, when: {channel: [Chat, x], action: [refund, 'custom:gift']}",
        "require: review, when: {channel: EMAIL}",
    ]
)


@unhurried
@given(policies, st.lists(NAMED | requirements, max_size=8), drafts, facts)
def test_what_could_match_holds_all_that_does(
    written: list[str], more: list[str], draft_: Draft, known: Facts
) -> None:
    situation = Situation(file_of([*written, *more]), draft_, known)
    every = [one.id for one in situation.file.policies if deciding._matched(one, situation)]
    weighed = deciding.weigh(situation)
    found = [match.rule.id for match in (*weighed.policies, *weighed.withheld)]
    assert sorted(found) == sorted(every)
    hits = [hit.id for hit in deciding.decide_on(situation).policies]
    assert hits == [one for one in every if one in hits]


@pytest.mark.parametrize(
    ("policy", "looked_at"),
    [
        ("tags: a, require: block", False),
        ("tags: vip, require: block", True),
        ("require: block, when: {action: discount, intent: other}", False),
        ("require: block, when: {action: discount}", False),
        ("require: block, when: {action: refund, amount_over: 900}", True),
        ("require: block, when: {channel: chat}", True),
        ("require: block, when: {confidence_below: 0.1}", True),
    ],
)
def test_what_cannot_match_is_not_looked_at(policy: str, looked_at: bool) -> None:
    known = Facts(tags=frozenset({" VIP"}), channel=None, language="en")
    situation = Situation(file_of([policy]), draft(action("refund", "5")), known)
    assert bool(situation.file.index.found(situation.triggers)) is looked_at


def test_what_is_found_comes_once_and_in_order() -> None:
    index = TriggerIndex(
        [("a", [("tag", "x"), ("tag", "y")]), ("b", None), ("c", [("tag", "y")]), ("d", [])]
    )
    assert index.found([("tag", "y"), ("tag", "x")]) == ["a", "b", "c"]
    assert index.found([]) == ["b"]
