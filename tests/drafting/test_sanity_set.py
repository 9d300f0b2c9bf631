"""How often the demo merchant's drafter finds the intent of messages that are no examples of it.

The messages were written before the drafter was tuned, but by the author of the macros, so the
figures flatter. They are halved by hash. The cut points of the confidence were set on the
development half; both halves' figures were in view when the length of the n-grams was chosen, so
neither is truly unseen.
"""

import hashlib
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest

from plugin.drafting.base import Request

from .support import ORDER, demo_drafter, json_lines

MESSAGES = Path(__file__).parent / "data" / "messages.jsonl"
SURE = Decimal("0.80")


@dataclass(frozen=True)
class Answer:
    """What was wanted and what came."""

    text: str
    wanted: str | None
    found: str | None
    confidence: Decimal


@cache
def halves() -> dict[str, tuple[Answer, ...]]:
    answers: dict[str, list[Answer]] = {"development": [], "held_out": []}
    for row in json_lines(MESSAGES):
        first = hashlib.sha256(row["text"].encode()).digest()[0]
        half = "development" if first % 2 == 0 else "held_out"
        request = Request(subject="", text=row["text"], customer_email=ORDER.email)
        draft = demo_drafter().draft(request)
        answers[half].append(
            Answer(row["text"], row["intent"], draft.intent, draft.confidence or Decimal(0))
        )
    return {half: tuple(rows) for half, rows in answers.items()}


def test_the_set_is_large_enough_and_split() -> None:
    sizes = {half: len(rows) for half, rows in halves().items()}

    assert sizes == {"development": 37, "held_out": 45}


@pytest.mark.parametrize("half", ["development", "held_out"])
def test_most_intents_are_found(half: str) -> None:
    rows = halves()[half]
    right = [row for row in rows if row.found == row.wanted]
    print(f"{half}: {len(right)} of {len(rows)} right")  # noqa: T201  # shown by `pytest -rP`

    assert len(right) / len(rows) >= 0.85


@pytest.mark.parametrize("half", ["development", "held_out"])
def test_what_is_sure_is_right(half: str) -> None:
    sure = [row for row in halves()[half] if row.confidence >= SURE]

    assert [row for row in sure if row.found != row.wanted] == []
