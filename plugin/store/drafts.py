"""Drafts with their decision and actions, and the one way to move a draft between states."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, bindparam, delete, func, select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from connectors.types import ActionRequest, Money
from plugin.errors import MissingError, MovedError
from plugin.models import AWAITING, FINISHED, MOVES, DraftState, Oversight
from plugin.store import audit, audit_decisions, reservations, urgency
from plugin.store.rows import insert_once
from plugin.store.schema import ActionRow, DecisionRow, DraftRow
from plugin.store.scope import Scope

# Long enough to read, change and send a reply; short enough that a browser which somebody walked
# away from does not keep the customer waiting.
COMPOSER_LASTS = timedelta(minutes=10)
# Written once: every event, note and page reads a draft so, and to build them is half of reading.
_ONE = select(DraftRow).where(
    DraftRow.merchant_id == bindparam("of_merchant"), DraftRow.id == bindparam("of_draft")
)
_ONE_LOCKED = _ONE.with_for_update(key_share=True)
_ITS_DECISION = select(DecisionRow).where(
    DecisionRow.merchant_id == bindparam("of_merchant"),
    DecisionRow.draft_id == bindparam("of_draft"),
    DecisionRow.rev == bindparam("of_rev"),
)
_ITS_ACTIONS = (
    select(ActionRow)
    .where(
        ActionRow.merchant_id == bindparam("of_merchant"),
        ActionRow.draft_id == bindparam("of_draft"),
        ActionRow.rev == bindparam("of_rev"),
    )
    .order_by(ActionRow.position)
)
_ON_TICKET = (
    select(DraftRow)
    .where(
        DraftRow.merchant_id == bindparam("of_merchant"),
        DraftRow.account_id == bindparam("of_account"),
        DraftRow.ticket_id == bindparam("on_ticket"),
    )
    .order_by(DraftRow.id.desc())
)


@dataclass(frozen=True, slots=True)
class Held:
    """A draft with the decision and the actions of its revision.

    `decision` is None where there was nothing to decide: no draft was found.
    """

    draft: DraftRow
    decision: DecisionRow | None
    actions: tuple[ActionRow, ...]

    @property
    def oversight(self) -> Oversight | None:
        """The decision's."""
        return self.decision.oversight if self.decision else None

    @property
    def insert_only(self) -> bool:
        """No reply of ours reaches the customer where they wrote: an agent sends it."""
        return bool(self.draft.facts.get("insert_only"))

    @property
    def policy_tags(self) -> frozenset[str]:
        """The tags of the policies that fired."""
        return frozenset(self.decision.tags if self.decision else ())


def in_composer_until(draft: DraftRow, now: datetime) -> datetime | None:
    """Until when an agent has the draft in their composer; None where nobody has (any more)."""
    if draft.inserted_by is None or draft.inserted_at is None:
        return None
    until = draft.inserted_at + COMPOSER_LASTS
    return until if until > now else None


def add(session: Session, scope: Scope, draft: DraftRow) -> bool:
    """Store a new draft. False where the customer's message has one already."""
    draft.merchant_id = scope.merchant_id
    return insert_once(session, draft)


def add_decision(session: Session, scope: Scope, decision: DecisionRow) -> None:
    """Store what was decided, with what it was decided on, and record it."""
    decision.merchant_id = scope.merchant_id
    session.add(decision)
    audit_decisions.decided(session, scope, decision)


def add_actions(
    session: Session, scope: Scope, draft_id: str, rev: int, actions: Sequence[ActionRequest]
) -> None:
    """Store a revision's actions in order."""
    for position, action in enumerate(actions):
        money = action.money
        session.add(
            ActionRow(
                merchant_id=scope.merchant_id,
                draft_id=draft_id,
                rev=rev,
                position=position,
                type=action.type,
                amount_minor=action.amount.minor() if action.amount else None,
                value_minor=action.value.minor() if action.value else None,
                currency=money.currency if money else None,
                order_id=action.order,
                customer=action.customer,
                items=list(action.items),
                origins=dict(action.origins),
            )
        )


