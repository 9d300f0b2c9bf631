"""What counts as faster than reading."""

import pytest

from plugin.review.habits import FEWEST_WORDS, is_quick, least_ms, milliseconds

REPLY = "We have refunded the jacket today, and the money is with you within a few days. " * 4


def test_a_reply_of_sixty_words_takes_five_seconds_at_three_times_the_usual_pace() -> None:
    assert least_ms(60) == 5042
    words = len(REPLY.split())
    assert is_quick(REPLY, least_ms(words) - 1)
    assert not is_quick(REPLY, least_ms(words))


def test_a_short_reply_is_never_quick_and_marks_are_no_words() -> None:
    assert not is_quick("Yes. " * (FEWEST_WORDS - 1), 0)
    assert is_quick("Yes. " * FEWEST_WORDS, 0)
    assert not is_quick("- * - " * 100, 0)


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("", None),
        ("-5", None),
        ("1.5", None),
        ("1e9", None),
        ("²", None),
        ("0", 0),
        ("4200", 4200),
        ("9" * 500, 86_400_000),
    ],
)
def test_what_a_browser_says_is_not_believed_blindly(given: str, read: int | None) -> None:
    assert milliseconds(given) == read
