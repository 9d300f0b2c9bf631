"""Nobody signed in time: the next role is asked, then the draft expires. Never an approval."""

import pytest

from plugin import onboarding
from plugin.errors import MovedError
from plugin.models import DraftState, Surface, VerdictKind
from plugin.review import deadlines
from plugin.review.verdicts import Verdict, give
from plugin.store import audit
from tests.bench.world import BEN, Bench

MINUTE = 60
WITHOUT_ESCALATION = """
version: 1
policies:
  - {id: all, when: {actions: any}, require: approval, approvers: [lead], deadline: 10m}
"""
WITH_ESCALATION = WITHOUT_ESCALATION.replace("10m", "10m, escalate_to: admin")


def waiting(bench: Bench, policies: str) -> str:
    onboarding.activate_policy(bench.runtime, bench.scope.merchant_id, policies, by="test")
    ticket_id = bench.opened("refund_under_limit")
    assert bench.draft(ticket_id).state is DraftState.AWAITING_APPROVAL
    return ticket_id


def after(bench: Bench, minutes: float) -> None:
    bench.pass_time(minutes * MINUTE)
    bench.sweep()


def events(bench: Bench, ticket_id: str) -> list[str]:
    with bench.runtime.database.read() as session:
        rows = audit.of_draft(session, bench.scope, bench.draft(ticket_id).id)
    return [row.event for row in rows]


def test_a_draft_nobody_signed_expires_and_says_so(bench: Bench) -> None:
    ticket_id = waiting(bench, WITHOUT_ESCALATION)
    after(bench, 9)
    assert bench.draft(ticket_id).state is DraftState.AWAITING_APPROVAL
    after(bench, 2)
    assert bench.draft(ticket_id).state is DraftState.EXPIRED
    assert bench.ours(ticket_id) == {
        "bookbag_draft",
        "bookbag_approval_required",
        "bookbag_expired",
    }
    assert "expired: nobody signed it in time" in bench.notes(ticket_id)[-1]
    assert bench.public(ticket_id) == []


def test_escalation_asks_the_next_role_once_and_gives_the_same_time_again(bench: Bench) -> None:
    ticket_id = waiting(bench, WITH_ESCALATION)
    first = bench.held(ticket_id).decision
    after(bench, 11)
    held = bench.held(ticket_id)
    assert held.draft.state is DraftState.AWAITING_APPROVAL
    assert first is not None
    assert held.decision is not None
    assert held.decision.approvers == first.approvers
    assert "Now an admin is asked" in bench.notes(ticket_id)[-1]
    after(bench, 1)
    assert bench.draft(ticket_id).state is DraftState.AWAITING_APPROVAL
    after(bench, 10)
    assert bench.draft(ticket_id).state is DraftState.EXPIRED
    assert events(bench, ticket_id).count("escalated") == 1


def test_a_signature_after_the_escalation_still_counts(bench: Bench) -> None:
    ticket_id = waiting(bench, WITH_ESCALATION)
    after(bench, 11)
    bench.note(ticket_id, BEN, "/approve done")
    assert bench.draft(ticket_id).state is DraftState.APPROVED
    after(bench, 20)
    assert bench.draft(ticket_id).state is DraftState.DELIVERED
    assert len(bench.public(ticket_id)) == 1


def test_an_expired_draft_takes_no_signature(bench: Bench) -> None:
    ticket_id = waiting(bench, WITHOUT_ESCALATION)
    after(bench, 11)
    draft = bench.draft(ticket_id)
    said = Verdict(VerdictKind.APPROVE, Surface.REVIEW_PAGE, rev=draft.rev, done=True)
    with pytest.raises(MovedError, match="expired"):
        give(bench.runtime, bench.scope, draft.id, bench.person(BEN), said)
    bench.note(ticket_id, BEN, "/approve done")
    assert bench.public(ticket_id) == []


def test_an_agents_answer_to_an_expired_draft_is_a_bypass(bench: Bench) -> None:
    ticket_id = waiting(bench, WITHOUT_ESCALATION)
    after(bench, 11)
    bench.hands.agent_writes(ticket_id, BEN, "We looked into it and will write soon.", public=True)
    bench.settle()
    assert bench.draft(ticket_id).state is DraftState.ANSWERED
    assert bench.draft(ticket_id).bypassed


def test_two_sweeps_at_once_expire_it_once(bench: Bench) -> None:
    ticket_id = waiting(bench, WITHOUT_ESCALATION)
    bench.pass_time(11 * MINUTE)
    draft_id = bench.draft(ticket_id).id
    for _ in range(2):
        deadlines.passed(bench.runtime, bench.scope, draft_id)
    bench.settle()
    assert sum("expired" in note for note in bench.notes(ticket_id)) == 1
    with bench.runtime.database.read() as session:
        moves = audit.of_draft(session, bench.scope, draft_id)
    assert sum(row.detail.get("to") == DraftState.EXPIRED for row in moves) == 1
