"""What it means that an answer is not understood."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

import requests

from connectors.errors import AmbiguousError, RejectedError
from connectors.reading import WrongShapeError

P = ParamSpec("P")
T = TypeVar("T")


def understood(read: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """`read` of an answer to a read; a wrong shape will be as wrong the next time."""
    try:
        return read(*args, **kwargs)
    except (WrongShapeError, requests.exceptions.JSONDecodeError) as bad:
        raise RejectedError(f"Zendesk's answer is not understood: {bad}") from None


def done(write: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """A write whose answer is not understood may have been done."""
    try:
        return write(*args, **kwargs)
    except (WrongShapeError, requests.exceptions.JSONDecodeError) as bad:
        raise AmbiguousError(f"done, but Zendesk's answer is not understood: {bad}") from None
