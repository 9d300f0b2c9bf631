"""Reading a policy file: what it becomes, and everything that is wrong with it."""

from decimal import Decimal

import pytest

from plugin.errors import PolicyFileError
from plugin.models import Oversight, Role
from plugin.policy.load import check, load
from plugin.policy.model import Condition, Defaults, Policy, PolicyFile, SignOff, Threshold

from .policy_samples import EXAMPLE, one_policy


def wrong_with(source: str) -> list[tuple[int, str, str]]:
    """Line, field and message of each error."""
    return [(p.line, p.field, p.message) for p in check(source) if p.level == "error"]


def warned_of(source: str) -> list[tuple[int, str, str]]:
    problems = check(source)
    assert {problem.level for problem in problems} <= {"warning"}
    load(source)
    return [(p.line, p.field, p.message) for p in problems]


def test_the_example_becomes_types() -> None:
    assert check(EXAMPLE) == []
    assert load(EXAMPLE) == PolicyFile(
        currency="USD",
        rates={"EUR": Decimal("1.08"), "GBP": Decimal("1.27")},
        defaults=Defaults(Oversight.REVIEW, 4 * 3600),
        policies=(
            Policy(
                id="big-refund",
                oversight=Oversight.APPROVAL,
                conditions=(
                    Condition("action", ("refund",)),
                    Condition("amount_over", Threshold(Decimal("50.00"))),
                ),
                sign_off=SignOff((Role.LEAD,), 1, 7200, Role.ADMIN),
                tag="big_refund",
                note="Check the photo before you sign.",
            ),
            Policy(
                id="complaints",
                oversight=Oversight.APPROVAL,
                conditions=(Condition("tags_any", ("complaint", "legal_threat")),),
            ),
            Policy(
                id="order-status-autopilot",
                oversight=Oversight.AUTO,
                conditions=(
                    Condition("actions", "none"),
                    Condition("confidence_at_least", Decimal("0.90")),
                    Condition("intent", ("order_status",)),
                ),
            ),
        ),
    )


def test_everything_wrong_is_told_at_once_with_its_line() -> None:
    source = """version: 2
currncy: USD
rates: {eur: 1.08, GBP: 4:30}
defaults: {require: auto, deadline: 4:30}
policies:
  - id: a
    when: {amount_ovr: 50.00, confidence_below: 70%}
    require: aproval
    amount_over: 5
  - id: a
    when:
      action:
        - refund
        - refnud
    allow: NO
    tag: bookbag_x
  - just text
"""
    assert wrong_with(source) == [
        (1, "version", 'expected 1, not "2"'),
        (2, "currncy", "unknown key; did you mean currency?"),
        (3, "rates.eur", 'expected an ISO 4217 code such as USD, not "eur"'),
        (3, "rates.GBP", 'expected a decimal above 0 such as 1.08, not "4:30"'),
        (4, "defaults.require", 'expected review, approval or block, not "auto"'),
        (
            4,
            "defaults.deadline",
            'expected a duration such as 90s, 30m, 4h or 30d, at most 366d, not "4:30"',
        ),
        (
            7,
            "policies[0].when.confidence_below",
            'expected a decimal from 0 to 1 such as 0.85, not "70%"',
        ),
        (7, "policies[0].when.amount_ovr", "unknown key; did you mean amount_over?"),
        (
            8,
            "policies[0].require",
            'expected review, approval or block, not "aproval"; did you mean approval?',
        ),
        (9, "policies[0].amount_over", "unknown key here; it belongs under when"),
        (10, "policies[1].id", "this id is policies[0]'s already"),
        (
            14,
            "policies[1].when.action[1]",
            (
                "expected address_change, cancel_order, discount, refund, replacement, reship,"
                ' return_label, store_credit or custom:<name>, not "refnud"; did you mean refund?'
            ),
        ),
        (15, "policies[1].allow", 'expected auto, not "NO"'),
        (
            16,
            "policies[1].tag",
            "expected a tag of your own; tags with bookbag_ are Bookbag's",
        ),
        (17, "policies[2]", "expected a mapping"),
    ]
    with pytest.raises(PolicyFileError) as refused:
        load(source)
    assert len(refused.value.problems) == len(wrong_with(source))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("amount_over", "1e3"),
        ("amount_over", ".inf"),
        ("amount_over", ".nan"),
        ("amount_over", "4:30"),
        ("amount_over", "0x10"),
        ("amount_over", "1_000"),
        ("amount_over", "-5"),
        ("amount_over", "+5"),
        ("amount_over", "5,00"),
        ("amount_over", "\u0665"),
        ("amount_over", "50.001"),
        ("amount_over", "50 usd"),
        ("amount_over", "50.00 CHF"),
        ("amount_over", "[5]"),
        ("amount_over", "{a: 5}"),
        ("amount_over", ""),
        ("amount_over", "~"),
        ("amount_over", "9" * 5000),
        ("amount_at_least", "five"),
        ("amount_between", "5"),
        ("amount_between", "[5]"),
        ("amount_between", "[5, 4]"),
        ("amount_between", "[5, 6 EUR]"),
        ("amount_between", "[5, x]"),
        ("order_share_over", "1.01"),
        ("order_age_over", "30"),
        ("order_age_over", "0d"),
        ("order_age_over", "9999d"),
        ("confidence_below", "1.01"),
        ("confidence_below", "-0.1"),
        ("confidence_at_least", "1e-1"),
        ("action", "refnud"),
        ("action", "[]"),
        ("action", '"custom:"'),
        ("actions", "some"),
        ("intent", '""'),
        ("intent", "[[a]]"),
        ("tags_any", "a, b"),
        ("channel", "{a: b}"),
        ("novel", "yes"),
        ("novel", "NO"),
        ("undeclared_commitment", "false"),
        ("segment", "gold"),
        ("segment", "{}"),
        ("segment", "{tier: {a: b}}"),
        ("reply_contains", '"\\u00ad"'),
        ("message_contains", "[ok, '']"),
    ],
)
def test_a_wrong_value_is_an_error_at_its_key(key: str, value: str) -> None:
    source = one_policy(f"\n      {key}: {value}")
    problems = wrong_with(source)
    assert len(problems) == 1, problems
    line, field, message = problems[0]
    assert line == 8
    assert field.startswith(f"policies[0].when.{key}")
    assert message
    assert len(message) < 250


