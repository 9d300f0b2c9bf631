"""A draft in an agent's composer: one reply has one way out."""

from collections.abc import Callable
from typing import Any

import pytest

from connectors.errors import UnavailableError
from plugin import onboarding
from plugin.errors import BookbagError, ForbiddenError, InvalidInputError, MissingError, MovedError
from plugin.models import DraftState, Outcome, Role, Surface, VerdictKind
from plugin.review.insertion import insert, release
from plugin.review.verdicts import Verdict, give
from plugin.store import audit, corrections
from plugin.store.scope import Scope
from plugin.workers import sweep
from tests.bench.faults import fail_with, with_faults
from tests.bench.world import ANA, BEN, CHLOE, Bench

AUDITOR = "audrey@larkspur-outfitters.example"
STRICTER = """
version: 1
policies:
  - {id: all, require: approval, approvers: [lead]}
"""
LOOSE = "version: 1\npolicies: []\n"


def into_composer(bench: Bench, ticket_id: str, email: str, **said: Any) -> str:
    draft = bench.draft(ticket_id)
    seen = {"rev": draft.rev, "state": draft.state, **said}
    return insert(bench.runtime, bench.scope, draft.id, bench.person(email), **seen)


def out_of_composer(bench: Bench, ticket_id: str, email: str) -> DraftState:
    return release(bench.runtime, bench.scope, bench.draft(ticket_id).id, bench.person(email))


def say(bench: Bench, ticket_id: str, email: str, kind: VerdictKind, **fields: Any) -> DraftState:
    draft = bench.draft(ticket_id)
    verdict = Verdict(kind, Surface.SIDEBAR, rev=draft.rev, state=draft.state, **fields)
    return give(bench.runtime, bench.scope, draft.id, bench.person(email), verdict)


def sends(bench: Bench, ticket_id: str, email: str, text: str) -> None:
    bench.hands.agent_writes(ticket_id, email, text, public=True)
    bench.settle()


def events(bench: Bench, ticket_id: str) -> list[tuple[str, str]]:
    with bench.runtime.database.read() as session:
        rows = audit.of_draft(session, bench.scope, bench.draft(ticket_id).id)
    return [(row.event, row.actor) for row in rows if row.event in {"inserted", "released"}]


def ticked(bench: Bench, ticket_id: str) -> list[str | None]:
    return [row.done_by for row in bench.held(ticket_id).actions]


def test_what_is_offered_for_review_is_sent_by_the_agent_and_counts_as_the_draft(
    bench: Bench,
) -> None:
    ticket_id = bench.opened("german_html_thread")
    draft = bench.draft(ticket_id)
    assert draft.state is DraftState.AWAITING_REVIEW
    ana = bench.person(ANA).id
    text = into_composer(bench, ticket_id, ANA)
    assert text == draft.text
    assert bench.draft(ticket_id).inserted_by == ana
    assert events(bench, ticket_id) == [("inserted", f"person:{ana}")]
    assert bench.public(ticket_id) == []
    sends(bench, ticket_id, ANA, text)
    assert bench.draft(ticket_id).state is DraftState.SENT_BY_AGENT
    assert bench.draft(ticket_id).inserted_by is None
    assert bench.ours(ticket_id) == {"bookbag_sent"}
    bench.pass_time(1200)
    assert bench.public(ticket_id) == [text]


def test_while_one_agent_has_it_nobody_approves_it(bench: Bench) -> None:
    ticket_id = bench.opened("german_html_thread")
    into_composer(bench, ticket_id, ANA)
    for kind in (VerdictKind.APPROVE, VerdictKind.EDIT):
        with pytest.raises(
            MovedError, match="Ana Reyes has this draft in their composer for up to 10 min"
        ):
            say(bench, ticket_id, BEN, kind, text="Other words.")
    with pytest.raises(MovedError, match="You have this draft in your composer"):
        say(bench, ticket_id, ANA, VerdictKind.APPROVE)
    bench.note(ticket_id, CHLOE, "/approve")
    assert "Ana Reyes has this draft" in bench.notes(ticket_id)[-1]
    with pytest.raises(MovedError, match="Ana Reyes has this draft"):
        into_composer(bench, ticket_id, BEN)
    with pytest.raises(ForbiddenError, match="Ana Reyes has this draft"):
        out_of_composer(bench, ticket_id, BEN)
    bench.pass_time(60)
    assert bench.public(ticket_id) == []
    assert out_of_composer(bench, ticket_id, ANA) is DraftState.AWAITING_REVIEW
    assert say(bench, ticket_id, BEN, VerdictKind.APPROVE) is DraftState.APPROVED
    bench.pass_time(10)
    assert len(bench.public(ticket_id)) == 1
    assert [event for event, _ in events(bench, ticket_id)] == ["inserted", "released"]


