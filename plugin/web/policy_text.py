"""``/policies/text``: the policy file as text, with what is wrong beside each line."""

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from itertools import groupby

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from plugin.errors import Problem
from plugin.policy.load import check
from plugin.web.policy_form import Edit, allow_large_forms, begun, read_edit
from plugin.web.policy_rights import open_to_editors
from plugin.web.sign_in import SignedIn, signed_in

pages = Blueprint("policy_text", __name__, url_prefix="/policies")
allow_large_forms(pages)

_MOST_PROBLEMS = 100
_LONGEST_LINE = 200


@dataclass(frozen=True, slots=True)
class Marked:
    """A line of the text, and what is wrong with it or doubtful."""

    number: int
    text: str
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check of a text found. `more` problems are not shown."""

    lines: tuple[Marked, ...]
    errors: int
    warnings: int
    more: int


@pages.get("/text")
@open_to_editors
def edit() -> ResponseReturnValue:
    """The text in force, to be changed."""
    who = signed_in()
    return text_page(who, begun(who.scope))


@pages.post("/text")
@open_to_editors
def go_on() -> ResponseReturnValue:
    """The text as it was sent, checked."""
    who, edit = signed_in(), read_edit()
    return text_page(who, edit, checked_of(edit.source))


def text_page(
    who: SignedIn,
    edit: Edit,
    checked: Checked | None = None,
    *,
    refused: str | None = None,
    status: HTTPStatus = HTTPStatus.OK,
) -> ResponseReturnValue:
    """The text in its field; nothing that was typed is lost."""
    page = render_template("policy_text.html", who=who, edit=edit, checked=checked, refused=refused)
    return page, status


def checked_of(source: str, problems: Sequence[Problem] | None = None) -> Checked:
    """Every problem beside its line: those given, else what the text alone shows."""
    problems = check(source) if problems is None else problems
    lines = source.split("\n")
    shown = problems[:_MOST_PROBLEMS]
    return Checked(
        lines=tuple(
            Marked(number, _cut(lines[number - 1]), tuple(found))
            for number, found in groupby(shown, key=lambda problem: min(problem.line, len(lines)))
        ),
        errors=sum(problem.level == "error" for problem in problems),
        warnings=sum(problem.level != "error" for problem in problems),
        more=len(problems) - len(shown),
    )


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_LINE else f"{text[:_LONGEST_LINE]} …"
