"""What an action would do with which money, order and items, and who says so of each."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from plugin import provenance
from plugin.provenance import Told
from plugin.store.drafts import Held, action_of
from plugin.store.schema import ActionRow

_MONEY = ("amount", "value")


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument: ``54.20 USD`` told by ``shop order #1002, its total``."""

    name: str
    words: str
    told: Told

    @property
    def is_told_shortly(self) -> bool:
        """A short line has room for money, and for whatever nobody has checked."""
        return self.name in _MONEY or not self.told.kind.is_checked


def arguments_of(held: Held, row: ActionRow) -> tuple[Argument, ...]:
    """An action's arguments in the order of reading; none where no origins were stored with it."""
    if row.origins is None:
        return ()
    told = {name: provenance.read(origin) for name, origin in row.origins.items()}
    return tuple(
        Argument(name, words, told.get(name, provenance.UNTOLD))
        for name, words in _words(row, _titles(held.draft.facts))
        if name != "currency" or _is_of_its_own(told)
    )


def _is_of_its_own(told: Mapping[str, Told]) -> bool:
    """The currency is not told by whoever told the amount."""
    amount = told.get("amount") or told.get("value")
    return amount is not None and told["currency"].kind is not amount.kind


def _words(row: ActionRow, titles: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    action = action_of(row)
    if action.amount is not None:
        yield "amount", str(action.amount)
    if action.value is not None:
        yield "value", f"worth {action.value}"
    if action.money is not None and "currency" in (row.origins or {}):
        yield "currency", action.money.currency
    if action.order is not None:
        yield "order", f"order #{action.order.removeprefix('#')}"
    if action.items:
        yield "items", ", ".join(f"“{titles.get(item, item)}”" for item in action.items)


def _titles(facts: Mapping[str, Any]) -> Mapping[str, str]:
    order = facts.get("order") or {}
    return {item["id"]: item["title"] for item in order.get("items", ())}
