"""Limits: what counts, for whom, how long, and that splitting gains nothing."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.types import ActionRequest, Money
from plugin.models import Decision, Facts, Oversight, Role
from plugin.policy.decide import decide
from plugin.policy.history import History
from plugin.policy.load import check, load

from .policy_samples import NOW, draft

FILE = """
version: 1
currency: USD
rates: {EUR: "1.10"}
limits:
  - {id: customer-30d, actions: [refund, store_credit], per: customer, window: 30d, max: 150.00,
     require: approval, approvers: [admin], tag: over_limit, note: Look at the history.}
"""
LENA = "lena@example.org"


def refund(amount: str | None, currency: str = "USD", **more: Any) -> ActionRequest:
    money = None if amount is None else Money(Decimal(amount), currency)
    return ActionRequest(**{"type": "refund", "amount": money, "customer": LENA, **more})


def decided(
    history: History, *actions: ActionRequest, source: str = FILE, **facts: Any
) -> Decision:
    file, known = load(source), Facts(**{"language": "en", "at": NOW, **facts})
    decision = decide(file, draft(*actions), known, history.spent(known.at))
    history.reserve(draft(*actions), known, decision)
    return decision


def test_going_over_it_needs_its_oversight_and_reaching_it_does_not() -> None:
    history = History()
    first = decided(history, refund("100.00"))
    assert (first.oversight, first.policies) == (Oversight.REVIEW, ())
    assert first.headroom == (
        "After this draft 50.00 USD of 150.00 USD are left for the customer within 30 days.",
    )
    assert decided(history, refund("50.00")).oversight is Oversight.REVIEW
    over = decided(history, refund("0.01"))
    assert over.oversight is Oversight.APPROVAL
    assert (over.approvers, over.tags, over.advice) == (
        (Role.ADMIN,),
        ("over_limit",),
        ("Look at the history.",),
    )
    assert over.policies[0].reason == (
        "With this draft, what counts for the customer within 30 days comes to 150.01 USD, over the"
        " limit of 150.00 USD; 0.00 USD of it were left."
    )


def test_one_draft_alone_may_pass_it() -> None:
    assert decided(History(), refund("150.01")).oversight is Oversight.APPROVAL
    split = [refund("75.00"), refund("75.00", type="store_credit"), refund("0.01")]
    assert decided(History(), *split).oversight is Oversight.APPROVAL


def test_it_counts_its_own_actions_its_own_customer_and_its_own_time() -> None:
    history = History()
    decided(history, refund("140.00", type="reship"))
    decided(history, refund("140.00", customer="ben@example.org"))
    decided(history, refund("140.00"), at=NOW - timedelta(days=30))
    assert decided(history, refund("140.00")).oversight is Oversight.REVIEW
    assert decided(history, refund("140.00", customer=" LENA@example.org")).policies


def test_what_was_held_counts_and_what_was_blocked_does_not() -> None:
    source = FILE + "policies: [{id: p, when: {tags_any: legal}, require: block}]\n"
    history = History()
    decided(history, refund("150.00"), source=source, tags=frozenset({"legal"}))
    assert decided(history, refund("150.00"), source=source).oversight is Oversight.REVIEW
    held = History()
    decided(held, refund("151.00"))
    assert decided(held, refund("1.00")).oversight is Oversight.APPROVAL


@pytest.mark.parametrize(
    ("per", "action", "facts"),
    [
        ("customer", {}, {}),
        ("customer", {"customer": None}, {"customer": LENA}),
        ("order", {"order": "#1002"}, {}),
        ("household", {}, {"household": "1 High Street"}),
        ("agent", {}, {"agent": "ana"}),
        ("merchant", {}, {}),
    ],
)
def test_whose_sum_it_is(per: str, action: dict[str, Any], facts: dict[str, Any]) -> None:
    source = FILE.replace("per: customer", f"per: {per}")
    history = History()
    assert not decided(history, refund("100.00", **action), source=source, **facts).policies
    assert decided(history, refund("60.00", **action), source=source, **facts).policies
    if per != "merchant":
        (hit,) = decided(
            History(), refund("1.00", customer=None, order=None), source=source
        ).policies
        assert "not known, so this limit counts as passed" in hit.reason


@pytest.mark.parametrize("action", [refund(None), refund("1.00", "GBP")])
def test_what_is_not_known_counts_as_passed(action: ActionRequest) -> None:
    assert decided(History(), action).oversight is Oversight.APPROVAL


def test_a_foreign_amount_counts_by_its_rate() -> None:
    history = History()
    decided(history, refund("100.00", "EUR"))
    assert decided(history, refund("40.00")).oversight is Oversight.REVIEW
    assert decided(history, refund("0.01")).oversight is Oversight.APPROVAL


def test_a_draft_without_such_an_action_is_none_of_its_business() -> None:
    assert decided(History()).oversight is Oversight.REVIEW
    moneyless = ActionRequest("cancel_order", order="1002")
    assert decided(History(), moneyless).policies == ()


amounts = st.lists(st.decimals("0.01", "80.00", places=2, allow_nan=False), min_size=1, max_size=8)


@given(amounts, st.randoms(use_true_random=False))
def test_splitting_over_drafts_gains_nothing(parts: Sequence[Decimal], order: Any) -> None:
    """However a sum is split and in whichever order it comes: the last of it is held."""
    whole = refund(str(sum(parts)))
    shuffled = list(parts)
    order.shuffle(shuffled)
    history = History()
    each = [decided(history, refund(str(part))).oversight for part in shuffled]
    assert (Oversight.APPROVAL in each) is (
        decided(History(), whole).oversight is Oversight.APPROVAL
    )


@given(amounts, st.decimals("0.01", "200.00", places=2, allow_nan=False))
def test_a_limit_never_loosens(parts: Sequence[Decimal], amount: Decimal) -> None:
    plain = "version: 1\ncurrency: USD\ndefaults: {require: approval}\n"
    limited = plain + FILE.partition('{EUR: "1.10"}\n')[2].replace("approval", "review", 1)
    history = History()
    for part in parts:
        decided(history, refund(str(part)), source=limited)
    assert decided(history, refund(str(amount)), source=limited).oversight is Oversight.APPROVAL


@pytest.mark.parametrize(
    ("limit", "field", "told"),
    [
        ("{actions: refund, per: customer, window: 1d, max: 1.00, require: review}", "", "id"),
        ("{id: a, per: customer, window: 1d, max: 1.00, require: review}", ".actions", ""),
        (
            "{id: a, actions: refnd, per: customer, window: 1d, max: 1.00, require: review}",
            ".actions",
            "did you mean refund",
        ),
        (
            "{id: a, actions: refund, per: costumer, window: 1d, max: 1.00, require: review}",
            ".per",
            "did you mean customer",
        ),
        (
            "{id: a, actions: refund, per: order, window: 30, max: 1.00, require: review}",
            ".window",
            "a duration",
        ),
        (
            "{id: a, actions: refund, per: order, window: 1d, max: 1.001, require: review}",
            ".max",
            "more decimal places",
        ),
        (
            "{id: a, actions: refund, per: order, window: 1d, max: 1.00 GBP, require: review}",
            ".max",
            "expected a rate",
        ),
        (
            "{id: a, actions: refund, per: order, window: 1d, max: 1.00, allow: auto}",
            ".allow",
            "unknown key",
        ),
    ],
)
def test_a_wrong_limit_is_an_error_at_its_key(limit: str, field: str, told: str) -> None:
    source = f"version: 1\ncurrency: USD\nlimits:\n  - {limit}\n"
    problems = [problem for problem in check(source) if problem.level == "error"]
    wanted = [p for p in problems if p.field.startswith(f"limits[0]{field}")]
    assert wanted, problems
    assert any(told in problem.message for problem in wanted), wanted


def test_one_id_names_one_rule() -> None:
    source = FILE + "policies: [{id: customer-30d, require: review}]\n"
    problems = [problem for problem in check(source) if problem.level == "error"]
    assert [problem.field for problem in problems] == ["limits[0].id"]


def test_a_limit_that_counts_nothing_is_told() -> None:
    source = FILE.replace("[refund, store_credit]", "[cancel_order]")
    (problem,) = check(source)
    assert (problem.field, problem.level) == ("limits[0].actions", "warning")
