"""Drafts that no customer wrote for, stored as a decision would have stored them."""

from collections.abc import Sequence

from connectors.types import ActionRequest
from plugin import facts, headroom
from plugin.judgement import STATE_FOR, at_least_review, decision_row, judge
from plugin.models import Draft, Facts
from plugin.policy.situation import Situation
from plugin.store import drafts
from tests.bench.world import Bench
from tests.store.support import draft_row


def made_up(
    bench: Bench,
    number: int,
    actions: Sequence[ActionRequest] = (),
    known: Facts | None = None,
    text: str = "Hello.",
) -> str:
    """A draft that waits for a verdict, under the policies in force. Returns its id."""
    at = bench.clock()
    known = known or Facts(message="Where is it?", at=at)
    draft = Draft(text, None, None, "en", actions=tuple(actions))
    row = draft_row(
        bench.account_id,
        str(100_000 + number),
        ticket_id=f"made-up-{number}",
        text=text,
        facts=facts.to_record(known),
        short_id=f"{number:05d}",
        open_short_id=f"{number:05d}",
        language="en",
        created_at=at,
        state_at=at,
    )
    with bench.runtime.database.write() as session:
        in_force = bench.runtime.policy(session, bench.scope)
        decision = at_least_review(judge(Situation(in_force.file, draft, known)))
        row.state = STATE_FOR[decision.oversight]
        assert drafts.add(session, bench.scope, row)
        decided = decision_row(row, row.rev, decision, in_force=in_force, at=at)
        drafts.add_decision(session, bench.scope, decided)
        drafts.add_actions(session, bench.scope, row.id, row.rev, draft.actions)
        headroom.hold(session, bench.scope, row.id, draft, known, at=at)
        return row.id
