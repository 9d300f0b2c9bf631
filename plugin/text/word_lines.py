"""Lines of words with endings and gaps, found in a text word by word.

A line is words with a space between each two:

    sue          that word, whatever its case, accents or stretched letters
    threat*      any word that begins so; ``*anwalt`` any that ends so
    shop/store   one of them; ``trading_standards`` where one of several is more than one word
    very?        may be missing; so may each of ``a/the?``
    ..  ...      up to four words in between, up to eight, within one sentence
    KIN          any line of the section ``[KIN]`` of the same file
    NUMBER       a number in figures
    END          the end of a sentence

No regular expressions: thousands of them take seconds to compile, and some backtrack badly. Here a
line is read when its first word is first met, is tried only where that word stands, and looks no
further than its gaps reach.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from plugin.text.plain_words import SENTENCE_END, plain

T = TypeVar("T")

_GAPS = {"..": 4, "...": 8}
_NUMBER = tuple(f"{digit}*" for digit in range(10))
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})


@dataclass(frozen=True, slots=True)
class _Options:
    """What may stand at one place of a line: words, by how much of them is known, or several."""

    words: frozenset[str] = frozenset()
    beginnings: tuple[str, ...] = ()
    endings: tuple[str, ...] = ()
    longer: tuple[str, ...] = ()

    def hold(self, word: str) -> bool:
        """Whether `word` alone may stand here."""
        return word in self.words or word.startswith(self.beginnings) or word.endswith(self.endings)


@dataclass(frozen=True, slots=True)
class _Step:
    """One place of a line, what follows it, and what may stand instead of it and all behind."""

    options: _Options
    then: "_Step | None"
    instead: "tuple[_Step | None, ...]" = ()
    gap: int = 0


class LineReader:
    """Reads the lines of one file."""

    def __init__(self, sections: Mapping[str, Sequence[str]]) -> None:
        self._sections = sections
        self._options: dict[str, _Options] = {}

    def options(self, element: str) -> _Options:
        """What may stand at an element of a line."""
        if element not in self._options:
            self._options[element] = _sorted_out(self._alternatives(element.rstrip("?")))
        return self._options[element]

    def step(self, line: str, then: _Step | None = None) -> _Step | None:
        """A line's first step, the others behind it; `then` follows the last."""
        for element in reversed(line.split()):
            if element in _GAPS:
                then = _Step(_Options(), then, gap=_GAPS[element])
                continue
            options = self.options(element)
            instead = [self.step(longer, then) for longer in options.longer]
            if element.endswith("?"):
                instead.append(then)
            then = _Step(options, then, tuple(instead))
        return then

    def _alternatives(self, element: str) -> Iterator[str]:
        for option in element.split("/"):
            if not option.isupper() or "_" in option:
                yield option.replace("_", " ")
            elif option == "END":
                yield SENTENCE_END
            elif option == "NUMBER":
                yield from _NUMBER
            else:
                for line in self._sections[option]:
                    yield from self._alternatives(line)


def _sorted_out(alternatives: Iterable[str]) -> _Options:
    words: set[str] = set()
    beginnings: set[str] = set()
    endings: set[str] = set()
    longer: set[str] = set()
    for option in alternatives:
        if " " in option:
            longer.add(option)
            continue
        kind = beginnings if option[-1] == "*" else endings if option[0] == "*" else words
        bare = option.strip("*")
        kind.add(bare if bare.isascii() else plain(bare))
        kind.add(bare if bare.isascii() else plain(bare.translate(_UMLAUTS)))
    return _Options(frozenset(words), tuple(beginnings), tuple(endings), tuple(longer))


_Line = tuple[LineReader, str, T]
_Begun = tuple[_Step | None, T]


class LineIndex(Generic[T]):
    """Lines, each with what it stands for, by their first words."""

    def __init__(self) -> None:
        self._words: dict[str, list[_Line[T]]] = {}
        self._beginnings: dict[str, list[_Line[T]]] = {}
        self._endings: dict[str, list[_Line[T]]] = {}
        self._lengths: list[int] = []
        self._steps: dict[tuple[LineReader, str], _Step | None] = {}
        self._known: dict[str, tuple[_Begun[T], ...]] = {}

    def add(self, line: str, reader: LineReader, label: T) -> None:
        """Add a line of the file that `reader` reads."""
        first, _, rest = line.partition(" ")
        options = reader.options(first)
        for parts, lines in (
            (options.words, self._words),
            (options.beginnings, self._beginnings),
            (options.endings, self._endings),
        ):
            for part in parts:
                lines.setdefault(part, []).append((reader, rest, label))
        lengths = {len(part) for part in (*options.beginnings, *options.endings)}
        if not lengths.issubset(self._lengths):
            self._lengths = sorted(lengths.union(self._lengths))
        for longer in options.longer:
            self.add(f"{longer} {rest}".rstrip(), reader, label)

    def find(self, words: Sequence[str]) -> Iterator[tuple[T, int, int]]:
        """Every line found: what it stands for, its first word, and the word after its last."""
        for at, word in enumerate(words):
            begun = self._known.get(word)
            for then, label in self._begun(word) if begun is None else begun:
                end = _end(then, words, at + 1)
                if end is not None:
                    yield label, at, end

    def _begun(self, word: str) -> tuple[_Begun[T], ...]:
        """The lines that may start with `word`, each with what has to follow."""
        found = list(self._words.get(word, ()))
        for length in self._lengths:
            if length > len(word):
                break
            found += self._beginnings.get(word[:length], ())
            found += self._endings.get(word[-length:], ())
        if not found:
            # Words of ours are remembered. Others are customers', and are not kept.
            return ()
        begun = tuple((self._step(reader, rest), label) for reader, rest, label in found)
        return self._known.setdefault(word, begun)

    def _step(self, reader: LineReader, rest: str) -> _Step | None:
        key = (reader, rest)
        if key not in self._steps:
            self._steps[key] = reader.step(rest)
        return self._steps[key]


def _end(step: _Step | None, words: Sequence[str], at: int) -> int | None:
    """Where a line ends that goes on with `step` at the word `at`; None where it does not."""
    if step is None:
        return at
    if step.gap:
        return _end_after_gap(step, words, at)
    if at < len(words) and step.options.hold(words[at]):
        end = _end(step.then, words, at + 1)
        if end is not None:
            return end
    for other in step.instead:
        end = _end(other, words, at)
        if end is not None:
            return end
    return None


def _end_after_gap(step: _Step, words: Sequence[str], at: int) -> int | None:
    for start in range(at, min(at + step.gap + 1, len(words))):
        end = _end(step.then, words, start)
        if end is not None or words[start] == SENTENCE_END:
            return end
    return None
