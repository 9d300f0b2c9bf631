"""Plain text as the HTML of a message. Pure."""

import html
import re


def to_html(text: str) -> str:
    """Paragraphs at blank lines, line breaks inside them, everything escaped.

    Links stay text: helpdesks make them clickable by themselves.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip("\n")
    paragraphs = (part for part in re.split(r"\n[ \t]*\n\s*", text) if part.strip())
    return "".join(f"<p>{html.escape(part).replace(chr(10), '<br>')}</p>" for part in paragraphs)
