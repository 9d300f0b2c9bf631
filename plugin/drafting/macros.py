"""The merchant's macros and knowledge: how the file is read and what a macro is.

The file is a YAML list, described in docs and in interfaces under "Macros". Beyond what stands
there a macro may name the order states it is true for: ``order_status: [unfulfilled]``.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache

from connectors.types import Money
from plugin.drafting.marked_yaml import Marked, load_marked, near_miss
from plugin.drafting.template import AMOUNTS, ITEM_FACTS, NAMES, PLACEHOLDERS, placeholders_in
from plugin.models import ACTION_TYPES, MONEYLESS_ACTIONS, known_action

_MACRO_KEYS = "id title intent language kind text examples actions order_status".split()
_REQUIRED_KEYS = "id title intent language text".split()
_ACTION_KEYS = "type amount value currency".split()
# Money given by the shop as such; everything else is done to an order.
_WITHOUT_ORDER = frozenset({"store_credit", "discount"})
_FIXED = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,4})?")
_PERCENT = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,2})?)%")
_HUNDRED = Decimal(100)
_FILES_KEPT = 64


class Basis(StrEnum):
    """What an amount is taken from."""

    ORDER_TOTAL = "order_total"
    ITEM_PRICE = "item_price"
    SHIPPING = "shipping"
    FIXED = "fixed"
    PERCENT = "percent"


_ORDER_BASES = (Basis.ORDER_TOTAL, Basis.ITEM_PRICE, Basis.SHIPPING)


@dataclass(frozen=True, slots=True)
class AmountRule:
    """Where an amount comes from: the order or the macro, never the customer's words.

    Attributes:
        number: The amount of FIXED, the per cent of the order's total of PERCENT, else None.
    """

    basis: Basis
    number: Decimal | None = None


@dataclass(frozen=True, slots=True)
class MacroAction:
    """An action a macro declares. `currency` belongs to a fixed amount; else the order's holds."""

    type: str
    amount: AmountRule | None = None
    value: AmountRule | None = None
    currency: str | None = None

    @property
    def rules(self) -> tuple[AmountRule, ...]:
        """Its amounts, as far as it has any."""
        return tuple(rule for rule in (self.amount, self.value) if rule)


class Kind(StrEnum):
    """A reply of the merchant's, or a piece of knowledge worded as one."""

    MACRO = "macro"
    KNOWLEDGE = "knowledge"


@dataclass(frozen=True, slots=True)
class Macro:
    """A reply that may be drafted.

    Attributes:
        examples: What customers write who need this reply.
        order_status: Lower case states of the order it is true for; empty for any.
    """

    id: str
    title: str
    intent: str
    language: str
    text: str
    kind: Kind = Kind.MACRO
    examples: tuple[str, ...] = ()
    actions: tuple[MacroAction, ...] = ()
    order_status: frozenset[str] = frozenset()

    @property
    def needs_item(self) -> bool:
        """It speaks of, or pays for, one item of the order."""
        return not ITEM_FACTS.isdisjoint(placeholders_in(self.text)) or any(
            rule.basis is Basis.ITEM_PRICE for action in self.actions for rule in action.rules
        )

    @property
    def needs_order(self) -> bool:
        """It cannot be true without an order."""
        wanted = set(placeholders_in(self.text)) - NAMES - AMOUNTS.keys()
        return bool(self.order_status or wanted) or any(_needs_order(a) for a in self.actions)


def _needs_order(action: MacroAction) -> bool:
    if any(rule.basis is not Basis.FIXED for rule in action.rules):
        return True
    return action.type in ACTION_TYPES - _WITHOUT_ORDER


@lru_cache(maxsize=_FILES_KEPT)
def load_macros(source: str) -> tuple[Macro, ...]:
    """Read a macro file. The last files are kept typed.

    Raises:
        InvalidInputError: `field` is a path such as ``macros[3].text``; the message names the line.
    """
    entries = load_marked(source, "macros").items()
    macros = tuple(_macro(entry) for entry in entries)
    seen: set[str] = set()
    for entry, macro in zip(entries, macros, strict=True):
        if macro.id in seen:
            raise entry.refuse(f"the id {macro.id!r} stands in the file twice")
        seen.add(macro.id)
    return macros


