"""The line language of the lexicons, and that reading it takes linear time."""

from collections.abc import Iterator, Sequence

import pytest

from plugin.text import lexicons
from plugin.text.lexicons import LANGUAGES
from plugin.text.plain_words import plain_words
from plugin.text.word_lines import LineIndex, LineReader

KIN = {"KIN": ("son/daughter", "little one", "step*")}


def found(line: str, text: str) -> list[str]:
    """The stretches of `text` where `line` is found."""
    index: LineIndex[str] = LineIndex()
    index.add(line, LineReader(KIN), "label")
    words = plain_words(text).words
    return [" ".join(words[start:end]) for _, start, end in index.find(words)]


@pytest.mark.parametrize(
    ("line", "text", "expected"),
    [
        ("sue", "I SUE you, then süe, then s\u0301ueee.", ["sue", "sue", "sue"]),
        ("sue", "Susan pursues a suede shoe", []),
        ("threat*", "threats, threatening; a threat", ["threats", "threatening", "threat"]),
        ("*anwalt", "Mein Rechtsanwalt, Anwalt der Anwälte", ["rechtsanwalt", "anwalt"]),
        ("shop/store door", "shop door, store door, house door", ["shop door", "store door"]),
        ("trading_standards/bbb", "Trading Standards or BBB", ["trading standards", "bbb"]),
        ("my/our? lawyer says", "my lawyer says", ["my lawyer says"]),
        ("call my? bank", "call bank, call my bank", ["call bank", "call my bank"]),
        ("call .. bank", "call a b c d bank", ["call a b c d bank"]),
        ("call .. bank", "call a b c d e bank", []),
        ("call ... bank", "call a b c d e f g h bank", ["call a b c d e f g h bank"]),
        ("call .. bank", "Call me. My bank", []),
        (
            "my KIN",
            "my daughter, my little one, my stepson",
            ["my daughter", "my little one", "my stepson"],
        ),
        ("KIN NUMBER", "daughter 12, son x", ["daughter 12"]),
        ("i cant END", "I can't. I can't swim", ["i cant ."]),
        ("schön", "schön, schoen, schon", ["schon", "schoen", "schon"]),
    ],
)
def test_what_a_line_finds(line: str, text: str, expected: list[str]) -> None:
    assert found(line, text) == expected


def test_a_first_part_that_may_be_of_several_words_starts_a_line() -> None:
    assert found("KIN is/was hurt", "My little one was hurt") == ["little one was hurt"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_line_of_every_lexicon_can_be_read(language: str) -> None:
    sections = lexicons.sections(f"sensitive.{language}")
    reader = LineReader(sections)
    for header, lines in sections.items():
        for line in lines:
            assert reader.step(line) is not None, (header, line)


def test_every_condition_names_a_section_of_its_file() -> None:
    for language in LANGUAGES:
        sections = lexicons.sections(f"sensitive.{language}")
        shown = {name for header in sections for name in header.partition(" if ")[0].split()}
        needed = {name for header in sections for name in header.partition(" if ")[2].split()}
        assert needed <= shown | {"shouting"}, language


class Counting(Sequence[str]):
    """Words that count how often one is looked at."""

    def __init__(self, words: Sequence[str]) -> None:
        self.words = words
        self.looks = 0

    def __len__(self) -> int:
        return len(self.words)

    def __getitem__(self, at: int) -> str:  # type: ignore[override]  # no slices are asked for
        self.looks += 1
        return self.words[at]

    def __iter__(self) -> Iterator[str]:
        self.looks += len(self.words)
        return iter(self.words)


@pytest.mark.parametrize(
    "repeated",
    [
        ("i",),
        ("i", "will", "come", "with"),
        ("my", "bank", "has", "opened", "a", "claim"),
        ("ich", "habe", "die", "karte"),
        ("a", "la", "mi", "en"),
        (".",),
    ],
    ids=" ".join,
)
def test_looking_is_linear_in_the_text(repeated: tuple[str, ...]) -> None:
    index: LineIndex[str] = LineIndex()
    for language in LANGUAGES:
        sections = lexicons.sections(f"sensitive.{language}")
        reader = LineReader(sections)
        for header, lines in sections.items():
            for line in lines if not header.isupper() else ():
                index.add(line, reader, header)

    def looks(times: int) -> int:
        words = Counting(repeated * times)
        for _ in index.find(words):
            pass
        return words.looks

    once, twice = looks(1_000), looks(2_000)
    assert once < twice < 2.1 * once
