"""How bytes leave the house: time limits, the address guard, the size cap. No retries.

`connectors.http` builds sessions on it, and so does the sign-in through a provider; nothing else
mounts an adapter.
"""

import ipaddress
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from math import inf
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError

from connectors import deadline
from connectors.clock import REAL, Clock

CONNECT_SECONDS = 3.0
READ_SECONDS = 10.0
# A read time-out is per packet: a server that drips its answer must end as well.
REQUEST_SECONDS = 14.0
_ADDRESSES_TRIED = 2
_CHUNK = 65_536
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")  # RFC 6052


class AddressRefusedError(Exception):
    """The host resolves to private, link-local or loopback addresses only."""


class OversizedAnswerError(Exception):
    """The answer is larger than the cap; the rest was not read."""


class OutOfTimeError(Exception):
    """The call's time was used up. `sent` tells whether a request may have left."""

    def __init__(self, *, sent: bool) -> None:
        super().__init__("out of time")
        self.sent = sent


class Budget:
    """Seconds left for everything one caller does; it serves one thread.

    Attributes:
        clock: Whose seconds these are.
        until: The moment of `clock` when it is over.
    """

    def __init__(self, clock: Clock = REAL) -> None:
        self.clock = clock
        self.until = inf

    def left(self) -> float:
        """Seconds left; negative when it is over, or the caller's deadline is."""
        return min(self.until - self.clock.now(), deadline.left() / self.clock.wall(1.0))

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Allow what stands inside at most `seconds`, and never more than an outer limit."""
        outer = self.until
        self.until = min(outer, self.clock.now() + seconds)
        try:
            yield
        finally:
            self.until = outer


def is_public(address: str) -> bool:
    """Whether an IP address is out on the internet, seen through IPv6 forms of an IPv4 one."""
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour
        if ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        ip = inner or ip
    return ip.is_global and not ip.is_multicast


@dataclass
class _Exchange:
    """One request on its way; the connection and the watchdog look at it."""

    allow_private: bool
    connection: "_GuardedHTTP | None" = None
    over: bool = False

    def end(self) -> None:
        """Cut the connection: whoever waits on it wakes up with an error."""
        self.over = True
        if self.connection is not None:
            self.connection.cut()


_EXCHANGE: ContextVar[_Exchange] = ContextVar("exchange")


class _GuardedHTTP(HTTPConnection):
    """Connects to a checked address, so that a name cannot change its mind after the check."""

    _twin: socket.socket | None = None

    def _new_conn(self) -> socket.socket:
        exchange = _EXCHANGE.get()
        exchange.connection = self
        name = self._dns_host
        failure: Exception | None = None
        try:
            for address in self._addresses(exchange)[:_ADDRESSES_TRIED]:
                if exchange.over:
                    break
                self._dns_host = address
                try:
                    sock = super()._new_conn()
                except (NewConnectionError, ConnectTimeoutError) as error:
                    failure = error
                else:
                    # TLS wraps the socket away from us; a twin of its descriptor still cuts it.
                    self._twin = sock.dup()
                    return sock
        finally:
            self._dns_host = name
        raise failure or ConnectTimeoutError(self, "out of time")

    def _addresses(self, exchange: _Exchange) -> list[str]:
        host = self._dns_host
        try:
            found = socket.getaddrinfo(host.strip("[]"), self.port, type=socket.SOCK_STREAM)
        except (socket.gaierror, UnicodeError) as error:
            fault = error if isinstance(error, socket.gaierror) else socket.gaierror(str(error))
            raise NameResolutionError(self.host, self, fault) from None
        addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        allowed = [a for a in addresses if exchange.allow_private or is_public(a)]
        if not allowed:
            raise AddressRefusedError
        return allowed

    def request(self, *args: Any, **kwargs: Any) -> None:
        """Send; a connection that is used again is under this request's watch."""
        _EXCHANGE.get().connection = self
        super().request(*args, **kwargs)

    def send(self, data: Any) -> None:
        """Send a part of the request, looking at the time right before it leaves.

        The head goes first and the body after it: without the end of its body no request counts.
        """
        if _EXCHANGE.get().over or deadline.left() <= 0:
            raise OutOfTimeError(sent=False)
        super().send(data)

    def cut(self) -> None:
        """End all waiting on this connection, from another thread."""
        if self._twin is not None:
            with suppress(OSError):
                self._twin.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Close both descriptors."""
        super().close()
        if self._twin is not None:
            self._twin.close()
            self._twin = None


class _GuardedHTTPS(_GuardedHTTP, HTTPSConnection):
    """The same, over TLS. The certificate is checked against the name, not the address."""


class _HTTPPool(HTTPConnectionPool):
    ConnectionCls = _GuardedHTTP


class _HTTPSPool(HTTPSConnectionPool):
    ConnectionCls = _GuardedHTTPS


class GuardedAdapter(HTTPAdapter):
    """Sends once, within time, to public addresses, and reads the whole answer up to a cap.

    Args:
        budget: The caller's time; a request gets what is left of it, at most REQUEST_SECONDS.
        allow_private: Also talk to private and loopback addresses (the demo, a shop at home).
        cap: Bytes of the decoded answer.
        base: Where to deliver requests made to `alias`, for a client that cannot spell `base`.
        alias: What such a client calls it.
    """

    def __init__(
        self, budget: Budget, *, allow_private: bool, cap: int, base: str = "", alias: str = ""
    ) -> None:
        super().__init__(max_retries=0)
        self.poolmanager.pool_classes_by_scheme = {"http": _HTTPPool, "https": _HTTPSPool}
        self._budget = budget
        self._allow_private = allow_private
        self._cap = cap
        self._base = base
        self._alias = alias

    def send(  # noqa: PLR0917 - the signature is requests'
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: bool | str = True,
        cert: Any = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """Send once. What the caller says of `stream`, `timeout` and `proxies` does not count."""
        del stream, timeout, proxies
        left = min(self._budget.left(), REQUEST_SECONDS)
        if left <= 0:
            raise OutOfTimeError(sent=False)
        wall = self._budget.clock.wall
        sent = request.copy()
        sent.url = self._base + (request.url or "").removeprefix(self._alias)
        exchange = _Exchange(self._allow_private)
        with _watched(exchange, wall(left)):
            response = super().send(
                sent,
                stream=True,
                timeout=(wall(min(CONNECT_SECONDS, left)), wall(min(READ_SECONDS, left))),
                verify=verify,
                cert=cert,
            )
            self._read(response)
        if exchange.over:
            raise OutOfTimeError(sent=True)
        response.request = request
        return response

    def _read(self, response: requests.Response) -> None:
        body = bytearray()
        try:
            for chunk in response.iter_content(_CHUNK):
                body += chunk
                if len(body) > self._cap:
                    break
        except BaseException:
            response.close()  # what cannot be decoded would leave its connection open
            raise
        if len(body) > self._cap:
            response.close()
            raise OversizedAnswerError
        response._content = bytes(body)  # noqa: SLF001 - the only way to hand on what was read


@contextmanager
def _watched(exchange: _Exchange, seconds: float) -> Iterator[None]:
    watchdog = threading.Timer(seconds, exchange.end)
    watchdog.daemon = True
    token = _EXCHANGE.set(exchange)
    watchdog.start()
    try:
        yield
    finally:
        watchdog.cancel()
        _EXCHANGE.reset(token)
