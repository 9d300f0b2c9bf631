"""Lines from which on everything is an older message: separators, header blocks, delimiters."""

from collections.abc import Sequence
from functools import cache

import regex

from plugin.text.lexicons import sections

_SHORTEST, _LONGEST = 8, 120
_SHORTEST_LABEL = len("De:")
_HEADER_LINES = 12
_WRAPPED_LINES = 3
_HEADER_KINDS = ("from", "date", "to", "subject", "other")
_LABEL = regex.compile(
    r"[*_]{0,2}(\p{L}[\p{L}\p{M} -]{0,24}?)[*_]{0,2}\s?[:\uff1a](?!//)", regex.V1
)
_LINE = regex.compile(r"[-_=*~]{2,}", regex.V1)
_LONG_LINE = regex.compile(r"[-_=*~]{5,}", regex.V1)
_REPLY_ABOVE = regex.compile(r"#{2,}\s?-.*-\s?#{2,}", regex.V1)
_DRAWN = frozenset("-_=*~")
_OPENERS = _DRAWN | {"#"}
_BOXED_LINES, _BOXED_LABELS = 6, 3
_YEAR = regex.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)", regex.V1)


def opens_history(lines: Sequence[str], at: int) -> bool:
    """Whether the lines from `at` on are an older message, whatever follows.

    Args:
        lines: Canonical and stripped.
        at: One of `candidates`.
    """
    line = lines[at]
    if _SHORTEST <= len(line) <= _LONGEST and (_is_reply_above(line) or _is_forward(line)):
        return True
    return _is_header_block(lines, at)


def is_divider(line: str) -> bool:
    """Whether `line` is a separator such as "-----Original Message-----"."""
    is_drawn = line[:1] in _DRAWN and _SHORTEST <= len(line) <= _LONGEST
    return is_drawn and bool(_divider().fullmatch(line))


def is_rule(line: str) -> bool:
    """Whether `line` is a drawn line, as stands above Outlook's headers."""
    return len(line) <= _LONGEST and bool(_LONG_LINE.fullmatch(line))


def candidates(lines: Sequence[str]) -> list[int]:
    """The lines that can open history: cheap, and true of few lines."""
    return [
        at
        for at, line in enumerate(lines)
        if len(line) >= _SHORTEST_LABEL and (":" in line or line[0] in _OPENERS or "\uff1a" in line)
    ]


def is_labelled(lines: Sequence[str]) -> bool:
    """Whether `lines` look like Outlook's headers in whatever language: a sender, a date ..."""
    labelled = [line for line in lines[:_BOXED_LINES] if _LABEL.match(line)]
    is_header = len(labelled) >= _BOXED_LABELS and labelled[0] == lines[0]
    return is_header and "@" in lines[0] and any(map(_YEAR.search, labelled[1:]))


def _is_reply_above(line: str) -> bool:
    if line[0] not in _OPENERS:
        return False
    return bool(_REPLY_ABOVE.fullmatch(line) or _reply_above().search(line))


def _is_forward(line: str) -> bool:
    said = line[:-1].rstrip().casefold()
    return line[-1] in ":\uff1a" and said in sections("mail")["forward"]


def _is_header_block(lines: Sequence[str], at: int) -> bool:
    if not _kinds(lines[at]) or (at and _kinds(lines[at - 1])):
        return False
    seen: set[str] = set()
    wrapped, addressed = 0, False
    for line in lines[at : at + _HEADER_LINES]:
        kinds = _kinds(line)
        if not line or (not kinds and wrapped == _WRAPPED_LINES):
            break
        wrapped += not kinds
        seen |= kinds
        addressed |= "from" in kinds and "@" in line
    return {"from", "date"} <= seen and ("subject" in seen or (addressed and "to" in seen))


def _kinds(line: str) -> frozenset[str]:
    """What headers `line` may be: "Data:" is a date in Italian and Polish."""
    label = _LABEL.match(line)
    return _labels().get(label[1].casefold(), frozenset()) if label else frozenset()


@cache
def _labels() -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for kind in _HEADER_KINDS:
        for label in sections("mail")[f"header_{kind}"]:
            found[label] = found.get(label, frozenset()) | {kind}
    return found


@cache
def _reply_above() -> regex.Pattern[str]:
    return regex.compile(r"(?i)\L<phrases>", regex.V1, phrases=sections("mail")["reply_above"])


@cache
def _divider() -> regex.Pattern[str]:
    """Between dashes a known phrase, or as Lotus writes, who wrote."""
    return regex.compile(
        rf"(?i)(?:{_LINE.pattern})\s?(?:\L<phrases>(?:\s.{{1,60}}+)?|[^\s-]\S*\s\L<verbs>\s?:)"
        rf"\s?(?:{_LINE.pattern}):?",
        regex.V1,
        phrases=sections("mail")["divider"],
        verbs=sections("mail")["attribution_verb"],
    )
