"""What waits for a person: the first drafts of each list of the queue, however many there are."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    and_,
    bindparam,
    cast,
    literal,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session, defer

from connectors.types import Money
from plugin.models import AWAITING, DraftState, Role, VerdictKind
from plugin.store.narrowing import EVERYTHING, Only
from plugin.store.schema import DecisionRow, DraftRow, VerdictRow
from plugin.store.scope import Scope
from plugin.store.urgency import WAITS

Decided = tuple[DraftRow, DecisionRow | None]

_KEPT = 128
_MERCHANT = bindparam("merchant_id", type_=DraftRow.merchant_id.type)
_SIGNATURES = (VerdictKind.APPROVE, VerdictKind.EDIT)
# A line of the queue shows none of these, and they are most of what a draft weighs.
_UNREAD = (
    *(defer(column) for column in (DraftRow.text, DraftRow.final_text, DraftRow.message_text)),
    *(defer(column) for column in (DraftRow.facts, DraftRow.reading, DraftRow.topics)),
    *(defer(column) for column in (DecisionRow.tags, DecisionRow.headroom, DecisionRow.advice)),
)


_DECIDED = (
    select(DraftRow, DecisionRow)
    .outerjoin(
        DecisionRow,
        and_(
            DecisionRow.draft_id == DraftRow.id,
            DecisionRow.rev == DraftRow.rev,
            DecisionRow.merchant_id == _MERCHANT,
        ),
    )
    .where(
        # Not as it stands in an index: SQLite would go through all of the merchant's for the ids.
        DraftRow.merchant_id.concat("") == _MERCHANT,
        DraftRow.id.in_(bindparam("ids", expanding=True)),
    )
    .options(*_UNREAD)
)


@dataclass(frozen=True, slots=True)
class Lane:
    """Waiting drafts that stand in one order already.

    Attributes:
        signer: The least role that may sign them.
        limit: Only what one person's limit allows, or what it does not; None: all.
        over: What it does not allow.
    """

    state: DraftState
    signer: Role
    limit: Money | None = None
    over: bool = False


@dataclass(frozen=True, slots=True)
class InStates:
    """Drafts in these states, oldest first."""

    states: tuple[DraftState, ...]
    newest_first: bool = False


@dataclass(frozen=True, slots=True)
class Awaiting:
    """Drafts that wait for a verdict: the next deadline first, then the most money, then age."""

    lanes: tuple[Lane, ...]


@dataclass(frozen=True, slots=True)
class LeftUnsigned:
    """Drafts whose customer got a reply without the signature it needed, newest first.

    Where another app wrote it a draft may wait as before; it stands among those that do.
    """


Question = InStates | Awaiting | LeftUnsigned
_LEFT_UNSIGNED = and_(
    DraftRow.bypassed,
    DraftRow.state.not_in(AWAITING),
    DraftRow.state_at >= bindparam("since", type_=DraftRow.state_at.type),
)
_ORDER = ("sign_by", "minus_stake", "id")


def firsts(
    session: Session,
    scope: Scope,
    lists: Mapping[str, Question],
    *,
    limit: int,
    since: datetime,
    only: Only = EVERYTHING,
) -> dict[str, list[Decided]]:
    """The first drafts of each list, with their decisions, in two statements for all of them.

    No index has several lanes' rows in one order, and some states grow for ever. So of each lane
    as many as the limit are looked up in its index; only what comes first of all is then read.

    Args:
        session: One look.
        scope: Whose.
        lists: What each holds, by its name.
        limit: At most so many of each.
        since: What left unsigned before is not looked for.
        only: What all of them are narrowed by.
    """
    questions = tuple(lists.values())
    values = {"merchant_id": scope.merchant_id, "since": since, **only.values()}
    found = _first_ids(session, questions, _keys(questions, limit, only.shape), limit, values)
    wanted = {"merchant_id": scope.merchant_id, "ids": sorted({i for ids in found for i in ids})}
    rows = {row[0].id: (row[0], row[1]) for row in session.execute(_DECIDED, wanted)}
    return {name: [rows[i] for i in ids] for name, ids in zip(lists, found, strict=True)}


def signers_of(
    session: Session, scope: Scope, rows: Sequence[DraftRow]
) -> defaultdict[str, set[str]]:
    """Who has signed the present revision of each of many drafts."""
    revisions = {row.id: row.rev for row in rows}
    found = session.execute(
        select(VerdictRow.draft_id, VerdictRow.rev, VerdictRow.person_id).where(
            VerdictRow.merchant_id == scope.merchant_id,
            VerdictRow.draft_id.in_(revisions),
            VerdictRow.counts,
            VerdictRow.kind.in_(_SIGNATURES),
        )
    )
    signers: defaultdict[str, set[str]] = defaultdict(set)
    for draft_id, rev, person_id in found:
        if rev == revisions[draft_id]:
            signers[draft_id].add(person_id)
    return signers


def _first_ids(
    session: Session,
    questions: Sequence[Question],
    keys: CompoundSelect[Any] | None,
    limit: int,
    values: Mapping[str, object],
) -> list[list[str]]:
    by_list: list[list[list[Any]]] = [[] for _ in questions]
    for number, *key in session.execute(keys, values) if keys is not None else ():
        by_list[number].append(key)
    return [
        [key[-1] for key in sorted(found, reverse=_newest_first(question))[:limit]]
        for question, found in zip(questions, by_list, strict=True)
    ]


# To write this one takes longer than to have it answered, and every open page asks it again and
# again: it is kept, whoever asks.
@lru_cache(maxsize=_KEPT)
def _keys(questions: Sequence[Question], limit: int, only: Only) -> CompoundSelect[Any] | None:
    """What each list is in order of, of the first in each of its lanes; None: there are none."""
    lanes = [
        select(_first_of_lane(number, question, lane, limit).subquery())
        for number, question in enumerate(questions)
        for lane in _lanes(question, only)
    ]
    return union_all(*lanes) if lanes else None


def _lanes(question: Question, only: Only) -> Iterable[Sequence[ColumnElement[bool]]]:
    """What the drafts of each lane have in common."""
    narrowed = only.conditions()
    match question:
        case InStates():
            return [(DraftRow.state == state, *narrowed) for state in question.states]
        case Awaiting():
            # A few ids are found sooner by themselves.
            by_index = (WAITS,) if only.ids is None else ()
            return [(*by_index, *_of_lane(lane), *narrowed) for lane in question.lanes]
        case LeftUnsigned():
            return [(_LEFT_UNSIGNED, *narrowed)]


def _first_of_lane(
    number: int, question: Question, lane: Sequence[ColumnElement[bool]], limit: int
) -> Select[Any]:
    in_order_of = _ORDER if isinstance(question, Awaiting) else _ORDER[-1:]
    columns = [getattr(DraftRow, name) for name in in_order_of]
    # What a list is not in order of is not read, so that an index is all that is looked at.
    untold = [
        cast(null(), getattr(DraftRow, name).type).label(name) for name in _ORDER[: -len(columns)]
    ]
    return (
        select(literal(number).label("list"), *untold, *columns)
        .where(DraftRow.merchant_id == _MERCHANT, *lane)
        .order_by(*(c.desc() if _newest_first(question) else c for c in columns))
        .limit(limit)
    )


def _newest_first(question: Question) -> bool:
    return isinstance(question, LeftUnsigned) or (
        isinstance(question, InStates) and question.newest_first
    )


def _of_lane(lane: Lane) -> Sequence[ColumnElement[bool]]:
    return (DraftRow.state == lane.state, DraftRow.signer == lane.signer, *_of_limit(lane))


def _of_limit(lane: Lane) -> Sequence[ColumnElement[bool]]:
    if lane.limit is None:
        return ()
    own = and_(
        DraftRow.stake_currency == lane.limit.currency,
        DraftRow.minus_stake >= -lane.limit.minor(),
    )
    if not lane.over:
        return (or_(DraftRow.minus_stake == 0, own),)
    # In no currency, or in another: nobody can say that it is within the limit.
    foreign = or_(DraftRow.stake_currency.is_(None), DraftRow.stake_currency != lane.limit.currency)
    return (
        DraftRow.minus_stake < 0,
        or_(foreign, DraftRow.minus_stake < -lane.limit.minor()),
    )
