"""What is true: read back from the database and from the helpdesk's HTTP."""

from collections.abc import Callable, Sequence
from time import monotonic, sleep

from sqlalchemy import func, select

from plugin.demo.world import World
from plugin.models import DraftState, EffectState, InboxState
from plugin.store import drafts
from plugin.store.audit_tables import AuditRow
from plugin.store.drafts import Held
from plugin.store.schema import CorrectionRow, DraftRow, EffectRow, InboxEvent, VerdictRow

_LOOK_EVERY_SECONDS = 0.1


class NotSeenError(Exception):
    """What was waited for did not happen in time."""


class Looking:
    """Reads the demo's truth back."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.hands = world.hands
        self._merchant_id = world.scope.merchant_id

    def drafts(self, ticket_id: str) -> list[Held]:
        """A ticket's drafts, oldest first."""
        with self.world.runtime.database.read() as session:
            rows = session.scalars(
                select(DraftRow)
                .where(DraftRow.merchant_id == self._merchant_id, DraftRow.ticket_id == ticket_id)
                .order_by(DraftRow.id)
            ).all()
            return [drafts.get(session, self.world.scope, row.id) for row in rows]

    def newest(self, ticket_id: str) -> Held | None:
        """A ticket's newest draft."""
        found = self.drafts(ticket_id)
        return found[-1] if found else None

    def effects(self, draft_id: str) -> Sequence[EffectRow]:
        """What went out for a draft."""
        with self.world.runtime.database.read() as session:
            return session.scalars(
                select(EffectRow).where(
                    EffectRow.merchant_id == self._merchant_id, EffectRow.draft_id == draft_id
                )
            ).all()

    def verdicts(self, draft_id: str) -> Sequence[VerdictRow]:
        """What people said to a draft."""
        with self.world.runtime.database.read() as session:
            return session.scalars(
                select(VerdictRow).where(
                    VerdictRow.merchant_id == self._merchant_id, VerdictRow.draft_id == draft_id
                )
            ).all()

    def moves(self, draft_id: str | None = None) -> Sequence[AuditRow]:
        """From state to state, oldest first: of one draft, or of all."""
        query = select(AuditRow).where(
            AuditRow.merchant_id == self._merchant_id, AuditRow.event == "draft_moved"
        )
        if draft_id is not None:
            query = query.where(AuditRow.draft_id == draft_id)
        with self.world.runtime.database.read() as session:
            return session.scalars(query.order_by(AuditRow.id)).all()

    def correction(self, draft_id: str) -> CorrectionRow | None:
        """What became of a draft's text."""
        with self.world.runtime.database.read() as session:
            return session.scalar(
                select(CorrectionRow).where(
                    CorrectionRow.merchant_id == self._merchant_id,
                    CorrectionRow.draft_id == draft_id,
                )
            )

    def events(self, ticket_id: str, state: InboxState) -> Sequence[InboxEvent]:
        """A ticket's webhooks that came to this."""
        with self.world.runtime.database.read() as session:
            return session.scalars(
                select(InboxEvent)
                .where(
                    InboxEvent.merchant_id == self._merchant_id,
                    InboxEvent.ticket_id == ticket_id,
                    InboxEvent.state == state,
                )
                .order_by(InboxEvent.id)
            ).all()

    def event_counts(self) -> dict[InboxState, int]:
        """How many webhooks came to what."""
        with self.world.runtime.database.read() as session:
            rows = session.execute(
                select(InboxEvent.state, func.count())
                .where(InboxEvent.merchant_id == self._merchant_id)
                .group_by(InboxEvent.state)
            )
            return {row[0]: row[1] for row in rows}

    def wait_for(self, seen: Callable[[], bool], *, seconds: float) -> None:
        """Look again and again until something is seen.

        Raises:
            NotSeenError: Not in time.
        """
        until = monotonic() + seconds
        while not seen():
            if monotonic() > until:
                raise NotSeenError
            sleep(_LOOK_EVERY_SECONDS)

    def is_quiet(self) -> bool:
        """Nothing is under way: every webhook delivered and handled, every effect settled."""
        if self.hands.pending_deliveries():
            return False
        counts = (
            select(func.count()).where(
                InboxEvent.merchant_id == self._merchant_id,
                InboxEvent.state == InboxState.ACCEPTED,
            ),
            select(func.count()).where(
                DraftRow.merchant_id == self._merchant_id,
                DraftRow.state.in_([DraftState.APPROVED, DraftState.DELIVERING]),
            ),
            select(func.count()).where(
                EffectRow.merchant_id == self._merchant_id,
                EffectRow.state.in_([EffectState.PLANNED, EffectState.ATTEMPTING]),
            ),
        )
        with self.world.runtime.database.read() as session:
            return not any(session.scalar(count) for count in counts)
