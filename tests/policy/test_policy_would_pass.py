"""What would have let a draft pass is said in one sentence, and is true."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from connectors.types import ActionRequest, Money
from plugin.models import Draft, Facts, OrderFacts, Oversight
from plugin.policy.decide import decide_on
from plugin.policy.load import load
from plugin.policy.situation import Situation
from plugin.policy.would_pass import would_pass

from .policy_samples import EXAMPLE, NOW, action, draft, one_policy
from .test_policy_properties import ALLOWED, WHENS, drafts, facts

EN = Facts(language="en", at=NOW)
MORE_WHENS = [
    "{amount_between: [20, 90]}",
    "{action: refund, amount_between: [10 EUR, 30 EUR]}",
    "{tags_none: b}",
    "{business_hours: outside}",
    "{ungrounded_fact: true}",
    "{confidence_at_least: 0.7}",
]
HEAD = """version: 1
currency: USD
rates: {EUR: 1.08}
business_hours: {timezone: Europe/Berlin, tue-sat: "09:00-18:00"}
limits:
  - {id: most, actions: [refund, discount], per: merchant, window: 30d, max: 60, require: LEVEL}
policies: [POLICIES]
"""


def told(source: str, asked: Draft, known: Facts = EN) -> list[str]:
    return [way.words for way in would_pass(Situation(load(source), asked, known))]


@pytest.mark.parametrize(
    ("asked", "tags", "ways"),
    [
        (
            draft(action("refund", "54.20")),
            "",
            ["At 50.00 USD or less it would need review only."],
        ),
        (
            draft(action("refund", "54.20", "EUR")),
            "",
            ["At 46.29 EUR or less it would need review only."],
        ),
        (
            draft(action("refund", "40"), action("refund", "30")),
            "",
            ["With refunds of 50.00 USD or less together it would need review only."],
        ),
        (
            draft(action("refund", "80"), action("discount", "30")),
            "",
            ["With a refund of 50.00 USD or less it would need review only."],
        ),
        (
            draft(action("refund")),
            "",
            ["If the worth of the refund were known and 50.00 USD or less, it would need review"],
        ),
        (
            draft(action("refund", "54.20")),
            "Complaint",
            ["At 50.00 USD or less and without the tag complaint, it would need review only."],
        ),
        (
            draft(confidence="0.8"),
            "",
            ["With confidence 0.90 or more order-status-autopilot would let it go by itself."],
        ),
        (
            draft(),
            "complaint legal_threat",
            ["Without the tags complaint and legal_threat order-status-autopilot would let it go"],
        ),
        (
            draft(action("refund", "20")),
            "",
            ["Without the refund order-status-autopilot would let it go by itself."],
        ),
        (draft(intent="other"), "", []),
        (draft(), "", []),
    ],
)
def test_the_example_says_what_would_pass(asked: Draft, tags: str, ways: list[str]) -> None:
    found = told(EXAMPLE, asked, replace(EN, tags=frozenset(tags.split())))
    assert len(found) == len(ways)
    for words, beginning in zip(found, ways, strict=True):
        assert words.startswith(beginning)


@pytest.mark.parametrize(
    ("when", "asked", "words"),
    [
        (
            "{order_age_over: 30d}",
            draft(),
            "If the order's date were known and at most 30 days ago, it would need review only.",
        ),
        (
            "{order_share_over: 0.5}",
            draft(action("refund", "40")),
            "If the order's total were known and 80.00 USD or more, it would need review only.",
        ),
        (
            "{reply_contains: your parcel}",
            draft(),
            'Without "your parcel" in the reply it would need review only.',
        ),
        (
            "{novel: true}",
            draft(),
            "If it were known that the question is not novel, it would need review only.",
        ),
        (
            "{amount_at_least: 40 EUR}",
            draft(action("refund", "50")),
            "At 43.19 USD or less it would need review only.",
        ),
        ("{tags_none: vip}", draft(), "With the tag vip it would need review only."),
    ],
)
def test_each_kind_of_change_has_its_words(when: str, asked: Draft, words: str) -> None:
    assert told(one_policy(when), asked) == [words]


def test_what_nobody_can_change_is_not_suggested() -> None:
    for when in ("{message_contains: lawyer}", "{sensitive: any}", "{order_age_over: 1d}", "{}"):
        known = replace(
            EN,
            message="My lawyer will write",
            order=OrderFacts(placed_at=NOW - timedelta(days=9)),
        )
        assert told(one_policy(when), draft(), known) == []


def test_a_limit_tells_what_was_left_of_it() -> None:
    source = """
