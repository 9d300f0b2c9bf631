"""What holds of every message: no visible word is lost, and time grows with length."""

import time
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.text.reply import Reply, html_to_text, split_reply

from .mails import Mail, mails
from .strategies import HOSTILE, TEXTS

_LINES = (
    "> quoted, -- , --,Sent from my iPhone,Best regards,Anna Berg,Phone: +49 30 5550199,"
    "www.berg.example,On 5 May 2026 at 10:00 Tom <t@b.example> wrote:,Von: Tom <t@b.example>,"
    "Gesendet: Montag,An: Anna,Betreff: Tasse,-----Original Message-----,________________,"
    "This e-mail is confidential and intended for the recipient,##- reply above this line -##,"
    "hello,please: refund,> 5,>:(,\u200b,\ud800,\0,\u202eabc"
).split(",")
_MARKUP = (
    "<p> </p> <div> </div> <br> <b> </b> a b&amp; &lt; &nbsp; &#2; &#x3;q \x02q \x03 "
    "<!-- --> < > "
    "<blockquote> </blockquote> <blockquote|type=cite> <div|class=gmail_quote> "
    "<blockquote|class=gmail_quote> <div|id=appendonsend></div> <div|class=gmail_signature> "
    '<p|hidden> <span|style="display:none"> </span> <script> </script> <pre> </pre> <table> <td> '
    '</table> <div|style="border-top:1px"> From:|x@y.example Sent:|5|May Subject:|z '
    "On|5|May|wrote: "
    "--|<br> <xmp> </xmp> <plaintext> <style> \0 \ud800 \u200b &gt;|x"
).split(" ")

_TEXT_MAILS = st.lists(
    st.tuples(st.sampled_from(_LINES) | TEXTS, st.sampled_from(["\n", "\r\n", "\n\n", "\n \n"])),
    max_size=20,
).map(lambda lines: "".join(line + end for line, end in lines))
_HTML_MAILS = st.lists(st.sampled_from(_MARKUP)).map(
    lambda pieces: " ".join(pieces).replace("|", " ")
)


def _visible(text: str) -> Counter[str]:
    return Counter("".join(text.split()))


def _all_of(found: Reply) -> str:
    return "\n".join([found.reply, *(piece.text for piece in found.removed)])


@given(_TEXT_MAILS)
def test_no_word_of_a_text_is_lost(text: str) -> None:
    found = split_reply(text, None)
    assert _visible(_all_of(found)) == _visible(text)
    assert bool(found.reply) == bool(text.strip())
    at = 0
    for piece in found.removed:
        at = text.index(piece.text, at) + len(piece.text)


@given(_HTML_MAILS)
def test_no_word_of_a_page_is_lost(html: str) -> None:
    found = split_reply(None, html)
    assert _visible(_all_of(found)) == _visible(html_to_text(html))
    assert bool(found.reply) == bool(html_to_text(html).strip())
    assert all(piece.text in html_to_text(html) for piece in found.removed)


@pytest.mark.parametrize("mail", mails(), ids=lambda mail: mail.name)
def test_no_word_of_a_mail_is_lost(mail: Mail) -> None:
    found = split_reply(mail.text, mail.html)
    whole = html_to_text(mail.html or "") if mail.text is None else mail.text
    assert _visible(_all_of(found)) == _visible(whole)
    for piece in found.removed:
        assert piece.text in whole


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:8]))
def test_no_word_of_a_hostile_text_is_lost(text: str) -> None:
    assert _visible(_all_of(split_reply(text, None))) == _visible(text)


_UNITS = {
    "one line": "On a b ",
    "one line of attributions": "On 1:",
    "quoted": ">\n",
    "answers": "> a\nb\n",
    "colons": "On 5 May 2026 at 10:00 x:\n",
    "attributions": "On 5 May 2026 at 10:00 I wrote:\n",
    "headers": "From: x@y.example\nTo: y\n\n",
    "delimiters": "--\n",
    "delimiters that count": "-- \n",
    "devices": "Sent from my iPhone\n",
    "disclaimers": "this email is confidential\n",
    "sign-offs": "Best\nwww.a.example\n",
    "separators": "-----Original Message-----x\n",
    "marks": "\u0300",
    "unseen marks": "\u200b\u202e",
    "divs": "<div>",
    "block quotes": "<blockquote>",
    "cited": "<blockquote type=cite>x",
    "cited side by side": "<blockquote type=cite>x</blockquote>y",
    "gmail": "<div class=gmail_quote><blockquote class=gmail_quote>x</blockquote></div>y",
    "unclosed": "<p><b>x",
    "formatting": "<b id=1><p>x",
    "hidden": "<p hidden>x",
    "boxes": '<div style="border-top:1px">a:',
    "tables": "<table><tr><td>x",
    "comments": "<!--",
    "scripts": "<script>",
    "angles": "<",
    "breaks": "<br>&gt; x",
    "pre": "<pre>\n",
}


@pytest.mark.parametrize("unit", _UNITS.values(), ids=_UNITS)
def test_time_grows_with_length(unit: str) -> None:
    # Eight times as long: linear work takes 8 times as long, quadratic 64 times.
    is_html = unit[0] == "<"
    short, long = (
        min(_seconds(unit * (size // len(unit)), is_html=is_html) for _ in range(2))
        for size in (5_000, 40_000)
    )
    assert long < 30 * max(short, 0.001)


def _seconds(body: str, *, is_html: bool) -> float:
    begun = time.process_time()
    split_reply(None if is_html else body, body if is_html else None)
    return time.process_time() - begun


def test_open_formatting_is_not_repeated_in_each_paragraph() -> None:
    opened = "".join(f"<b id={number}>" for number in range(200))
    short, long = (
        min(_seconds(f"<p>{opened}" + "<p>x" * count, is_html=True) for _ in range(2))
        for count in (100, 3_000)
    )
    assert long < 25 * max(short, 0.001)


@pytest.mark.parametrize(
    "body",
    [
        "<blockquote>" * 10_000 + "x",
        "<div>" * 5_000 + "x",
        "<b>" * 20_000 + "x",
        "<table><tr><td>" * 3_000 + "x",
        "<p" * 20_000 + ">x",
    ],
    ids=lambda body: body[:12],
)
def test_depth_is_no_matter(body: str) -> None:
    assert split_reply(None, body) == Reply("x")


def test_quotes_are_known_within_what_nests_too_deep() -> None:
    older = "<blockquote type=cite>old " * 600 + "</blockquote>" * 600
    found = split_reply(None, f"<p>new</p>{older}<p>below</p>")
    assert found.reply == "new\n\nbelow"
    assert [piece.kind for piece in found.removed] == ["quote"]
    assert found.removed[0].text.count("old") == 600
