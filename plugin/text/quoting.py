"""Which lines of a mail are its writer's own, and which are quoted, or a signature."""

from collections.abc import Sequence
from enum import StrEnum
from functools import cache

import regex

from plugin.text.lexicons import sections
from plugin.text.tokens import canonical

_LINE_CHARACTERS = 300
_ATTRIBUTION_LINES = 3
_HEADER_LINES = 6
_SIGNATURE_LINES = 20
_QUOTED = regex.compile(r">(?![:;=]?[-']?[()\[\]])")
_SENDER = regex.compile(r"@|\b\d{1,2}[:.h]\d{2}\b")
_ADDRESS_END = regex.compile(r"<[^<>\s]+@[^<>\s]+>\s?:$")
_REPLY_ABOVE = regex.compile(r"##-.*-##$")


class Owner(StrEnum):
    """Whose a line is."""

    WRITER = "writer"
    QUOTE = "quote"
    SIGNATURE = "signature"


def owners(lines: Sequence[str]) -> list[Owner]:
    """Whose each line is. Blank lines go with the line before them."""
    plain = [canonical(line.strip()[:_LINE_CHARACTERS]).strip() for line in lines]
    found = _quotes(plain)
    _mark_signature(plain, found)
    return found


def _quotes(lines: Sequence[str]) -> list[Owner]:
    found: list[Owner] = []
    while (at := len(found)) < len(lines):
        if _opens_history(lines, at):
            return found + [Owner.QUOTE] * (len(lines) - at)
        if intro := _attribution(lines, at):
            if _next_is_quoted(lines, at + intro):
                found += [Owner.QUOTE] * intro
                continue
            if _SENDER.search(" ".join(lines[at : at + intro])):
                return found + [Owner.QUOTE] * (len(lines) - at)
        found.append(_owner(lines[at], found))
    return found


def _owner(line: str, before: Sequence[Owner]) -> Owner:
    if _QUOTED.match(line):
        return Owner.QUOTE
    return before[-1] if before and not line else Owner.WRITER


def _opens_history(lines: Sequence[str], at: int) -> bool:
    """Whether everything from here on is an older message."""
    line = lines[at]
    if not line:
        return False
    if _divider().fullmatch(line) or _REPLY_ABOVE.match(line):
        return True
    if not _header("from").match(line):
        return False
    block = lines[at + 1 : at + _HEADER_LINES]
    return all(any(_header(kind).match(row) for row in block) for kind in ("date", "subject"))


def _attribution(lines: Sequence[str], at: int) -> int:
    """How many lines an "On ... wrote:" takes that begins here; 0 if none does."""
    first = lines[at].casefold()
    for count in range(1, _ATTRIBUTION_LINES + 1):
        last = lines[at + count - 1] if at + count <= len(lines) else ""
        if not last:
            return 0
        if not last.endswith(":"):
            continue
        joined = " ".join(lines[at : at + count]).casefold()
        if not any(character.isdigit() for character in joined):
            return 0
        if _ADDRESS_END.search(joined):
            return count
        said = any(verb in joined for verb in sections("mail")["attribution_verb"])
        return count if said and first.split()[0] in sections("mail")["attribution_start"] else 0
    return 0


def _next_is_quoted(lines: Sequence[str], start: int) -> bool:
    following = next((line for line in lines[start : start + _ATTRIBUTION_LINES] if line), "")
    return bool(_QUOTED.match(following))


def _mark_signature(lines: Sequence[str], found: list[Owner]) -> None:
    """Mark what follows "-- ", and what a device added as the last line."""
    own = [i for i, owner in enumerate(found) if owner is Owner.WRITER]
    written = [i for i in own if lines[i]]
    for position, i in enumerate(written):
        if lines[i] == "--" and len(written) - position <= _SIGNATURE_LINES:
            for later in own:
                if later >= i:
                    found[later] = Owner.SIGNATURE
            return
    if written and _device().match(lines[written[-1]]):
        for later in own:
            if later >= written[-1]:
                found[later] = Owner.SIGNATURE


@cache
def _divider() -> regex.Pattern[str]:
    return regex.compile(rf"(?i)-{{2,}}\s?(?:{_any_of('divider')})\s?-{{2,}}:?", regex.V1)


@cache
def _header(kind: str) -> regex.Pattern[str]:
    return regex.compile(rf"(?i)[*_]{{0,2}}(?:{_any_of(f'header_{kind}')})\s?:", regex.V1)


@cache
def _device() -> regex.Pattern[str]:
    return regex.compile(rf"(?i)(?:{_any_of('device')})\b", regex.V1)


def _any_of(section: str) -> str:
    return "|".join(regex.escape(line) for line in sections("mail")[section])
