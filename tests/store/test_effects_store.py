"""Effects in the store: planned once, claimed by one, settled only by whoever holds the claim."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from connectors.types import Receipt
from plugin.models import EffectState
from plugin.store import effects
from plugin.store.engine import Database
from plugin.store.schema import EffectRow
from tests.bench.databases import KINDS, Databases
from tests.store.support import AT, THREADS, Owner, all_at_once, plan_note

LEASE = timedelta(seconds=30)


@pytest.fixture(scope="module", params=KINDS)
def database(request: pytest.FixtureRequest, all_databases: Databases) -> Iterator[Database]:
    """One for the module: each test has a merchant of its own."""
    opened = Database(all_databases.fresh(request.param))
    yield opened
    opened.close()


def planned(database: Database, of: Owner) -> EffectRow:
    with database.write() as session:
        effect_id = plan_note(session, of)
    assert effect_id is not None
    return read(database, of, effect_id)


def read(database: Database, of: Owner, effect_id: str) -> EffectRow:
    with database.read() as session:
        found = effects.get(session, of.scope, effect_id)
    assert found is not None
    return found


def claim(database: Database, of: Owner, effect: EffectRow, *, at: datetime = AT) -> str | None:
    with database.write() as session:
        return effects.claim(session, of.scope, effect, at=at, lease=LEASE)


def settle(
    database: Database,
    of: Owner,
    effect: EffectRow,
    token: str | None,
    state: EffectState = EffectState.DONE,
    **more: object,
) -> bool:
    assert token is not None
    with database.write() as session:
        return effects.settle(session, of.scope, effect.id, token, state, **more)  # type: ignore[arg-type] # passed through


def test_a_key_is_planned_once(database: Database, shop: Owner) -> None:
    def plan(_number: int) -> bool:
        with database.write() as session:
            return plan_note(session, shop) is not None

    assert sum(all_at_once(plan)) == 1


def test_of_many_who_claim_one_gets_it(database: Database, shop: Owner) -> None:
    effect_id = planned(database, shop).id
    as_read = [read(database, shop, effect_id) for _ in range(THREADS)]
    tokens = all_at_once(lambda number: claim(database, shop, as_read[number]))
    assert THREADS - tokens.count(None) == 1
    held = read(database, shop, effect_id)
    assert held.state is EffectState.ATTEMPTING
    assert held.claim in tokens
    assert (held.attempts, held.attempting_at, held.due_at) == (1, AT, AT + LEASE)


def test_a_held_claim_is_nobody_elses_until_it_runs_out(database: Database, shop: Owner) -> None:
    effect = planned(database, shop)
    first = claim(database, shop, effect)
    held = read(database, shop, effect.id)
    assert claim(database, shop, held, at=AT + LEASE - timedelta(seconds=1)) is None
    second = claim(database, shop, held, at=AT + LEASE)
    assert second not in (None, first)
    taken = read(database, shop, effect.id)
    assert (taken.attempts, taken.attempting_at) == (2, AT)
    assert taken.due_at == AT + 2 * LEASE


def test_who_read_it_before_the_last_claim_does_not_get_it(database: Database, shop: Owner) -> None:
    effect = planned(database, shop)
    claim(database, shop, effect)
    held = read(database, shop, effect.id)
    later = AT + LEASE
    assert claim(database, shop, held, at=later) is not None
    assert claim(database, shop, held, at=later + LEASE) is None
    assert claim(database, shop, effect, at=later + LEASE) is None


def test_a_lost_claim_settles_nothing(database: Database, shop: Owner) -> None:
    effect = planned(database, shop)
    lost = claim(database, shop, effect)
    kept = claim(database, shop, read(database, shop, effect.id), at=AT + LEASE)
    assert not settle(database, shop, effect, lost, EffectState.FAILED, error="too late")
    assert read(database, shop, effect.id).state is EffectState.ATTEMPTING
    assert settle(database, shop, effect, kept, receipt=Receipt("991", AT))
    done = read(database, shop, effect.id)
    assert (done.state, done.receipt_id, done.receipt_at) == (EffectState.DONE, "991", AT)
    assert (done.claim, done.error) == (None, None)


def test_what_is_settled_cannot_be_settled_again(database: Database, shop: Owner) -> None:
    effect = planned(database, shop)
    token = claim(database, shop, effect)
    assert settle(database, shop, effect, token)
    assert not settle(database, shop, effect, token, EffectState.UNKNOWN)
    assert read(database, shop, effect.id).state is EffectState.DONE


def test_what_is_given_back_is_planned_again_as_if_never_attempted(
    database: Database, shop: Owner
) -> None:
    effect = planned(database, shop)
    token = claim(database, shop, effect)
    later = AT + timedelta(minutes=1)
    assert settle(database, shop, effect, token, EffectState.PLANNED, error="busy", due_at=later)
    again = read(database, shop, effect.id)
    assert (again.state, again.due_at, again.error) == (EffectState.PLANNED, later, "busy")
    assert (again.claim, again.attempting_at, again.attempts) == (None, None, 1)
    assert claim(database, shop, again, at=later) is not None
    assert read(database, shop, effect.id).attempting_at == later


def test_our_own_message_is_known_by_its_receipt(database: Database, shop: Owner) -> None:
    effect = planned(database, shop)
    settle(database, shop, effect, claim(database, shop, effect), receipt=Receipt("991", AT))
    with database.write() as session:
        plan_note(session, shop, "note:2")
    with database.read() as session:
        assert effects.ours_on_ticket(session, shop.scope, shop.account_id, "7") == {"991"}
        assert effects.ours_on_ticket(session, shop.scope, shop.account_id, "8") == frozenset()
        assert effects.ours_on_ticket(session, shop.scope, "another", "7") == frozenset()


def test_what_is_planned_for_later_is_not_claimed_early(database: Database, shop: Owner) -> None:
    effect = planned(database, shop)
    assert claim(database, shop, effect, at=AT - timedelta(seconds=1)) is None
    assert claim(database, shop, effect) is not None


def test_only_what_nobody_has_claimed_can_be_called_off(database: Database, shop: Owner) -> None:
    effect = planned(database, shop)
    with database.write() as session:
        assert effects.call_off(session, shop.scope, effect, error="superseded")
        assert not effects.call_off(session, shop.scope, effect, error="superseded")
    off = read(database, shop, effect.id)
    assert (off.state, off.error) == (EffectState.FAILED, "superseded")
    assert claim(database, shop, off) is None


def test_only_what_is_being_attempted_is_unsettled(database: Database, shop: Owner) -> None:
    def unsettled() -> list[str]:
        with database.read() as session:
            found = effects.unsettled_on_ticket(session, shop.scope, shop.account_id, "7")
        return [row.id for row in found]

    effect = planned(database, shop)
    assert unsettled() == []
    token = claim(database, shop, effect)
    assert unsettled() == [effect.id]
    settle(database, shop, effect, token)
    assert unsettled() == []
