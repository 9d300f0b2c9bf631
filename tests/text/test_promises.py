import json
from pathlib import Path
from typing import TypedDict

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from plugin.models import ACTION_TYPES
from plugin.text.promises import PromiseReader, find_promises, has_lexicon, promises, undeclared

from .strategies import HOSTILE

_DATA = Path(__file__).parent / "data"


class Labelled(TypedDict):
    text: str
    promises: list[str]


def _rows(name: str) -> list[Labelled]:
    lines = (_DATA / name).read_text(encoding="utf-8").splitlines()
    rows: list[Labelled] = [json.loads(line) for line in lines]
    return rows


def _figures(name: str) -> tuple[float, float]:
    """Recall, and the share of harmless sentences flagged."""
    rows = _rows(name)
    found = [bool(promises(row["text"], "en")) for row in rows if row["promises"]]
    needless = [bool(promises(row["text"], "en")) for row in rows if not row["promises"]]
    return sum(found) / len(found), sum(needless) / len(needless)


@pytest.mark.parametrize("name", ["promises.en.jsonl", "promises_unseen.en.jsonl"])
def test_recall_and_needless_flags(name: str) -> None:
    # One author wrote sentences and rules: on real replies expect far less (see the module).
    recall, needless = _figures(name)
    assert recall >= 0.9
    assert needless <= 0.1


@pytest.mark.parametrize(
    "row",
    [row for row in _rows("promises.en.jsonl") if row["promises"]],
    ids=lambda row: row["text"],
)
def test_a_declared_action_covers_its_promise(row: Labelled) -> None:
    (kind,) = row["promises"]
    assert undeclared(row["text"], "en", [])
    covered = not undeclared(row["text"], "en", ACTION_TYPES)
    assert covered == (kind in ACTION_TYPES)


@pytest.mark.parametrize(
    ("text", "declared", "flagged"),
    [
        ("We'll refund you $40.", [], True),
        ("We'll refund you $40.", ["refund"], False),
        ("We'll refund you $40.", ["discount"], True),
        ("We'll refund you $40 and cancel the order.", ["refund"], True),
        ("We'll send you a replacement.", ["reship"], False),
        ("We've credited your account.", ["store_credit"], False),
        ("Your parcel arrives Friday.", ["reship"], True),
        ("We can't refund it, but we'll send a replacement.", ["replacement"], False),
        ("We can't refund it, but we'll send a replacement.", ["refund"], True),
        ("If you need anything else, tell us and we'll refund you $40.", [], True),
        ("There is no need to send it back and you will get a refund.", [], True),
        ("We haven't received it yet and will refund you.", [], True),
        ("We cannot refund you and will not cancel it.", [], False),
        ("If you have any questions, we are happy to help.", [], False),
        ("W\u200be\u2019ll ref\u200bund you.", [], True),
        ("Your order was shipped on 3 May, here is the tracking link.", [], False),
        ("You can return it within 30 days.", [], False),
    ],
)
def test_undeclared(text: str, declared: list[str], flagged: bool) -> None:
    assert bool(undeclared(text, "en", declared)) == flagged


def test_only_the_promising_sentences_are_named() -> None:
    text = "Hi Anna,\nthanks for writing. We will refund you $5. It was shipped on Monday."
    assert promises(text, "en") == ("We will refund you $5.",)


@pytest.mark.parametrize(
    ("language", "known"),
    [
        ("en", True),
        ("en-GB", True),
        ("EN_us", True),
        ("de", True),
        ("xx", False),
        ("", False),
        (None, False),
    ],
)
def test_languages_with_a_lexicon(language: str | None, known: bool) -> None:
    assert has_lexicon(language) is known


def test_what_a_reader_remembers_changes_no_later_text() -> None:
    reader = PromiseReader("en")
    for text in ("We will refund you. It left on Monday.", "We will refund it.", "It left."):
        assert list(reader.find(text)) == list(find_promises(text, "en"))


def test_no_promise_is_found_without_a_lexicon() -> None:
    assert promises("We will refund you.", "xx") == ()
    assert promises("We will refund you.", None)


_WORDS = sorted(
    {word.rstrip(".!?") for row in _rows("promises.en.jsonl") for word in row["text"].split()}
)
_MARKS = ["", ";", "-", "--", "a_.b", "./x", "5%", "\x1c", "_", "_-_", "$5"]


@given(
    st.lists(st.sampled_from([*_WORDS, *_MARKS]), max_size=50).map(" ".join),
    st.sampled_from(["", ".", "?"]),
)
@example(
    "we will refund you and we've credited it, but can't cancel; it arrives on 3 May, I'd say", ""
)
@example("You will get the refund within 5 days and a new lid free of charge", ".")
@example("we will send _-_ _-_ _-_ _-_ _-_ another", "")
def test_ascii_text_is_read_like_any_other(text: str, end: str) -> None:
    # A dingbat is no word and ends no clause: it only takes the sentence off the faster path.
    assert _kinds(f"{text}{end}") == _kinds(f"\u2713 {text}{end}")


def _kinds(text: str) -> list[tuple[str, str]]:
    return [(found.kind, found.manner) for found in find_promises(text, "en")]


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("You will receive it within 5 days.", ["delivery_date"]),
        ("You will receive the refund within 5 days.", ["refund"]),
        ("We will add a lid free of charge.", ["other"]),
        ("We refunded it. We refunded it.", ["refund", "refund"]),
        ("We refunded it, and we refunded you.", ["refund"]),
        ("Zoë, we will refund you.", ["refund"]),
    ],
)
def test_kinds(text: str, kinds: list[str]) -> None:
    assert [kind for kind, _ in _kinds(text)] == kinds


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:8]))
def test_hostile_texts(text: str) -> None:
    assert isinstance(promises(text, "en"), tuple)
