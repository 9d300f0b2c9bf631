"""Untrusted HTML as plain text, without what nobody sees, in time that grows with its length."""

import re
from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser, LexborNode

_UNSEEN = "script, style, head, title, template, noscript, object, iframe, svg, [hidden]"
_UNSEEN_STYLE = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?![.\d])|mso-hide\s*:\s*all",
    re.IGNORECASE,
)

# Two control characters that no page may hold stand around marked elements while a page is read.
_OPEN, _CLOSE = "\x02", "\x03"
_EDGE = re.compile(f"({_OPEN}.|{_CLOSE})", re.DOTALL)
_FORGED_EDGE = re.compile(r"[\x02\x03]|&#(?:0*[23](?!\d)|x0*[23](?![\da-f]));?", re.IGNORECASE)

# The parser repeats every open formatting element in each new paragraph: 6 kB of them took 0.1 s,
# and twice as many four times as long. As spans they are not repeated; to a reader of text they
# are the same. It also looks through all open elements at each `<div>`, and no mail program nests
# like this; tags that close themselves do not count.
_FORMATTING = re.compile(
    r"<(/?)(?:a|b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u)(?=[\s/>])", re.IGNORECASE
)
_DEEPEST = 250
_NESTING = re.compile(
    r"<(/?)(?!(?:p|li|td|th|tr|dt|dd|br|hr|img|input|meta|link|col|wbr|area)\b)[a-z][^<>]*>",
    re.IGNORECASE,
)

# What the parser writes is regular: but for names that hold a `<`, only raw text and comments do.
_RAW = re.compile(
    r"<!--.*?-->|<(script|style|iframe|noembed|noframes|xmp|plaintext)\b[^>]*>(.*?)</\1>",
    re.DOTALL,
)
_SHOWN_RAW = frozenset({"xmp", "plaintext"})
_ODD_TAG = re.compile(r"<[^<>]*<[^>]*>")
_PRE = re.compile(r"<pre\b.*?</pre>", re.DOTALL)
_SPACE = re.compile(r"[ \t\r\n\f\v]+")
_BR = re.compile(r"<br\b[^>]*>")
_PARAGRAPH = re.compile(r"</?(?:p|h[1-6]|ul|ol|table|blockquote|pre)(?=[\s>])[^>]*>")
_LINE = re.compile(
    r"</?(?:div|li|tr|section|article|header|footer|main|aside|address|dt|dd|hr|figure|form)"
    r"(?=[\s>])[^>]*>"
)
_CELL = re.compile(r"</?t[dh](?=[\s>])[^>]*>")
_TAG = re.compile(r"<[^>]*>")
_WHITE = " \n\v\f"

# Then `\v` stands for the edge of a line block and `\f` for a paragraph's.
_TIDY = (
    (re.compile(r" {2,}"), " "),
    (re.compile(r"\n ?(?=\f)"), ""),
    (re.compile(r"\n ?\v[ \v]*"), "\n"),
    (re.compile(r"\v[ \v]*"), "\v"),
    (re.compile(r" ?\v? ?\f[ \v\f]*"), "\n\n"),
    (re.compile(r" ?\v"), "\n"),
    (re.compile(r" ?\n ?"), "\n"),
    (re.compile(r"\n{3,}"), "\n\n"),
)


class Mark(StrEnum):
    """What an element is to the mail program that wrote it. The value stands in the page.

    Attributes:
        CITED: A block quote that nobody says is older mail.
        BOXED: Stands under a line, as Outlook's headers do.
        HISTORY: Here, and to the page's end, stands older mail.
    """

    UNSEEN = "u"
    QUOTE = "q"
    SIGNATURE = "s"
    CITED = "c"
    BOXED = "b"
    HISTORY = "h"


class MarkedLines(NamedTuple):
    """A page's lines, and what each is marked as; None where nobody marked it."""

    texts: list[str]
    marks: list[Mark | None]


_STRONGEST_FIRST = (Mark.QUOTE, Mark.SIGNATURE, Mark.CITED, Mark.BOXED)


