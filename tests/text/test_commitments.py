"""How much of the labelled replies is found; floors a little below what is measured."""

import pytest

from bench.commitments import figures
from plugin.text.lexicons import LANGUAGES


@pytest.mark.parametrize(
    ("half", "kinds", "promising", "strings", "held"),
    [("seen", 0.92, 0.98, 0.98, 0.02), ("unseen", 0.82, 0.90, 0.97, 0.15)],
)
def test_recall_and_needless_holds(
    half: str, kinds: float, promising: float, strings: float, held: float
) -> None:
    counts = figures(half)["all"]
    assert counts.kinds_found >= kinds * counts.kinds
    assert counts.promising_found >= promising * counts.promising
    assert counts.strings_found >= strings * counts.strings
    assert counts.held <= held * counts.harmless


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_language_is_left_behind(language: str) -> None:
    counts = figures("unseen")[language]
    assert counts.promising_found >= 0.75 * counts.promising
    assert counts.strings_found >= 0.9 * counts.strings
