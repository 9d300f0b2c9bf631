"""``/people``: who may do what. For admins."""

from http import HTTPStatus
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from plugin.errors import InvalidInputError, MissingError
from plugin.models import Role
from plugin.staff import changes, invitations
from plugin.store import credentials, merchants, people
from plugin.web.doors import open_to
from plugin.web.people_form import EMPTY, PersonForm, form_of, read_form
from plugin.web.sign_in import SignedIn, signed_in
from plugin.web.state import runtime

pages = Blueprint("people", __name__, url_prefix="/people")

open_to_admins = open_to(Role.ADMIN, otherwise="Only an admin sees and changes the people.")
ROLES = {
    Role.AGENT: "agent: reviews drafts, within their limit",
    Role.LEAD: "lead: signs what needs approval, too",
    Role.ADMIN: "admin: changes policies and people, too",
    Role.AUDITOR: "auditor: looks at everything, changes nothing",
}


@pages.get("")
@open_to_admins
def show() -> ResponseReturnValue:
    """Everybody."""
    who = signed_in()
    with runtime().database.read() as session:
        everybody = people.everybody(session, who.scope, deactivated=True)
    return render_template(
        "people.html",
        who=who,
        everybody=everybody,
        limit_of=people.limit_of,
        now=runtime().now(),
    )


@pages.get("/add")
@open_to_admins
def ask() -> ResponseReturnValue:
    """The form for somebody new."""
    return _add_page(EMPTY)


@pages.post("/add")
@open_to_admins
def add() -> ResponseReturnValue:
    """Somebody new, with an invitation at once."""
    who, form = signed_in(), read_form()
    try:
        person_id = changes.add(runtime(), who.scope, _actor(who), form.email, form.rights())
    except (InvalidInputError, MissingError) as wrong:
        return _add_page(form, wrong), HTTPStatus.UNPROCESSABLE_ENTITY
    return _invited(who, person_id)


@pages.get("/<uuid:person_id>")
@open_to_admins
def person(person_id: UUID) -> ResponseReturnValue:
    """One person."""
    return _page(str(person_id))


@pages.post("/<uuid:person_id>")
@open_to_admins
def change(person_id: UUID) -> ResponseReturnValue:
    """Say otherwise of somebody."""
    who = signed_in()
    with runtime().database.read() as session:
        people.person(session, who.scope, str(person_id))
    form = read_form()
    try:
        changed = changes.change(runtime(), who.scope, _actor(who), str(person_id), form.rights())
    except (InvalidInputError, MissingError) as wrong:
        return _page(str(person_id), form, wrong), HTTPStatus.UNPROCESSABLE_ENTITY
    flash("Saved. It holds from the next click on." if changed else "Nothing was changed.")
    return redirect(url_for("people.person", person_id=person_id))


@pages.post("/<uuid:person_id>/invite")
@open_to_admins
def invite(person_id: UUID) -> ResponseReturnValue:
    """A link that lets somebody in, shown this once."""
    return _invited(signed_in(), str(person_id))


@pages.post("/<uuid:person_id>/deactivate")
@open_to_admins
def deactivate(person_id: UUID) -> ResponseReturnValue:
    """Let somebody do nothing any more."""
    who = signed_in()
    try:
        changes.deactivate(runtime(), who.scope, _actor(who), str(person_id))
    except InvalidInputError as wrong:
        return _page(str(person_id), None, wrong), wrong.http_status
    flash("Deactivated and signed out everywhere.")
    return redirect(url_for("people.person", person_id=person_id))


@pages.post("/<uuid:person_id>/reactivate")
@open_to_admins
def reactivate(person_id: UUID) -> ResponseReturnValue:
    """Let somebody back in."""
    who = signed_in()
    changes.reactivate(runtime(), who.scope, _actor(who), str(person_id))
    flash("Active again. Invite them: what they signed in with before is forgotten.")
    return redirect(url_for("people.person", person_id=person_id))


@pages.post("/<uuid:person_id>/end-sessions")
@open_to_admins
def end_sessions(person_id: UUID) -> ResponseReturnValue:
    """Sign somebody out everywhere."""
    who = signed_in()
    ended = changes.end_sessions(runtime(), who.scope, _actor(who), str(person_id))
    flash(f"Signed out of {ended} place{'' if ended == 1 else 's'}.")
    return redirect(url_for("people.person", person_id=person_id))


def _actor(who: SignedIn) -> str:
    return f"person:{who.person.id}"


def _invited(who: SignedIn, person_id: str) -> ResponseReturnValue:
    try:
        link = invitations.invite(runtime(), who.scope, _actor(who), person_id)
    except InvalidInputError as wrong:
        return _page(person_id, None, wrong), wrong.http_status
    return _page(person_id, link=link)


def _add_page(form: PersonForm, wrong: InvalidInputError | MissingError | None = None) -> str:
    who = signed_in()
    with runtime().database.read() as session:
        accounts = merchants.accounts(session, who.scope)
    return render_template(
        "people_add.html", who=who, form=form, wrong=_said(wrong), accounts=accounts, roles=ROLES
    )


def _page(
    person_id: str,
    form: PersonForm | None = None,
    wrong: InvalidInputError | MissingError | None = None,
    *,
    link: str | None = None,
) -> str:
    who, now = signed_in(), runtime().now()
    with runtime().database.read() as session:
        row = people.person(session, who.scope, person_id)
        accounts = merchants.accounts(session, who.scope)
        places = credentials.sessions_of(session, who.scope, row.id, at=now)
    return render_template(
        "people_person.html",
        who=who,
        person=row,
        form=form or form_of(row),
        wrong=_said(wrong),
        accounts=accounts,
        places=len(places),
        roles=ROLES,
        link=link,
    )


def _said(wrong: InvalidInputError | MissingError | None) -> dict[str, str]:
    """The sentence by the field it is about; ``""`` for none."""
    if wrong is None:
        return {}
    if isinstance(wrong, InvalidInputError):
        return {wrong.field: wrong.message}
    return {"helpdesk-user": str(wrong)}
