"""Who may do what with a draft, and whether it is still what they saw."""

import math
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

from sqlalchemy.orm import Session

from connectors.types import Money
from plugin import binding, facts
from plugin.card import action_words
from plugin.errors import ForbiddenError, InvalidInputError, MovedError
from plugin.judgement import is_stricter, judge_again
from plugin.models import AWAITING, DraftState, Oversight
from plugin.review.action_edits import ActionChange, as_typed
from plugin.runtime import Runtime
from plugin.signing import require_signing_role
from plugin.store import audit, drafts, people
from plugin.store.drafts import Held, action_of, in_composer_until
from plugin.store.people_tables import PersonRow
from plugin.store.schema import DraftRow
from plugin.store.scope import Scope

LONGEST_TEXT = 20_000
# What the button says, and whoever leads there.
I_ANSWER = "I\N{RIGHT SINGLE QUOTATION MARK}ll answer"
_MAY_LEAVE = AWAITING | {DraftState.APPROVED}


def may_respond(held: Held, person: PersonRow) -> bool:
    """Whether the person may say that they answer themselves; their limit does not matter."""
    try:
        require_signing_role(held, person)
    except ForbiddenError:
        return False
    return True


def require_still_true(
    runtime: Runtime,
    scope: Scope,
    draft_id: str,
    *,
    said_done: bool,
    changes: Sequence[ActionChange] = (),
    leaves: bool = False,
) -> None:
    """What is signed is held against policies, orders and signatures as they are now.

    Where the shop cannot be read, a signature counts all the same: nothing is delivered by it
    before the shop could be read.

    Args:
        runtime: The service.
        scope: Whose draft.
        draft_id: Which.
        said_done: The person says that they have done its actions.
        changes: What they have made of the actions, and so done.
        leaves: It leaves our hands at once, so that nobody looks again.

    Raises:
        MissingError: No such draft of this merchant.
        MovedError: Something is not what it was, and the draft waits anew; or it leaves, and nobody
            can see whether its order is what it was.
    """
    with runtime.database.read() as session:
        held = drafts.get(session, scope, draft_id)
    if held.draft.state not in _MAY_LEAVE:
        return
    seen = binding.look(runtime, scope, held, seconds=binding.LOOK_SECONDS)
    with runtime.database.write() as session:
        held = drafts.get(session, scope, draft_id, lock=True)
        if held.draft.state not in _MAY_LEAVE:
            return
        open_actions = {row.position: action_of(row) for row in held.actions if not row.done_at}
        said = as_typed(open_actions, changes) if said_done else ()
        waits = leaves and binding.must_wait(runtime, session, scope, held, seen)
        moved = binding.void_if_changed(runtime, session, scope, held, seen, said_done=said)
    if moved is not None:
        raise MovedError(moved)
    if waits:
        raise MovedError(
            "The shop cannot be read right now, so nobody can see whether the order is still what"
            " it was. Try again in a minute."
        )


def require_as_seen(
    session: Session, scope: Scope, held: Held, rev: int, state: DraftState | None
) -> None:
    """The draft is what the person saw. `state` is None where they cannot have seen it."""
    draft = held.draft
    if rev == draft.rev and state in (None, draft.state):
        return
    if draft.state is DraftState.STALE and draft.erased_at is not None:
        raise MovedError("This draft moved meanwhile: what it was made from is erased.")
    if draft.state is DraftState.STALE:
        why = audit.set_aside_because(session, scope, draft.id) or "the customer wrote again"
        raise MovedError(f"This draft moved meanwhile: {why}.")
    mover = last_mover(session, scope, draft)
    by = f", by {mover}" if mover else ""
    raise MovedError(f"This draft moved meanwhile: it is {draft.state.words} now{by}.")


def last_mover(session: Session, scope: Scope, draft: DraftRow) -> str | None:
    """The name of who brought a draft to its state; None where that was no person we know."""
    kind, _, identity = (audit.last_mover(session, scope, draft.id) or "").partition(":")
    return people.names(session, scope).get(identity) if kind == "person" else None


