"""A draft goes into an agent's composer, to be sent from there by themself.

Two ways out for one reply, so only one is open at a time: while an agent has the draft in their
composer, nobody else approves it and nothing delivers it. The agent's own message is matched to
the draft when it is seen: `delivery.answers`.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

import structlog
from sqlalchemy.orm import Session

from plugin.errors import ForbiddenError, MovedError
from plugin.models import DraftState, Oversight, Surface
from plugin.outbox import ask_delivery
from plugin.review.rights import (
    are_done,
    edited_text,
    in_composer_words,
    require_as_seen,
    require_done,
    require_still_true,
)
from plugin.runtime import Runtime
from plugin.signing import require_agent, require_signer
from plugin.store import audit, drafts, verdicts
from plugin.store.audit_tables import AuditRow
from plugin.store.drafts import COMPOSER_LASTS, Held, in_composer_until
from plugin.store.people_tables import PersonRow
from plugin.store.scope import Scope

log = structlog.get_logger(__name__)

_INSERTED = "inserted"


def insert(
    runtime: Runtime,
    scope: Scope,
    draft_id: str,
    person: PersonRow,
    *,
    rev: int,
    state: DraftState,
    text: str | None = None,
    done: bool = False,
    unasked: bool = False,
) -> str:
    """Hand the draft to a person's composer. Returns the words to put there.

    Args:
        runtime: The service.
        scope: Whose draft.
        draft_id: Which.
        person: Who sends it from their composer; they have it for ten minutes.
        rev: The revision they saw.
        state: The state they saw.
        text: Their own edit of it; only before it is signed.
        done: They say that they have done every action.
        unasked: Their sidebar does it by itself, because their composer is empty. It may once a
            draft, and takes none out of anybody's hands.

    Raises:
        MissingError: No such draft of this merchant.
        MovedError: It is not what they saw, not to be sent (yet), or in somebody else's composer;
            or nobody asked for it, and it is not `insertable_unasked`.
        ForbiddenError: They may not, and who may.
        InvalidInputError: Its actions are not done, or the edit is empty or too long.
    """
    require_still_true(runtime, scope, draft_id, said_done=done, leaves=True)
    now = runtime.now()
    with runtime.database.write() as session:
        held = drafts.get(session, scope, draft_id, lock=True)
        require_as_seen(session, scope, held, rev, state)
        require_agent(person)
        _require_insertable(held)
        if _is_anothers(held, person, now):
            raise MovedError(in_composer_words(runtime, session, scope, held))
        past = audit.of_draft(session, scope, draft_id) if unasked else ()
        if unasked and not insertable_unasked(held, past, now):
            raise MovedError("This draft is inserted by its button only.")
        words = _words(runtime, session, scope, held, text)
        ticked = _tick(session, scope, held, person, said=done, at=now)
        _claim(runtime, session, scope, held, person, at=now)
        detail: dict[str, object] = {
            "surface": Surface.SIDEBAR,
            "rev": held.draft.rev,
            "ticked": ticked,
        }
        if unasked:
            detail["unasked"] = True
        _record(session, scope, held, person, event=_INSERTED, detail=detail, at=now)
    log.info("draft_inserted", draft=draft_id, state=state)
    return words


def release(runtime: Runtime, scope: Scope, draft_id: str, person: PersonRow) -> DraftState:
    """Say that the person does not send it from their composer after all. Returns its state.

    An approved draft goes out then, after the time to undo, where we can send it. What nobody has
    is released already.

    Raises:
        MissingError: No such draft of this merchant.
        ForbiddenError: Somebody else has it.
    """
    now = runtime.now()
    with runtime.database.write() as session:
        held = drafts.get(session, scope, draft_id, lock=True)
        draft = held.draft
        if in_composer_until(draft, now) is None:
            return draft.state
        if draft.inserted_by != person.id:
            raise ForbiddenError(in_composer_words(runtime, session, scope, held))
        nobodys: dict[str, object] = {"inserted_by": None, "inserted_at": None}
        if draft.state is DraftState.APPROVED and not held.insert_only:
            due = now + timedelta(seconds=runtime.settings.undo_seconds)
            drafts.change(session, scope, draft, due_at=due, **nobodys)
            ask_delivery(session, runtime.enqueue, scope, draft, due=due, at=now)
        else:
            drafts.change(session, scope, draft, **nobodys)
        _record(session, scope, held, person, event="released", detail={"rev": draft.rev}, at=now)
    log.info("draft_released", draft=draft_id, state=draft.state)
    return draft.state


def may_insert(held: Held, person: PersonRow, now: datetime) -> bool:
    """Whether `insert` would take this draft of this person, once its actions are done."""
    try:
        require_agent(person)
        _require_insertable(held)
        if not are_done(held):
            require_signer(held, person)
    except (ForbiddenError, MovedError):
        return False
    return not _is_anothers(held, person, now)


def insertable_unasked(held: Held, past: Iterable[AuditRow], now: datetime) -> bool:
    """Whether it may come into a composer by itself: it waits, and nobody ever had it in theirs.

    What is signed goes out by itself; an insertion that nobody asked for would hold it up. `past`
    is the draft's history.
    """
    return (
        held.draft.state is DraftState.AWAITING_REVIEW
        and are_done(held)
        and in_composer_until(held.draft, now) is None
        and not any(row.event == _INSERTED for row in past)
    )


def _require_insertable(held: Held) -> None:
    """At review level as it is offered, at approval level once it is signed."""
    state = held.draft.state
    if state is DraftState.AWAITING_APPROVAL:
        raise MovedError("This draft needs its approval before it can be inserted.")
    if held.oversight is Oversight.AUTO:
        raise MovedError("This draft goes out by itself; it cannot be inserted.")
    if state not in (DraftState.AWAITING_REVIEW, DraftState.APPROVED):
        raise MovedError(f"This draft is {state.words}; it cannot be inserted.")


def _is_anothers(held: Held, person: PersonRow, now: datetime) -> bool:
    return in_composer_until(held.draft, now) is not None and held.draft.inserted_by != person.id


def _words(runtime: Runtime, session: Session, scope: Scope, held: Held, edit: str | None) -> str:
    draft = held.draft
    if edit is None:
        return draft.final_text or draft.text or ""
    if draft.state is DraftState.APPROVED:
        raise MovedError("This text is signed. To change it, undo the approval.")
    return edited_text(runtime, session, scope, held, edit)


def _tick(
    session: Session, scope: Scope, held: Held, person: PersonRow, *, said: bool, at: datetime
) -> bool:
    """Ticks belong to the last signature. At review level that is this person's, who may sign."""
    if not are_done(held):
        require_signer(held, person)
    ticked = require_done(held, said=said)
    if ticked:
        verdicts.tick_actions(session, scope, held.draft.id, held.draft.rev, person.id, at=at)
    return ticked


def _claim(
    runtime: Runtime, session: Session, scope: Scope, held: Held, person: PersonRow, *, at: datetime
) -> None:
    """Nobody else sends it meanwhile; what is approved is due when the claim is over."""
    draft = held.draft
    mine: dict[str, object] = {"inserted_by": person.id, "inserted_at": at}
    if draft.state is not DraftState.APPROVED or held.insert_only:
        drafts.change(session, scope, draft, **mine)
        return
    until = at + COMPOSER_LASTS
    drafts.change(session, scope, draft, due_at=until, **mine)
    ask_delivery(session, runtime.enqueue, scope, draft, due=until, at=at)


def _record(
    session: Session,
    scope: Scope,
    held: Held,
    person: PersonRow,
    *,
    event: str,
    detail: dict[str, object],
    at: datetime,
) -> None:
    actor = f"person:{person.id}"
    audit.add(
        session, scope, at=at, actor=actor, event=event, draft_id=held.draft.id, detail=detail
    )
