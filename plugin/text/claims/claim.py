"""One statement in a text, and under which keys it may have been given."""

from collections.abc import Sequence
from dataclasses import dataclass

NEVER = frozenset[str]()


@dataclass(frozen=True, slots=True)
class Claim:
    """One amount, time, id, code or link.

    Attributes:
        kind: ``amount``, ``percentage``, ``date``, ``span``, ``id``, ``code``, ``link`` or
            ``number``.
        start: Where it begins.
        end: Where it ends.
        needs: It is grounded if of each set one key is given. A range needs both its ends; what
            is ambiguous needs one of its readings; `NEVER` cannot be given.
        gives: What else than `needs` is given with it: a date gives its weekday.
    """

    kind: str
    start: int
    end: int
    needs: tuple[frozenset[str], ...]
    gives: frozenset[str] = frozenset()

    @property
    def keys(self) -> frozenset[str]:
        """All that is given where this is given."""
        return self.gives.union(*self.needs)


def blanked(text: str, taken: Sequence[Claim]) -> str:
    """`text` with blanks for what was taken, so that no later kind takes it again."""
    pieces, done = [], 0
    for claim in sorted(taken, key=lambda claim: claim.start):
        start = max(done, claim.start)
        pieces += [text[done:start], " " * (claim.end - start)]
        done = max(done, claim.end)
    return "".join([*pieces, text[done:]])