def carry_actions(
    session: Session,
    scope: Scope,
    rows: Sequence[ActionRow],
    *,
    to_rev: int,
    amounts: Mapping[int, Money] | None = None,
    origin: str = "",
) -> None:
    """Store the actions of one revision for another, with what was done by hand already.

    An action keeps its position through all revisions. `amounts` are new ones, by position, and
    `origin` is where they came from.
    """
    for row in rows:
        values = {
            column.key: getattr(row, column.key)
            for column in ActionRow.__table__.columns
            if column.key != "id"
        }
        new = ActionRow(**{**values, "merchant_id": scope.merchant_id, "rev": to_rev})
        if amounts and row.position in amounts:
            new.amount_minor = amounts[row.position].minor()
            new.origins = {**(row.origins or {}), "amount": origin}
        session.add(new)


def carry_decision(session: Session, scope: Scope, row: DecisionRow, *, to_rev: int) -> None:
    """Store the decision of one revision for another that has none of its own yet."""
    values = {
        column.key: getattr(row, column.key)
        for column in DecisionRow.__table__.columns
        if column.key != "id"
    }
    add_decision(session, scope, DecisionRow(**{**values, "rev": to_rev}))


def forget_revision(session: Session, scope: Scope, draft_id: str, rev: int) -> None:
    """Forget what was carried over to a revision, before it gets its own."""
    for table in (DecisionRow, ActionRow):
        session.execute(
            delete(table).where(
                table.merchant_id == scope.merchant_id,
                table.draft_id == draft_id,
                table.rev == rev,
            )
        )


def action_of(row: ActionRow) -> ActionRequest:
    """A stored action as the rest of the service speaks of it."""

    def money(minor: int | None) -> Money | None:
        known = minor is not None and row.currency is not None
        return Money.from_minor(minor or 0, row.currency or "") if known else None

    return ActionRequest(
        type=row.type,
        amount=money(row.amount_minor),
        value=money(row.value_minor),
        order=row.order_id,
        customer=row.customer,
        items=tuple(row.items),
        origins=row.origins or {},
    )


def get(session: Session, scope: Scope, draft_id: str, *, lock: bool = False) -> Held:
    """A draft with its decision and actions.

    With `lock`, nobody else changes the draft until this transaction ends. (SQLite needs no lock
    for it: its write transactions come one after another.)

    Raises:
        MissingError: Not there, or another merchant's.
    """
    which: dict[str, object] = {"of_merchant": scope.merchant_id, "of_draft": draft_id}
    draft = session.scalar(_ONE_LOCKED if lock else _ONE, which)
    if draft is None:
        raise MissingError("There is no such draft.")
    which["of_rev"] = draft.rev
    decision = session.scalar(_ITS_DECISION, which)
    actions = session.scalars(_ITS_ACTIONS, which)
    return Held(draft, decision, tuple(actions))


def of_account(session: Session, scope: Scope, account_id: str, draft_id: str) -> Held:
    """A draft of one of the merchant's accounts.

    Raises:
        MissingError: Not there, another account's or another merchant's.
    """
    held = get(session, scope, draft_id)
    if held.draft.account_id != account_id:
        raise MissingError("There is no such draft.")
    return held


def lock_ticket(session: Session, account_id: str, ticket_id: str) -> None:
    """Let nobody else present a draft on this ticket until this transaction ends."""
    if session.get_bind().dialect.name == "postgresql":
        key = func.hashtextextended(f"{account_id}:{ticket_id}", 0)
        session.execute(select(func.pg_advisory_xact_lock(key)))


def of_message(session: Session, scope: Scope, account_id: str, message_id: str) -> DraftRow | None:
    """The one draft of a customer message."""
    return session.scalar(
        select(DraftRow).where(
            DraftRow.merchant_id == scope.merchant_id,
            DraftRow.account_id == account_id,
            DraftRow.message_id == message_id,
        )
    )


def of_ticket(
    session: Session, scope: Scope, account_id: str, ticket_id: str
) -> Sequence[DraftRow]:
    """All drafts of a ticket, newest first."""
    which = {
        "of_merchant": scope.merchant_id,
        "of_account": account_id,
        "on_ticket": ticket_id,
    }
    return session.scalars(_ON_TICKET, which).all()


