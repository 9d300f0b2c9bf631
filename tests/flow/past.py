"""A merchant whose drafts came, were decided and answered: by the service's own functions."""

import dataclasses
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any, Self, cast

from sqlalchemy import update

from connectors.base import Helpdesk
from connectors.types import ActionRequest, Channel, Message, Money, Person, PersonRole, Ticket
from plugin import onboarding
from plugin.drafting.base import Request
from plugin.facts import Gathered
from plugin.judgement import judge_new
from plugin.learning import corrections
from plugin.models import Draft, DraftState, Facts, Role, Surface, VerdictKind
from plugin.onboarding import NewAccount
from plugin.policy.load import load
from plugin.policy.situation import Situation
from plugin.present import present
from plugin.replay import replay
from plugin.replayed import Replay
from plugin.runtime import Case, Runtime
from plugin.store import drafts, merchants, verdicts
from plugin.store.drafts import Held
from plugin.store.schema import DraftRow
from plugin.store.scope import Scope
from tests.bench.queue import BenchQueue

BEGAN = datetime(2026, 3, 2, 9, tzinfo=UTC)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
MAYA = Person("9", "Maya", PersonRole.END_USER, "maya@example.com")


def refund(amount: str | None = "20.00", currency: str = "USD", **more: Any) -> ActionRequest:
    money = None if amount is None else Money(Decimal(amount), currency)
    return ActionRequest(more.pop("type", "refund"), amount=money, **more)


def reply(*actions: ActionRequest, **changes: Any) -> Draft:
    values: dict[str, Any] = {
        "text": "Hello, your parcel is on its way.",
        "intent": "order_status",
        "confidence": Decimal("0.95"),
        "language": "en",
        "actions": actions,
        "drafter": "test 1",
    }
    return Draft(**(values | changes))


class Past:
    """One merchant. `at` is its present; every draft comes on a ticket of its own."""

    def __init__(self, runtime: Runtime, policies: str, name: str = "Larkspur") -> None:
        self.at = BEGAN
        queue = BenchQueue(lambda: self.at)
        self.runtime = dataclasses.replace(runtime, now=lambda: self.at, enqueue=queue.enqueue)
        self.policies = policies
        merchant_id = onboarding.add_merchant(self.runtime, name)
        self.scope = Scope(merchant_id)
        self._account_id, _ = onboarding.add_account(
            self.runtime,
            merchant_id,
            NewAccount(
                helpdesk="zendesk",
                url="http://127.0.0.1:9",
                vendor_account="1",
                webhook_secret="a secret",
                credentials={"api_user": "bot", "api_token": "token"},
            ),
        )
        self.ana = onboarding.add_person(
            self.runtime, merchant_id, email="ana@example.com", name="Ana", role=Role.AGENT
        )
        onboarding.activate_policy(self.runtime, merchant_id, policies, by="test")
        self._numbers = count(1)

    def pass_time(self, **time: float) -> Self:
        self.at += timedelta(**time)
        return self

    def comes(self, draft: Draft, **facts: Any) -> str:
        """A draft for a message that comes now. Returns its ticket."""
        number = str(next(self._numbers))
        message = Message(number, MAYA, public=True, text="Where is it?", created_at=self.at)
        known = Facts(
            **{
                "message": message.text,
                "channel": "email",
                "language": "en",
                "customer": MAYA.email,
                "household": "1 elm street",
                "grounded": frozenset({"Where is it?"}),
                "at": self.at,
                **facts,
            }
        )
        ticket = Ticket(number, "Order", "open", known.tags, MAYA, Channel.EMAIL, self.at, "1")
        request = Request(ticket.subject, message.text)
        gathered = Gathered(request, ticket, message, message.text, (), ())
        with self.runtime.database.read() as session:
            account = merchants.account(session, self.scope, self._account_id)
            in_force = self.runtime.policy(session, self.scope)
        case = Case(self.runtime, self.scope, account, cast(Helpdesk, None), number, (message,))
        situation = Situation(in_force.file, draft, known)
        present(case, gathered, situation, decision=judge_new(situation), in_force=in_force)
        return number

    def held(self, ticket: str) -> Held:
        with self.runtime.database.read() as session:
            (row,) = drafts.of_ticket(session, self.scope, self._account_id, ticket)
            return drafts.get(session, self.scope, row.id)

    def moves(self, ticket: str, *states: DraftState) -> None:
        """It moves as people and time let it."""
        draft = self.held(ticket).draft
        with self.runtime.database.write() as session:
            for state in states:
                drafts.move(session, self.scope, draft, state, actor="system", at=self.at)

    def answered(self, ticket: str, kind: VerdictKind, reason: str | None = None) -> None:
        """Ana gives her verdict now."""
        draft = self.held(ticket).draft
        with self.runtime.database.write() as session:
            verdicts.add(
                session,
                self.scope,
                draft_id=draft.id,
                rev=draft.rev,
                person_id=self.ana,
                kind=kind,
                surface=Surface.REVIEW_PAGE,
                text=None,
                reason=reason,
                source=None,
                at=self.at,
            )

    def ticked(self, ticket: str) -> None:
        """Ana says that she has done its actions."""
        draft = self.held(ticket).draft
        with self.runtime.database.write() as session:
            verdicts.tick_actions(session, self.scope, draft.id, draft.rev, self.ana, at=self.at)

    def sent(self, ticket: str, words: str) -> None:
        """What the customer really got."""
        draft = self.held(ticket).draft
        with self.runtime.database.write() as session:
            corrections.record(
                session,
                self.scope,
                draft,
                message_id=f"sent {ticket}",
                author=f"person:{self.ana}",
                sent=words,
                result=corrections.compare(draft, words),
                at=self.at,
            )

    def stored(self, ticket: str, **columns: Any) -> None:
        """As if it had been stored otherwise."""
        with self.runtime.database.write() as session:
            session.execute(
                update(DraftRow)
                .where(DraftRow.merchant_id == self.scope.merchant_id, DraftRow.ticket_id == ticket)
                .values(**columns)
            )

    def without_facts(self, ticket: str, names: Iterable[str]) -> None:
        """As a release stored it that did not know these facts."""
        facts = dict(self.held(ticket).draft.facts)
        self.stored(ticket, facts={name: facts[name] for name in facts if name not in names})

    def replayed(self, policies: str | None = None, **asked: Any) -> Replay:
        return replay(
            self.runtime.database,
            self.scope,
            load(self.policies if policies is None else policies),
            **{"since": LONG_AGO, **asked},
        )
