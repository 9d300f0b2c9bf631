"""A merchant whose approvers are told by mail and in a chat, and what they were told."""

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any

from connectors.notify.mail import SmtpMailer, SmtpServer
from plugin import onboarding
from plugin.models import DraftState, EffectKind, EffectState
from plugin.store import audit, effects, people
from plugin.telling import channels
from tests.bench.post_office import ChatRoom, PostOffice, chat_room, post_office
from tests.bench.world import Bench

MINUTE = 60
POLICIES = """
version: 1
policies:
  - id: all
    when: {actions: any}
    require: approval
    approvers: [lead]
    deadline: 10m
    escalate_to: admin
"""
FOUR_EYES = POLICIES.replace("deadline:", "approvals: 2\n    deadline:")
SENDER = "Bookbag <bookbag@larkspur.example>"


@dataclass
class Told:
    """A merchant whose approvers are told by mail and in a chat."""

    bench: Bench
    office: PostOffice
    room: ChatRoom

    def waiting(self, policies: str = POLICIES, **changes: Any) -> str:
        """A draft that waits for an approval."""
        merchant_id = self.bench.scope.merchant_id
        onboarding.activate_policy(self.bench.runtime, merchant_id, policies, by="test")
        ticket_id = self.bench.opened("refund_under_limit", **changes)
        assert self.bench.draft(ticket_id).state is DraftState.AWAITING_APPROVAL
        return ticket_id

    def after(self, minutes: float) -> None:
        self.bench.pass_time(minutes * MINUTE)
        self.bench.sweep()

    def subjects(self, address: str) -> list[str]:
        """What somebody was told by mail, each up to the draft's id."""
        return [subject(letter) for letter in self.office.to(address)]

    def change(self, email: str, **columns: Any) -> None:
        with self.bench.runtime.database.write() as session:
            found = people.by_email(session, self.bench.scope, email)
            assert found is not None
            for name, value in columns.items():
                setattr(found, name, value)

    def use(self, mail: Any) -> None:
        self.bench.runtime = dataclasses.replace(self.bench.runtime, mail=mail)
        self.bench.web.extensions["bookbag"] = self.bench.runtime

    def effects(self, ticket_id: str, kind: EffectKind) -> list[tuple[EffectState, str | None]]:
        with self.bench.runtime.database.read() as session:
            found = effects.of_draft(session, self.bench.scope, self.bench.draft(ticket_id).id)
        return [(one.state, one.error) for one in found if one.kind is kind]

    def events(self, ticket_id: str) -> list[str]:
        with self.bench.runtime.database.read() as session:
            draft_id = self.bench.draft(ticket_id).id
            return [row.event for row in audit.of_draft(session, self.bench.scope, draft_id)]


def subject(letter: EmailMessage) -> str:
    return str(letter["Subject"]).strip()


@contextmanager
def approvers_told(bench: Bench) -> Iterator[Told]:
    with post_office() as (office, port), chat_room() as (room, url):
        told = Told(bench, office, room)
        told.use(SmtpMailer(SmtpServer("127.0.0.1", port, "none", SENDER)))
        channels.set_chat(bench.runtime, bench.scope.merchant_id, url)
        yield told
