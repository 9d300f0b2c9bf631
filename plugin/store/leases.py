"""Workers' signs of life, by the database's clock, so that machines' clocks need not agree."""

from collections.abc import Sequence

from sqlalchemy import Float, delete, literal_column, select, update
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import ColumnElement

from plugin.store.rows import insert_once
from plugin.store.schema import WorkerLease


def take(session: Session, executor_id: str) -> None:
    """Announce a worker."""
    now = session.scalar(select(database_seconds(session))) or 0.0
    insert_once(session, WorkerLease(id=executor_id, beat_at=now))


def beat(session: Session, executor_id: str) -> bool:
    """Say that a worker lives. False where its lease was taken from it: it must stop at once."""
    result = session.execute(
        update(WorkerLease)
        .where(WorkerLease.id == executor_id)
        .values(beat_at=database_seconds(session))
        .returning(WorkerLease.id)
        .execution_options(synchronize_session=False)
    )
    return result.first() is not None


def dead(session: Session, *, silent_for: float) -> Sequence[str]:
    """Workers that have not beaten for so many seconds."""
    return session.scalars(
        select(WorkerLease.id).where(WorkerLease.beat_at < database_seconds(session) - silent_for)
    ).all()


def alive(session: Session, *, silent_for: float) -> Sequence[str]:
    """Workers that have beaten within so many seconds."""
    return session.scalars(
        select(WorkerLease.id).where(WorkerLease.beat_at >= database_seconds(session) - silent_for)
    ).all()


def everyone(session: Session) -> Sequence[str]:
    """All workers that hold a lease."""
    return session.scalars(select(WorkerLease.id)).all()


def drop(session: Session, executor_id: str, *, silent_for: float | None = None) -> bool:
    """Take a lease away. With `silent_for`, only from a worker that is still silent."""
    statement = delete(WorkerLease).where(WorkerLease.id == executor_id)
    if silent_for is not None:
        statement = statement.where(WorkerLease.beat_at < database_seconds(session) - silent_for)
    return session.execute(statement.returning(WorkerLease.id)).first() is not None


def database_seconds(session: Session) -> ColumnElement[float]:
    """The present by the database, in seconds since 1970."""
    sqlite = session.get_bind().dialect.name == "sqlite"
    seconds = (
        "((julianday('now') - 2440587.5) * 86400.0)"
        if sqlite
        else "extract(epoch from clock_timestamp())::double precision"
    )
    return literal_column(seconds, Float())
