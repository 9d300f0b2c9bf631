"""How fast the audit is checked, and what its chain costs a transaction that tells of something.

By the process's own time, since it is asked how much one core does: a PostgreSQL server reads in a
process of its own. Alone: ``python -m bench.audit``.
"""

import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from statistics import median

from sqlalchemy.orm import Session

from bench.profile import profiled
from bench.report import Figure
from plugin.audit.verify import verify
from plugin.store import audit, merchants
from plugin.store.columns import Keyring
from plugin.store.engine import Database
from plugin.store.scope import Scope
from tests.bench.databases import KEY, KINDS, databases

_ROWS, _AT_ONCE, _WITH_TEXT = 200_000, 5_000, 8
_ROWS_A_SECOND = 50_000
_TRANSACTIONS = 300
_AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


def main() -> None:
    """Print the figures."""
    for figure in figures():
        sys.stdout.write(figure.line() + "\n")


def figures() -> Iterator[Figure]:
    """Both databases."""
    Keyring.use((KEY,))
    with databases() as found:
        for kind in KINDS:
            database = Database(found.fresh(kind))
            with database.write() as session:
                scope = merchants.add_merchant(session, "Larkspur", at=_AT)
            alone, told = _transactions(database, scope)
            yield Figure(
                name=f"the chain in a transaction, {kind}",
                value=(told - alone) * 1000,
                unit="ms",
                limit=f"median of {_TRANSACTIONS}: {alone * 1000:.2f} ms without a row of the "
                f"audit, {told * 1000:.2f} ms with one",
            )
            for start in range(0, _ROWS, _AT_ONCE):
                with database.write() as session:
                    for number in range(start, start + _AT_ONCE):
                        _tell(session, scope, number)
            yield _checked(database, scope, kind)
            database.close()


def _transactions(database: Database, scope: Scope) -> tuple[float, float]:
    """Seconds of one that changes something, without and with a row of the audit, in turn."""
    alone: list[float] = []
    told: list[float] = []
    for number in range(_TRANSACTIONS):
        for seconds, tells in ((alone, False), (told, True)):
            began = time.perf_counter()
            with database.write() as session:
                merchants.add_shop(session, scope, kind="x", url="x", token="t", at=_AT)  # noqa: S106 (made up)
                if tells:
                    _tell(session, scope, number)
            seconds.append(time.perf_counter() - began)
    return median(alone), median(told)


def _tell(session: Session, scope: Scope, number: int) -> None:
    """A row like a move's, and every so often one with a text, like a verdict's."""
    audit.add(
        session,
        scope,
        at=_AT,
        actor="system",
        event="draft_moved",
        detail={"from": "approved", "to": "delivering", "rev": 1, "number": number},
        text=None if number % _WITH_TEXT else {"reply": "Your parcel is on its way. " * 20},
    )


def _checked(database: Database, scope: Scope, kind: str) -> Figure:
    wall, processor = time.perf_counter(), time.process_time()
    chain = verify(database, scope)
    processor, wall = time.process_time() - processor, time.perf_counter() - wall
    if chain.wrong is not None:
        raise RuntimeError(chain.wrong.how)
    with profiled() as profile:
        verify(database, scope)
    shares = profile.shares(
        ("audit/chain.py", "read", "digested and compared"),
        ("plugin/store/audit_reading.py", "pages", "read"),
    )
    return Figure(
        name=f"audit verify, rows a second, {kind}",
        value=chain.rows / processor,
        unit="/s",
        goal=_ROWS_A_SECOND,
        at_least=True,
        limit=f"{chain.rows:,} rows, one in {_WITH_TEXT} with a text, in {processor:.1f} s of "
        f"processor and {wall:.1f} s of clock; {shares}",
    )


if __name__ == "__main__":
    main()
