"""What it means that an answer of Gorgias is not understood."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from connectors.errors import AmbiguousError, NotFoundError, RejectedError
from connectors.reading import WrongShapeError

P = ParamSpec("P")
T = TypeVar("T")

_MOST_DIGITS = 20


def understood(read: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """`read` of an answer to a read; a wrong shape will be as wrong the next time."""
    try:
        return read(*args, **kwargs)
    except WrongShapeError as bad:
        raise RejectedError(f"Gorgias' answer is not understood: {bad}") from None


def done(read: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """`read` of an answer to a write, which has been done whatever the answer looks like."""
    try:
        return read(*args, **kwargs)
    except WrongShapeError as bad:
        raise AmbiguousError(f"done, but Gorgias' answer is not understood: {bad}") from None


def number(text: str, thing: str) -> int:
    """An id as a number, so that no other text gets into an address.

    Raises:
        NotFoundError: Nothing has such an id.
    """
    if not (text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS):
        raise NotFoundError(f"a Gorgias {thing}'s id is a number")
    return int(text)
