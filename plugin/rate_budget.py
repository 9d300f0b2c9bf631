"""What an account's helpdesk takes of calls, shared by all threads and processes that make some.

The truth is in the database. A process draws a few calls at once and makes them in the same slot of
the clock, so that a call costs no transaction of its own. Who waits for a person, and every write,
may use all of a limit; work in bulk leaves a part of it to them.
"""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError

from connectors.base import RateLimit, RateTold
from connectors.errors import RateLimitedError
from plugin.store import rates
from plugin.store.engine import Database
from plugin.store.rates import Drawn, Wanted
from plugin.store.scope import Scope

log = structlog.get_logger(__name__)

_ALL, _OF_BULK = 1.0, 0.7
# One in twenty of a minute's calls at once, and never more than these.
_SLICE_SHARE, _LARGEST_SLICE = 20, 20
# Limits of few calls are drawn from one by one: what a process does not make is lost.
_SLICED_FROM = 100
_LITTLE_LEFT = 0.1
# Each ticket that is written to has one.
_SLICES_KEPT = 1_000
_NEVER = datetime.min.replace(tzinfo=UTC)
# A piece of work that was refused takes about so many calls when it comes back.
_CALLS_EACH = 4

_bulk: ContextVar[bool] = ContextVar("bulk", default=False)


@contextmanager
def in_bulk(is_bulk: bool = True) -> Iterator[None]:
    """Let the calls that are made inside leave room for others'."""
    before = _bulk.set(is_bulk or _bulk.get())
    try:
        yield
    finally:
        _bulk.reset(before)


@dataclass(slots=True)
class _Slice:
    """Calls that were drawn and not made yet."""

    left: int = 0
    until: datetime = _NEVER


