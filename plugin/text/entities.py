"""What in a reply must not change unseen: amounts, dates, order ids, links, numbers, negations."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from functools import cache

import regex

from plugin.text.amounts import amounts, half_width
from plugin.text.dates import dates
from plugin.text.lexicons import everywhere
from plugin.text.tokens import lower

_Found = tuple[str, int, int]  # key, start, end

_ENDS_OF_A_LINK = ".,;:!?'\")]}*_"
_TOP_DOMAINS = (
    "com|net|org|io|co|shop|store|app|dev|info|biz|me|ai|eu|de|fr|es|it|pt|nl|uk|us|ca|au|ch|at|be|"
    "br|mx|in|jp|cn|se|no|dk|pl|ie|nz"
)
_LINK = regex.compile(
    r"(?i:https?://|www\.)[^\s<>\"]++"
    r"|(?<![^\s<(\[])[\w.+-]{1,64}+@[\w-]++(?:\.[\w-]++)++"
    rf"|(?<![^\s<(\[\"'])[\w-]++(?:\.(?!(?:{_TOP_DOMAINS})(?![\w.-]))[\w-]++)*+"
    rf"\.(?i:{_TOP_DOMAINS})(?![\w-])(?:/[^\s<>\"]*+)?+",
    regex.V1,
)
_NUMBER_OF = ("number", "no", "nr", "id", "num")  # as in "order no. 1002"
_ORDER_ID = r"(?P<id>\p{L}{0,5}+-?\d[\w-]*+)"
_DIGIT = regex.compile(r"\d")
_SENTENCE_END = regex.compile(r"(?<=[.!?])\s|\n", regex.V1)


@dataclass(frozen=True, slots=True)
class Entities:
    """A text's entities by kind, in the text's order; two spellings of one thing are the same.

    Attributes:
        numbers: Words with a digit, and number words, that are none of the other kinds.
        negations: Words that say no; ``don't hesitate`` and its like are none.
    """

    amounts: tuple[str, ...]
    dates: tuple[str, ...]
    orders: tuple[str, ...]
    links: tuple[str, ...]
    numbers: tuple[str, ...]
    negations: tuple[str, ...]


KINDS = tuple(field.name for field in fields(Entities))


def entities(text: str) -> Entities:
    """Find every entity of a canonical text. Each character belongs to one entity at most."""
    rest = half_width(text)
    found: dict[str, tuple[str, ...]] = {}
    idle = _idle(rest)
    for kind, find in _FINDERS.items():
        taken = () if kind in idle else tuple(find(rest))
        found[kind] = tuple(key for key, _, _ in taken)
        rest = _blanked(rest, taken)
    return Entities(**found)


def vocabulary() -> Iterator[str]:
    """Every phrase that orders, numbers and negations can hold, as far as it is letters."""
    yield from _NUMBER_OF
    for name in ("order", "number", "negation", "not_a_negation"):
        yield from (phrase.removeprefix("^") for phrase in everywhere(name))


def sentences(text: str) -> list[str]:
    """The sentences and lines of a text, trimmed."""
    return [piece for part in _SENTENCE_END.split(text) if (piece := part.strip())]


def link_key(link: str) -> str:
    """A link without trailing punctuation; scheme and host in lower case, the path as written."""
    trimmed = link.rstrip(_ENDS_OF_A_LINK)
    scheme, separator, rest = trimmed.rpartition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme.casefold()}{separator}{host.casefold()}{slash}{path}"


def link_spans(text: str) -> Iterator[tuple[int, int]]:
    """Where the links and mail addresses of a text begin and end."""
    return (found.span() for found in _LINK.finditer(text))


def _idle(text: str) -> frozenset[str]:
    """The kinds that a text plainly has none of: this is found out faster than they are sought."""
    idle = () if _DIGIT.search(text) else ("amounts", "orders")
    linked = "." in text or "://" in text
    return frozenset(idle if linked else (*idle, "links"))


def _blanked(text: str, taken: tuple[_Found, ...]) -> str:
    """`text` with spaces for what was taken, so that no later kind takes it again."""
    pieces, done = [], 0
    for _, start, end in taken:
        pieces += [text[done:start], " " * (end - start)]
        done = end
    return "".join([*pieces, text[done:]])


def _amounts(text: str) -> Iterable[_Found]:
    return ((amount.key, amount.start, amount.end) for amount in amounts(text))


def _orders(text: str) -> Iterable[_Found]:
    for found in _order_pattern().finditer(text):
        yield found["id"].casefold(), found.start(), found.end()


def _links(text: str) -> Iterable[_Found]:
    return ((link_key(text[start:end]), start, end) for start, end in link_spans(text))


def _numbers(text: str) -> Iterable[_Found]:
    for found in _number_pattern().finditer(lower(text)):
        yield found.group(), found.start(), found.end()


def _negations(text: str) -> Iterable[_Found]:
    text = lower(text)
    benign = [(m.start(), m.end()) for m in _benign_pattern().finditer(text)]
    spared = 0
    for found in _negation_pattern().finditer(text):
        while spared < len(benign) and benign[spared][1] <= found.start():
            spared += 1
        if spared < len(benign) and benign[spared][0] <= found.start():
            continue
        yield _negation_key(found.group()), found.start(), found.end()


def _negation_key(word: str) -> str:
    """The same word for "can't", "cannot" and "can not"."""
    if word.endswith(("n't", "nt")) or word == "cannot":
        return "not"
    return "ne" if word == "n'" else word


@cache
def _order_pattern() -> regex.Pattern[str]:
    names = "|".join(regex.escape(n) for n in sorted(everywhere("order"), key=len, reverse=True))
    label = rf"(?<!\p{{L}})(?i:{names})(?:[ ](?i:{'|'.join(_NUMBER_OF)})\b)?\.?:?[ ]?"
    return regex.compile(
        rf"(?:{label})?+#[ ]?{_ORDER_ID}|{label}{_ORDER_ID}(?![.,]?\d)"
        r"|(?<![\p{L}\d-])(?P<id>\p{Lu}{2,5}-\d{3,}+)(?![\w-])",
        regex.V1,
    )


@cache
def _number_pattern() -> regex.Pattern[str]:
    return regex.compile(
        r"(?<![\w])[\p{L}\p{M}_]*+\d[\w]*+(?:[.,'_\-:/@]\w++)*+"
        r"|(?<![\p{L}\p{M}])\L<number>(?![\p{L}\p{M}\d])",
        regex.V1,
        number=list(everywhere("number")),
    )


@cache
def _negation_pattern() -> regex.Pattern[str]:
    return regex.compile(
        r"(?<![\p{L}\p{M}])(?=\p{L})(?:\p{L}{2,8}n't(?!\p{L})|n'(?=\p{L})"
        r"|\L<negation>(?![\p{L}\p{M}]))",
        regex.V1,
        negation=list(everywhere("negation")),
    )


@cache
def _benign_pattern() -> regex.Pattern[str]:
    phrases = everywhere("not_a_negation")
    return regex.compile(
        r"(?<!\p{L})\L<anywhere>(?!\p{L})"
        r"|(?<=(?:^|[\n.!?])[ ]{0,2})\L<alone>(?=[ ]?[.!,\n]|$)",
        regex.V1,
        anywhere=[phrase for phrase in phrases if not phrase.startswith("^")],
        alone=[phrase.removeprefix("^") for phrase in phrases if phrase.startswith("^")],
    )


# In this order: what is found first is blanked for the rest.
_FINDERS = {
    "links": _links,
    "amounts": _amounts,
    "orders": _orders,
    "dates": dates,
    "numbers": _numbers,
    "negations": _negations,
}
