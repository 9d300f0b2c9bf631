from decimal import Decimal

import pytest
from hypothesis import given

from plugin.text.amounts import amounts
from plugin.text.changes import changed
from plugin.text.entities import KINDS, entities, sentences
from plugin.text.tokens import canonical

from .strategies import HOSTILE, TEXTS


@pytest.mark.parametrize(
    ("text", "readings", "currency"),
    [
        ("$50", ["50"], "USD"),
        ("50.00 USD", ["50.00"], "USD"),
        ("USD50", ["50"], "USD"),
        ("US$ 50", ["50"], "USD"),
        ("€1.234,56", ["1234.56"], "EUR"),
        ("€1,234.56", ["1234.56"], "EUR"),
        ("1 234,50 €", ["1234.50"], "EUR"),
        ("1\u202f234,50\u00a0€", ["1234.50"], "EUR"),
        ("CHF 1'234.50", ["1234.50"], "CHF"),
        ("CHF 20.-", ["20"], "CHF"),
        ("50 bucks", ["50"], "USD"),
        ("¥4,980", ["4.980", "4980"], "JPY"),
        ("￥４，９８０", ["4.980", "4980"], "JPY"),  # noqa: RUF001 - full width
        ("4980円", ["4980"], "JPY"),
        ("€1.234", ["1.234", "1234"], "EUR"),
        ("$1,234,567", ["1234567"], "USD"),
        ("$5k", ["5000"], "USD"),
        ("-$5", ["-5"], "USD"),
        ("R$ 10", ["10"], "BRL"),
        ("20 %", ["20"], "%"),
        ("20 percent", ["20"], "%"),
        ("0.500 GBP", ["0.500"], "GBP"),
        ("50 cents", ["50"], "CENT"),
        ("$1,23,4", [], "USD"),
        (f"${'9' * 50}", [], "USD"),
    ],
)
def test_amount(text: str, readings: list[str], currency: str) -> None:
    (found,) = amounts(canonical(text))
    assert found.readings == tuple(Decimal(reading) for reading in readings)
    assert found.currency == currency


@pytest.mark.parametrize(
    "text", ["5 business days", "order 1002", "1.5.2026", "kr", "try 50", "USDT 5x", "x50"]
)
def test_no_amount(text: str) -> None:
    assert not list(amounts(text))


@pytest.mark.parametrize(
    ("kind", "text", "keys"),
    [
        ("orders", "your order #1002", ("1002",)),
        ("orders", "order no. 77 and ORD-1002", ("77", "ord-1002")),
        ("orders", "Ihre Bestellung 4711", ("4711",)),
        ("dates", "on 3 May, May 3rd, 3. Mai", ("3 month 5",) * 3),
        ("dates", "in 5 business days", ("5 business day",)),
        ("dates", "two weeks or next week", ("two week", "next week")),
        ("dates", "by Fri. or Friday", ("fri", "weekday 5")),
        ("dates", "2026-05-03 at 14:30", ("2026-05-03", "14:30")),
        ("dates", "you may march on", ()),
        ("dates", "am Montag um 9 Uhr", ("weekday 1", "9 uhr")),
        ("links", "see https://Example.com/Ab.", ("https://example.com/Ab",)),
        ("links", "(www.example.com/x)", ("www.example.com/x",)),
        ("links", "open http://localhost/Ab", ("http://localhost/Ab",)),
        ("links", "mail a.b@example.co.uk!", ("a.b@example.co.uk",)),
        ("links", "It is done.Thanks e.g. now", ()),
        ("negations", "We can't, cannot, won't", ("not", "not", "not")),
        ("negations", "Don't hesitate. No problem!", ()),
        ("negations", "There is no problem.", ("no",)),
        ("negations", "ce n'est pas", ("ne", "pas")),
        ("numbers", "2 mugs, K7Q2M and seven", ("2", "k7q2m", "seven")),
    ],
)
def test_entities(kind: str, text: str, keys: tuple[str, ...]) -> None:
    assert getattr(entities(text), kind) == keys


@given(TEXTS)
def test_nothing_changes_in_the_same_text(text: str) -> None:
    assert not changed(canonical(text), canonical(text))


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:8]))
def test_hostile_texts(text: str) -> None:
    found = entities(canonical(text))
    assert all(isinstance(getattr(found, kind), tuple) for kind in KINDS)


def test_sentences() -> None:
    assert sentences("One. Two!\nThree 3.5\n\n") == ["One.", "Two!", "Three 3.5"]
