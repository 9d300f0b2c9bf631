"""Untrusted HTML as plain text, without what nobody sees."""

import re
from collections.abc import Collection, Iterator
from typing import Literal, NamedTuple

from selectolax.lexbor import LexborHTMLParser, LexborNode

_UNSEEN = "script, style, head, title, template, noscript, object, iframe, svg, [hidden]"
_UNSEEN_STYLE = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?![.\d])|mso-hide\s*:\s*all",
    re.IGNORECASE,
)
_PARAGRAPHS = frozenset("p h1 h2 h3 h4 h5 h6 ul ol table blockquote pre".split())
_LINES = frozenset(
    "div li tr section article header footer main aside address dt dd hr figure form".split()
)
_CELLS = frozenset({"td", "th"})
_SPACE = re.compile(r"[ \t\r\n\f\v\u00a0]+")
# The parser's time grows with the square of the depth, and no mail program nests like this; tags
# that close themselves do not count.
_DEEPEST = 1000
_TAG = re.compile(
    r"<(/?)(?!/?(?:p|li|td|th|tr|dt|dd|option|br|hr|img|input|meta|link|col|wbr|area)\b)[a-z]",
    re.IGNORECASE,
)
_ANY_TAG = re.compile(r"<[^<>]*>")
# While a page is read, `\v` stands for the edge of a line block and `\f` for a paragraph's.
_SPACES = re.compile(r" {2,}")
_BREAK_BEFORE_PARAGRAPH = re.compile(r"\n ?(?=\f)")
_BREAK_BEFORE_LINE = re.compile(r"\n ?\v[ \v]*")
_EDGES = re.compile(r" ?[\v\f][ \v\f]*")
_BREAKS = re.compile(r"\n{3,}")


class Page:
    """A parsed document. Nothing is removed from it: parts are left out when it is read."""

    def __init__(self, html: str) -> None:
        # A lone surrogate has no UTF-8 form, and a NUL would end the text early.
        clean = html.encode("utf-8", "replace").decode().replace("\0", "")
        self._tree = LexborHTMLParser(
            clean if _depth(clean) <= _DEEPEST else _ANY_TAG.sub(" ", clean)
        )
        self._unseen = frozenset(
            [node.mem_id for node in self._tree.css(_UNSEEN)]
            + [node.mem_id for node in self._tree.css("[style]") if _is_unseen(node)]
        )

    def select(self, selector: str) -> list[LexborNode]:
        """Every element that a CSS selector names."""
        return self._tree.css(selector)

    def text(self, without: Collection[int] = frozenset()) -> str:
        """What is seen, a line a block; `without` holds the `mem_id`s of parts to leave out."""
        root = self._tree.body
        return _text_below(root, self._unseen.union(without)) if root else ""

    def parts(self, ids: Collection[int]) -> list[tuple[int, str]]:
        """The outermost of the named elements, each with its text, in the page's order."""
        root = self._tree.body
        if root is None:
            return []
        return [
            (step.node.mem_id, _text_below(step.node, self._unseen))
            for step in _walk(root, self._unseen.union(ids))
            if step.kind == "skip" and step.node.mem_id not in self._unseen
        ]


def html_to_text(html: str) -> str:
    """`html` as plain text: a line a block, an empty line between paragraphs, nothing hidden."""
    return Page(html).text()


class _Step(NamedTuple):
    kind: Literal["enter", "leave", "skip"]
    node: LexborNode


def _walk(root: LexborNode, skipped: Collection[int]) -> Iterator[_Step]:
    """Every node below `root`. No recursion: untrusted HTML nests as deep as it likes."""
    node = root.child
    while node is not None:
        if node.mem_id in skipped:
            yield _Step("skip", node)
        else:
            yield _Step("enter", node)
            if node.child is not None:
                node = node.child
                continue
            yield _Step("leave", node)
        while node.next is None:
            if node.parent is None or node.parent.mem_id == root.mem_id:
                return
            node = node.parent
            yield _Step("leave", node)
        node = node.next


def _text_below(root: LexborNode, skipped: Collection[int]) -> str:
    text = _SPACES.sub(" ", "".join(_piece(step) for step in _walk(root, skipped)))
    text = _BREAK_BEFORE_PARAGRAPH.sub("", text)
    text = _BREAK_BEFORE_LINE.sub("\n", text)
    text = _EDGES.sub(lambda edges: "\n\n" if "\f" in edges.group() else "\n", text)
    lines = (line.strip(" ") for line in text.split("\n"))
    return _BREAKS.sub("\n\n", "\n".join(lines)).strip("\n")


def _piece(step: _Step) -> str:
    tag = step.node.tag
    if step.kind == "skip":
        return ""
    if tag == "-text":
        return _SPACE.sub(" ", step.node.text_content or "") if step.kind == "enter" else ""
    if tag == "br":
        return "\n" if step.kind == "enter" else ""
    if tag in _CELLS:
        return " "
    return "\f" if tag in _PARAGRAPHS else "\v" if tag in _LINES else ""


def _depth(html: str) -> int:
    """At least how deep the elements nest."""
    depth = deepest = 0
    for tag in _TAG.finditer(html):
        depth = max(depth - 1, 0) if tag[1] else depth + 1
        deepest = max(deepest, depth)
    return deepest


def _is_unseen(node: LexborNode) -> bool:
    return bool(_UNSEEN_STYLE.search(node.attributes.get("style") or ""))
