"""``/queue/workload``: how much waits, for whom, and who is away. No speeds, no scores."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from plugin.models import DraftState, Role
from plugin.review import claims
from plugin.store import people, workload
from plugin.store.absence import is_away
from plugin.store.people_tables import PersonRow
from plugin.store.workload import Pile
from plugin.web.doors import open_to
from plugin.web.sign_in import SignedIn, signed_in
from plugin.web.state import runtime

pages = Blueprint("workload", __name__)

_A_DAY = timedelta(days=1)
_NO_READER = "The workload is shown to leads, admins and auditors."


@dataclass(frozen=True, slots=True)
class Approver:
    """Somebody who may sign.

    Attributes:
        may_sign: How many waiting drafts their role and limit allow.
        looks_at: How many they have claimed.
        signed: Their approvals of the last day.
        delegate: Who signs while they are away; None where nobody does, or they are here.
    """

    person: PersonRow
    limit: str
    may_sign: int
    looks_at: int
    signed: int
    away: bool
    delegate: PersonRow | None


@dataclass(frozen=True, slots=True)
class Workload:
    """What waits now. `oldest` is when the oldest of it came; None where nothing waits."""

    approvals: int
    reviews: int
    overdue: int
    oldest: datetime | None
    nobody: int
    approvers: tuple[Approver, ...]


@pages.get("/queue/workload")
@open_to(Role.LEAD, Role.ADMIN, Role.AUDITOR, otherwise=_NO_READER)
def show() -> ResponseReturnValue:
    """What waits, and the people who may sign it, by name."""
    who = signed_in()
    now = runtime().now()
    with runtime().database.read() as session:
        found = _workload(session, who, now)
    return render_template("queue_workload.html", who=who, work=found, now=now)


def _workload(session: Session, who: SignedIn, now: datetime) -> Workload:
    everybody = people.everybody(session, who.scope)
    signers = [person for person in everybody if person.role.may_sign_for(Role.AGENT)]
    limits = _limits(signers)
    piles = workload.piles(session, who.scope, limits, now=now)
    oldest = min((pile.oldest for pile in piles), default=None)
    claimed = workload.claimed(session, who.scope, since=now - claims.LASTS)
    signed = workload.signed(session, who.scope, since=now - _A_DAY)
    by_id = {person.id: person for person in everybody}

    def approver(person: PersonRow) -> Approver:
        away, limit = is_away(person, now), people.limit_of(person)
        return Approver(
            person=person,
            limit=str(limit) if limit else "no limit",
            may_sign=sum(pile.count for pile in piles if _allows(person, pile, limits)),
            looks_at=claimed.get(person.id, 0),
            signed=signed.get(person.id, 0),
            away=away,
            delegate=by_id.get(person.delegate_id or "") if away else None,
        )

    here = [person for person in signers if not is_away(person, now)]
    unsignable = [pile for pile in piles if not any(_allows(one, pile, limits) for one in here)]
    return Workload(
        approvals=_count(piles, DraftState.AWAITING_APPROVAL),
        reviews=_count(piles, DraftState.AWAITING_REVIEW),
        overdue=sum(pile.overdue for pile in piles),
        oldest=workload.waits_since(session, who.scope, oldest) if oldest else None,
        nobody=sum(pile.count for pile in unsignable),
        approvers=tuple(
            approver(person) for person in sorted(signers, key=lambda one: one.name.casefold())
        ),
    )


def _count(piles: Sequence[Pile], state: DraftState) -> int:
    return sum(pile.count for pile in piles if pile.state is state)


def _limits(signers: Sequence[PersonRow]) -> Mapping[str, Sequence[int]]:
    """The different limits that people have in each currency, smallest first."""
    found: dict[str, set[int]] = {}
    for limit in filter(None, map(people.limit_of, signers)):
        found.setdefault(limit.currency, set()).add(limit.minor())
    return {currency: sorted(sizes) for currency, sizes in found.items()}


def _allows(person: PersonRow, pile: Pile, limits: Mapping[str, Sequence[int]]) -> bool:
    limit = people.limit_of(person)
    sizes = limits[limit.currency] if limit else ()
    return workload.may_sign(pile, person.role, limit, sizes)
