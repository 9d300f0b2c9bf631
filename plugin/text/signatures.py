"""Where a mail's signature, a device's line and a company's disclaimer stand."""

from collections.abc import Sequence
from functools import cache

import regex

from plugin.text.lexicons import everywhere, sections
from plugin.text.owner import Owner

_SIGNATURE_LINES = 20
_BARE_SIGNATURE_LINES = 10
_DISCLAIMER_LINES = 30
_DISCLAIMER_WORDS = 2
_DISCLAIMER_CHARACTERS = 3000
_SHORTEST = 7
_LINE_CHARACTERS = 80
_DEVICE_CHARACTERS = 100
_DEVICE_WORDS = 14
_BLOCK_LINES = 12
_NAME_CHARACTERS = 40
_SENTENCE_WORDS = 5
_CONTACTS = 2

_LINK = regex.compile(r"[<(\[]?https?://\S+", regex.V1)
_SENTENCE = regex.compile(r"[.!?]$", regex.V1)
_NOT_IN_A_BLOCK = regex.compile(r"[#?!]|[:,;]$", regex.V1)
_MAIL = regex.compile(r"\S@\S+\.\p{L}", regex.V1)
_WEB = regex.compile(r"(?i)\b(?:https?://|www\.)\S", regex.V1)
_NUMBER = regex.compile(r"\+?[\d(][\d\s()/.-]{5,24}\d", regex.V1)
_LABEL = regex.compile(r"(\p{L}{1,10})\.?\s?[:.]", regex.V1)
_NAMES = r"(?:[ ]+[\p{Lu}\p{Lo}][\p{L}\p{M}.'&-]*){0,4}"


def mark_signatures(lines: Sequence[str], plain: Sequence[str], found: list[Owner]) -> None:
    """Mark signatures and disclaimers at the end of what the writer wrote, between quotes too.

    Args:
        lines: As they stand.
        plain: The same, canonical and stripped.
        found: What is known; changed in place.
    """
    stretch: list[int] = []
    for at, line in enumerate(plain):
        if found[at] is Owner.QUOTE:
            if stretch:
                _Stretch(lines, plain, found, stretch).mark()
                stretch = []
        elif line:
            stretch.append(at)
    if stretch:
        _Stretch(lines, plain, found, stretch).mark()


class _Stretch:
    """Lines between two quotes; what is not yet decided ends at `_end`."""

    def __init__(
        self, lines: Sequence[str], plain: Sequence[str], found: list[Owner], stretch: list[int]
    ) -> None:
        self._lines, self._plain, self._found = lines, plain, found
        self._at = stretch
        self._end = self._unread = len(stretch)

    def mark(self) -> None:
        self._walk()
        if self._cut_delimiters():
            self._walk()
        self._cut_block()

    def _line(self, position: int) -> str:
        return self._plain[self._at[position]]

    def _cut(self, start: int, owner: Owner) -> None:
        for position in range(start, self._end):
            self._found[self._at[position]] = owner
        self._end = start

    def _walk(self) -> None:
        """Mark disclaimers and device lines from the end upwards, past known signatures."""
        while self._end:
            start = self._disclaimer()
            if start is not None:
                self._cut(start, Owner.DISCLAIMER)
            elif self._found[self._at[self._end - 1]] is Owner.SIGNATURE:
                self._end -= 1
            elif _is_device(self._line(self._end - 1)):
                self._cut(self._end - 1, Owner.SIGNATURE)
            else:
                return

    def _disclaimer(self) -> int | None:
        """Where in the last paragraph a disclaimer begins. Each line is asked once."""
        first = self._end - 1
        while first and self._end - first < _DISCLAIMER_LINES:
            if self._at[first] - self._at[first - 1] > 1:
                break
            first -= 1
        unread = range(first, min(self._unread, self._end))
        self._unread = min(self._unread, first)
        for position in unread:
            if _starts_disclaimer(self._line(position)):
                said = " ".join(self._line(p) for p in range(position, self._end))
                if _is_disclaimer(said[:_DISCLAIMER_CHARACTERS].casefold()):
                    return position
        return None

    def _cut_delimiters(self) -> bool:
        end = self._end
        while (start := self._delimiter()) is not None:
            self._cut(start, Owner.SIGNATURE)
        return self._end < end

    def _delimiter(self) -> int | None:
        """Where the last "-- " stands, if what follows can be a signature."""
        for position in range(self._end - 1, max(self._end - 2 - _SIGNATURE_LINES, -1), -1):
            if self._line(position) != "--":
                continue
            if self._lines[self._at[position]].rstrip("\r") == "-- ":
                return position
            below = range(position + 1, self._end)
            is_short = len(below) <= _BARE_SIGNATURE_LINES
            return position if is_short and all(self._is_brief(p) for p in below) else None
        return None

    def _is_brief(self, position: int) -> bool:
        line = self._line(position)
        return len(line) <= _LINE_CHARACTERS and not _is_sentence(line)

    def _cut_block(self) -> None:
        """Mark what stands below a sign-off and a name, if it holds two ways to reach somebody."""
        if self._end <= _CONTACTS:
            return
        for position in range(self._end - 1, max(self._end - 2 - _BLOCK_LINES, -1), -1):
            line = self._line(position)
            signed = _signoff().fullmatch(line) if len(line) <= _LINE_CHARACTERS else None
            if signed:
                start = position + 1 + (not signed["name"])
                if self._is_block(start):
                    self._cut(start, Owner.SIGNATURE)
                return
            if not self._is_brief(position) or _NOT_IN_A_BLOCK.search(line):
                return

    def _is_block(self, start: int) -> bool:
        if start >= self._end or (start and len(self._line(start - 1)) > _NAME_CHARACTERS):
            return False
        contacts = set().union(*(_contacts(self._line(p)) for p in range(start, self._end)))
        return len(contacts) >= _CONTACTS


