"""The database of the last release, with a merchant's work in it, is brought to this one."""

import pytest
from alembic import command

from plugin.errors import ConfigError
from plugin.models import DraftState
from plugin.privacy.finding import Subject, find
from plugin.store import migrate
from plugin.store.schema import DraftRow
from tests.bench.world import BEN, Bench

LAST_RELEASE = "0001"


def test_work_goes_on_after_the_upgrade(bench: Bench) -> None:
    waiting = bench.opened("refund_over_limit")
    sent = bench.opened("where_is_my_order")
    bench.pass_time(11)
    before = (waiting, sent), bench.draft(waiting).text, bench.notes(waiting)
    database = bench.service.database
    with database.engine.begin() as connection:
        command.downgrade(migrate._config(connection), LAST_RELEASE)
    with pytest.raises(ConfigError, match=r"at schema 0001.*run `bookbag db upgrade`"):
        bench.service.require_current_schema()

    migrate.upgrade(database)

    bench.service.require_current_schema()
    assert ((waiting, sent), bench.draft(waiting).text, bench.notes(waiting)) == before
    assert bench.draft(sent).state is DraftState.DELIVERED
    kept: DraftRow = bench.draft(waiting)
    assert (kept.attachments, kept.inserted_by) == ([], None)
    daniel = Subject(email="daniel.kovac@example.com")
    assert find(bench.runtime, bench.scope, daniel).tickets == {(bench.account_id, waiting)}
    bench.note(waiting, BEN, "/approve done")
    bench.pass_time(11)
    assert bench.draft(waiting).state is DraftState.DELIVERED
    assert len(bench.public(waiting)) == 1
