"""A day of approvals in a real browser, on both databases: who is stopped, who signs, what ends."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from plugin import onboarding
from plugin.models import DraftState, Role
from plugin.privacy.erase import erase
from plugin.privacy.finding import Subject, find
from tests.bench.world import ANA, BEN, CHLOE, Bench
from tests.web.conftest import Open, windows

pytestmark = pytest.mark.each_database("a whole day")

DORA = "dora@larkspur-outfitters.example"
HALF_AN_HOUR = 1800
POLICIES = """
version: 1
currency: USD
policies:
  - {id: anything, when: {actions: any}, require: approval, approvers: [agent]}
  - {id: big, when: {action: refund, amount_over: 50.00}, require: approval, approvers: [lead],
     deadline: 30m, escalate_to: admin}
  - {id: two-people, tags: [vip], require: approval, approvers: [lead], approvals: 2}
"""


@pytest.fixture
def sign_in(bench: Bench, chromium: Browser) -> Iterator[Open]:
    """As for the other browser tests, but on both databases."""
    yield from windows(bench, chromium)


@pytest.fixture(scope="module")
def day(bench: Bench) -> Bench:
    """Dora is a second lead."""
    onboarding.activate_policy(bench.runtime, bench.scope.merchant_id, POLICIES, by="test")
    onboarding.add_person(
        bench.runtime, bench.scope.merchant_id, email=DORA, name="Dora Lind", role=Role.LEAD
    )
    return bench


def look(bench: Bench, page: Page, ticket_id: str) -> None:
    page.goto(f"{bench.url}/drafts/{bench.draft(ticket_id).id}")


def approve(page: Page, *, last: bool = True) -> None:
    """The last signature says that what it does in the shop is done."""
    if last:
        page.get_by_label("I have done").check()
    page.locator("#approve").click()


def test_an_agent_over_the_limit_is_stopped_and_a_lead_signs(day: Bench, sign_in: Open) -> None:
    ana, ben = sign_in(ANA), sign_in(BEN)
    ticket_id = day.opened("refund_over_limit")
    look(day, ana, ticket_id)
    expect(ana.locator("#approve")).to_have_count(0)
    expect(ana.get_by_text("Not yours to approve.")).to_be_visible()
    look(day, ben, ticket_id)
    approve(ben)
    expect(ben.get_by_role("status").first).to_contain_text("you can still undo")
    day.pass_time(10)
    assert day.draft(ticket_id).state is DraftState.DELIVERED
    assert len(day.public(ticket_id)) == 1


def test_four_eyes_are_two_people(day: Bench, sign_in: Open) -> None:
    ben, dora = sign_in(BEN), sign_in(DORA)
    ticket_id = day.opened("refund_under_limit", tags=["vip"])
    look(day, ben, ticket_id)
    approve(ben, last=False)
    expect(ben.get_by_text("You have approved.")).to_be_visible()
    expect(ben.locator("#approve")).to_have_count(0)
    day.pass_time(60)
    assert day.draft(ticket_id).state is DraftState.AWAITING_APPROVAL
    look(day, dora, ticket_id)
    expect(dora.get_by_text("Approved so far by Ben Mercer.")).to_be_visible()
    approve(dora)
    expect(dora.get_by_role("status").first).to_contain_text("you can still undo")
    day.pass_time(10)
    assert len(day.public(ticket_id)) == 1


def test_a_second_message_voids_what_was_signed(day: Bench, sign_in: Open) -> None:
    ben, dora = sign_in(BEN), sign_in(DORA)
    ticket_id = day.opened("refund_under_limit", tags=["vip"])
    look(day, ben, ticket_id)
    approve(ben, last=False)
    expect(ben.get_by_text("You have approved.")).to_be_visible()
    look(day, dora, ticket_id)
    day.hands.customer_writes(ticket_id, "Wait, please do not refund me, send new gloves instead.")
    day.settle()
    expect(dora.locator("main")).to_contain_text("stale")
    expect(dora.locator("#approve")).to_have_count(0)
    assert day.drafts(ticket_id)[0].state is DraftState.STALE
    assert "is void" in " ".join(day.notes(ticket_id))
    day.pass_time(60)
    assert len(day.public(ticket_id)) == 1  # the customer's own second message


def test_nobody_in_time_asks_the_next_role_and_then_ends(day: Bench, sign_in: Open) -> None:
    chloe = sign_in(CHLOE)
    ticket_id = day.opened("refund_over_limit")
    look(day, chloe, ticket_id)
    for told in ("Now an admin is asked", "expired: nobody signed it in time"):
        day.pass_time(HALF_AN_HOUR + 60)
        day.sweep()
        assert told in " ".join(day.notes(ticket_id))
    expect(chloe.locator("main")).to_contain_text("expired")
    assert day.draft(ticket_id).state is DraftState.EXPIRED
    assert day.public(ticket_id) == []


def test_an_erased_customer_is_gone_and_the_chain_holds(day: Bench, sign_in: Open) -> None:
    chloe = sign_in(CHLOE)
    ticket_id = day.opened("refund_under_limit")
    name, email = (day.tickets["refund_under_limit"]["from"][key] for key in ("name", "email"))
    look(day, chloe, ticket_id)
    expect(chloe.locator("main")).to_contain_text(name)
    # An open page would see it, and load itself anew while it is led elsewhere.
    chloe.goto("about:blank")
    found = find(day.runtime, day.scope, Subject(email))
    erase(day.runtime, day.scope, found.tickets, why="customer_asked", asked_by="command")
    look(day, chloe, ticket_id)
    expect(chloe.get_by_role("heading", level=1)).to_have_text("(erased)")
    expect(chloe.locator("#message")).not_to_contain_text(name)
    chloe.goto(f"{day.url}/queue")
    expect(chloe.locator("main")).not_to_contain_text(name)
    chloe.goto(f"{day.url}/audit")
    chloe.get_by_role("button", name="Check that nothing was touched").click()
    expect(chloe.get_by_text("The chain is intact")).to_be_visible()
