"""How long the queue's page takes with 100,000 drafts: ``python -m bench.queue``.

Two shops: in one 5,000 of them are open; in the other all of them wait, half of them for an
approval. Four drafts of the demo's week, decided and stored by the service, are there again and
again, with other deadlines and other amounts. Measured from the request's arrival at Flask to its
answer, as an agent with a limit, who may sign few of the approvals, and as a lead.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from bench.report import Figure
from plugin.models import DraftState
from plugin.store import credentials
from plugin.store.drafts import Held
from plugin.web.sign_in import SESSION_COOKIE
from tests.bench.databases import KINDS, databases, settings_for
from tests.bench.world import ANA, BEN, Bench
from tests.store.crowd import crowd

_DRAFTS, _OPEN = 100_000, 5_000
_GOAL_MS = 100
_WARM_UP, _LOOKS = 5, 60
_P95 = 19  # of 20 parts
_WAITING = ("refund_over_limit", "complaint", "reship", "refund_under_limit")
_PAGES = {
    "": "/queue",
    ", more than 100.00": "/queue?over=100",
    ", an intent that none has": "/queue?intent=nothing",
    ", workload": "/queue/workload",
}


def figures() -> Iterator[Figure]:
    """Both databases, both shops."""
    for kind in KINDS:
        for name, waiting in (("5,000 open", _OPEN), ("all waiting", _DRAFTS)):
            with (
                databases() as found,
                tempfile.TemporaryDirectory(prefix="bench-") as folder,
                Bench(settings_for(found.fresh(kind), Path(folder))) as bench,
            ):
                _fill(bench, waiting)
                yield from _looks(bench, f"queue, {kind}, {name}")


def _looks(bench: Bench, name: str) -> Iterator[Figure]:
    for who, email in (("agent", ANA), ("lead", BEN)):
        client = _signed_in(bench, email)
        for what, path in _PAGES.items():
            if who == "agent" and "workload" in path:
                continue
            taken, processor, size = _take(client, path)
            yield Figure(
                name=f"{name}, {who}{what}: p95",
                value=statistics.quantiles(taken, n=_P95 + 1)[-1],
                unit="ms",
                goal=None if "workload" in path else _GOAL_MS,
                limit=(
                    f"p50 {statistics.median(taken):.0f} ms; {processor:.0f} ms of processor in"
                    f" this process; {size // 1024} KiB"
                ),
            )


def _take(client: FlaskClient, path: str) -> tuple[list[float], float, int]:
    """Milliseconds a look, of processor a look, and bytes of the page."""
    for _ in range(_WARM_UP):
        client.get(path)
    taken, used = [], time.process_time()
    for _ in range(_LOOKS):
        began = time.perf_counter()
        answer = client.get(path)
        taken.append((time.perf_counter() - began) * 1000)
        if answer.status_code != 200:  # noqa: PLR2004 (HTTP)
            raise RuntimeError(f"{path} answered {answer.status_code}")
    return taken, (time.process_time() - used) * 1000 / _LOOKS, len(answer.data)


def _signed_in(bench: Bench, email: str) -> FlaskClient:
    client, now = bench.web.test_client(), bench.clock()
    with bench.runtime.database.write() as session:
        person = bench.person(email)
        credentials.add_session(
            session,
            bench.scope,
            person.id,
            digest=credentials.digest(email),
            at=now,
            expires_at=now.replace(year=now.year + 1),
        )
    client.set_cookie(SESSION_COOKIE, email)
    return client


def _fill(bench: Bench, waiting: int) -> None:
    """So many drafts that wait, and as many that are done as make up the rest."""
    held = [bench.held(bench.opened(key)) for key in _WAITING]
    answered = bench.held(bench.opened("where_is_my_order"))
    with bench.runtime.database.write() as session:
        for one in held:
            _again(session, one, waiting // len(held), one.draft.state)
        if waiting < _DRAFTS:
            _again(session, answered, _DRAFTS - waiting, DraftState.DELIVERED)
    engine = bench.runtime.database.engine
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))  # as autovacuum does in service


def _again(session: Session, held: Held, number: int, state: DraftState) -> None:
    sqlite = session.get_bind().dialect.name == "sqlite"
    named = f"'{held.draft.id}-' || CAST(1000000 + n AS TEXT)"
    own = {"id": named, "message_id": named, "open_short_id": "NULL", "state": f"'{state.value}'"}
    if held.actions:
        own["minus_stake"] = "-(n * 7919 % 30000)"
    due = (
        "strftime('%Y-%m-%d %H:%M:%f', {0}, '+' || (n * 7919 % 997) || ' minutes') || '000'"
        if sqlite
        else "{0} + (n * 7919 % 997) * interval '1 minute'"
    )
    if held.decision is not None and held.decision.deadline_at is not None:
        own["sign_by"] = due.format("sign_by")
    crowd(session, held.draft, number, **own)
    if held.decision is not None:
        crowd(session, held.decision, number, id=named, draft_id=named)
    for action in held.actions:
        crowd(session, action, number, id=f"'{action.position}-' || {named}", draft_id=named)


def main() -> None:
    """Print them."""
    for figure in figures():
        sys.stdout.write(figure.line() + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