def test_ten_minutes_later_it_is_nobodys(bench: Bench) -> None:
    ticket_id = bench.opened("german_html_thread")
    into_composer(bench, ticket_id, ANA)
    bench.pass_time(599)
    with pytest.raises(MovedError):
        say(bench, ticket_id, BEN, VerdictKind.APPROVE)
    bench.pass_time(2)
    assert out_of_composer(bench, ticket_id, BEN) is DraftState.AWAITING_REVIEW
    into_composer(bench, ticket_id, BEN)
    assert bench.draft(ticket_id).inserted_by == bench.person(BEN).id


def test_rejecting_undoing_and_answering_are_open_to_others_and_end_it(bench: Bench) -> None:
    ticket_id = bench.opened("german_html_thread")
    into_composer(bench, ticket_id, ANA)
    say(bench, ticket_id, BEN, VerdictKind.RESPOND)
    say(bench, ticket_id, BEN, VerdictKind.REJECT, reason="I call them.")
    assert bench.draft(ticket_id).inserted_by is None

    ticket_id = bench.opened("complaint")
    say(bench, ticket_id, BEN, VerdictKind.APPROVE)
    into_composer(bench, ticket_id, ANA)
    assert say(bench, ticket_id, CHLOE, VerdictKind.UNDO) is DraftState.AWAITING_APPROVAL
    assert bench.draft(ticket_id).inserted_by is None


def test_at_approval_level_nothing_is_inserted_before_it_is_signed(bench: Bench) -> None:
    ticket_id = bench.opened("complaint")
    for email in (ANA, BEN, CHLOE):
        with pytest.raises(MovedError, match="needs its approval"):
            into_composer(bench, ticket_id, email)
    assert bench.draft(ticket_id).inserted_by is None
    assert events(bench, ticket_id) == []


def test_what_is_signed_waits_while_it_is_in_a_composer_and_is_sent_once(bench: Bench) -> None:
    ticket_id = bench.opened("complaint")
    say(bench, ticket_id, BEN, VerdictKind.EDIT, text="I have read it myself. I am sorry.")
    text = into_composer(bench, ticket_id, ANA)
    assert text == "I have read it myself. I am sorry."
    bench.pass_time(10)
    bench.pass_time(300)
    sweep(bench.runtime)
    bench.settle()
    assert bench.draft(ticket_id).state is DraftState.APPROVED
    assert bench.public(ticket_id) == []
    sends(bench, ticket_id, ANA, text)
    assert bench.draft(ticket_id).state is DraftState.SENT_BY_AGENT
    assert not bench.draft(ticket_id).bypassed
    bench.pass_time(1200)
    assert bench.public(ticket_id) == [text]


def test_an_agents_message_whose_webhook_is_lost_is_seen_before_anything_is_delivered(
    bench: Bench,
) -> None:
    ticket_id = bench.opened("complaint")
    say(bench, ticket_id, BEN, VerdictKind.APPROVE)
    text = into_composer(bench, ticket_id, ANA)
    bench.hands.point_webhook(bench.webhook_id, f"{bench.hands.url}/nowhere")
    sends(bench, ticket_id, ANA, text)
    assert bench.draft(ticket_id).state is DraftState.APPROVED
    bench.pass_time(700)
    assert bench.draft(ticket_id).state is DraftState.SENT_BY_AGENT
    assert bench.public(ticket_id) == [text]


def test_a_signed_draft_that_is_never_sent_from_there_goes_out_after_ten_minutes(
    bench: Bench,
) -> None:
    ticket_id = bench.opened("complaint")
    say(bench, ticket_id, BEN, VerdictKind.APPROVE)
    bench.pass_time(5)
    into_composer(bench, ticket_id, ANA)
    bench.pass_time(599)
    assert bench.public(ticket_id) == []
    bench.pass_time(3)
    assert bench.draft(ticket_id).state is DraftState.DELIVERED
    assert len(bench.public(ticket_id)) == 1


