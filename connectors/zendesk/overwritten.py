"""Tags that a write of ours ran over, although it was a safe one. Pure.

A ticket PUT replaces all tags. ``safe_update`` refuses it when ``updated_at`` has moved since the
read, but that stamp counts whole seconds: somebody's write in the second of our read passes unseen.
Two things together lose nobody's tag:

- The audit of our PUT shows what it replaced. What we had not read there, we owe.
- What we owe is put back by a *settled* write: its read comes in a later second than the ticket's
  last update, so that every write after the read gives a 409. It runs over nothing.

Only additions are owed. A tag that vanished between read and write may itself have been run over by
somebody who now owes it.
"""

from datetime import datetime

from connectors.zendesk.reading import Fields


def owed(audit: Fields, *, read: frozenset[str], wrote: frozenset[str]) -> frozenset[str]:
    """Others' tags that our PUT took off unknowingly.

    Args:
        audit: Of the PUT.
        read: The tags we had read before it.
        wrote: The tags we sent.
    """
    for event in audit.children("events"):
        if event.raw().get("type") == "Change" and event.raw().get("field_name") == "tags":
            return event.texts("previous_value") - read - wrote
    return frozenset()


def is_settled(updated_at: datetime, read_at: datetime | None) -> bool:
    """Whether every write after the read will move the stamp.

    Args:
        updated_at: The ticket's, in whole seconds.
        read_at: By Zendesk's clock, in whole seconds; None where the answer did not say.
    """
    return read_at is None or updated_at < read_at
