"""Our column types: nothing is lost, nothing that must be secret is readable."""

import time
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import RFC_4122, UUID

import pytest
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, text
from sqlalchemy.exc import StatementError

from plugin.errors import ConfigError
from plugin.models import DraftState
from plugin.store import (
    audit,
    connections,
    drafts,
    grants,
    merchants,
    telling,
    unscoped_secrets,
)
from plugin.store.audit_tables import AuditHead
from plugin.store.columns import Keyring, Secret, Share, Words, new_id
from plugin.store.engine import Database
from plugin.store.grant_tables import GrantRow, PendingConnection
from plugin.store.privacy_tables import MerchantPrivacy
from plugin.store.schema import Account, DraftRow, Shop, WebhookSecret
from plugin.store.telling_tables import ChatHookRow
from tests.bench.databases import KEY
from tests.store.support import AT, Owner, add_draft, draft_row

AWKWARD = "nul\x00 lone \ud800 pair \U0001f4e6 \u2028 é"
ENCRYPTED = {
    Account.__tablename__: "credentials",
    WebhookSecret.__tablename__: "secret",
    GrantRow.__tablename__: "tokens",
    PendingConnection.__tablename__: "secrets",
    Shop.__tablename__: "token",
    AuditHead.__tablename__: "seal",
    ChatHookRow.__tablename__: "url",
    MerchantPrivacy.__tablename__: "salt",
}


def raw_secrets(connection: Connection) -> list[bytes]:
    return [
        bytes(value)
        for table, column in ENCRYPTED.items()
        for value in connection.scalars(text(f"SELECT {column} FROM {table}"))
    ]


def rotate(database: Database, *, batch: int) -> int:
    total, position, rounds = 0, "", 0
    after: str | None = position
    while after is not None:
        with database.write() as session:
            count, after = unscoped_secrets.rotate(session, after=after, limit=batch)
        assert count <= batch
        total, rounds = total + count, rounds + 1
    assert rounds > 1
    return total


def test_a_secret_is_unreadable_in_the_table_and_comes_back(database: Database) -> None:
    with database.write() as session:
        scope = merchants.add_merchant(session, "Larkspur", at=AT)
        account = merchants.add_account(
            session,
            scope,
            helpdesk="zendesk",
            url="https://larkspur.example",
            vendor_account="1",
            credentials={"api_token": "wallpaper"},
            webhook_secret="wallflower",
            status_after_send=None,
            at=AT,
        )
        merchants.add_shop(session, scope, kind="shop_api", url="x", token="wallaby", at=AT)
        telling.set_chat_hook(session, scope, "https://chat.example/walled", at=AT)
    with database.engine.connect() as connection:
        kept = raw_secrets(connection)
    assert len(kept) == 5  # the audit's head has a seal
    assert not any(b"wall" in value for value in kept)
    with database.read() as session:
        assert "wallpaper" in merchants.account(session, scope, account.id).credentials
        assert merchants.webhook_secrets(session, scope, account.id) == ("wallflower",)
        assert [shop.token for shop in merchants.shops(session, scope)] == ["wallaby"]


def test_every_secret_column_is_rotated() -> None:
    tables = DraftRow.metadata.tables.values()
    secrets = {t.name: c.name for t in tables for c in t.columns if isinstance(c.type, Secret)}
    assert secrets == ENCRYPTED


def test_rotation_re_encrypts_in_batches_and_the_old_key_can_go(
    database: Database, shop: Owner
) -> None:
    with database.write() as session:
        for number in range(6):
            merchants.add_webhook_secret(session, shop.scope, shop.account_id, f"s{number}", at=AT)
        merchants.add_shop(session, shop.scope, kind="shop_api", url="x", token="t", at=AT)
        telling.set_chat_hook(session, shop.scope, "https://chat.example/1", at=AT)
        pair = grants.Pair("access", "refresh")
        grants.give(session, shop.scope, shop.account_id, pair, expires_at=AT, at=AT)
        asked = connections.Asked("zendesk", "https://x.example", "client", "s", "v", {})
        connections.ask(session, shop.scope, asked, digest="d", person_id=None, at=AT, until=AT)
    new = Fernet.generate_key().decode()
    Keyring.use((new, KEY))
    assert rotate(database, batch=2) == 13
    with database.engine.connect() as connection:
        assert all(Fernet(new).decrypt(value) for value in raw_secrets(connection))
    Keyring.use((new,))
    with database.read() as session:
        secrets = merchants.webhook_secrets(session, shop.scope, shop.account_id)
        held = grants.held(session, shop.scope, shop.account_id)
    assert held is not None
    assert held.pair == pair
    assert secrets == ("s5", "s4", "s3", "s2", "s1", "s0", "secret")


