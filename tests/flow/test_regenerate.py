"""Another draft with an instruction: by a job, with all signatures void, and never by itself."""

from collections.abc import Iterator

import pytest

from connectors.errors import UnavailableError
from plugin import onboarding
from plugin.errors import InvalidInputError, MovedError
from plugin.models import DraftState, VerdictKind
from plugin.redrafting import PATIENCE
from plugin.store import verdicts
from plugin.workers import sweep
from tests.bench.faults import fail_with, with_faults
from tests.bench.world import ANA, BEN, Bench
from tests.flow.saying import say

GLOVES, COMPLAINT = "refund_under_limit", "complaint"


@pytest.fixture(autouse=True)
def _as_before(shared: Bench) -> Iterator[None]:
    before = shared.runtime
    onboarding.activate_policy(before, shared.scope.merchant_id, shared.policies, by="test")
    yield
    shared.runtime = before
    shared.web.extensions["bookbag"] = before


def ask(bench: Bench, ticket_id: str, words: str = "", who: str = ANA) -> DraftState:
    return say(bench, ticket_id, who, "regenerate", reason=words)


def test_an_instruction_that_names_a_macro_is_followed(shared: Bench) -> None:
    ticket_id = shared.opened(GLOVES)
    assert ask(shared, ticket_id, "Please use the macro “Returns” instead") is DraftState.DRAFTING
    assert shared.held(ticket_id).actions != ()
    shared.settle()
    held = shared.held(ticket_id)
    assert (held.draft.state, held.draft.rev) == (DraftState.AWAITING_REVIEW, 2)
    assert [source["id"] for source in held.draft.sources] == ["return-policy"]
    assert held.actions == ()
    assert "which the instruction names" in (held.draft.note or "")
    assert "rev 2" in shared.notes(ticket_id)[-1]
    with shared.runtime.database.read() as session:
        (asked,) = verdicts.of_draft(session, shared.scope, held.draft.id)
    assert (asked.kind, asked.reason) == (
        VerdictKind.REGENERATE,
        "Please use the macro “Returns” instead",
    )
    say(shared, ticket_id, ANA, "approve")
    shared.pass_time(11)
    assert shared.public(ticket_id) == [held.draft.text]


def test_words_that_it_cannot_follow_are_told_plainly(shared: Bench) -> None:
    ticket_id = shared.opened(GLOVES)
    before = shared.draft(ticket_id).sources
    ask(shared, ticket_id, "shorter")
    shared.settle()
    draft = shared.draft(ticket_id)
    assert draft.state.is_awaiting
    assert "cannot be followed" in (draft.note or "")
    assert draft.sources != before or "No other macro" in (draft.note or "")


def test_each_signature_is_void_and_the_approval_is_still_needed(shared: Bench) -> None:
    policies = shared.policies.replace(
        "    approvers: [lead]\n    deadline: 2h",
        "    approvers: [lead]\n    approvals: 2\n    deadline: 2h",
    )
    onboarding.activate_policy(shared.runtime, shared.scope.merchant_id, policies, by="test")
    ticket_id = shared.opened(COMPLAINT)
    say(shared, ticket_id, BEN, "approve")
    ask(shared, ticket_id, "use the invoice macro")
    with shared.runtime.database.read() as session:
        draft = shared.draft(ticket_id)
        assert verdicts.signers(session, shared.scope, draft.id, draft.rev) == frozenset()
        assert verdicts.signers(session, shared.scope, draft.id, 1) == frozenset()
    shared.settle()
    assert shared.draft(ticket_id).state is DraftState.AWAITING_APPROVAL
    assert "bookbag_approval_required" in shared.ours(ticket_id)


def test_while_it_is_made_nobody_signs_it_and_an_own_reply_is_still_a_bypass(
    shared: Bench,
) -> None:
    ticket_id = shared.opened(COMPLAINT)
    ask(shared, ticket_id, "another")
    with pytest.raises(MovedError, match="drafting"):
        say(shared, ticket_id, BEN, "approve")
    shared.hands.agent_writes(ticket_id, ANA, "Sorry about that.", public=True)
    shared.settle()
    assert shared.draft(ticket_id).bypassed
    assert shared.draft(ticket_id).state is DraftState.ANSWERED


def test_a_customer_who_writes_meanwhile_gets_a_draft_of_their_own(shared: Bench) -> None:
    ticket_id = shared.opened(GLOVES)
    ask(shared, ticket_id)
    shared.hands.customer_writes(ticket_id, "Hello? Could I have my money back for the gloves?")
    shared.settle()
    states = [draft.state for draft in shared.drafts(ticket_id)]
    assert states[0] is DraftState.STALE
    assert len(states) == 2
    assert states[1] is not DraftState.DRAFTING


def test_a_worker_that_dies_leaves_what_the_sweep_drives_on(shared: Bench) -> None:
    ticket_id = shared.opened(GLOVES)
    ask(shared, ticket_id, "use the macro Returns")
    shared.queue.lose_all()
    shared.pass_time(30)
    assert shared.draft(ticket_id).state is DraftState.DRAFTING
    sweep(shared.runtime)
    shared.settle()
    assert shared.draft(ticket_id).state is DraftState.AWAITING_REVIEW


def test_a_helpdesk_that_stays_away_gives_the_old_draft_back(shared: Bench) -> None:
    ticket_id = shared.opened(GLOVES)
    text = shared.draft(ticket_id).text
    with_faults(shared, "conversation", *[fail_with(UnavailableError("down"))] * 200)
    ask(shared, ticket_id, "use the macro Returns")
    for _ in range(8):
        shared.pass_time(PATIENCE.total_seconds() / 6)
    draft = shared.draft(ticket_id)
    assert (draft.state, draft.text) == (DraftState.AWAITING_REVIEW, text)
    assert "could not be read" in (draft.note or "")


def test_what_is_done_by_hand_already_stays(shared: Bench) -> None:
    ticket_id = shared.opened(GLOVES)
    say(shared, ticket_id, ANA, "approve", done=True)
    with pytest.raises(MovedError, match="awaits no verdict"):
        ask(shared, ticket_id)
    say(shared, ticket_id, ANA, "undo")
    with pytest.raises(MovedError, match="done already"):
        ask(shared, ticket_id)


def test_an_instruction_has_its_length(shared: Bench) -> None:
    ticket_id = shared.opened(GLOVES)
    with pytest.raises(InvalidInputError, match="500 characters"):
        ask(shared, ticket_id, "x" * 501)