class Page:
    """A parsed document. Nothing is taken out of it, only marked."""

    def __init__(self, html: str) -> None:
        self._tree = LexborHTMLParser(_tamed(html))
        for node in self.select(_UNSEEN):
            self.mark(node, Mark.UNSEEN)
        for node in self.select("[style]"):
            if _UNSEEN_STYLE.search(node.attributes.get("style") or ""):
                self.mark(node, Mark.UNSEEN)

    def select(self, selector: str) -> list[LexborNode]:
        """Every element that a CSS selector names; some more than once."""
        return self._tree.css(selector)

    def mark(self, node: LexborNode, mark: Mark, until: LexborNode | None = None) -> None:
        """Mark an element, or from its beginning to the end of `until` within it."""
        node.insert_before(_OPEN + mark)
        if mark is not Mark.HISTORY:
            (until or node).insert_after(_CLOSE)

    def text(self) -> str:
        """What is seen: a line a block, an empty line between paragraphs."""
        return _tidy(_flat("".join(piece for piece, _ in self._pieces())))

    def lines(self) -> MarkedLines:
        """The same, line by line; a line also ends where a mark begins or ends in it."""
        pieces = self._pieces()
        flat = _flat(_OPEN.join(piece for piece, _ in pieces)).split(_OPEN)
        shown = [""]
        marks: list[Mark | None] = [None]
        for piece, (_, mark) in zip(flat, pieces, strict=False):
            words = piece.lstrip(_WHITE)
            shown[-1] += piece[: len(piece) - len(words)]
            if words and mark is not marks[-1]:
                shown.append(words)
                marks.append(mark)
            else:
                shown[-1] += words
        return _lines(_tidy(_OPEN.join(shown)).split(_OPEN), marks)

    def _pieces(self) -> list[tuple[str, Mark | None]]:
        """The seen page as HTML, cut where the marks change."""
        body = self._tree.body
        html = _RAW.sub(_raw_text, (body.inner_html if body else None) or "")
        html = _ODD_TAG.sub("<div>", html)
        found: list[tuple[str, Mark | None]] = []
        opened: list[Mark] = []
        count = dict.fromkeys(Mark, 0)
        for piece in _EDGE.split(html):
            if piece == _CLOSE:
                count[opened.pop()] -= 1
            elif piece == _OPEN + Mark.HISTORY:
                if not count[Mark.QUOTE] and not count[Mark.UNSEEN]:
                    count[Mark.QUOTE] += 1
            elif piece.startswith(_OPEN):
                opened.append(Mark(piece[1]))
                count[opened[-1]] += 1
            elif piece and not count[Mark.UNSEEN]:
                found.append((piece, next((m for m in _STRONGEST_FIRST if count[m]), None)))
        return found


def html_to_text(html: str) -> str:
    """`html` as plain text: a line a block, an empty line between paragraphs, nothing hidden."""
    return Page(html).text()


def _flat(html: str) -> str:
    """`html` without tags, with control characters for the edges of blocks."""
    html = html.replace("&nbsp;", " ")
    html = _PRE.sub(lambda pre: pre[0].replace("\n", "<br>"), html)
    text = _BR.sub("\n", _SPACE.sub(" ", html))
    text = _PARAGRAPH.sub("\f", text)
    text = _CELL.sub(" ", _LINE.sub("\v", text))
    return _TAG.sub("", text)


def _tidy(flat: str) -> str:
    """Flat text with line breaks for its edges, and its own `<`, `>` and `&` again."""
    for pattern, put in _TIDY:
        flat = pattern.sub(put, flat)
    return flat.strip(" \n").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _lines(pieces: Sequence[str], marks: Sequence[Mark | None]) -> MarkedLines:
    """Each piece begins with a word, and ends the line before it if that has other marks."""
    found = MarkedLines([], [])
    for piece, mark in zip(pieces, marks, strict=True):
        lines = piece.split("\n")
        if found.texts and not found.texts[-1]:
            found.texts.pop()
            found.marks.pop()
        lines[-1] = lines[-1].rstrip(" ")
        found.texts.extend(lines)
        found.marks.extend([mark] * len(lines))
    return found


def _raw_text(found: re.Match[str]) -> str:
    """What is seen of an element whose text is raw, as HTML again."""
    if found[1] not in _SHOWN_RAW:
        return ""
    return found[2].replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _tamed(html: str) -> str:
    """`html` as the parser reads it whole, and in time that grows with its length."""
    # A lone surrogate has no UTF-8 form, and a NUL would end the text early: shown as it is stored.
    html = html.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    html = html.replace("\0", "\u2400")
    html = _FORGED_EDGE.sub(" ", html)
    html = _FORMATTING.sub(r"<\1span", html)
    return _Shallow().cut(html)


class _Shallow:
    """Takes the tags out that nest too deep; what stands in them stays."""

    def __init__(self) -> None:
        self._depth = 0

    def cut(self, html: str) -> str:
        if html.count("<") <= _DEEPEST:
            return html
        return _NESTING.sub(self._tag, html)

    def _tag(self, tag: re.Match[str]) -> str:
        too_deep = self._depth >= _DEEPEST + bool(tag[1])
        self._depth = max(self._depth - 1, 0) if tag[1] else self._depth + 1
        return " " if too_deep else tag[0]
