"""Sensitive topics and strong anger: how much is found, and hostile ways to write."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.sensitive import KINDS, Half, judged
from plugin.text.lexicons import LANGUAGES
from plugin.text.sensitive import (
    TOPICS,
    find_topics,
    has_sensitive_lexicon,
    is_findable,
    negative,
)

from .strategies import HOSTILE

# Slightly under what was measured. The lexicons were tuned on the seen half: only the unseen one
# says what to expect, and its messages were made up in the same way.
SEEN_RECALL = dict.fromkeys(KINDS, 0.95)
UNSEEN_RECALL = {
    "legal_threat": 0.95,
    "chargeback": 0.70,
    "safety": 0.75,
    "self_harm": 0.65,
    "threat": 0.70,
    "press": 0.80,
    "minor": 0.60,
    "data_protection": 0.60,
    "negative": 0.85,
}


@pytest.fixture(scope="module", params=["seen", "unseen"])
def half(request: pytest.FixtureRequest) -> Half:
    return judged(request.param)


def test_how_much_is_found(half: Half) -> None:
    floors = SEEN_RECALL if half.name == "seen" else UNSEEN_RECALL
    short = {kind: half.recall(kind) for kind in KINDS if half.recall(kind) < floors[kind]}
    assert short == {}


def test_how_often_it_is_a_false_alarm(half: Half) -> None:
    most = 0.015 if half.name == "seen" else 0.03
    assert {kind: half.alarm_rate(kind) for kind in KINDS if half.alarm_rate(kind) > most} == {}
    alarmed_traps = half.alarmed_traps["all"] / half.traps["all"]
    assert alarmed_traps <= (0.06 if half.name == "seen" else 0.12)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_language_is_forgotten(half: Half, language: str) -> None:
    found = sum(half.found[kind, language] for kind in KINDS)
    assert found / sum(half.wanted[kind, language] for kind in KINDS) >= 0.65


@pytest.mark.parametrize(
    "harmless",
    [
        "I scanned the label and the code does not work.",
        "Please cancel the order, I ordered by mistake.",
        "Do you have the court shoes in size 6?",
        "Tout le monde est content du cadeau, merci.",
        "¿Cuándo llega? Todo el mundo espera.",
        "Vorrei la maglia con la striscia blu.",
        "Ma commande arrive quand ? Livrée par DPD.",
        "Wie viele Flaschen Eierlikör sind im Korb?",
        "The mirror has a crack, may I return it?",
        "Could I pay with my credit card, free of charge?",
        "My son is 12 and loves it. Another one in blue?",
        "Ik heb per ongeluk twee keer besteld.",
        "A bath bomb, a garlic press and a smoke alarm, please.",
        "Bless you, the jacket is great, and the pros and cons were helpful.",
        "The cap lies flat and the wrist band fits.",
    ],
)
def test_harmless_words_that_look_alike(harmless: str) -> None:
    assert find_topics(harmless) == {}
    assert negative(harmless) is None


@pytest.mark.parametrize(
    "disguised",
    [
        "my lawyer will write",
        "MY LAWYER WILL WRITE",
        "my law\u200byer will write",
        "my l\u00adaw\u2060y\ufeffer will write",
        "my l\u0430wy\u0435r will write",
        "my \uff4c\uff41\uff57\uff59\uff45\uff52 will write",
        "my \U0001d425\U0001d41a\U0001d430\U0001d432\U0001d41e\U0001d42b will write",
        "my laaaawyerrrrr will write",
        "my láwyèr will write",
        "my\nlawyer\twill write",
        "¡¡my lawyer!!",
        "no.my lawyer.will write",
    ],
)
def test_a_disguise_does_not_hide_it(disguised: str) -> None:
    assert list(find_topics(disguised)) == ["legal_threat"]


@pytest.mark.parametrize(
    "unit",
    ["!", "?! ", "a", "a ", "my ", "\n ", "\u0301", "\u200b", ". 1", "'", "ü", "弁", "!\n\n", "😡"],
)
def test_a_hundred_kilobytes_on_one_line_come_back(unit: str) -> None:
    # A step that were quadratic here would take minutes.
    text = unit * (100_000 // len(unit)) + " my lawyer"
    assert "legal_threat" in find_topics(text)
    assert "legal_threat" in find_topics("my lawyer " + unit * (100_000 // len(unit)))


def test_the_words_found_are_told_as_they_were_written() -> None:
    assert find_topics("You'll hear from My   SOLICITOR!")["legal_threat"] == "SOLICITOR"
    assert negative("That is DISGUSTING.") == "DISGUSTING"


@pytest.mark.parametrize(
    ("language", "known"),
    [("en", True), ("pt-BR", True), ("NL_be", True), ("fi", False), ("", False), (None, False)],
)
def test_which_languages_have_words(language: str | None, known: bool) -> None:
    assert has_sensitive_lexicon(language) is known


def test_topics_come_in_one_order() -> None:
    text = "A journalist knows that I will sue, and my card was used by a stranger."
    assert list(find_topics(text)) == [topic for topic in TOPICS if topic in find_topics(text)]
    assert len(find_topics(text)) > 1


def test_own_words_need_a_word() -> None:
    assert is_findable("ombudsman 7")
    assert not is_findable("?! ...")


@given(st.text() | st.sampled_from(HOSTILE))
def test_any_text_is_read(text: str) -> None:
    assert set(find_topics(text)) <= set(TOPICS)
    assert negative(text) != ""
