"""How long `bookbag diff` takes, worst cases included. Alone: ``python -m bench.diff``."""

import json
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from bench.profile import profiled
from bench.report import Figure
from plugin.text.alignment import align
from plugin.text.diff import diff_line
from plugin.text.tokens import raw_tokens

_WORDS = 10_000
_WORDS_OF_A_MEGABYTE = 125_000
_DISTINCT = 3_000
_RUNS = 5
_ALIGNMENT_MS, _WHOLE_MS, _START_SECONDS = 50, 100, 0.5
_LIGHT, _HEAVY = 0.05, 0.4
_PROSE = (
    "We looked at your parcel and it left our warehouse on the same evening, so all is well.",
    "Please let us know whether the lamp works, and we will look at it again with the carrier.",
    "Our team cannot see the second box yet; it should be with you before the weekend.",
)
_FACTS = (
    "Your order #1{n:03} of {d} May cost ${n}.00 in all, and the lamp was in it.",
    "See https://example.com/orders/{n} for the {d} % off, which ends in {d} days.",
    "We have refunded {n}.50 EUR for the box on 2026-05-{d}, less 4.90 EUR of postage.",
)

_Texts = tuple[list[str], list[str]]


def main() -> None:
    """Print the figures."""
    for figure in figures():
        sys.stdout.write(figure.line() + "\n")


def figures() -> Iterator[Figure]:
    """Two a case, the median of several runs: the alignment alone, and the whole answer."""
    slowest = ("", 0.0, ([""], [""]))
    for name, texts in cases().items():
        alone, whole = _times(texts, _RUNS)
        yield Figure(name=f"diff, {name}: alignment", value=alone, unit="ms", goal=_ALIGNMENT_MS)
        yield Figure(name=f"diff, {name}: whole line", value=whole, unit="ms", goal=_WHOLE_MS)
        slowest = max(slowest, (name, whole, texts), key=lambda case: case[1])
    name, whole, texts = slowest
    yield Figure(
        name="diff of 10,000 words: slowest whole line",
        value=whole,
        unit="ms",
        goal=_WHOLE_MS,
        limit=f"{name}; {_where(texts)}",
    )
    long = _made_up(_WORDS_OF_A_MEGABYTE)
    for name, texts in (("light edit", _light(long)), ("reversed", (long, long[::-1]))):
        _, whole = _times(texts, 1)
        yield Figure(name=f"diff, 1 MB in one line, {name}", value=whole, unit="ms")
    yield _start()


def _where(texts: _Texts) -> str:
    """The parts of one diff that take the longest."""
    draft, final = map(" ".join, texts)
    with profiled() as profile:
        diff_line({"draft": draft, "final": final})
    return profile.shares(
        ("text/alignment.py", "align", "alignment, twice"),
        ("text/diff.py", "_promises_differ", "promises compared"),
        ("text/changes.py", "changes", "amounts, dates, orders and links compared"),
    )


def cases() -> dict[str, _Texts]:
    """Drafts and final texts of 10,000 words, as words."""
    words, half = _made_up(_WORDS), _WORDS // 2
    prose, facts = _sentences(_PROSE), _sentences(_FACTS)
    return {
        "light edit": _light(words),
        "light edit of prose": _light(prose),
        "light edit beside facts": (facts, _without_lamps(facts)),
        "heavy edit": (words, _edited(words, _HEAVY)),
        "same word": (["same"] * _WORDS, ["same"] * (_WORDS - 1)),
        "periodic": (["a", "b", "c"] * (_WORDS // 3), ["b", "a", "c"] * (_WORDS // 3)),
        "reversed": (words, words[::-1]),
        "halves moved": (words, words[half:] + words[:half]),
        "wholly different": (words, [f"other{word}" for word in words]),
    }


def _start() -> Figure:
    """A whole process of the diff filter on one line."""
    line = json.dumps({"draft": "Hello Ana.", "final": "Hi Ana!"}).encode()
    folder = Path(sys.executable).parent

    def run(*command: str) -> float:
        return _milliseconds(
            lambda: subprocess.run(  # noqa: S603 (our own command)
                [str(folder / command[0]), *command[1:]],
                input=line,
                capture_output=True,
                check=True,
            ),
            _RUNS,
        )

    seconds, python = run("bookbag", "diff") / 1000, run("python", "-c", "pass") / 1000
    return Figure(
        name="bookbag diff: start to end",
        value=seconds,
        unit="s",
        goal=_START_SECONDS,
        limit=f"imports; the interpreter alone takes {python:.2f} s",
    )


def _times(texts: _Texts, runs: int) -> tuple[float, float]:
    draft, final = map(" ".join, texts)
    tokens = raw_tokens(draft), raw_tokens(final)
    alone = _milliseconds(lambda: align(*tokens), runs)
    diff_line({"draft": draft, "final": final})  # patterns are compiled once a process
    return alone, _milliseconds(lambda: diff_line({"draft": draft, "final": final}), runs)


def _milliseconds(work: Callable[[], object], runs: int) -> float:
    times = []
    for _ in range(runs):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return statistics.median(times) * 1000


def _made_up(count: int) -> list[str]:
    draw = random.Random(7)  # noqa: S311 (only made-up words)
    return [f"word{draw.randrange(_DISTINCT)}" for _ in range(count)]


def _sentences(patterns: tuple[str, ...]) -> list[str]:
    draw = random.Random(7)  # noqa: S311 (only made-up words)
    words: list[str] = []
    while len(words) < _WORDS:
        filled = draw.choice(patterns).format(n=draw.randrange(1, 999), d=draw.randrange(10, 28))
        words += filled.split()
    return words[:_WORDS]


def _light(words: list[str]) -> _Texts:
    return words, _edited(words, _LIGHT)


def _edited(words: list[str], rate: float) -> list[str]:
    draw = random.Random(11)  # noqa: S311 (only made-up words)
    return [word if draw.random() > rate else "changed" for word in words]


def _without_lamps(words: list[str]) -> list[str]:
    """Edited where no fact is: every fact of every edited sentence has to be compared."""
    other = {"lamp": "light", "box": "crate", "See": "Read"}
    return [other.get(word, word) for word in words]


if __name__ == "__main__":
    main()
