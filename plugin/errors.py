"""What can go wrong inside the service, each with the code and the HTTP status it is shown with.

::

    BookbagError             code, http_status
    ├── InvalidInputError    422: a field of what was given is wrong
    ├── ConfigError          the service's settings are wrong; all faults at once
    ├── PolicyFileError      a policy file is refused; all problems at once
    ├── UnauthenticatedError 401: who are you
    ├── ForbiddenError       403: not you
    ├── MissingError         404: not yours or not there
    │   └── LinkOverError    a link that works once was used, or is too old
    └── MovedError           409: it moved meanwhile; says what happened

The message is one sentence for the person who has to act on it, without secrets or customer text.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import ClassVar


class BookbagError(Exception):
    """Base of every error that is shown to somebody."""

    code: ClassVar[str] = "error"
    http_status: ClassVar[HTTPStatus] = HTTPStatus.INTERNAL_SERVER_ERROR


class InvalidInputError(BookbagError):
    """A field of what was given is wrong. `field` is a path such as ``actions[0].amount``."""

    code = "invalid"
    http_status = HTTPStatus.UNPROCESSABLE_ENTITY

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}" if field else message)
        self.field = field
        self.message = message


class ConfigError(BookbagError):
    """The settings are wrong. `problems` holds one line for each, naming the variable."""

    code = "config"

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong (``error``) or doubtful (``warning``) in a file.

    Attributes:
        line: Counted from 1.
        field: Path such as ``policies[2].when.amount_over``.
        message: What is expected.
        level: ``error`` or ``warning``.
    """

    line: int
    field: str
    message: str
    level: str = "error"


class PolicyFileError(BookbagError):
    """A policy file is refused; the version in force stays in force."""

    code = "policy_file"
    http_status = HTTPStatus.UNPROCESSABLE_ENTITY

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(f"line {p.line}: {p.field}: {p.message}" for p in problems))
        self.problems = tuple(problems)


class UnauthenticatedError(BookbagError):
    """Nobody is signed in."""

    code = "unauthenticated"
    http_status = HTTPStatus.UNAUTHORIZED


class ForbiddenError(BookbagError):
    """The person may not do this."""

    code = "forbidden"
    http_status = HTTPStatus.FORBIDDEN


class MissingError(BookbagError):
    """It is not there, or it is another merchant's."""

    code = "not_found"
    http_status = HTTPStatus.NOT_FOUND


class LinkOverError(MissingError):
    """A link that works once was used, or is too old. `title` says which, in short."""

    code = "link_over"

    def __init__(self, title: str, message: str) -> None:
        super().__init__(message)
        self.title = title


class MovedError(BookbagError):
    """It moved meanwhile; the message says what happened."""

    code = "moved"
    http_status = HTTPStatus.CONFLICT
