"""What really happened: every comment ever made and every API write that was done."""

from collections import Counter
from threading import RLock

from connectors.sandbox.zendesk.records import Change, stamp


class Ledger:
    """Counts for exactly-once assertions. Nothing is ever taken out of it."""

    def __init__(self, lock: RLock) -> None:
        self._lock = lock
        self._comments: list[dict[str, object]] = []
        self._writes: Counter[str] = Counter()

    def see(self, change: Change) -> None:
        """Remember the comment of a change."""
        if change.comment is None or change.author is None:
            return
        comment = change.comment
        with self._lock:
            self._comments.append(
                {
                    "ticket_id": change.after.id,
                    "comment_id": comment.id,
                    "public": comment.public,
                    "author": change.author.email,
                    "role": change.author.role,
                    "channel": comment.channel,
                    "created_at": stamp(comment.created_at),
                    "body": comment.plain_body,
                    "metadata": change.audit.custom,
                }
            )

    def count_write(self, name: str) -> None:
        """Count one API write that succeeded, such as ``PUT /api/v2/tickets/<id>``."""
        with self._lock:
            self._writes[name] += 1

    def report(self) -> dict[str, object]:
        """All of it, as JSON."""
        with self._lock:
            return {
                "public_comments": [entry for entry in self._comments if entry["public"]],
                "notes": [entry for entry in self._comments if not entry["public"]],
                "writes": dict(sorted(self._writes.items())),
                "write_count": self._writes.total(),
            }
