"""A question unlike those that people have approved before is told from one that is not."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from plugin import novelty, onboarding
from plugin.models import DraftState, Oversight
from plugin.store import privacy
from plugin.store.schema import CorrectionRow, DecisionRow, DraftRow
from tests.bench.databases import settings_for
from tests.bench.queries import counted
from tests.bench.world import ANA, Bench
from tests.store.crowd import crowd

NOVEL = """version: 1
policies:
  - {id: new-questions, when: {novel: true}, require: block}
"""
OTHER = "version: 1\n"
PRIYA = "refund_under_limit"
NOT_KNOWN = "It is not known whether the question is novel, so this policy counts as met."


@pytest.fixture
def bench(database_url: str, tmp_path: Path) -> Iterator[Bench]:
    with Bench(settings_for(database_url, tmp_path), policies=OTHER) as running:
        yield running


def approved(bench: Bench) -> str:
    """A ticket whose draft went out as it was, after a person had approved it."""
    ticket_id = bench.opened(PRIYA)
    bench.note(ticket_id, ANA, "/approve done")
    bench.pass_time(11)
    assert bench.draft(ticket_id).state is DraftState.DELIVERED
    return ticket_id


def repeated(bench: Bench, ticket_id: str, number: int, **changes: str) -> None:
    """The same again on as many tickets. `changes` to the draft are SQL."""
    own = {"id": "id || '-' || CAST(n AS TEXT)"}
    with bench.runtime.database.write() as session:
        held = bench.held(ticket_id)
        correction = session.query(CorrectionRow).filter_by(draft_id=held.draft.id).one()
        draft = session.get_one(DraftRow, held.draft.id)
        decision = session.get_one(DecisionRow, held.decision.id if held.decision else "")
        crowd(session, draft, number, **own, message_id=own["id"], **changes)
        for row in (decision, correction):
            of_draft = {"draft_id": "draft_id || '-' || CAST(n AS TEXT)"}
            crowd(session, row, number, **own, **of_draft)


def ask(bench: Bench) -> None:
    onboarding.activate_policy(bench.runtime, bench.scope.merchant_id, NOVEL, by="test")


def test_with_few_approved_nobody_knows_and_the_policy_holds(bench: Bench) -> None:
    repeated(bench, approved(bench), novelty.ENOUGH - 2)
    ask(bench)
    decision = bench.held(bench.opened(PRIYA)).decision
    assert decision is not None
    assert decision.oversight is Oversight.BLOCK
    assert decision.policies[0]["reason"] == NOT_KNOWN


def test_what_was_approved_often_is_familiar(bench: Bench) -> None:
    repeated(bench, approved(bench), novelty.ENOUGH - 1)
    ask(bench)
    held = bench.held(bench.opened(PRIYA))
    assert held.oversight is Oversight.REVIEW
    assert held.draft.facts["novel"] is False
    with bench.runtime.database.write() as session:
        privacy.choose(session, bench.scope, learning=False)
    opted_out = bench.held(bench.opened(PRIYA))
    assert opted_out.oversight is Oversight.BLOCK
    assert opted_out.draft.facts["novel"] is None


def test_what_was_approved_of_other_questions_is_no_help(bench: Bench) -> None:
    topics = r"""'{"injury"\:1,"press"\:2}'"""
    repeated(bench, approved(bench), novelty.ENOUGH * 2, topics=topics)
    ask(bench)
    decision = bench.held(bench.opened(PRIYA)).decision
    assert decision is not None
    assert decision.oversight is Oversight.BLOCK
    assert decision.policies[0]["reason"] == "The question is novel."


@pytest.mark.parametrize(
    "changes",
    [
        {"intent": "'order_status'"},
        {"state": "'answered'"},
        {"state": "'rejected'"},
        {"topics": "NULL"},
    ],
)
def test_only_what_was_approved_of_the_same_intent_counts(
    bench: Bench, changes: dict[str, str]
) -> None:
    repeated(bench, approved(bench), novelty.ENOUGH * 2, **changes)
    ask(bench)
    assert bench.held(bench.opened(PRIYA)).draft.facts["novel"] is None


def test_nothing_is_looked_up_where_no_policy_asks(bench: Bench) -> None:
    repeated(bench, approved(bench), novelty.ENOUGH)
    bench.opened(PRIYA)
    with counted(bench.runtime.database) as before:
        ticket_id = bench.opened(PRIYA)
    assert bench.draft(ticket_id).facts["novel"] is None
    ask(bench)
    bench.opened(PRIYA)
    with counted(bench.runtime.database) as after:
        bench.opened(PRIYA)
    # Whether the merchant lets it, and what was approved.
    assert len(after) == len(before) + 2
