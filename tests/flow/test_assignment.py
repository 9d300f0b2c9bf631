"""A ticket whose draft waits for approval is given to the approvers' group."""

from datetime import timedelta

import pytest

from plugin import onboarding
from plugin.models import DraftState, Role
from plugin.store import audit, telling
from plugin.telling import channels
from tests.bench.world import ANA, BEN, Bench
from tests.flow.telling import MINUTE, POLICIES


@pytest.fixture(autouse=True)
def _grouped(bench: Bench) -> None:
    for role, name in ((Role.LEAD, "Leads"), (Role.ADMIN, "Admins")):
        group_id = bench.hands.groups()[name]
        merchant_id, account_id = bench.scope.merchant_id, bench.account_id
        assert channels.set_group(bench.runtime, merchant_id, account_id, role, group_id) == name


def group(bench: Bench, ticket_id: str) -> str:
    names = {group_id: name for name, group_id in bench.hands.groups().items()}
    return names[str(bench.hands.ticket(ticket_id)["group_id"])]


def times(bench: Bench, ticket_id: str) -> int:
    """How often the ticket went to a group."""
    return sum(
        event.get("field_name") == "group_id"
        for update in bench.hands.updates(ticket_id)
        for event in update["events"]
    )


def waiting(bench: Bench) -> str:
    onboarding.activate_policy(bench.runtime, bench.scope.merchant_id, POLICIES, by="test")
    return bench.opened("refund_under_limit")


def test_to_the_role_that_is_asked_and_then_to_the_next(bench: Bench) -> None:
    ticket_id = waiting(bench)
    assert group(bench, ticket_id) == "Leads"
    bench.pass_time(11 * MINUTE)
    bench.sweep()
    bench.sweep()
    assert group(bench, ticket_id) == "Admins"
    assert times(bench, ticket_id) == 2


def test_an_approval_gives_it_back_to_nobody(bench: Bench) -> None:
    ticket_id = waiting(bench)
    bench.note(ticket_id, BEN, "/approve done")
    bench.pass_time(MINUTE)
    assert bench.draft(ticket_id).state is DraftState.DELIVERED
    assert (group(bench, ticket_id), times(bench, ticket_id)) == ("Leads", 1)


def test_who_assigns_it_by_hand_is_not_overruled(bench: Bench) -> None:
    ticket_id = waiting(bench)
    bench.clock.ahead += timedelta(minutes=1)
    bench.hands.assign(ticket_id, agent=ANA, group="Support", to=ANA)
    bench.pass_time(11 * MINUTE)
    bench.sweep()
    assert "Asked to sign: Chloe Duval." in bench.notes(ticket_id)[-1]
    ticket = bench.hands.ticket(ticket_id)
    assert group(bench, ticket_id) == "Support"
    assert str(ticket["assignee_id"]) == bench.hands.users()[ANA]


def test_a_group_that_is_gone_holds_nothing_up_and_is_recorded(bench: Bench) -> None:
    with bench.runtime.database.write() as session:
        telling.set_group(session, bench.scope, bench.account_id, Role.LEAD, "999")
    ticket_id = waiting(bench)
    assert group(bench, ticket_id) == "Support"
    bench.note(ticket_id, BEN, "/approve done")
    bench.pass_time(MINUTE)
    assert bench.draft(ticket_id).state is DraftState.DELIVERED
    with bench.runtime.database.read() as session:
        rows = audit.of_draft(session, bench.scope, bench.draft(ticket_id).id)
    assert [row.detail["by"] for row in rows if row.event == "telling_given_up"] == ["assign"]
