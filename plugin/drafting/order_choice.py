"""Which order a message is about, and which item of it. In doubt: none, and the reason why.

An order is only ever taken from those that carry the customer's own e-mail address. A message that
names an order which is not among them gets no order at all, not the customer's other one.
"""

import re
from dataclasses import dataclass
from datetime import timedelta

from connectors.types import Item, Order
from plugin.drafting.base import Request

# Orders placed within this span before the customer's newest one are in the running when the
# message names none. Counted from the newest order, so that a draft needs no clock.
RECENT = timedelta(days=90)
_SEARCHED_CHARACTERS = 20_000

_ID = r"[a-z]{0,6}-?[0-9]{3,20}[a-z0-9-]{0,20}(?![\w-])"
# Matched against text whose white space is single: runs of it would cost cubic time.
_NAMED = re.compile(
    rf"(?<![\w#/])# ?({_ID})"
    r"|(?<!\w)(?:orders?|bestell(?:ung|nummer|nr)|auftrag(?:snummer)?|commande|pedido|ordine|"
    r"zam[óo]wieni[ea]|ordre)"
    r" ?(?:numbers?|num(?:é|e)ro|n[úu]mero|nummer|no\.?|nr\.?|n[°º])? ?[:#]? ?"
    rf"({_ID})",
    re.IGNORECASE,
)
# Numbers behind these words are the helpdesk's or the bookkeeper's, not the shop's.
_OTHER_NUMBER = re.compile(
    r"(?:ticket|case|request|invoice|receipt|fall|vorgang|rechnung|facture|factura)\W{0,3}"
    r"(?:no\.?|number|nr\.?)?\W{0,3}$",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_]{3,}")
_NAMED_AND_THEIRS = (
    "the shop\N{RIGHT SINGLE QUOTATION MARK}s record: named in the message, and this customer"
    "\N{RIGHT SINGLE QUOTATION MARK}s"
)
_ONLY_RECENT = (
    "the shop\N{RIGHT SINGLE QUOTATION MARK}s record: the only recent order of this customer"
)
# Words of titles that any message may contain without meaning the item.
_COMMON = frozenset(
    "and are box card für for gift item les los mit order pack pair par para parcel pour set the "
    "und von with".split()
)


@dataclass(frozen=True, slots=True)
class OrderChoice:
    """The order a message is about; without one, `reason` is a plain sentence.

    Attributes:
        how: By what it was chosen, as an origin says it.
    """

    order: Order | None
    reason: str | None = None
    how: str = "the shop\N{RIGHT SINGLE QUOTATION MARK}s record of this customer"


def choose_order(request: Request) -> OrderChoice:
    """The order that is safe to speak of."""
    email = _address(request.customer_email)
    if request.order:
        if email and _address(request.order.email) != email:
            return OrderChoice(None, "The ticket's order belongs to another customer.")
        return OrderChoice(request.order, how="the ticket, as its order")
    own = [order for order in request.orders if email and _address(order.email) == email]
    # The subject is the ticket's; what the newest message says goes before it.
    named = _named_ids(request.text, own) or _named_ids(request.subject, own)
    if named:
        return _named_order(named, own)
    return _only_recent(own)


def choose_item(order: Order, message: str) -> Item | None:
    """The one item the message means: named by a word of its title alone, or the only one there.

    A word that several titles share names none of them, and a message that names two items names
    none for certain.
    """
    if len(order.items) == 1:
        return order.items[0]
    titles = [_words(item.title) for item in order.items]
    spoken = _words(message[:_SEARCHED_CHARACTERS])
    named = []
    for item, title in zip(order.items, titles, strict=True):
        others = set[str]().union(*(t for t in titles if t is not title))
        if (title - others) & spoken:
            named.append(item)
    return named[0] if len(named) == 1 else None


def _words(text: str) -> set[str]:
    """The words that tell items apart, in the singular as far as a final s makes the plural."""
    words = {word.casefold() for word in _WORD.findall(text)} - _COMMON
    return {word.removesuffix("s") for word in words}


def _address(email: str | None) -> str | None:
    return email.strip().casefold() if email else None


def _plain(order_id: str) -> str:
    return order_id.removeprefix("#").casefold()


def _named_ids(text: str, own: list[Order]) -> set[str]:
    text = " ".join(text[:_SEARCHED_CHARACTERS].split())
    named = {
        _plain(found[1] or found[2])
        for found in _NAMED.finditer(text)
        if not _OTHER_NUMBER.search(text[max(0, found.start() - 24) : found.start()])
    }
    return named | {_plain(order.id) for order in own if _stands_bare(_plain(order.id), text)}


def _stands_bare(order_id: str, text: str) -> bool:
    """Whether the customer's own id stands in `text` as a word of its own, and not as money."""
    pattern = (
        rf"(?<![\w.,$€£#-])(?<![$€£] ){re.escape(order_id)}"
        r"(?![\w%-]|[.,][0-9]| ?(?:usd|eur|gbp|dollars?|euros?|[$€£]))"
    )
    return re.search(pattern, text, re.IGNORECASE) is not None


def _named_order(named: set[str], own: list[Order]) -> OrderChoice:
    if len(named) > 1:
        return OrderChoice(None, "The message names more than one order.")
    name = next(iter(named))
    for order in own:
        if _plain(order.id) == name:
            return OrderChoice(order, how=_NAMED_AND_THEIRS)
    return OrderChoice(None, "The message names an order that is not this customer's.")


def _only_recent(own: list[Order]) -> OrderChoice:
    if not own:
        return OrderChoice(None, "No order of this customer is known.")
    newest = max(order.placed_at for order in own)
    recent = [order for order in own if newest - order.placed_at <= RECENT]
    if len(recent) > 1:
        return OrderChoice(None, "The customer has several recent orders and names none.")
    return OrderChoice(recent[0], how=_ONLY_RECENT)
