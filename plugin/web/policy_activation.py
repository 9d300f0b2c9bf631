"""``/policies/preview`` and ``/policies/activate``: what a text would change; then it holds."""

from collections.abc import Mapping
from http import HTTPStatus

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from plugin.activation import Activator, activate
from plugin.errors import InvalidInputError, MovedError, PolicyFileError
from plugin.sightings import check_for
from plugin.store import files
from plugin.web.doors import open_to_strangers
from plugin.web.policy_form import LONGEST_WHY, Edit, allow_large_forms, read_edit, read_why
from plugin.web.policy_replay import MOST_DRAFTS, SPAN, look_back
from plugin.web.policy_rights import open_to_editors
from plugin.web.policy_text import checked_of, text_page
from plugin.web.policy_view import change_of
from plugin.web.sign_in import SignedIn, signed_in
from plugin.web.state import runtime

pages = Blueprint("policy_activation", __name__, url_prefix="/policies")
allow_large_forms(pages)

_REFUSED = "This text cannot be activated. What is wrong stands below, beside its line."


@pages.get("/preview")
@pages.get("/activate")
@open_to_strangers("only leads to the policies")
def after_a_form() -> ResponseReturnValue:
    """Where the address bar points after a form: whoever reloads it wants the policies."""
    return redirect(url_for("policies.show"))


@pages.post("/preview")
@open_to_editors
def preview() -> ResponseReturnValue:
    """What a text would change of the version in force."""
    return preview_page(signed_in(), read_edit())


@pages.post("/activate")
@open_to_editors
def confirm() -> ResponseReturnValue:
    """Put a text in force."""
    who, edit = signed_in(), read_edit()
    by = Activator(who.person.name, f"person:{who.person.id}")
    try:
        number = activate(
            runtime(), who.scope, edit.source, by, why=read_why(), edited_from=edit.edited_from
        )
    except PolicyFileError:
        return _refused(who, edit)
    except InvalidInputError as wrong:
        return preview_page(
            who, edit, beside={wrong.field: wrong.message}, status=wrong.http_status
        )
    except MovedError as moved:
        return preview_page(who, edit, moved=str(moved), status=moved.http_status)
    flash(f"Version {number} is in force. It holds from the next draft on.")
    return redirect(url_for("policies.show"))


def preview_page(
    who: SignedIn,
    edit: Edit,
    *,
    moved: str | None = None,
    beside: Mapping[str, str] | None = None,
    status: HTTPStatus = HTTPStatus.OK,
) -> ResponseReturnValue:
    """What would change. `beside`: what is wrong with a field, by its name."""
    problems = check_for(runtime(), who.scope.merchant_id, edit.source)
    checked = checked_of(edit.source, problems)
    if checked.errors:
        return _refused(who, edit)
    with runtime().database.read() as session:
        now = files.policy_in_force(session, who.scope)
    page = render_template(
        "policy_preview.html",
        who=who,
        edit=edit,
        now=now,
        checked=checked,
        change=change_of(now.source if now else "", edit.source),
        look=look_back(runtime(), who.scope, edit.source),
        days=SPAN.days,
        most=MOST_DRAFTS,
        moved=moved,
        beside=beside or {},
        why=request.form.get("why", f"Back to version {edit.back_to}" if edit.back_to else ""),
        longest_why=LONGEST_WHY,
    )
    return page, status


def _refused(who: SignedIn, edit: Edit) -> ResponseReturnValue:
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    return text_page(who, edit, checked_of(edit.source), refused=_REFUSED, status=status)
