"""How long it takes to try a policy file on 100,000 stored drafts.

Alone: ``python -m bench.replay``.

Each demo ticket's draft, decided and stored by the service, is there many times over, spread over
90 days, with its decision, actions, moves, verdicts and corrections. The file has limits, and looks
at all that was found in the texts. It runs in a process of its own, for its memory.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, func, inspect, select, text

from bench.profile import profiled
from bench.report import Figure
from plugin.demo.world import data
from plugin.policy.load import load
from plugin.replay import replay
from plugin.replayed import Replay
from plugin.store.audit_tables import AuditRow
from plugin.store.base import Owned
from plugin.store.columns import Keyring
from plugin.store.engine import Database
from plugin.store.schema import ActionRow, CorrectionRow, DecisionRow, DraftRow, VerdictRow
from plugin.store.scope import Scope
from tests.bench.databases import KEY, KINDS, databases, settings_for
from tests.bench.world import ANA, BEN, Bench

_DRAFTS, _DAYS = 100_000, 90
_SECONDS, _MIB = 60, 400
_COPIED = (DraftRow, DecisionRow, ActionRow, AuditRow, VerdictRow, CorrectionRow)
# What must differ from copy to copy, beside the ids.
_UNIQUE = ("message_id", "source")
_TIMES = ("created_at", "state_at", "decided_at", "deadline_at", "at", "done_at")
_LIMITS = """
  - id: invented
    when: {ungrounded_fact: true}
    require: approval
  - id: small-talk
    when: {reply_contains: [happy to help, sorry to hear], confidence_below: 0.9}
    require: approval
limits:
  - {id: month, actions: [refund, store_credit, discount, reship], per: customer, window: 30d,
     max: 100.00, require: approval}
  - {id: week, actions: refund, per: merchant, window: 7d, max: 90000.00, require: approval}
"""


def main() -> None:
    """Print the figures; with arguments, be the process that is measured."""
    if len(sys.argv) > 1:
        _replay(*sys.argv[1:])
        return
    for figure in figures():
        sys.stdout.write(figure.line() + "\n")


def figures() -> Iterator[Figure]:
    """Both databases."""
    with databases() as found, tempfile.TemporaryDirectory(prefix="bench-") as folder:
        for kind in KINDS:
            url = found.fresh(kind)
            scope = _fill(url, Path(folder))
            told = json.loads(_alone(url, scope.merchant_id))
            yield Figure(
                name=f"replay of {told['drafts']:,} drafts, {kind}",
                value=told["seconds"],
                unit="s",
                goal=_SECONDS,
                limit=(
                    f"{told['processor']:.0f} s of processor; {told['where']}; held more"
                    f" {told['held_more']:,}, less {told['held_less']:,}"
                ),
            )
            yield Figure(
                name=f"replay of {told['drafts']:,} drafts, {kind}: peak memory",
                value=told["mib"],
                unit="MiB",
                goal=_MIB,
                limit=f"{told['mib_before']:.0f} MiB of it before the first draft is read",
            )


def _alone(url: str, merchant_id: str) -> str:
    command = [sys.executable, "-m", "bench.replay", url, merchant_id]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603 (our own)


def _replay(url: str, merchant_id: str) -> None:
    """What the child does: once for its time and memory, and a part again for its shares."""
    Keyring.use((KEY,))
    database, policies = Database(url), load(_policies() + _LIMITS)

    def run(most: int | None = None) -> Replay:
        since = datetime.now(UTC) - timedelta(days=2 * _DAYS)
        return replay(database, Scope(merchant_id), policies, since=since, most=most)

    before, began = _peak_mib(), time.perf_counter()
    processor = time.process_time()
    found = run()
    seconds, processor = time.perf_counter() - began, time.process_time() - processor
    mib = _peak_mib()
    with profiled() as profile:
        run(most=_DRAFTS // 20)
    told = {
        "drafts": found.drafts,
        "held_more": found.held_more,
        "held_less": found.held_less,
        "seconds": seconds,
        "processor": processor,
        "mib": mib,
        "mib_before": before,
        "where": profile.shares(
            ("store/replayed.py", "page", "drafts read"),
            ("store/replayed.py", "actions", "actions read"),
            ("store/replayed.py", "events", "moves read"),
            ("store/replayed.py", "answers", "what people did read"),
            ("plugin/hindsight.py", "judge", "judged"),
            ("plugin/hindsight.py", "situation_of", "facts taken up"),
        ),
    }
    database.close()
    sys.stdout.write(json.dumps(told))


def _peak_mib() -> float:
    """Of this process's own memory; what `getrusage` tells begins with its parent's."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return next(
        int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM:")
    )


def _fill(url: str, folder: Path) -> Scope:
    """The demo's week, and its drafts over and over."""
    policies = _policies()
    with Bench(settings_for(url, folder), policies=policies) as bench:
        opened = {key: bench.opened(key) for key in bench.tickets}
        bench.note(opened["refund_under_limit"], ANA, "/approve done")
        bench.note(opened["refund_over_limit"], BEN, "/reject no longer")
        bench.hands.agent_writes(
            opened["reship"], ANA, "It is on its way, with 5.00 USD.", public=True
        )
        bench.settle()
        bench.pass_time(60)
        with bench.runtime.database.write() as session:
            there = session.scalar(select(func.count()).select_from(DraftRow)) or 1
            connection, copies = session.connection(), _DRAFTS // there - 1
            for row in _COPIED:
                _multiply(connection, row, copies)
            if connection.dialect.name == "postgresql":
                connection.execute(text("ANALYZE"))  # as autovacuum does in service
        return bench.scope


def _policies() -> str:
    """The demo merchant's, to which limits can be added."""
    return data("policies.yaml").partition("\nlimits:")[0]


def _multiply(connection: Connection, row: type[Owned], copies: int) -> None:
    """So many times all that is there, each copy a step earlier, under ids of its own."""
    sqlite, table = connection.dialect.name == "sqlite", row.__tablename__
    seconds = _DAYS * 86_400 // copies
    values = {column["name"]: column["name"] for column in inspect(connection).get_columns(table)}
    values["id"] = "id || '-' || n"
    for name in ("draft_id", *_UNIQUE):
        if name in values:
            values[name] = f"{name} || '-' || n"
    for name in _TIMES:
        if name in values:
            values[name] = (
                f"strftime('%Y-%m-%d %H:%M:%f', {name}, '-' || (n * {seconds}) || ' seconds')"
                " || '000'"
                if sqlite
                else f"{name} - n * interval '{seconds} seconds'"
            )
    if "open_short_id" in values:
        values["open_short_id"] = "NULL"
    if row is AuditRow:
        values["number"] = "NULL"  # copies are no part of the chain
    columns, selected = ", ".join(values), ", ".join(values.values())
    more = f"SELECT n + 1 FROM k WHERE n < {copies}"  # noqa: S608 (a number of ours)
    numbers = f"WITH RECURSIVE k(n) AS (SELECT 1 UNION ALL {more})"
    insert = f"INSERT INTO {table} ({columns}) {numbers} SELECT {selected} FROM {table}, k"  # noqa: S608 (our own names)
    connection.execute(text(insert))


if __name__ == "__main__":
    main()
