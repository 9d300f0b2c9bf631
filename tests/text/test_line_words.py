"""A text that lacks a line's words is never one that the line matches."""

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.text.clauses import _rules as clause_rules
from plugin.text.clauses import clauses, whole_sentences
from plugin.text.lexicons import LANGUAGES, sections
from plugin.text.line_words import LineWords
from plugin.text.promise_rules import rules
from plugin.text.sieve import Known, Sieve
from plugin.text.tokens import canonical

from .strategies import HOSTILE

_SEEN = Path(__file__).parent / "commitments" / "seen.jsonl"
SECTIONS = {"MONEY": ("cash", "AMOUNT"), "AMOUNT": (r"[$€] ?\d\S*", r"\w+ dollars?")}


@pytest.mark.parametrize(
    ("line", "needs"),
    [
        ("refund", [{"refund"}]),
        ("refund(?:s|ed)?", [{"refund", "refunds", "refunded"}]),
        (r"receiv\w*", [{"receiv*"}]),
        (r"\w*kosten", [{"*kosten"}]),
        (r"\w+ed", [{"*ed"}]),
        (r"\w*erstatt\w+", [{"*erstatt*"}]),
        ("resen[dt]", [{"resend", "resent"}]),
        ("(?:i|we) will", [{"i", "we"}, {"will"}]),
        ("policy|terms of use", [{"policy", "terms"}]),
        ("(?:a|on the) house", [{"a", "the"}, {"house"}]),
        ("not(?! (?:worry|only))", [{"not"}]),
        ("(?<!as )you .* asked", [{"you"}, {"asked"}]),
        (r"(?:\S+ ){0,5}paid", [{"*paid"}]),
        ("back .. MONEY", [{"back"}, {"cash", "$", "€", "dollar", "dollars"}]),
        (r"\d{1,2}(?:st|nd) of", [{"0*st", "0*nd"}, {"of"}]),
        (r"\d+ ?%", [{"%"}]),
        (r"pre-paid \?", [{"paid"}, {"?"}]),
        (r"\S+ (?:\w+ )?here", [{"here"}]),
        (r".* \S+", []),
    ],
)
def test_what_a_line_needs(line: str, needs: list[set[str]]) -> None:
    assert [set(words) for words in LineWords(SECTIONS).needs(line)] == needs


def _possible(text: str, *patterns: list[set[str]]) -> list[int]:
    sieve = Sieve([[frozenset(words) for words in needs] for needs in patterns])
    found = sieve.possible(text, Known(sieve))
    return [number for number in range(len(patterns)) if found >> number & 1]


@pytest.mark.parametrize(
    ("needs", "text", "passes"),
    [
        ([{"will"}], "we will", True),
        ([{"will"}], "goodwill", False),
        ([{"reimburs*"}], "reimbursed", True),
        ([{"reimburs*"}], "reim", False),
        ([{"*erstattung"}], "rückerstattung", True),
        ([{"*erstattung"}], "erstattungen", False),
        ([{"*erstatt*"}], "rückerstatten", True),
        ([{"*erstatt*"}], "statt", False),
        ([{"0*st"}], "on the 21st", True),
        ([{"0*st"}], "first", False),
        ([{"%"}, {"off"}], "20% off", True),
        ([{"%"}, {"off"}], "20 off", False),
        ([{"a"}, {"b"}, {"c"}], "c b a", True),
        ([{"a"}, {"b"}, {"c"}], "a b", False),
        ([], "anything", True),
        ([{"*x*"}], "anything", True),
    ],
)
def test_a_text_passes_with_a_word_for_every_need(
    needs: list[set[str]], text: str, passes: bool
) -> None:
    assert _possible(text, [{"other"}], needs, [{"another"}]) == ([1] if passes else [])


def _seen_texts(language: str) -> list[str]:
    rows = (json.loads(line) for line in _SEEN.read_text("utf-8").splitlines())
    return [row["text"] for row in rows if row["language"] == language]


@cache
def _seen_clauses(language: str) -> tuple[str, ...]:
    return tuple(clause for text in _seen_texts(language) for clause in _clauses(text, language))


def _clauses(text: str, language: str) -> Iterator[str]:
    for sentence in whole_sentences(canonical(text)):
        yield from clauses(sentence, language)


def _missed(clause: str, language: str) -> list[str]:
    """The lines of a lexicon that a clause matches, though its words rule that out."""
    lexicon = rules(language)
    possible = lexicon._sieve.possible(clause, lexicon.words())
    return [
        line
        for number, (_, line) in enumerate(lexicon._lines)
        if not possible >> number & 1 and lexicon._pattern(number).search(clause)
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_line_is_passed_over_that_a_reply_matches(language: str) -> None:
    assert not [
        missed for clause in _seen_clauses(language) if (missed := _missed(clause, language))
    ]


@given(st.data(), st.sampled_from(LANGUAGES))
def test_no_line_is_passed_over_whatever_the_words(data: st.DataObject, language: str) -> None:
    # Words of replies beside words of the lexicon's own lines, as far as those are spelled out.
    words = sorted({word for clause in _seen_clauses(language) for word in clause.split()})
    lines = sorted({part for _, line in rules(language)._lines for part in _letters(line)})
    one = st.sampled_from(words) | st.sampled_from(lines) | st.sampled_from(["5", "$5", "3/5", "?"])
    clause = " ".join(data.draw(st.lists(one, max_size=12)))
    assert not _missed(clause, language)


def _letters(line: str) -> list[str]:
    return re.findall(r"[^\W\d_]{2,}", line)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_clause_ends_where_the_lexicon_says(language: str) -> None:
    as_listed = re.compile("|".join(sections(f"promises.{language}")["clause_end"]))
    for text in (*_seen_texts(language), *HOSTILE):
        line = text[:500].casefold()
        assert clause_rules(language).end.split(line) == as_listed.split(line)


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("We can't", "we can not"),
        ("we cannot, we cant", "we can not we can not"),
        ("It won't, it wont", "it will not it will not"),
        ("I don't", "i do not"),
        ("we'll we've we're i'm", "we will we have we are i am"),
        ("I'd they'd", "i would they would"),
        ("that's there's", "that is there is"),
        ("According to UPS, it left", "according to ups it left"),
    ],
)
def test_short_forms_are_spelled_out(short: str, long: str) -> None:
    assert " ".join(clauses(short, "en")) == long
