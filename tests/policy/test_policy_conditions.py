"""Every key of ``when``: where it holds, where it does not, and where nobody can say."""

from datetime import timedelta
from decimal import Decimal

import pytest

from connectors.types import Money
from plugin.models import Draft, Facts, OrderFacts, Oversight
from plugin.policy.conditions import CONDITIONS

from .policy_samples import NOW, action, decided, draft, one_policy, reason

MET = "so this policy counts as met"


def order(total: str = "100.00", currency: str = "USD", days: int = 10) -> Facts:
    return Facts(
        order=OrderFacts(Money(Decimal(total), currency), NOW - timedelta(days=days)), at=NOW
    )


HOLDS: list[tuple[str, Draft, Facts, str]] = [
    ("{action: refund}", draft(action("refund", "1")), Facts(), "The draft proposes a refund."),
    (
        "{action: [reship, cancel_order]}",
        draft(action("cancel_order")),
        Facts(),
        "The draft proposes an order cancellation.",
    ),
    (
        "{action: custom:gift_card}",
        draft(action("custom:gift_card", "1")),
        Facts(),
        "The draft proposes a gift_card action.",
    ),
    ("{actions: none}", draft(), Facts(), "The draft proposes no action."),
    ("{actions: any}", draft(action("return_label")), Facts(), "The draft proposes an action."),
    (
        "{amount_over: 50.00}",
        draft(action("refund", "50.01")),
        Facts(),
        "The refund is 50.01 USD, over 50.00 USD.",
    ),
    (
        "{action: refund, amount_over: 50.00}",
        draft(action("refund", "54.20")),
        Facts(),
        "The refund is 54.20 USD, over 50.00 USD.",
    ),
    (
        "{amount_over: 50.00}",
        draft(action("refund", "30.00"), action("refund", "20.01")),
        Facts(),
        "The refunds together come to 50.01 USD, over 50.00 USD.",
    ),
    (
        "{amount_over: 50.00}",
        draft(action("refund", "46.30", "EUR")),
        Facts(),
        "The refund is 46.30 EUR (50.004 USD), over 50.00 USD.",
    ),
    (
        "{amount_over: 50.00}",
        draft(action("store_credit", "30", "EUR"), action("store_credit", "20")),
        Facts(),
        "The store credits together come to 52.40 USD, over 50.00 USD.",
    ),
    (
        "{amount_over: 50.00}",
        draft(action("reship", value="60.00")),
        Facts(),
        "The reship is 60.00 USD, over 50.00 USD.",
    ),
    (
        "{amount_over: 50.00 EUR}",
        draft(action("refund", "54.01")),
        Facts(),
        "The refund is 54.01 USD, over 50.00 EUR.",
    ),
    (
        "{amount_at_least: 50.00}",
        draft(action("refund", "50.00")),
        Facts(),
        "The refund is 50.00 USD, at least 50.00 USD.",
    ),
    (
        "{amount_between: [10.00, 50.00]}",
        draft(action("refund", "50.00")),
        Facts(),
        "The refund is 50.00 USD, between 10.00 USD and 50.00 USD.",
    ),
    (
        "{amount_between: [10.00, 50.00]}",
        draft(action("refund", "10.00")),
        Facts(),
        "The refund is 10.00 USD, between 10.00 USD and 50.00 USD.",
    ),
    (
        "{order_share_over: 0.5}",
        draft(action("refund", "50.01")),
        order(),
        "The refund is 50.01 USD, over 50 % of the order's 100.00 USD.",
    ),
    (
        "{order_share_over: 0.5}",
        draft(action("refund", "60", "CHF")),
        order("100.00", "CHF"),
        "The refund is 60.00 CHF, over 50 % of the order's 100.00 CHF.",
    ),
    (
        "{order_age_over: 30d}",
        draft(),
        order(days=31),
        "The order was placed on 2026-01-29, over 30 days ago.",
    ),
    (
        "{confidence_below: 0.70}",
        draft(confidence="0.69"),
        Facts(),
        "The confidence of 69 % is below 70 %.",
    ),
    (
        "{confidence_at_least: 0.90}",
        draft(confidence="0.9"),
        Facts(),
        "The confidence of 90 % is at least 90 %.",
    ),
    (
        "{confidence_below: 0.705}",
        draft(confidence="0.70499"),
        Facts(),
        "The confidence of 70.4 % is below 70.5 %.",
    ),
    ("{intent: [refund, Order_Status]}", draft(), Facts(), "The intent is Order_Status."),
    (
        "{tags_any: [vip, legal_threat]}",
        draft(),
        Facts(tags=frozenset({"Legal_Threat", "x"})),
        "The ticket is tagged legal_threat.",
    ),
    (
        "{tags_all: [a, b]}",
        draft(),
        Facts(tags=frozenset("abc")),
        "The ticket is tagged a and b.",
    ),
    ("{tags_none: [vip, b2b]}", draft(), Facts(), "The ticket is not tagged vip or b2b."),
    ("{channel: chat}", draft(), Facts(channel="chat"), "The channel is chat."),
    ("{language: [de, NO]}", draft(language="no"), Facts(), "The language is NO."),
    ("{language: en}", draft(language="en-GB"), Facts(), "The language is en."),
    ("{language: de}", draft(language=None), Facts(language="de"), "The language is de."),
    (
        "{segment: {tier: [gold, silver], b2b: true}}",
        draft(),
        Facts(segment={"tier": "Silver", "b2b": "true"}),
        "The customer's tier is silver and the customer's b2b is true.",
    ),
    ("{novel: true}", draft(), Facts(novel=True), "The question is novel."),
    (
        "{reply_contains: [warranty, ON its  way]}",
        draft(text="It's ON\nIts Way!"),
        Facts(),
        'The reply contains "ON its way".',
    ),
    (
        "{message_contains: lawyer}",
        draft(),
        Facts(message="My LAW\u00adYER, he…"),
        'The customer\'s message contains "lawyer".',
    ),
    (
        "{message_contains: 弁護士}",
        draft(),
        Facts(message="私の弁護士に話します"),
        'The customer\'s message contains "弁護士".',
    ),
    (
        "{message_contains: straße}",
        draft(),
        Facts(message="HAUPT STRASSE"),
        'The customer\'s message contains "straße".',
    ),
    (
        "{sensitive: legal_threat}",
        draft(),
        Facts(message="You will hear from my lawyer.", language="en"),
        'The customer\'s message mentions a legal threat: "lawyer".',
    ),
    (
        "{sensitive: any}",
        draft(),
        Facts(message="My lawyer and a journalist will call.", language="en"),
        'The customer\'s message mentions a legal threat: "lawyer", and the press: "journalist".',
    ),
    (
        "{sensitive: legal_threat}",
        draft(),
        Facts(message="Mein Anwalt meldet sich.", language="fi"),
        'The customer\'s message mentions a legal threat: "Anwalt".',
    ),
    (
        "{sentiment: negative}",
        draft(),
        Facts(message="This is an utter disgrace!", language="en"),
        'The customer\'s message is strongly negative: "utter disgrace".',
    ),
]


