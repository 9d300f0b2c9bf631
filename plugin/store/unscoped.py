"""The only queries that look across merchants. Each returns ids, counts or a `Scope`, no content.

They are: which merchants there are; whose is this account, sign-in link, consent, browser or e-mail
(for an account with the secrets that prove its webhooks); what must the sweep drive on; and how
much of it all there is, for the operator.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, bindparam, delete, func, or_, select, update
from sqlalchemy.orm import Session

from plugin.models import AWAITING, FINISHED, DraftState, EffectKind, EffectState, InboxState
from plugin.store.base import table_of
from plugin.store.grant_tables import PendingConnection
from plugin.store.people_tables import PersonRow, SignInLink, WebSession
from plugin.store.schema import (
    NEVER,
    Account,
    DecisionRow,
    DraftRow,
    EffectRow,
    InboxEvent,
    Merchant,
    WebhookSecret,
)
from plugin.store.scope import Scope

_LINKS_REMEMBERED = timedelta(days=30)
_CONSENTS_REMEMBERED = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Due:
    """A row that should have moved on by now."""

    scope: Scope
    id: str
    account_id: str
    ticket_id: str


@dataclass(frozen=True, slots=True)
class Credential:
    """Whom a sign-in link stands for."""

    scope: Scope
    id: str
    person_id: str
    purpose: str | None = None


@dataclass(frozen=True, slots=True)
class LiveSession:
    """Whom a session stands for, and since when they did nothing."""

    scope: Scope
    id: str
    person_id: str
    last_seen_at: datetime


def merchant_names(session: Session) -> Sequence[tuple[str, str]]:
    """Every merchant's id and name, for the operator of this installation."""
    rows = session.execute(select(Merchant.id, Merchant.name).order_by(Merchant.id))
    return [(row.id, row.name) for row in rows]


@dataclass(frozen=True, slots=True)
class WebhookAccount:
    """What a webhook's signature is checked against.

    Attributes:
        secrets: The secrets it may be signed with, newest first.
    """

    scope: Scope
    helpdesk: str
    vendor_account: str
    secrets: tuple[str, ...]


# Built once, and on plain tables: every webhook asks it.
_ACCOUNT, _SECRET = table_of(Account), table_of(WebhookSecret)
_WEBHOOK_ACCOUNT = (
    select(_ACCOUNT.c.merchant_id, _ACCOUNT.c.helpdesk, _ACCOUNT.c.vendor_account, _SECRET.c.secret)
    .join_from(
        _ACCOUNT,
        _SECRET,
        and_(
            _SECRET.c.account_id == _ACCOUNT.c.id, _SECRET.c.merchant_id == _ACCOUNT.c.merchant_id
        ),
        isouter=True,
    )
    .where(_ACCOUNT.c.id == bindparam("account_id"))
    .order_by(_SECRET.c.id.desc())
)


def webhook_account(session: Session, account_id: str) -> WebhookAccount | None:
    """The account that an address of webhooks stands for. It may have no secret yet."""
    rows = session.execute(_WEBHOOK_ACCOUNT, {"account_id": account_id}).all()
    if not rows:
        return None
    merchant_id, helpdesk, vendor_account, _ = rows[0]
    secrets = tuple(row.secret for row in rows if row.secret is not None)
    return WebhookAccount(Scope(merchant_id), helpdesk, vendor_account, secrets)


def scope_of_account(session: Session, account_id: str) -> Scope | None:
    """Whose account this is."""
    merchant_id = session.scalar(select(Account.merchant_id).where(Account.id == account_id))
    return Scope(merchant_id) if merchant_id else None


def sign_in_link(session: Session, digest: str, *, at: datetime) -> Credential | None:
    """Whom an unused invitation, still good at `at`, is for."""
    row = session.execute(
        select(
            SignInLink.merchant_id, SignInLink.id, SignInLink.person_id, SignInLink.purpose
        ).where(
            SignInLink.digest == digest,
            SignInLink.used_at.is_(None),
            SignInLink.expires_at > at,
        )
    ).first()
    return Credential(Scope(row.merchant_id), row.id, row.person_id, row.purpose) if row else None


def sign_in_link_was_used(session: Session, digest: str) -> bool:
    """Whether this was an invitation that somebody has used: only its holder can ask."""
    found = session.scalar(
        select(SignInLink.id).where(SignInLink.digest == digest, SignInLink.used_at.is_not(None))
    )
    return found is not None


