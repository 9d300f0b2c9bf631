"""A real connection to the helpdesk, some of whose calls fail or are held up."""

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any

from connectors.base import Helpdesk
from connectors.errors import AmbiguousError, ConnectorError
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


class Killed(BaseException):
    """As SIGKILL: nothing after it runs."""


def killed_after(do: Callable[[], Any]) -> Any:
    """It is done, and the worker dies."""
    do()
    raise Killed


def killed_before(_do: Callable[[], Any]) -> Any:
    """The worker dies with nothing done."""
    raise Killed