version: 1
currency: USD
limits:
  - {id: most, actions: [refund, discount], per: merchant, window: 30d, max: 60, require: approval}
"""
    situation = Situation(load(source), draft(action("refund", "54.20")), EN)
    ways = would_pass(situation, lambda *_: [Money(Decimal("40.00"), "USD")])
    assert [way.words for way in ways] == ["At 20.00 USD or less it would need review only."]


def test_two_ways_out_of_one_policy_are_two_sentences() -> None:
    source = one_policy("{action: refund, amount_over: 30, tags_any: angry}")
    known = replace(EN, tags=frozenset({"angry"}))
    assert told(source, draft(action("refund", "40")), known) == [
        "At 30.00 USD or less it would need review only.",
        "Without the tag angry it would need review only.",
    ]


def test_less_is_not_promised_where_less_would_be_held_again() -> None:
    source = """
version: 1
currency: USD
policies:
  - {id: large, require: approval, when: {amount_over: 50}}
  - {id: middle, require: approval, when: {amount_between: [10, 30]}}
"""
    assert told(source, draft(action("refund", "60"))) == []
    without_middle = source.replace("[10, 30]", "[60, 90]")
    assert told(without_middle, draft(action("refund", "60"))) == [
        "At 50.00 USD or less it would need review only."
    ]


def test_a_promise_is_taken_out_where_it_alone_holds_the_draft() -> None:
    asked = draft(text="Hello Maya. We will refund you 40 USD. Have a nice day.")
    (words,) = told(EXAMPLE, asked)
    assert words.startswith('Without "')
    assert words.endswith("in the reply order-status-autopilot would let it go by itself.")
    # Where it is not what holds it, it is no part of what must be different.
    source = """
