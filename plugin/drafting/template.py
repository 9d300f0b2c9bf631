"""Filling a merchant's text with facts: known placeholders only, in one pass, nothing evaluated.

A fact is never read as a template again, so a customer called ``{order_total}`` stays just that.
`str.format` is not used: it reads attributes and indexes of whatever it is given.
"""

import re
import unicodedata
from collections.abc import Mapping

from connectors.types import Order

NAMES = frozenset({"customer_name", "customer_first_name"})
ORDER_FACTS = frozenset(
    {
        "order_id",
        "order_total",
        "order_date",
        "order_status",
        "tracking_url",
        "shipping",
        "items",
    }
)
ITEM_FACTS = frozenset({"item_title", "item_price"})
AMOUNTS = {
    "refund_amount": "refund",
    "credit_amount": "store_credit",
    "discount_amount": "discount",
}
PLACEHOLDERS = NAMES | ORDER_FACTS | ITEM_FACTS | frozenset(AMOUNTS)

_PLACEHOLDER = re.compile(r"\{([^{}\n]*)\}")
_NAME = r"\{(?:customer_name|customer_first_name)\}"
# "Hi {customer_name}," becomes "Hi,"; a line that begins with the name begins after it.
_NAME_WITH_GAP = re.compile(rf"^{_NAME}[,:!]?[ \t]*|[ \t]*{_NAME}", re.MULTILINE)
_NAME_MAX = 60
_NAME_WORDS = 5
_NAME_MARKS = " .'\u2019-"


def placeholders_in(text: str) -> tuple[str, ...]:
    """The names in braces, in the order they appear.

    Raises:
        ValueError: A brace that does not belong to a pair around a name.
    """
    rest = _PLACEHOLDER.sub("", text)
    if "{" in rest or "}" in rest:
        raise ValueError("a brace stands alone; braces only enclose a placeholder")
    return tuple(found.group(1) for found in _PLACEHOLDER.finditer(text))


def missing_facts(text: str, facts: Mapping[str, str]) -> tuple[str, ...]:
    """The placeholders of `text` that `facts` cannot fill, names apart: a greeting needs none."""
    wanted = dict.fromkeys(placeholders_in(text))
    return tuple(name for name in wanted if name not in facts and name not in NAMES)


def fill(text: str, facts: Mapping[str, str]) -> str:
    """`text` with every placeholder replaced, once, by its fact.

    Raises:
        KeyError: A fact other than the customer's name is missing; see `missing_facts`.
    """
    if not facts.keys() >= NAMES:
        text = _NAME_WITH_GAP.sub("", text)
    return _PLACEHOLDER.sub(lambda found: facts[found.group(1)], text).strip()


def name_facts(name: str | None) -> dict[str, str]:
    """The customer's name as facts, or none if it does not look like a name.

    Customers choose their own names, and a reply may go out unseen: whatever carries digits, signs
    or links is not repeated.
    """
    words = unicodedata.normalize("NFC", name or "").split()
    whole = " ".join(words)
    plain = all(c in _NAME_MARKS or unicodedata.category(c)[0] in "LM" for c in whole)
    if not words or not plain or len(words) > _NAME_WORDS or len(whole) > _NAME_MAX:
        return {}
    return {"customer_name": whole, "customer_first_name": words[0]}


def order_facts(order: Order) -> dict[str, str]:
    """What may be said of an order. Money reads ``54.20 USD``, dates ``2026-11-13``."""
    facts = {
        "order_id": order.id.removeprefix("#"),
        "order_total": str(order.total),
        "order_date": order.placed_at.date().isoformat(),
        "order_status": order.status,
        "shipping": str(order.shipping),
    }
    if order.items:
        facts["items"] = ", ".join(item.title for item in order.items)
    url = order.tracking_url or ""
    if url.startswith(("https://", "http://")) and not re.search(r"\s", url):
        facts["tracking_url"] = url
    return facts
