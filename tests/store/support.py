"""Rows for tests of the store: a merchant, an account, drafts and effects, all made up."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Barrier
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from plugin.models import DraftState, EffectKind, Role
from plugin.store import drafts, effects, merchants, people, waiting
from plugin.store.engine import Database
from plugin.store.narrowing import EVERYTHING, Only
from plugin.store.people_tables import PersonRow
from plugin.store.schema import DraftRow
from plugin.store.scope import Scope
from plugin.store.waiting import Decided, Question

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
THREADS = 8
Result = TypeVar("Result")


@dataclass(frozen=True)
class Owner:
    """A merchant with one account."""

    scope: Scope
    account_id: str


def add_ana(session: Session, of: Owner, email: str = "ana@larkspur.example") -> PersonRow:
    return people.add_person(
        session,
        of.scope,
        email=email,
        name="Ana",
        role=Role.AGENT,
        limit=None,
        helpdesk_user=None,
        at=AT,
    )


def owner(database: Database, name: str = "Larkspur") -> Owner:
    with database.write() as session:
        scope = merchants.add_merchant(session, name, at=AT)
        account = merchants.add_account(
            session,
            scope,
            helpdesk="zendesk",
            url="https://larkspur.example",
            vendor_account="2222096",
            credentials={"api_user": "bot", "api_token": "token"},
            webhook_secret="secret",
            status_after_send=None,
            at=AT,
        )
    return Owner(scope, account.id)


def draft_row(account_id: str, message_id: str = "1", **changes: Any) -> DraftRow:
    values: dict[str, Any] = {
        "account_id": account_id,
        "ticket_id": "7",
        "message_id": message_id,
        "short_id": "K7Q2M",
        "open_short_id": f"K7{int(message_id):03d}",
        "rev": 1,
        "round": 1,
        "state": DraftState.AWAITING_REVIEW,
        "text": "Hello.",
        "drafter": "test 1",
        "sources": [],
        "facts": {},
        "subject": "Order",
        "customer_name": "Maya",
        "message_text": "Where is it?",
        "bypassed": False,
        "created_at": AT,
        "state_at": AT,
    }
    return DraftRow(**(values | changes))


def add_draft(database: Database, of: Owner, message_id: str = "1", **changes: Any) -> DraftRow:
    row = draft_row(of.account_id, message_id, **changes)
    with database.write() as session:
        assert drafts.add(session, of.scope, row)
        return drafts.get(session, of.scope, row.id).draft


def first_of(
    session: Session, scope: Scope, question: Question, *, limit: int, only: Only = EVERYTHING
) -> list[Decided]:
    """The first drafts of one list of the queue."""
    return waiting.firsts(session, scope, {"": question}, limit=limit, since=AT, only=only)[""]


def plan_note(session: Session, of: Owner, key: str = "note:1", **changes: Any) -> str | None:
    values: dict[str, Any] = {"draft_id": None, "payload": {"html": "<p>Hello</p>"}, "at": AT}
    return effects.plan(
        session,
        of.scope,
        key=key,
        kind=EffectKind.NOTE,
        account_id=of.account_id,
        ticket_id="7",
        **(values | changes),
    )


def all_at_once(act: Callable[[int], Result], threads: int = THREADS) -> list[Result]:
    """What `act` gave in each of several threads that begin together."""
    start = Barrier(threads)

    def run(number: int) -> Result:
        start.wait(timeout=10)
        return act(number)

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(run, range(threads)))
