"""Our one way out over HTTP, for what has no library of its own and beneath those that have one.

A session from `outbound_session` raises `connectors.errors.ConnectorError` and nothing else. It
never sends a write twice, follows no redirect with one, and tells apart what surely was not done
(`UnavailableError`) and what may have been (`AmbiguousError`).
"""

import re
import ssl
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from http.cookiejar import DefaultCookiePolicy
from typing import Any, Protocol
from urllib.parse import urlsplit

import requests
import urllib3.exceptions
from requests.auth import AuthBase
from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception,
    wait_random_exponential,
)

from connectors.clock import REAL, Clock
from connectors.errors import (
    AmbiguousError,
    AuthError,
    ConflictError,
    ConnectorError,
    NotFoundError,
    RateLimitedError,
    RejectedError,
    UnavailableError,
)
from connectors.transport import (
    AddressRefusedError,
    Budget,
    GuardedAdapter,
    OutOfTimeError,
    OversizedAnswerError,
)

ANSWER_BYTES = 16 * 1024 * 1024
READ_ATTEMPTS = 3
READ_REDIRECTS = 3
# A write with all its reading stays below this, so that a claim on it cannot be overtaken.
WRITE_SECONDS = 18.0
_ERRORS_READ = 3
_LONGEST_RETRY_AFTER = 86_400.0
_SHORTEST_SECRET = 4
_READING = frozenset({"GET", "HEAD"})

_BY_STATUS: Mapping[int, type[ConnectorError]] = {
    HTTPStatus.UNAUTHORIZED: AuthError,
    HTTPStatus.FORBIDDEN: AuthError,
    HTTPStatus.NOT_FOUND: NotFoundError,
    HTTPStatus.GONE: NotFoundError,
    HTTPStatus.REQUEST_TIMEOUT: UnavailableError,
    HTTPStatus.CONFLICT: ConflictError,
    HTTPStatus.TOO_MANY_REQUESTS: RateLimitedError,
    HTTPStatus.SERVICE_UNAVAILABLE: UnavailableError,
}
_NEVER_SENT = (
    requests.exceptions.ConnectTimeout,
    requests.exceptions.ProxyError,
    urllib3.exceptions.NewConnectionError,
    urllib3.exceptions.ConnectTimeoutError,
    ssl.SSLCertVerificationError,
    ConnectionRefusedError,
)
_WRONG_REQUEST = (
    requests.exceptions.InvalidURL,
    requests.exceptions.InvalidSchema,
    requests.exceptions.MissingSchema,
    requests.exceptions.InvalidHeader,
    requests.exceptions.URLRequired,
    requests.exceptions.TooManyRedirects,
    urllib3.exceptions.LocationValueError,
    urllib3.exceptions.URLSchemeUnknown,
    UnicodeEncodeError,
)


class CallWatch(Protocol):
    """Sees every call of a session that leaves, and every answer."""

    def before(self, method: str, path: str) -> None:
        """Let a call go, or raise why it may not."""

    def after(self, method: str, path: str, response: requests.Response) -> None:
        """See what came back, whatever it means."""


