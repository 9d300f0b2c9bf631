"""People's answers to drafts, and the ticks for actions they did by hand."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from plugin.models import RejectReason, Surface, VerdictKind
from plugin.store.schema import ActionRow, VerdictRow
from plugin.store.scope import Scope


def add(
    session: Session,
    scope: Scope,
    *,
    draft_id: str,
    rev: int,
    person_id: str,
    kind: VerdictKind,
    surface: Surface,
    text: str | None,
    reason: str | None,
    source: str | None,
    at: datetime,
    seen_ms: int | None = None,
    quick: bool | None = None,
    reason_kind: RejectReason | None = None,
    action_changes: Sequence[Mapping[str, object]] | None = None,
    signed_digest: str | None = None,
    signed_policy: int | None = None,
) -> VerdictRow:
    """Record a verdict: who, what, through which surface, and what a signature was given on."""
    verdict = VerdictRow(
        merchant_id=scope.merchant_id,
        draft_id=draft_id,
        rev=rev,
        person_id=person_id,
        kind=kind,
        surface=surface,
        text=text,
        reason=reason,
        reason_kind=reason_kind,
        action_changes=action_changes,
        signed_digest=signed_digest,
        signed_policy=signed_policy,
        source=source,
        counts=True,
        seen_ms=seen_ms,
        quick=quick,
        created_at=at,
    )
    session.add(verdict)
    session.flush()
    return verdict


def of_draft(session: Session, scope: Scope, draft_id: str) -> Sequence[VerdictRow]:
    """A draft's verdicts, oldest first."""
    return session.scalars(
        select(VerdictRow)
        .where(VerdictRow.merchant_id == scope.merchant_id, VerdictRow.draft_id == draft_id)
        .order_by(VerdictRow.id)
    ).all()


def was_read(session: Session, scope: Scope, source: str) -> bool:
    """Whether a helpdesk message has given its verdict already."""
    found = session.scalar(
        select(VerdictRow.id).where(
            VerdictRow.merchant_id == scope.merchant_id, VerdictRow.source == source
        )
    )
    return found is not None


def signatures(session: Session, scope: Scope, draft_id: str, rev: int) -> Mapping[str, str | None]:
    """The people whose approval of this revision counts, with what each has signed."""
    rows = session.execute(
        select(VerdictRow.person_id, VerdictRow.signed_digest).where(
            VerdictRow.merchant_id == scope.merchant_id,
            VerdictRow.draft_id == draft_id,
            VerdictRow.rev == rev,
            VerdictRow.counts,
            VerdictRow.kind.in_([VerdictKind.APPROVE, VerdictKind.EDIT]),
        )
    )
    return {row.person_id: row.signed_digest for row in rows}


def signers(session: Session, scope: Scope, draft_id: str, rev: int) -> frozenset[str]:
    """The people whose approval of this revision counts."""
    return frozenset(signatures(session, scope, draft_id, rev))


def void(session: Session, scope: Scope, draft_id: str) -> None:
    """Let no earlier verdict of a draft count any more.

    Ticks stay: a refund that somebody made in the shop is made, and asking again invites a second.
    """
    session.execute(
        update(VerdictRow)
        .where(VerdictRow.merchant_id == scope.merchant_id, VerdictRow.draft_id == draft_id)
        .values(counts=False)
    )


def tick_actions(
    session: Session, scope: Scope, draft_id: str, rev: int, person_id: str, *, at: datetime
) -> None:
    """Record that a person has done every action of a revision."""
    session.execute(
        update(ActionRow)
        .where(
            ActionRow.merchant_id == scope.merchant_id,
            ActionRow.draft_id == draft_id,
            ActionRow.rev == rev,
        )
        .values(done_by=person_id, done_at=at)
    )
