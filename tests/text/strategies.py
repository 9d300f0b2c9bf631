"""Texts to test with: ordinary, and as hostile as strings can be."""

from hypothesis import strategies as st

from plugin.text.lexicons import everywhere, sections

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

# What entities are made of, and what looks nearly like it: half of it only counts beside other
# words, so that a text has entities across every sort of border.
_LISTS = (
    "order number negation not_a_negation month weekday weekday_short relative unit unit_kind"
).split()
_PHRASES = sorted(
    {phrase.removeprefix("^") for name in _LISTS for phrase in everywhere(name)}
    | {line.rpartition(" ")[0] for lines in sections("currencies").values() for line in lines}
)
_SMALL = "number no nr id num to bis à a tot an one uhr am pm of de the in by until may".split()
_MARKED = (
    "$5 $50.00 €1.234,56 20% 20 % 5 3 000 123 234 50.00 #1002 # ORD-1002 https://e.com/A a.de, "
    "(www.x.de/y) a@b.com 3rd 3. 14:30 2026-05-03 3/5/26 5-7 - -$5 , . ! ? : ; ( ) ' don't can't "
    "n'est o'clock a.m. 9am business-days five- three% $5days 5days 33.-$5 e\u0301 \u0301 円 "
    "\uff14\uff0c\uff19 \uffe5\uff15 \x1c \u2028 _ 5k 5.- 1'234 order: no. 5to6 to6"
).split(" ")
_ORDINARY = (
    "lamp evening, word7 x Anna: das große café Straße \u017ftop abc12 ab12may x1march may5 usd5 "
    "kr5 order5 not5 ordering tosieben aten x1"
).split()
_BETWEEN = (*(" ",) * 8, "  ", "   ", "\n", "\t", "", ".\n", " ,")
_FACT = st.one_of(
    st.sampled_from(_PHRASES),
    st.sampled_from(_PHRASES).map(str.capitalize),
    st.sampled_from(_SMALL),
    st.sampled_from(_MARKED),
    st.sampled_from(_ORDINARY),
)
_FACTS = st.lists(st.tuples(_FACT, st.sampled_from(_BETWEEN)).map("".join), max_size=20)


@st.composite
def edited_facts(draw: st.DrawFn) -> tuple[str, str]:
    """A text full of facts, and the same with a few words put in, left out or moved."""
    words = draw(_FACTS)
    final = list(words)
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(final)))
        moved = [final.pop(at)] if at < len(final) and draw(st.booleans()) else []
        new = moved if draw(st.booleans()) else [draw(_FACT) + " "]
        to = draw(st.integers(0, len(final)))
        final[to:to] = new
    return "".join(words), "".join(final)


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
