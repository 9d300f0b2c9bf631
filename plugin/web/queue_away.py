"""``/away``: who is out of the office until when, and who signs meanwhile."""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from plugin.errors import InvalidInputError
from plugin.models import Role
from plugin.review.absence import LONGEST, require_may_set, set_away
from plugin.store import people
from plugin.store.absence import is_away
from plugin.store.people_tables import PersonRow
from plugin.web.doors import NO_VERDICT, SIGNERS, open_to
from plugin.web.errors import for_machines
from plugin.web.sign_in import SignedIn, signed_in
from plugin.web.state import runtime
from plugin.web.words import utc

pages = Blueprint("away", __name__)


@pages.get("/away")
@open_to(*SIGNERS, otherwise=NO_VERDICT)
def show() -> ResponseReturnValue:
    """The reader's own absence; an admin may ask for another's."""
    return _page(signed_in())


@pages.post("/away")
@open_to(*SIGNERS, otherwise=NO_VERDICT)
def save() -> ResponseReturnValue:
    """Say until when somebody is away, or that they are back."""
    who = signed_in()
    whose_id = request.form.get("person") or who.person.id
    back = request.form.get("say") == "back"
    try:
        until = None if back else _last_moment(request.form.get("until", ""))
        delegate_id = request.form.get("delegate") or None
        whose = set_away(
            runtime(), who.scope, who.person, whose_id, until=until, delegate_id=delegate_id
        )
    except InvalidInputError as invalid:
        if for_machines():
            raise
        return _page(who, invalid), invalid.http_status
    own = whose.id == who.person.id
    name = "You are" if own else f"{whose.name} is"
    flash(f"Noted: {name} away until {utc(until)}." if until else f"Noted: {name} back.")
    return redirect(url_for("away.show", person=None if own else whose.id))


def _page(who: SignedIn, invalid: InvalidInputError | None = None) -> str:
    whose_id = request.values.get("person") or who.person.id
    now = runtime().now()
    with runtime().database.read() as session:
        everybody = people.everybody(session, who.scope)
        whose = people.person(session, who.scope, whose_id)
    require_may_set(who.person, whose)
    away = is_away(whose, now)
    last_day = whose.away_until - timedelta(seconds=1) if away and whose.away_until else None
    return render_template(
        "queue_away.html",
        who=who,
        whose=whose,
        own=whose.id == who.person.id,
        away=away,
        last_day=last_day,
        delegate=next((one for one in everybody if one.id == whose.delegate_id), None),
        choices=_choices(everybody, whose, now),
        others=[one for one in everybody if one.role.may_sign_for(Role.AGENT)]
        if who.person.role is Role.ADMIN
        else [],
        problem=invalid,
        typed=request.form,
        first=now.date(),
        last=(now + LONGEST - timedelta(days=1)).date(),
    )


def _choices(everybody: Sequence[PersonRow], whose: PersonRow, now: datetime) -> list[PersonRow]:
    """Who may sign in somebody's place."""
    return [
        one
        for one in everybody
        if one.id != whose.id and one.role.may_sign_for(Role.AGENT) and not is_away(one, now)
    ]


def _last_moment(day: str) -> datetime:
    """The end of the last day away, in UTC as all of the pages' times are."""
    try:
        last = datetime.strptime(day, "%Y-%m-%d").replace(tzinfo=UTC).date()
        return datetime.combine(last + timedelta(days=1), time(), UTC)
    except (ValueError, OverflowError) as bad:
        raise InvalidInputError("until", "Choose the last day you are away.") from bad