def test_a_released_signed_draft_goes_out_after_the_time_to_undo(bench: Bench) -> None:
    ticket_id = bench.opened("complaint")
    say(bench, ticket_id, BEN, VerdictKind.APPROVE)
    into_composer(bench, ticket_id, ANA)
    bench.pass_time(120)
    assert out_of_composer(bench, ticket_id, ANA) is DraftState.APPROVED
    assert bench.public(ticket_id) == []
    bench.pass_time(9)
    assert bench.public(ticket_id) == []
    bench.pass_time(2)
    assert bench.draft(ticket_id).state is DraftState.DELIVERED
    assert len(bench.public(ticket_id)) == 1


@pytest.mark.parametrize("then", ["the agent sends it", "nobody sends it"])
def test_it_is_taken_into_a_composer_just_as_a_worker_begins(bench: Bench, then: str) -> None:
    ticket_id = bench.opened("complaint")
    say(bench, ticket_id, BEN, VerdictKind.APPROVE)

    def meanwhile(read: Callable[[], Any]) -> Any:
        found = read()
        into_composer(bench, ticket_id, ANA)
        return found

    with_faults(bench, "conversation", meanwhile)
    bench.pass_time(10)
    assert bench.draft(ticket_id).state is DraftState.APPROVED
    assert bench.public(ticket_id) == []
    became = DraftState.DELIVERED
    if then == "the agent sends it":
        sends(bench, ticket_id, ANA, bench.draft(ticket_id).text or "")
        became = DraftState.SENT_BY_AGENT
    bench.pass_time(600)
    assert bench.draft(ticket_id).state is became
    bench.pass_time(600)
    assert len(bench.public(ticket_id)) == 1


def test_a_helpdesk_that_is_down_does_not_shorten_the_claim(bench: Bench) -> None:
    ticket_id = bench.opened("complaint")
    say(bench, ticket_id, BEN, VerdictKind.APPROVE)

    def meanwhile(_read: Callable[[], Any]) -> Any:
        into_composer(bench, ticket_id, ANA)
        raise UnavailableError("503")

    def looked(read: Callable[[], Any]) -> Any:
        looks.append(bench.clock())
        return read()

    looks: list[Any] = []
    with_faults(bench, "conversation", meanwhile, *[looked] * 50)
    bench.pass_time(10)
    for _ in range(8):
        bench.pass_time(60)
    sweep(bench.runtime)
    bench.settle()
    assert bench.draft(ticket_id).state is DraftState.APPROVED
    assert bench.public(ticket_id) == []
    assert looks == [], "nothing is tried in vain"


def test_actions_are_done_before_their_draft_is_inserted(bench: Bench) -> None:
    ticket_id = bench.opened("refund_under_limit")
    with pytest.raises(InvalidInputError, match=r"First do this.*refund 38\.50 USD") as refused:
        into_composer(bench, ticket_id, ANA)
    assert refused.value.field == "done"
    assert bench.draft(ticket_id).inserted_by is None
    into_composer(bench, ticket_id, ANA, done=True)
    assert ticked(bench, ticket_id) == [bench.person(ANA).id]
    out_of_composer(bench, ticket_id, ANA)
    assert ticked(bench, ticket_id) == [bench.person(ANA).id], "what was done stays done"
    into_composer(bench, ticket_id, BEN)
    out_of_composer(bench, ticket_id, BEN)
    assert say(bench, ticket_id, BEN, VerdictKind.APPROVE) is DraftState.APPROVED


def test_nobody_ticks_beyond_their_limit_by_inserting(bench: Bench) -> None:
    onboarding.activate_policy(bench.runtime, bench.scope.merchant_id, LOOSE, by="test")
    ticket_id = bench.opened("refund_over_limit")
    assert bench.draft(ticket_id).state is DraftState.AWAITING_REVIEW
    with pytest.raises(ForbiddenError, match=r"your limit is 50\.00 USD"):
        into_composer(bench, ticket_id, ANA, done=True)
    assert ticked(bench, ticket_id) == [None]
    into_composer(bench, ticket_id, BEN, done=True)
    assert ticked(bench, ticket_id) == [bench.person(BEN).id]


