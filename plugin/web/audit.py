"""``/audit``: what happened, newest first, for auditors and admins; and whether it is untouched."""

from datetime import UTC, date, datetime, time, timedelta

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from plugin.audit.verify import verify
from plugin.models import Role
from plugin.store import audit, people
from plugin.store.audit import Wanted
from plugin.web.audit_words import EVENTS, line_of
from plugin.web.doors import open_to, open_to_strangers
from plugin.web.sign_in import signed_in
from plugin.web.state import runtime

pages = Blueprint("audit", __name__, url_prefix="/audit")

_A_PAGE = 50
_LARGEST = 2**62
_open_to_readers = open_to(
    Role.AUDITOR, Role.ADMIN, otherwise="The audit is shown to auditors and admins."
)


@pages.get("")
@_open_to_readers
def show() -> ResponseReturnValue:
    """So many rows, and what may be asked for."""
    who = signed_in()
    asked = {name: request.args.get(name, "").strip() for name in _ASKED}
    before = request.args.get("before", type=int)
    wanted = Wanted(
        actor=asked["actor"] or None,
        event=asked["event"] or None,
        draft_id=asked["draft"] or None,
        since=_day(asked["since"]),
        until=_day(asked["until"], days=1),
    )
    with runtime().database.read() as session:
        names = people.names(session, who.scope)
        below = None if before is None else max(0, min(before, _LARGEST))
        rows, older = audit.newest(session, who.scope, wanted, before=below, limit=_A_PAGE)
        texts = audit.texts(session, who.scope, [row.id for row in rows])
    return render_template(
        "audit.html",
        who=who,
        lines=[line_of(row, texts.get(row.id), names) for row in rows],
        asked=asked,
        older=older,
        newest=before is None,
        actors={
            **{f"person:{key}": name for key, name in sorted(names.items(), key=lambda n: n[1])},
            "system": "Bookbag",
            "command": "The command line",
        },
        events={event: words for event, (words, _) in EVENTS.items()},
    )


@pages.get("/check")
@open_to_strangers("only leads to the audit")
def unchecked() -> ResponseReturnValue:
    """A check is asked for by its button."""
    return redirect(url_for("audit.show"))


@pages.post("/check")
@_open_to_readers
def check() -> ResponseReturnValue:
    """Go through every row there is, now."""
    who = signed_in()
    chain = verify(runtime().database, who.scope)
    return render_template("audit_checked.html", who=who, chain=chain, now=runtime().now())


_ASKED = ("actor", "event", "draft", "since", "until")


def _day(text: str, *, days: int = 0) -> datetime | None:
    """The beginning of a day, UTC, or of one some days after; None for what is no day."""
    try:
        day = date.fromisoformat(text) + timedelta(days=days)
    except (ValueError, OverflowError):
        return None
    return datetime.combine(day, time(), UTC)
