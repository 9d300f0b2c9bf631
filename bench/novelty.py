"""Whether a new question is told from an old one: ``python -m bench.novelty``.

Judged on the visible half of `tests/drafting/confidence` and on the messages of
`tests/drafting/data`, each held against the other messages of every intent that has enough of
them: its own, where it should be familiar, and all others, where it should be novel. The topics'
words were made with these messages in view, so the true figures are probably lower.
"""

import hashlib
import json
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from plugin.drafting.language import detect_language
from plugin.drafting.macros import load_macros
from plugin.novelty import FAMILIAR, LOOKED_AT
from plugin.text.likeness import likeness
from plugin.text.topics import topics

_TESTS = Path(__file__).parents[1] / "tests" / "drafting"
_POOL = 12
_RUNS = 20


@dataclass(frozen=True, slots=True)
class Told:
    """Messages held against their own intent's, and against another's; how many were novel.

    Attributes:
        hopeless: Messages that nothing can answer, novel to every intent's.
    """

    own: int
    own_novel: int
    others: int
    others_novel: int
    hopeless: int
    hopeless_novel: int


@dataclass(frozen=True, slots=True)
class _Message:
    spoken_of: Counter[str]
    intents: frozenset[str]


@cache
def told(threshold: float = FAMILIAR) -> Told:
    """The counts at a threshold."""
    messages = _messages()
    by_intent: dict[str, list[_Message]] = defaultdict(list)
    for message in messages:
        for intent in message.intents:
            by_intent[intent].append(message)
    own, others, hopeless = Counter[bool](), Counter[bool](), Counter[bool]()
    for message in messages:
        novel_to: list[bool] = []
        for intent, pool in by_intent.items():
            rest = [other.spoken_of for other in pool if other is not message]
            if len(rest) >= _POOL:
                novel_to.append(likeness(message.spoken_of, rest) < threshold)
                (own if intent in message.intents else others)[novel_to[-1]] += 1
        if not message.intents:
            hopeless[all(novel_to)] += 1
    return Told(
        own.total(), own[True], others.total(), others[True], hopeless.total(), hopeless[True]
    )


def _messages() -> list[_Message]:
    macros = load_macros(files("plugin.demo").joinpath("data", "macros.yaml").read_text("utf-8"))
    intent_of = {macro.id: macro.intent for macro in macros}
    found = [
        _message(row["text"], {intent_of[macro] for macro in row["right"]})
        for row in _rows("confidence/labelled.jsonl")
        if hashlib.sha256(row["text"].encode()).digest()[0] % 2 == 0
    ]
    return found + [_message(row["text"], {row["intent"]}) for row in _rows("data/messages.jsonl")]


def _message(text: str, intents: set[str]) -> _Message:
    return _Message(topics(text, detect_language(text, fallback="en")), frozenset(intents))


def _rows(name: str) -> list[dict[str, str]]:
    return [json.loads(line) for line in (_TESTS / name).read_text("utf-8").splitlines()]


def lines() -> Iterator[str]:
    """The figures at several thresholds, and the time it takes."""
    for threshold in (0.30, FAMILIAR, 0.50):
        found = told(threshold)
        yield (
            f"novel below {threshold:.2f}: {_of(found.own_novel, found.own)} of its own intent, "
            f"{_of(found.others_novel, found.others)} of another, "
            f"{_of(found.hopeless_novel, found.hopeless)} that nothing answers"
        )
    spoken_of = [message.spoken_of for message in _messages()]
    pool = (spoken_of * LOOKED_AT)[:LOOKED_AT]
    started = time.perf_counter()
    for each in spoken_of[:_RUNS]:
        likeness(each, pool)
    took = (time.perf_counter() - started) * 1000 / _RUNS
    yield f"likeness to {LOOKED_AT} messages: {took:.1f} ms"


def _of(part: int, whole: int) -> str:
    return f"{part} of {whole} ({part / whole:.2f})"


def main() -> None:
    """Print them."""
    for line in lines():
        sys.stdout.write(line + "\n")


if __name__ == "__main__":
    main()
