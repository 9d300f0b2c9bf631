"""The filter's records: what is taken, what is refused by name, what comes out."""

import json
from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.errors import InvalidInputError
from plugin.policy.history import History
from plugin.policy.load import load
from plugin.policy.record import decide_line

from .policy_samples import EXAMPLE, one_policy, unhurried

FILE = load(EXAMPLE)
LINE: dict[str, object] = {
    "text": "Hello, your parcel is on its way.",
    "actions": [],
    "confidence": 0.95,
    "intent": "order_status",
    "tags": [],
    "channel": "email",
    "language": "en",
}
REFUND = {"type": "refund", "amount": "54.20", "currency": "USD"}


def line(**changes: object) -> dict[str, object]:
    return LINE | changes


def test_a_held_refund() -> None:
    assert decide_line(FILE, line(actions=[REFUND])) == {
        "oversight": "approval",
        "approvals": 1,
        "approvers": ["lead", "admin"],
        "deadline": 7200,
        "policies": [{"id": "big-refund", "reason": "The refund is 54.20 USD, over 50.00 USD."}],
        "tags": ["big_refund"],
        "held_because": ["The refund is 54.20 USD, over 50.00 USD."],
        "escalate_to": "admin",
    }


def test_where_it_is_asked_for_it_tells_what_would_pass() -> None:
    held = line(actions=[REFUND])
    answer = decide_line(FILE, held, explain=True)
    assert answer.pop("would_pass") == ["At 50.00 USD or less it would need review only."]
    assert answer == decide_line(FILE, held)
    assert decide_line(FILE, LINE, explain=True)["would_pass"] == []


def test_what_would_pass_counts_the_lines_before_it() -> None:
    file = load(
        "version: 1\ncurrency: USD\nlimits: [{id: m, actions: refund, per: merchant, window: 1d,"
        " max: 60, require: approval}]"
    )
    history, refund = History(), line(actions=[REFUND | {"amount": "35.00"}])
    first, second = (decide_line(file, refund, history, explain=True) for _ in range(2))
    assert first["oversight"] == "review"
    assert second["would_pass"] == ["At 25.00 USD or less it would need review only."]


def test_an_automatic_answer_has_no_deadline() -> None:
    answer = decide_line(FILE, LINE)
    assert answer["oversight"] == "auto"
    assert "deadline" not in answer
    assert (answer["approvals"], answer["approvers"], answer["tags"]) == (0, [], [])


def test_the_default_names_no_policy() -> None:
    answer = decide_line(FILE, line(intent="refund"))
    assert (answer["oversight"], answer["policies"]) == ("review", [])


@pytest.mark.parametrize("confidence", [0.9, Decimal("0.90"), 1, 1.0])
def test_confidence_is_any_json_number(confidence: object) -> None:
    assert decide_line(FILE, line(confidence=confidence))["oversight"] == "auto"


@pytest.mark.parametrize("missing", ["confidence", "intent"])
def test_what_is_null_or_missing_is_not_known(missing: str) -> None:
    without = {key: value for key, value in LINE.items() if key != missing}
    assert decide_line(FILE, without) == decide_line(FILE, line(**{missing: None}))
    assert decide_line(FILE, without)["oversight"] == "review"


def test_without_a_currency_the_files_holds() -> None:
    answer = decide_line(FILE, line(actions=[{"type": "refund", "amount": "54.20"}]))
    assert answer["policies"][0]["reason"] == "The refund is 54.20 USD, over 50.00 USD."


