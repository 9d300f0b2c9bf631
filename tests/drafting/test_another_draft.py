"""Another draft from the built-in drafter: a macro that is named, or the next best one."""

from dataclasses import replace

import pytest

from plugin.demo.world import data
from plugin.drafting.another import named_by
from plugin.drafting.base import Again, Request
from plugin.drafting.builtin import BuiltinDrafter
from plugin.drafting.macros import load_macros

MACROS = load_macros(data("macros.yaml"))
ENGLISH = [macro for macro in MACROS if macro.language == "en"]
DRAFTER = BuiltinDrafter(MACROS)
QUESTION = Request("Returns", "Hello, can I send a jacket back, and how long do I have for it?")


@pytest.mark.parametrize(
    ("instruction", "macro"),
    [
        ("use the macro “Returns”", "return-policy"),
        ("Please use gift cards instead", "gift-card"),
        ("USE MACRO discount-code!", "discount-code"),
        ("tell them about the warranty", "warranty"),
        ("send the lost parcel again", "reship-lost"),
        ("shorter", None),
        ("please be more friendly to her", None),
        ("", None),
    ],
)
def test_what_an_instruction_names(instruction: str, macro: str | None) -> None:
    found = named_by(instruction, ENGLISH, frozenset())
    assert (found.id if found else None) == macro


def test_what_is_not_wanted_is_not_named() -> None:
    found = named_by("use the macro “Warranty”", ENGLISH, {"warranty"})
    assert found is None or found.id != "warranty"


def test_words_are_not_followed_and_that_is_said() -> None:
    first = DRAFTER.draft(QUESTION)
    unwanted = frozenset(source.id for source in first.sources)
    other = DRAFTER.draft(replace(QUESTION, again=Again("be brief", unwanted)))
    assert "cannot be followed" in (other.note or "")
    assert {source.id for source in other.sources}.isdisjoint(unwanted)
    again = DRAFTER.draft(replace(QUESTION, again=Again("", unwanted)))
    assert "cannot be followed" not in (again.note or "")


def test_a_named_macro_that_is_not_true_of_the_order_says_why() -> None:
    named = replace(QUESTION, again=Again("use the macro “Parcel lost, send again”", frozenset()))
    draft = DRAFTER.draft(named)
    assert draft.text is None
    assert "cannot be used" in (draft.note or "")


def test_the_first_draft_is_as_it_always_was() -> None:
    draft = DRAFTER.draft(QUESTION)
    assert [source.id for source in draft.sources] == ["return-policy"]
    assert draft.note is None
