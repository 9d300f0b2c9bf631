"""What a change is called: the names of events, and those that integrations are triggered by.

https://developers.gorgias.com/reference/the-event-object. Names beyond ``ticket-created``,
``ticket-updated``, ``ticket-closed`` and those about messages are unconfirmed.
"""

from connectors.sandbox.gorgias.records import Change, Ticket

CREATED, UPDATED = "ticket-created", "ticket-updated"
MESSAGE_CREATED, MESSAGE_FAILED = "ticket-message-created", "ticket-message-failed"
MESSAGE_UPDATED, MESSAGE_DELETED = "ticket-message-updated", "ticket-message-deleted"
UNSNOOZED, MERGED = "ticket-self-unsnoozed", "ticket-merged"
STATUS, ASSIGNMENT = "ticket-status-updated", "ticket-assignment-updated"
HANDED_OVER, DELETED = "ticket-handed-over", "ticket-deleted"
TRIGGERS = (
    *(CREATED, UPDATED, MESSAGE_CREATED, UNSNOOZED, MESSAGE_FAILED, ASSIGNMENT, STATUS),
    HANDED_OVER,
)
_HANDOVER_TAG = "ai_handover"
# What no trigger and no event tells of: that a message was edited, or that it was sent.
_QUIET = frozenset({"messages", "updated_at"})


def triggers_of(change: Change) -> tuple[str, ...]:
    """The triggers that a change fires, in order.

    ``ticket-updated`` comes with nearly everything, a message included.
    """
    names = [*_made(change), *(name for name in change.happened if name in TRIGGERS)]
    before, after = change.before, change.after
    if before is not None:
        if before.status != after.status:
            names.append(STATUS)
        if _assignment(before) != _assignment(after):
            names.append(ASSIGNMENT)
        if _differs(before, after) or MESSAGE_CREATED in change.happened:
            names.append(UPDATED)
    if _HANDOVER_TAG in _added(change):
        names.append(HANDED_OVER)
    return tuple(names)


def events_of(change: Change) -> tuple[str, ...]:
    """The events that a change leaves in the journal, in order."""
    names = [*_made(change), *change.happened]
    before, after = change.before, change.after
    if before is None:
        return tuple(names)
    if before.status != after.status:
        names.append("ticket-closed" if after.status == "closed" else "ticket-reopened")
    if _assignment(before) != _assignment(after):
        left = _assignment(after) == (None, None)
        names.append("ticket-unassigned" if left else "ticket-assigned")
    if _added(change):
        names.append("ticket-tags-added")
    if set(before.tags) - set(after.tags):
        names.append("ticket-tags-removed")
    if (before.trashed_at is None) != (after.trashed_at is None):
        names.append("ticket-trashed" if after.trashed_at else "ticket-untrashed")
    if before.spam != after.spam:
        names.append("ticket-marked-spam" if after.spam else "ticket-unmarked-spam")
    if _differs(before, after):
        names.append(UPDATED)
    return tuple(names)


def _made(change: Change) -> tuple[str, ...]:
    return (CREATED,) if change.before is None else ()


def _assignment(ticket: Ticket) -> tuple[int | None, int | None]:
    return ticket.assignee_user_id, ticket.assignee_team_id


def _added(change: Change) -> set[str]:
    before = () if change.before is None else change.before.tags
    return set(change.after.tags) - set(before)


def _differs(before: Ticket, after: Ticket) -> bool:
    names = (name for name in Ticket.__dataclass_fields__ if name not in _QUIET)
    return any(getattr(before, name) != getattr(after, name) for name in names)
