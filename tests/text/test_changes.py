import pytest
from hypothesis import given, settings

from plugin.text.changes import changed, changes, differing_sentences
from plugin.text.entities import KINDS, Entities, entities, sentences
from plugin.text.stretches import Stretches
from plugin.text.tokens import canonical

from .strategies import HOSTILE, TEXTS, edited_facts


def _changed_as_a_whole(draft: str, final: str) -> frozenset[str]:
    """By reading both texts in full, as `changed` is meant."""
    before, after = (entities("\n".join(lines)) for lines in differing_sentences(draft, final))
    return frozenset(kind for kind in KINDS if getattr(before, kind) != getattr(after, kind))


def _read_in_stretches(lines: list[str]) -> Entities:
    read = [entities(stretch) for stretch in Stretches().of(lines)]
    return Entities(
        *(tuple(key for found in read for key in getattr(found, kind)) for kind in KINDS)
    )


@given(edited_facts())
@settings(max_examples=300)
def test_what_changed_is_what_reading_both_texts_in_full_finds(texts: tuple[str, str]) -> None:
    draft, final = map(canonical, texts)
    assert changed(draft, final) == _changed_as_a_whole(draft, final)


@given(TEXTS, TEXTS)
def test_any_two_texts_change_as_in_full(draft: str, final: str) -> None:
    draft, final = canonical(draft), canonical(final)
    assert changed(draft, final) == _changed_as_a_whole(draft, final)


@given(edited_facts())
@settings(max_examples=300)
def test_stretches_hold_every_entity_of_the_text(texts: tuple[str, str]) -> None:
    lines = sentences(canonical(texts[0]))
    assert _read_in_stretches(lines) == entities("\n".join(lines))


@pytest.mark.parametrize(
    "text",
    [
        "a lamp for no problem lamp",
        "no problem",
        "no problem , lamp",
        "lamp 5 000 123 USD lamp",
        "lamp 5 toseven days lamp",
        "lamp word7 days lamp",
        "lamp 12 3 May, 2026 lamp",
        "lamp order number: 77 lamp",
        "lamp invoice nr 77 lamp",
        "lamp next week lamp",
        "lamp # 77 lamp",
        "lamp $ 20 per cent lamp",
        "5 $50.00 $51.00 EUR",
        "by  May  5  days",
        "please do not hesitate to call",
        "please do lamp not hesitate",
        "x1march 3 ab12may 3",
        "das große Auto, zwei Tage, nicht",
        "https://a.de/b 5 days http://localhost 5%",
    ],
)
def test_stretches_hold_entities_across_words(text: str) -> None:
    assert _read_in_stretches([text]) == entities(text)


def test_ordinary_words_are_left_out() -> None:
    line = "please look at word7 word8, our lamp costs $5 and 20 % of the vase, thanks"
    assert list(Stretches().of([line])) == [
        "x at word7 x",
        "x word8, x",
        "x $5 x",
        "x 20 % of the x",
    ]


@pytest.mark.parametrize(
    ("draft", "final", "kinds"),
    [
        ("lamp $5 vase $6 rug", "lamp $6 vase $5 rug", {"amounts"}),
        ("lamp $5 vase 6 of $5 rug", "lamp vase 6 of $5 rug $5 sofa", set()),
        ("lamp $5 vase 6 of $7 rug", "lamp vase 6 of $7 rug $5 sofa", {"amounts"}),
        ("lamp $5 vase rug", "lamp vase rug $5", set()),
        ("lamp $5 vase #6 rug", "lamp vase #6 rug $5", set()),
        ("lamp $5 vase $6 rug", "lamp vase $6 rug $5", {"amounts"}),
        ("lamp $5 vase", "lamp 5 vase", {"amounts", "numbers"}),
        ("lamp 3 May vase", "lamp May 3rd vase", set()),
        ("lamp in 5 days", "lamp in 5 new days", {"dates", "numbers"}),
        ("lamp 5 days", "lamp 5 calendar days", {"dates"}),
        ("we will not go", "we will go", {"negations"}),
        ("call us. no problem", "call us, no problem", {"negations"}),
    ],
)
def test_kinds_that_changed(draft: str, final: str, kinds: set[str]) -> None:
    assert changed(draft, final) == kinds == _changed_as_a_whole(draft, final)


def test_each_kind_is_named_once() -> None:
    assert list(changes(["lamp $5 vase $6 rug"], ["lamp $7 vase $8 rug"])) == ["amounts"]


def test_only_the_kinds_asked_for_are_compared() -> None:
    assert changed("lamp $5 on Monday", "lamp $6 on Friday", ["dates"]) == {"dates"}


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:8]))
def test_hostile_texts(text: str) -> None:
    draft, final = canonical(f"{text} end"), canonical(f"the {text} $5")
    assert changed(draft, final) == _changed_as_a_whole(draft, final)
