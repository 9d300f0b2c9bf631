"""A chat's incoming webhook: what is posted, what cannot be injected, and what must not be told."""

import pytest

from connectors.errors import ConnectorError, NotFoundError, RejectedError
from connectors.notify.chat import ChatHook, plain
from tests.bench.post_office import chat_room

LINK = ("https://bookbag.example/drafts/1", "Open the draft")


def shown(text: str) -> str:
    """What a reader sees."""
    for escape, letter in (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")):
        text = text.replace(escape, letter)
    return text.replace("\u2060", "")


@pytest.mark.parametrize(
    "text",
    [
        "<!channel> pay at once",
        "<https://evil.example|the review page>",
        "[the review page](https://evil.example)",
        "@channel @here @all",
        "<@U024BE7LH>",
        "*bold* _it_ ~gone~ `code` &lt;!here&gt;",
    ],
)
def test_a_text_pings_formats_and_links_nothing(text: str) -> None:
    safe = plain(text)
    assert not set("<>") & set(safe)
    assert all(safe[at + 1] == "\u2060" for at, letter in enumerate(safe) if letter in "@*_~`[(:")
    assert shown(safe) == text


def test_a_text_stays_on_one_line() -> None:
    assert plain("refund\n> quoted\r\n\u2028more") == "refund &gt; quoted more"


def test_a_message_is_posted_with_a_link_of_ours() -> None:
    with chat_room() as (room, url):
        ChatHook(url, allow_private=True).post("Draft K7Q2M waits <!here>", link=LINK)
    assert room.messages == [
        "Draft K7Q2M waits &lt;!here&gt; <https://bookbag.example/drafts/1|Open the draft>"
    ]


def test_the_address_is_in_no_error() -> None:
    with chat_room() as (room, url):
        room.status = 404
        with pytest.raises(NotFoundError) as gone:
            ChatHook(url, allow_private=True).post("x", link=LINK)
    with pytest.raises(ConnectorError) as away:
        ChatHook(url, allow_private=True).post("x", link=LINK)
    for failed in (gone.value, away.value):
        assert "secret-path" not in str(failed)
        assert "/services" not in str(failed)


def test_it_reaches_into_no_private_network_unasked() -> None:
    with chat_room() as (room, url):
        with pytest.raises(RejectedError, match="https"):
            ChatHook(url, allow_private=False)
        hook = ChatHook(url.replace("http://", "https://"), allow_private=False)
        with pytest.raises(RejectedError, match="private"):
            hook.post("x", link=LINK)
    assert room.messages == []
