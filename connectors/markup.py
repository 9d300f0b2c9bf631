"""Plain text as the HTML of a message, and back. Pure."""

import html
import re
from html.parser import HTMLParser

_BLOCKS = frozenset("p div li tr table ul ol blockquote pre h1 h2 h3 h4 h5 h6".split())


def to_html(text: str) -> str:
    """Paragraphs at blank lines, line breaks inside them, everything escaped.

    Links stay text: helpdesks make them clickable by themselves.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip("\n")
    paragraphs = (part for part in re.split(r"\n[ \t]*\n\s*", text) if part.strip())
    return "".join(f"<p>{html.escape(part).replace(chr(10), '<br>')}</p>" for part in paragraphs)


class _Text(HTMLParser):
    """Collects what a reader sees, a line for each block."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        """A line break breaks a line; nothing else about an opening tag is seen."""
        del attrs
        if tag == "br":
            self.pieces.append("\n")

    def handle_endtag(self, tag: str) -> None:
        """A block ends its line."""
        if tag in _BLOCKS:
            self.pieces.append("\n")

    def handle_data(self, data: str) -> None:
        """White space in HTML is one space."""
        self.pieces.append(re.sub(r"\s+", " ", data))


def to_text(markup: str) -> str:
    """What a reader sees of HTML of our own making, a block a line."""
    parser = _Text()
    parser.feed(markup)
    parser.close()
    lines = (line.strip() for line in "".join(parser.pieces).splitlines())
    return "\n".join(line for line in lines if line)
