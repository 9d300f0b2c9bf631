import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.types import ActionRequest, Money
from plugin.text.grounding import ungrounded

from .strategies import HOSTILE, TEXTS


def _words(text: str, *facts: str, language: str | None = "en") -> list[str]:
    found = ungrounded(text, grounded=facts, language=language)
    return [each.words for each in found]


@pytest.mark.parametrize(
    ("language", "text", "fact"),
    [
        ("en", "We refunded $54.20.", "54.20 USD"),
        ("en", "Forty dollars are back.", "40.00 USD"),
        ("en", "We refunded 54.20 to you.", "54.20 USD"),
        ("en", "It is 50 cents.", "0.50 USD"),
        ("en", "We took fifty percent off.", "50%"),
        ("en", "It was placed on May 3rd.", "2026-05-03"),
        ("en", "It was placed on 05/03/2026.", "2026-05-03"),
        ("en", "It left on Friday, 8 May.", "2026-05-08"),
        ("en", "You have two weeks.", "Returns within 14 days"),
        ("en", "It takes 3-5 business days.", "3 to 5 business days"),
        ("en", "You have 48 hours.", "2 days"),
        ("en", "See shop.example/x.", "https://a.example and shop.example/x"),
        ("en", "Order #1002 is paid.", "1002"),
        ("de", "Das sind 1.234,56 €.", "1234.56 EUR"),
        ("de", "Das sind 1.234 €.", "1234 EUR"),
        ("de", "Das sind zweihundertfünfzig Euro.", "250.00 EUR"),
        ("de", "Am Freitag, den 8. Mai, kam es an.", "2026-05-08"),
        ("de", "Am 12.05. kommt es.", "2026-05-12"),
        ("fr", "Ce sont quatre-vingt-dix euros.", "90.00 EUR"),
        ("fr", "Entre le 4 et le 6 juin.", "2026-06-04, 2026-06-06"),
        ("es", "Son $1,250.00 MXN.", "1250.00 MXN"),
        ("es", "Son treinta y cinco euros.", "35 EUR"),
        ("it", "Sono trentacinque euro.", "35 EUR"),
        ("pt", "São vinte e cinco reais.", "25.00 BRL"),
        ("nl", "Dat is vijfentwintig euro.", "25 EUR"),
        ("nl", "Binnen een week.", "7 dagen"),
    ],
)
def test_another_notation_of_a_given_value_is_given(language: str, text: str, fact: str) -> None:
    assert _words(text, fact, language=language) == []
    assert _words(text, language=language) != []


@pytest.mark.parametrize(
    ("language", "text", "fact", "words"),
    [
        ("en", "We refunded $45.20.", "54.20 USD", "$45.20"),
        ("en", "We refunded $54.21.", "54.20 USD", "$54.21"),
        ("en", "We refunded €54.20.", "54.20 USD", "€54.20"),
        ("en", "We can give $20-30 back.", "20.00 USD", "$20-30"),
        ("en", "It arrives between 4 and 6 June.", "2026-06-04", "4 and 6 June"),
        ("en", "It arrives tomorrow.", "2026-06-04", "tomorrow"),
        ("en", "We will call within an hour.", "", "an hour"),
        ("en", "Use the code FRIENDS.", "", "FRIENDS"),
        ("en", "See https://shop-example.com/a.", "https://shop.example/a", None),
        ("de", "Am Montag, 8. Mai.", "2026-05-08 (Freitag)", "Montag"),
        ("de", "Das macht 100 Tage.", "30 Tage", "100 Tage"),
        ("de", "Wir melden uns morgen.", "", "morgen"),
        ("fr", "Il arrivera jeudi prochain.", "Colissimo", "jeudi prochain"),
        ("es", "Cancelado el pedido ES-773.", "ES-733", "ES-773"),
        ("it", "Arriva entro sabato.", "BRT", "sabato"),
        ("pt", "Cai na sua conta na segunda.", "", "segunda"),
        ("nl", "Dat is € 1.243,56.", "1234.56 EUR", "€ 1.243,56"),
    ],
)
def test_what_was_not_given_is_named(
    language: str, text: str, fact: str, words: str | None
) -> None:
    found = _words(text, fact, language=language)
    assert len(found) == 1
    assert words is None or found == [words]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Thank you for getting in touch today."),
        ("en", "Good morning, have a great weekend!"),
        ("en", "1. Three mugs in size 42, 1200 ml each, since 2024."),
        ("de", "Guten Morgen Frau Sommer"),
        ("es", "Buenos días"),
        ("nl", "Goedemorgen"),
    ],
)
def test_greetings_counts_and_sizes_state_nothing(language: str, text: str) -> None:
    assert _words(text, language=language) == []


def test_a_declared_action_gives_its_values() -> None:
    action = ActionRequest("refund", amount=Money.parse("54.20", "USD"), order="1002")
    text = "We refunded $54.20 for order #1002, not $54.00."
    found = ungrounded(text, actions=[action], grounded=[], language="en")
    assert [(each.kind, each.words) for each in found] == [("amount", "$54.00")]


@pytest.mark.parametrize(
    "text",
    [
        "We refunded ٥٤.٢٠ USD.",
        "We refunded 5\U0001d7d2.20 USD.",
        "We refunded $54.2O.",
        "We refunded \u202e54.20 USD.",
        "We refunded 54\x00.20 USD.",
        "We refunded 5\u200d4.20 USD.",
        "See shоp.example/x",  # noqa: RUF001 (that is the point)
    ],
    ids=ascii,
)
def test_what_cannot_be_read_for_certain_was_not_given(text: str) -> None:
    assert _words(text, "54.20 USD", "54 USD", "54.2 USD", "shop.example/x") != []


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:8]))
@pytest.mark.parametrize("language", ["en", "de", "xx"])
def test_hostile_texts(text: str, language: str) -> None:
    assert isinstance(ungrounded(text, grounded=[text[:500]], language=language), tuple)


@given(TEXTS, st.sampled_from(["en", "de", "fr", "es", "it", "pt", "nl", None]))
def test_more_facts_never_leave_more_ungrounded(text: str, language: str | None) -> None:
    alone = set(ungrounded(text, grounded=[], language=language))
    assert set(ungrounded(text, grounded=["54.20 USD", text], language=language)) <= alone
