"""Where a reply greets and where it signs off, in seven languages: the rest is its core."""

from functools import cache
from typing import NamedTuple

import regex

from plugin.text.lexicons import everywhere
from plugin.text.tokens import lower

_GREETING_CHARACTERS = 200
_SIGNOFF_LINES = 6
_LINE_CHARACTERS = 80
_INLINE_CHARACTERS = 160

_PLACEHOLDER = r"\{\{?[\w. ]{1,40}\}\}?"
# "Anna", "Müller-Lüdenscheidt", "Ms.", "O'Neill", "张": what a name looks like.
_NAME = rf"(?:{_PLACEHOLDER}|[\p{{Lu}}\p{{Lt}}\p{{Lo}}][\p{{L}}\p{{M}}.'&-]*)"
# `\L<name>` is any of a named list of phrases.
_END = r"(?![\p{L}\p{N}])"
_GREETED = rf"(?i:\L<greeted>){_END}"
_SIGNED = rf"(?:{_NAME}|(?i:\L<signed>){_END})"
_NAMES = rf"{_SIGNED}(?:[ ,|]+{_SIGNED}){{0,5}}"


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
            if _signs_off(line):
                start = begin
            elif not _signature_line().fullmatch(line):
                break
        position = begin - 1
    return start if start < len(text) else _inline_signoff(text, after)


def _inline_signoff(text: str, after: int) -> int:
    """A sign-off that ends the last line: "... within a week. Best regards, Anna"."""
    line = max(text.rstrip().rfind("\n") + 1, after, len(text) - _INLINE_CHARACTERS)
    for stop in regex.finditer(r"[.!?]\s+", text, pos=line):
        if _signs_off(text[stop.end() :].strip()):
            return int(stop.end())
    return len(text)


def _signs_off(line: str) -> bool:
    """Whether a line is a sign-off, with or without names: "Best regards, the Acme team"."""
    phrase = _signoff_phrase().match(lower(line))
    return bool(phrase and _names_after().fullmatch(line, phrase.end()))


@cache
def _greeting() -> regex.Pattern[str]:
    greeted = rf"(?:{_GREETED}|{_NAME})"
    names = rf"(?:[ ]+(?:{greeted}(?:,?[ ]+{greeted}){{0,5}}+|[\p{{L}}\p{{M}}'-]{{1,30}}+))?+"
    return regex.compile(
        rf"\s*+(?i:\L<greeting>){_END}{names}[ ]*(?:[,!.:;-]++\s*|\n\s*|$)",
        regex.V1,
        greeting=list(everywhere("greeting")),
        greeted=list(everywhere("greeted")),
    )


@cache
def _signoff_phrase() -> regex.Pattern[str]:
    phrases = everywhere("signoff")
    wild = (p.replace("*", r"[\p{L}'-]+") for p in sorted(phrases, key=len) if "*" in p)
    phrase = rf"(?:\L<phrase>|{'|'.join(reversed(tuple(wild)))}){_END}"
    return regex.compile(
        rf"(?:- ?)?{phrase}(?:[,!. ]+(?:and |und |et |y |e |en )?{phrase})?[ ]*[,!.-]*[ ]*",
        regex.V1,
        phrase=[phrase for phrase in phrases if "*" not in phrase],
    )


@cache
def _names_after() -> regex.Pattern[str]:
    return regex.compile(rf"(?:{_NAMES})?[,!. ]*", regex.V1, signed=list(everywhere("signed")))


@cache
def _signature_line() -> regex.Pattern[str]:
    return regex.compile(
        rf"-{{0,2}}[ ]?(?:{_NAMES}|\p{{Ll}}[\p{{L}}\p{{M}}'-]{{0,29}})[,. ]*",
        regex.V1,
        signed=list(everywhere("signed")),
    )
