"""A helpdesk that is away for long: nothing is guessed, nothing is lost, a person is told."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from connectors.errors import (
    AmbiguousError,
    AuthError,
    ConnectorError,
    NotFoundError,
    RateLimitedError,
    UnavailableError,
)
from plugin.models import DraftState, EffectState
from plugin.onboarding import replace_credentials
from plugin.store.schema import EffectRow
from tests.bench.faults import Fault, fail_with, with_faults
from tests.bench.world import ANA, BOT, TOKEN, Bench

HOUR = 3600.0
AWAY = UnavailableError("down")


def approved(bench: Bench) -> str:
    ticket_id = bench.opened("refund_under_limit")
    bench.note(ticket_id, ANA, "/approve done")
    assert bench.draft(ticket_id).state is DraftState.APPROVED
    return ticket_id


def unread_for_ever(error: ConnectorError) -> list[Fault]:
    return [fail_with(error)] * 1_000


@pytest.mark.parametrize("error", [AWAY, AuthError("revoked"), NotFoundError("no ticket")])
def test_an_approved_reply_whose_ticket_cannot_be_read_is_handed_to_a_person(
    bench: Bench, error: ConnectorError
) -> None:
    ticket_id = approved(bench)
    faults = unread_for_ever(error)
    with_faults(bench, "conversation", *faults)
    bench.pass_time(15)
    at_once = isinstance(error, NotFoundError)
    assert bench.draft(ticket_id).state is (
        DraftState.DELIVERY_FAILED if at_once else DraftState.APPROVED
    )
    for _ in range(0 if at_once else 20):
        bench.pass_time(HOUR / 6)
    assert bench.draft(ticket_id).state is DraftState.DELIVERY_FAILED
    assert "was not sent" in bench.notes(ticket_id)[-1]
    assert "bookbag_delivery_failed" in bench.ours(ticket_id)
    assert bench.public(ticket_id) == []


def test_a_ticket_that_can_be_read_again_in_time_gets_its_reply(bench: Bench) -> None:
    ticket_id = approved(bench)
    with_faults(bench, "conversation", fail_with(AWAY), fail_with(AuthError("expired")))
    for _ in range(4):
        bench.pass_time(70)
    assert bench.draft(ticket_id).state is DraftState.DELIVERED
    assert len(bench.public(ticket_id)) == 1


def test_it_comes_back_no_sooner_than_it_was_told(bench: Bench) -> None:
    ticket_id = approved(bench)
    told = RateLimitedError("slow down", retry_after=600)
    with_faults(bench, "conversation", fail_with(told), fail_with(NotFoundError("asked too soon")))
    bench.pass_time(15)
    bench.pass_time(500)
    assert bench.draft(ticket_id).state is DraftState.APPROVED
    bench.pass_time(120)
    assert bench.draft(ticket_id).state is DraftState.DELIVERY_FAILED


def test_a_note_outlasts_a_day_without_the_helpdesk(bench: Bench) -> None:
    with_faults(bench, "add_note", *[fail_with(AWAY)] * 30)
    ticket_id = bench.opened("refund_under_limit")
    for _ in range(29):
        bench.pass_time(HOUR)
    assert states(bench) == {EffectState.PLANNED}
    bench.pass_time(HOUR)
    assert len(bench.notes(ticket_id)) == 1
    assert "bookbag_draft" in bench.ours(ticket_id)


def test_a_note_in_doubt_waits_for_a_credential_and_is_written_once(bench: Bench) -> None:
    """Its answer was lost, and then the token was revoked, so that nobody could look."""
    with_faults(bench, "add_note", fail_with(AmbiguousError("time-out")))
    with_faults(bench, "find_effect", *[fail_with(AuthError("revoked"))] * 3)
    ticket_id = bench.opened("refund_under_limit")
    assert bench.notes(ticket_id) == []
    for _ in range(6):
        bench.pass_time(60)
    assert len(bench.notes(ticket_id)) == 1
    assert states(bench) == {EffectState.DONE}


def test_replaced_credentials_are_used_without_a_restart(bench: Bench) -> None:
    def use(secret: str) -> None:
        replace_credentials(
            bench.runtime, bench.scope.merchant_id, bench.account_id, access(secret)
        )

    def access(token: str) -> dict[str, str]:
        return {"api_user": BOT, "api_token": token}

    ticket_id = bench.opened("refund_under_limit")
    use("a wrong one")
    bench.note(ticket_id, ANA, "/approve done")
    assert bench.draft(ticket_id).state is DraftState.AWAITING_REVIEW
    use(TOKEN)
    for _ in range(3):
        bench.pass_time(60)
    assert bench.draft(ticket_id).state is DraftState.DELIVERED
    assert len(bench.public(ticket_id)) == 1


def states(bench: Bench) -> set[EffectState]:
    with bench.runtime.database.read() as session:
        return set(session.scalars(select(EffectRow.state)))


def test_patience_has_an_end(bench: Bench) -> None:
    with_faults(bench, "add_note", *unread_for_ever(AWAY))
    bench.opened("refund_under_limit")
    bench.clock.ahead += timedelta(days=4)
    bench.settle()
    assert states(bench) == {EffectState.FAILED}
