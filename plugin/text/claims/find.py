"""Finds what a reply states that somebody must have told its author.

Wider than `entities`, which compares two texts: numbers in words count, and each value has every
key under which another notation of it may have been given. The language matters: "once" is eleven
in Spanish.
"""

from collections.abc import Callable, Iterator

from plugin.text.amounts import half_width
from plugin.text.claims.claim import Claim, blanked
from plugin.text.claims.money import disguised, money, without_currency
from plugin.text.claims.names import links, names, odd_digits
from plugin.text.claims.times import times

# In this order: what is found first is blanked for the rest.
_FINDERS: tuple[Callable[[str, str], Iterator[Claim]], ...] = (
    links,
    odd_digits,
    disguised,
    money,
    times,
    without_currency,
    names,
)


def claims(text: str, language: str) -> list[Claim]:
    """The claims of a canonical text in its order."""
    rest = half_width(text)
    found: list[Claim] = []
    for find in _FINDERS:
        taken = list(find(rest, language))
        found += taken
        rest = blanked(rest, taken)
    return sorted(found, key=lambda claim: claim.start)
