"""Many rows at once: what is there, again and again under other names."""

from collections.abc import Iterable

from sqlalchemy import inspect, text
from sqlalchemy.orm import Session

from plugin.jobs import JobClient, JobName
from plugin.models import (
    DraftState,
    EffectKind,
    EffectState,
    InboxState,
    Outcome,
    Oversight,
    Surface,
    VerdictKind,
)
from plugin.store.audit_tables import AuditRow
from plugin.store.base import Owned
from plugin.store.columns import new_id
from plugin.store.engine import Database
from plugin.store.schema import (
    ActionRow,
    CorrectionRow,
    DecisionRow,
    EffectRow,
    InboxEvent,
    VerdictRow,
)
from tests.store.support import AT, Owner, add_ana, draft_row

_NUMBERS = (
    "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < :number)"
)
_NUMBER = "CAST(n AS TEXT)"


def crowd(session: Session, like: Owned, number: int, **changes: str) -> None:
    """So many rows like one. `changes` are SQL, in which ``n`` is each row's number."""
    table = like.__table__
    names = [column.name for column in table.columns]
    _multiply(
        session, table.description, names, like=("id", like.id), number=number, changes=changes
    )


def name_of(of: Owner, number: int | str) -> str:
    """The id of a merchant's row. They sort by their numbers."""
    return f"{of.account_id}-{1_000_000 + number if isinstance(number, int) else number}"


def tickets(session: Session, of: Owner, number: int) -> None:
    """So many tickets on which all is done, each with a row of everything that belongs to one."""
    named = f"'{name_of(of, '')}' || CAST(1000000 + n AS TEXT)"
    ana = add_ana(session, of)
    for row in _one_ticket(of, ana.id):
        row.merchant_id, row.id = of.scope.merchant_id, name_of(of, 0)
        session.add(row)
        session.flush()
        own = {"id": named} | {
            column: _NUMBER
            for column in ("ticket_id", "message_id", "event_id", "key", "source")
            if hasattr(row, column)
        }
        crowd(
            session, row, number, **own, **({"draft_id": named} if hasattr(row, "draft_id") else {})
        )


def _one_ticket(of: Owner, person_id: str) -> Iterable[Owned]:
    """One of each, those first that others refer to."""
    ours = {"draft_id": name_of(of, 0)}
    here = {"account_id": of.account_id, "ticket_id": "0"}
    yield draft_row(of.account_id, "0", state=DraftState.DELIVERED, open_short_id=None)
    yield DecisionRow(
        **ours,
        rev=1,
        oversight=Oversight.APPROVAL,
        approvals=1,
        approvers=["lead"],
        policies=[],
        tags=["big_refund"],
        held_because=[],
        advice=[],
        deadline_at=AT,
        decided_at=AT,
    )
    yield ActionRow(**ours, rev=1, position=0, type="refund", items=[])
    yield VerdictRow(
        **ours,
        rev=1,
        person_id=person_id,
        kind=VerdictKind.APPROVE,
        surface=Surface.REVIEW_PAGE,
        source="0",
        created_at=AT,
    )
    yield EffectRow(
        **ours,
        **here,
        key="0",
        kind=EffectKind.NOTE,
        payload={},
        state=EffectState.DONE,
        due_at=AT,
        created_at=AT,
    )
    yield CorrectionRow(
        **ours,
        **here,
        message_id="0",
        author="Ana",
        draft_text="Hello.",
        final_text="Hello!",
        outcome=Outcome.COSMETIC,
        material=False,
        hter=0.0,
        similarity=1.0,
        ops=[],
        created_at=AT,
    )
    yield AuditRow(**ours, at=AT, actor="system", event="draft_moved", detail={})
    yield InboxEvent(
        **here,
        event_id="0",
        kind="message_added",
        vendor_type="comment_added",
        body=b"{}",
        received_at=AT,
        due_at=AT,
        state=InboxState.DONE,
    )


def finished_jobs(database: Database, of: Owner, number: int) -> None:
    """So many jobs that are done, and one that waits."""
    client = JobClient(database)
    with database.write() as session:
        for key in ("waits", "done"):
            client.enqueue(
                session,
                JobName.DELIVER,
                of.scope,
                key,
                key=key,
                ticket=key,
                lane=new_id(),
            )
        schema = None if database.is_sqlite else "dbos"
        columns = inspect(session.connection()).get_columns("workflow_status", schema)
        _multiply(
            session,
            f"{schema}.workflow_status" if schema else "workflow_status",
            [column["name"] for column in columns],
            like=("workflow_uuid", "deliver:done"),
            number=number,
            changes={"workflow_uuid": f"'job-' || {_NUMBER}", "status": "'SUCCESS'"},
        )
    client.close()


def _multiply(
    session: Session,
    table: str,
    names: Iterable[str],
    *,
    like: tuple[str, str],
    number: int,
    changes: dict[str, str],
) -> None:
    values = {name: f'"{name}"' for name in names} | changes
    columns = ", ".join(f'"{name}"' for name in values)
    key, value = like
    session.execute(
        text(
            f"INSERT INTO {table} ({columns}) {_NUMBERS}"
            f" SELECT {', '.join(values.values())} FROM {table}, numbers WHERE {key} = :like"
        ),
        {"number": number, "like": value},
    )
