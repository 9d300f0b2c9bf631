"""Asks for outside effects: planned and enqueued in the transaction of what they belong to."""

from datetime import datetime

from sqlalchemy.orm import Session

from plugin.jobs import Enqueue, JobName
from plugin.models import TELLING, EffectKind, Occasion
from plugin.store import effects
from plugin.store.columns import new_id
from plugin.store.schema import Account, DraftRow
from plugin.store.scope import Scope


def ticket_key(account_id: str, ticket_id: str) -> str:
    """Names a ticket among all accounts; its jobs run one after another."""
    return f"{account_id}:{ticket_id}"


def lane_of(kind: EffectKind, account_id: str, ticket_id: str) -> str:
    """Whose turn an effect waits for: its ticket's, or that of all mail, or of all chat.

    A mail server that does not answer so holds one of a worker's threads at the most, and no
    ticket's jobs.
    """
    return kind.value if kind in TELLING else ticket_key(account_id, ticket_id)


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
    _ask_of(
        session,
        enqueue,
        scope,
        draft,
        kind=EffectKind.TAGS,
        key=f"tags:{draft.id}:{new_id()}",
        payload={},
        at=at,
    )


def ask_tags_back(
    session: Session,
    enqueue: Enqueue,
    scope: Scope,
    *,
    account_id: str,
    ticket_id: str,
    key: str,
    at: datetime,
) -> str | None:
    """Ask for a ticket's tags to mirror the truth again, once for each `key`."""
    return _ask(
        session,
        enqueue,
        scope,
        kind=EffectKind.TAGS,
        key=f"{tags_back_key(account_id, ticket_id)}{key}",
        account_id=account_id,
        ticket_id=ticket_id,
        draft_id=None,
        payload={},
        at=at,
    )


def tags_back_key(account_id: str, ticket_id: str) -> str:
    """How the names of a ticket's effects begin that put tags back."""
    return f"tags-back:{account_id}:{ticket_id}:"


def ask_hiding(
    session: Session,
    enqueue: Enqueue,
    scope: Scope,
    draft: DraftRow,
    *,
    message_id: str,
    at: datetime,
) -> None:
    """Ask for a public message to be made an internal note, once."""
    _ask_of(
        session,
        enqueue,
        scope,
        draft,
        kind=EffectKind.HIDE,
        key=f"hide:{draft.account_id}:{message_id}",
        payload={"message": message_id},
        at=at,
    )


def ask_assignment(
    session: Session,
    enqueue: Enqueue,
    scope: Scope,
    draft: DraftRow,
    *,
    occasion: Occasion,
    payload: dict[str, object],
    at: datetime,
) -> None:
    """Ask for the ticket to be given to a group, once for each occasion.

    `payload` has the ``group``, the revision ``rev``, and ``since`` when somebody who assigned it
    by hand is not overruled.
    """
    _ask_of(
        session,
        enqueue,
        scope,
        draft,
        kind=EffectKind.ASSIGN,
        key=f"assign:{draft.id}:{draft.rev}:{occasion}",
        payload=payload,
        at=at,
    )


def ask_mail(
    session: Session,
    enqueue: Enqueue,
    scope: Scope,
    draft: DraftRow,
    *,
    occasion: Occasion,
    person_id: str,
    payload: dict[str, object],
    at: datetime,
) -> None:
    """Ask for a mail to a person, once for each occasion. What it says is worked out when it goes.

    `payload` has what cannot be worked out then.
    """
    _ask_of(
        session,
        enqueue,
        scope,
        draft,
        kind=EffectKind.MAIL,
        key=f"mail:{draft.id}:{draft.rev}:{occasion}:{person_id}",
        payload={**payload, "occasion": occasion, "rev": draft.rev, "to": person_id},
        at=at,
    )


def ask_chat(
    session: Session,
    enqueue: Enqueue,
    scope: Scope,
    draft: DraftRow,
    *,
    occasion: Occasion,
    at: datetime,
) -> None:
    """Ask for a message in the merchant's chat, once for each occasion."""
    _ask_of(
        session,
        enqueue,
        scope,
        draft,
        kind=EffectKind.CHAT,
        key=f"chat:{draft.id}:{draft.rev}:{occasion}",
        payload={"occasion": occasion, "rev": draft.rev},
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


def ask_redraft(
    session: Session,
    enqueue: Enqueue,
    scope: Scope,
    draft: DraftRow,
    *,
    due: datetime,
    at: datetime,
) -> None:
    """Make another draft at `due`, if one is still asked for then. Its `due_at` is the caller's."""
    enqueue(
        session,
        JobName.REDRAFT,
        scope,
        draft.id,
        key=f"{draft.id}:{draft.rev}:{due.timestamp()}",
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


def _ask_of(
    session: Session,
    enqueue: Enqueue,
    scope: Scope,
    draft: DraftRow,
    *,
    kind: EffectKind,
    key: str,
    payload: dict[str, object],
    at: datetime,
) -> None:
    _ask(
        session,
        enqueue,
        scope,
        kind=kind,
        key=key,
        account_id=draft.account_id,
        ticket_id=draft.ticket_id,
        draft_id=draft.id,
        payload=payload,
        at=at,
    )


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
            ticket=lane_of(kind, account_id, ticket_id),
        )
    return effect_id
