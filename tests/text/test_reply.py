import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.text.reply import Removed, html_to_text, reply_of, split_reply

from .strategies import HOSTILE, TEXTS

_ATTRIBUTIONS = (
    "On Mon, Jan 5, 2026 at 10:00 AM Support <support@example.com> wrote:",
    "On Mon, Jan 5, 2026 at 10:00 AM Support <support@\nexample.com> wrote:",
    "Am 05.01.2026 um 10:00 schrieb Support <support@example.com>:",
    "Le lun. 5 janv. 2026 à 10:00, Support <support@example.com> a écrit\u00a0:",
    "El lun, 5 ene 2026 a las 10:00, Support (<support@example.com>) escribió:",
    "Il giorno lun 5 gen 2026 alle ore 10:00 Support <support@example.com> ha scritto:",
    "Em seg., 5 de jan. de 2026 às 10:00, Support <support@example.com> escreveu:",
    "Op ma 5 jan 2026 om 10:00 schreef Support <support@example.com>:",
)


@pytest.mark.parametrize("attribution", _ATTRIBUTIONS)
@pytest.mark.parametrize("quoted", ["> Hello\n> again", "Hello\nagain"])
def test_history_after_an_attribution(attribution: str, quoted: str) -> None:
    assert reply_of(f"Thank you!\n\n{attribution}\n\n{quoted}", None) == "Thank you!"


@pytest.mark.parametrize(
    ("text", "reply"),
    [
        ("ok\n-----Original Message-----\nFrom: x\n\nold", "ok"),
        ("ok\n\n---------- Forwarded message ---------\nold", "ok"),
        ("ok\n-----Ursprüngliche Nachricht-----\nalt", "ok"),
        ("ok\n\nFrom: A <a@b>\nSent: Monday\nTo: c\nSubject: x\n\nold", "ok"),
        ("ok\n\nVon: A\nGesendet: Montag\nAn: c\nBetreff: x\n\nalt", "ok"),
        ("ok\n##- Please type your reply above this line -##\nold", "ok"),
        ("> q1\none\n> q2\ntwo", "one\ntwo"),
        ("On 5 May 2026 X wrote:\n> q\n\nbottom", "bottom"),
        ("ok\n-- \nTom\nAcme", "ok"),
        ("ok\n\nSent from my iPhone", "ok"),
        ("gut\n\nVon meinem iPhone gesendet", "gut"),
        ("5 > 3\nFrom: Berlin\nTo: Rome", "5 > 3\nFrom: Berlin\nTo: Rome"),
        (
            "On 3 May your agent wrote:\nwe refund you\nbut nothing came",
            "On 3 May your agent wrote:\nwe refund you\nbut nothing came",
        ),
        ("> all\n> quoted", "> all\n> quoted"),
        ("Tom wrote:\n> old\n\nYes.", "Yes."),
        ("a\n\n> 5 and 5 > 3\n\nb\n\nOn 5 May X wrote:\n> q", "a\n\n> 5 and 5 > 3\n\nb"),
        ("Hi!\nOn 5 May 2026 at 10:30 I wrote:\nyo", "Hi!\nOn 5 May 2026 at 10:30 I wrote:\nyo"),
        ("ok\n\nOn Apr 3, 2012, at 4:19 PM, bob wrote:\n> old", "ok"),
        ("ok\n\nOn Mon, Jan 5,\n2026 at 10:00 AM Tom <t@b.example> wrote:\n> old", "ok"),
        ("On it.\nOn Mon, Jan 5, 2026 at 10:00 AM Tom <t@b.example> wrote:\nold", "On it."),
        ("It says\n> washable\nbut no.", "It says\n> washable\nbut no."),
        ("On Monday I wrote:\n> old\n> mug", "On Monday I wrote:\n> old\n> mug"),
        (
            "On 5 May 2026 at 10:30 he wrote and said:\nno",
            "On 5 May 2026 at 10:30 he wrote and said:\nno",
        ),
        ("ok\n\nSent from my mobile phone. Excuse typos.", "ok"),
        ("Sent with DHL, they have my phone number.", "Sent with DHL, they have my phone number."),
        ("ok\n-- \nTom\n-- \nAcme", "ok"),
        (
            "ok\n--\nand one more question: is it safe to use it outdoors?",
            "ok\n--\nand one more question: is it safe to use it outdoors?",
        ),
        ("-- \nTom", "-- \nTom"),
        ("a\r\n\r\nb", "a\n\nb"),
        (" \n ", ""),
        ("", ""),
    ],
)
def test_text(text: str, reply: str) -> None:
    assert reply_of(text, None) == reply


