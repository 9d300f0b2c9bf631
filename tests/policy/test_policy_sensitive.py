"""`sensitive`, `sentiment` and the merchant's own words for them."""

import pytest

from plugin.models import Facts, Oversight
from plugin.policy.load import check, load
from plugin.policy.record import decide_line
from plugin.text.sensitive import TOPICS

from .policy_samples import decided, draft, one_policy, reason

OWN_WORDS = """
version: 1
sensitive_words:
  legal_threat: [Verbraucherzentrale Nord, "my brother the judge"]
  press: 小さな新聞
  negative: [never in my life]
policies:
  - {id: topic, require: approval, when: {sensitive: any}}
  - {id: anger, require: review, when: {sentiment: negative}}
"""


def wrong_with(words: str) -> list[tuple[str, str]]:
    problems = check(f"version: 1\nsensitive_words: {words}\n")
    return [(problem.field, problem.message) for problem in problems]


@pytest.mark.parametrize(
    ("message", "policy"),
    [
        ("Ich frage die VERBRAUCHERZENTRALE  nord.", "topic"),
        ("I asked My Brother, the Judge", "topic"),
        ("昨日の小さな新聞に話します", "topic"),
        ("Never in my life have I seen that.", "anger"),
    ],
)
def test_a_merchants_own_words_count(message: str, policy: str) -> None:
    hits = decided(OWN_WORDS, draft(), Facts(message=message, language="en")).policies
    assert policy in [hit.id for hit in hits]


def test_a_merchants_own_words_count_as_whole_words_only() -> None:
    message = "The Verbraucherzentralen in the north, and my brother the judges' clerk"
    hits = decided(OWN_WORDS, draft(), Facts(message=message, language="en")).policies
    assert "my brother the" not in str(hits)


def test_a_merchants_own_word_counts_where_ours_would_be_harmless() -> None:
    head = "sensitive_words: {press: court shoes}"
    facts = Facts(message="Are the court shoes back?", language="en")
    told = reason(one_policy("{sensitive: any}", head=head), draft(), facts)
    assert told == 'The customer\'s message mentions the press: "court shoes".'
    assert reason(one_policy("{sensitive: any}"), draft(), facts) is None


def test_own_words_of_one_file_are_not_anothers() -> None:
    load(OWN_WORDS)
    plain = one_policy("{sensitive: any}")
    facts = Facts(message="I asked my brother the judge", language="en")
    assert reason(plain, draft(), facts) is None


def test_an_unknown_topic_says_what_was_meant() -> None:
    field, message = wrong_with("{legal_treat: [ombudsman]}")[0]
    assert field == "sensitive_words.legal_treat"
    assert message.endswith('not "legal_treat"; did you mean legal_threat?')
    problem = check(one_policy("{sensitive: chargebak}"))[0]
    assert problem.message.endswith('not "chargebak"; did you mean chargeback?')


@pytest.mark.parametrize(
    ("words", "field"),
    [
        ("[ombudsman]", "sensitive_words"),
        ("{press: []}", "sensitive_words.press"),
        ("{press: {a: b}}", "sensitive_words.press"),
        ("{press: ['']}", "sensitive_words.press[0]"),
        ("{press: [radio, '?!']}", "sensitive_words.press[1]"),
        (f"{{press: {'x' * 101}}}", "sensitive_words.press"),
        (f"{{press: [{', '.join(f'word {n}' for n in range(201))}]}}", "sensitive_words.press"),
    ],
)
def test_wrong_words_are_refused_where_they_stand(words: str, field: str) -> None:
    assert [at for at, _ in wrong_with(words)] == [field]


def test_the_most_words_that_may_be_are_taken() -> None:
    most = ", ".join(f"{'x' * 95} {n}" for n in range(100, 300))
    assert wrong_with(f"{{press: [{most}]}}") == []


@pytest.mark.parametrize("sentiment", ["positive", "[negative]", "true"])
def test_only_negative_is_a_sentiment(sentiment: str) -> None:
    assert [p.level for p in check(one_policy(f"{{sentiment: {sentiment}}}"))] == ["error"]


def test_any_is_every_topic() -> None:
    both = one_policy("{sensitive: any}"), one_policy(f"{{sensitive: [{', '.join(TOPICS)}]}}")
    first, second = (load(source).policies[0].conditions for source in both)
    assert first == second


def test_the_filter_reads_the_message() -> None:
    file = load(one_policy("{sensitive: self_harm}", verdict="require: block"))
    line = {"text": "Hello.", "actions": [], "tags": [], "language": "en"}
    held = decide_line(file, line | {"message": "I want to end my life."})
    assert held["oversight"] == Oversight.BLOCK
    assert held["policies"] == [
        {"id": "p", "reason": 'The customer\'s message mentions self-harm: "end my life".'}
    ]
    assert decide_line(file, line | {"message": "Where is it?"})["policies"] == []
    unread = decide_line(file, line)["policies"]
    assert unread[0]["reason"] == (
        "The customer's message is not known, so this policy counts as met."
    )


def test_every_topic_has_its_words_in_reasons() -> None:
    for topic in TOPICS:
        head = f"sensitive_words: {{{topic}: [zyx]}}"
        told = reason(one_policy(f"{{sensitive: {topic}}}", head=head), draft(), Facts("zyx"))
        assert told is not None
        assert told.endswith(': "zyx".')
