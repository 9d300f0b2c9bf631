"""``/queue/batch``: look-alike drafts that risk little, read side by side and approved together.

Each is a verdict of its own, on the revision that was shown: what moved meanwhile is told one by
one, and stays as it is.
"""

from dataclasses import dataclass

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from plugin.errors import BookbagError, InvalidInputError, MovedError
from plugin.models import DraftState, Surface, VerdictKind
from plugin.review.lookalikes import FEWEST, MOST, Kind, kind_of, why_apart
from plugin.review.verdicts import Verdict, give
from plugin.store import drafts
from plugin.store.drafts import Held
from plugin.store.engine import DatabaseUnavailableError
from plugin.text.diff import diff
from plugin.text.hunks import Hunk, display_hunks
from plugin.web import queue_view
from plugin.web.doors import NO_VERDICT, SIGNERS, open_to
from plugin.web.sign_in import SignedIn, signed_in
from plugin.web.state import runtime

pages = Blueprint("batch", __name__)

_UNREADABLE = "This form cannot be read; reload the page."
_BUSY = "The database could not be reached. Look whether it was approved, then try again."
_NOT_TRIED = "Not tried, for the one before it could not be stored."


@dataclass(frozen=True, slots=True)
class Shown:
    """One of the look-alikes, and how its text differs from that of the first."""

    held: Held
    hunks: tuple[Hunk, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one that was ticked. `why_not` is None where it was approved."""

    draft_id: str
    name: str
    why_not: str | None


@pages.get("/queue/batch")
@open_to(*SIGNERS, otherwise=NO_VERDICT)
def show() -> ResponseReturnValue:
    """The look-alikes of one kind, all of them ticked."""
    who = signed_in()
    if not request.args:
        return redirect(url_for("queue.show"))
    kind = _kind()
    shown, more = _look(who, kind)
    return render_template(
        "queue_batch.html",
        who=who,
        kind=kind,
        shown=shown,
        more=more,
        most=MOST,
        fewest=FEWEST,
        now=runtime().now(),
        undo=runtime().settings.undo_seconds,
    )


@pages.post("/queue/batch")
@open_to(*SIGNERS, otherwise=NO_VERDICT)
def approve() -> ResponseReturnValue:
    """Approve what is ticked, one by one."""
    who = signed_in()
    kind = _kind()
    ticked = [_ticked(value) for value in dict.fromkeys(request.form.getlist("draft"))]
    if not ticked:
        raise InvalidInputError("draft", "Nothing is ticked, so nothing was approved.")
    if len(ticked) > MOST:
        raise InvalidInputError("draft", f"At most {MOST} are approved at once.")
    results: list[Result] = []
    for draft_id, rev in ticked:
        stopped = bool(results) and results[-1].why_not in (_BUSY, _NOT_TRIED)
        results.append(
            Result(draft_id, draft_id[-8:], _NOT_TRIED)
            if stopped
            else _approve(who, kind, draft_id, rev)
        )
    return render_template(
        "queue_batch_done.html",
        who=who,
        kind=kind,
        approved=[result for result in results if result.why_not is None],
        refused=[result for result in results if result.why_not is not None],
        undo=runtime().settings.undo_seconds,
    )


def _kind() -> Kind:
    given = request.values
    return Kind(given.get("intent", ""), given.get("language", ""), given.get("source", ""))


def _look(who: SignedIn, kind: Kind) -> tuple[list[Shown], bool]:
    """The look-alikes that the reader's queue shows, as many as are approved at once."""
    with runtime().database.read() as session:
        lines = queue_view.reviewable(session, who, now=runtime().now())
        same = [line.draft.id for line in lines if line.kind == kind]
        held = [drafts.get(session, who.scope, draft_id) for draft_id in same[:MOST]]
    first = _text(held[0]) if held else ""
    shown = [Shown(one, display_hunks(diff(first, _text(one)))) for one in held]
    return shown, len(same) > MOST


def _text(held: Held) -> str:
    return held.draft.final_text or held.draft.text or ""


def _ticked(value: str) -> tuple[str, int]:
    draft_id, _, rev = value.partition(":")
    if not rev.isascii() or not rev.isdigit() or len(rev) > len("999999"):
        raise InvalidInputError("draft", _UNREADABLE)
    return draft_id, int(rev)


def _approve(who: SignedIn, kind: Kind, draft_id: str, rev: int) -> Result:
    name = "A draft that is not here"
    try:
        with runtime().database.read() as session:
            held = drafts.get(session, who.scope, draft_id)
        name = f"{held.draft.short_id}, {held.draft.subject or '(no subject)'}"
        _require_alike(who, kind, held)
        seen = DraftState.AWAITING_REVIEW
        verdict = Verdict(VerdictKind.APPROVE, Surface.BATCH, rev=rev, state=seen)
        give(runtime(), who.scope, draft_id, who.person, verdict)
    except BookbagError as error:
        return Result(draft_id, name, str(error))
    except DatabaseUnavailableError:
        return Result(draft_id, name, _BUSY)
    return Result(draft_id, name, None)


def _require_alike(who: SignedIn, kind: Kind, held: Held) -> None:
    """It is still one of those that may be approved together. `give` looks at all else again."""
    if held.draft.state is not DraftState.AWAITING_REVIEW:
        return  # `give` says who moved it, and where to
    why = why_apart(held, who.person, runtime().now())
    if why is None and kind_of(held.draft) != kind:
        why = "It is not like the others any more."
    if why is not None:
        raise MovedError(why)
