"""How fast webhooks are accepted, beside a bare route with one durable insert."""

import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from flask.testing import FlaskClient

from bench.load import Rate, Server, event, send, server, signed
from bench.machine import resident_mib
from bench.profile import profiled
from bench.report import Figure
from bench.servers import prepared
from plugin.web import create_web

_REQUESTS, _WARM_UP, _PROFILED = 2_000, 200, 300
_THREADS = 8
_ROUNDS = 3
_REST_SECONDS = 5
_STEADY_RATE, _STEADY_REQUESTS = 50, 1_000
_GOALS = {"web": 0.35, "serve": 0.25}
_P99_MS, _AT_REST_MIB = 50, 250


def figures() -> Iterator[Figure]:
    """Rounds of all three servers in turn, so that a busy minute meets each of them."""
    found: dict[str, list[Rate]] = {"bare": [], "web": [], "serve": []}
    for _ in range(_ROUNDS):
        for kind, rates in found.items():
            with server(kind) as measured:
                send(measured, requests=_WARM_UP, threads=_THREADS)
                rates.append(send(measured, requests=_REQUESTS, threads=_THREADS))
    with server("serve") as measured:
        others = [_at_rest(measured), _at_a_desks_pace(measured)]
    bare = _median(found["bare"])
    where = _where()
    for kind, goal in _GOALS.items():
        ours = _median(found[kind])
        yield Figure(
            name=f"accept, {kind}: share of a bare insert route",
            value=ours.per_second / bare.per_second,
            goal=goal,
            at_least=True,
            limit=(
                f"{ours.per_second:.0f}/s beside {bare.per_second:.0f}/s; processor "
                f"{ours.processor:.1f} ms a webhook beside {bare.processor:.1f}"
                + (", the worker's jobs included" if kind == "serve" else f": {where}")
            ),
        )
    yield from others


def _median(rates: list[Rate]) -> Rate:
    middle = statistics.median_low(rate.per_second for rate in rates)
    return next(rate for rate in rates if rate.per_second == middle)


def _at_a_desks_pace(measured: Server) -> Figure:
    """Webhooks as they come, each with its job, for twenty seconds."""
    send(measured, requests=_WARM_UP, threads=_THREADS)
    time.sleep(_REST_SECONDS)
    steady = send(
        measured, requests=_STEADY_REQUESTS, threads=_THREADS, pace=_THREADS / _STEADY_RATE
    )
    return Figure(
        name=f"accept, serve at {_STEADY_RATE}/s: p99",
        value=steady.p99,
        unit="ms",
        goal=_P99_MS,
        limit=(
            f"p50 {steady.p50} ms; the worker shares the interpreter: "
            f"{steady.processor:.1f} ms of processor a webhook with its jobs"
        ),
    )


def _at_rest(measured: Server) -> Figure:
    time.sleep(_REST_SECONDS)
    return Figure(
        name="serve at rest: memory",
        value=resident_mib(measured.pid),
        unit="MiB",
        goal=_AT_REST_MIB,
        limit="code and tables of what is imported; customers' data is not kept in memory",
    )


def _where() -> str:
    """Where a webhook's time goes, from its arrival at Flask to the answer."""
    with (
        tempfile.TemporaryDirectory(prefix="bench-") as folder,
        prepared(Path(folder), 8080) as (service, facts),
    ):
        client = create_web(service.runtime).test_client()
        for number in range(_WARM_UP):
            _post(client, facts["path"], f"warm-{number}")
        with profiled() as profile:
            for number in range(_PROFILED):
                _post(client, facts["path"], f"profiled-{number}")
        return profile.shares(
            ("plugin/jobs.py", "enqueue", "the job engine's enqueue"),
            ("~", "<method 'commit' of 'sqlite3.Connection' objects>", "the durable commit"),
            ("plugin/store/inbox.py", "accept", "our row"),
            ("plugin/intake.py", "_account", "the account's secrets"),
            ("zendesk/webhooks.py", "parse", "reading the body"),
            ("zendesk/webhooks.py", "verify", "the signature"),
        )


def _post(client: FlaskClient, path: str, name: str) -> None:
    body = event(name)
    answer = client.post(path, data=body, headers=signed(body))
    if answer.status_code != 200:  # noqa: PLR2004 (HTTP)
        raise RuntimeError(f"the service answered {answer.status_code}")
