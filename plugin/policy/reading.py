"""What the words of a draft and of its message show, whatever a policy file says.

It is read once, when the draft comes, and stored with it: reading takes milliseconds, and a file
that is tried on many drafts later finds them as they were judged.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from plugin.text.grounding import Ungrounded


@dataclass(frozen=True, slots=True)
class Reading:
    """What was found.

    Attributes:
        undeclared: The words of the reply that promise what no action declares.
        ungrounded: What the reply states that its drafter was not given; None: not judged.
        signs: Sensitive topics and anger in the message, each with the words that show it; without
            what a merchant's own words would show.
    """

    undeclared: tuple[str, ...]
    ungrounded: tuple[Ungrounded, ...] | None
    signs: Mapping[str, str]


def to_record(reading: Reading) -> dict[str, object]:
    """As it is stored."""
    found = reading.ungrounded
    return {
        "undeclared": list(reading.undeclared),
        "ungrounded": None if found is None else [[each.kind, each.words] for each in found],
        "signs": dict(reading.signs),
    }


def from_record(record: Mapping[str, Any]) -> Reading:
    """What `to_record` stored."""
    found = record["ungrounded"]
    return Reading(
        undeclared=tuple(record["undeclared"]),
        ungrounded=None if found is None else tuple(Ungrounded(*each) for each in found),
        signs=record["signs"],
    )
