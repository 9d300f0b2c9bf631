"""What cannot be told holds up nothing, is tried a few times, and is made up for after a death."""

import dataclasses
from datetime import timedelta
from typing import Any

import pytest

from connectors.errors import UnavailableError
from connectors.types import Letter
from plugin.models import DraftState, EffectKind, EffectState
from plugin.review import deadlines
from tests.bench.faults import Killed
from tests.bench.world import BEN
from tests.flow.telling import POLICIES, Told
from tests.store.support import all_at_once


class Broken:
    """A mail server as it fails: `tries` are counted."""

    def __init__(self, real: Any = None, *, after: BaseException | None = None) -> None:
        self.real, self.after, self.tries = real, after, 0

    def send(self, letter: Letter) -> None:
        self.tries += 1
        if self.real is not None:
            self.real.send(letter)
        if self.after is not None:
            raised, self.after = self.after, None
            raise raised
        if self.real is None:
            raise UnavailableError("the mail server is out of reach")


def test_without_mail_and_chat_the_draft_waits_and_goes_out_all_the_same(told: Told) -> None:
    away = Broken()
    told.use(away)
    told.room.status = 503
    ticket_id = told.waiting()
    assert "Asked to sign" in told.bench.notes(ticket_id)[0]
    told.bench.note(ticket_id, BEN, "/approve done")
    told.after(1)
    assert told.bench.draft(ticket_id).state is DraftState.DELIVERED
    assert len(told.bench.public(ticket_id)) == 1
    # What nobody needs to hear any more is not tried on.
    assert told.effects(ticket_id, EffectKind.MAIL) == [(EffectState.FAILED, "superseded")]
    assert "telling_given_up" not in told.events(ticket_id)


def test_a_mail_that_cannot_be_sent_is_given_up_and_an_admin_can_see_it(told: Told) -> None:
    away = Broken()
    told.use(away)
    ticket_id = told.waiting(POLICIES.replace("10m", "9h"))
    for _ in range(30):
        told.after(1)
    assert away.tries == 9
    assert told.effects(ticket_id, EffectKind.MAIL) == [(EffectState.FAILED, "unavailable")]
    assert told.events(ticket_id).count("telling_given_up") == 1
    assert told.effects(ticket_id, EffectKind.CHAT) == [(EffectState.DONE, None)]
    assert told.bench.draft(ticket_id).state is DraftState.AWAITING_APPROVAL


def test_a_mail_waits_for_a_server_that_is_away_for_a_while(told: Told) -> None:
    real = told.bench.runtime.mail
    told.use(Broken())
    ticket_id = told.waiting()
    assert told.office.letters == []
    told.use(real)
    told.after(1)
    told.after(1)
    assert len(told.subjects(BEN)) == 1
    assert told.effects(ticket_id, EffectKind.MAIL) == [(EffectState.DONE, None)]


def test_a_worker_killed_after_a_mail_left_sends_it_once_more_under_the_same_id(told: Told) -> None:
    told.use(Broken(told.bench.runtime.mail, after=Killed()))
    with pytest.raises(Killed):
        told.waiting()
    told.bench.queue.lose_all()
    for _ in range(3):
        told.after(1)
    letters = told.office.to(BEN)
    assert len(letters) == 2
    assert len({letter["Message-ID"] for letter in letters}) == 1


def test_two_workers_at_once_remind_once(told: Told) -> None:
    ticket_id = told.waiting()
    told.bench.clock.ahead += timedelta(minutes=5, seconds=30)
    draft_id, bench = told.bench.draft(ticket_id).id, told.bench
    all_at_once(lambda _: deadlines.passed(bench.runtime, bench.scope, draft_id), threads=2)
    told.bench.settle()
    assert told.events(ticket_id).count("reminded") == 1
    assert [len(told.subjects(BEN)), len(told.room.messages)] == [2, 2]


def test_a_worker_killed_while_it_reminds_has_reminded_nobody_and_it_is_made_up_for(
    told: Told,
) -> None:
    ticket_id = told.waiting()
    enqueue = told.bench.runtime.enqueue
    told.bench.clock.ahead += timedelta(minutes=5, seconds=30)

    def dies(session: Any, name: Any, scope: Any, thing_id: str, **more: Any) -> None:
        enqueue(session, name, scope, thing_id, **more)
        if not more["key"].startswith("sweep:"):
            raise Killed

    told.bench.runtime = dataclasses.replace(told.bench.runtime, enqueue=dies)
    with pytest.raises(Killed):
        told.bench.sweep()
    assert len(told.office.letters) == 1
    told.bench.runtime = dataclasses.replace(told.bench.runtime, enqueue=enqueue)
    told.after(0.5)
    told.after(1)
    assert [len(told.subjects(BEN)), len(told.room.messages)] == [2, 2]
    assert told.events(ticket_id).count("reminded") == 1
