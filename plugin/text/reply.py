"""The writer's own words in a message: without quoted history and signature.

A fallback: where we hold the text from before the helpdesk added to it, that is better.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby

from plugin.errors import InvalidInputError
from plugin.text.markup import Page, html_to_text
from plugin.text.quoting import Owner, owners

__all__ = ["Removed", "Reply", "html_to_text", "reply_line", "reply_of", "split_reply"]

# Gmail, Apple Mail and Thunderbird, Yahoo, Proton, Outlook for mobile and on the web.
_QUOTES = (
    ".gmail_quote, .gmail_quote_container, blockquote[type=cite], .moz-cite-prefix, "
    ".yahoo_quoted, .protonmail_quote, .OutlookMessageHeader, "
    "#mail-editor-reference-message-container"
)
_HISTORY_STARTS = "#appendonsend, #divRplyFwdMsg"
_SIGNATURES = (
    ".gmail_signature, .gmail_signature_prefix, .moz-signature, #Signature, "
    "#ms-outlook-mobile-signature, .protonmail_signature_block"
)


@dataclass(frozen=True, slots=True)
class Removed:
    """A piece that is not the writer's own. `kind` is ``quote`` or ``signature``."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Reply:
    """A message cut into the writer's own words and the rest."""

    reply: str
    removed: tuple[Removed, ...] = ()


def reply_of(text: str | None, html: str | None) -> str:
    """The writer's own words; see `split_reply`."""
    return split_reply(text, html).reply


def split_reply(text: str | None, html: str | None) -> Reply:
    """Cut a message, from its HTML where that says anything, else from its text.

    Where nothing would be left, the whole is the reply: a message is never lost.
    """
    if html is not None and html.strip():
        from_html = _from_html(html)
        if from_html.reply or not text:
            return from_html
    return _from_text(text or "")


def reply_line(record: object) -> dict[str, object]:
    """One line of ``bookbag reply-text``: ``{"text"}`` or ``{"html"}``.

    Raises:
        InvalidInputError: Neither or both, or no string.
    """
    given = record if isinstance(record, Mapping) else {}
    if set(given) not in ({"text"}, {"html"}):
        raise InvalidInputError("", 'expected {"text": ...} or {"html": ...}')
    ((field, value),) = given.items()
    if not isinstance(value, str):
        raise InvalidInputError(field, "expected a string")
    found = split_reply(**{"text": None, "html": None, field: value})
    removed = [{"kind": piece.kind, "text": piece.text} for piece in found.removed]
    return {"reply": found.reply, "removed": removed}


def _from_html(html: str) -> Reply:
    page = Page(html)
    signatures = {node.mem_id for node in page.select(_SIGNATURES)}
    quotes = {node.mem_id for node in page.select(_QUOTES)} | _history(page)
    own = _from_text(page.text(without=quotes | signatures))
    if not own.reply:
        return Reply(page.text())
    parts = page.parts(quotes | signatures)
    removed = (
        Removed("quote" if mem_id in quotes else "signature", part)
        for mem_id, part in parts
        if part
    )
    return Reply(own.reply, (*own.removed, *removed))


def _history(page: Page) -> set[int]:
    """The element where Outlook's history starts, and all that follows it there."""
    ids: set[int] = set()
    node = next(iter(page.select(_HISTORY_STARTS)), None)
    while node is not None:
        ids.add(node.mem_id)
        node = node.next
    return ids


def _from_text(text: str) -> Reply:
    lines = text.replace("\r\n", "\n").split("\n")
    found = owners(lines)
    reply = _joined(line for line, owner in zip(lines, found, strict=True) if owner is Owner.WRITER)
    if not reply:
        return Reply(_joined(lines))
    runs = groupby(zip(lines, found, strict=True), key=lambda pair: pair[1])
    pieces = ((owner, _joined(line for line, _ in run)) for owner, run in runs)
    removed = (Removed(owner.value, piece) for owner, piece in pieces if owner is not Owner.WRITER)
    return Reply(reply, tuple(removed))


def _joined(lines: Iterable[str]) -> str:
    return "\n".join(lines).strip()
