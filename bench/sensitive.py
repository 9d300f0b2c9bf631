"""How well sensitive topics and strong anger are found: ``python -m bench.sensitive``.

Judged on the labelled messages of `tests/text/sensitive`, in the half that the lexicons were tuned
on and the unseen one. Of the unseen half nothing but totals ever leaves this module.
"""

import json
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from plugin.text.lexicons import LANGUAGES
from plugin.text.sensitive import NEGATIVE, TOPICS, find_signs

_LABELLED = Path(__file__).parents[1] / "tests" / "text" / "sensitive"
HALVES = ("seen", "unseen")
KINDS = (*TOPICS, NEGATIVE)
_ALL = "all"


@dataclass(slots=True)
class Half:
    """What was found in one half, counted by what it shows and by the message's language.

    Attributes:
        wanted: Messages that show it.
        found: Those of them where it was found.
        false_alarms: Messages where it was found and does not stand.
        messages: By language; of `traps` and of `harmless` (no topic, not angry) likewise.
        alarmed_traps: Traps with any topic found, or anger.
        alarmed_harmless: Harmless messages with any topic found, or anger.
        microseconds: Per message, the lexicons in memory already.
    """

    name: str
    wanted: Counter[tuple[str, str]] = field(default_factory=Counter)
    found: Counter[tuple[str, str]] = field(default_factory=Counter)
    false_alarms: Counter[tuple[str, str]] = field(default_factory=Counter)
    messages: Counter[str] = field(default_factory=Counter)
    traps: Counter[str] = field(default_factory=Counter)
    alarmed_traps: Counter[str] = field(default_factory=Counter)
    harmless: Counter[str] = field(default_factory=Counter)
    alarmed_harmless: Counter[str] = field(default_factory=Counter)
    microseconds: float = 0.0

    def recall(self, kind: str, language: str = _ALL) -> float:
        """The share of the messages with `kind` where it was found; 1 where there are none."""
        wanted = self.wanted[kind, language]
        return self.found[kind, language] / wanted if wanted else 1.0

    def alarm_rate(self, kind: str) -> float:
        """The share of the messages without `kind` where it was found all the same."""
        return self.false_alarms[kind, _ALL] / (self.messages[_ALL] - self.wanted[kind, _ALL])

    def count(self, row: Mapping[str, Any], shown: frozenset[str]) -> None:
        """Add one message."""
        wanted = frozenset((*row["topics"], *((NEGATIVE,) if row["negative"] else ())))
        for language in (row["language"], _ALL):
            self.messages[language] += 1
            for kind in wanted:
                self.wanted[kind, language] += 1
                self.found[kind, language] += kind in shown
            for kind in shown - wanted:
                self.false_alarms[kind, language] += 1
            if "trap" in row["written_as"]:
                self.traps[language] += 1
                self.alarmed_traps[language] += bool(shown)
            if not wanted:
                self.harmless[language] += 1
                self.alarmed_harmless[language] += bool(shown)


def judged(name: str) -> Half:
    """One half, ``seen`` or ``unseen``, read through."""
    half = Half(name)
    lines = (_LABELLED / f"{name}.jsonl").read_text("utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    _shown("warm")
    started = time.perf_counter()
    shown = [_shown(row["text"]) for row in rows]
    half.microseconds = (time.perf_counter() - started) / len(rows) * 1e6
    for row, kinds in zip(rows, shown, strict=True):
        half.count(row, kinds)
    return half


def _shown(text: str) -> frozenset[str]:
    return frozenset(KINDS) & find_signs(text).keys()


def report(half: Half) -> Iterator[str]:
    """One line a figure, totals only."""
    for kind in KINDS:
        yield (
            f"{half.name}, {kind}: found {half.found[kind, _ALL]} of {half.wanted[kind, _ALL]}, "
            f"recall {half.recall(kind):.2f}; false alarms {half.false_alarms[kind, _ALL]} "
            f"({half.alarm_rate(kind):.1%} of the others)"
        )
    for language in (*LANGUAGES, _ALL):
        yield (
            f"{half.name}, {language}: topics found {_total(half.found, language, TOPICS)} of "
            f"{_total(half.wanted, language, TOPICS)}, anger {half.found[NEGATIVE, language]} of "
            f"{half.wanted[NEGATIVE, language]}; traps with an alarm "
            f"{half.alarmed_traps[language]} of {half.traps[language]}, harmless messages "
            f"{half.alarmed_harmless[language]} of {half.harmless[language]}"
        )
    yield f"{half.name}: {half.microseconds:.0f} microseconds a message"


def _total(counts: Mapping[tuple[str, str], int], language: str, kinds: Sequence[str]) -> int:
    return sum(counts[kind, language] for kind in kinds)


def lines(halves: Sequence[str] = HALVES) -> Iterator[str]:
    """The figures of both halves, or of those named."""
    for name in halves:
        yield from report(judged(name))


def main() -> None:
    """Print them."""
    for line in lines(sys.argv[1:] or HALVES):
        sys.stdout.write(line + "\n")


if __name__ == "__main__":
    main()