@pytest.mark.parametrize(
    "beside",
    [
        "approvals: 0",
        "approvals: 11",
        "approvals: 1.5",
        "approvers: [auditor]",
        "approvers: []",
        "approvers: boss",
        "escalate_to: [admin]",
        "deadline: 4",
        "deadline: 1.5h",
        "tag: Big-Refund",
        "tag: bookbag_mine",
        "tag: [a, b]",
        "note: ''",
        "tags: []",
        "tags: {a: b}",
    ],
)
def test_a_wrong_term_is_an_error_at_its_key(beside: str) -> None:
    problems = wrong_with(
        f"version: 1\npolicies:\n  - id: p\n    require: approval\n    {beside}\n"
    )
    assert len(problems) == 1, problems
    line, field, _ = problems[0]
    assert line == 5
    assert field.startswith(f"policies[0].{beside.partition(':')[0]}")


@pytest.mark.parametrize(
    ("policy", "field"),
    [
        ("{require: review}", "policies[0].id"),
        ("{id: p}", "policies[0]"),
        ("{id: p, require: review, allow: auto}", "policies[0].allow"),
        ("{id: p, allow: review}", "policies[0].allow"),
        ("{id: p, require: auto}", "policies[0].require"),
        ("{id: 'a b', require: review}", "policies[0].id"),
        ("{id: p, require: review, when: []}", "policies[0].when"),
        ("{id: p, require: review, when: {tags: a}}", "policies[0].when.tags"),
        ("[]", "policies[0]"),
    ],
)
def test_a_policy_demands_or_allows_and_has_a_name(policy: str, field: str) -> None:
    assert [at for _, at, _ in wrong_with(f"version: 1\npolicies: [{policy}]")] == [field]


def test_amounts_need_a_currency_that_the_file_knows() -> None:
    policies = "policies: [{id: p, require: review, when: {amount_over: %s}}]"
    assert [at for _, at, _ in wrong_with(f"version: 1\n{policies % 5}")] == [
        "policies[0].when.amount_over"
    ]
    assert wrong_with(f"version: 1\ncurrency: JPY\n{policies % 5.5}")
    assert wrong_with(f"version: 1\ncurrency: KWD\n{policies % 5.555}") == []
    assert wrong_with(f"version: 1\ncurrency: USD\nrates: {{EUR: 1}}\n{policies % '5 EUR'}") == []
    assert wrong_with('version: 1\nrates: {EUR: "1.08"}')
    assert wrong_with("version: 1\ncurrency: EUR\nrates: {EUR: 1.08}")


@pytest.mark.parametrize(
    ("policies", "field", "words"),
    [
        (
            "[{id: a, require: review}, {id: b, allow: auto, when: {actions: none}}]",
            "policies[1].allow",
            "never wins: a has no conditions",
        ),
        ("[{id: a, allow: auto}]", "policies[0].allow", "allows every draft"),
        (
            "[{id: a, require: review, deadline: 4h}]",
            "policies[0].deadline",
            "has no effect",
        ),
        (
            "[{id: a, require: block, when: {action: refund, actions: none}}]",
            "policies[0].when.actions",
            "never matches",
        ),
        (
            "[{id: a, require: block, when: {action: cancel_order, amount_over: 5}}]",
            "policies[0].when.amount_over",
            "never matches",
        ),
        (
            "[{id: a, require: approval, escalate_to: agent}]",
            "policies[0].escalate_to",
            "may not sign",
        ),
        (
            "[{id: a, require: block, when: {channel: [email, emial]}}]",
            "policies[0].when.channel",
            "no helpdesk names a channel so",
        ),
    ],
)
def test_what_is_probably_not_meant_is_a_warning(policies: str, field: str, words: str) -> None:
    warnings = warned_of(f"version: 1\ncurrency: USD\npolicies: {policies}")
    assert [(line, at) for line, at, _ in warnings] == [(3, field)]
    assert words in warnings[0][2]


def test_a_policy_looser_than_the_default_is_a_warning() -> None:
    source = "version: 1\ndefaults: {require: approval}\npolicies: [{id: a, require: review}]"
    assert [at for _, at, _ in warned_of(source)] == ["policies[0].require"]


def test_a_missing_version_is_a_warning() -> None:
    assert [at for _, at, _ in warned_of("policies: []")] == ["version"]
