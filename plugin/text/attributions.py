"""The line above a quote that says who wrote it and when: "On 5 May 2026 Anna wrote:"."""

from collections.abc import Sequence
from functools import cache

import regex

from plugin.text.lexicons import sections

_LONGEST = 300
_SHORTEST = 16
_MOST_LINES = 3
_ENDS = (":", "\uff1a", "-")
_DATE = regex.compile(
    r"(?<!\d)(?:(?:19|20)\d\d(?!\d)|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}(?!\d))", regex.V1
)
_TIME = regex.compile(r"(?<![\d.])\d{1,2}[:.h]\d{2}(?![\d.]\d)(?:[ ]?[AaPp][Mm]\b)?", regex.V1)
_ADDRESS_END = regex.compile(r"@[^<>\s]+[>)]+\s?[:\uff1a]$", regex.V1)
_NAME = regex.compile(r"[\p{Lu}\p{Lt}\p{Lo}]", regex.V1)
_LOWER_WORD = regex.compile(r"\s*(\p{Ll}[\p{L}\p{M}]*)", regex.V1)
_DIGIT = regex.compile(r"\d", regex.V1)


def attribution_lines(lines: Sequence[str], last: int, *, followed: bool) -> int:
    """How many lines an attribution takes that ends at the line `last`; 0 if none does.

    Args:
        lines: Canonical and stripped.
        last: Where it would end. It may be wrapped over three lines.
        followed: Something quoted follows. Without that more is asked of it.
    """
    if not may_end(lines[last]):
        return 0
    near = _near(lines, last)
    if sum(map(len, near)) < _SHORTEST or not _DIGIT.search(" ".join(near)):
        return 0
    text, found = "", 0
    for count, line in enumerate(near, start=1):
        text = f"{line} {text}".rstrip()
        starts = _starts(text)
        if (not found or starts) and _is_attribution(text, starts=starts, followed=followed):
            found = count
    return found


def _near(lines: Sequence[str], last: int) -> list[str]:
    """The line `last` and those above it that may belong to it, upwards."""
    near = [lines[last]]
    for at in range(last - 1, max(last - _MOST_LINES, -1), -1):
        line = lines[at]
        if not line or line[0] == ">" or line[-1] in ".!?" or len(line) > _LONGEST:
            break
        near.append(line)
    return near


def may_end(line: str) -> bool:
    """Whether an attribution can end with `line`: cheap, and true of few lines."""
    return line.endswith(_ENDS) and len(line) <= _LONGEST


def names_a_writer(line: str) -> bool:
    """Whether `line` is like "Anna wrote:", without a date; "On Monday I wrote:" is not."""
    if not may_end(line) or _pronoun().search(line):
        return False
    verb = _verb().search(line)
    return bool(verb and _has_sender(line, verb))


def _is_attribution(text: str, *, starts: bool, followed: bool) -> bool:
    date, time = _DATE.search(text), _TIME.search(text)
    verb = _verb().search(text)
    if not (verb or ((date or time) and (followed or "@" in text))) or _pronoun().search(text):
        return False
    if "@" in text and (date or time):
        return bool(followed or verb or _ADDRESS_END.search(text))
    if followed and verb and date and time and text.endswith(verb[0] + ":"):
        return True
    if not _has_sender(text, verb):
        return False
    if followed:
        is_dated = date or time or (starts and _DIGIT.search(text))
        return bool((verb and is_dated) or (date and time))
    return bool(verb and date and time and starts)


def _has_sender(text: str, verb: regex.Match[str] | None) -> bool:
    """Whether a name stands where the sender's should."""
    if verb is None:
        return bool(_NAME.search(text, _end_of_time(text, len(text))))
    tail = _LOWER_WORD.match(text, verb.end())
    if tail and tail[1] not in sections("mail")["attribution_start"]:
        return False
    before = _end_of_time(text, verb.start())
    return bool(_NAME.search(text, before, verb.start()) or _NAME.search(text, verb.end()))


def _end_of_time(text: str, end: int) -> int:
    """Where the last time of day before `end` ends; 0 if there is none."""
    return max((found.end() for found in _TIME.finditer(text, 0, end)), default=0)


def _starts(text: str) -> bool:
    first = text.lstrip("- ").partition(" ")[0].casefold()
    return first[:1].isdigit() or first in sections("mail")["attribution_start"]


@cache
def _verb() -> regex.Pattern[str]:
    return regex.compile(
        r"(?i)(?<![\p{Latin}\d])\L<verbs>(?![\p{Latin}\d])",
        regex.V1,
        verbs=sections("mail")["attribution_verb"],
    )


@cache
def _pronoun() -> regex.Pattern[str]:
    words = [word if word != "i" else "I" for word in sections("mail")["attribution_never"]]
    return regex.compile(r"(?<![\w@.'-])\L<words>(?![\w@.'-])", regex.V1, words=words)