class AccountBudget:
    """One account's calls, as this process makes them. See `connectors.base.RateBudget`.

    A database that cannot be asked holds up no call: the helpdesk counts, too.
    """

    def __init__(
        self, database: Database, scope: Scope, account_id: str, now: Callable[[], datetime]
    ) -> None:
        self._database = database
        self._scope = scope
        self._account_id = account_id
        self._now = now
        self._lock = threading.Lock()
        self._slices: dict[tuple[str, bool], _Slice] = {}
        self._most: dict[str, int] = {}
        self._closed: dict[tuple[str, bool], datetime] = {}
        self._next_in_line: dict[tuple[str, bool], datetime] = {}

    def spend(self, limits: Sequence[RateLimit], *, writing: bool) -> None:
        """Count a call against all of these, or refuse it and say when to come back."""
        bulk, now = _bulk.get() and not writing, self._now()
        with self._lock:
            for limit in limits:
                closed = self._closed.get((limit.name, bulk), _NEVER)
                if closed > now:
                    raise self._refused(limit, closed, now, bulk=bulk)
            lacking = [limit for limit in limits if not self._has(limit, now, bulk=bulk)]
            if lacking:
                self._draw(lacking, now, bulk=bulk)
            for limit in limits:
                self._slices.setdefault((limit.name, bulk), _Slice()).left -= 1

    def learn(self, told: Sequence[RateTold]) -> None:
        """Take note of what an answer says; what is new is written for all processes."""
        now = self._now()
        for one in told:
            closed_until = _closed_until(one, now)
            with self._lock:
                is_new = one.most is not None and self._most.get(one.name) != one.most
                if one.most is not None and is_new:
                    self._most[one.name] = one.most
                    self._open(one.name)
                self._close(one, closed_until, now)
            if is_new or closed_until is not None:
                self._write_down(one, closed_until, now)

    def _has(self, limit: RateLimit, now: datetime, *, bulk: bool) -> bool:
        drawn = self._slices.get((limit.name, bulk))
        return drawn is not None and drawn.left > 0 and now < drawn.until

    def _draw(self, limits: Sequence[RateLimit], now: datetime, *, bulk: bool) -> None:
        share = _OF_BULK if bulk else _ALL
        wanted = [Wanted(limit, self._slice_of(limit), share) for limit in limits]
        try:
            with self._database.write() as session:
                drawn = rates.draw(session, self._scope, self._account_id, wanted, at=now)
        except SQLAlchemyError as error:
            log.warning("rates_not_counted", error=type(error).__name__)
            return
        self._most |= {name: each.most for name, each in drawn.items()}
        for limit in limits:
            if not drawn[limit.name].calls:
                # Nobody gives calls back: until then there is no need to ask again.
                self._closed[limit.name, bulk] = again = drawn[limit.name].until
                raise self._refused(limit, again, now, bulk=bulk)
        self._keep(drawn, now, bulk=bulk)

    def _keep(self, drawn: Mapping[str, Drawn], now: datetime, *, bulk: bool) -> None:
        if len(self._slices) > _SLICES_KEPT:
            self._slices = {key: one for key, one in self._slices.items() if one.until > now}
        for name, each in drawn.items():
            self._slices[name, bulk] = _Slice(each.calls, each.until)
            self._next_in_line.pop((name, bulk), None)

    def _slice_of(self, limit: RateLimit) -> int:
        most = self._most.get(limit.name, limit.most)
        if most <= _SLICED_FROM:
            return 1
        return min(max(1, most // _SLICE_SHARE), _LARGEST_SLICE)

    def _refused(
        self, limit: RateLimit, again: datetime, now: datetime, *, bulk: bool
    ) -> RateLimitedError:
        """Refuse a call. Those who are refused one after another come back one after another.

        Within a window, for not everybody comes back.
        """
        in_line = max(again, self._next_in_line.get((limit.name, bulk), _NEVER))
        in_line = min(in_line, again + timedelta(seconds=limit.seconds))
        each = limit.seconds / max(1, self._most.get(limit.name, limit.most)) * _CALLS_EACH
        self._next_in_line[limit.name, bulk] = in_line + timedelta(seconds=each)
        wait = max((in_line - now).total_seconds(), 0.001)
        return RateLimitedError(
            f"the account's budget of {limit.name} is used up", retry_after=wait
        )

    def _open(self, name: str) -> None:
        """There may be room by another number."""
        for bulk in (False, True):
            self._closed.pop((name, bulk), None)

    def _close(self, told: RateTold, closed_until: datetime | None, now: datetime) -> None:
        if closed_until is not None:
            self._closed[told.name, False] = self._closed[told.name, True] = closed_until
        elif told.left is not None and told.left < (told.most or 0) * _LITTLE_LEFT:
            # Others use the account as well: bulk waits until there is more of it.
            wait = timedelta(seconds=min(told.resets or 1.0, 10.0))
            self._closed[told.name, True] = now + wait

    def _write_down(self, told: RateTold, closed_until: datetime | None, now: datetime) -> None:
        try:
            with self._database.write() as session:
                rates.learn(
                    session,
                    self._scope,
                    self._account_id,
                    told.name,
                    most=told.most,
                    closed_until=closed_until,
                    at=now,
                )
        except SQLAlchemyError as error:
            log.warning("rates_not_learned", error=type(error).__name__)


def _closed_until(told: RateTold, now: datetime) -> datetime | None:
    """Until when nothing more is taken, if that is said."""
    if told.closed is not None:
        return now + timedelta(seconds=told.closed) if told.closed > 0 else None
    if told.left == 0 and told.resets:
        return now + timedelta(seconds=told.resets)
    return None


class Budgets:
    """The budgets of this process, one for each account."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now
        self._lock = threading.Lock()
        self._known: dict[str, AccountBudget] = {}

    def of(self, scope: Scope, account_id: str) -> AccountBudget:
        """An account's, the same for all threads."""
        with self._lock:
            if account_id not in self._known:
                self._known[account_id] = AccountBudget(
                    self._database, scope, account_id, self._now
                )
            return self._known[account_id]
