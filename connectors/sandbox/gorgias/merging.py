"""Merges one ticket into another, as an agent does in the browser.

That the messages move with their ids, and what becomes of the ticket that is merged, are
unconfirmed.
"""

from connectors.sandbox.gorgias.desk import Desk
from connectors.sandbox.gorgias.happenings import MERGED
from connectors.sandbox.gorgias.records import Person


def merge(desk: Desk, ticket_id: int, *, into: int, agent: Person, gone: bool) -> None:
    """Give everything said on a ticket to another; the ticket is trashed, or `gone`.

    Raises:
        ApiError: 404, one of them is not there. Then nothing is done.
    """
    with desk.lock:
        source, target = desk.ticket(ticket_id), desk.ticket(into)
        desk.move_messages(ticket_id, into)
        tags = tuple(dict.fromkeys((*target.tags, *source.tags)))
        desk.update(into, {"tags": tags}, actor=agent, happened=(MERGED,))
        left = {"status": "closed", "trashed_at": desk.now()}
        desk.update(ticket_id, left, actor=agent, happened=(MERGED,))
        if gone:
            desk.remove(ticket_id, actor=agent)
