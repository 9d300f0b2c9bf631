import json
import random

import pytest

from plugin.errors import InvalidInputError
from plugin.models import Outcome
from plugin.text.diff import as_record, diff, diff_line
from plugin.text.hunks import Hunk, display_hunks

from .strategies import HOSTILE

_BODY = (
    "we looked at your order and it left our warehouse with the carrier on the same evening, so "
    "there is nothing else that you need to do from your side at this point in time"
)


def _edited(old: str, new: str) -> tuple[str, str]:
    """A long sentence in which one thing is another: a light edit by its size."""
    return f"Hello Anna, {_BODY} {old}. {_BODY}.", f"Hello Anna, {_BODY} {new}. {_BODY}."


@pytest.mark.parametrize(
    ("draft", "final", "outcome"),
    [
        ("Hello  world\n", "Hello world", "sent_as_is"),
        ("Don’t — “wait”", 'Don\'t - "wait"', "sent_as_is"),  # noqa: RUF001 - folded
        ("nai\u0308ve", "naïve", "sent_as_is"),
        ("a\u200bb", "ab", "sent_as_is"),
        ("", " \n", "sent_as_is"),
        ("Hello world.", "hello, WORLD!", "cosmetic"),
        ("It is done", "It is done.", "cosmetic"),
        ("dont worry", "don't worry", "cosmetic"),
        ("20 % off", "20% off", "cosmetic"),
        ("Hi Anna,\n\nIt is done.\n\nBest,\nTom", "It is done.", "cosmetic"),
        (
            "Hi Anna,\nIt is done.\nBest,\nTom",
            "Dear Ms. Ray,\nIt is done.\nThanks!\nAnn",
            "cosmetic",
        ),
        ("Guten Morgen,\nfertig.", "Hallo Frau Ray,\nfertig.\nViele Grüße\nTom", "cosmetic"),
        ("We refund $50.00.", "We refund $500.0.", "heavy_edit"),
        ("We refund $50 .", "We refund 50.", "heavy_edit"),
        ("You get 20% off.", "You get 20 off.", "heavy_edit"),
        ("-$5 remain here", "$5 remain here", "heavy_edit"),
        ("Hi Anna,", "", "discarded"),
        ("", "Hi Anna, done.", "discarded"),
        ("one", "two", "discarded"),
        ("one two three four", "one two x y z", "rewritten"),
        (_BODY, f"{_BODY.upper()} now", "discarded"),
        ("it left our warehouse with the carrier", f"{_BODY}. {_BODY}.", "rewritten"),
        (f"{_BODY}. {_BODY}.", "it left our warehouse with the carrier", "rewritten"),
    ],
)
def test_outcome(draft: str, final: str, outcome: str) -> None:
    assert diff(draft, final).outcome == Outcome(outcome)


@pytest.mark.parametrize(
    ("kept", "outcome"),
    [
        (17, "light_edit"),
        (16, "heavy_edit"),
        (10, "heavy_edit"),
        (9, "rewritten"),
        (5, "rewritten"),
    ],
)
def test_cut_points(kept: int, outcome: str) -> None:
    words = [f"w{'x' * n}" for n in range(20)]
    final = words[:kept] + [f"v{'x' * n}" for n in range(20 - kept)]
    result = diff(" ".join(words), " ".join(final))
    assert result.similarity == pytest.approx(kept / 20)
    assert result.outcome == Outcome(outcome)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("$50.00", "$500.0"),
        ("$20", "$200"),
        ("20%", "25%"),
        ("20%", "20"),
        ("€20", "$20"),
        ("1.234 EUR", "1,234 EUR"),
        ("on 3 May", "on 4 May"),
        ("on Monday", "on Tuesday"),
        ("within 5 days", "within 5 weeks"),
        ("in two weeks", "in three weeks"),
        ("tomorrow", "today"),
        ("#1002", "#1003"),
        ("ORD-1002", "ORD-1020"),
        ("see https://example.com/Ab", "see https://example.com/ab"),
        ("see example.com/a", "see example.com/b"),
        ("we can do it", "we can't do it"),
        ("it is available", "it is not available"),
        ("it is refundable", "it is non-refundable"),
        ("we will look", "we will refund you"),
        ("we will refund you", "we might look"),
        ("we have refunded you", "we will refund you"),
        ("I will send a replacement", "I will send a voucher"),
        ("$50 for A and $20 for B", "$20 for A and $50 for B"),
        ("2 mugs", "3 mugs"),
        ("das geht", "das geht nicht"),
    ],
)
def test_a_small_edit_of_a_fact_or_promise_is_material(old: str, new: str) -> None:
    result = diff(*_edited(old, new))
    assert result.outcome is Outcome.LIGHT_EDIT
    assert result.material


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("we checked", "we have checked"),
        ("$50", "$50.00"),
        ("$50", "50 USD"),
        ("3 May", "May 3rd"),
        ("we cannot see", "we can't see"),
        ("please write", "please do not hesitate to write"),
        ("order #1002", "order 1002"),
        ("a very good lamp", "a good lamp"),
    ],
)
def test_a_small_edit_of_words_is_not_material(old: str, new: str) -> None:
    result = diff(*_edited(old, new))
    assert result.outcome is Outcome.LIGHT_EDIT
    assert not result.material