@pytest.mark.parametrize(
    ("html", "reply"),
    [
        ("<div>Hello<div><br></div><div>You &amp; me</div></div>", "Hello\n\nYou & me"),
        ("<p>a</p><p>b<br>c</p>", "a\n\nb\nc"),
        ('<p>new</p><div class="gmail_quote">On X wrote:<p>old</p></div>', "new"),
        ('<p>new</p><blockquote type="cite">old</blockquote>', "new"),
        ("<p>new</p><blockquote>mine</blockquote>", "new\n\nmine"),
        ('<p>new</p><div id="appendonsend"></div><hr><div>old</div>', "new"),
        ('<p>new</p><div id="divRplyFwdMsg">From: x</div><div>old</div>', "new"),
        ('<p>new</p><div class="gmail_signature">Tom</div>', "new"),
        ('<p>new</p><p style="display: none">hidden</p><p hidden>too</p>', "new"),
        ('<p>new</p><span style="font-size:0px">hidden</span>', "new"),
        ('<span style="font-size:0.9em">seen</span>', "seen"),
        ("<style>x</style><script>y</script>new", "new"),
        ("<p>new</p><p>-- <br>Tom</p>", "new"),
        ('<blockquote type="cite">only</blockquote>', "only"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
        ("<p>5 &gt; 3</p>", "5 > 3"),
        ("<pre>a\n&gt; b\n&gt; c</pre>", "a\n> b\n> c"),
        ("<xmp><p>shown</p></xmp>", "<p>shown</p>"),
        ("<p<p<p>seen</p>", "seen"),
        ("a<!-- > <p>hidden</p> -->b", "ab"),
        ("vis<span hidden>x</span>ible", "visible"),
        ("&#2;q<p>new</p>\x02h<p>too</p>", "q\n\nnew\n\nh\n\ntoo"),
        (
            '<p>ok</p><div style="border-top:1px">Name: A\n<br>Mail: a@b.example<br>Size: L</div>',
            "ok\n\nName: A\nMail: a@b.example\nSize: L",
        ),
    ],
)
def test_html(html: str, reply: str) -> None:
    assert reply_of(None, html) == reply
    assert reply_of("the plain text", html) == reply


def test_empty_html_falls_back_to_the_text() -> None:
    assert reply_of("hello", "") == "hello"
    assert reply_of("hello", "<p> </p>") == "hello"
    assert reply_of(None, None) == ""


def test_what_was_removed_is_named() -> None:
    text = "ok\n\nOn 5 May 2026 X wrote:\n> q\n-- \nTom"
    assert split_reply(text, None).removed == (
        Removed("quote", "On 5 May 2026 X wrote:\n> q"),
        Removed("signature", "-- \nTom"),
    )
    html = '<p>ok</p><div class="gmail_quote">old <div class="gmail_quote">older</div></div>'
    assert split_reply(None, html).removed == (Removed("quote", "old\nolder"),)


def test_html_to_text_keeps_quotes() -> None:
    assert html_to_text('a<blockquote type="cite">b</blockquote>') == "a\n\nb"


@given(TEXTS)
def test_something_is_left_of_every_text(text: str) -> None:
    assert bool(reply_of(text, None)) == bool(text.strip())


@given(st.lists(st.sampled_from("<p> </p> <div> </div> <br> <b> a & &amp; <!-- --> < >".split())))
def test_any_markup_is_read(pieces: list[str]) -> None:
    assert isinstance(reply_of(None, "".join(pieces)), str)


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:8]))
def test_hostile_texts(text: str) -> None:
    assert isinstance(reply_of(text, None), str)
    assert isinstance(reply_of(None, text), str)