def test_an_edit_is_held_against_the_policies_and_only_before_it_is_signed(bench: Bench) -> None:
    ticket_id = bench.opened("german_html_thread")
    own = "Ich kümmere mich selbst darum. Herzlich, Ana"
    assert into_composer(bench, ticket_id, ANA, text=own) == own
    out_of_composer(bench, ticket_id, ANA)
    for wrong, expected in ((" \n", "empty"), ("x" * 20_001, "at most 20000")):
        with pytest.raises(InvalidInputError, match=expected):
            into_composer(bench, ticket_id, ANA, text=wrong)
    say(bench, ticket_id, BEN, VerdictKind.APPROVE)
    with pytest.raises(MovedError, match="This text is signed"):
        into_composer(bench, ticket_id, ANA, text=own)


def test_policies_that_became_stricter_hold_it_back(bench: Bench) -> None:
    for when in ("before it is signed", "after it is signed"):
        ticket_id = bench.opened("german_html_thread")
        if when == "after it is signed":
            say(bench, ticket_id, ANA, VerdictKind.APPROVE)
        onboarding.activate_policy(bench.runtime, bench.scope.merchant_id, STRICTER, by="test")
        with pytest.raises(MovedError, match="become stricter"):
            into_composer(bench, ticket_id, ANA)
        assert bench.draft(ticket_id).state is DraftState.AWAITING_APPROVAL
        assert bench.draft(ticket_id).inserted_by is None
        onboarding.activate_policy(bench.runtime, bench.scope.merchant_id, LOOSE, by="test")


def test_what_offers_no_reply_cannot_be_inserted(bench: Bench) -> None:
    for key in ("legal_threat", "no_macro_polish", "where_is_my_order"):
        ticket_id = bench.opened(key)
        with pytest.raises(MovedError):
            into_composer(bench, ticket_id, CHLOE)
    ticket_id = bench.opened("german_html_thread")
    say(bench, ticket_id, ANA, VerdictKind.REJECT, reason="No.")
    with pytest.raises(MovedError, match="is rejected; it cannot be inserted"):
        into_composer(bench, ticket_id, CHLOE)


def test_an_automatic_reply_is_not_inserted_while_it_waits_to_go_out(bench: Bench) -> None:
    down = fail_with(UnavailableError("503"))
    with_faults(bench, "conversation", lambda read: read(), down, down)
    ticket_id = bench.opened("where_is_my_order")
    assert bench.draft(ticket_id).state is DraftState.APPROVED
    with pytest.raises(MovedError, match="goes out by itself"):
        into_composer(bench, ticket_id, CHLOE)


def test_only_agents_of_the_merchant_insert_what_they_have_seen(bench: Bench) -> None:
    ticket_id = bench.opened("german_html_thread")
    draft = bench.draft(ticket_id)
    onboarding.add_person(
        bench.runtime, bench.scope.merchant_id, email=AUDITOR, name="Audrey", role=Role.AUDITOR
    )
    refused: list[tuple[type[BookbagError], dict[str, Any]]] = [
        (ForbiddenError, {"email": AUDITOR}),
        (MovedError, {"email": ANA, "rev": draft.rev + 1}),
        (MovedError, {"email": ANA, "state": DraftState.APPROVED}),
    ]
    for error, said in refused:
        with pytest.raises(error):
            into_composer(bench, ticket_id, **said)
    elsewhere = Scope(onboarding.add_merchant(bench.runtime, "Another"))
    ana = bench.person(ANA)
    with pytest.raises(MissingError):
        insert(bench.runtime, elsewhere, draft.id, ana, rev=draft.rev, state=draft.state)
    with pytest.raises(MissingError):
        release(bench.runtime, elsewhere, draft.id, ana)
    assert bench.draft(ticket_id).inserted_by is None


def test_the_correction_names_what_was_changed_in_the_composer(bench: Bench) -> None:
    ticket_id = bench.opened("complaint")
    say(bench, ticket_id, BEN, VerdictKind.APPROVE)
    text = into_composer(bench, ticket_id, ANA)
    sends(bench, ticket_id, ANA, f"{text}\n\nI have read all three of your messages myself.")
    with bench.runtime.database.read() as session:
        found = corrections.of_draft(session, bench.scope, bench.draft(ticket_id).id)
    assert found is not None
    assert found.outcome is Outcome.LIGHT_EDIT
    assert bench.draft(ticket_id).state is DraftState.SENT_BY_AGENT