def _contacts(line: str) -> set[str]:
    label = _LABEL.match(line)
    phones = sections("mail")["phone"]
    named = bool(label and label[1].casefold() in phones)
    return {
        kind
        for kind, is_there in (
            ("phone", _NUMBER.search(line) and (named or "+" in line)),
            ("mail", _MAIL.search(line)),
            ("web", _WEB.search(line)),
        )
        if is_there
    }


def _is_sentence(line: str) -> bool:
    return bool(_SENTENCE.search(line)) and len(line.split()) >= _SENTENCE_WORDS


def _is_device(line: str) -> bool:
    if len(line) < _SHORTEST:
        return False
    said = _LINK.sub("", line[: 3 * _DEVICE_CHARACTERS]).casefold().strip("<>()[] ")
    if not _SHORTEST <= len(said) <= _DEVICE_CHARACTERS or len(said.split()) > _DEVICE_WORDS:
        return False
    if _device_line().match(said):
        return True
    return bool(_device_start().match(said) and _device_name().search(said))


def _starts_disclaimer(line: str) -> bool:
    if len(line) < _SHORTEST:
        return False
    return bool(_disclaimer_start().match(line.lstrip("*_-=| ")[:_LINE_CHARACTERS].casefold()))


def _is_disclaimer(said: str) -> bool:
    said = said.lstrip("*_-=| ")
    if _disclaimer_line().match(said):
        return True
    return len(set(_disclaimer_word().findall(said))) >= _DISCLAIMER_WORDS


@cache
def _signoff() -> regex.Pattern[str]:
    phrases = [phrase for phrase in everywhere("signoff") if "*" not in phrase]
    return regex.compile(
        rf"(?i:\L<phrases>)(?:[,.!-]*|[,.!]?(?<name>[ ](?={_NAMES}$){_NAMES}))[,.!]*",
        regex.V1,
        phrases=[*phrases, *sections("mail")["signoff"]],
    )


@cache
def _device_line() -> regex.Pattern[str]:
    return regex.compile(r"\L<lines>", regex.V1, lines=sections("mail")["device_line"])


@cache
def _device_start() -> regex.Pattern[str]:
    starts = (regex.escape(s).replace(r"\*", r".+\b") for s in sections("mail")["device_start"])
    return regex.compile(rf"(?:{'|'.join(starts)})\b", regex.V1)


@cache
def _device_name() -> regex.Pattern[str]:
    names = sections("mail")["device_name"]
    return regex.compile(r"(?<!\p{L})\L<names>(?!\p{Ll})", regex.V1, names=names)


@cache
def _disclaimer_start() -> regex.Pattern[str]:
    words = sections("disclaimers")
    return regex.compile(r"\L<starts>", regex.V1, starts=[*words["start"], *words["line"]])


@cache
def _disclaimer_line() -> regex.Pattern[str]:
    return regex.compile(r"\L<lines>", regex.V1, lines=sections("disclaimers")["line"])


@cache
def _disclaimer_word() -> regex.Pattern[str]:
    return regex.compile(r"\L<words>", regex.V1, words=sections("disclaimers")["word"])
