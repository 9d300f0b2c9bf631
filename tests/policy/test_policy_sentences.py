"""Every policy, limit and default has a plain sentence."""

import pytest

from plugin.drafting.language import LANGUAGES
from plugin.models import ACTION_TYPES, Per
from plugin.policy.conditions import CONDITIONS
from plugin.policy.load import load
from plugin.policy.sentences import (
    default_sentence,
    hours_sentences,
    limit_sentence,
    policy_sentence,
)

HEAD = "version: 1\ncurrency: USD\nrates: {EUR: '1.08'}\n"
HOURS = 'business_hours: {timezone: UTC, mon-fri: "09:00-18:00"}\n'


def said(policy: str, head: str = HEAD + HOURS) -> str:
    file = load(f"{head}policies:\n  - {{id: a, {policy}}}\n")
    return policy_sentence(file.policies[0], file, LANGUAGES)


SENTENCES = {
    "when: {action: refund, amount_over: 50.00}, require: approval, deadline: 2h, "
    "escalate_to: admin": "Refunds over 50.00 USD need 1 lead's approval, within 2 h, then admin.",
    "tags: [complaint, angry], require: approval": (
        "Drafts on tickets tagged complaint or angry need 1 lead's approval, within 4 h."
    ),
    "when: {intent: order_status, confidence_at_least: 0.90, actions: none}, allow: auto": (
        "Drafts about order status, without any action and with a confidence of 90 % or more may"
        " go out without a person, if nothing stricter holds."
    ),
    "when: {amount_between: [10.00, 50.00]}, require: approval, approvers: [agent, lead], "
    "approvals: 2, deadline: 90m": (
        "Actions from 10.00 USD to 50.00 USD need 2 agents' approval, within 90 min."
    ),
    "require: review": "All drafts are offered to an agent for review.",
    "when: {message_contains: [lawyer, sue]}, require: block": (
        'Messages where the customer writes "lawyer" or "sue" get no answer from the AI and go to'
        " people."
    ),
    "when: {language: [de, xx], segment: {tier: [gold, silver]}}, require: review": (
        "Drafts in German or xx and for customers whose tier is gold or silver are offered to an"
        " agent for review."
    ),
    "when: {action: 'custom:gift_card', order_share_over: 0.5}, require: approval, "
    "approvers: [admin], approvals: 2, deadline: 3d": (
        "Gift_card actions over 50 % of the order's total need 2 admins' approval, within 3 days."
    ),
}


@pytest.mark.parametrize("policy", SENTENCES)
def test_a_policy_in_one_plain_sentence(policy: str) -> None:
    assert said(policy) == SENTENCES[policy]


VALUES = {
    "action": "[refund]",
    "actions": "any",
    "amount_over": "5.00 EUR",
    "amount_at_least": "5.00",
    "amount_between": "[1.00, 2.00]",
    "order_share_over": "0.125",
    "order_age_over": "30d",
    "confidence_below": "0.5",
    "confidence_at_least": "0.5",
    "segment": "{tier: gold}",
    "novel": "true",
    "undeclared_commitment": "true",
    "ungrounded_fact": "true",
    "sensitive": "any",
    "sentiment": "negative",
    "business_hours": "outside",
}


def test_every_condition_changes_the_sentence() -> None:
    bare = said("require: review")
    sentences = {
        key: said(f"when: {{{key}: {VALUES.get(key, '[some_thing, other]')}}}, require: review")
        for key in CONDITIONS
    }
    assert bare not in sentences.values()
    assert len(set(sentences.values())) == len(CONDITIONS)
    assert sentences["amount_over"].startswith("Actions over 5.00 EUR are ")
    assert "12.5 %" in sentences["order_share_over"]


@pytest.mark.parametrize("per", Per)
def test_a_limit_in_one_plain_sentence(per: Per) -> None:
    actions = ", ".join(sorted(ACTION_TYPES))
    source = f"{HEAD}limits:\n  - {{id: a, actions: [{actions}], per: {per}, window: 30d, "
    file = load(f"{source}max: 150.00, require: approval}}\n")
    sentence = limit_sentence(file.limits[0], file)
    assert sentence.startswith("More than 150.00 USD in address changes, order cancellations,")
    assert sentence.endswith(" within 30 days needs 1 lead's approval, within 4 h.")


@pytest.mark.parametrize(
    ("defaults", "sentence"),
    [
        ("{}", "All other drafts are offered to an agent for review."),
        (
            "{require: approval, deadline: 1h}",
            "All other drafts need 1 lead's approval, within 1 h.",
        ),
        ("{require: block}", "All other messages get no answer from the AI and go to people."),
    ],
)
def test_the_default_in_one_plain_sentence(defaults: str, sentence: str) -> None:
    assert default_sentence(load(f"version: 1\ndefaults: {defaults}\n")) == sentence


def test_days_with_the_same_hours_are_one_sentence() -> None:
    days = 'mon-wed: "09:00-18:00", thu: ["09:00-12:00", "13:00-24:00"], sat: "10:00-12:00"'
    hours = f"{{timezone: UTC, {days}}}"
    file = load(f"version: 1\nbusiness_hours: {hours}\n")
    assert file.business_hours is not None
    assert hours_sentences(file.business_hours) == [
        "Monday to Wednesday 09:00\N{EN DASH}18:00",
        "Thursday 09:00\N{EN DASH}12:00 and 13:00\N{EN DASH}24:00",
        "Saturday 10:00\N{EN DASH}12:00",
    ]
