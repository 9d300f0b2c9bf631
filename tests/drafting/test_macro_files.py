from decimal import Decimal

import pytest

from plugin.drafting.macros import AmountRule, Basis, Kind, Macro, content_digest, load_macros
from plugin.errors import InvalidInputError

from .support import DEMO, MACROS

PLAIN = """- id: one
  title: One
  intent: order_status
  language: en
  text: Hi {customer_name}
"""


def load_one(extra: str = "") -> Macro:
    return load_macros(PLAIN + extra)[0]


def test_a_macro_is_typed() -> None:
    damaged = load_macros(MACROS)[1]

    assert damaged.id == "damaged"
    assert damaged.kind is Kind.MACRO
    assert damaged.examples == ("My item arrived broken.", "The mug is cracked.")
    assert damaged.actions[0].amount == AmountRule(Basis.ITEM_PRICE)
    assert load_macros(MACROS)[3].kind is Kind.KNOWLEDGE


def test_examples_and_actions_may_be_missing() -> None:
    assert load_one().examples == ()
    assert load_one().actions == ()


def test_scalars_stay_text() -> None:
    source = PLAIN.replace("language: en", "language: no").replace("title: One", "title: 1.10")
    macro = load_macros(source)[0]

    assert macro.language == "no"
    assert macro.title == "1.10"


def test_an_unquoted_amount_is_exact() -> None:
    macro = load_one("  actions: [{type: store_credit, amount: 10.10, currency: USD}]\n")

    assert macro.actions[0].amount == AmountRule(Basis.FIXED, Decimal("10.10"))


def test_a_share_is_read() -> None:
    macro = load_one('  actions: [{type: discount, amount: "15%"}]\n')

    assert macro.actions[0].amount == AmountRule(Basis.PERCENT, Decimal(15))


@pytest.mark.parametrize(
    ("source", "field", "message"),
    [
        ("", "macros", "line 1: the file is empty"),
        ("a: 1\n", "macros", "line 1: expected a list"),
        ("- just text\n", "macros[0]", "line 1: expected a mapping of keys to values"),
        ("- [\n", "macros", "line 2: not YAML: "),
        ("- &a [*a]\n", "macros[0][0]", "line 1: aliases are not allowed"),
        ("[" * 5000, f"macros{'[0]' * 11}", "line 1: expected at most 10 levels of nesting"),
        ("- \x00", "macros", "line 1: expected printable text"),
        ("- {? [a] : b}\n", "macros[0]", "line 1: expected text as a key"),
        (PLAIN + PLAIN, "macros[1]", "line 6: the id 'one' stands in the file twice"),
        (PLAIN + "  id: two\n", "macros[0].id", "line 6: this key stands here twice"),
        (PLAIN.replace("  title: One\n", ""), "macros[0]", "line 1: the key 'title' is missing"),
        (PLAIN + "  exmples: []\n", "macros[0].exmples", "unknown key 'exmples'; did you mean"),
        (PLAIN + "  zzz: []\n", "macros[0].zzz", "unknown key 'zzz'; expected one of actions,"),
        (PLAIN.replace("One", "''"), "macros[0].title", "line 2: expected some text, found none"),
        (PLAIN + "  examples: [[a]]\n", "macros[0].examples[0]", "line 6: expected text"),
        (PLAIN + "  kind: makro\n", "macros[0].kind", "did you mean 'macro'?"),
        (PLAIN.replace("en\n", "english\n"), "macros[0].language", "two letters of ISO 639-1"),
        (PLAIN.replace("order_status", "Order"), "macros[0].intent", "lower case letters"),
        (
            PLAIN.replace("customer_name", "custmer_name"),
            "macros[0].text",
            "line 5: unknown placeholder 'custmer_name'; did you mean 'customer_name'?",
        ),
        (PLAIN.replace("{customer_name}", "'{'"), "macros[0].text", "a brace stands alone"),
        (
            PLAIN.replace("{customer_name}", "{customer_name.__class__}"),
            "macros[0].text",
            "unknown placeholder 'customer_name.__class__'",
        ),
        (
            PLAIN.replace("{customer_name}", "{refund_amount}"),
            "macros[0].text",
            "{refund_amount} needs an action of type refund with an amount",
        ),
        (PLAIN + "  actions: [{amount: 1}]\n", "macros[0].actions[0]", "'type' is missing"),
        (
            PLAIN + "  actions: [{type: refnd}]\n",
            "macros[0].actions[0].type",
            "unknown action 'refnd'; did you mean 'refund'?",
        ),
        (
            PLAIN + "  actions: [{type: refund, amount: a lot}]\n",
            "macros[0].actions[0].amount",
            "expected order_total, item_price, shipping,",
        ),
        (PLAIN + "  actions: [{type: refund, amount: -5}]\n", "macros[0].actions[0].amount", "ex"),
        (PLAIN + "  actions: [{type: refund, amount: 0}]\n", "macros[0].actions[0].amount", "ex"),
        (PLAIN + "  actions: [{type: refund, amount: 0%}]\n", "macros[0].actions[0].amount", "e"),
        (PLAIN + "  actions: [{type: refund, amount: 101%}]\n", "macros[0].actions[0].amount", ""),
        (
            PLAIN + "  actions: [{type: cancel_order, amount: '1'}]\n",
            "macros[0].actions[0]",
            "cancel_order moves no money",
        ),
        (
            PLAIN + "  actions: [{type: refund, amount: order_total, currency: USD}]\n",
            "macros[0].actions[0]",
            "a currency belongs to a fixed amount",
        ),
        (
            PLAIN + "  actions: [{type: refund, amount: '1.50', currency: JPY}]\n",
            "macros[0].actions[0]",
            "more decimal places than JPY",
        ),
        (
            PLAIN + "  actions: [{type: refund, amount: '1.50', currency: usd}]\n",
            "macros[0].actions[0]",
            "is not an ISO 4217 code",
        ),
    ],
)
def test_a_wrong_file_is_refused_with_path_and_reason(
    source: str, field: str, message: str
) -> None:
    with pytest.raises(InvalidInputError) as refused:
        load_macros(source)

    assert refused.value.field == field
    assert message in refused.value.message


def test_a_huge_file_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="at most 1 MiB"):
        load_macros("a" * (1024 * 1024 + 1))


def test_the_digest_changes_with_any_word() -> None:
    macros = load_macros(MACROS)

    assert content_digest(macros) == content_digest(load_macros(MACROS))
    assert content_digest(macros) != content_digest(load_macros(MACROS.replace("60 days", "61")))


def test_the_demo_merchant_has_a_macro_for_every_day() -> None:
    macros = load_macros((DEMO / "macros.yaml").read_text(encoding="utf-8"))
    languages = [macro.language for macro in macros]

    assert languages.count("en") >= 20
    assert set(languages) == {"en", "de", "fr", "es", "it", "nl"}
    assert len({macro.intent for macro in macros}) >= 16
    assert all(len(macro.examples) >= 2 for macro in macros)
