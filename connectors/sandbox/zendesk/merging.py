"""Merges one ticket into another, as an agent does in the browser.

https://developer.zendesk.com/api-reference/ticketing/tickets/tickets/#merge-tickets-into-target-ticket
The texts and the tag are those of real accounts, and both comments are private, as by default. Who
is put in copy, the form of ``via.source``, the order of the two updates and of the event that tells
of them are unconfirmed. What the event holds was seen in public code.
"""

from connectors.sandbox.zendesk.changes import NewComment, Update
from connectors.sandbox.zendesk.desk import Desk
from connectors.sandbox.zendesk.errors import invalid
from connectors.sandbox.zendesk.events import event_about_ticket
from connectors.sandbox.zendesk.markup import written
from connectors.sandbox.zendesk.records import Change, Source, Ticket, User
from connectors.sandbox.zendesk.tags import TagEdit
from connectors.sandbox.zendesk.wiring import Sandbox

MERGED_TAG = "closed_by_merge"


def merge(desk: Desk, ticket_id: int, *, into: int, agent: User) -> tuple[Change, Change]:
    """Close a ticket and tell of it on both. Returns the change of the other, then its own.

    Raises:
        ApiError: 404; 422 where one of them is closed already, or they are the same. Then nothing
            is done.
    """
    if ticket_id == into:
        raise invalid("into", "a ticket cannot be merged into itself")
    with desk.lock:
        merged, target = desk.ticket(ticket_id), desk.ticket(into)
        receiving = Update(
            agent,
            "web",
            comment=_note(agent, _told_to_target(merged)),
            copies=(merged.requester_id,),
            source=_source(merged),
        )
        closing = Update(
            agent,
            "web",
            comment=_note(
                agent,
                f'This request was closed and merged into request #{target.id} "{target.subject}".',
            ),
            tags=TagEdit(add=(MERGED_TAG,)),
            fields={"status": "closed"},
            source=_source(target),
        )
        first, second = desk.update_all({target.id: receiving, merged.id: closing})
    return first, second


def tell_of_merge(box: Sandbox, closed: Ticket, *, into: int, agent: User) -> None:
    """Send the event that tells of a merge; it is about the ticket that was closed."""
    part = {"target_ticket_id": str(into)}
    account_id, ids = box.config.account_id, box.desk.ids
    event = event_about_ticket("merged", closed, agent, part, account_id=account_id, ids=ids)
    box.deliveries.enqueue(event)


def _told_to_target(merged: Ticket) -> str:
    told = f'Request #{merged.id} "{merged.subject}" was closed and merged into this request.'
    public = [comment.plain_body for comment in merged.comments if comment.public]
    if not public:
        return told
    return f"{told} Last comment in request #{merged.id}:\n\n{public[-1]}"


def _note(agent: User, text: str) -> NewComment:
    return NewComment(agent, written(text=text, markup=None), public=False)


def _source(other: Ticket) -> Source:
    return {"from": {"ticket_ids": [other.id]}, "to": {}, "rel": "merge"}
