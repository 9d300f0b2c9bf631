"""Tags of ours that somebody else took off or put on: noticed, put right, recorded.

They mirror where a draft stands and decide nothing, so nothing is lost with one and nothing won.
Each write of ours is told, too; most of them agree with the truth and end here without a call. Who
changes them again and again, a person or another app, is not fought for ever.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import Session

from connectors.base import Helpdesk
from connectors.types import EventKind, HelpdeskEvent, TagEdit
from plugin.delivery.tags import mirror
from plugin.models import InboxState
from plugin.outbox import ask_tags_back, tags_back_key
from plugin.privacy.follow import Became
from plugin.runtime import Runtime
from plugin.store import audit, drafts, effects, merchants, people
from plugin.store.schema import Account, InboxEvent
from plugin.store.scope import Scope
from plugin.ticket_tags import OUR_TAGS

# So often in an hour tags are put back on a ticket; what is changed more often is only recorded.
MOST_OFTEN = 3
_WHILE = timedelta(hours=1)
_CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Truth:
    """What the database says of a ticket's tags.

    Attributes:
        wanted: Ours that belong there; the policies' own as long as a draft is open.
        stray: Ours that do not.
    """

    wanted: frozenset[str]
    stray: frozenset[str]
    draft_id: str | None


def changed(runtime: Runtime, scope: Scope, event: InboxEvent) -> Became:
    """Put right what is not as it should be, by the ticket as it is now."""
    ticket_id = event.ticket_id or ""
    with runtime.database.read() as session:
        account = merchants.account(session, scope, event.account_id)
        truth = _truth(session, scope, account.id, ticket_id)
    told = _told(runtime, account, event)
    if told is not None and not _touches(told, truth):
        return InboxState.IGNORED, "The tags of ours stand as they should."
    helpdesk = runtime.helpdesk(account)
    ticket = helpdesk.ticket(ticket_id)
    missing, stray = truth.wanted - ticket.tags, truth.stray & ticket.tags
    if not missing and not stray:
        return InboxState.IGNORED, "The tags of ours stand as they should by now."
    if ticket.status == _CLOSED:
        return InboxState.IGNORED, "The ticket is closed, so its tags stay."
    edit = _whose(helpdesk, ticket_id, missing, stray)
    if edit is None or edit.ours:
        return InboxState.IGNORED, "A write of ours is on its way."
    return _put_right(runtime, scope, event, truth=truth, edit=edit, missing=missing, stray=stray)


def _truth(session: Session, scope: Scope, account_id: str, ticket_id: str) -> Truth:
    should = mirror(session, scope, account_id, ticket_id)
    on_ticket = drafts.of_ticket(session, scope, account_id, ticket_id)
    newest = on_ticket[0] if on_ticket else None
    is_open = newest is not None and newest.state.is_open
    return Truth(
        wanted=should.add if is_open else should.add & OUR_TAGS,
        stray=OUR_TAGS - should.add,
        draft_id=newest.id if newest else None,
    )


def _told(runtime: Runtime, account: Account, event: InboxEvent) -> HelpdeskEvent | None:
    """What the webhook says was changed; None where its body was erased."""
    if event.erased_at is not None:
        return None
    return runtime.webhooks(account.helpdesk).parse(event.body)


def _touches(told: HelpdeskEvent, truth: Truth) -> bool:
    """Whether a change contradicts the truth, as far as the webhook says what it was."""
    says_nothing = told.kind is EventKind.TAGS_CHANGED and not (
        told.tags_added or told.tags_removed
    )
    against = (told.tags_removed & truth.wanted) | (told.tags_added & truth.stray)
    return says_nothing or bool(against)


def _whose(
    helpdesk: Helpdesk, ticket_id: str, missing: frozenset[str], stray: frozenset[str]
) -> TagEdit | None:
    """The latest update that took one off or put one on."""
    edits: Iterable[TagEdit] = helpdesk.tag_edits(ticket_id)
    did = (one for one in edits if one.removed & missing or one.added & stray)
    return next(did, None)


def _put_right(
    runtime: Runtime,
    scope: Scope,
    event: InboxEvent,
    *,
    truth: Truth,
    edit: TagEdit,
    missing: frozenset[str],
    stray: frozenset[str],
) -> Became:
    account_id, ticket_id, now = event.account_id, event.ticket_id or "", runtime.now()
    with runtime.database.write() as session:
        drafts.lock_ticket(session, account_id, ticket_id)
        key = tags_back_key(account_id, ticket_id)
        often = effects.named_since(
            session, scope, account_id, ticket_id, prefix=key, since=now - _WHILE
        )
        back = often < MOST_OFTEN
        if back:
            ask_tags_back(
                session,
                runtime.enqueue,
                scope,
                account_id=account_id,
                ticket_id=ticket_id,
                key=event.id,
                at=now,
            )
        person = people.by_helpdesk_user(session, scope, account_id, edit.author_id)
        actor = f"person:{person.id}" if person else f"helpdesk_user:{edit.author_id}"
        detail = {
            "ticket": ticket_id,
            "removed": sorted(missing & edit.removed),
            "added": sorted(stray & edit.added),
            "channel": edit.channel,
            "restored": back,
        }
        audit.add(
            session,
            scope,
            at=now,
            actor=actor,
            event="our_tags_changed",
            draft_id=truth.draft_id,
            detail=detail,
        )
    did = "put right" if back else "left so: they were changed too often to be put right again"
    return InboxState.DONE, f"Somebody changed tags of ours; {did}."
