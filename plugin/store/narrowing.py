"""What the queue may be narrowed by, and finding drafts by what people call them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from sqlalchemy import ColumnElement, bindparam, case, select
from sqlalchemy.orm import Session

from connectors.types import MINOR_UNITS
from plugin.store.schema import Account, DraftRow
from plugin.store.scope import Scope

_CENTS = 2


@dataclass(frozen=True, slots=True)
class Only:
    """Which drafts; all of them where nothing is said.

    Attributes:
        ids: Out of these.
        over: What they move is more than this, in whichever currency; an unknown amount may be.
    """

    ids: frozenset[str] | None = None
    intent: str | None = None
    account_id: str | None = None
    over: Decimal | None = None

    @property
    def shape(self) -> "Only":
        """The same question about no drafts in particular, of which there are not many."""
        return self if self.ids is None else replace(self, ids=frozenset())

    def values(self) -> Mapping[str, object]:
        """What the conditions of its shape are to be given."""
        return {} if self.ids is None else {"ids": sorted(self.ids)}

    def conditions(self) -> Sequence[ColumnElement[bool]]:
        """Beside the merchant and the state, which every question names itself."""
        found: list[ColumnElement[bool]] = []
        if self.ids is not None:
            found.append(DraftRow.id.in_(bindparam("ids", expanding=True)))
        if self.intent is not None:
            found.append(DraftRow.intent == self.intent)
        if self.account_id is not None:
            found.append(DraftRow.account_id == self.account_id)
        if self.over is not None:
            found.append(DraftRow.minus_stake < _minus_minor(self.over))
        return found


EVERYTHING = Only()


def called(session: Session, scope: Scope, words: str, *, limit: int) -> frozenset[str]:
    """The ids of open drafts with this short id, and of drafts on the ticket of this number."""
    accounts = select(Account.id).where(Account.merchant_id == scope.merchant_id)
    by_short_id = select(DraftRow.id).where(
        DraftRow.merchant_id == scope.merchant_id, DraftRow.open_short_id == words.upper()
    )
    by_ticket = (
        select(DraftRow.id)
        .where(
            DraftRow.merchant_id == scope.merchant_id,
            DraftRow.account_id.in_(accounts),
            DraftRow.ticket_id == words.lstrip("#"),
        )
        .order_by(DraftRow.id.desc())
        .limit(limit)
    )
    return frozenset((*session.scalars(by_short_id), *session.scalars(by_ticket)))


def accounts(session: Session, scope: Scope) -> dict[str, str]:
    """The addresses of the merchant's helpdesks, by account. No credentials are read for it."""
    rows = session.execute(
        select(Account.id, Account.url)
        .where(Account.merchant_id == scope.merchant_id)
        .order_by(Account.created_at, Account.id)
    )
    return {row.id: row.url for row in rows}


def claimed_by(
    session: Session, scope: Scope, person_id: str, *, since: datetime, limit: int
) -> frozenset[str]:
    """The ids of the drafts that somebody has claimed since then."""
    return frozenset(
        session.scalars(
            select(DraftRow.id)
            .where(
                DraftRow.merchant_id == scope.merchant_id,
                DraftRow.claimed_by == person_id,
                DraftRow.claimed_at > since,
            )
            .limit(limit)
        )
    )


def _minus_minor(over: Decimal) -> ColumnElement[int]:
    """The amount as each currency's rows hold it: in its own smallest unit, negated."""
    by_places: dict[int, list[str]] = {}
    for currency, places in MINOR_UNITS.items():
        by_places.setdefault(places, []).append(currency)
    return case(
        *(
            (DraftRow.stake_currency.in_(sorted(currencies)), -_minor(over, places))
            for places, currencies in sorted(by_places.items())
        ),
        else_=-_minor(over, _CENTS),
    )


def _minor(amount: Decimal, places: int) -> int:
    return int(amount.scaleb(places))
