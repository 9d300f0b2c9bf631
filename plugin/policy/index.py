"""Finds what a situation could set off without looking at everything. Pure."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Generic, TypeVar

T = TypeVar("T")
# A fact that a draft shows: what kind of fact, and its value; None where that is not known.
Trigger = tuple[str, str | None]


class TriggerIndex(Generic[T]):
    """Things in order, each filed under the triggers of which it needs one; None: it needs none."""

    def __init__(self, things: Iterable[tuple[T, Collection[Trigger] | None]]) -> None:
        self._things: list[T] = []
        self._always: list[int] = []
        self._places: dict[Trigger, list[int]] = defaultdict(list)
        for place, (thing, needs) in enumerate(things):
            self._things.append(thing)
            if needs is None:
                self._always.append(place)
            for trigger in needs or ():
                self._places[trigger].append(place)

    def found(self, triggers: Iterable[Trigger]) -> list[T]:
        """All that these triggers, or none, could set off, in order."""
        places = set(self._always)
        for trigger in triggers:
            places.update(self._places.get(trigger, ()))
        return [self._things[place] for place in sorted(places)]
