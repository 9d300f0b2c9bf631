"""What a condition found: met, not met, or not known; and the clause that says why."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """Three-valued.

    Attributes:
        truth: None: a fact that the condition needs is missing.
        clause: The fact and the threshold where met, the missing fact where unknown; not yet a
            sentence: no capital, no full stop.
    """

    truth: bool | None
    clause: str = ""


NOT_MET = Finding(False)


def met(clause: str) -> Finding:
    """The condition holds."""
    return Finding(True, clause)


def unknown(clause: str) -> Finding:
    """Nobody can say; `clause` names what is missing."""
    return Finding(None, clause)
