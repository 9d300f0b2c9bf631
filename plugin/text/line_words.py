"""Words that a line of a lexicon needs: without them a text need not be searched for it.

The line is a regular expression over words with a space between each two; ``..`` is a gap, a word
in capitals any line of that section. It is read for its words alone: where that is hard, it is said
to need fewer than it does, never more.
"""

import re
from collections.abc import Mapping, Sequence
from itertools import product

_ANY = "*"
_DIGIT = "0"
_GAP = " .. "
_MOST_SPELLINGS = 400
_WORD = re.compile(r"[\w*]+|[^\w\s*]")
_SECTION = re.compile(r"[A-Z]{3,}")
_GROUP_OPENS = re.compile(r"\?(?P<looks_around><?[=!])|\?:|")
_REPEATED = re.compile(r"(?P<once>\?)|(?P<always>\+|\{[1-9][\d,]*\})\??|(?:\*|\{0?,\d*\})\??")
_ESCAPED = {"d": _DIGIT, "w": _ANY, "W": _ANY, "S": _ANY, "D": _ANY, "s": " ", "b": ""}

Needs = tuple[frozenset[str], ...]


class LineWords:
    """Reads the lines of one lexicon."""

    def __init__(self, sections: Mapping[str, Sequence[str]]) -> None:
        self._sections = sections
        self._spelled: dict[str, list[str]] = {}

    def needs(self, line: str) -> Needs:
        """Sets of words: what `line` matches holds at least one word of each.

        ``refund*`` is any word that begins so, ``*betrag`` ends so, ``*erstatt*`` has it inside. A
        mark such as ``%`` is a word too, and every digit is ``0``.
        """
        reader = _Reader(line.replace(_GAP, " "), self)
        parts = reader.parts()
        if not reader.is_done():
            parts = _Reader(f"(?:{line.replace(_GAP, ' ')})", self).parts()
        words = (frozenset(map(_rarest_word, part)) for part in parts)
        return tuple(part for part in words if _ANY not in part)

    def of_section(self, name: str) -> list[str]:
        """All that the lines of a section may be."""
        if name not in self._spelled:
            any_of = "|".join(self._sections[name]).replace(_GAP, " ")
            (self._spelled[name],) = _Reader(f"(?:{any_of})", self).parts()
        return self._spelled[name]


class _Reader:
    """Reads a line from left to right.

    A *part* is all that may stand between two spaces, spelled out; `_ANY` in it is anything.
    """

    def __init__(self, line: str, lines: LineWords) -> None:
        self._line = line
        self._at = 0
        self._lines = lines

    def is_done(self) -> bool:
        """Whether the line is read to its end."""
        return self._at == len(self._line)

    def parts(self) -> list[list[str]]:
        """The parts up to the end of the line or of the alternative."""
        parts = [[""]]
        while not self.is_done() and self._line[self._at] not in "|)":
            spellings = self._quantified(self._item())
            if spellings == [" "]:
                parts.append([""])
            else:
                parts[-1] = _joined(parts[-1], spellings)
        return parts

    def _item(self) -> list[str]:
        section = _SECTION.match(self._line, self._at)
        if section:
            self._at = section.end()
            return self._lines.of_section(section.group())
        character = self._next()
        if character == "(":
            return self._group()
        if character == "[":
            return self._class()
        if character == "\\":
            character = self._next()
            return [_ESCAPED.get(character, character)]
        if character.isdigit():
            return [_DIGIT]
        return [{".": _ANY, "^": "", "$": ""}.get(character, character)]

    def _group(self) -> list[str]:
        opens = _GROUP_OPENS.match(self._line, self._at)
        self._at = opens.end() if opens else self._at
        spellings: list[str] = []
        closes = "|"
        while closes == "|":
            spellings += _spaced(self.parts())
            closes = self._next()
        return [""] if opens and opens["looks_around"] else spellings

    def _class(self) -> list[str]:
        end = self._line.index("]", self._at)
        members = re.sub(r"\d-\d|\\d", _DIGIT, self._line[self._at : end])
        self._at = end + 1
        if members[0] == "^" or "\\" in members or "-" in members[1:-1]:
            return [_ANY]
        return [_DIGIT if member.isdigit() else member for member in members]

    def _quantified(self, spellings: list[str]) -> list[str]:
        found = _REPEATED.match(self._line, self._at)
        if not found:
            return spellings
        self._at = found.end()
        if found["once"]:
            return ["", *spellings]
        return [spelling + _ANY for spelling in spellings] if found["always"] else [_ANY]

    def _next(self) -> str:
        self._at += 1
        return self._line[self._at - 1]


def _spaced(parts: list[list[str]]) -> list[str]:
    spellings, *others = parts
    for part in others:
        spellings = _joined(_joined(spellings, [" "]), part)
    return spellings


def _joined(left: list[str], right: list[str]) -> list[str]:
    """Each of `left` with each of `right`; of too many only the side that tells more."""
    if len(left) * len(right) <= _MOST_SPELLINGS:
        return list(map("".join, product(left, right)))
    if min(map(_known, left)) > min(map(_known, right)):
        return [spelling + _ANY for spelling in left]
    return [_ANY + spelling for spelling in right]


def _rarest_word(spelling: str) -> str:
    """Of a spelling's words the one that tells most; `_ANY` where none is certain."""
    word = max(_WORD.findall(spelling), key=_telling, default=_ANY)
    return re.sub(r"\*+", _ANY, word) if _telling(word) else _ANY


def _telling(word: str) -> int:
    """How much is known of a word: a letter says more than a digit, as every digit is the same."""
    bare = word.replace(_ANY, "")
    return 2 * len(bare.replace(_DIGIT, "")) + (_DIGIT in bare)


def _known(spelling: str) -> int:
    return _telling(_rarest_word(spelling))