version: 1
defaults: {require: approval}
policies: [{id: calm, require: review, when: {tags_none: angry}}]
"""
    known = replace(EN, tags=frozenset({"angry"}))
    assert told(source, asked, known) == ["Without the tag angry it would need review only."]


policies = st.lists(
    st.builds(
        lambda when, level: f"require: {level}, when: {when}",
        st.sampled_from([*WHENS, *MORE_WHENS]),
        st.sampled_from(["review", "approval", "block"]),
    )
    | st.builds(lambda when: f"allow: auto, when: {when}", st.sampled_from(ALLOWED)),
    max_size=4,
)
levels = st.sampled_from(["review", "approval", "block"])


@settings(deadline=None, max_examples=500)
@given(policies, levels, drafts, facts, st.decimals(0, 1, places=3))
@example(  # a tag before an amount
    ["require: approval, when: {tags_none: b}"],
    "approval",
    Draft(None, None, None, None, (ActionRequest("discount", Money(Decimal("55.56"), "EUR")),)),
    Facts(),
    Decimal(0),
)
def test_the_change_that_is_named_lets_it_pass(
    written: list[str], level: str, asked: Draft, known: Facts, part: Decimal
) -> None:
    listed = ", ".join(f"{{id: p{index}, {policy}}}" for index, policy in enumerate(written))
    file = load(HEAD.replace("LEVEL", level).replace("POLICIES", listed))
    before = Situation(file, asked, known)
    held = decide_on(before).oversight
    for way in would_pass(before):
        assert way.oversight.rank < held.rank
        for share in (Decimal(1), part):
            after = decide_on(as_told(way.words, before, share))
            assert after.oversight.rank <= way.oversight.rank, way.words
        exactly = decide_on(as_told(way.words, before, Decimal(1)))
        assert exactly.oversight is way.oversight, way.words
        assert (" by itself." in way.words) is (exactly.oversight is Oversight.AUTO)
        assert ("review only." in way.words) is (exactly.oversight is Oversight.REVIEW)


# The sentences, read as a person would: what is in them is all that is changed.
Change = Callable[[Situation, "re.Match[str]", Decimal], Situation]


def as_told(words: str, situation: Situation, part: Decimal) -> Situation:
    """The situation that a sentence speaks of; `part` of what an ``or less`` leaves open."""
    rest = words
    for pattern, change in READ.items():
        for found in re.finditer(pattern, rest, flags=re.IGNORECASE):
            situation = change(situation, found, part)
        rest = re.sub(pattern, "", rest, flags=re.IGNORECASE)
    left = re.sub(r"\b(and|it|p\d would let|would need .* only|go by itself)\b|[ ,.]", "", rest)
    assert left == "", words
    return situation


def _amount(situation: Situation, found: "re.Match[str]", part: Decimal) -> Situation:
    nouns = (found["nouns"] or "").replace(" and ", ", ").split(", ")
    kinds = {noun.rstrip("s").replace(" ", "_").replace("_action", "") for noun in nouns if noun}
    room, rates = Decimal(found["most"]) * part, {"USD": Decimal(1), "EUR": Decimal("1.08")}
    room *= rates[found["currency"]]
    actions: list[ActionRequest] = []
    for one in situation.draft.actions:
        if kinds and one.type.removeprefix("custom:") not in kinds:
            actions.append(one)
            continue
        money = one.money
        if money is None or money.currency not in rates or part != 1:
            money = Money(room.quantize(Decimal("0.01"), "ROUND_FLOOR"), "USD")
        elif money.amount * rates[money.currency] > room:
            fits = (room / rates[money.currency]).quantize(Decimal("0.01"), "ROUND_FLOOR")
            money = Money(fits, money.currency)
        room -= money.amount * rates[money.currency]
        actions.append(replace(one, amount=money))
    return replace(situation, draft=replace(situation.draft, actions=tuple(actions)))


def _without_actions(situation: Situation, found: "re.Match[str]", _: Decimal) -> Situation:
    nouns = found["nouns"].replace(" and ", ", ").split(", ")
    gone = {noun.replace(" action", "").replace(" ", "_") for noun in nouns}
    gone |= {{"order_cancellation": "cancel_order"}.get(one, one) for one in gone}
    kept = tuple(
        one for one in situation.draft.actions if one.type.removeprefix("custom:") not in gone
    )
    return replace(situation, draft=replace(situation.draft, actions=kept))


def _tags(situation: Situation, without: set[str], more: set[str]) -> Situation:
    tags = (situation.facts.tags - without) | more
    return replace(situation, facts=replace(situation.facts, tags=frozenset(tags)))


def _sure(situation: Situation, found: "re.Match[str]", part: Decimal) -> Situation:
    least = Decimal(found["share"])
    sure = 1 - (1 - least) * part
    return replace(situation, draft=replace(situation.draft, confidence=sure))


def _unsaid(situation: Situation, found: "re.Match[str]", _: Decimal) -> Situation:
    text = (situation.draft.text or "").replace(found["words"], " ")
    return replace(situation, draft=replace(situation.draft, text=text))


def _order(situation: Situation, **known: Any) -> Situation:
    order = replace(situation.facts.order or OrderFacts(), **known)
    return replace(situation, facts=replace(situation.facts, order=order))


_MONEY = r"(?P<most>[\d.]+) (?P<currency>[A-Z]{3}) or less"
READ: dict[str, Change] = {
    rf"if the worth of the (?P<nouns>[a-z_, ]+) were known and {_MONEY}": _amount,
    rf"with (an? )?(?P<nouns>((?!\bwith )[a-z_, ])+) of {_MONEY}( together)?": _amount,
    rf"(?P<nouns>)\bat {_MONEY}": _amount,
    r"without the tags? (?P<tags>[abc](( and |, )[abc])*)\b": lambda one, found, _: _tags(
        one, set(re.findall(r"\b[abc]\b", found["tags"])), set()
    ),
    r"with the tag (?P<tag>[abc])\b": lambda one, found, _: _tags(one, set(), {found["tag"]}),
    r"with confidence (?P<share>[\d.]+\d) or more": _sure,
    r'without "(?P<words>[^"]+)" in the reply': _unsaid,
    r"if the order's date were known and at most 30 days ago": lambda one, *_: _order(
        one, placed_at=NOW - timedelta(days=30)
    ),
    r"if the order's total were known and (?P<most>[\d.]+) USD or more": (
        lambda one, found, _: _order(one, total=Money(Decimal(found["most"]), "USD"))
    ),
    r"if it were known that the question is not novel": lambda one, *_: replace(
        one, facts=replace(one.facts, novel=False)
    ),
    r"inside business hours": lambda one, *_: replace(
        one, facts=replace(one.facts, at=NOW + timedelta(days=2))
    ),
    r"without the (?P<nouns>[a-z_, ]+?)(?=,? (and (at|with|if|in)|it would|p\d would)|, p\d)": (
        _without_actions
    ),
}