def test_sentences_that_change_places_keep_their_amounts() -> None:
    first, second = "You paid $20 for the lid.", "You paid $50 for the mug."
    rest = f"{_BODY}. " * 5
    result = diff(f"{first} {second} {rest}", f"{second} {first} {rest}")
    assert result.outcome is Outcome.LIGHT_EDIT
    assert not result.material


def test_record_has_the_promised_shape() -> None:
    assert diff_line({"draft": "a b", "final": "a c!"}) == {
        "outcome": "rewritten",
        "material": True,
        "hter": 2 / 3,
        "similarity": 1 - 2 / 3,
        "tokens_draft": ["a", " ", "b"],
        "tokens_final": ["a", " ", "c", "!"],
        "ops": [["equal", 0, 2, 0, 2], ["replace", 2, 3, 2, 4]],
    }


def test_similarity_is_never_rounded_up_to_one() -> None:
    words = [f"w{n}" for n in range(4_000)]
    record = as_record(diff(" ".join(words), " ".join([*words, "more"])))
    similarity = record["similarity"]
    assert isinstance(similarity, float)
    assert similarity < 1.0
    assert json.loads(json.dumps(record))["similarity"] == similarity


@pytest.mark.parametrize(
    ("record", "field"),
    [
        ({}, "draft"),
        ({"draft": "a"}, "final"),
        ({"draft": None, "final": "a"}, "draft"),
        ({"draft": "a", "final": 5}, "final"),
        ({"draft": "a", "final": ["b"]}, "final"),
    ],
)
def test_a_wrong_line_names_its_field(record: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidInputError) as error:
        diff_line(record)
    assert error.value.field == field


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:8]))
def test_hostile_texts(text: str) -> None:
    result = diff(f"{text} end", f"{text} END.")
    assert result.outcome in set(Outcome)
    assert "".join(result.tokens_draft) == f"{text} end"


@pytest.mark.parametrize("shape", ["same", "periodic", "reversed", "moved", "new"])
def test_long_texts(shape: str) -> None:
    chance = random.Random(7)  # noqa: S311 - not a secret
    words = [f"w{chance.randrange(3000)}" for _ in range(10_000)]
    draft, final = {
        "same": (["a"] * 10_000, ["a"] * 9_000),
        "periodic": (["a", "b", "c"] * 3_000, ["b", "a", "c", "d"] * 2_500),
        "reversed": (words, words[::-1]),
        "moved": (words, words[5_000:] + words[:5_000]),
        "new": (words, [f"v{chance.randrange(3000)}" for _ in range(10_000)]),
    }[shape]
    result = diff(" ".join(draft), " ".join(final))
    assert "".join(result.tokens_final) == " ".join(final)


def test_hunks_join_lone_kept_words() -> None:
    result = diff("The quick brown fox jumps over", "The slow dark fox leaps high above")
    assert display_hunks(result) == (
        Hunk("equal", "The ", "The "),
        Hunk("replace", "quick brown fox jumps over", "slow dark fox leaps high above"),
    )


def test_hunks_keep_a_kept_run_longer_than_the_changes() -> None:
    result = diff("a one two b", "x one two y")
    assert [hunk.tag for hunk in display_hunks(result)] == ["replace", "equal", "replace"]
