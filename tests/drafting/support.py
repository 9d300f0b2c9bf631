"""A small shop to draft for, and the demo merchant's files."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from connectors.types import Item, Money, Order
from plugin import demo
from plugin.drafting.base import Request
from plugin.drafting.builtin import BuiltinDrafter
from plugin.drafting.macros import load_macros
from plugin.drafting.orders_file import load_orders
from plugin.models import Draft
from plugin.text.reply import reply_of

DEMO = Path(demo.__file__).parent / "data"
ADA = "ada@example.com"
MACROS = """
- id: status
  title: Where is my order
  intent: order_status
  language: en
  text: |
    Hi {customer_name},
    order #{order_id} is here: {tracking_url}
  examples: ["Where is my order?", "Has my order shipped yet?"]
- id: damaged
  title: Damaged item
  intent: damaged_item
  language: en
  text: "Sorry! We refund {refund_amount} for the {item_title}."
  examples: [My item arrived broken., The mug is cracked.]
  actions: [{type: refund, amount: item_price}]
- id: refund
  title: Refund
  intent: refund_request
  language: en
  text: "Hi {customer_name}, we refund {refund_amount} for order #{order_id}."
  examples: [I want a refund., Please give me my money back.]
  actions: [{type: refund, amount: order_total}]
- id: returns
  title: Returns
  intent: return_policy
  kind: knowledge
  language: en
  text: "Unused items can come back within 60 days."
  examples: ["What is your return policy?"]
- id: status-de
  title: Bestellstatus
  intent: order_status
  language: de
  text: "Hallo {customer_name}, hier ist die Bestellung #{order_id}: {tracking_url}"
  examples: ["Wo ist meine Bestellung?"]
"""


def money(amount: str, currency: str = "USD") -> Money:
    return Money(Decimal(amount), currency)


ORDER = Order(
    id="1002",
    email=ADA,
    total=money("54.20"),
    placed_at=datetime(2026, 11, 13, tzinfo=UTC),
    status="in_transit",
    shipping=money("4.20"),
    items=(Item("7", "Enamel Mug", money("18.00"), 1), Item("8", "Camp Tent", money("32.00"), 1)),
    tracking_url="https://track.example.com/1002",
)
OTHERS = replace(ORDER, id="2002", email="eve@example.com", total=money("900.00"))


def request(text: str, **changes: Any) -> Request:
    """A message of Ada's, who has the one order."""
    plain = Request(
        subject="", text=text, customer_name="Ada Byron", customer_email=ADA, orders=(ORDER,)
    )
    return replace(plain, **changes)


@cache
def drafter() -> BuiltinDrafter:
    return BuiltinDrafter(load_macros(MACROS))


@cache
def demo_drafter() -> BuiltinDrafter:
    return BuiltinDrafter(load_macros((DEMO / "macros.yaml").read_text(encoding="utf-8")))


@cache
def demo_orders() -> dict[str, Order]:
    return load_orders((DEMO / "orders.jsonl").read_text(encoding="utf-8").splitlines())


def json_lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@cache
def tickets() -> dict[str, dict[str, Any]]:
    return {ticket["key"]: ticket for ticket in json_lines(DEMO / "tickets.jsonl")}


def words_of(key: str) -> str:
    """A ticket's first message as the service reads it."""
    return reply_of(tickets()[key].get("text"), tickets()[key].get("html"))


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
