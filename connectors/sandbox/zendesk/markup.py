"""Comment bodies: Zendesk's HTML wrapping, and the plain text of it."""

import html
import re
from dataclasses import dataclass
from html.parser import HTMLParser

from connectors.sandbox.zendesk.errors import invalid

_BLOCKS = frozenset(
    "address article blockquote div dl dt dd h1 h2 h3 h4 h5 h6 hr li ol p pre section".split()
    + "table tr ul".split()
)
_UNSEEN = frozenset({"script", "style", "head", "template"})


@dataclass(frozen=True, slots=True)
class Written:
    """One text in the forms Zendesk gives back."""

    html_body: str
    plain_body: str


def written(*, text: str | None, markup: str | None, blank: bool = False) -> Written:
    """A comment's forms, from HTML where it is given, else from plain text.

    `blank` is for a customer's mail, which may hold nothing but an attachment.

    Raises:
        ApiError: 422, both are blank.
    """
    if markup is not None and markup.strip():
        return Written(_wrap(markup), plain_text(markup))
    if text is not None and text.strip():
        return Written(_wrap(_paragraphs(text.strip())), text.strip())
    if blank and (text is not None or markup is not None):
        return Written(_wrap(""), "")
    raise invalid("comment", "body cannot be blank")


def plain_text(markup: str) -> str:
    """What a reader sees of HTML: blocks on lines of their own, entities read."""
    reader = _Reader()
    reader.feed(markup)
    reader.close()
    lines = (re.sub(r"[ \t\r\f\v]+", " ", line).strip() for line in reader.text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _wrap(markup: str) -> str:
    inner = markup.replace("<p>", '<p dir="auto">')
    return f'<div class="zd-comment" dir="auto">{inner}</div>'


def _paragraphs(text: str) -> str:
    blocks = re.split(r"\n{2,}", text.replace("\r\n", "\n"))
    return "".join(f"<p>{html.escape(block).replace(chr(10), '<br>')}</p>" for block in blocks)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._parts: list[str] = []
        self._unseen = 0

    @property
    def text(self) -> str:
        return "".join(self._parts)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        self._unseen += tag in _UNSEEN
        self._break(tag)

    def handle_endtag(self, tag: str) -> None:
        self._unseen -= tag in _UNSEEN and self._unseen > 0
        self._break(tag)

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self._parts.append(data.replace("\n", " "))

    def _break(self, tag: str) -> None:
        if tag == "br":
            self._parts.append("\n")
        elif tag in _BLOCKS:
            self._parts.append("\n\n")
