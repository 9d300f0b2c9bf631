"""Whatever row of verdicts people give: nobody lets more out than they may, or less watched."""

from decimal import Decimal
from itertools import count

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from connectors.types import ActionRequest, Money
from plugin import facts, onboarding
from plugin.errors import BookbagError
from plugin.judgement import is_stricter, judge_again
from plugin.models import DraftState, Surface, VerdictKind
from plugin.review.action_edits import ActionChange
from plugin.review.verdicts import Verdict, give
from plugin.store import drafts, people, reservations, verdicts
from plugin.store.drafts import Held, action_of
from plugin.store.reservation_tables import ReservationRow
from tests.bench.world import ANA, BEN, CHLOE, Bench
from tests.flow.made_up import made_up

POLICIES = """version: 1
currency: USD
policies:
  - {id: big, when: {action: refund, amount_over: 50.00}, require: approval, approvers: [lead]}
  - id: two
    when: {action: [refund, store_credit], amount_over: 150.00}
    require: approval
    approvers: [lead]
    approvals: 2
  - {id: words, when: {reply_contains: [gladly]}, require: approval, approvers: [admin]}
"""
TYPED = ["5", "49.99", "50.00", "50.01", "80.00", "150.01", "249.99", "300", "0", "1e2", "-3"]
Step = tuple[str, VerdictKind, tuple[ActionChange, ...], str | None, bool]
numbers = count(1)

amounts = st.sampled_from(TYPED)
change = st.builds(
    ActionChange, position=st.integers(0, 2), amount=st.none() | amounts, drop=st.booleans()
)
steps = st.tuples(
    st.sampled_from([ANA, BEN, CHLOE]),
    st.sampled_from([VerdictKind.EDIT, VerdictKind.EDIT, VerdictKind.APPROVE, VerdictKind.UNDO]),
    st.lists(change, max_size=2, unique_by=lambda one: one.position).map(tuple),
    st.sampled_from([None, "We gladly help.", "We look into it."]),
    st.booleans(),
)
first = st.lists(
    st.tuples(st.sampled_from(["refund", "store_credit", "cancel_order"]), st.integers(1, 30_000)),
    min_size=1,
    max_size=3,
)


def action(kind: str, minor: int) -> ActionRequest:
    return ActionRequest(kind, None if kind == "cancel_order" else Money.from_minor(minor, "USD"))


@settings(max_examples=25, suppress_health_check=list(HealthCheck))
@given(first, st.lists(steps, min_size=1, max_size=7))
def test_nobody_lets_out_more_than_they_may(
    shared: Bench, proposed: list[tuple[str, int]], said: list[Step]
) -> None:
    onboarding.activate_policy(shared.runtime, shared.scope.merchant_id, POLICIES, by="test")
    draft_id = made_up(shared, next(numbers), [action(*one) for one in proposed])
    for email, kind, changes, text, done in said:
        held = look(shared, draft_id)
        verdict = Verdict(
            kind,
            Surface.REVIEW_PAGE,
            rev=held.draft.rev,
            state=held.draft.state,
            text=text if kind is VerdictKind.EDIT else None,
            actions=changes if kind is VerdictKind.EDIT else (),
            done=done,
        )
        try:
            give(shared.runtime, shared.scope, draft_id, shared.person(email), verdict)
        except BookbagError:
            after = look(shared, draft_id)
            assert (after.draft.rev, after.draft.state) == (held.draft.rev, held.draft.state)
        require_watched(shared, look(shared, draft_id))


def look(bench: Bench, draft_id: str) -> Held:
    with bench.runtime.database.read() as session:
        return drafts.get(session, bench.scope, draft_id)


def require_watched(bench: Bench, held: Held) -> None:
    """It waits under what policies say of it, is approved by who may, and all of it is counted."""
    draft, decision = held.draft, held.decision
    assert decision is not None
    with bench.runtime.database.read() as session:
        file = bench.runtime.policy(session, bench.scope).file
        again = judge_again(session, bench.scope, file, held, text=draft.final_text)
        signed = verdicts.signers(session, bench.scope, draft.id, draft.rev)
        who = [people.person(session, bench.scope, one) for one in signed]
        counted = session.scalars(
            select(ReservationRow).where(ReservationRow.draft_id == draft.id)
        ).all()
    assert not is_stricter(again, decision)
    moneys = [action_of(row).money for row in held.actions]
    paid = sum((money.amount for money in moneys if money), Decimal(0))
    assert sum(row.amount_minor for row in counted) == paid * 100
    assert facts.from_record(draft.facts).message is not None
    assert reservations.state_in(draft.state) is counted[0].state if counted else True
    if draft.state is not DraftState.APPROVED:
        return
    assert len(who) >= max(1, decision.approvals)
    for one in who:
        limit = people.limit_of(one)
        assert limit is None or paid <= limit.amount
        if decision.approvers:
            assert any(one.role.may_sign_for(type(one.role)(role)) for role in decision.approvers)
