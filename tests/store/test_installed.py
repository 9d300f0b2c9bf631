"""What was installed is kept from before it is done, and is one merchant's alone."""

from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from plugin.models import DraftState
from plugin.store import inbox, installed, merchants
from plugin.store.engine import Database
from plugin.store.schema import InboxEvent
from tests.store.support import AT, Owner, add_draft, owner


def intend(session: Session, of: Owner, key: str, *, made: bool, **more: Any) -> None:
    what = {"kind": "trigger", "name": "Notify", "at": AT, **more}
    installed.intend(session, of.scope, of.account_id, key=key, made=made, **what)


def test_what_was_written_down_first_stays(database: Database, shop: Owner) -> None:
    with database.write() as session:
        intend(session, shop, "off:7", made=False, before={"on": 1})
    with database.write() as session:
        where = (session, shop.scope, shop.account_id)
        intend(session, shop, "off:7", made=True, before=None)
        intend(session, shop, "webhook", made=True)
        installed.done(*where, "off:7", vendor_id="7", asked={"on": 0}, wrote={"on": 0, "a": "ä"})
        assert installed.has_gate(*where)
    with database.write() as session:
        where = (session, shop.scope, shop.account_id)
        off, webhook = installed.of_account(*where)
        assert (off.made, off.before, off.vendor_id) == (False, {"on": 1}, "7")
        assert (off.asked, off.wrote) == ({"on": 0}, {"on": 0, "a": "ä"})
        assert (webhook.key, webhook.vendor_id, webhook.wrote) == ("webhook", "", {})
        installed.forget(*where, "off:7")
        assert [row.key for row in installed.of_account(*where)] == ["webhook"]
        assert not installed.has_gate(*where)


def test_of_the_tickets_that_wait_those_to_be_signed_come_first(
    database: Database, shop: Owner
) -> None:
    states = ("awaiting_review", "awaiting_approval", "awaiting_review", "delivered")
    for number, state in enumerate(states, 1):
        add_draft(database, shop, str(number), ticket_id=f"T{number}", state=DraftState(state))
    with database.read() as session:
        where = (session, shop.scope, shop.account_id)
        assert list(installed.waiting_tickets(*where, most=9)) == ["T2", "T3", "T1"]
        assert list(installed.waiting_tickets(*where, most=1)) == ["T2"]


def test_another_merchant_sees_and_changes_nothing_of_it(database: Database, shop: Owner) -> None:
    other = owner(database, "Other").scope
    with database.write() as session:
        intend(session, shop, "off:7", made=True)
    with database.write() as session:
        where = (session, other, shop.account_id)
        assert (list(installed.of_account(*where)), installed.has_gate(*where)) == ([], False)
        installed.done(*where, "off:7", vendor_id="8", asked={}, wrote={})
        installed.forget(*where, "off:7")
        assert list(installed.waiting_tickets(*where, most=9)) == []
        merchants.forget_webhook_secret(*where, "secret")
        assert inbox.last_received(*where) is None
    with database.read() as session:
        (row,) = installed.of_account(session, shop.scope, shop.account_id)
        assert row.vendor_id == ""
        kept = merchants.webhook_secrets(session, shop.scope, shop.account_id)
        assert kept == ("secret",)


def test_a_secret_is_forgotten_and_the_newest_webhook_found(
    database: Database, shop: Owner
) -> None:
    with database.write() as session:
        where = (session, shop.scope, shop.account_id)
        merchants.add_webhook_secret(*where, "another", at=AT)
        merchants.forget_webhook_secret(*where, "secret")
        for number in range(3):
            event = InboxEvent(
                account_id=shop.account_id,
                event_id=str(number),
                kind="other",
                vendor_type="x",
                body=b"{}",
                received_at=AT + timedelta(hours=number),
                state="ignored",
                due_at=AT,
            )
            assert inbox.accept(session, shop.scope, event)
    with database.read() as session:
        where = (session, shop.scope, shop.account_id)
        assert merchants.webhook_secrets(*where) == ("another",)
        assert inbox.last_received(*where) == AT + timedelta(hours=2)
