"""One message to a Slack-compatible incoming webhook. Its address is a secret.

Sources: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks and
https://docs.slack.dev/messaging/formatting-message-text (what must be escaped).
"""

from urllib.parse import urlsplit

from connectors.clock import REAL, Clock
from connectors.errors import ConnectorError, RejectedError
from connectors.http import base_url, masked, outbound_session

_SECONDS = 10.0
_ANSWER_BYTES = 64 * 1024
# Not a letter and not a space, so that neither program links what follows.
_WORD_JOINER = "\u2060"
_ESCAPED = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_MARKUP = "*_~`@#[]()|:"


def plain(text: str) -> str:
    """Somebody's text for a message: on one line, and it formats, links and pings nothing.

    Slack reads markup from ``<``, ``>`` and ``&`` alone, among them ``<!channel>``; others that
    take the same messages also read a bare ``@channel`` and Markdown links.
    """
    line = " ".join(text.split())
    return "".join(
        _ESCAPED.get(letter) or (f"{letter}{_WORD_JOINER}" if letter in _MARKUP else letter)
        for letter in line
    )


def _link(url: str, words: str) -> str:
    return f"<{url}|{plain(words)}>"


class ChatHook:
    """An incoming webhook.

    Args:
        url: ``https://host/path``. Secret.
        allow_private: Also talk to loopback and private addresses, and plain http.
        clock: Measures its time limit.

    Raises:
        RejectedError: The address cannot be used.
    """

    def __init__(self, url: str, *, allow_private: bool, clock: Clock = REAL) -> None:
        try:
            self._url = base_url(url, allow_private=allow_private)
        except ValueError as bad:
            raise RejectedError(f"the chat's webhook: {bad}") from None
        path = urlsplit(self._url).path
        self._secrets = (path, *path.split("/"))
        self._session = outbound_session(
            allow_private=allow_private, secrets=self._secrets, cap=_ANSWER_BYTES, clock=clock
        )

    def post(self, text: str, *, link: tuple[str, str]) -> None:
        """Post a line of text, and a link of ours with its words behind it.

        Raises:
            ConnectorError: The subclass says what happened.
        """
        try:
            with self._session.budget.within(_SECONDS):
                self._session.post(self._url, json={"text": f"{plain(text)} {_link(*link)}"})
        except ConnectorError as error:
            # A call's path is in its error; here the path is the secret.
            words = masked(str(error), [part for part in self._secrets if part])
            raise type(error)(words, retry_after=error.retry_after) from None

    def close(self) -> None:
        """Let go of the connection."""
        self._session.close()
