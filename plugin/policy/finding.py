"""What a condition found: met, not met, or not known; and the clause that says why."""

from collections.abc import Callable
from typing import NamedTuple


class Finding(NamedTuple):
    """Three-valued.

    Attributes:
        truth: None: nobody can say.
        say: Finds the words. Most findings are never told: another condition fails.
        lacks_fact: Nobody can say because a fact about this draft is missing. Whoever had it could.
    """

    truth: bool | None
    say: Callable[[], str] = str
    lacks_fact: bool = False

    @property
    def clause(self) -> str:
        """The fact and the threshold where met, what is missing where unknown.

        Not yet a sentence: no capital, no full stop.
        """
        return self.say()


NOT_MET = Finding(False)


def met(say: Callable[[], str]) -> Finding:
    """The condition holds; `say` tells the fact and the threshold."""
    return Finding(True, say)


def unknown(missing: str) -> Finding:
    """A fact is missing; `missing` is a clause that names it."""
    return Finding(None, lambda: missing, lacks_fact=True)


def untold(missing: str) -> Finding:
    """All facts are there, and still we cannot tell: there is no lexicon, or no rate."""
    return Finding(None, lambda: missing)
