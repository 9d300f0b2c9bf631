"""Commands that a person gives in the first line of an internal note: ``/approve K7Q2M done``."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from itertools import dropwhile, takewhile
from typing import Literal, get_args

from plugin.text.markup import html_to_text
from plugin.text.quoting import Owner, owners
from plugin.text.short_id import normalise
from plugin.text.tokens import visible

Verb = Literal["approve", "reject", "edit", "respond", "status"]

_COMMAND = re.compile(
    rf"/({'|'.join(get_args(Verb))})[.,:;!]*(?:\s+(.*))?", re.IGNORECASE | re.ASCII
)
_LOOKS_LIKE_HTML = re.compile(r"\s*<(?:!doctype|html|body|div|p|br|span|!--)[\s>/]", re.IGNORECASE)
_AROUND_A_WORD = "[](){}<>#.,:;!\"'"


@dataclass(frozen=True, slots=True)
class NoteCommand:
    """One command.

    Attributes:
        short_id: The draft meant; None where none is named. It may name no open draft.
        done: The ``done`` of `/approve`: the actions have been done.
        rest: The reason of `/reject` (to the first empty line), the new text of `/edit`;
            elsewhere what else stood in the line. An `/approve` with a rest ("if the photo is
            clear") should not count as one.
    """

    verb: Verb
    short_id: str | None
    done: bool
    rest: str


def parse_command(
    text: str, html: str | None = None, *, open_ids: Collection[str] = frozenset()
) -> NoteCommand | None:
    """Read a note's command; None where it gives none.

    A second word is an id if it names one of `open_ids`, or else if it has an id's shape and holds
    a digit: so "/reject wrong tone" has a reason and no id, and a mistyped id is still seen as one.
    Where nobody writes a sentence, or nothing beside it in capitals, its shape is enough.

    Args:
        text: The note as plain text; HTML is tolerated.
        html: The note as HTML, read where the text gives no command.
        open_ids: The ticket's open drafts.
    """
    plain = html_to_text(text) if _LOOKS_LIKE_HTML.match(text) else text
    command = _parse(plain, open_ids)
    if command is None and html is not None:
        command = _parse(html_to_text(html), open_ids)
    return command


def _parse(text: str, open_ids: Collection[str]) -> NoteCommand | None:
    lines = _own_lines(text)
    found = _COMMAND.fullmatch(_clean(lines[0])) if lines else None
    if not found:
        return None
    verb = _verb(found[1])
    short_id, done, rest = _arguments(verb, found[2] or "", open_ids)
    below = lines[1:]
    if verb == "edit":
        rest = "\n".join([rest, *below] if rest else dropwhile(_is_blank, below))
    elif verb == "reject":
        rest = "\n".join([rest, *takewhile(_is_not_blank, below)]).strip()
    return NoteCommand(verb, short_id, done, rest)


def _own_lines(text: str) -> list[str]:
    """From the first line of the writer's own to the last; what they quote between stays."""
    # Zendesk leaves `&nbsp;` in its plain text.
    lines = text.replace("\r\n", "\n").replace("&nbsp;", " ").split("\n")
    own = [i for i, owner in enumerate(owners(lines)) if owner is Owner.WRITER and _clean(lines[i])]
    return lines[own[0] : own[-1] + 1] if own else []


def _clean(line: str) -> str:
    return visible(line).strip()


def _is_blank(line: str) -> bool:
    return not _clean(line)


def _is_not_blank(line: str) -> bool:
    return not _is_blank(line)


def _verb(written: str) -> Verb:
    return next(verb for verb in get_args(Verb) if verb == written.lower())


def _arguments(verb: Verb, line: str, open_ids: Collection[str]) -> tuple[str | None, bool, str]:
    """The id, whether it says done, and the rest of the command's line."""
    short_id, rest = _take_id(line, open_ids, sure=_is_meant_as_id(verb, line))
    if verb == "edit" and _take_done(rest) == (True, ""):
        return short_id, True, ""
    if verb != "approve":
        return short_id, False, rest
    done, rest = _take_done(rest)
    if done and short_id is None:
        short_id, rest = _take_id(rest, open_ids, sure=True)
    return short_id, done, rest


def _is_meant_as_id(verb: Verb, line: str) -> bool:
    """Whether the shape of an id is enough to be taken for one.

    A reason may begin with any word. A new reply may too, but not with one that stands alone.
    """
    if verb == "edit":
        return line.strip().isupper() and " " not in line.strip()
    return verb != "reject"


def _take_id(line: str, open_ids: Collection[str], *, sure: bool) -> tuple[str | None, str]:
    word, _, rest = line.partition(" ")
    short_id = normalise(word.strip(_AROUND_A_WORD))
    known = {normalise(open_id) for open_id in open_ids}
    seen = sure or any(character.isdigit() for character in word)
    if short_id and (short_id in known or seen):
        return short_id, rest.strip()
    return None, line.strip()


def _take_done(line: str) -> tuple[bool, str]:
    word, _, rest = line.partition(" ")
    if word.strip(_AROUND_A_WORD).lower() == "done":
        return True, rest.strip()
    return False, line
