"""A real connection to the helpdesk, some of whose calls fail or are held up."""

import dataclasses
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from connectors.base import Helpdesk
from connectors.errors import AmbiguousError, ConnectorError
from connectors.types import Order
from plugin.store.schema import Account
from tests.bench.world import Bench

Fault = Callable[[Callable[[], Any]], Any]


class Faulty:
    """The real connection, whose named call has the given faults first."""

    def __init__(self, real: Helpdesk, call: str, faults: Iterator[Fault]) -> None:
        self._real, self._call, self._faults = real, call, faults

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._real, name)
        if name != self._call:
            return method

        def tried(*args: Any, **kwargs: Any) -> Any:
            fault = next(self._faults, None)
            return fault(lambda: method(*args, **kwargs)) if fault else method(*args, **kwargs)

        return tried


def fail_with(error: ConnectorError) -> Fault:
    """Nothing is done, and this is raised."""

    def fault(_do: Callable[[], Any]) -> Any:
        raise error

    return fault


def done_but_lost(do: Callable[[], Any]) -> Any:
    """It is done, and the answer does not arrive."""
    do()
    raise AmbiguousError("the connection broke")


def with_faults(bench: Bench, call: str, *faults: Fault) -> None:
    left = iter(faults)
    connect = bench.runtime.helpdesk

    def faulty(account: Account) -> Helpdesk:
        return Faulty(connect(account), call, left)

    bench.runtime = dataclasses.replace(bench.runtime, helpdesk=faulty)
    bench.web.extensions["bookbag"] = bench.runtime


class ClosedShop:
    """A shop that cannot be read."""

    def __init__(self, error: ConnectorError) -> None:
        self._error = error

    def order(self, order_id: str) -> Order | None:
        del order_id
        raise self._error

    def orders_of(self, email: str) -> tuple[Order, ...]:
        del email
        raise self._error


@contextmanager
def closed_shop(bench: Bench, error: ConnectorError) -> Iterator[None]:
    """Inside, no shop of the merchant's can be read."""
    before = bench.runtime
    bench.runtime = dataclasses.replace(before, shops=lambda _scope: (ClosedShop(error),))
    bench.web.extensions["bookbag"] = bench.runtime
    yield
    bench.runtime = before
    bench.web.extensions["bookbag"] = before


class Killed(BaseException):
    """As SIGKILL: nothing after it runs."""


def killed_after(do: Callable[[], Any]) -> Any:
    """It is done, and the worker dies."""
    do()
    raise Killed


def killed_before(_do: Callable[[], Any]) -> Any:
    """The worker dies with nothing done."""
    raise Killed
