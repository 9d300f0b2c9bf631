"""Drafts in the store: one for each message, moved by one, and everything about it recorded."""

from collections.abc import Iterator
from decimal import Decimal

import pytest

from connectors.types import ActionRequest, Money
from plugin.errors import MissingError, MovedError
from plugin.models import FINISHED, MOVES, DraftState
from plugin.store import audit, drafts
from plugin.store.engine import Database
from plugin.store.schema import DraftRow
from tests.bench.databases import KINDS, Databases
from tests.store.support import AT, THREADS, Owner, add_draft, all_at_once, draft_row


@pytest.fixture(scope="module", params=KINDS)
def database(request: pytest.FixtureRequest, all_databases: Databases) -> Iterator[Database]:
    """One for the module: each test has a merchant of its own."""
    opened = Database(all_databases.fresh(request.param))
    yield opened
    opened.close()


def move(database: Database, of: Owner, draft: DraftRow, to: DraftState) -> None:
    with database.write() as session:
        drafts.move(session, of.scope, draft, to, actor="test", at=AT)


def read(database: Database, of: Owner, draft_id: str) -> DraftRow:
    with database.read() as session:
        return drafts.get(session, of.scope, draft_id).draft


def moves(database: Database, of: Owner, draft_id: str) -> list[tuple[object, object]]:
    with database.read() as session:
        rows = audit.of_draft(session, of.scope, draft_id)
    return [(row.detail["from"], row.detail["to"]) for row in rows if row.event == "draft_moved"]


def test_a_message_has_one_draft(database: Database, shop: Owner) -> None:
    def add(_number: int) -> bool:
        with database.write() as session:
            return drafts.add(session, shop.scope, draft_row(shop.account_id))

    assert sum(all_at_once(add)) == 1


def test_of_eight_who_read_the_same_draft_exactly_one_moves_it(
    database: Database, shop: Owner
) -> None:
    draft_id = add_draft(database, shop).id
    as_read = [read(database, shop, draft_id) for _ in range(THREADS)]

    def act(number: int) -> str | None:
        try:
            move(database, shop, as_read[number], DraftState.APPROVED)
        except MovedError as moved:
            return str(moved)
        return None

    said = all_at_once(act)
    assert said.count(None) == 1
    assert {words for words in said if words} == {"This draft moved meanwhile: it is approved now."}
    assert moves(database, shop, draft_id) == [("awaiting_review", "approved")]


def test_another_revision_is_another_draft(database: Database, shop: Owner) -> None:
    old = add_draft(database, shop)
    with database.write() as session:
        now = drafts.get(session, shop.scope, old.id).draft
        drafts.change(session, shop.scope, now, rev=2)
    with pytest.raises(MovedError, match="it is awaiting review now"):
        move(database, shop, old, DraftState.APPROVED)


def test_a_draft_that_is_gone_is_said_to_be_gone(database: Database, shop: Owner) -> None:
    row = draft_row(shop.account_id, id="never-stored")
    with pytest.raises(MovedError, match="it is gone now"):
        move(database, shop, row, DraftState.APPROVED)


def test_a_move_that_is_not_in_the_table_is_refused(database: Database, shop: Owner) -> None:
    draft = add_draft(database, shop, state=DraftState.DELIVERED)
    with pytest.raises(MovedError, match="that is delivered cannot become approved"):
        move(database, shop, draft, DraftState.APPROVED)
    assert moves(database, shop, draft.id) == []


def test_every_move_of_the_table_is_kept_with_its_audit(database: Database, shop: Owner) -> None:
    pairs = [(source, target) for source, targets in MOVES.items() for target in targets]
    wanted, found = [], []
    for number, (source, target) in enumerate(pairs):
        draft = add_draft(database, shop, str(number), state=source, due_at=AT)
        move(database, shop, draft, target)
        now = read(database, shop, draft.id)
        assert (now.state, now.due_at) == (target, None)
        assert (now.open_short_id is None) == (target in FINISHED)
        wanted.append((source.value, target.value))
        found += moves(database, shop, draft.id)
    assert found == wanted


def test_an_undone_transaction_leaves_neither_move_nor_audit(
    database: Database, shop: Owner
) -> None:
    draft = add_draft(database, shop)

    def move_and_fail() -> None:
        with database.write() as session:
            drafts.move(session, shop.scope, draft, DraftState.APPROVED, actor="test", at=AT)
            drafts.get(session, shop.scope, "not there")

    with pytest.raises(MissingError):
        move_and_fail()
    assert read(database, shop, draft.id).state is DraftState.AWAITING_REVIEW
    assert moves(database, shop, draft.id) == []


def test_actions_come_back_exactly(database: Database, shop: Owner) -> None:
    draft = add_draft(database, shop)
    actions = (
        ActionRequest("refund", amount=Money(Decimal("54.20"), "USD"), order="1002"),
        ActionRequest("reship", value=Money(Decimal(1200), "JPY"), items=("a", "b")),
        ActionRequest("store_credit", amount=Money(Decimal("0.005"), "KWD"), customer="c"),
        ActionRequest("cancel_order", order="1002"),
    )
    with database.write() as session:
        drafts.add_actions(session, shop.scope, draft.id, 1, actions)
    with database.read() as session:
        kept = drafts.get(session, shop.scope, draft.id).actions
    assert tuple(drafts.action_of(row) for row in kept) == actions
    assert [row.amount_minor for row in kept] == [5420, None, 5, None]


def test_a_short_id_is_free_again_when_its_draft_is_finished(
    database: Database, shop: Owner
) -> None:
    draft = add_draft(database, shop)
    short_id = draft.open_short_id or ""
    with database.read() as session:
        assert drafts.taken_short_ids(session, shop.scope, [short_id, "ZZZZZ"]) == {short_id}
    move(database, shop, draft, DraftState.STALE)
    with database.read() as session:
        assert drafts.taken_short_ids(session, shop.scope, [short_id]) == frozenset()
    add_draft(database, shop, "2", open_short_id=short_id)
