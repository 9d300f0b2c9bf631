import pytest
from hypothesis import given

from plugin.text.greetings import parts
from plugin.text.lexicons import LANGUAGES, sections

from .strategies import HOSTILE, TEXTS


@pytest.mark.parametrize(
    ("text", "core"),
    [
        ("Hi Anna,\n\nDone.\n\nBest regards,\nTom", "Done."),
        ("Hi Anna, your refund of $50 is here. Thanks, Tom", "your refund of $50 is here."),
        ("Hello your order is late.", "Hello your order is late."),
        ("Hi there!\nDone.\nHave a great day!\n\nBest,\nThe Acme Team", "Done."),
        ("Dear Ms. Smith,\nDone.\n\nKind regards,\nAnn Lee | Acme", "Done."),
        ("Dear {{customer_name}},\nDone.", "Done."),
        ("Hallo Frau Müller,\nfertig.\nMit freundlichen Grüßen\nIhr Team", "fertig."),
        ("Bonjour Madame,\nvoilà.\nCordialement,\nL'équipe", "voilà."),
        ("Hola Ana,\nlisto.\nUn saludo,\nLuis", "listo."),
        ("Gentile cliente,\nfatto.\nCordiali saluti\nMarco", "fatto."),
        ("Olá Ana,\nfeito.\nAtenciosamente,\nRui", "feito."),
        ("Beste Anna,\nklaar.\nMet vriendelijke groet,\nJan", "klaar."),
        ("Done.\nThanks for waiting", "Done.\nThanks for waiting"),
        ("Done.\n\nBest,\n50 dollars", "Done.\n\nBest,\n50 dollars"),
    ],
)
def test_core(text: str, core: str) -> None:
    assert parts(text).core.strip() == core


@given(TEXTS)
def test_parts_are_the_whole(text: str) -> None:
    assert "".join(parts(text)) == text


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:8]))
def test_hostile_texts(text: str) -> None:
    assert "".join(parts(text)) == text


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_every_kind_of_word(language: str) -> None:
    wanted = set(sections("en")) - {"weekday_short", "unit_kind"}
    assert wanted <= set(sections(language))
    assert len(sections(language)["month"]) == 12
    assert len(sections(language)["weekday"]) == 7
