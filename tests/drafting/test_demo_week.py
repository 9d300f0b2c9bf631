"""The demo merchant's two weeks: every ticket through the drafter and their own policies."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import yaml
from selectolax.lexbor import LexborHTMLParser

from connectors.types import Money
from plugin.drafting.macros import load_macros
from plugin.models import Draft, Facts, OrderFacts, Oversight, Role
from plugin.policy.decide import decide
from plugin.policy.load import check, load
from plugin.text.grounding import ungrounded
from plugin.text.promises import undeclared

from .support import DEMO, demo_orders, draft_of, json_lines, money, tickets, words_of

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
POLICIES = (DEMO / "policies.yaml").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Expected:
    """What is right for the customer; `oversight` None means that no draft is."""

    intent: str | None
    oversight: Oversight | None
    actions: tuple[tuple[str, Money | None], ...] = ()
    policies: tuple[str, ...] = ()
    language: str = "en"


@dataclass(frozen=True)
class Mail:
    """A mail program's message: what shows the program, and what of it is the customer's own."""

    written_by: str
    begins: str
    ends: str
    not_theirs: tuple[str, ...]


AUTO, REVIEW, APPROVAL, BLOCK = Oversight


def no_draft(language: str = "en") -> Expected:
    return Expected(None, None, language=language)


def status(language: str, *, sure: bool = True) -> Expected:
    """The shop lets replies in English go out by themselves, no others yet."""
    alone = sure and language == "en"
    return Expected(
        "order_status",
        AUTO if alone else REVIEW,
        (),
        ("order-status-autopilot",) if alone else (),
        language=language,
    )


def answer(intent: str, *actions: tuple[str, Money | None], language: str = "en") -> Expected:
    return Expected(intent, REVIEW, actions, language=language)


WEEK = {
    "where_is_my_order": Expected("order_status", AUTO, (), ("order-status-autopilot",)),
    "damaged_item": answer("damaged_item", ("refund", money("18.00"))),
    "refund_under_limit": answer("refund_request", ("refund", money("38.50"))),
    "refund_over_limit": Expected(
        "refund_request", APPROVAL, (("refund", money("129.00")),), ("big-refund",)
    ),
    "reship": answer("reship", ("reship", money("64.90"))),
    "complaint": Expected("complaint", APPROVAL, (), ("complaints",)),
    "legal_threat": Expected(
        "refund_request",
        BLOCK,
        (("refund", money("214.00")),),
        (
            "big-refund",
            "legal-threats",
            "legal-words",
            "chargebacks",
            "sensitive-topics",
            "unsure-with-actions",
            "customer-30d",
        ),
    ),
    "german_html_thread": status("de"),
    "no_macro_polish": no_draft("pl"),
    "second_message_before_answer": answer("address_change", ("address_change", None)),
    "injection_attempt": Expected(
        "refund_request", APPROVAL, (("refund", money("27.00")),), ("instructions-to-the-ai",)
    ),
    "empty_message": no_draft(),
    "exchange_gmail": answer("exchange", ("return_label", None)),
    "french_status_owa": status("fr"),
    "warranty_outlook": answer("warranty"),
    "spanish_status_gmail_app": status("es"),
    "chat_shipping_cost": answer("shipping_cost"),
    "privacy_request": no_draft(),
    "italian_damaged_apple_mail": answer("damaged_item", ("refund", money("44.00")), language="it"),
    # The beanie in the same parcel is the right one.
    "wrong_item_photos": Expected(
        "wrong_item",
        APPROVAL,
        (("reship", money("129.00")), ("return_label", None)),
        ("costly-reship",),
    ),
    "dutch_status_iphone": status("nl"),
    # Sorry and a small credit, but never without somebody who reads the anger.
    "all_caps_anger": answer("delivery_delay", ("store_credit", money("5.00"))),
    "thirty_kilobytes": answer("delivery_delay", ("store_credit", money("5.00"))),
    "german_damaged_gmx": answer("damaged_item", ("refund", money("20.50")), language="de"),
    "two_orders_in_one": no_draft(),
    "someone_elses_order": no_draft(),
    "emoji_only": no_draft(),
    "dutch_returns_thunderbird": answer("return_policy", language="nl"),
    "thank_you_only": no_draft(),
    "gift_card": answer("gift_card"),
    "address_change_too_late": no_draft(),
    "french_returns_yahoo": answer("return_policy", language="fr"),
    "follow_up_on_solved": answer("invoice"),
    "italian_status": status("it"),
    "partly_refunded": no_draft(),
    "cancel_too_late": answer("cancel_order"),
    "flash_sale_code": Expected("discount_code", APPROVAL, (), ("flash-sale",)),
    "stove_question": answer("product_question"),
    "stove_question_again": answer("product_question"),
    "spanish_refund": no_draft("es"),
}
THEN = {
    "second_message_before_answer": answer(
        "cancel_order", ("cancel_order", None), ("refund", money("44.50"))
    ),
    # The first answer sent her to that very page.
    "follow_up_on_solved": no_draft(),
}
WRONG = {
    # The macro knows the whole order or nothing.
    "wrong_item_photos": Expected(
        "wrong_item",
        APPROVAL,
        (("reship", money("157.00")), ("return_label", None)),
        ("costly-reship", "customer-30d"),
    ),
    # It is right, and of 30 KB not sure: an agent signs what they need only have read.
    "thirty_kilobytes": Expected(
        "delivery_delay", APPROVAL, (("store_credit", money("5.00")),), ("unsure-with-actions",)
    ),
}
WRONG_THEN = {
    # It says once more what she has read already.
    "follow_up_on_solved": answer("invoice"),
}
BECAUSE = {
    "no_macro_polish": "There is no macro in Polish (pl).",
    "empty_message": "The message has no text to answer.",
    "emoji_only": "The message has no text to answer.",
    "privacy_request": "No macro is close enough to the message.",
    "thank_you_only": "No macro is close enough to the message.",
    "spanish_refund": "No macro is close enough to the message.",
    "two_orders_in_one": "The message names more than one order.",
    "someone_elses_order": "The message names an order that is not this customer's.",
    "address_change_too_late": "The order is in transit, and the macro is for other orders.",
    "partly_refunded": "Only 249.00 USD of the order can still be refunded.",
}
MAILS = {
    "german_html_thread": Mail(
        "WordSection1", "Guten Tag,", "Jonas Weber", ("Von:", "Our return policy")
    ),
    "exchange_gmail": Mail(
        "gmail_signature", "Hi Larkspur team,", "Hannah", ("Physiotherapist", "money back")
    ),
    "french_status_owa": Mail(
        "divRplyFwdMsg", "Bonjour,", "Camille", ("Atelier", "60 jours", "Envoyé")
    ),
    "warranty_outlook": Mail(
        "WordSection1", "Good afternoon,", "Graham Oyelaran", ("confidential", "From:", "a refund")
    ),
    "spanish_status_gmail_app": Mail('<div dir="auto">', "Hola!", "Lucía", ("reembolso",)),
    "italian_damaged_apple_mail": Mail(
        "line-break: after-white-space", "Buongiorno,", "Giulia Bianchi", ("60 giorni",)
    ),
    "dutch_status_iphone": Mail(
        "lineBreakAtBeginningOfSignature", "Hoi,", "Bram", ("iPhone", "retourneren")
    ),
    "german_damaged_gmx": Mail('name="quote"', "Moin,", "Holger Schuster", ("60 Tagen",)),
    "dutch_returns_thunderbird": Mail(
        "moz-cite-prefix", "Goedemiddag,", "Sanne de Boer", ("Waar blijft", "| Utrecht")
    ),
    "french_returns_yahoo": Mail("yahoo_quoted", "Bonjour,", "Nadia", ("Où en est",)),
}


def facts_of(ticket: dict[str, Any], text: str, draft: Draft) -> Facts:
    named = [action.order for action in draft.actions if action.order]
    order = demo_orders().get(named[0]) if named else None
    return Facts(
        message=text,
        tags=frozenset(ticket["tags"]),
        channel=ticket.get("channel", "email"),
        language=draft.language,
        order=OrderFacts(order.total, order.placed_at) if order else None,
        at=NOW,
    )


def assert_comes_out(ticket: dict[str, Any], text: str, expected: Expected) -> None:
    draft = draft_of(ticket, text)
    decision = decide(load(POLICIES), draft, facts_of(ticket, text, draft))

    assert draft.language == expected.language
    assert (draft.text is None) is (expected.oversight is None), draft.note
    if expected.oversight is None:
        assert draft.note
        return
    assert draft.intent == expected.intent
    assert tuple((action.type, action.money) for action in draft.actions) == expected.actions
    assert decision.oversight is expected.oversight
    assert tuple(hit.id for hit in decision.policies) == expected.policies


def test_forty_tickets_have_their_own_keys() -> None:
    lines = json_lines(DEMO / "tickets.jsonl")

    assert [ticket["key"] for ticket in lines] == list(WEEK)
    assert len(WEEK) == 40
    assert len({ticket["about"] for ticket in lines}) == 40


@pytest.mark.parametrize("key", [key for key in WEEK if key not in WRONG])
def test_a_ticket_of_the_week(key: str) -> None:
    assert_comes_out(tickets()[key], words_of(key), WEEK[key])


@pytest.mark.parametrize("key", [key for key in THEN if key not in WRONG_THEN])
def test_a_second_message_is_answered_for_itself(key: str) -> None:
    assert_comes_out(tickets()[key], tickets()[key]["then"], THEN[key])


def test_every_second_message_has_its_expectation() -> None:
    assert {key for key, ticket in tickets().items() if "then" in ticket} == set(THEN)


@pytest.mark.parametrize("key", WRONG)
def test_where_the_drafter_is_wrong_is_known(key: str) -> None:
    assert_comes_out(tickets()[key], words_of(key), WRONG[key])
    assert WRONG[key] != WEEK[key]


@pytest.mark.parametrize("key", WRONG_THEN)
def test_where_the_drafter_is_wrong_the_second_time_is_known(key: str) -> None:
    assert_comes_out(tickets()[key], tickets()[key]["then"], WRONG_THEN[key])
    assert WRONG_THEN[key] != THEN[key]


def test_every_draft_of_the_week_states_only_what_was_given() -> None:
    judged = 0
    for key, ticket in tickets().items():
        draft = draft_of(ticket, words_of(key))
        if draft.text is None:
            continue
        # The drafter's own account of what it was given is enough.
        stated = ungrounded(
            draft.text, actions=draft.actions, grounded=draft.given, language=draft.language
        )
        assert stated == (), key
        judged += bool(ungrounded(draft.text, actions=(), grounded=(), language=draft.language))
    assert judged > 10


def test_no_draft_says_why() -> None:
    assert set(BECAUSE) == {key for key, expected in WEEK.items() if expected.oversight is None}
    for key, why in BECAUSE.items():
        assert (draft_of(tickets()[key], words_of(key)).note or "").endswith(why), key


@pytest.mark.parametrize("key", MAILS)
def test_of_a_mail_only_the_customers_own_words_are_read(key: str) -> None:
    mail, html = MAILS[key], tickets()[key]["html"]
    words = words_of(key)

    assert mail.written_by in html
    assert words.startswith(mail.begins)
    assert words.endswith(mail.ends)
    shown = LexborHTMLParser(html).text()
    assert [part for part in mail.not_theirs if part not in shown or part in words] == []


def test_every_html_mail_is_looked_at() -> None:
    assert {key for key, ticket in tickets().items() if "html" in ticket} == set(MAILS)
    assert len({mail.written_by for mail in MAILS.values()}) == 9


def test_six_languages_are_drafted() -> None:
    drafted = {key for key, expected in WEEK.items() if expected.oversight}
    found = {draft_of(tickets()[key], words_of(key)).language for key in drafted}

    assert found == {"en", "de", "fr", "es", "it", "nl"}


def test_a_message_is_thirty_kilobytes_long() -> None:
    assert len(tickets()["thirty_kilobytes"]["text"].encode()) >= 30 * 1024


def test_files_and_copies_come_with_messages() -> None:
    files = {key: t["attachments"] for key, t in tickets().items() if "attachments" in t}
    kinds = {file["content_type"] for some in files.values() for file in some}

    assert len(files) == 5
    assert kinds == {"image/jpeg", "image/heic"}
    assert [key for key, ticket in tickets().items() if "cc" in ticket] == ["follow_up_on_solved"]
    assert [key for key, t in tickets().items() if "channel" in t] == ["chat_shipping_cost"]


def test_only_a_ticket_of_the_same_customer_is_merged() -> None:
    merged = [ticket for ticket in tickets().values() if "merge_into" in ticket]

    assert [ticket["key"] for ticket in merged] == ["stove_question_again"]
    assert merged[0]["from"] == tickets()[merged[0]["merge_into"]]["from"]


def test_two_weeks_of_orders_belong_to_the_customers() -> None:
    senders = {ticket["from"]["email"] for ticket in tickets().values()}
    recent = [o for o in demo_orders().values() if NOW - o.placed_at <= timedelta(days=14)]

    assert {order.email for order in demo_orders().values()} <= senders
    assert len(recent) > len(demo_orders()) // 2


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
    assert outcomes.count(REVIEW) >= 20
    assert outcomes.count(None) == 10


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
