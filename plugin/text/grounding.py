"""Which of a reply's amounts, percentages, dates, ids, codes and links nobody gave its author.

Where a text cannot be read for certain, such as with digits of other scripts or hidden marks, it
states more than it was given, never less.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import regex

from connectors.types import ActionRequest
from plugin.text.claims.claim import Claim
from plugin.text.claims.find import claims
from plugin.text.claims.names import identifier_keys
from plugin.text.lexicons import LANGUAGES
from plugin.text.tokens import canonical

_FACTS_LANGUAGE = "en"  # what shops and our own records are written in
# Marks that turn or split what is read: control characters, overrides, joiners within numbers.
_HIDDEN = regex.compile(
    r"[\p{Cc}--[\t\n\r]]|[\u202a-\u202e\u2066-\u2069]|(?<=\d)\p{Cf}|\p{Cf}(?=\d)", regex.V1
)
# Without any of these neither pattern needs to be tried.
_UNSEEN = regex.compile(r"[[\p{Cc}\p{Cf}]--[\t\n\r]]", regex.V1)
_JOINERS = regex.compile(r"(?<=\d)\p{Cf}++(?=\d)", regex.V1)


@dataclass(frozen=True, slots=True)
class Ungrounded:
    """Words of a reply that state what its author was not given.

    Attributes:
        kind: ``amount``, ``percentage``, ``date``, ``span``, ``id``, ``code``, ``link``, or
            ``number`` for digits of other scripts.
        words: As written.
    """

    kind: str
    words: str


def ungrounded(
    text: str,
    *,
    actions: Iterable[ActionRequest] = (),
    grounded: Iterable[str],
    language: str | None,
) -> tuple[Ungrounded, ...]:
    """What `text` states that is neither an action's value nor in `grounded`, each once.

    Another notation of a given value is given: 54.20 USD and $54.20, two weeks and 14 days. Where
    "1.234" may be two amounts, one that was given suffices.

    Args:
        text: The reply; untrusted.
        actions: What is declared.
        grounded: Whatever the drafter was given; facts in English beside the reply's language.
        language: Of the reply; an unknown one is read as English.
    """
    known = known_language(language)
    reply = canonical(text)
    reply = _JOINERS.sub("", reply) if _UNSEEN.search(reply) else reply
    stated = claims(reply, known)
    if not stated:
        return ()
    hidden = _UNSEEN.search(text) is not None and _HIDDEN.search(text) is not None
    given: set[str] = set()
    for fact in () if hidden else (*grounded, *values(actions)):
        given |= _keys(fact, known)
    return tuple(
        dict.fromkeys(
            Ungrounded(claim.kind, reply[claim.start : claim.end])
            for claim in stated
            if not _is_given(claim, given)
        )
    )


def _is_given(claim: Claim, given: set[str]) -> bool:
    return all(not need.isdisjoint(given) for need in claim.needs)


def values(actions: Iterable[ActionRequest]) -> Iterator[str]:
    """What actions give, as it may be said: amounts, orders, items."""
    for action in actions:
        yield from (str(money) for money in (action.amount, action.value) if money)
        yield from (action.order or "", *action.items)


def _keys(fact: str, language: str) -> frozenset[str]:
    """What a given string gives, read in the reply's language and in English."""
    plain = canonical(fact)
    found = (claim.keys for name in {language, _FACTS_LANGUAGE} for claim in claims(plain, name))
    return identifier_keys(plain).union(*found)


def known_language(language: str | None) -> str:
    """The language whose words are looked for: an unknown one is read as English."""
    base = (language or "").replace("_", "-").partition("-")[0].strip().casefold()
    return base if base in LANGUAGES else _FACTS_LANGUAGE
