"""What a check says."""

from dataclasses import dataclass
from enum import StrEnum


class Health(StrEnum):
    """How something is."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at.

    Attributes:
        name: What, in a word or two.
        found: How it is, in a sentence.
        fix: What to do about it; None where nothing is to be done.
    """

    name: str
    health: Health
    found: str
    fix: str | None = None


def ok(name: str, found: str) -> Check:
    """In order."""
    return Check(name, Health.OK, found)


def warn(name: str, found: str, fix: str) -> Check:
    """It works, and should be looked at."""
    return Check(name, Health.WARN, found, fix)


def fail(name: str, found: str, fix: str) -> Check:
    """It does not work."""
    return Check(name, Health.FAIL, found, fix)