def test_a_key_that_does_not_fit_is_said_plainly(database: Database, shop: Owner) -> None:
    Keyring.use((Fernet.generate_key().decode(),))
    with (
        database.read() as session,
        pytest.raises(ConfigError, match="BOOKBAG_SECRET_KEYS: no key in use opens"),
    ):
        merchants.account(session, shop.scope, shop.account_id)


@pytest.mark.parametrize("key", ["", "short", "not base64 at all!", KEY[:-2], "ключ"])
def test_what_is_no_key_is_refused_by_name(key: str) -> None:
    with pytest.raises(ConfigError, match="BOOKBAG_SECRET_KEYS: not Fernet keys"):
        Keyring.use((KEY, key))


def test_a_time_without_a_zone_is_refused(database: Database, shop: Owner) -> None:
    naive = datetime(2026, 3, 1, 12)  # noqa: DTZ001 (what is refused)
    with (
        pytest.raises(StatementError, match="a time without a zone cannot be stored"),
        database.write() as session,
    ):
        merchants.add_shop(session, shop.scope, kind="x", url="x", token="t", at=naive)


def test_a_time_comes_back_aware_in_utc_to_the_microsecond(database: Database, shop: Owner) -> None:
    at = datetime(2026, 3, 29, 2, 30, 0, 123456, tzinfo=timezone(timedelta(hours=5, minutes=45)))
    draft = add_draft(database, shop, state_at=at)
    assert draft.state_at == at
    assert draft.state_at.tzinfo is UTC


def test_json_keeps_every_character(database: Database, shop: Owner) -> None:
    values: tuple[Any, ...] = ({"a": [AWKWARD, None, 1.5, {"b": True}]}, [], "", 0, AWKWARD)
    for number, value in enumerate(values):
        assert add_draft(database, shop, str(number), facts=value).facts == value


def test_json_null_is_null(database: Database, shop: Owner) -> None:
    with database.write() as session:
        audit.add(session, shop.scope, at=AT, actor="x", event="y", detail={"a": None})
    with database.engine.connect() as connection:
        assert connection.scalar(text("SELECT detail FROM bb_audit")) == '{"a":null}'


def test_words_keep_all_but_what_a_database_cannot(database: Database, shop: Owner) -> None:
    kept = add_draft(database, shop, text=AWKWARD, subject="").text
    assert kept == "nul\u2400 lone \ufffd pair \U0001f4e6 \u2028 é"


@given(st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"])))
def test_ordinary_words_are_not_touched(words: str) -> None:
    assert Words().process_bind_param(words, None) == words  # type: ignore[arg-type] # not used


@given(st.text())
def test_words_can_always_be_stored(words: str) -> None:
    kept = Words().process_bind_param(words, None)  # type: ignore[arg-type] # not used
    assert kept is not None
    assert "\x00" not in kept
    kept.encode()


def test_a_share_is_exact_and_an_unknown_one_is_null(database: Database, shop: Owner) -> None:
    for number, share in enumerate(("0", "0.0001", "0.3333", "0.8000", "0.9999", "1")):
        kept = add_draft(database, shop, str(number), confidence=Decimal(share)).confidence
        assert kept == Decimal(share)
        assert isinstance(kept, Decimal)
    assert add_draft(database, shop, "9", confidence=None).confidence is None


@given(st.decimals(0, 1, places=4))
def test_every_share_comes_back(share: Decimal) -> None:
    kind = Share()
    kept = kind.process_bind_param(share, None)  # type: ignore[arg-type] # not used
    assert kind.process_result_value(kept, None) == share  # type: ignore[arg-type] # not used


def test_an_id_is_a_uuid_of_version_7_and_holds_the_time() -> None:
    before = time.time_ns() // 1_000_000
    made = UUID(new_id())
    after = time.time_ns() // 1_000_000
    assert (made.version, made.variant) == (7, RFC_4122)
    assert before <= made.int >> 80 <= after


def test_ids_sort_by_the_time_they_were_made(monkeypatch: pytest.MonkeyPatch) -> None:
    stamps = iter(range(1_700_000_000_000, 1_700_000_000_000 + 500))
    monkeypatch.setattr(time, "time_ns", lambda: next(stamps) * 1_000_000)
    made = [new_id() for _ in range(500)]
    assert made == sorted(made)
    assert len(set(made)) == 500


def test_a_row_gets_its_id_where_it_is_made(database: Database, shop: Owner) -> None:
    row = draft_row(shop.account_id, "2", state=DraftState.DRAFTING)
    with database.write() as session:
        assert drafts.add(session, shop.scope, row)
    assert UUID(row.id).version == 7
