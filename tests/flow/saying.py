"""What people say to a draft, as the review page sends it."""

from typing import Any

from plugin.models import DraftState, Surface, VerdictKind
from plugin.review.action_edits import ActionChange
from plugin.review.verdicts import Verdict, give
from tests.bench.world import Bench


def say(bench: Bench, ticket_id: str, email: str, kind: str, **fields: Any) -> DraftState:
    """Give a verdict on the newest draft as it stands now."""
    draft = bench.draft(ticket_id)
    seen: dict[str, Any] = {"rev": draft.rev, "state": draft.state, **fields}
    verdict = Verdict(VerdictKind(kind), Surface.REVIEW_PAGE, **seen)
    return give(bench.runtime, bench.scope, draft.id, bench.person(email), verdict)


def pay(amount: str, position: int = 0) -> ActionChange:
    return ActionChange(position, amount=amount)


def drop(position: int = 0) -> ActionChange:
    return ActionChange(position, drop=True)
