"""Every parser of untrusted text against spoiled input: it reads, or refuses in its own words.

Each case is drawn from the seed, the parser's name and the case's number, so that any one can be
made again alone. A failure shows all three and the least text that still fails.
"""

import faulthandler
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from bench.soak.mutation import misshapen, mutated, shrunk

# Processor time, not the clock's: others work on this machine too. Inputs have 20,000 characters
# at most; nothing we read takes longer than this by far unless it is worse than linear.
SLOW_SECONDS = 2.0
# A call that never ends holds the interpreter: the process says where it is, and ends.
_HANGING_SECONDS = 300.0
_ARMED_EVERY = 200
_SHOWN = 400


@dataclass(frozen=True, slots=True)
class Target:
    """A parser.

    Attributes:
        read: Reads, checks what must be kept, and raises.
        refusals: What it may raise: its documented errors.
        corpus: Good input.
        shaped: The corpus is JSON: half the cases keep its form and spoil its parts.
    """

    name: str
    read: Callable[[str], object]
    refusals: tuple[type[Exception], ...]
    corpus: Sequence[str]
    shaped: bool = False


@dataclass(frozen=True, slots=True)
class Failure:
    """What went wrong with one text."""

    target: str
    seed: int
    number: int
    what: str
    text: str

    def __str__(self) -> str:
        return (
            f"{self.target}, seed {self.seed}, case {self.number}: {self.what}: "
            f"{self.text[:_SHOWN]!a} ({len(self.text)} characters)"
        )


@dataclass(slots=True)
class Fuzzed:
    """What came of one parser's cases. Times in seconds of the processor."""

    target: str
    cases: int = 0
    refused: int = 0
    slowest: float = 0.0
    slowest_number: int = 0
    failures: dict[str, Failure] = field(default_factory=dict)

    def line(self) -> str:
        """For people to read."""
        return (
            f"  {self.target:<22} {self.cases:>7} cases, {self.refused:>7} refused, slowest "
            f"{self.slowest * 1000:>6.0f} ms (case {self.slowest_number}), "
            f"failures {len(self.failures)}"
        )


def fuzz(target: Target, *, seed: int, cases: int, numbers: Iterator[int] | None = None) -> Fuzzed:
    """Try so many spoiled texts.

    Failures of one kind are told once, by the first of them, made as short as they go.

    Args:
        target: The parser.
        seed: Of the draw.
        cases: How many.
        numbers: Only these cases, instead of the first `cases`.
    """
    found = Fuzzed(target.name)
    for number in numbers or range(cases):
        if number % _ARMED_EVERY == 0:
            faulthandler.dump_traceback_later(_HANGING_SECONDS, exit=True)
        text = case(target, seed, number)
        what, refused, seconds = _tried(target, text)
        found.cases += 1
        found.refused += refused
        if seconds > found.slowest:
            found.slowest, found.slowest_number = seconds, number
        if what is not None and what not in found.failures:
            least = _least(target, text, what)
            found.failures[what] = Failure(target.name, seed, number, what, least)
    faulthandler.cancel_dump_traceback_later()
    return found


def case(target: Target, seed: int, number: int) -> str:
    """One case's text."""
    draw = random.Random(f"{seed} {target.name} {number}")
    if target.shaped and draw.random() < 0.5:
        return misshapen(draw.choice(target.corpus), draw)
    return mutated(target.corpus, draw)


def _least(target: Target, text: str, what: str) -> str:
    tries = 60 if what == _TOO_SLOW else 2_000
    return shrunk(text, lambda shorter: _tried(target, shorter)[0] == what, tries=tries)


_TOO_SLOW = f"more than {SLOW_SECONDS:g} s"


def _tried(target: Target, text: str) -> tuple[str | None, bool, float]:
    """What went wrong, whether it was refused, and the seconds it took."""
    began, what, refused = time.thread_time(), None, False
    try:
        target.read(text)
    except target.refusals as refusal:
        refused = True
        if not str(refusal):
            what = f"{type(refusal).__name__} says nothing"
    except Exception as error:  # noqa: BLE001 - whatever gets out is what we look for
        what = _kind(error)
    seconds = time.thread_time() - began
    return what or (_TOO_SLOW if seconds > SLOW_SECONDS else None), refused, seconds


def _kind(error: Exception) -> str:
    """Its class and where it was raised, or what was not kept."""
    if isinstance(error, NotKeptError):
        return str(error)
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = f"{trace.tb_frame.f_code.co_qualname}:{trace.tb_lineno}" if trace else "?"
    return f"{type(error).__name__} in {where}"


class NotKeptError(AssertionError):
    """Text that had to be kept was not."""
