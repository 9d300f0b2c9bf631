"""Triggers that mail the customer, and the mails they sent.

A trigger runs on the update that happens: taking a tag off later mails nothing. "Email user" is
suppressed for an internal note.
"""

from collections.abc import Mapping
from typing import Any

from connectors.sandbox.zendesk.business import Business, Json
from connectors.sandbox.zendesk.desk import Desk
from connectors.sandbox.zendesk.records import Change

_WITH_CCS = "requester_and_ccs"


class Emails:
    """What triggers mailed. Called inside the desk's lock."""

    def __init__(self, desk: Desk, business: Business) -> None:
        self._desk = desk
        self._business = business
        self.sent: list[Json] = []

    def see(self, change: Change) -> None:
        """Let every trigger that fits an update do its mailing."""
        if change.comment is None or not change.comment.public:
            return
        for trigger in sorted(self._business.triggers.all(), key=lambda one: one["position"]):
            if trigger["active"] and _fits(trigger["conditions"], change):
                for action in trigger["actions"]:
                    self._mail(trigger, action, change)

    def _mail(self, trigger: Json, action: Json, change: Change) -> None:
        whom = action["value"][0] if isinstance(action["value"], list) else action["value"]
        if action["field"] != "notification_user" or whom not in {"requester_id", _WITH_CCS}:
            return
        ticket = change.after
        copies = ticket.email_cc_ids if whom == _WITH_CCS else ()
        self.sent.append(
            {
                "ticket_id": ticket.id,
                "comment_id": change.comment.id if change.comment else None,
                "trigger": trigger["title"],
                "to": [self._desk.user(one).email for one in (ticket.requester_id, *copies)],
            }
        )


def _fits(conditions: Mapping[str, Any], change: Change) -> bool:
    some = conditions["any"]
    return all(_holds(one, change) for one in conditions["all"]) and (
        not some or any(_holds(one, change) for one in some)
    )


def _holds(condition: Mapping[str, Any], change: Change) -> bool:
    value, negated = str(condition["value"]), condition["operator"].startswith(("is_not", "not_"))
    match condition["field"]:
        case "update_type":
            found = (value == "Create") == (change.before is None)
        case "comment_is_public":
            found = (value == "true") == (change.comment is not None and change.comment.public)
        case "current_tags":
            found = bool(set(value.split()) & set(change.after.tags))
        case "status":
            found = change.after.status == value
        case "current_user":
            found = change.actor.id == change.after.requester_id
        case _:
            found = False
    return found is not negated
