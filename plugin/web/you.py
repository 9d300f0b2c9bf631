"""``/you``: where somebody is signed in, and their password."""

from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from plugin.errors import InvalidInputError
from plugin.staff import passwords
from plugin.store import audit, credentials
from plugin.web.doors import EVERYBODY, open_to
from plugin.web.password_form import read_new
from plugin.web.sign_in import BROWSER, signed_in
from plugin.web.state import runtime

pages = Blueprint("you", __name__, url_prefix="/you")

_OTHERS = "others"


@dataclass(frozen=True, slots=True)
class Place:
    """One place where somebody is signed in."""

    id: str
    words: str
    since: datetime
    seen: datetime
    until: datetime
    here: bool


@pages.get("")
@open_to(*EVERYBODY)
def show() -> ResponseReturnValue:
    """All places, and the form for another password."""
    return _page()


@pages.post("/sessions/end")
@open_to(*EVERYBODY)
def end() -> ResponseReturnValue:
    """Sign out of one place, or of every place but this."""
    who, now = signed_in(), runtime().now()
    wanted = request.form.get("session", "")
    only, but = (None, who.session_id) if wanted == _OTHERS else (wanted, None)
    with runtime().database.write() as session:
        ended = credentials.end_sessions(
            session, who.scope, who.person.id, at=now, only=only, but=but
        )
        if ended:
            actor, detail = f"person:{who.person.id}", {"person": who.person.id, "ended": ended}
            audit.add(
                session, who.scope, at=now, actor=actor, event="sessions_ended", detail=detail
            )
    flash("Signed out there." if ended else "You were not signed in there any more.")
    return redirect(url_for("you.show"))


@pages.post("/password")
@open_to(*EVERYBODY)
def change_password() -> ResponseReturnValue:
    """Another password, by whoever knows the one before. All other sessions end."""
    who, database = signed_in(), runtime().database
    with database.read() as session:
        knows = passwords.is_theirs(runtime(), session, who.person, request.form.get("current", ""))
    if not knows:
        wrong = InvalidInputError("current", "This is not your password.")
        return _page(wrong), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        with database.write() as session:
            passwords.choose(runtime(), session, who.person, read_new())
            credentials.end_sessions(
                session, who.scope, who.person.id, at=runtime().now(), but=who.session_id
            )
    except InvalidInputError as wrong:
        return _page(wrong), wrong.http_status
    flash("Your password is changed. You are signed out everywhere else.")
    return redirect(url_for("you.show"))


def _page(wrong: InvalidInputError | None = None) -> str:
    who = signed_in()
    with runtime().database.read() as session:
        rows = credentials.sessions_of(session, who.scope, who.person.id, at=runtime().now())
        has_password = credentials.password_of(session, who.scope, who.person.id) is not None
    places = [
        Place(
            id=row.id,
            words="A browser" if row.surface in (BROWSER, None) else "The sidebar in the helpdesk",
            since=row.created_at,
            seen=row.last_seen_at or row.created_at,
            until=row.expires_at,
            here=row.id == who.session_id,
        )
        for row in rows
    ]
    return render_template(
        "you.html",
        who=who,
        places=places,
        has_password=has_password,
        wrong=wrong,
        shortest=passwords.SHORTEST,
        longest=passwords.LONGEST,
    )
