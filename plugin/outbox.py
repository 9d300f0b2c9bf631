"""Asks for outside effects: planned and enqueued in the transaction of what they belong to."""

from datetime import datetime

from sqlalchemy.orm import Session

from plugin.jobs import Enqueue, JobName
from plugin.models import EffectKind
from plugin.store import effects
from plugin.store.columns import new_id
from plugin.store.schema import Account, DraftRow
from plugin.store.scope import Scope


def ticket_key(account_id: str, ticket_id: str) -> str:
    """Names a ticket among all accounts; its jobs run one after another."""
    return f"{account_id}:{ticket_id}"


def ask_note(
    session: Session,
    enqueue: Enqueue,
    scope: Scope,
    *,
    account_id: str,
    ticket_id: str,
    html: str,
    key: str,
    at: datetime,
    draft_id: str | None = None,
) -> str | None:
    """Ask for an internal note, once for each `key`; the tags are brought up to date with it."""
    return _ask(
        session,
        enqueue,
        scope,
        kind=EffectKind.NOTE,
        key=note_key(key),
        account_id=account_id,
        ticket_id=ticket_id,
        draft_id=draft_id,
        payload={"html": html},
        at=at,
    )


def ask_tags(
    session: Session, enqueue: Enqueue, scope: Scope, draft: DraftRow, *, at: datetime
) -> None:
    """Ask for the ticket's tags to mirror where its drafts stand."""
    _ask(
        session,
        enqueue,
        scope,
        kind=EffectKind.TAGS,
        key=f"tags:{draft.id}:{new_id()}",
        account_id=draft.account_id,
        ticket_id=draft.ticket_id,
        draft_id=draft.id,
        payload={},
        at=at,
    )


def ask_delivery(
    session: Session,
    enqueue: Enqueue,
    scope: Scope,
    draft: DraftRow,
    *,
    due: datetime,
    at: datetime,
) -> None:
    """Deliver the draft at `due`, if it is still approved then. Its `due_at` is the caller's."""
    enqueue(
        session,
        JobName.DELIVER,
        scope,
        draft.id,
        key=f"{draft.id}:{due.timestamp()}",
        ticket=ticket_key(draft.account_id, draft.ticket_id),
        delay=(due - at).total_seconds(),
    )


def plan_reply(
    session: Session,
    scope: Scope,
    account: Account,
    draft: DraftRow,
    *,
    author_id: str | None,
    at: datetime,
) -> None:
    """Plan a draft's public reply, once for each round of delivery."""
    effects.plan(
        session,
        scope,
        key=reply_key(draft),
        kind=EffectKind.REPLY,
        account_id=draft.account_id,
        ticket_id=draft.ticket_id,
        draft_id=draft.id,
        payload={
            "text": draft.final_text,
            "author": author_id,
            "status": account.status_after_send,
        },
        at=at,
    )


def reply_key(draft: DraftRow) -> str:
    """Names a draft's reply in its round of delivery."""
    return f"reply:{draft.id}:{draft.round}"


def note_key(key: str) -> str:
    """Names a note's effect."""
    return f"note:{key}"


def _ask(
    session: Session,
    enqueue: Enqueue,
    scope: Scope,
    *,
    kind: EffectKind,
    key: str,
    account_id: str,
    ticket_id: str,
    draft_id: str | None,
    payload: dict[str, object],
    at: datetime,
) -> str | None:
    effect_id = effects.plan(
        session,
        scope,
        key=key,
        kind=kind,
        account_id=account_id,
        ticket_id=ticket_id,
        draft_id=draft_id,
        payload=payload,
        at=at,
    )
    if effect_id is not None:
        enqueue(
            session,
            JobName.RUN_EFFECT,
            scope,
            effect_id,
            key=effect_id,
            ticket=ticket_key(account_id, ticket_id),
        )
    return effect_id
