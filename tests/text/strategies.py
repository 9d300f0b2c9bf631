"""Texts to test with: ordinary, and as hostile as strings can be."""

from hypothesis import strategies as st

_WORDS = (
    "refund $50.00 $500.0 €1.234,56 20% #1002 can can't not Anna Hi Best regards, Friday 3 May "
    "https://example.com/A don\u2019t don't — - … naïve nai\u0308ve 返金 します カード สวัสดี "
    "👨‍👩‍👧 👍🏽 🇩🇪 🇩🇪🇫🇷 \u200b \u202e \x00 \ud800 \udc00 e\u0301\u0327 \u1100\u1161 ! ? . ,"
).split()
_GAPS = ("", " ", "  ", "\n", "\r\n", "\n\n", "\t", "\u00a0", "\u3000")

ANY_TEXT = st.text(st.characters(), max_size=60)
REPLIES = st.lists(
    st.tuples(st.sampled_from(_WORDS), st.sampled_from(_GAPS)).map("".join), max_size=25
).map("".join)
TEXTS = REPLIES | ANY_TEXT

HOSTILE = (
    "",
    " ",
    "\0",
    "\ud800",
    "a" * 20_000,
    "!" * 4_000,
    "1." * 6_000,
    "111 " * 4_000,
    "$ " * 4_000,
    "a@" * 6_000,
    "a.a." * 4_000,
    "🇩🇪" * 2_000,
    "👨‍" * 2_000,
    "a" + "\u0300\u0327" * 4_000,
    "\u202e" * 4_000,
    "\n" * 10_000,
    "> \n" * 4_000,
    "<div>" * 4_000,
    "On 1\n" * 2_000,
    "Best " * 4_000,
    "refund " * 3_000,
    "返金" * 2_000,
)
