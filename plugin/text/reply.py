"""The writer's own words in a message: without quoted history, signature and disclaimer.

A fallback: where we hold the text from before the helpdesk added to it, that is better.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from plugin.errors import InvalidInputError
from plugin.text.mail_programs import mark_mail
from plugin.text.markup import Page, html_to_text
from plugin.text.quoting import Owner, owners

__all__ = ["Removed", "Reply", "html_to_text", "reply_line", "reply_of", "split_reply"]

_BREAKS = re.compile(r"\n{3,}")


@dataclass(frozen=True, slots=True)
class Removed:
    """A piece that is not the writer's own, as it stood there.

    Attributes:
        kind: ``quote``, ``signature`` or ``disclaimer``.
    """

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Reply:
    """A message cut into the writer's own words and the rest, in the message's order.

    Every visible word is in one of the two.
    """

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
    mark_mail(page)
    lines, marks = page.lines()
    found = owners(lines, marks)
    reply = _BREAKS.sub("\n\n", _own(lines, found))
    if not reply:
        return Reply(page.text())
    removed = (Removed(p.kind, _BREAKS.sub("\n\n", p.text)) for p in _removed(lines, found))
    return Reply(reply, tuple(removed))


def _from_text(text: str) -> Reply:
    lines = text.split("\n")
    found = owners(lines)
    reply = _own([line.removesuffix("\r") for line in lines], found)
    if not reply:
        return Reply(text.replace("\r\n", "\n").strip())
    return Reply(reply, tuple(_removed(lines, found)))


def _own(lines: Sequence[str], found: Sequence[Owner]) -> str:
    pairs = zip(lines, found, strict=True)
    return "\n".join(line for line, owner in pairs if owner is Owner.WRITER).strip()


def _removed(lines: Sequence[str], found: Sequence[Owner]) -> list[Removed]:
    """The runs of lines that are not the writer's; one that holds nothing is none."""
    if set(found) == {Owner.WRITER}:
        return []
    runs = groupby(zip(lines, found, strict=True), key=lambda pair: pair[1])
    pieces = (
        Removed(owner.value, "\n".join(line for line, _ in run).strip())
        for owner, run in runs
        if owner is not Owner.WRITER
    )
    return [piece for piece in pieces if piece.text]
