"""A merchant all of whose words, and those of whoever writes to it, are hostile."""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

from flask import Response

from connectors.sandbox import shop
from connectors.sandbox.server import SandboxServer
from plugin import onboarding
from plugin.config import Settings
from plugin.documents import read
from plugin.models import Role
from plugin.store import people
from tests.bench.world import BOT, Bench
from tests.hostile.texts import TAGS, TEXTS

QUESTION = "Could I have my money back for this order, please?"
EVE = "eve@larkspur-outfitters.example"
_TOKEN = "another-shop-token"


@dataclass(frozen=True)
class Hostile:
    """The merchant, the ticket that carries each of the texts, and our own user's id."""

    bench: Bench
    tickets: Mapping[str, str]
    bot: str


@contextmanager
def hostile_merchant(settings: Settings) -> Iterator[Hostile]:
    """A ticket for each text, in every field that has one: all handled, nothing signed yet."""
    orders = [order(number, text) for number, text in enumerate(TEXTS.values())]
    with (
        # Real helpdesks may let more through than the sandbox does.
        patch("connectors.sandbox.zendesk.tags._TAG", re.compile(".+")),
        Bench(settings, policies=policies()) as bench,
        SandboxServer(shop.create_app(orders, _TOKEN)) as hostile_shop,
    ):
        bench.helpdesk_app.after_request_funcs.setdefault(None, []).append(_with_surrogates)
        merchant_id = bench.scope.merchant_id
        onboarding.add_shop(
            bench.runtime, merchant_id, kind="shop_api", url=hostile_shop.url, token=_TOKEN
        )
        onboarding.load_macro_file(bench.runtime, merchant_id, macros())
        # Past the door that refuses so long a name: one may be there from before.
        with bench.runtime.database.write() as session:
            people.add_person(
                session,
                bench.scope,
                email=EVE,
                name=" ".join(TEXTS.values()),
                role=Role.ADMIN,
                limit=None,
                helpdesk_user=None,
                at=bench.clock(),
            )
        tickets = {
            name: bench.hands.open_ticket(
                {
                    "subject": _without_surrogates(text),
                    "text": f"{QUESTION}\n\n{_without_surrogates(text)}",
                    "from": {"name": _without_surrogates(text), "email": address(number)},
                    "tags": TAGS,
                }
            )
            for number, (name, text) in enumerate(TEXTS.items())
        }
        bench.settle()
        yield Hostile(bench, tickets, bench.hands.users()[BOT])


def address(number: int) -> str:
    """The customer who has the order of that number."""
    return f"customer-{number}@hostile.example"


def order(number: int, text: str) -> dict[str, Any]:
    """An order with the text wherever an order has one."""
    return {
        "id": str(70_000 + number),
        "email": address(number),
        "currency": "USD",
        "total": "12.00",
        "placed_at": "2026-11-02T10:00:00Z",
        "status": text,
        "shipping": "2.00",
        "tracking_url": "https://carrier.example/?q={{7*7}}&<script>",
        "address": text,
        "items": [{"id": text[:20] or "x", "title": text, "price": "10.00", "quantity": 1}],
    }


def storable(text: str) -> bool:
    """Whether a merchant's own file may hold it: control characters it may not."""
    return not read(json.dumps(text)).problems


def macros() -> str:
    """One macro, whose title is all the texts that a file may hold."""
    title = " ".join(text for text in TEXTS.values() if storable(text))
    return json.dumps(
        [
            {
                "id": "refund",
                "title": title,
                "intent": "refund",
                "language": "en",
                "text": "Hi {customer_name},\n\nyou get {refund_amount} for {items}, which is "
                "{order_status}: {tracking_url}.\n\nLarkspur",
                "examples": [QUESTION],
                "actions": [{"type": "refund", "amount": "order_total"}],
            }
        ]
    )


def policies() -> str:
    """A policy for each text, whose note it is."""
    rules: list[dict[str, Any]] = [
        {"id": f"p{number}", "require": "approval", "note": text, "tag": f"t{number}"}
        for number, text in enumerate(TEXTS.values())
        if storable(text)
    ]
    rules.append({"id": "words", "when": {"message_contains": ["money"]}, "require": "review"})
    return json.dumps({"version": 1, "currency": "USD", "policies": rules})


def as_kept(text: str) -> str:
    """As both databases can hold it: NUL by its symbol, a lone surrogate as the replacement."""
    return "".join(
        "\u2400" if one == "\x00" else "\ufffd" if "\ud800" <= one <= "\udfff" else one
        for one in text
    )


def _without_surrogates(text: str) -> str:
    """The sandbox cannot keep lone surrogates; a helpdesk's answer may still hold their escapes."""
    return re.sub("[\ud800-\udfff]", lambda found: f"LONE-{ord(found[0]):04X}", text)


def _with_surrogates(answer: Response) -> Response:
    if answer.is_json:
        answer.set_data(re.sub(rb"LONE-([0-9A-F]{4})", rb"\\u\1", answer.get_data()))
    return answer
