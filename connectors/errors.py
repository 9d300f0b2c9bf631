"""What can go wrong with somebody else's system.

::

    ConnectorError(permanent, retry_after, reason)
    ├── AuthError            401, 403: the credential is wrong, expired or too weak
    │   └── GrantLostError   a consent is worth nothing any more: somebody must give it again
    ├── NotFoundError        404: the thing is not there
    ├── ConflictError        409: it moved between our read and our write
    ├── RejectedError        400, 422: understood and refused; sending it again changes nothing
    ├── RateLimitedError     429: come back after `retry_after` seconds
    ├── UnavailableError     5xx, refused connection: nothing was done, try later
    └── AmbiguousError       time-out or lost answer of a write: it may have been done
    WebhookError             a webhook that cannot be used
    ├── BadSignatureError    not signed by one of our secrets, stale, or for another account
    └── UnreadablePayloadError   signed, and not understood

The caller decides by `permanent` and `retry_after`; `reason` is a machine-readable word.
"""

from typing import ClassVar


class ConnectorError(Exception):
    """A call to an outside system failed.

    Attributes:
        permanent: Trying the same call again cannot help.
        retry_after: Seconds to wait before trying again, where the other side named them.
        reason: A machine-readable word, such as ``rate_limited``.
    """

    permanent: ClassVar[bool] = False
    reason: ClassVar[str] = "connector_error"

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class AuthError(ConnectorError):
    """The credential is wrong, expired, or lacks the scope."""

    permanent = True
    reason = "auth"


class GrantLostError(AuthError):
    """A person's consent is used up, revoked or too old: the account must be connected again."""

    reason = "grant_lost"


class NotFoundError(ConnectorError):
    """The other system does not have it."""

    permanent = True
    reason = "not_found"


class ConflictError(ConnectorError):
    """It was changed between our read and our write; read again."""

    reason = "conflict"


class RejectedError(ConnectorError):
    """The other system understood the call and refused it."""

    permanent = True
    reason = "rejected"


class RateLimitedError(ConnectorError):
    """Too many calls; `retry_after` says when to come back."""

    reason = "rate_limited"


class UnavailableError(ConnectorError):
    """The other system is down or out of reach; nothing was done."""

    reason = "unavailable"


class AmbiguousError(ConnectorError):
    """No answer came to a write: it may or may not have been done. Look before sending again."""

    reason = "ambiguous"


class WebhookError(Exception):
    """A webhook request that cannot be used."""


class BadSignatureError(WebhookError):
    """The request is not proven to come from the helpdesk account it names."""


class UnreadablePayloadError(WebhookError):
    """The request is genuine and its body is not understood; the message names the field."""
