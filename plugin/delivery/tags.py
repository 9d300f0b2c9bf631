"""The ticket's tags as a mirror of its newest draft, worked out when they are written."""

from sqlalchemy.orm import Session

from connectors.types import TagChange
from plugin.models import DraftState
from plugin.store import drafts, installed
from plugin.store.scope import Scope
from plugin.ticket_tags import OUR_TAGS, TAG_APPROVAL_REQUIRED, TAG_BYPASS, tags_of


def mirror(
    session: Session,
    scope: Scope,
    account_id: str,
    ticket_id: str,
    *,
    delivered: str | None = None,
) -> TagChange:
    """The change that makes a ticket's tags tell where its newest draft stands.

    Where there is none, no tag of ours belongs.

    Args:
        session: Where.
        scope: Whose.
        account_id: The helpdesk account.
        ticket_id: The ticket.
        delivered: The draft that the write itself delivers.
    """
    on_ticket = drafts.of_ticket(session, scope, account_id, ticket_id)
    if not on_ticket:
        return TagChange(remove=OUR_TAGS)
    newest = on_ticket[0]
    held = drafts.get(session, scope, newest.id)
    state = DraftState.DELIVERED if delivered == newest.id else newest.state
    add = tags_of(state, held.oversight, held.policy_tags)
    # Whoever may answer in their own words is mailed out by the helpdesk only without this tag.
    if newest.opened_for is not None and installed.has_gate(session, scope, account_id):
        add -= {TAG_APPROVAL_REQUIRED}
    if newest.bypassed:
        add |= {TAG_BYPASS}
    # A policy may add a tag the ticket had before we ever saw it: that one is not ours to remove.
    before_us = frozenset(on_ticket[-1].facts["tags"])
    policies = drafts.policy_tags_of_ticket(session, scope, account_id, ticket_id)
    ours = OUR_TAGS | (policies - before_us)
    return TagChange(add=add, remove=ours - add)
