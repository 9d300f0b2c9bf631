import unicodedata

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from plugin.text.tokens import canonical, canonical_words, one_spaced, raw_tokens, words

from .strategies import ANY_TEXT, HOSTILE, TEXTS

# The tokeniser as the method describes it, with plain `\X` for whatever is no word.
_AS_DESCRIBED = regex.compile(
    r"\p{Han}|\p{Hiragana}|\p{Katakana}+|\p{Thai}+"
    r"|[\p{L}\p{M}\p{N}]+(?:[.,'\u2019_\-:/@][\p{L}\p{M}\p{N}]+)*|\X",
    regex.V1,
)


@given(TEXTS)
def test_raw_tokens_lose_nothing(text: str) -> None:
    assert "".join(raw_tokens(text)) == text


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:8]))
def test_hostile_texts_lose_nothing(text: str) -> None:
    assert "".join(raw_tokens(text)) == text
    assert canonical(canonical(text)) == canonical(text)


@given(TEXTS)
def test_words_are_those_of_the_described_tokeniser(text: str) -> None:
    described = [token for token in _AS_DESCRIBED.findall(canonical(text)) if token.strip()]
    # A cluster may begin with white space and carry a joiner: the described one keeps them as one.
    assert "".join(words(canonical(text))) == "".join("".join(described).split())


@given(st.text(st.characters(max_codepoint=127)))
def test_ascii_tokens_are_those_of_any_text(text: str) -> None:
    wide = raw_tokens(f"{text} \u00e9")
    assert "".join(wide) == f"{text} \u00e9"
    ascii_only = raw_tokens(f"{text} e")
    assert ascii_only[:-1] == wide[:-1]


@given(ANY_TEXT)
def test_canonical_is_stable(text: str) -> None:
    assert canonical(canonical(text)) == canonical(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hi, Anna!", ["Hi", ",", "Anna", "!"]),
        ("$50.00", ["$", "50.00"]),
        ("don’t", ["don't"]),  # noqa: RUF001 - folded
        ("5–10 days", ["5-10", "days"]),  # noqa: RUF001 - folded
        ("wait…", ["wait", ".", ".", "."]),
        ("“so”", ['"', "so", '"']),
        ("返金します", ["返", "金", "し", "ま", "す"]),
        ("カメラ", ["カメラ"]),
        ("👨‍👩‍👧🇩🇪🇫🇷👍🏽", ["👨‍👩‍👧", "🇩🇪", "🇫🇷", "👍🏽"]),
        ("zero\u200bwidth \u202eback\u202c", ["zerowidth", "back"]),
        ("nai\u0308ve", ["naïve"]),
        ("a\u00a0\u3000b", ["a", "b"]),
        ("x@example.com", ["x@example.com"]),
        (" \n\t", []),
    ],
)
def test_canonical_words(text: str, expected: list[str]) -> None:
    assert canonical_words(text) == expected


def test_white_space_runs_are_one_raw_token() -> None:
    assert raw_tokens("a \r\n\t b") == ["a", " \r\n\t ", "b"]


def test_one_spaced() -> None:
    assert one_spaced("  a \n\n b ") == "a b"


def test_ordinary_marks_are_composed_as_nfc_has_it() -> None:
    text = "e\u0301" * 100 + "a" + "\u0327\u0301" * 15
    assert canonical(text) == unicodedata.normalize("NFC", text)
