"""What really happened: every message ever made, every one that left, every API write done."""

from collections import Counter
from threading import RLock

from connectors.sandbox.gorgias.happenings import MESSAGE_CREATED
from connectors.sandbox.gorgias.records import Change, Json, Message, stamped


class Ledger:
    """Counts for exactly-once assertions. Nothing is ever taken out of it."""

    def __init__(self, lock: RLock) -> None:
        self._lock = lock
        self._messages: list[Json] = []
        self._mailed: list[Json] = []
        self._writes: Counter[str] = Counter()

    def see(self, change: Change) -> None:
        """Remember a message that was made."""
        if change.message is not None and MESSAGE_CREATED in change.happened:
            with self._lock:
                self._messages.append(_entry(change.message))

    def mailed(self, message: Message, to: tuple[str, ...]) -> None:
        """Remember what a customer got, and where."""
        with self._lock:
            self._mailed.append({**_entry(message), "to": list(to)})

    def count_write(self, name: str) -> None:
        """Count one API write that succeeded, such as ``PUT /api/tickets/<ticket_id>``."""
        with self._lock:
            self._writes[name] += 1

    def report(self) -> Json:
        """All of it, as JSON. ``mailed`` is what customers got."""
        with self._lock:
            return {
                "public_messages": [one for one in self._messages if not one["note"]],
                "notes": [one for one in self._messages if one["note"]],
                "mailed": list(self._mailed),
                "writes": dict(sorted(self._writes.items())),
                "write_count": self._writes.total(),
            }


def _entry(message: Message) -> Json:
    return {
        "ticket_id": message.ticket_id,
        "message_id": message.id,
        "note": message.is_note,
        "author": message.sender.email,
        "role": message.sender.role,
        "from_agent": message.from_agent,
        "channel": message.channel,
        "via": message.via,
        "created_at": stamped(message.created_at),
        "body": message.stripped_text or message.body_text,
    }