def pending_connection(session: Session, digest: str) -> tuple[Scope, str] | None:
    """Whose consent was asked for with this state, and its id."""
    row = session.execute(
        select(PendingConnection.merchant_id, PendingConnection.id).where(
            PendingConnection.digest == digest
        )
    ).first()
    return (Scope(row.merchant_id), row.id) if row else None


def web_session(session: Session, digest: str, *, at: datetime) -> LiveSession | None:
    """Who is signed in with this token, still good at `at`."""
    row = session.execute(
        select(
            WebSession.merchant_id,
            WebSession.id,
            WebSession.person_id,
            WebSession.created_at,
            WebSession.last_seen_at,
        ).where(WebSession.digest == digest, WebSession.expires_at > at)
    ).first()
    if row is None:
        return None
    seen = row.last_seen_at or row.created_at
    return LiveSession(Scope(row.merchant_id), row.id, row.person_id, seen)


def people_with_email(session: Session, email: str, *, limit: int) -> Sequence[tuple[Scope, str]]:
    """Who has this e-mail at any merchant and may sign in: whose they are, and their ids."""
    rows = session.execute(
        select(PersonRow.merchant_id, PersonRow.id)
        .where(PersonRow.email == email, PersonRow.deactivated_at.is_(None))
        .order_by(PersonRow.id)
        .limit(limit)
    )
    return [(Scope(row.merchant_id), row.id) for row in rows]


def overdue_events(session: Session, *, before: datetime, limit: int) -> Sequence[Due]:
    """Accepted webhooks that should have been handled: the oldest deadline on their ticket first.

    Then what has none, by how long it waited.
    """
    deadline = (
        select(func.min(DraftRow.sign_by))
        .where(
            DraftRow.account_id == InboxEvent.account_id,
            DraftRow.ticket_id == InboxEvent.ticket_id,
            DraftRow.merchant_id == InboxEvent.merchant_id,
            DraftRow.state.in_(sorted(AWAITING)),
        )
        .scalar_subquery()
    )
    rows = session.execute(
        select(InboxEvent.merchant_id, InboxEvent.id, InboxEvent.account_id, InboxEvent.ticket_id)
        .where(InboxEvent.state == InboxState.ACCEPTED, InboxEvent.due_at < before)
        .order_by(func.coalesce(deadline, NEVER), InboxEvent.due_at)
        .limit(limit)
    )
    return [Due(Scope(r.merchant_id), r.id, r.account_id, r.ticket_id or "") for r in rows]


def overdue_drafts(session: Session, *, before: datetime, limit: int) -> Sequence[Due]:
    """Approved or delivering drafts that should have been delivered."""
    leaving = (DraftState.APPROVED, DraftState.DELIVERING)
    return _overdue(session, leaving, before=before, limit=limit)


def overdue_redrafts(session: Session, *, before: datetime, limit: int) -> Sequence[Due]:
    """Drafts that somebody wanted another for, which should have been made."""
    return _overdue(session, (DraftState.DRAFTING,), before=before, limit=limit)


def _overdue(
    session: Session, states: Collection[DraftState], *, before: datetime, limit: int
) -> Sequence[Due]:
    rows = session.execute(
        select(DraftRow.merchant_id, DraftRow.id, DraftRow.account_id, DraftRow.ticket_id)
        .where(DraftRow.state.in_(states), DraftRow.due_at < before)
        .order_by(DraftRow.due_at)
        .limit(limit)
    )
    return [Due(Scope(r.merchant_id), r.id, r.account_id, r.ticket_id) for r in rows]


_OF_ITS_REVISION = and_(DecisionRow.draft_id == DraftRow.id, DecisionRow.rev == DraftRow.rev)


def _unsigned(before: datetime) -> tuple[ColumnElement[bool], ...]:
    """Waiting for a signature past the deadline."""
    return (
        DraftRow.state == DraftState.AWAITING_APPROVAL,
        DecisionRow.deadline_at < before,
    )


def overdue_approvals(session: Session, *, before: datetime, limit: int) -> Sequence[Due]:
    """Drafts that nobody signed by their deadline, or by half of it where nobody was reminded."""
    wanted = select(DraftRow.merchant_id, DraftRow.id, DraftRow.account_id, DraftRow.ticket_id)
    rows = session.execute(
        wanted.join(DecisionRow, _OF_ITS_REVISION)
        .where(
            DraftRow.state == DraftState.AWAITING_APPROVAL,
            or_(DecisionRow.deadline_at < before, DecisionRow.remind_at < before),
        )
        .order_by(DecisionRow.deadline_at)
        .limit(limit)
    )
    return [Due(Scope(r.merchant_id), r.id, r.account_id, r.ticket_id) for r in rows]