def test_facts_reach_the_conditions() -> None:
    source = one_policy("{order_share_over: 0.5, order_age_over: 30d, segment: {n: 3, vip: true}}")
    facts = {
        "order": {"total": "100.00", "currency": "USD", "placed_at": "2026-01-01T00:00:00Z"},
        "segment": {"n": 3, "vip": True, "other": None},
        "household": "h1",
        "novel": False,
        "grounded": ["a"],
    }
    record = line(actions=[REFUND], facts=facts, at="2026-03-01T09:30:00+01:00", agent="a1")
    assert decide_line(load(source), record)["policies"][0]["reason"] == (
        "The refund is 54.20 USD, over 50 % of the order's 100.00 USD, the order was placed on"
        " 2026-01-01, over 30 days ago, and the customer's n is 3 and the customer's vip is true."
    )


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"actions": [REFUND | {"amount": 54.2}]}, "actions[0].amount", "decimal string"),
        ({"actions": [REFUND | {"amount": 54}]}, "actions[0].amount", "decimal string"),
        ({"actions": [REFUND | {"value": True}]}, "actions[0].value", "decimal string"),
        ({"actions": [REFUND | {"amount": "-1"}]}, "actions[0].amount", "not a decimal amount"),
        ({"actions": [REFUND | {"amount": "1e3"}]}, "actions[0].amount", "not a decimal amount"),
        ({"actions": [REFUND | {"amount": "1.001"}]}, "actions[0].amount", "decimal places"),
        ({"actions": [REFUND | {"amount": "9" * 99}]}, "actions[0].amount", "at most"),
        ({"actions": [REFUND | {"amount": ""}]}, "actions[0].amount", "not a decimal amount"),
        ({"actions": [REFUND | {"currency": "usd"}]}, "actions[0].currency", "ISO 4217"),
        ({"actions": [REFUND | {"currency": 5}]}, "actions[0].currency", "string"),
        ({"actions": [REFUND, {"type": "fly"}]}, "actions[1].type", "expected one of"),
        ({"actions": [{"type": "custom:"}]}, "actions[0].type", "expected one of"),
        ({"actions": [{"amount": "5"}]}, "actions[0].type", "is missing"),
        ({"actions": [REFUND | {"amuont": "5"}]}, "actions[0].amuont", "unknown key"),
        ({"actions": [REFUND | {"items": "x"}]}, "actions[0].items", "expected a list"),
        ({"actions": [REFUND | {"order": ["x"]}]}, "actions[0].order", "expected a string"),
        ({"actions": ["refund"]}, "actions[0]", "expected an object"),
        ({"actions": [None]}, "actions[0]", "not null"),
        ({"actions": None}, "actions", "not null"),
        ({"actions": {}}, "actions", "expected a list"),
        ({"actions": [REFUND] * 101}, "actions", "maximum length"),
        ({"confidence": "0.9"}, "confidence", "number from 0 to 1"),
        ({"confidence": 1.01}, "confidence", "number from 0 to 1"),
        ({"confidence": -0.1}, "confidence", "number from 0 to 1"),
        ({"confidence": True}, "confidence", "number from 0 to 1"),
        ({"confidence": float("nan")}, "confidence", "number from 0 to 1"),
        ({"confidence": Decimal("Infinity")}, "confidence", "number from 0 to 1"),
        ({"text": 5}, "text", "expected a string"),
        ({"tags": "a"}, "tags", "expected a list"),
        ({"tags": ["a", 5]}, "tags[1]", "expected a string"),
        ({"tags": None}, "tags", "not null"),
        ({"intent": 5}, "intent", "expected a string"),
        ({"bogus": 1}, "bogus", "unknown key"),
        ({"at": "2026-03-01"}, "at", "RFC 3339"),
        ({"at": "2026-03-01T10:00:00"}, "at", "RFC 3339"),
        ({"at": "2026-13-01T10:00:00Z"}, "at", "RFC 3339"),
        ({"at": 5}, "at", "RFC 3339"),
        ({"facts": []}, "facts", "expected an object"),
        ({"facts": {"novel": "yes"}}, "facts.novel", "true or false"),
        ({"facts": {"odrer": {}}}, "facts.odrer", "unknown key"),
        ({"facts": {"order": {"total": 5}}}, "facts.order.total", "decimal string"),
        ({"facts": {"order": {"total": "x"}}}, "facts.order.total", "not a decimal amount"),
        ({"facts": {"order": {"total": "5", "currency": "x"}}}, "facts.order.currency", "ISO"),
        ({"facts": {"order": {"placed_at": "May"}}}, "facts.order.placed_at", "RFC 3339"),
        ({"facts": {"segment": {"a": [1]}}}, "facts.segment.a.value", "expected a string"),
        ({"facts": {"grounded": "x"}}, "facts.grounded", "expected a list"),
    ],
)
def test_what_is_wrong_is_named(changes: dict[str, object], field: str, words: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        decide_line(FILE, line(**changes))
    assert refused.value.field == field
    assert words in refused.value.message


@pytest.mark.parametrize("required", ["text", "actions", "tags"])
def test_what_nobody_may_leave_out(required: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        decide_line(FILE, {key: value for key, value in LINE.items() if key != required})
    assert (refused.value.field, refused.value.message) == (required, "is missing")


def test_amounts_need_a_currency_from_somewhere() -> None:
    bare = line(actions=[{"type": "refund", "amount": "5"}])
    with pytest.raises(InvalidInputError) as refused:
        decide_line(load("version: 1"), bare)
    assert refused.value.field == "actions[0].currency"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*LINE, "type", "amount", "facts", "_schema"]), inner)
    ),
    max_leaves=12,
)


@unhurried
@given(json_values)
def test_any_json_is_answered_or_refused_by_name(value: object) -> None:
    with suppress(InvalidInputError):
        assert json.dumps(decide_line(FILE, value))
