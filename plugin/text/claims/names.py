"""Links, order numbers, tracking numbers, codes, and digits that are not what they seem."""

import re
from collections.abc import Iterator
from functools import cache

import regex

from plugin.text.claims.claim import NEVER, Claim
from plugin.text.entities import link_key, link_spans
from plugin.text.lexicons import sections

_FEWEST_OF_A_LABELLED = 3
_FEWEST_DIGITS = 4
_FEWEST_OF_A_CODE = 5
_WORD = re.compile(r"[^\s<>\"]++")
_SCHEME = regex.compile(r"[a-z][a-z0-9+.-]{1,20}+://[^\s<>\"]++", regex.V1 | regex.I)
# A host that no list of top domains knows is one where a path follows.
_HOST_WITH_PATH = regex.compile(
    r"(?<![\w@.-])[\w-]++(?:\.[\w-]++(?=\.))*+\.\p{L}{2,}+/[^\s<>\"]*+", regex.V1
)
_ID = re.compile(
    r"(?<![\w.,])(?<!\w[/-])(?P<mark># ?)?"
    r"(?P<id>(?=[\w/-]*\d)[^\W_]++(?:[-_/][^\W_]++)*+)(?![.,]?\d)"
)
_BETWEEN_PARTS = re.compile(r"[-_/]")
_LABEL = regex.compile(r"\p{L}[\p{L}'°º. ]{0,24}[:# ]{1,3}$", regex.V1)
_DIGITS = regex.compile(r"[0-9]")
_LONG_NUMBER = regex.compile(rf"[0-9]{{{_FEWEST_DIGITS},}}")
_YEAR = regex.compile(r"(?:19|20)[0-9]{2}")
# Sizes and counts, not names.
_SIZE = regex.compile(
    r"[ ]?(?:ml|cl|l|mg|g|kg|mm|cm|km|m|w|kw|v|mah|ah|mb|gb|tb|rpm|lumens?|lm|kcal|kj|px|dpi|hz|mhz"
    r"|pieces|pcs|stück|pièces|piezas|pezzi|peças|stuks)(?![^\W_])",
    regex.V1 | regex.I,
)
# Numbers of other scripts; not the exponents and fractions of ordinary text.
_ODD = regex.compile(r"[\p{N}--[0-9²³¹½¼¾⅓⅔⅛]]++", regex.V1)


def links(text: str, _language: str) -> Iterator[Claim]:
    """Addresses of pages and mailboxes."""
    for word in _WORD.finditer(text):
        written = word.group()
        # A point at the end is the sentence's.
        if "." not in written[:-1] and "://" not in written:
            continue
        done = 0
        for start, end in sorted(_spans(written)):
            if start >= done:
                key = link_key(written[start:end])
                at = word.start() + start
                yield Claim("link", at, at + len(key), (frozenset({f"link {key.rstrip('/')}"}),))
                done = end


def odd_digits(text: str, _language: str) -> Iterator[Claim]:
    """Digits of other scripts: what they look like is not for us to say."""
    for found in _ODD.finditer(text) if not text.isascii() else ():
        yield Claim("number", found.start(), found.end(), (NEVER,))


def names(text: str, language: str) -> Iterator[Claim]:
    """Order numbers, tracking numbers, codes."""
    for found in _code_pattern(language).finditer(text):
        yield _named("code", found.start("code"), found.end("code"), found["code"])
    if not _DIGITS.search(text):
        return
    for name in _ID.finditer(text):
        if _is_name(name["id"], name, text, language):
            yield _named("id", name.start("id"), name.end("id"), name["id"])


def identifier_keys(text: str) -> frozenset[str]:
    """The keys of every word with a digit, and of the number in "DE-20104"."""
    words = {word["id"].casefold() for word in _ID.finditer(text)}
    parts = {part for word in words for part in _BETWEEN_PARTS.split(word)}
    return frozenset(
        f"name {word}" for word in words | {p for p in parts if _LONG_NUMBER.fullmatch(p)}
    )


def _named(kind: str, start: int, end: int, word: str) -> Claim:
    return Claim(kind, start, end, (frozenset({f"name {word.casefold()}"}),))


def _is_name(word: str, found: re.Match[str], text: str, language: str) -> bool:
    digits = len(_DIGITS.findall(word))
    start, end = found.span()
    if found["mark"] or _is_labelled(text, start, language):
        return digits >= _FEWEST_OF_A_LABELLED
    if word.isdigit():
        unlike = _YEAR.fullmatch(word) or _SIZE.match(text, end, end + 12)
        return digits >= _FEWEST_DIGITS and not unlike
    if _LONG_NUMBER.search(word):
        return True
    letters = [c for c in word if c.isalpha()]
    return len(word) >= _FEWEST_OF_A_CODE and digits > 1 and all(c.isupper() for c in letters)


def _is_labelled(text: str, start: int, language: str) -> bool:
    """Whether "order", "order no." or its like stands right before."""
    before = _LABEL.search(text, max(0, start - 28), start)
    return before is not None and _order_pattern(language).search(before.group()) is not None


def _spans(word: str) -> Iterator[tuple[int, int]]:
    for pattern in (_SCHEME, _HOST_WITH_PATH):
        yield from (found.span() for found in pattern.finditer(word))
    yield from link_spans(word)


@cache
def _order_pattern(language: str) -> regex.Pattern[str]:
    labels = {*sections(language)["order"], *sections("en")["order"]}
    any_of = "|".join(regex.escape(label) for label in sorted(labels, key=len, reverse=True))
    return regex.compile(
        rf"(?<!\p{{L}})(?:{any_of})(?:[ ](?:number|no|nr|num|id|n[°º.]?))?\.?[:# ]{{1,3}}$",
        regex.V1 | regex.I,
    )


@cache
def _code_pattern(language: str) -> regex.Pattern[str]:
    words = "|".join(sections(f"claims.{language}")["code"])
    # "code", then a word in capitals or with a digit.
    return regex.compile(
        rf"(?<![\p{{L}}\d])(?i:{words})(?:[ ](?i:is|lautet|ist|est|es|è|é|luidt))?:?[ ]?[\"'(]?"
        r"(?P<code>[\p{Lu}\d](?=[\p{Lu}\d_-]*\p{Lu})[\p{Lu}\d_-]{2,40}+(?!\p{L})"
        r"|(?=[\p{L}_-]{1,40}\d)[\p{L}\d_-]{3,40}+)",
        regex.V1,
    )
