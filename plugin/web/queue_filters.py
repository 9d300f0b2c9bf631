"""What the reader of the queue asks to see, as the page's address says it."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy.orm import Session

from plugin.errors import InvalidInputError
from plugin.models import Role
from plugin.review import claims
from plugin.store import narrowing
from plugin.store.narrowing import Only
from plugin.web.sign_in import SignedIn

WHOSE = {
    "me": "I may sign",
    "claimed": "I look at",
    Role.AGENT.value: "an agent may sign",
    Role.LEAD.value: "a lead must sign",
    Role.ADMIN.value: "an admin must sign",
}
SECTIONS = {
    "undelivered": "Delivery needs a look",
    "signature": "Needs your signature",
    "review": "Ready for your review",
    "others": "Waits for somebody else",
    "people": "For people to answer in the helpdesk",
    "bypassed": "Left without its approval",
    "going": "Going out",
}
_TO_SIGN = frozenset({"signature", "review", "others"})
_MINE = frozenset({"signature", "review"})
_STILL_MOVES = frozenset({"undelivered", "going"})
_LARGEST = Decimal(10) ** 12
_LONGEST_WORDS = 100
_MOST_FOUND = 1000


@dataclass(frozen=True, slots=True)
class Filters:
    """Each is empty where nothing is asked. `people` is the order, which narrows nothing."""

    q: str = ""
    whose: str = ""
    section: str = ""
    intent: str = ""
    account: str = ""
    over: str = ""
    people: str = ""

    @property
    def narrows(self) -> int:
        """How many things narrow the queue."""
        return sum(1 for name in _NARROWING if getattr(self, name))

    @property
    def asked(self) -> dict[str, Any]:
        """As they stand in the page's address."""
        return {part.name: value for part in fields(self) if (value := getattr(self, part.name))}

    @property
    def signer(self) -> Role | None:
        """Only what this role signs at least."""
        return Role(self.whose) if self.whose in set(Role) else None

    def show(self, section: str) -> bool:
        """Whether a section may hold anything that is asked for."""
        if self.section and section != self.section:
            return False
        if self.whose == "me":
            return section in _MINE
        # What will not go out any more moves no money.
        moves_nothing = self.over and section not in _STILL_MOVES
        return section in _TO_SIGN or not (self.signer or moves_nothing)

    def only(self, session: Session, who: SignedIn, now: datetime) -> Only:
        """Which drafts that leaves."""
        found = [
            *([narrowing.called(session, who.scope, self.q, limit=_MOST_FOUND)] if self.q else ()),
            *([_claimed(session, who, now)] if self.whose == "claimed" else ()),
        ]
        return Only(
            ids=frozenset.intersection(*found) if found else None,
            intent=self.intent or None,
            account_id=self.account or None,
            over=Decimal(self.over) if self.over else None,
        )


_NARROWING = tuple(part.name for part in fields(Filters) if part.name != "people")


def read_filters(given: Mapping[str, str]) -> Filters:
    """The filters in an address.

    Raises:
        InvalidInputError: One of them means nothing, and which.
    """
    asked = {
        part.name: given.get(part.name, "").strip()[:_LONGEST_WORDS] for part in fields(Filters)
    }
    for name, known in (("whose", WHOSE), ("section", SECTIONS), ("people", {"newest": ""})):
        if asked[name] and asked[name] not in known:
            raise InvalidInputError(name, f"The queue has no filter “{asked[name]}”.")
    if asked["over"]:
        _require_amount(asked["over"])
    return Filters(**asked)


def _claimed(session: Session, who: SignedIn, now: datetime) -> frozenset[str]:
    since = now - claims.LASTS
    return narrowing.claimed_by(session, who.scope, who.person.id, since=since, limit=_MOST_FOUND)


def _require_amount(text: str) -> None:
    try:
        amount = Decimal(text)
    except InvalidOperation:
        amount = Decimal(-1)
    if not 0 <= amount <= _LARGEST:
        raise InvalidInputError("over", "Write the amount as a number, such as 50 or 49.90.")
