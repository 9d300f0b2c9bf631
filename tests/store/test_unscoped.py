"""The look-ups across merchants: whose is it, and what must be driven on."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import select

from plugin.models import DraftState, EffectState, InboxState
from plugin.store import credentials, effects, inbox, unscoped
from plugin.store.engine import Database
from plugin.store.people_tables import WebSession
from plugin.store.schema import EffectRow, InboxEvent
from plugin.store.unscoped import Due
from tests.store.support import AT, Owner, add_ana, add_draft, owner, plan_note

LATER = AT + timedelta(minutes=1)
LEASE = timedelta(seconds=30)


@pytest.fixture
def other(database: Database) -> Owner:
    return owner(database, "Other")


def add_event(database: Database, of: Owner, event_id: str = "e1", **changes: object) -> str:
    values: dict[str, object] = {
        "kind": "message_added",
        "vendor_type": "zen:event-type:ticket.comment_added",
        "ticket_id": "7",
        "message_id": "1",
        "body": b"{}",
        "received_at": AT,
        "due_at": AT,
        "attempts": 0,
        "state": InboxState.ACCEPTED,
    }
    row = InboxEvent(account_id=of.account_id, event_id=event_id, **(values | changes))
    with database.write() as session:
        assert inbox.accept(session, of.scope, row)
    return row.id


def effect_of(database: Database, of: Owner, key: str) -> EffectRow:
    with database.read() as session:
        found = effects.by_key(session, of.scope, key)
    assert found is not None
    return found


def ids(rows: Sequence[Due]) -> list[str]:
    return [row.id for row in rows]


def test_whose_account_it_is(database: Database, shop: Owner, other: Owner) -> None:
    with database.read() as session:
        assert unscoped.scope_of_account(session, shop.account_id) == shop.scope
        assert unscoped.scope_of_account(session, other.account_id) == other.scope


@pytest.mark.parametrize(
    "wrong", ["", "nobody", "a\x00b", "\ud800", "x" * 5000, "%", "' or 1=1 --"]
)
def test_an_id_nobody_has_is_nobodys(database: Database, shop: Owner, wrong: str) -> None:
    del shop
    with database.read() as session:
        assert unscoped.scope_of_account(session, wrong) is None


def test_a_sign_in_link_is_good_once_and_for_its_time(database: Database, shop: Owner) -> None:
    with database.write() as session:
        person = add_ana(session, shop)
        credentials.add_link(session, shop.scope, person.id, digest="d", expires_at=LATER)
    with database.write() as session:
        found = unscoped.sign_in_link(session, "d", at=AT)
        assert found is not None
        assert (found.scope, found.person_id) == (shop.scope, person.id)
        assert unscoped.sign_in_link(session, "d", at=LATER) is None
        assert credentials.use_link(session, found.scope, found.id, at=AT)
        assert not credentials.use_link(session, found.scope, found.id, at=AT)
    with database.read() as session:
        assert unscoped.sign_in_link(session, "d", at=AT) is None


def test_a_browser_is_signed_in_until_its_time_or_until_it_leaves(
    database: Database, shop: Owner
) -> None:
    with database.write() as session:
        person = add_ana(session, shop)
        for digest in ("one", "two"):
            credentials.add_session(
                session, shop.scope, person.id, digest=digest, at=AT, expires_at=LATER
            )
    with database.write() as session:
        assert unscoped.web_session(session, "one", at=LATER) is None
        credentials.end_session(session, shop.scope, "one", at=AT)
        assert unscoped.web_session(session, "one", at=AT) is None
        still = unscoped.web_session(session, "two", at=AT)
    assert still is not None
    assert still.person_id == person.id


def test_only_accepted_webhooks_are_overdue_the_oldest_first(
    database: Database, shop: Owner, other: Owner
) -> None:
    newer = add_event(database, shop, "newer", due_at=AT + timedelta(seconds=1))
    older = add_event(database, other, "older")
    add_event(database, shop, "not yet", due_at=LATER)
    for state in (InboxState.DONE, InboxState.IGNORED, InboxState.FAILED):
        add_event(database, shop, state.value, state=state)
    with database.read() as session:
        found = unscoped.overdue_events(session, before=LATER, limit=10)
        assert ids(found) == [older, newer]
        assert [row.scope for row in found] == [other.scope, shop.scope]
        assert ids(unscoped.overdue_events(session, before=LATER, limit=1)) == [older]


def test_only_drafts_on_their_way_out_are_overdue(database: Database, shop: Owner) -> None:
    wanted = set()
    for number, state in enumerate(DraftState):
        row = add_draft(database, shop, str(number), state=state, due_at=AT)
        if state in (DraftState.APPROVED, DraftState.DELIVERING):
            wanted.add(row.id)
    add_draft(database, shop, "98", state=DraftState.APPROVED, due_at=LATER)
    add_draft(database, shop, "99", state=DraftState.APPROVED, due_at=None)
    with database.read() as session:
        assert set(ids(unscoped.overdue_drafts(session, before=LATER, limit=99))) == wanted


def test_only_unsettled_notes_and_tags_are_overdue(database: Database, shop: Owner) -> None:
    with database.write() as session:
        plan_note(session, shop, "planned")
        plan_note(session, shop, "claimed")
        plan_note(session, shop, "done")
        plan_note(session, shop, "later", at=LATER)
    for key in ("claimed", "done"):
        row = effect_of(database, shop, key)
        with database.write() as session:
            token = effects.claim(session, shop.scope, row, at=AT, lease=LEASE)
            if key == "done":
                effects.settle(session, shop.scope, row.id, token or "", EffectState.DONE)
    with database.read() as session:
        at_once = unscoped.overdue_effects(session, before=AT + LEASE, limit=9)
        after = unscoped.overdue_effects(session, before=LATER, limit=9)
    assert ids(at_once) == [effect_of(database, shop, "planned").id]
    assert set(ids(after)) == {effect_of(database, shop, key).id for key in ("planned", "claimed")}


def test_what_was_claimed_meanwhile_is_not_put_off(database: Database, shop: Owner) -> None:
    with database.write() as session:
        plan_note(session, shop, "left")
        plan_note(session, shop, "claimed")
    left, claimed = (effect_of(database, shop, key) for key in ("left", "claimed"))
    with database.write() as session:
        assert effects.claim(session, shop.scope, claimed, at=LATER, lease=LEASE)
    with database.write() as session:
        unscoped.put_off(session, EffectRow, [left.id, claimed.id], before=LATER, to=LATER)
    assert effect_of(database, shop, "left").due_at == LATER
    assert effect_of(database, shop, "claimed").due_at == LATER + LEASE


def test_only_browsers_whose_time_is_over_are_forgotten(database: Database, shop: Owner) -> None:
    with database.write() as session:
        person = add_ana(session, shop)
        for digest, expires_at in (("old", AT), ("new", LATER)):
            credentials.add_session(
                session, shop.scope, person.id, digest=digest, at=AT, expires_at=expires_at
            )
        unscoped.forget_sessions(session, before=AT + timedelta(seconds=1))
    with database.read() as session:
        found = session.scalars(
            select(WebSession.digest).where(WebSession.merchant_id == shop.scope.merchant_id)
        )
        assert list(found) == ["new"]
