"""What a reply says beyond what was approved, in tables."""

from decimal import Decimal

import pytest

from connectors.types import ActionRequest, Money
from plugin.text.surplus import surplus

APPROVED = """Hi Ines,

I am sorry about the torn tent. We refund 120.00 USD of your order #1002 (it came to 240.00 USD). \
It is on your card within 5 days.

Warm regards,
Larkspur"""
REFUND = ActionRequest(type="refund", amount=Money(Decimal("120.00"), "USD"), order="1002")
GROUNDED = ("1002", "240.00 USD", "1001", "shipped 12 May 2026")
END = "Warm regards"


def beyond(text: str, *languages: str, approved: str = APPROVED) -> tuple[str, ...]:
    return surplus(
        text,
        approved,
        actions=(REFUND,),
        grounded=GROUNDED,
        languages=languages or ("en",),
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("", ""),
        ("I am sorry", "I am so very sorry"),
        ("We refund 120.00 USD", "We refund $120"),
        ("120.00", "12\u200b0.00"),
        ("within 5 days", "in 5 days at the latest"),
        (" It is on your card", " The refund is on your card"),
        ("(it came to 240.00 USD)", ""),
        (END, f"Your parcel was shipped on 12 May 2026.\n\n{END}"),
        (END, f"Have a look at https://larkspur.example/tents\n\n{END}"),
    ],
)
def test_what_is_no_more(old: str, new: str) -> None:
    assert beyond(APPROVED.replace(old, new)) == ()


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("120.00 USD", "600.00 USD", "600.00 USD"),
        ("120.00 USD", "1200.00 USD", "1200.00 USD"),
        # What the order came to is in the approved text and was given, and is no refund.
        ("We refund 120.00 USD", "We refund 240.00 USD", "240.00 USD"),
        ("within 5 days", "within 2 days", "2 days"),
        ("#1002", "#1001", "1001"),
        (END, f"You get another 120.00 USD.\n\n{END}", "120.00 USD"),
        (END, f"And another hundred and twenty dollars.\n\n{END}", "hundred and twenty dollars"),
        (END, f"Use code FREE100 next time.\n\n{END}", "FREE100"),
        (END, f"You get 20% off your next order.\n\n{END}", "20%"),
        (END, f"We cancel your order.\n\n{END}", "We cancel your order."),
        (END, f"We also send you a new tent.\n\n{END}", "We also send you a new tent."),
        (END, f"{{{{dc.gift_600}}}}\n\n{END}", "{{dc.gift_600}}"),
        ("120.00 USD", "{% if x %}600.00{% endif %} USD", "{% if x %}"),
        ("120.00", "\u202e00.021\u202c", "00.021 USD"),
        ("120.00 USD", "١٢٠٠ USD", "١٢٠٠"),
    ],
)
def test_what_is_more(old: str, new: str, words: str) -> None:
    assert any(words in found for found in beyond(APPROVED.replace(old, new)))


def test_an_actions_amount_may_be_said_once_where_the_approved_reply_did_not() -> None:
    approved = "We have refunded you."
    said = "We have refunded you 120.00 USD."
    assert beyond(said, approved=approved) == ()
    assert beyond(f"{said} And 120.00 USD more.", approved=approved) == ("120.00 USD",)


def test_another_language_is_read_by_its_own_words() -> None:
    said = "Wir erstatten Ihnen 120,00 USD."
    assert beyond(said, "en", "de") == ()
    (more,) = beyond(f"{said} Wir stornieren Ihre Bestellung.", "en", "de")
    assert "stornieren" in more


def test_without_a_languages_words_everything_new_is_more() -> None:
    assert beyond("Vi sender pengene.", "en", "no") == ("Vi sender pengene.",)
    assert beyond(APPROVED, "no") == ()
    assert beyond("Hi.") == ()
    assert beyond("Hi Bob.", "no") == ("Hi Bob.",)
