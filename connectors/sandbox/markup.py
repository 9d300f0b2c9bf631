"""What a reader sees of HTML."""

import html
import re
from html.parser import HTMLParser

_BLOCKS = frozenset(
    "address article blockquote div dl dt dd h1 h2 h3 h4 h5 h6 hr li ol p pre section".split()
    + "table tr ul".split()
)
_UNSEEN = frozenset({"script", "style", "head", "template"})


def plain_text(markup: str) -> str:
    """HTML as text: blocks on lines of their own, entities read."""
    reader = _Reader()
    reader.feed(markup)
    reader.close()
    lines = (re.sub(r"[ \t\r\f\v]+", " ", line).strip() for line in reader.text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def paragraphs(text: str) -> str:
    """Text as HTML: blank lines part paragraphs, line ends break lines."""
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
