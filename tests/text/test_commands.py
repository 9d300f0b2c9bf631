import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.text.commands import NoteCommand, parse_command
from plugin.text.short_id import ALPHABET, encode, normalise

from .strategies import HOSTILE, TEXTS


def _approve(short_id: str | None = None, *, done: bool = False, rest: str = "") -> NoteCommand:
    return NoteCommand("approve", short_id, done, rest)


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("/approve", _approve()),
        ("  /Approve \n", _approve()),
        ("/APPROVE k7q2m DONE", _approve("K7Q2M", done=True)),
        ("/approve done", _approve(done=True)),
        ("/approve Done K7Q2M.", _approve("K7Q2M", done=True)),
        ("/approve [K7Q2M]", _approve("K7Q2M")),
        ("/approve k7qo1", _approve("K7Q01")),
        ("/approve ZZZZZ", _approve("ZZZZZ")),
        ("/approve done zzzzz", _approve("ZZZZZ", done=True)),
        ("/status zzzzz", NoteCommand("status", "ZZZZZ", False, "")),
        ("/edit ZZZZZ\nHi", NoteCommand("edit", "ZZZZZ", False, "Hi")),
        ("/edit Thanx\nHi", NoteCommand("edit", None, False, "Thanx\nHi")),
        ("/edit ZZZZZ is here", NoteCommand("edit", None, False, "ZZZZZ is here")),
        ("/approve if the photo is clear", _approve(rest="if the photo is clear")),
        ("/approve done, thanks", _approve(done=True, rest="thanks")),
        ("/approve\n\nTom Smith\nLead", _approve()),
        ("/approve\n-- \nTom", _approve()),
        ("/approve\n\nOn 5 May 2026 at 10:00 X <x@example.com> wrote:\n> /reject", _approve()),
        ("> Bookbag draft K7Q2M rev 1\n\n/approve", _approve()),
        ("On 5 May 2026 X wrote:\n> a\n\n/approve", _approve()),
        ("\u200b/approve\u00a0K7Q2M", _approve("K7Q2M")),
        ("/approve&nbsp;done", _approve(done=True)),
        ("<p>/approve&nbsp;done</p>", _approve(done=True)),
        ("/approve.\r\nok", _approve()),
        ("/reject wrong tone", NoteCommand("reject", None, False, "wrong tone")),
        ("/reject K7Q2M wrong tone", NoteCommand("reject", "K7Q2M", False, "wrong tone")),
        ("/reject: too\nlong\n\nTom", NoteCommand("reject", None, False, "too\nlong")),
        ("/reject", NoteCommand("reject", None, False, "")),
        ("/status", NoteCommand("status", None, False, "")),
        ("/respond K7Q2M", NoteCommand("respond", "K7Q2M", False, "")),
        ("/edit", NoteCommand("edit", None, False, "")),
        (
            "/edit K7Q2M\n\nHi Anna,\n\n  it’s done:\n> you asked\nyes\n-- \nTom",  # noqa: RUF001 (as people type)
            NoteCommand("edit", "K7Q2M", False, "Hi Anna,\n\n  it’s done:\n> you asked\nyes"),  # noqa: RUF001 (as people type)
        ),
        ("/edit Hello there\nsecond", NoteCommand("edit", None, False, "Hello there\nsecond")),
        (
            "<div>/edit K7Q2M<br>Hello<br><br>You</div><p>Bye</p>",
            NoteCommand("edit", "K7Q2M", False, "Hello\n\nYou\n\nBye"),
        ),
    ],
)
def test_command(text: str, command: NoteCommand) -> None:
    assert parse_command(text) == command


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "approve",
        "hello\n/approve",
        "/approved",
        "/approve/x",
        "/approve?",
        "/ approve",
        "//approve",
        "/macro refund",
        "> /approve",
        "-- \n/approve",
        "<p>/shrug</p>",
        "/aprove",
        "/\u017ftatus",
    ],
)
def test_no_command(text: str) -> None:
    assert parse_command(text) is None


def test_html_is_read_where_the_text_gives_none() -> None:
    html = '<div class="zd-comment"><p>/status</p></div>'
    assert parse_command("", html) == NoteCommand("status", None, False, "")
    assert parse_command("/respond", html) == NoteCommand("respond", None, False, "")


@pytest.mark.parametrize(
    ("text", "open_ids", "short_id", "rest"),
    [
        ("/reject wrong tone", (), None, "wrong tone"),
        ("/reject WRONG tone", (), None, "WRONG tone"),
        ("/reject wrong tone", ("WR0NG",), "WR0NG", "tone"),
        ("/reject abcde why", ("ABCDE",), "ABCDE", "why"),
        ("/reject abcde why", ("ABCDF",), None, "abcde why"),
        ("/reject K7Q2X why", ("K7Q2M",), "K7Q2X", "why"),
        ("/reject K7U2X why", (), None, "K7U2X why"),
        ("/reject 1st order why", (), None, "1st order why"),
    ],
)
def test_a_reason_is_not_read_as_an_id(
    text: str, open_ids: tuple[str, ...], short_id: str | None, rest: str
) -> None:
    command = parse_command(text, open_ids=open_ids)
    assert command is not None
    assert (command.short_id, command.rest) == (short_id, rest)


@given(TEXTS.filter(lambda text: text.strip() != ""))
def test_other_texts_are_left_alone(text: str) -> None:
    if not text.lstrip().startswith(("/", "<", "\u200b")):
        assert parse_command("x" + text) is None


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:8]))
def test_hostile_texts(text: str) -> None:
    command = parse_command(f"/edit\n{text}", f"<p>/edit</p>{text}")
    assert command is not None
    assert command.verb == "edit"


@given(st.integers(0, 2**25 - 1))
def test_short_ids_survive_how_people_write_them(number: int) -> None:
    short_id = encode(number)
    assert len(short_id) == 5
    assert set(short_id) <= set(ALPHABET)
    written = short_id.lower().replace("1", "l").replace("0", "o")
    assert normalise(short_id) == normalise(written) == short_id


def test_every_number_has_its_own_short_id() -> None:
    assert encode(0) == "00000"
    assert encode(1) == "00001"
    assert encode(2**25 - 1) == "ZZZZZ"


@pytest.mark.parametrize("number", [-1, 2**25])
def test_numbers_without_a_short_id(number: int) -> None:
    with pytest.raises(ValueError, match="25 bits"):
        encode(number)


@pytest.mark.parametrize("written", ["", "K7Q2", "K7Q2MM", "K7Q2U", "K7 2M", "K7Q2\u212a", "ß7Q2M"])
def test_no_short_id(written: str) -> None:
    assert normalise(written) is None
