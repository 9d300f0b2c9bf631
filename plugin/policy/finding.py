"""What a condition found: met, not met, or not known; and the clause that says why."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """Three-valued.

    Attributes:
        truth: None: nobody can say.
        clause: The fact and the threshold where met, what is missing where unknown; not yet a
            sentence: no capital, no full stop.
        lacks_fact: Nobody can say because a fact about this draft is missing. Whoever had it could.
    """

    truth: bool | None
    clause: str = ""
    lacks_fact: bool = False


NOT_MET = Finding(False)


def met(clause: str) -> Finding:
    """The condition holds."""
    return Finding(True, clause)


def unknown(clause: str) -> Finding:
    """A fact is missing; `clause` names it."""
    return Finding(None, clause, lacks_fact=True)


def untold(clause: str) -> Finding:
    """All facts are there, and still we cannot tell: there is no lexicon, or no rate."""
    return Finding(None, clause)