def policy_tags_of_ticket(
    session: Session, scope: Scope, account_id: str, ticket_id: str
) -> frozenset[str]:
    """Every tag that a policy ever put on a ticket through a draft of ours."""
    found = session.scalars(
        select(DecisionRow.tags)
        .join(
            DraftRow,
            and_(
                DraftRow.id == DecisionRow.draft_id,
                DraftRow.merchant_id == scope.merchant_id,
            ),
        )
        .where(
            DecisionRow.merchant_id == scope.merchant_id,
            DraftRow.account_id == account_id,
            DraftRow.ticket_id == ticket_id,
        )
    )
    return frozenset(tag for tags in found for tag in tags)


def taken_short_ids(session: Session, scope: Scope, wanted: Sequence[str]) -> frozenset[str]:
    """Which of these short ids an open draft of the merchant has."""
    return frozenset(
        found
        for found in session.scalars(
            select(DraftRow.open_short_id).where(
                DraftRow.merchant_id == scope.merchant_id, DraftRow.open_short_id.in_(wanted)
            )
        )
        if found is not None
    )


def actions_of(
    session: Session, scope: Scope, rows: Sequence[DraftRow]
) -> defaultdict[str, list[ActionRow]]:
    """The actions of many drafts' present revisions, by draft."""
    revisions = {row.id: row.rev for row in rows}
    found = session.scalars(
        select(ActionRow)
        .where(ActionRow.merchant_id == scope.merchant_id, ActionRow.draft_id.in_(revisions))
        .order_by(ActionRow.draft_id, ActionRow.position)
    )
    by_draft: defaultdict[str, list[ActionRow]] = defaultdict(list)
    for action in found:
        if action.rev == revisions[action.draft_id]:
            by_draft[action.draft_id].append(action)
    return by_draft


def move(
    session: Session,
    scope: Scope,
    draft: DraftRow,
    to: DraftState,
    *,
    actor: str,
    at: datetime,
    detail: Mapping[str, object] | None = None,
    **changes: object,
) -> None:
    """Move a draft from the state and revision it was read in, and record it.

    Whoever has it in their composer, or has claimed it, has it no longer: what they took was the
    draft as it was.

    Args:
        session: The transaction of everything that belongs to the move.
        scope: Whose.
        draft: As it was read; brought up to date upon success.
        to: The new state.
        actor: Who, as in the audit.
        at: Now.
        detail: For the audit.
        **changes: Further columns to set.

    Raises:
        MovedError: The table of moves does not have it, or somebody else was first.
    """
    came_from = draft.state
    if to not in MOVES[came_from]:
        raise MovedError(f"A draft that is {came_from.words} cannot become {to.words}.")
    nobodys = dict.fromkeys(("inserted_by", "inserted_at", "claimed_by", "claimed_at"))
    values: dict[str, object] = {"state": to, "state_at": at, "due_at": None, **nobodys, **changes}
    if to in AWAITING:
        values |= urgency.of_revision(session, scope, draft.id, draft.rev)
    if to in FINISHED:
        values["open_short_id"] = None
    change(session, scope, draft, **values)
    if reservations.state_in(to) is not reservations.state_in(came_from):
        reservations.follow(session, scope, draft.id, reservations.state_in(to))
    audit.add(
        session,
        scope,
        at=at,
        actor=actor,
        event="draft_moved",
        draft_id=draft.id,
        detail={"from": came_from, "to": to, "rev": draft.rev, **(detail or {})},
    )


def change(session: Session, scope: Scope, draft: DraftRow, **values: object) -> None:
    """Set columns of a draft that is still as it was read (compare-and-set on rev and state).

    Raises:
        MovedError: Somebody else was first; the message says where the draft stands now.
    """
    result = session.execute(
        update(DraftRow)
        .where(
            DraftRow.merchant_id == scope.merchant_id,
            DraftRow.id == draft.id,
            DraftRow.rev == draft.rev,
            DraftRow.state == draft.state,
        )
        .values(**values)
        .returning(DraftRow.id)
        .execution_options(synchronize_session=False)
    )
    if result.first() is None:
        now = session.scalar(
            select(DraftRow.state).where(
                DraftRow.merchant_id == scope.merchant_id, DraftRow.id == draft.id
            )
        )
        where = now.words if now else "gone"
        raise MovedError(f"This draft moved meanwhile: it is {where} now.")
    for name, value in values.items():
        set_committed_value(draft, name, value)