@pytest.mark.parametrize(("when", "draft_", "facts", "expected"), HOLDS)
def test_it_holds_and_says_why(when: str, draft_: Draft, facts: Facts, expected: str) -> None:
    assert reason(one_policy(when), draft_, facts) == expected


DOES_NOT_HOLD: list[tuple[str, Draft, Facts]] = [
    ("{action: refund}", draft(action("reship")), Facts()),
    ("{action: refund}", draft(), Facts()),
    ("{actions: none}", draft(action("refund", "1")), Facts()),
    ("{actions: any}", draft(), Facts()),
    ("{amount_over: 50.00}", draft(action("refund", "50.00")), Facts()),
    ("{amount_over: 50.00}", draft(), Facts()),
    ("{amount_over: 50.00}", draft(action("refund", "30"), action("discount", "30")), Facts()),
    ("{amount_over: 0}", draft(action("cancel_order", "9"), action("return_label")), Facts()),
    (
        "{action: refund, amount_over: 50}",
        draft(action("refund", "5"), action("reship", "99")),
        Facts(),
    ),
    ("{action: reship, amount_over: 50}", draft(action("refund", "99")), Facts()),
    ("{amount_over: 50.00 EUR}", draft(action("refund", "54.00")), Facts()),
    ("{amount_over: 50.00}", draft(action("reship", "5", value="90.00")), Facts()),
    ("{amount_at_least: 50.00}", draft(action("refund", "49.99")), Facts()),
    ("{amount_between: [10, 50]}", draft(action("refund", "9.99")), Facts()),
    ("{amount_between: [10, 50]}", draft(action("refund", "50.01")), Facts()),
    ("{order_share_over: 0.5}", draft(action("refund", "50.00")), order()),
    ("{order_share_over: 0.5}", draft(), Facts()),
    ("{order_age_over: 30d}", draft(), order(days=30)),
    ("{confidence_below: 0.70}", draft(confidence="0.70"), Facts()),
    ("{confidence_at_least: 0.90}", draft(confidence="0.8999"), Facts()),
    ("{intent: refund}", draft(), Facts()),
    ("{tags_any: [vip]}", draft(), Facts(tags=frozenset({"vip2"}))),
    ("{tags_all: [a, b]}", draft(), Facts(tags=frozenset("a"))),
    ("{tags_none: [a, b]}", draft(), Facts(tags=frozenset("b"))),
    ("{channel: chat}", draft(), Facts(channel="email")),
    ("{language: de}", draft(), Facts()),
    ("{segment: {tier: gold, b2b: true}}", draft(), Facts(segment={"b2b": "false"})),
    ("{novel: true}", draft(), Facts(novel=False)),
    ("{undeclared_commitment: true}", draft(), Facts()),
    (
        "{ungrounded_fact: true}",
        draft(action("refund", "40.00"), text="We refund $40 for order 1002."),
        Facts(grounded=frozenset({"1002"})),
    ),
    ("{ungrounded_fact: true}", draft(text=None), Facts()),
    ("{reply_contains: refund}", draft(text="The refunds, refunded."), Facts()),
    ("{reply_contains: refund}", draft(text=None), Facts()),
    ("{message_contains: law}", draft(), Facts(message="lawyer, in-laws and outlaw")),
    (
        "{sensitive: [press, minor]}",
        draft(),
        Facts(message="You will hear from my lawyer.", language="en-GB"),
    ),
    ("{sensitive: any}", draft(), Facts(message="I scanned the label.", language="en")),
    ("{sensitive: any}", draft(), Facts(message="", language=None)),
    ("{sentiment: negative}", draft(), Facts(message="I am a little sad.", language="en")),
]


