"""Whose rows a query may touch."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scope:
    """One merchant. Every store function takes it first, and nothing crosses it."""

    merchant_id: str