class OutboundSession(requests.Session):
    """A session whose every call has an end, and whose errors are all ours.

    Attributes:
        watch: Sees every call; None where nobody does.
        budget: Time for several calls together: ``with session.budget.within(18): ...``.
        secrets: Strings that no error text may hold. More may be added.
    """

    def __init__(self, *, budget: Budget, secrets: Iterable[str]) -> None:
        super().__init__()
        # The environment's proxies and .netrc would lead around the address guard and our auth.
        self.trust_env = False
        self.max_redirects = READ_REDIRECTS
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self.watch: CallWatch | None = None
        self.budget = budget
        self.secrets = {secret for secret in secrets if len(secret) >= _SHORTEST_SECRET}

    def request(  # type: ignore[override]  # fewer positional arguments than requests takes
        self, method: str, url: str, **kwargs: Any
    ) -> requests.Response:
        """Make a call. Reads are tried a few times; writes once.

        Raises:
            ConnectorError: The subclass says what happened.
        """
        method = method.upper()
        kwargs["allow_redirects"] = method in _READING and kwargs.get("allow_redirects", True)
        if method not in _READING:
            return self._once(method, url, kwargs)
        for attempt in self._patience():
            with attempt:
                response = self._once(method, url, kwargs)
        return response

    def _patience(self) -> Iterator[Any]:
        return iter(
            Retrying(
                stop=self._at_the_end,
                wait=wait_random_exponential(multiplier=0.1, max=1),
                retry=retry_if_exception(_worth_another_try),
                sleep=self.budget.clock.sleep,
                reraise=True,
            )
        )

    def _at_the_end(self, state: RetryCallState) -> bool:
        """No tries left, or no time after the pause: the error we have says more than that one."""
        no_time = self.budget.left() <= state.upcoming_sleep
        return no_time or state.attempt_number >= READ_ATTEMPTS

    def _once(self, method: str, url: str, kwargs: Mapping[str, Any]) -> requests.Response:
        path = urlsplit(url).path
        try:
            if self.watch is not None:
                self.watch.before(method, path)
            response = super().request(method, url, **kwargs)
            if self.watch is not None:
                self.watch.after(method, path, response)
        except ConnectorError:
            raise
        except Exception as error:  # noqa: BLE001 - the promise is that nothing else gets out
            what = f"{method} {path}"
            # The cause is cut off: its text may hold addresses with customer data, or secrets.
            raise failure(error, writing=method not in _READING, what=what) from None
        translate(response, secrets=self.secrets)
        return response


def outbound_session(
    *,
    allow_private: bool = False,
    auth: AuthBase | None = None,
    secrets: Iterable[str] = (),
    cap: int = ANSWER_BYTES,
    budget: Budget | None = None,
    clock: Clock = REAL,
) -> OutboundSession:
    """A session with our limits on ``http://`` and ``https://``.

    Args:
        allow_private: Also talk to private and loopback addresses.
        auth: Puts the credential on each request.
        secrets: What error texts must not show.
        cap: Largest answer, in bytes after decompression.
        budget: Shared with another session where both serve one call.
        clock: Measures time limits and waits between two tries of a read. A `budget` has its own.
    """
    budget = budget or Budget(clock)
    session = OutboundSession(budget=budget, secrets=secrets)
    session.auth = auth
    for scheme in ("http://", "https://"):
        session.mount(scheme, GuardedAdapter(budget, allow_private=allow_private, cap=cap))
    return session


def base_url(url: str, *, allow_private: bool) -> str:
    """Check and tidy the base address of an account or a shop.

    Raises:
        ValueError: Not ``https://host[:port][/path]``; plain http is for `allow_private` only.
    """
    parts = urlsplit(url.strip())
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("the address must look like https://host")
    if parts.scheme == "http" and not allow_private:
        raise ValueError("the address must begin with https://, or the credential is readable")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ValueError("the address must not hold a user, a query or a fragment")
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"


def translate(response: requests.Response, *, secrets: Iterable[str] = ()) -> None:
    """Raise what an answer's status means; return on 2xx.

    Args:
        response: Its request's method decides what a 5xx means: a write may have been done.
        secrets: Cut out of the error's text.

    Raises:
        ConnectorError: The subclass of connectors.errors' table.
    """
    status = response.status_code
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return
    method = (response.request.method or "GET").upper() if response.request else "GET"
    kind = _BY_STATUS.get(status)
    if kind is None:
        writing = method not in _READING
        server_failed = status >= HTTPStatus.INTERNAL_SERVER_ERROR
        kind = (AmbiguousError if writing else UnavailableError) if server_failed else RejectedError
    path = urlsplit(response.url or "").path
    text = masked(f"{method} {path}: status {status}{_vendor_words(response)}", secrets)
    raise kind(text, retry_after=retry_after(response.headers.get("Retry-After")))


