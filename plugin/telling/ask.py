"""Plans to tell people of a draft, in the transaction of what they are told of.

Each telling is an effect named by draft, revision, occasion and person: asking for it again plans
nothing. Who changes a draft's state calls one function here and goes on.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from plugin.card import plain_note_html
from plugin.models import DraftState, Occasion
from plugin.outbox import ask_assignment, ask_chat, ask_mail, ask_note
from plugin.policy.wording import listed
from plugin.runtime import Runtime
from plugin.store import people, telling, verdicts
from plugin.store.drafts import Held
from plugin.store.people_tables import PersonRow
from plugin.store.scope import Scope
from plugin.telling.whom import Asked, asked
from plugin.telling.words import asked_words


def awaiting(
    runtime: Runtime, session: Session, scope: Scope, held: Held, *, at: datetime
) -> str | None:
    """Tell whoever is asked to sign. Returns who that is, for the note.

    None where the draft awaits no approval.
    """
    if held.draft.state is not DraftState.AWAITING_APPROVAL:
        return None
    found = asked(session, scope, held, at=at)
    return _ask_to_sign(
        runtime, session, scope, held, found=found, occasion=Occasion.AWAITING, at=at
    )


def reminder(runtime: Runtime, session: Session, scope: Scope, held: Held, *, at: datetime) -> str:
    """Remind whoever is asked to sign. Returns who that is, for the note."""
    found = asked(session, scope, held, at=at)
    _tell(runtime, session, scope, held, found=found, occasion=Occasion.REMINDER, at=at)
    return asked_words(found.names)


def escalated(runtime: Runtime, session: Session, scope: Scope, held: Held, *, at: datetime) -> str:
    """Tell the next role. Returns who that is, for the note."""
    role = held.decision.escalate_to if held.decision else None
    found = asked(session, scope, held, at=at, above=role)
    return _ask_to_sign(
        runtime, session, scope, held, found=found, occasion=Occasion.ESCALATED, at=at
    )


def expired(runtime: Runtime, session: Session, scope: Scope, held: Held, *, at: datetime) -> None:
    """Tell everybody who was asked, and who has signed, that it is too late."""
    found = asked(session, scope, held, at=at)
    everyone = {one.id: one for one in found.people}
    if held.decision is not None and held.decision.escalate_to is not None:
        later = asked(session, scope, held, at=at, above=held.decision.escalate_to)
        everyone |= {one.id: one for one in later.people}
    signers = verdicts.signers(session, scope, held.draft.id, held.draft.rev)
    everyone |= {one.id: one for one in people.everybody(session, scope) if one.id in signers}
    found = Asked(tuple(everyone.values()), found.role, {})
    _tell(runtime, session, scope, held, found=found, occasion=Occasion.EXPIRED, at=at)


def bypassed(
    runtime: Runtime, session: Session, scope: Scope, held: Held, *, author: str, at: datetime
) -> None:
    """Tell whoever could have signed that a reply left without them, but for who wrote it."""
    found = asked(session, scope, held, at=at)
    others = tuple(one for one in found.people if f"person:{one.id}" != author)
    others_only = Asked(others, found.role, found.in_place_of)
    _tell(runtime, session, scope, held, found=others_only, occasion=Occasion.BYPASSED, at=at)


def voided(
    runtime: Runtime,
    session: Session,
    scope: Scope,
    held: Held,
    signers: Iterable[str],
    *,
    why: str,
    at: datetime,
) -> None:
    """Tell those who signed a revision that it does not go out.

    Args:
        runtime: What the service runs on.
        session: Where.
        scope: Whose.
        held: The draft, with the revision that they signed.
        signers: Their ids, read before their verdicts were voided; nothing where there are none.
        why: Ends a sentence, with its full stop: ``the customer wrote again.``
        at: Now.
    """
    wanted = set(signers)
    if not wanted:
        return
    signed = tuple(one for one in people.everybody(session, scope) if one.id in wanted)
    draft = held.draft
    names = listed([one.name for one in signed])
    done = any(row.done_at is not None for row in held.actions)
    sentences = [f"The approval of draft {draft.short_id} by {names} is void: {why}"]
    if done:
        sentences.append("Actions that were ticked as done stay done; do not do them again.")
    ask_note(
        session,
        runtime.enqueue,
        scope,
        account_id=draft.account_id,
        ticket_id=draft.ticket_id,
        html=plain_note_html(*sentences),
        # Of no draft: a draft's own note is not written any more once it is stale.
        key=f"voided:{draft.id}:{draft.rev}",
        at=at,
    )
    _mail_all(
        runtime,
        session,
        scope,
        held,
        everyone=signed,
        occasion=Occasion.VOIDED,
        why=why,
        at=at,
    )


def _ask_to_sign(
    runtime: Runtime,
    session: Session,
    scope: Scope,
    held: Held,
    *,
    found: Asked,
    occasion: Occasion,
    at: datetime,
) -> str:
    draft, decision = held.draft, held.decision
    group = telling.groups(session, scope, draft.account_id).get(found.role)
    if group is not None and decision is not None:
        # By hand is whatever was assigned since it began to wait, an escalation later too.
        payload = {"group": group, "since": decision.decided_at.isoformat(), "rev": draft.rev}
        ask_assignment(
            session, runtime.enqueue, scope, draft, occasion=occasion, payload=payload, at=at
        )
    _tell(runtime, session, scope, held, found=found, occasion=occasion, at=at)
    return asked_words(found.names)


def _tell(
    runtime: Runtime,
    session: Session,
    scope: Scope,
    held: Held,
    *,
    found: Asked,
    occasion: Occasion,
    at: datetime,
) -> None:
    away = {delegate: one.name for delegate, one in found.in_place_of.items()}
    _mail_all(
        runtime,
        session,
        scope,
        held,
        everyone=found.people,
        occasion=occasion,
        at=at,
        in_place_of=away,
    )
    if telling.has_chat(session, scope):
        ask_chat(session, runtime.enqueue, scope, held.draft, occasion=occasion, at=at)


def _mail_all(
    runtime: Runtime,
    session: Session,
    scope: Scope,
    held: Held,
    *,
    everyone: Iterable[PersonRow],
    occasion: Occasion,
    at: datetime,
    why: str | None = None,
    in_place_of: Mapping[str, str] | None = None,
) -> None:
    if runtime.mail is None:
        return
    for person in everyone:
        ask_mail(
            session,
            runtime.enqueue,
            scope,
            held.draft,
            occasion=occasion,
            person_id=person.id,
            payload={"why": why, "in_place_of": (in_place_of or {}).get(person.id)},
            at=at,
        )