@pytest.mark.parametrize(("when", "draft_", "facts"), DOES_NOT_HOLD)
def test_it_does_not_hold(when: str, draft_: Draft, facts: Facts) -> None:
    assert reason(one_policy(when), draft_, facts) is None


UNKNOWN: list[tuple[str, Draft, Facts, str]] = [
    ("{amount_over: 50}", draft(action("refund")), Facts(), "The refund's amount is not known"),
    (
        "{amount_over: 50}",
        draft(action("custom:x")),
        Facts(),
        "The x action's amount is not known",
    ),
    (
        "{amount_between: [1, 2]}",
        draft(action("refund", "5", "JPY")),
        Facts(),
        "The worth of the refund of 5 JPY is not known without a rate for JPY",
    ),
    (
        "{order_share_over: 0.5}",
        draft(action("refund", "5")),
        Facts(),
        "The order's total is not known",
    ),
    (
        "{order_share_over: 0.5}",
        draft(action("refund", "5")),
        order("9", "CHF"),
        "The worth of the order's total is not known",
    ),
    ("{order_age_over: 30d}", draft(), Facts(at=NOW), "The order's date is not known"),
    (
        "{order_age_over: 30d}",
        draft(),
        Facts(order=order().order),
        "The time of the decision is not known",
    ),
    (
        "{confidence_below: 0.5}",
        draft(confidence=None),
        Facts(),
        "The draft's confidence is not known",
    ),
    (
        "{confidence_at_least: 0.5}",
        draft(confidence=None),
        Facts(),
        "The draft's confidence is not known",
    ),
    ("{intent: refund}", draft(intent=None), Facts(), "The intent is not known"),
    ("{channel: chat}", draft(), Facts(), "The channel is not known"),
    ("{language: de}", draft(language=None), Facts(), "The language is not known"),
    ("{segment: {tier: gold}}", draft(), Facts(), "The customer's tier is not known"),
    (
        "{segment: {tier: gold, b2b: true}}",
        draft(),
        Facts(segment={"b2b": "true"}),
        "The customer's tier is not known",
    ),
    ("{novel: true}", draft(), Facts(), "It is not known whether the question is novel"),
    ("{message_contains: lawyer}", draft(), Facts(), "The customer's message is not known"),
    ("{sensitive: any}", draft(), Facts(), "The customer's message is not known"),
    ("{sentiment: negative}", draft(), Facts(), "The customer's message is not known"),
    (
        "{sensitive: any}",
        draft(language="fi"),
        Facts(message="Missä pakettini on?", language="fi"),
        "The message's language is fi, and we have no list of its words for sensitive topics",
    ),
    (
        "{sentiment: negative}",
        draft(language=None),
        Facts(message="?"),
        "The message's language is not known, so it cannot be checked for strong anger",
    ),
    (
        "{undeclared_commitment: true}",
        draft(language=None),
        Facts(),
        "The reply's language is not known, so its promises cannot be checked",
    ),
    ("{ungrounded_fact: true}", draft(), Facts(), "It is not known what the drafter was given"),
]


@pytest.mark.parametrize(("when", "draft_", "facts", "missing"), UNKNOWN)
def test_a_missing_fact_fires_a_requirement_and_never_an_allowance(
    when: str, draft_: Draft, facts: Facts, missing: str
) -> None:
    assert reason(one_policy(when), draft_, facts) == f"{missing}, {MET}."
    allowed = decided(one_policy(when, verdict="allow: auto"), draft_, facts)
    assert allowed.policies == ()
    assert allowed.oversight is Oversight.REVIEW


def test_one_false_condition_outweighs_what_is_not_known() -> None:
    source = one_policy("{channel: chat, intent: refund}")
    assert reason(source, draft(intent="other"), Facts()) is None


def test_a_known_fact_and_a_missing_one_share_a_sentence() -> None:
    source = one_policy("{tags_any: vip, action: refund, amount_over: 5}")
    facts = Facts(tags=frozenset({"vip"}))
    assert reason(source, draft(action("refund")), facts) == (
        f"The refund's amount is not known, and the ticket is tagged vip, {MET}."
    )


def test_no_key_goes_untested() -> None:
    for rows in (HOLDS, DOES_NOT_HOLD):
        tested = {key for key in CONDITIONS for row in rows if f"{key}:" in row[0]}
        # These are for test_policy_built_in, with the real words of promises, and
        # test_policy_hours, with hours in the file.
        assert CONDITIONS.keys() - tested <= {
            "undeclared_commitment",
            "business_hours",
            "ungrounded_fact",
        }
