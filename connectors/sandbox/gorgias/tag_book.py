"""The account's tags. Names are case-sensitive; a name that is new becomes a tag."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from threading import RLock
from typing import Any

from connectors.sandbox.gorgias.errors import invalid, not_found
from connectors.sandbox.gorgias.ids import Ids


@dataclass(frozen=True, slots=True)
class Tag:
    """One tag."""

    id: int
    name: str
    created_at: datetime
    description: str | None = None
    color: str | None = None


class TagBook:
    """All tags. Thread safe by the lock it is given."""

    def __init__(self, ids: Ids, lock: RLock) -> None:
        self._ids = ids
        self._lock = lock
        self._tags: dict[int, Tag] = {}
        self._by_name: dict[str, Tag] = {}

    def all(self) -> tuple[Tag, ...]:
        """Every tag, by id."""
        with self._lock:
            return tuple(self._tags.values())

    def get(self, tag_id: int) -> Tag:
        """A tag; 404 if there is none."""
        with self._lock:
            found = self._tags.get(tag_id)
        if found is None:
            raise not_found()
        return found

    def named(self, name: str) -> Tag | None:
        """The tag of exactly that name."""
        with self._lock:
            return self._by_name.get(name)

    def make(self, name: str, now: datetime, **more: Any) -> Tag:
        """The tag of that name, made if new."""
        with self._lock:
            known = self.named(name)
            if known is None:
                known = self._put(Tag(self._ids.next("tag"), name, now, **more))
            return known

    def change(self, tag_id: int, fields: Mapping[str, Any]) -> Tag:
        """Set fields of a tag."""
        with self._lock:
            before = self.get(tag_id)
            del self._by_name[before.name]
            return self._put(replace(before, **fields))

    def remove(self, tag_id: int) -> Tag:
        """Forget a tag."""
        with self._lock:
            tag = self._tags.pop(self.get(tag_id).id)
            del self._by_name[tag.name]
            return tag

    def names(self, ids: Iterable[int], names: Iterable[str], now: datetime) -> tuple[str, ...]:
        """The names that are meant, each once; 400 for an id that is not known."""
        with self._lock:
            found = []
            for tag_id in ids:
                known = self._tags.get(tag_id)
                if known is None:
                    raise invalid("ids", f"There is no tag {tag_id}.")
                found.append(known.name)
            found += [self.make(name, now).name for name in names]
        return tuple(dict.fromkeys(found))

    def _put(self, tag: Tag) -> Tag:
        self._tags[tag.id] = self._by_name[tag.name] = tag
        return tag
