"""What is too old is erased, a kind at a time; what is still needed never is."""

from datetime import timedelta

from sqlalchemy import select

from plugin.audit.verify import verify
from plugin.models import DraftState
from plugin.privacy import retention
from plugin.store import privacy
from plugin.store.reservation_tables import ReservationRow
from plugin.store.schema import DraftRow
from tests.bench.world import Bench
from tests.privacy.customer import EMAIL, MARKER, a_long_story
from tests.privacy.whole_database import places

DAY = timedelta(days=1)


def tables_with(bench: Bench, wanted: str) -> set[str]:
    return {place.table for place in places(bench.runtime.database, wanted)}


def test_each_kind_goes_at_its_time_and_open_drafts_stay(bench: Bench) -> None:
    tickets = a_long_story(bench)
    before = tables_with(bench, MARKER)
    assert retention.apply(bench.runtime, bench.scope) == {}
    bench.clock.ahead += 29 * DAY
    assert retention.apply(bench.runtime, bench.scope) == {}
    assert tables_with(bench, MARKER) == before
    bench.clock.ahead += 2 * DAY
    assert retention.apply(bench.runtime, bench.scope).keys() == {"webhooks", "notes"}
    assert before - tables_with(bench, MARKER) == {"bb_inbox", "bb_effect"}
    with bench.runtime.database.write() as session:
        privacy.choose(session, bench.scope, days={"texts": 60, "limits": 0})
    bench.clock.ahead += 30 * DAY
    retention.apply(bench.runtime, bench.scope)
    open_ = bench.draft(tickets["open"])
    assert {place.row for place in places(bench.runtime.database, MARKER)} == {open_.id}
    assert open_.state is DraftState.AWAITING_APPROVAL
    assert bench.held(tickets["open"]).decision is not None
    assert "bb_reservation" in tables_with(bench, EMAIL)
    with bench.runtime.database.write() as session:
        privacy.choose(session, bench.scope, days={"limits": 60})
    money = amounts(bench)
    retention.apply(bench.runtime, bench.scope)
    assert "bb_reservation" not in tables_with(bench, EMAIL)
    assert amounts(bench) == money
    assert verify(bench.runtime.database, bench.scope).wrong is None


def amounts(bench: Bench) -> list[int]:
    with bench.runtime.database.read() as session:
        mine = ReservationRow.merchant_id == bench.scope.merchant_id
        return sorted(session.scalars(select(ReservationRow.amount_minor).where(mine)))


def test_a_batch_ends_and_the_next_goes_on(bench: Bench) -> None:
    """More rows than one transaction takes."""
    ticket_id = bench.opened("where_is_my_order")
    like = bench.draft(ticket_id)
    with bench.runtime.database.write() as session:
        for number in range(retention.BATCH + 1):
            values = {
                column.key: getattr(like, column.key)
                for column in DraftRow.__table__.columns
                if column.key not in ("id", "message_id", "open_short_id", "state")
            }
            copy = DraftRow(**values, message_id=f"m{number}", state=DraftState.STALE)
            session.add(copy)
    bench.clock.ahead += 800 * DAY
    done = retention.apply(bench.runtime, bench.scope)
    assert done["texts"] >= retention.BATCH + 1
