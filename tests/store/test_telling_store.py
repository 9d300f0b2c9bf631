"""How a merchant's approvers are told is theirs alone; what is set anew replaces the old."""

from plugin.models import Role
from plugin.store import telling
from plugin.store.engine import Database
from tests.store.support import AT, Owner, owner


def test_a_group_for_each_role_the_last_one_set(database: Database, shop: Owner) -> None:
    with database.write() as session:
        for role, group in ((Role.LEAD, "1"), (Role.ADMIN, "2"), (Role.LEAD, "3")):
            telling.set_group(session, shop.scope, shop.account_id, role, group)
    with database.write() as session:
        found = telling.groups(session, shop.scope, shop.account_id)
        assert found == {Role.LEAD: "3", Role.ADMIN: "2"}
        telling.set_group(session, shop.scope, shop.account_id, Role.LEAD, None)
        assert telling.groups(session, shop.scope, shop.account_id) == {Role.ADMIN: "2"}


def test_a_chat_the_last_one_set(database: Database, shop: Owner) -> None:
    with database.write() as session:
        for url in ("https://chat.example/1", "https://chat.example/2"):
            telling.set_chat_hook(session, shop.scope, url, at=AT)
    with database.write() as session:
        assert telling.chat_hook(session, shop.scope) == "https://chat.example/2"
        telling.set_chat_hook(session, shop.scope, None, at=AT)
        assert not telling.has_chat(session, shop.scope)


def test_another_merchant_sees_and_changes_nothing_of_it(database: Database, shop: Owner) -> None:
    other = owner(database, "Other").scope
    with database.write() as session:
        telling.set_group(session, shop.scope, shop.account_id, Role.LEAD, "1")
        telling.set_chat_hook(session, shop.scope, "https://chat.example/1", at=AT)
    with database.write() as session:
        assert telling.groups(session, other, shop.account_id) == {}
        assert telling.chat_hook(session, other) is None
        telling.set_group(session, other, shop.account_id, Role.LEAD, None)
        telling.set_chat_hook(session, other, None, at=AT)
    with database.read() as session:
        assert telling.groups(session, shop.scope, shop.account_id) == {Role.LEAD: "1"}
        assert telling.has_chat(session, shop.scope)
