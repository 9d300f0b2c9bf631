"""The table of states as the interfaces promise it, written here by hand."""

import pytest

from plugin.models import FINISHED, MOVES, DraftState, Oversight, Role, known_action
from plugin.ticket_tags import OUR_TAGS, TAG_PREFIX, tags_of

S = DraftState
AWAITING = {S.AWAITING_REVIEW, S.AWAITING_APPROVAL}
THE_FINISHED = {S.DELIVERED, S.SENT_BY_AGENT, S.ANSWERED, S.STALE}
OFFERED = AWAITING | {S.APPROVED, S.REJECTED, S.EXPIRED}

# One line for each line of the page: from, to.
TABLE = (
    ({S.DRAFTING}, {S.NO_DRAFT}),
    ({S.DRAFTING}, {S.AWAITING_REVIEW}),
    ({S.DRAFTING}, {S.AWAITING_APPROVAL}),
    ({S.DRAFTING}, {S.APPROVED}),
    ({S.DRAFTING}, {S.BLOCKED}),
    (AWAITING, {S.APPROVED}),
    (AWAITING, {S.REJECTED}),
    (AWAITING, {S.DRAFTING}),
    (OFFERED, {S.SENT_BY_AGENT}),
    (OFFERED | {S.BLOCKED, S.NO_DRAFT}, {S.ANSWERED}),
    ({S.AWAITING_APPROVAL}, {S.EXPIRED}),
    (set(S) - THE_FINISHED - {S.DELIVERING}, {S.STALE}),
    ({S.APPROVED}, AWAITING),
    ({S.APPROVED}, {S.DELIVERING}),
    ({S.DELIVERING}, {S.DELIVERED, S.DELIVERY_FAILED, S.DELIVERY_UNKNOWN}),
    ({S.DELIVERY_FAILED, S.DELIVERY_UNKNOWN}, {S.APPROVED, S.DELIVERED, S.ANSWERED}),
)

POLICY = frozenset({"big_refund"})
# The tags of ours a ticket carries in a state, and whether the policies' own stand beside them.
TAGS: dict[DraftState, tuple[set[str], bool]] = {
    S.DRAFTING: (set(), False),
    S.NO_DRAFT: ({"bookbag_no_draft"}, False),
    S.AWAITING_REVIEW: ({"bookbag_draft"}, True),
    S.AWAITING_APPROVAL: ({"bookbag_draft", "bookbag_approval_required"}, True),
    S.APPROVED: ({"bookbag_draft", "bookbag_approved"}, True),
    S.BLOCKED: ({"bookbag_blocked"}, True),
    S.REJECTED: ({"bookbag_rejected", "bookbag_approval_required"}, True),
    S.EXPIRED: ({"bookbag_draft", "bookbag_approval_required", "bookbag_expired"}, True),
    S.STALE: (set(), False),
    S.DELIVERING: ({"bookbag_draft", "bookbag_approved"}, True),
    S.DELIVERED: ({"bookbag_sent"}, True),
    S.DELIVERY_FAILED: ({"bookbag_draft", "bookbag_approved", "bookbag_delivery_failed"}, True),
    S.DELIVERY_UNKNOWN: ({"bookbag_draft", "bookbag_approved", "bookbag_delivery_unknown"}, True),
    S.SENT_BY_AGENT: ({"bookbag_sent"}, True),
    S.ANSWERED: (set(), True),
}


def test_the_moves_are_those_of_the_page() -> None:
    promised = {(a, b) for sources, targets in TABLE for a in sources for b in targets}
    assert {(a, b) for a, targets in MOVES.items() for b in targets} == promised


def test_every_state_is_in_the_table_and_the_finished_stay() -> None:
    assert set(MOVES) == set(DraftState)
    assert FINISHED == THE_FINISHED
    assert all(not MOVES[state] for state in FINISHED)
    assert all(MOVES[state] for state in set(DraftState) - FINISHED)
    assert all(state not in targets for state, targets in MOVES.items())


@pytest.mark.parametrize("state", DraftState)
def test_the_tags_of_a_draft_that_was_held_for_approval(state: DraftState) -> None:
    ours, policies = TAGS[state]
    assert tags_of(state, Oversight.APPROVAL, POLICY) == ours | (POLICY if policies else set())


@pytest.mark.parametrize("state", DraftState)
@pytest.mark.parametrize("oversight", [Oversight.REVIEW, Oversight.BLOCK, None])
def test_only_what_was_held_for_approval_keeps_the_approval_tag_when_rejected(
    state: DraftState, oversight: Oversight | None
) -> None:
    ours, _ = TAGS[state]
    if state is S.REJECTED:
        ours = {"bookbag_rejected"}
    assert tags_of(state, oversight, frozenset()) == ours


@pytest.mark.parametrize("state", DraftState)
def test_what_goes_out_by_itself_never_says_that_somebody_approved_it(state: DraftState) -> None:
    assert "bookbag_approved" not in tags_of(state, Oversight.AUTO, frozenset())
    assert tags_of(S.APPROVED, Oversight.AUTO, frozenset()) == {"bookbag_draft"}


def test_all_our_tags_are_ours_and_valid() -> None:
    used = set().union(*(ours for ours, _ in TAGS.values()))
    assert used | {"bookbag_bypass"} == OUR_TAGS
    for tag in OUR_TAGS:
        assert tag.startswith(TAG_PREFIX)
        assert tag.replace("_", "a").isalnum()
        assert tag == tag.lower()


def test_oversight_is_ordered_from_loose_to_strict() -> None:
    order = ["auto", "review", "approval", "block"]
    assert sorted(Oversight, key=lambda one: one.rank) == order


@pytest.mark.parametrize(
    ("role", "signs_for"),
    [("agent", "agent"), ("lead", "agent lead"), ("admin", "agent lead admin"), ("auditor", "")],
)
def test_a_higher_role_signs_for_a_lower_and_an_auditor_for_none(role: str, signs_for: str) -> None:
    assert [one for one in Role if Role(role).may_sign_for(one)] == signs_for.split()


@pytest.mark.parametrize(
    ("action", "known"),
    [
        ("refund", True),
        ("return_label", True),
        ("custom:donate", True),
        ("custom:", False),
        ("Refund", False),
        ("gift", False),
        ("", False),
    ],
)
def test_actions_are_those_of_the_page_and_a_merchants_own(action: str, known: bool) -> None:
    assert known_action(action) is known