def overdue_effects(session: Session, *, before: datetime, limit: int) -> Sequence[Due]:
    """Effects that should have been settled. Replies follow their drafts."""
    rows = session.execute(
        select(EffectRow.merchant_id, EffectRow.id, EffectRow.account_id, EffectRow.ticket_id)
        .where(
            EffectRow.state.in_([EffectState.PLANNED, EffectState.ATTEMPTING]),
            EffectRow.kind.in_(sorted(set(EffectKind) - {EffectKind.REPLY})),
            EffectRow.due_at < before,
        )
        .order_by(EffectRow.due_at)
        .limit(limit)
    )
    return [Due(Scope(r.merchant_id), r.id, r.account_id, r.ticket_id) for r in rows]


@dataclass(frozen=True, slots=True)
class Backlog:
    """What is not finished, over all merchants.

    Attributes:
        drafts: Open drafts by state.
        events: Webhooks that are accepted or failed, by state.
        effects: Effects that are not done, by kind and state.
        oldest_event: When the oldest webhook came that is not handled.
        oldest_draft: When the draft came that has waited longest for a person.
        approvals_overdue: Drafts that nobody signed by their deadline.
    """

    drafts: Mapping[DraftState, int]
    events: Mapping[InboxState, int]
    effects: Mapping[tuple[EffectKind, EffectState], int]
    oldest_event: datetime | None
    oldest_draft: datetime | None
    approvals_overdue: int


def backlog(session: Session, *, at: datetime) -> Backlog:
    """Count what is not finished. Finished rows are not read, however many there are."""
    draft_counts = session.execute(
        select(DraftRow.state, func.count().label("number"))
        .where(DraftRow.state.in_(sorted(set(DraftState) - FINISHED)))
        .group_by(DraftRow.state)
    )
    event_counts = session.execute(
        select(InboxEvent.state, func.count(), func.min(InboxEvent.received_at))
        .where(InboxEvent.state.in_([InboxState.ACCEPTED, InboxState.FAILED]))
        .group_by(InboxEvent.state)
    ).all()
    effect_counts = session.execute(
        select(EffectRow.kind, EffectRow.state, func.count())
        .where(EffectRow.state.in_(sorted(set(EffectState) - {EffectState.DONE})))
        .group_by(EffectRow.kind, EffectRow.state)
    )
    oldest = session.scalar(
        select(func.min(DraftRow.created_at)).where(DraftRow.state.in_(sorted(AWAITING)))
    )
    overdue = session.scalar(
        select(func.count())
        .select_from(DraftRow)
        .join(DecisionRow, _OF_ITS_REVISION)
        .where(*_unsigned(at))
    )
    return Backlog(
        drafts={row.state: row.number for row in draft_counts},
        events={state: count for state, count, _ in event_counts},
        effects={(kind, state): count for kind, state, count in effect_counts},
        oldest_event=next(
            (oldest for state, _, oldest in event_counts if state is InboxState.ACCEPTED), None
        ),
        oldest_draft=oldest,
        approvals_overdue=overdue or 0,
    )


def forget_sessions(session: Session, *, before: datetime) -> None:
    """Delete the signed-in browsers and sidebars whose time is over.

    Sign-in links and consents stay for a while: whoever comes late is told so.
    """
    for kind, over in (
        (WebSession, before),
        (SignInLink, before - _LINKS_REMEMBERED),
        (PendingConnection, before - _CONSENTS_REMEMBERED),
    ):
        session.execute(
            delete(kind).where(kind.expires_at < over).execution_options(synchronize_session=False)
        )


def put_off(
    session: Session,
    kind: type[InboxEvent | DraftRow | EffectRow],
    ids: Sequence[str],
    *,
    before: datetime,
    to: datetime,
) -> None:
    """Set when rows are due next, so that one that never moves on does not hold up the others.

    Only rows that are still overdue, by `before`: one that a worker claimed meanwhile is due when
    its claim runs out, and taking that away would let two work on it.
    """
    session.execute(
        update(kind)
        .where(kind.id.in_(ids), kind.due_at < before)
        .values(due_at=to)
        .execution_options(synchronize_session=False)
    )
