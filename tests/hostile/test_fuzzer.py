"""The fuzzer itself: a fault that is planted is found, told and made short."""

import pytest

from bench.soak.fuzz import NotKeptError, Target, case, fuzz
from bench.soak.mutation import shrunk


class RefusedError(Exception):
    """What the planted parser may say."""


def breaks_on_nul(text: str) -> None:
    if "\x00" in text:
        raise KeyError(text)


def drops_a_bracket(text: str) -> None:
    if "[" in text:
        raise NotKeptError("a bracket was dropped")


def refuses(_text: str) -> None:
    raise RefusedError("no")


def test_what_gets_out_of_a_parser_is_a_failure_with_the_least_text() -> None:
    planted = Target("planted", breaks_on_nul, (RefusedError,), ("a good text",))
    found = fuzz(planted, seed=3, cases=2_000)
    (failure,) = found.failures.values()
    assert failure.text == "\x00"
    assert "KeyError in breaks_on_nul" in str(failure)
    assert "seed 3" in str(failure)
    with pytest.raises(KeyError):
        breaks_on_nul(case(planted, failure.seed, failure.number))


def test_text_that_is_not_kept_is_a_failure() -> None:
    found = fuzz(Target("planted", drops_a_bracket, (), ("a [good] text",)), seed=3, cases=50)
    assert [failure.text for failure in found.failures.values()] == ["["]


def test_a_refusal_is_none() -> None:
    found = fuzz(Target("planted", refuses, (RefusedError,), ("x",)), seed=3, cases=50)
    assert (found.cases, found.refused, found.failures) == (50, 50, {})


def test_the_same_seed_makes_the_same_texts() -> None:
    target = Target("planted", refuses, (RefusedError,), ("a good text", "and another"))
    texts = [case(target, 5, number) for number in range(50)]
    assert texts == [case(target, 5, number) for number in range(50)]
    assert texts != [case(target, 6, number) for number in range(50)]


def test_shrinking_keeps_what_matters() -> None:
    assert shrunk("aaXbbbbYcc", lambda text: "X" in text and "Y" in text) == "XY"