def require_awaiting(held: Held) -> None:
    """A verdict is wanted."""
    if held.draft.state.is_awaiting:
        return
    if held.draft.text is None or held.oversight is Oversight.BLOCK:
        raise MovedError("There is no draft to give a verdict on: answer the customer yourself.")
    raise MovedError(f"This draft is {held.draft.state.words}; it awaits no verdict.")


def may_be_answered(held: Held) -> bool:
    """Whether it means anything to say who answers the customer: the ticket waits for somebody.

    What needed an approval and will not get it is no free ticket: whoever may sign answers it.
    """
    given_up = held.draft.state in (DraftState.REJECTED, DraftState.EXPIRED)
    return held.draft.state.is_awaiting or (given_up and held.oversight is Oversight.APPROVAL)


def require_answerable(held: Held) -> None:
    """Somebody may say that they answer the customer."""
    if not may_be_answered(held):
        require_awaiting(held)


def require_in_no_composer(
    runtime: Runtime, session: Session, scope: Scope, held: Held, person: PersonRow
) -> None:
    """Nobody is about to send the same words from their composer."""
    until = in_composer_until(held.draft, runtime.now())
    if until is None:
        return
    if held.draft.inserted_by == person.id:
        raise MovedError("You have this draft in your composer. Send it there, or release it.")
    raise MovedError(in_composer_words(runtime, session, scope, held))


def in_composer_words(runtime: Runtime, session: Session, scope: Scope, held: Held) -> str:
    """Who has a draft in their composer, and for how long."""
    until = in_composer_until(held.draft, runtime.now())
    name = people.names(session, scope).get(held.draft.inserted_by or "", "Somebody")
    minutes = 0 if until is None else math.ceil((until - runtime.now()) / timedelta(minutes=1))
    left = f" for up to {minutes} min more" if minutes else ""
    return f"{name} has this draft in their composer{left}, unless they release it before."


def are_done(held: Held) -> bool:
    """Whether somebody has said of every action that they did it, or there are none."""
    return all(row.done_at is not None for row in held.actions)


def require_done(held: Held, *, said: bool) -> bool:
    """Actions that nobody executes for us are done, or said to be. Returns whether to tick them."""
    if are_done(held):
        return False
    if not said:
        todo = "; ".join(action_words(action_of(row)) for row in held.actions)
        raise InvalidInputError("done", f"First do this, then say that it is done: {todo}.")
    return True


def require_payable(held: Held, *, said_done: bool) -> None:
    """What its actions give back is no more than their orders had left, unless it is done.

    Raises:
        ForbiddenError: An order was changed or refunded since its amounts were set.
    """
    if said_done or are_done(held):
        return
    for order in facts.from_record(held.draft.facts).orders:
        left = order.left
        refunds = [
            action.amount
            for action in map(action_of, held.actions)
            if action.type == "refund" and action.order == order.id and action.amount
        ]
        if left is None or any(money.currency != left.currency for money in refunds):
            continue
        wanted = sum((money.amount for money in refunds), Decimal(0))
        if refunds and wanted > left.amount:
            raise ForbiddenError(
                f"This refunds {Money(wanted, left.currency)}, and order"
                f" #{order.id.removeprefix('#')} has only {left} left to give back. Tick it if"
                " you have just made it; else lower the amount, or reject it."
            )


def edited_text(
    runtime: Runtime, session: Session, scope: Scope, held: Held, given: str | None
) -> str:
    """An edit that may stand. It goes through the policies again: nobody edits past their line.

    Raises:
        InvalidInputError: It is empty or too long.
        ForbiddenError: With these words it would need more than it was held for.
    """
    text = checked_text(given)
    again = judge_again(session, scope, runtime.policy(session, scope).file, held, text=text)
    if held.decision is not None and is_stricter(again, held.decision):
        why = " ".join(again.held_because)
        raise ForbiddenError(f"This edit needs {again.oversight.value}: {why}")
    return text


def checked_text(given: str | None) -> str:
    """A reply that somebody wrote, if it can be one.

    Raises:
        InvalidInputError: It is empty or too long.
    """
    text = (given or "").strip()
    if not text:
        raise InvalidInputError("text", "The edited reply is empty.")
    if len(text) > LONGEST_TEXT:
        raise InvalidInputError("text", f"A reply has at most {LONGEST_TEXT} characters.")
    return text
