"""The faults there are, and what each may be told."""

from dataclasses import dataclass
from fnmatch import fnmatchcase
from http import HTTPStatus
from math import inf

from connectors.sandbox.faults.reading import FaultFormatError, Order
from connectors.sandbox.faults.turns import Schedule

STATUSES = tuple("401 404 409 422 429 500 502 503".split())
KINDS = (*STATUSES, "time_out", "dropped", "slow", "hold", "rate_window")
# Longer than anybody's patience; the wait ends when the caller hangs up.
_TIME_OUT_SECONDS = 60.0
_SLOW_SECONDS = 1.0
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"})


@dataclass(frozen=True, slots=True)
class Match:
    """Which calls are meant.

    Attributes:
        method: None means any.
        path: With ``*``, ``?`` or ``[`` a glob, in which ``*`` goes over slashes as well;
            else a prefix of whole parts: ``/a/1`` is ``/a/1`` and ``/a/1/b``, not ``/a/12``.
    """

    method: str | None = None
    path: str | None = None

    def fits(self, method: str, path: str) -> bool:
        """Whether a call is meant."""
        if self.method not in {None, method}:
            return False
        if self.path is None:
            return True
        if any(sign in self.path for sign in "*?["):
            return fnmatchcase(path, self.path)
        return f"{path}/".startswith(self.path.rstrip("/") + "/")


@dataclass(frozen=True, slots=True)
class Window:
    """At most `limit` calls in `seconds`, counted from the first."""

    limit: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong.

    Attributes:
        kind: One of KINDS.
        schedule: How often.
        done: The call's work is done before it goes wrong; else it is not done at all.
        seconds: How long a wait lasts at most.
        retry_after: Seconds in the answer's ``Retry-After``.
        window: Of ``rate_window``.
    """

    kind: str
    schedule: Schedule
    match: Match
    done: bool = False
    seconds: float = 0.0
    retry_after: int | None = None
    window: Window | None = None

    @property
    def status(self) -> int | None:
        """The status it answers with, if it answers in the stand-in's place."""
        if self.kind == "rate_window":
            return int(HTTPStatus.TOO_MANY_REQUESTS)
        return int(self.kind) if self.kind in STATUSES else None


def read_fault(value: object) -> Fault:
    """A fault as a test writes it.

    Raises:
        FaultFormatError: A field is wrong or not known.
    """
    order = Order(value)
    kind = order.one_of("fault", KINDS)
    schedule = order.schedule("calls")
    match = _match(order.inner("match"))
    fault = _fault(kind, schedule, match, order)
    order.finish()
    return fault


def _match(order: Order) -> Match:
    method, path = order.text("method"), order.text("path")
    order.finish()
    if method is not None and method.upper() not in _METHODS:
        raise FaultFormatError(f"match.method: expected one of {', '.join(sorted(_METHODS))}")
    if path is not None and not path.startswith(("/", "*")):
        raise FaultFormatError("match.path: expected a path such as /api/v2/tickets or a glob")
    # The stand-ins see their paths without it.
    clean = None if path is None else path.removesuffix(".json")
    return Match(None if method is None else method.upper(), clean)


def _fault(kind: str, schedule: Schedule, match: Match, order: Order) -> Fault:
    match kind:
        case "time_out":
            seconds = order.number("seconds", _TIME_OUT_SECONDS)
            return Fault(kind, schedule, match, seconds=seconds)
        case "dropped":
            return Fault(kind, schedule, match, done=True)
        case "slow":
            seconds = order.number("seconds", _SLOW_SECONDS)
            return Fault(kind, schedule, match, done=True, seconds=seconds)
        case "hold":
            before = order.flag("before", default=False)
            return Fault(kind, schedule, match, done=not before, seconds=inf)
        case "rate_window":
            limit = order.need_whole("limit", least=0)
            seconds = float(order.need_whole("window_seconds", least=1))
            return Fault(kind, schedule, match, window=Window(limit, seconds))
        case _:
            return _with_status(kind, schedule, match, order)


def _with_status(kind: str, schedule: Schedule, match: Match, order: Order) -> Fault:
    # Too many requests always come with a time to wait; other refusals only where one is asked for.
    usual = 1 if int(kind) == HTTPStatus.TOO_MANY_REQUESTS else None
    retry_after = order.whole("retry_after", usual, least=0)
    # A server that fails may have done its work before; a refusal never has.
    may_be_done = int(kind) >= HTTPStatus.INTERNAL_SERVER_ERROR
    done = order.flag("done", default=False) if may_be_done else False
    return Fault(kind, schedule, match, done=done, retry_after=retry_after)