def retry_after(value: str | None) -> float | None:
    """Seconds of a ``Retry-After`` header: a number or an HTTP date. None where it is neither.

    Source: RFC 9110, section 10.2.3 (https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3).
    """
    if value is None:
        return None
    value = value.strip()
    if re.fullmatch(r"[0-9]{1,10}(\.[0-9]{1,9})?", value):
        return min(float(value), _LONGEST_RETRY_AFTER)
    try:
        at = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return min(max((at - datetime.now(UTC)).total_seconds(), 0.0), _LONGEST_RETRY_AFTER)


def failure(  # noqa: PLR0911 - a table, one line a case
    error: BaseException, *, writing: bool, what: str
) -> ConnectorError:
    """What it means that a call ended in `error` instead of an answer.

    Args:
        error: Of requests, urllib3, a vendor's library or Python. Its text is not used.
        writing: The call was to change something.
        what: Begins the message: method and path.
    """
    name = type(error).__name__
    if isinstance(error, AddressRefusedError):
        return RejectedError(f"{what}: the host has only private addresses, which are refused")
    if isinstance(error, OutOfTimeError) and not error.sent:
        return UnavailableError(f"{what}: not sent, the time for it was used up")
    if isinstance(error, _WRONG_REQUEST):
        return RejectedError(f"{what}: could not be sent ({name})")
    if _never_sent(error):
        return UnavailableError(f"{what}: no connection ({name})")
    if writing:
        return AmbiguousError(f"{what}: no usable answer came ({name}); it may have been done")
    if isinstance(error, OversizedAnswerError):
        return RejectedError(f"{what}: the answer is too large")
    return UnavailableError(f"{what}: no usable answer came ({name})")


def masked(text: str, secrets: Iterable[str]) -> str:
    """`text` with every secret in it replaced by ``***``."""
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, "***")
    return text


def _worth_another_try(error: BaseException) -> bool:
    # Where the other side named a time, the queue waits better than a thread does.
    return isinstance(error, UnavailableError) and not error.retry_after


def _never_sent(error: BaseException) -> bool:
    """Whether it, or what it wraps, shows that no byte of the request left."""
    seen = 0
    inner: object = error
    while isinstance(inner, BaseException) and seen < 6:  # noqa: PLR2004 - wrapped thrice at most
        if isinstance(inner, _NEVER_SENT):
            return True
        seen += 1
        wrapped = getattr(inner, "reason", None)
        inner = wrapped if isinstance(wrapped, BaseException) else next(iter(inner.args), None)
    return False


def _vendor_words(response: requests.Response) -> str:
    """What the answer says is wrong, if it says anything, short and on one line.

    Either ``error`` and ``description``, or a list of ``errors``, each with a ``code`` and a
    ``detail`` (https://jsonapi.org/format/#error-objects).
    """
    try:
        body = response.json()
    except (ValueError, RecursionError):
        return ""
    if not isinstance(body, dict):
        return ""
    error, errors = body.get("error"), body.get("errors")
    listed = errors[:_ERRORS_READ] if isinstance(errors, list) else []
    named = _of_fields(error) if isinstance(error, dict) else _said(body, "error", "description")
    said = [named, *(_said(one, "code", "detail") for one in listed)]
    text = "; ".join(filter(None, said))
    return f" ({text[:200]!a})" if text else ""


def _said(told: object, *names: str) -> str:
    words = [told.get(name) for name in names] if isinstance(told, dict) else []
    return ": ".join(word for word in words if isinstance(word, str))


def _of_fields(error: Mapping[str, Any]) -> str:
    """``{"msg", "data": {field: [sentence]}}``."""
    message, data = error.get("msg"), error.get("data")
    faults = data.items() if isinstance(data, dict) else ()
    words = [message if isinstance(message, str) else ""]
    words += [f"{field} {_sentence(fault)}" for field, fault in faults]
    return ": ".join(filter(None, words))


def _sentence(fault: object) -> str:
    return " ".join(map(str, fault)) if isinstance(fault, list) else str(fault)
