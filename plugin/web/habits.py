"""``/habits``: how often what a policy held was approved faster than anybody reads.

It tells about policies. It names no person, and there is no such figure for one.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from plugin.store import habits, merchants
from plugin.web.policy_rights import open_to_readers
from plugin.web.sign_in import signed_in
from plugin.web.state import runtime

pages = Blueprint("habits", __name__)

LOOKED_AT = 2_000
# Fewer say nothing about a policy, and may say too much about one person.
ENOUGH = 20
_DEFAULT = "no policy (the default)"


@dataclass(frozen=True, slots=True)
class Held:
    """What was approved of all that one policy matched."""

    policy: str
    approved: int
    quick: int

    @property
    def is_enough(self) -> bool:
        """There are so many that the share says something."""
        return self.approved >= ENOUGH


@pages.get("/habits")
@open_to_readers
def show() -> ResponseReturnValue:
    """Each policy, by its name."""
    who = signed_in()
    with runtime().database.read() as session:
        is_on = merchants.has_habits(session, who.scope)
        rows = habits.measured(session, who.scope, limit=LOOKED_AT) if is_on else ()
    return render_template(
        "habits.html",
        who=who,
        is_on=is_on,
        policies=by_policy(rows),
        looked_at=LOOKED_AT,
        enough=ENOUGH,
    )


def by_policy(rows: Iterable[tuple[Any, bool]]) -> tuple[Held, ...]:
    """The counts of each policy, in the order of their names: no policy is first by its figure."""
    approved, quick = Counter[str](), Counter[str]()
    for policies, was_quick in rows:
        for policy in {hit["id"] for hit in policies} or {_DEFAULT}:
            approved[policy] += 1
            quick[policy] += was_quick
    return tuple(Held(policy, approved[policy], quick[policy]) for policy in sorted(approved))
