"""The labelled messages that judge the drafter's confidence are fit to judge it.

Failures name ids alone: nobody who works on the drafter should read the unseen half here.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
DEMO = ROOT / "plugin" / "demo" / "data"
LABELLED = Path(__file__).parent / "confidence" / "labelled.jsonl"
LANGUAGES = {"en", "de", "fr", "es"}
KEYS = {"id", "subject", "text", "language", "customer", "right"}
OPTIONAL = {"order", "why"}
RUN = 5


@cache
def messages() -> tuple[dict[str, Any], ...]:
    return tuple(json_lines(LABELLED))


@cache
def macros() -> dict[str, dict[str, Any]]:
    listed = yaml.safe_load((DEMO / "macros.yaml").read_text(encoding="utf-8"))
    return {macro["id"]: macro for macro in listed}


def json_lines(path: Path) -> Iterator[dict[str, Any]]:
    for line in path.read_text(encoding="utf-8").splitlines():
        yield json.loads(line)


def half(name: str) -> list[dict[str, Any]]:
    odd = name == "unseen"
    return [m for m in messages() if sha256(m["text"].encode()).digest()[0] % 2 == odd]


def unanswerable(among: list[dict[str, Any]] | tuple[dict[str, Any], ...]) -> int:
    return sum(not message["right"] for message in among)


def runs(text: str, punctuation: str) -> set[tuple[str, ...]]:
    """Every run of five words; `punctuation` is what stands in for a punctuation mark."""
    words = re.sub(r"[^\w\s]", punctuation, text.casefold()).split()
    return {tuple(words[at : at + RUN]) for at in range(len(words) - RUN + 1)}


def written(macro: dict[str, Any]) -> list[str]:
    return [macro["title"], macro["text"], *macro["examples"]]


def test_a_line_has_the_promised_shape() -> None:
    odd = [
        message["id"]
        for message in messages()
        if not (
            KEYS <= message.keys() <= KEYS | OPTIONAL
            and message["text"].strip()
            and message["customer"].keys() == {"name", "email"}
            and message["language"] in LANGUAGES
        )
    ]
    assert odd == []


@pytest.mark.parametrize("key", ["id", "text"])
def test_nothing_is_there_twice(key: str) -> None:
    counted = Counter(message[key].casefold() for message in messages())
    assert [m["id"] for m in messages() if counted[m[key].casefold()] > 1] == []


def test_there_are_enough_lines_to_judge_by() -> None:
    assert len(messages()) >= 200
    assert unanswerable(messages()) >= 30


def test_a_right_answer_is_a_macro_in_the_messages_language() -> None:
    wrong = [
        (message["id"], macro)
        for message in messages()
        for macro in message["right"]
        if macro not in macros() or macros()[macro]["language"] != message["language"]
    ]
    assert wrong == []


def test_every_macro_of_their_languages_is_right_at_least_four_times() -> None:
    counted = Counter(macro for message in messages() for macro in message["right"])
    judged = [name for name, macro in macros().items() if macro["language"] in LANGUAGES]
    assert [macro for macro in judged if counted[macro] < 4] == []


def test_a_label_says_why_unless_one_macro_is_plainly_right() -> None:
    unsaid = [m["id"] for m in messages() if (len(m["right"]) != 1) != bool(m.get("why"))]
    assert unsaid == []


def test_a_named_order_is_the_customers_own() -> None:
    owners = {order["id"]: order["email"] for order in json_lines(DEMO / "orders.jsonl")}
    foreign = [
        message["id"]
        for message in messages()
        if message.get("order") and owners.get(message["order"]) != message["customer"]["email"]
    ]
    assert foreign == []


@pytest.mark.parametrize("punctuation", ["", " "])
def test_no_message_borrows_five_words_in_a_row_from_a_macro(punctuation: str) -> None:
    theirs = set[tuple[str, ...]]().union(
        *(runs(text, punctuation) for macro in macros().values() for text in written(macro))
    )
    borrowed = [
        message["id"]
        for message in messages()
        for text in (message["subject"], message["text"])
        if runs(text, punctuation) & theirs
    ]
    assert borrowed == []


@pytest.mark.parametrize("name", ["visible", "unseen"])
def test_each_half_is_large_enough_to_stand_alone(name: str) -> None:
    assert len(half(name)) >= 90
    assert unanswerable(half(name)) >= 12
