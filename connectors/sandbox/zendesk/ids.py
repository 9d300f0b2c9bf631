"""Ids in Zendesk's forms, the same in every run: numbers, UUIDs, ULIDs."""

import itertools
import uuid
from collections import defaultdict
from collections.abc import Iterator
from typing import Literal

Kind = Literal["user", "group", "ticket", "event", "audit", "attachment", "installation", "setup"]

# Far apart, so that an id of the wrong kind never passes for the right one.
_FIRST: dict[Kind, int] = {
    "user": 360_000_000_001,
    "group": 44_897_999_201_817,
    "ticket": 1,
    "event": 58_000_000_000_001,
    "audit": 71_000_000_000_001,
    "attachment": 24_000_000_000_001,
    "installation": 4_200_001,
    "setup": 19_000_000_000_001,
}
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_ULID_LENGTH = 26
# 2026-01-01 in milliseconds, the part of a ULID that is a time.
_ULID_TIME = 1_767_225_600_000 << 80


class Ids:
    """Counts. Not thread safe: used under the desk's lock."""

    def __init__(self, *, account_id: int, offset: int) -> None:
        self._account_id = account_id
        self._offset = offset
        self._counters: defaultdict[str, Iterator[int]] = defaultdict(lambda: itertools.count(0))

    def number(self, kind: Kind) -> int:
        """The next id of a kind."""
        return _FIRST[kind] + self._next(kind)

    def uuid(self) -> str:
        """The next id of a webhook event."""
        name = f"sandbox:{self._account_id}:{self._next('uuid')}"
        return str(uuid.uuid5(uuid.NAMESPACE_URL, name))

    def ulid(self) -> str:
        """The next id of a webhook, an invocation or a sequence. https://github.com/ulid/spec."""
        rest = _ULID_TIME | self._next("ulid")
        letters = []
        for _ in range(_ULID_LENGTH):
            rest, letter = divmod(rest, len(_CROCKFORD))
            letters.append(_CROCKFORD[letter])
        return "".join(reversed(letters))

    def _next(self, counter: str) -> int:
        return self._offset + next(self._counters[counter])