def content_digest(macros: Sequence[Macro]) -> str:
    """Twelve hex digits that change with any word of any macro."""
    lines = (
        f"{m.id}\0{m.title}\0{m.intent}\0{m.language}\0{m.text}\0{m.kind}\0{m.examples}\0"
        f"{m.actions}\0{sorted(m.order_status)}"
        for m in macros
    )
    return hashlib.sha256("\0\0".join(lines).encode()).hexdigest()[:12]


def _macro(entry: Marked) -> Macro:
    fields = entry.fields(_MACRO_KEYS, _REQUIRED_KEYS)
    actions = tuple(_action(a) for a in fields["actions"].items()) if "actions" in fields else ()
    return Macro(
        id=fields["id"].text(),
        title=fields["title"].text(),
        intent=_shaped(fields["intent"], r"[a-z][a-z0-9_]*", "lower case letters, digits and _"),
        language=_shaped(fields["language"], r"[a-z]{2}", "two letters of ISO 639-1, such as en"),
        text=_template(fields["text"], actions),
        kind=_kind(fields["kind"]) if "kind" in fields else Kind.MACRO,
        examples=_texts(fields, "examples"),
        actions=actions,
        order_status=frozenset(s.casefold() for s in _texts(fields, "order_status")),
    )


def _texts(fields: dict[str, Marked], key: str) -> tuple[str, ...]:
    return tuple(entry.text() for entry in fields[key].items()) if key in fields else ()


def _shaped(entry: Marked, pattern: str, expected: str) -> str:
    text = entry.text()
    if not re.fullmatch(pattern, text):
        raise entry.refuse(f"expected {expected}, found {text!r}")
    return text


def _kind(entry: Marked) -> Kind:
    text = entry.text()
    if text not in list(Kind):
        raise entry.refuse(f"unknown kind {text!r}{near_miss(text, Kind)}")
    return Kind(text)


def _template(entry: Marked, actions: tuple[MacroAction, ...]) -> str:
    text = entry.text()
    try:
        names = placeholders_in(text)
    except ValueError as bad:
        raise entry.refuse(str(bad)) from bad
    paid = {action.type for action in actions if action.amount}
    for name in names:
        if name not in PLACEHOLDERS:
            raise entry.refuse(f"unknown placeholder {name!r}{near_miss(name, PLACEHOLDERS)}")
        if name in AMOUNTS and AMOUNTS[name] not in paid:
            raise entry.refuse(f"{{{name}}} needs an action of type {AMOUNTS[name]} with an amount")
    return text


def _action(entry: Marked) -> MacroAction:
    fields = entry.fields(_ACTION_KEYS, ["type"])
    name = fields["type"].text()
    if not known_action(name):
        raise fields["type"].refuse(f"unknown action {name!r}{near_miss(name, ACTION_TYPES)}")
    if name in MONEYLESS_ACTIONS and len(fields) > 1:
        raise entry.refuse(f"{name} moves no money: it takes no amount, value or currency")
    action = MacroAction(
        type=name,
        amount=_rule(fields["amount"]) if "amount" in fields else None,
        value=_rule(fields["value"]) if "value" in fields else None,
        currency=fields["currency"].text() if "currency" in fields else None,
    )
    _check_currency(entry, action)
    return action


def _rule(entry: Marked) -> AmountRule:
    text = entry.text()
    if text in _ORDER_BASES:
        return AmountRule(Basis(text))
    if _FIXED.fullmatch(text) and Decimal(text) > 0:
        return AmountRule(Basis.FIXED, Decimal(text))
    percent = _PERCENT.fullmatch(text)
    if percent and 0 < Decimal(percent[1]) <= _HUNDRED:
        return AmountRule(Basis.PERCENT, Decimal(percent[1]))
    raise entry.refuse(
        f'expected order_total, item_price, shipping, an amount such as "10.00" or a share such '
        f'as "15%", found {text!r}'
    )


def _check_currency(entry: Marked, action: MacroAction) -> None:
    if action.currency is None:
        return
    fixed = [rule.number for rule in action.rules if rule.basis is Basis.FIXED]
    if len(fixed) != len(action.rules) or not fixed:
        raise entry.refuse("a currency belongs to a fixed amount; else the order's currency holds")
    for number in fixed:
        try:
            Money.parse(str(number), action.currency)
        except ValueError as bad:
            raise entry.refuse(str(bad)) from bad
