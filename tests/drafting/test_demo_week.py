"""The demo merchant's week: every ticket through the drafter and the merchant's own policies."""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from typing import Any

import pytest
import yaml
from selectolax.lexbor import LexborHTMLParser

from connectors.types import Money
from plugin.drafting.base import Request
from plugin.drafting.macros import load_macros
from plugin.models import Draft, Facts, OrderFacts, Oversight, Role
from plugin.policy.decide import decide
from plugin.policy.load import check, load
from plugin.text.promises import has_lexicon, undeclared

from .support import DEMO, demo_drafter, demo_orders, json_lines, money

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
POLICIES = (DEMO / "policies.yaml").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Expected:
    """What must come of a message; `oversight` None means that there is no draft."""

    intent: str | None
    oversight: Oversight | None
    actions: tuple[tuple[str, Money | None], ...] = ()
    policies: tuple[str, ...] = ()
    language: str = "en"


AUTO, REVIEW, APPROVAL, BLOCK = Oversight
WEEK = {
    "where_is_my_order": Expected("order_status", AUTO, (), ("order-status-autopilot",)),
    "damaged_item": Expected("damaged_item", REVIEW, (("refund", money("18.00")),)),
    "refund_under_limit": Expected("refund_request", REVIEW, (("refund", money("38.50")),)),
    "refund_over_limit": Expected(
        "refund_request", APPROVAL, (("refund", money("129.00")),), ("big-refund",)
    ),
    "reship": Expected("reship", REVIEW, (("reship", money("64.90")),)),
    "complaint": Expected("complaint", APPROVAL, (), ("complaints",)),
    "legal_threat": Expected(
        "refund_request",
        BLOCK,
        (("refund", money("214.00")),),
        ("big-refund", "legal-threats", "legal-words", "chargebacks", "unsure-with-actions"),
    ),
    # Without German words for promises nobody can say that the reply holds none.
    "german_html_thread": Expected(
        "order_status",
        AUTO if has_lexicon("de") else REVIEW,
        (),
        ("order-status-autopilot",),
        language="de",
    ),
    "no_macro_polish": Expected(None, None, language="pl"),
    "second_message_before_answer": Expected("address_change", REVIEW, (("address_change", None),)),
    "injection_attempt": Expected(
        "refund_request", APPROVAL, (("refund", money("27.00")),), ("instructions-to-the-ai",)
    ),
    "empty_message": Expected(None, None),
}


@cache
def tickets() -> dict[str, dict[str, Any]]:
    return {ticket["key"]: ticket for ticket in json_lines(DEMO / "tickets.jsonl")}


def new_part(html: str) -> str:
    """The text above Outlook's line, found without the service's own stripper."""
    tree = LexborHTMLParser(html)
    section = tree.css_first(".WordSection1")
    assert section is not None
    above: list[str] = []
    for node in section.iter():
        if node.tag == "div":
            break
        above.append(node.text(separator="\n"))
    return "\n".join(above)


def draft_of(ticket: dict[str, Any], text: str) -> Draft:
    email = ticket["from"]["email"]
    own = (order for order in demo_orders().values() if order.email == email)
    return demo_drafter().draft(
        Request(
            subject=ticket["subject"],
            text=text,
            tags=frozenset(ticket["tags"]),
            customer_name=ticket["from"]["name"],
            customer_email=email,
            orders=tuple(sorted(own, key=lambda order: order.placed_at, reverse=True)),
        )
    )


def facts_of(ticket: dict[str, Any], text: str, draft: Draft) -> Facts:
    named = [action.order for action in draft.actions if action.order]
    order = demo_orders().get(named[0]) if named else None
    return Facts(
        message=text,
        tags=frozenset(ticket["tags"]),
        channel="email",
        language=draft.language,
        order=OrderFacts(order.total, order.placed_at) if order else None,
        at=NOW,
    )


def assert_comes_out(ticket: dict[str, Any], text: str, expected: Expected) -> None:
    draft = draft_of(ticket, text)
    decision = decide(load(POLICIES), draft, facts_of(ticket, text, draft))

    assert draft.intent == expected.intent, draft.note
    assert draft.language == expected.language
    assert tuple((action.type, action.money) for action in draft.actions) == expected.actions
    assert (draft.text is None) is (expected.oversight is None)
    if expected.oversight:
        assert decision.oversight is expected.oversight
        assert tuple(hit.id for hit in decision.policies) == expected.policies
    else:
        assert draft.note


def test_twelve_tickets_have_their_own_keys() -> None:
    lines = json_lines(DEMO / "tickets.jsonl")

    assert [ticket["key"] for ticket in lines] == list(WEEK)
    assert len(WEEK) == 12
    assert all(ticket["about"] for ticket in lines)


@pytest.mark.parametrize("key", WEEK)
def test_a_ticket_of_the_week(key: str) -> None:
    ticket = tickets()[key]
    text = ticket["text"] if "text" in ticket else new_part(ticket["html"])

    assert_comes_out(ticket, text, WEEK[key])


def test_the_second_message_is_answered_for_itself() -> None:
    ticket = tickets()["second_message_before_answer"]
    actions = (("cancel_order", None), ("refund", money("44.50")))

    assert_comes_out(ticket, ticket["then"], Expected("cancel_order", REVIEW, actions))


def test_the_automatic_answer_is_the_shops_words_with_the_orders_facts() -> None:
    ticket = tickets()["where_is_my_order"]
    draft = draft_of(ticket, ticket["text"])

    assert draft.text is not None
    assert draft.text.startswith("Hi Maya,")
    assert "Order #1002" in draft.text
    assert "https://track.example.com/LK1002US" in draft.text
    assert draft.confidence is not None
    assert draft.confidence >= Decimal("0.80")


def test_the_weeks_messages_leave_every_outcome() -> None:
    outcomes = [expected.oversight for expected in WEEK.values()]

    assert set(outcomes) == {*Oversight, None}
    assert outcomes.count(REVIEW) >= 4
    assert outcomes.count(None) == 2


def test_no_macro_promises_what_it_does_not_declare() -> None:
    macros = load_macros((DEMO / "macros.yaml").read_text(encoding="utf-8"))

    for macro in macros:
        declared = [action.type for action in macro.actions]
        assert undeclared(macro.text, macro.language, declared) == (), macro.id


def test_the_policies_are_without_errors_or_warnings() -> None:
    assert check(POLICIES) == []


def test_the_merchants_people_can_sign_what_their_policies_ask_for() -> None:
    people = yaml.safe_load((DEMO / "people.yaml").read_text(encoding="utf-8"))

    assert [person["role"] for person in people] == [Role.AGENT, Role.LEAD, Role.ADMIN]
    assert len({person["email"] for person in people}) == 3
    limits = [Decimal(person["limit"]) for person in people if "limit" in person]
    assert limits == [Decimal("50.00"), Decimal("250.00")]
