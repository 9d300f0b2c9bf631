"""``/policies``: what is in force, in plain words; what was before, who changed it and why."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from plugin.store import files
from plugin.web import policy_view
from plugin.web.policy_rights import open_to_readers
from plugin.web.sign_in import signed_in
from plugin.web.state import runtime

pages = Blueprint("policies", __name__, url_prefix="/policies")

# Of a column's numbers; a larger one cannot even be asked for.
_LARGEST = 2**31 - 1


@pages.get("")
@open_to_readers
def show() -> ResponseReturnValue:
    """The version in force."""
    who = signed_in()
    with runtime().database.read() as session:
        version = files.policy_in_force(session, who.scope)
    rules = policy_view.rules_of(version.source) if version else policy_view.NO_RULES
    return render_template("policies.html", who=who, version=version, rules=rules)


@pages.get("/history")
@open_to_readers
def history() -> ResponseReturnValue:
    """Every version, newest first, so many at a time."""
    who = signed_in()
    before = request.args.get("before", type=_number)
    with runtime().database.read() as session:
        found = files.policy_history(
            session, who.scope, limit=policy_view.A_PAGE + 1, before=before
        )
    versions = found[: policy_view.A_PAGE]
    older = versions[-1].number if len(found) > len(versions) else None
    return render_template(
        "policy_history.html", who=who, versions=versions, older=older, newest=before is None
    )


@pages.get(f"/versions/<int(max={_LARGEST}):number>")
@open_to_readers
def version(number: int) -> ResponseReturnValue:
    """One version: its text, and what it changed."""
    who = signed_in()
    with runtime().database.read() as session:
        shown = files.policy_version(session, who.scope, number)
        (before,) = files.policy_history(session, who.scope, limit=1, before=number) or (None,)
        earlier = files.policy_version(session, who.scope, before.number) if before else None
        now = files.policy_in_force(session, who.scope)
    return render_template(
        "policy_version.html",
        who=who,
        version=shown,
        before=before,
        change=policy_view.change_of(earlier.source if earlier else "", shown.source),
        in_force=now.number if now else 0,
    )


def _number(text: str) -> int:
    """A version's number as an address names it, kept within what can be asked for."""
    return max(0, min(int(text), _LARGEST))
