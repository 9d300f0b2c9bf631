"""Where a reply greets and where it signs off, in seven languages: the rest is its core."""

from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

import regex

from plugin.text.lexicons import everywhere

_GREETING_CHARACTERS = 200
_SIGNOFF_LINES = 6
_LINE_CHARACTERS = 80
_NAMES_IN_A_LINE = 6
_INLINE_CHARACTERS = 160

_PLACEHOLDER = r"\{\{?[\w. ]{1,40}\}\}?"
# "Anna", "Müller-Lüdenscheidt", "Ms.", "O'Neill", "张": what a name looks like.
_NAME = rf"(?:{_PLACEHOLDER}|[\p{{Lu}}\p{{Lt}}\p{{Lo}}][\p{{L}}\p{{M}}.'&-]*)"


class Parts(NamedTuple):
    """A reply cut in three; joined they are the text again."""

    greeting: str
    core: str
    signoff: str


def parts(text: str) -> Parts:
    """Cut a canonical text into greeting, core and sign-off; each may be empty.

    Only the greeting's and sign-off's own words count: "Hi Anna, your refund is here" greets with
    "Hi Anna,". A line with a digit in it is never part of either.
    """
    greeting = _greeting_end(text)
    signoff = _signoff_start(text, greeting)
    return Parts(text[:greeting], text[greeting:signoff], text[signoff:])


def _greeting_end(text: str) -> int:
    found = _greeting().match(text, 0, min(len(text), _GREETING_CHARACTERS))
    if not found:
        return 0
    at_the_end = found.end() == len(text) or found.end() < _GREETING_CHARACTERS
    return found.end() if at_the_end else 0


def _signoff_start(text: str, after: int) -> int:
    """Where the sign-off begins; the text's length if there is none."""
    start, lines = len(text), 0
    position = len(text)
    while position > after and lines < _SIGNOFF_LINES:
        begin = max(text.rfind("\n", after, position) + 1, after)
        line = text[begin:position].strip()
        if line:
            lines += 1
            if len(line) > _LINE_CHARACTERS:
                break
            if _signoff_line().fullmatch(line):
                start = begin
            elif not _signature_line().fullmatch(line):
                break
        position = begin - 1
    return start if start < len(text) else _inline_signoff(text, after)


def _inline_signoff(text: str, after: int) -> int:
    """A sign-off that ends the last line: "... within a week. Best regards, Anna"."""
    line = max(text.rstrip().rfind("\n") + 1, after, len(text) - _INLINE_CHARACTERS)
    for stop in regex.finditer(r"[.!?]\s+", text, pos=line):
        if _signoff_line().fullmatch(text[stop.end() :].strip()):
            return int(stop.end())
    return len(text)


@cache
def _greeting() -> regex.Pattern[str]:
    greeted = rf"(?:{_any_of(everywhere('greeted'))}|{_NAME})"
    names = rf"(?:[ ]+(?:{greeted}(?:,?[ ]+{greeted}){{0,5}}+|[\p{{L}}\p{{M}}'-]{{1,30}}+))?+"
    return regex.compile(
        rf"\s*+(?:{_any_of(everywhere('greeting'), 'i')}){names}[ ]*(?:[,!.:;-]++\s*|\n\s*|$)",
        regex.V1,
    )


@cache
def _signoff_line() -> regex.Pattern[str]:
    phrases = _any_of(everywhere("signoff"), "i")
    return regex.compile(
        rf"(?:- ?)?(?:{phrases})(?:[,!. ]+(?:and |und |et |y |e |en )?(?:{phrases}))?"
        rf"[ ]*[,!.-]*[ ]*(?:{_names()})?[,!. ]*",
        regex.V1,
    )


@cache
def _signature_line() -> regex.Pattern[str]:
    return regex.compile(
        rf"-{{0,2}}[ ]?(?:{_names()}|\p{{Ll}}[\p{{L}}\p{{M}}'-]{{0,29}})[,. ]*", regex.V1
    )


def _names() -> str:
    """Names, with small words such as "the team" between them."""
    name = rf"(?:{_NAME}|{_any_of(everywhere('signed'), 'i')})"
    return rf"{name}(?:[ ,|]+{name}){{0,{_NAMES_IN_A_LINE - 1}}}"


def _any_of(phrases: Iterable[str], flags: str = "i") -> str:
    """A pattern for any of the phrases as whole words, the longest first; `*` is one word."""
    patterns = (
        r"[ ]+".join(
            r"[\p{L}'-]+" if word == "*" else regex.escape(word) for word in phrase.split()
        )
        for phrase in sorted(phrases, key=len, reverse=True)
    )
    return rf"(?{flags}:{'|'.join(patterns)})(?![\p{{L}}\p{{N}}])"
