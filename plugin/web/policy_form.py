"""What the forms that change the policies carry from page to page: the text, and what it was."""

from dataclasses import dataclass

from flask import Blueprint, request

from plugin.errors import InvalidInputError
from plugin.store import files
from plugin.store.file_tables import PolicyVersion
from plugin.store.scope import Scope
from plugin.web.state import runtime
from plugin.web.verdict_form import plain_lines

LONGEST_WHY = 500
# A text that is too long for a policy file comes back with that sentence, not lost.
_LARGEST_FORM_BYTES = 4 * 1024 * 1024
# Each row of the table is seven of them.
_MOST_FIELDS = 2_000
_UNREADABLE = "This form cannot be read; reload the page."
_FIRST = """\
# What the AI may do. Where no policy matches, an agent reviews the draft.
version: 1
# As soon as an amount stands below:
# currency: USD

policies: []
"""


@dataclass(frozen=True, slots=True)
class Edit:
    """A policy file that somebody is about to change.

    Attributes:
        source: Its text as it stands now.
        edited_from: The version it was made of; 0 where none was in force.
        back_to: The earlier version whose text it is; None for a text of their own.
    """

    source: str
    edited_from: int
    back_to: int | None = None


def allow_large_forms(pages: Blueprint) -> None:
    """Let a form of these pages hold a whole policy file, and one that is too long."""

    @pages.url_value_preprocessor
    def _allow(_endpoint: str | None, _values: dict[str, object] | None) -> None:
        request.max_content_length = _LARGEST_FORM_BYTES
        request.max_form_memory_size = _LARGEST_FORM_BYTES
        request.max_form_parts = _MOST_FIELDS


def edit_of(version: PolicyVersion | None) -> Edit:
    """To begin with: what is in force, or the start of a first file."""
    return Edit(version.source, version.number) if version else Edit(_FIRST, 0)


def begun(scope: Scope) -> Edit:
    """What somebody begins with who has changed nothing yet."""
    with runtime().database.read() as session:
        return edit_of(files.policy_in_force(session, scope))


def read_edit() -> Edit:
    """What a form carries.

    Raises:
        InvalidInputError: It is no form of ours.
    """
    form = request.form
    edited_from = form.get("edited_from", type=int)
    if edited_from is None or "source" not in form:
        raise InvalidInputError("", _UNREADABLE)
    return Edit(plain_lines(form["source"]), edited_from, form.get("back_to", type=int))


def read_why() -> str:
    """Why somebody activates a file, as they say.

    Raises:
        InvalidInputError: They do not say, or say too much.
    """
    why = " ".join(request.form.get("why", "").split())
    if not why:
        raise InvalidInputError("why", "Say why, for those who read the history.")
    if len(why) > LONGEST_WHY:
        raise InvalidInputError("why", f"A reason has at most {LONGEST_WHY} characters.")
    return why
