"""Zendesk's JSON, where it is not as everybody's, and what it means that it is not understood."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from connectors import reading
from connectors.errors import RejectedError
from connectors.reading import WrongShapeError

P = ParamSpec("P")
T = TypeVar("T")

SYSTEM_AUTHOR = "-1"


class Fields(reading.Fields):
    """An object in Zendesk's JSON, and where it stands."""

    special_ids = (SYSTEM_AUTHOR,)

    def author_id(self, key: str) -> str:
        """A person's id in a webhook; Zendesk itself writes as -1."""
        return SYSTEM_AUTHOR if self.raw().get(key) == SYSTEM_AUTHOR else self.text_id(key)


def understood(read: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """`read` of an answer to a read; a wrong shape will be as wrong the next time."""
    try:
        return read(*args, **kwargs)
    except WrongShapeError as bad:
        raise RejectedError(f"Zendesk's answer is not understood: {bad}") from None
