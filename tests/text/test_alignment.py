import random
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.text.alignment import Alignment, align, distance

from .levenshtein import fewest_edits

_TOKENS = st.lists(st.sampled_from(["a", "b", "c", "dd", "e", ".", " ", "  ", "\n"]), max_size=40)
_WORDS = st.lists(st.sampled_from("abcd"), max_size=40)


@given(_TOKENS, _TOKENS)
def test_an_alignment_has_the_fewest_edits(draft: list[str], final: list[str]) -> None:
    found = align(draft, final)
    assert _applied(found, draft, final) == final
    assert found.edits == fewest_edits(_words(draft), _words(final))


@given(_WORDS, _WORDS, st.none() | st.integers(0, 50))
def test_a_guess_does_not_change_the_distance(
    draft: list[str], final: list[str], guess: int | None
) -> None:
    assert distance(draft, final, guess) == fewest_edits(draft, final)


@given(_TOKENS, _TOKENS)
def test_long_texts_are_aligned_in_windows(draft: list[str], final: list[str]) -> None:
    found = _in_windows(draft, final, window=8)
    assert _applied(found, draft, final) == final
    ours, theirs = _words(draft), _words(final)
    assert fewest_edits(ours, theirs) <= found.edits <= max(len(ours), len(theirs))


def test_windows_follow_what_was_put_in_and_left_out() -> None:
    draw = random.Random(5)  # noqa: S311 - made-up words
    draft = [f"w{draw.randrange(200)}" for _ in range(3_000)]
    final = [*draft[:500], *(["new"] * 40), *draft[500:1_500], *draft[1_540:], *(["end"] * 200)]
    found = _in_windows(draft, final, window=256)
    assert found.edits == distance(draft, final) == 280


def test_the_end_of_a_window_is_left_to_the_next() -> None:
    # Of few different words, a window's last ones often find a false partner.
    draw = random.Random(1)  # noqa: S311 - made-up words
    draft = [f"w{draw.randrange(20)}" for _ in range(1_500)]
    final: list[str] = []
    for word in draft:
        final += ["new"] * (draw.randrange(8) if draw.random() < 0.02 else 0)
        final += [word] if draw.random() < 0.98 else []
    assert _in_windows(draft, final, window=64).edits == distance(draft, final)


def test_few_edits_are_exact_in_long_texts_too() -> None:
    draft = ["a", "b"] * 500
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("plugin.text.alignment._MOST_CELLS", 40_000)
        patch.setattr("plugin.text.alignment._WINDOW", 8)
        assert align(draft, [*draft[1:], "c"]).edits == 2
        assert distance(draft, [*draft[1:], "c"]) == 2


def _in_windows(draft: Sequence[str], final: Sequence[str], window: int) -> Alignment:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("plugin.text.alignment._MOST_CELLS", 1)
        patch.setattr("plugin.text.alignment._WINDOW", window)
        return align(draft, final)


def _words(tokens: Sequence[str]) -> list[str]:
    return [token for token in tokens if not token.isspace()]


def _applied(found: Alignment, draft: Sequence[str], final: Sequence[str]) -> list[str]:
    out: list[str] = []
    d = f = 0
    for op in found.ops:
        assert (op.d0, op.f0) == (d, f)
        d, f = op.d1, op.f1
        out += draft[op.d0 : op.d1] if op.tag == "equal" else final[op.f0 : op.f1]
    assert (d, f) == (len(draft), len(final))
    return out
