"""Texts to test with: ordinary, and as hostile as strings can be."""

from hypothesis import strategies as st

_WORDS = (
    "refund $50.00 $500.0 €1.234,56 20% #1002 can can't not Anna Hi Best regards, Friday 3 May "
    "https://example.com/A don’t don't — - … naïve nai\u0308ve 返金 します สวัสดี 👨‍👩‍👧 👍🏽 🇩🇪 🇩🇪🇫🇷 "
    "\u200b \u202e \x00 \ud800 \udc00 e\u0301\u0327 \u1100\u1161 ! ? . ,"
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
    "a" * 100_000,
    "!" * 20_000,
    "1." * 30_000,
    "111 " * 20_000,
    "$ " * 20_000,
    "a@" * 30_000,
    "a.a." * 20_000,
    "🇩🇪" * 10_000,
    "👨‍" * 10_000,
    "a" + "\u0300\u0327" * 20_000,
    "\u202e" * 20_000,
    "\n" * 50_000,
    "> \n" * 20_000,
    "<div>" * 20_000,
    "On 1\n" * 10_000,
    "Best " * 20_000,
    "refund " * 15_000,
    "返金" * 10_000,
)
