"""Which draft comes before and after one, in the order of its reader's queue."""

from collections.abc import Sequence
from enum import StrEnum

from sqlalchemy.orm import Session

from plugin.runtime import Runtime
from plugin.web import queue_view
from plugin.web.queue_filters import Filters
from plugin.web.sign_in import SignedIn


class Way(StrEnum):
    """Down the queue, or up."""

    NEXT = "next"
    PREVIOUS = "previous"


def neighbour(order: Sequence[str], draft_id: str, way: Way) -> str | None:
    """The draft to go to; None at the end.

    Down from a draft that is not in the queue (any more) comes the first that is.
    """
    if draft_id not in order:
        return order[0] if order and way is Way.NEXT else None
    place = order.index(draft_id) + (1 if way is Way.NEXT else -1)
    return order[place] if 0 <= place < len(order) else None


def queue_order(session: Session, runtime: Runtime, who: SignedIn) -> Sequence[str]:
    """The drafts of somebody's queue, as the queue page shows them."""
    sections = queue_view.sections(session, who, Filters(), now=runtime.now())
    ids = (line.draft.id for section in sections for line in section.lines)
    return list(dict.fromkeys(ids))
