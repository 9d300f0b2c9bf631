"""What a policy file would have decided, over drafts that came, were decided and answered."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plugin.app import Service
from plugin.models import MOVES, DraftState, Oversight, VerdictKind
from plugin.replayed import Change, Replay
from plugin.runtime import Runtime
from tests.bench.databases import settings_for
from tests.flow.past import BEGAN, MAYA, Past, refund, reply

AUTO, REVIEW, APPROVAL, BLOCK = Oversight
POLICY = """version: 1
currency: USD
rates: {EUR: "1.08"}
policies:
  - {id: big, when: {action: refund, amount_over: 50.00}, require: approval}
  - {id: lawyers, when: {message_contains: lawyer}, require: block}
  - {id: pilot, when: {intent: order_status, confidence_at_least: 0.90, actions: none}, allow: auto}
limits:
  - {id: month, actions: refund, per: customer, window: 30d, max: 60.00, require: approval}
"""
ALL_BY_ITSELF = "version: 1\ndefaults: {require: review}\npolicies: [{id: all, allow: auto}]"
ALL_SIGNED = (
    "version: 1\ncurrency: USD\nrates: {EUR: 1.08}\npolicies: [{id: all, require: approval}]"
)


@pytest.fixture
def runtime(database_url: str, tmp_path: Path) -> Iterator[Runtime]:
    service = Service(settings_for(database_url, tmp_path))
    yield service.runtime
    service.close()


@pytest.fixture
def past(runtime: Runtime) -> Past:
    return Past(runtime, POLICY)


def changes(found: Replay) -> dict[tuple[Oversight | None, Oversight | None], int]:
    return {(change.was, change.would): change.drafts for change in found.changes}


def test_what_would_be_held_more_is_told_with_its_money(past: Past) -> None:
    past.comes(reply())
    past.comes(reply(refund("20.00"), refund("1.10", "EUR")))
    past.comes(reply(refund("3.00", "CHF"), refund(None), refund(type="return_label", amount=None)))
    found = past.replayed(ALL_SIGNED)
    assert changes(found) == {(REVIEW, APPROVAL): 1, (AUTO, APPROVAL): 1}
    assert (found.drafts, found.held_more, found.held_less, found.same) == (3, 2, 0, 1)
    assert found.newly_held.worth == Decimal("21.1880")
    assert (found.newly_held.without_rate, found.newly_held.unknown) == ({}, 0)
    assert found.no_longer_held.worth == 0


def test_money_without_a_rate_or_an_amount_is_told_apart(past: Past) -> None:
    past.comes(reply(refund("3.00", "CHF"), refund("0.05", "CHF"), refund(None)))
    found = past.replayed("version: 1\npolicies: [{id: none, require: block}]")
    assert changes(found) == {(APPROVAL, BLOCK): 1}
    assert found.newly_held.worth == 0
    assert found.newly_held.without_rate == {"CHF": Decimal("3.05")}
    assert found.newly_held.unknown == 1


def test_what_would_be_held_less_frees_its_money(past: Past) -> None:
    past.comes(reply(refund("55.50")))
    past.comes(reply(confidence=Decimal("0.5")))
    found = past.replayed(ALL_BY_ITSELF.replace("version: 1", "version: 1\ncurrency: USD"))
    assert changes(found) == {(APPROVAL, REVIEW): 1, (REVIEW, AUTO): 1}
    assert found.held_less == 2
    assert found.no_longer_held.worth == Decimal("55.50")


def test_a_draft_with_actions_goes_out_by_itself_under_no_file(past: Past) -> None:
    past.comes(reply(refund()))
    assert past.replayed(ALL_BY_ITSELF).would_go_out == 0


def test_what_would_have_gone_out_and_was_corrected_is_listed(past: Past) -> None:
    text = "Order 1002 is on its way since 3 March."
    told = reply(text=text, intent="other", given=(text,))
    corrected, fine, rejected = (past.comes(told, grounded=frozenset({text})) for _ in range(3))
    past.pass_time(minutes=10)
    past.sent(corrected, text.replace("3 March", "9 March"))
    past.moves(corrected, DraftState.SENT_BY_AGENT)
    past.sent(fine, text + " ")
    past.moves(fine, DraftState.SENT_BY_AGENT)
    past.answered(rejected, VerdictKind.REJECT, "Wrong parcel.")
    past.moves(rejected, DraftState.REJECTED)
    found = past.replayed(ALL_BY_ITSELF)
    assert (found.would_go_out, found.corrected_in_all, found.rejected_in_all) == (3, 1, 1)
    (one,) = found.corrected
    draft = past.held(corrected).draft
    assert (one.draft_id, one.short_id, one.ticket_id) == (draft.id, draft.short_id, corrected)
    assert (one.state, one.because) == (DraftState.SENT_BY_AGENT, "light edit: dates")
    (other,) = found.rejected
    assert (other.ticket_id, other.because) == (rejected, "Wrong parcel.")
    assert past.replayed().corrected == ()


def test_no_more_than_twenty_are_listed_the_newest_first(past: Past) -> None:
    tickets = [past.pass_time(minutes=1).comes(reply(intent="other")) for _ in range(23)]
    for ticket in tickets:
        past.sent(ticket, "Something else altogether was sent to them.")
    found = past.replayed(ALL_BY_ITSELF)
    assert found.corrected_in_all == 23
    assert [one.ticket_id for one in found.corrected] == tickets[:2:-1]


def test_minutes_and_waits_are_estimated_from_what_was_measured(past: Past) -> None:
    past.comes(reply())
    past.comes(reply())
    waited = [past.comes(reply(intent="other")) for _ in range(3)]
    for minutes, ticket in zip((10, 20, 60), waited, strict=True):
        past.at = BEGAN + timedelta(minutes=minutes)
        past.answered(ticket, VerdictKind.APPROVE)
    more = past.replayed("version: 1").effort
    assert (more.needs_person, more.needs_nobody) == (2, 0)
    assert (more.minutes_each, more.measured, more.minutes) == (2.0, 0, 4.0)
    assert more.wait_added == 2 * 20 * 60
    less = past.replayed(ALL_BY_ITSELF).effort
    assert (less.needs_person, less.needs_nobody, less.minutes) == (0, 3, -6.0)
    assert (less.wait_added, less.wait_saved) == (0, (10 + 20 + 60) * 60)


def test_a_wait_that_was_never_measured_is_not_guessed(past: Past) -> None:
    past.comes(reply())
    assert past.replayed("version: 1").effort.wait_added is None


def test_hits_are_counted_and_what_never_fired_is_named(past: Past) -> None:
    past.comes(reply(refund("40.00")))
    past.comes(reply(refund("40.00")))
    past.comes(reply())
    found = past.replayed()
    assert [(hit.id, hit.drafts, hit.unknown) for hit in found.hits] == [
        ("big", 0, 0),
        ("lawyers", 0, 0),
        ("pilot", 1, 0),
        ("month", 1, 0),
    ]
    assert found.never_fired == ("big", "lawyers")


@pytest.mark.parametrize(
    ("policy", "clause"),
    [
        ("when: {confidence_below: 0.5}, require: approval", "the draft's confidence is not known"),
        ("when: {order_share_over: 0.5}, require: block", "the order's total is not known"),
        ("when: {confidence_at_least: 0.5}, allow: auto", "the draft's confidence is not known"),
    ],
)
def test_where_a_missing_fact_decides_nobody_knows(past: Past, policy: str, clause: str) -> None:
    if "share" in policy:
        past.comes(reply(refund()))
    else:
        past.comes(reply(confidence=None))
    found = past.replayed(f"version: 1\ncurrency: USD\npolicies: [{{id: one, {policy}}}]")
    assert (found.drafts, found.unknown, found.changes) == (1, 1, ())
    assert found.unknown_because == {clause: 1}
    assert [(hit.drafts, hit.unknown) for hit in found.hits] == [(0, 1)]


def test_a_missing_fact_that_changes_nothing_leaves_no_doubt(past: Past) -> None:
    past.comes(reply(confidence=None))
    policy = "version: 1\npolicies: [{id: one, when: {confidence_below: 0.5}, require: review}]"
    assert past.replayed(policy).unknown == 0
    assert past.replayed("version: 1").unknown == 0


def test_what_an_older_release_did_not_store_is_not_guessed(past: Past) -> None:
    automatic, other = past.comes(reply()), past.comes(reply())
    past.without_facts(automatic, ["grounded", "follows_unanswered"])
    found = past.replayed()
    assert (found.drafts, found.unknown, found.same) == (2, 1, 1)
    assert list(found.unknown_because) == [
        "it is not stored what the drafter was given",
        "it is not stored whether an earlier message still waited",
    ]
    past.stored(other, facts={})
    assert past.replayed().unknown == 2
    assert past.replayed("version: 1\npolicies: [{id: all, require: block}]").unknown == 1


def test_texts_of_older_drafts_are_read_again_and_come_to_the_same(past: Past) -> None:
    text = "We will refund you 40.00 USD by Friday."
    tickets = [
        past.comes(reply(text=text, intent="other"), message="I will tell the newspapers."),
        past.comes(reply()),
    ]
    policy = """version: 1
policies:
  - {id: promise, when: {undeclared_commitment: true}, require: approval}
  - {id: made-up, when: {ungrounded_fact: true}, require: block}
  - {id: press, when: {sensitive: press}, require: block}
"""
    before = past.replayed(policy)
    assert [hit.drafts for hit in before.hits] == [1, 1, 1]
    assert (before.read_again, changes(before)) == (0, {(REVIEW, BLOCK): 1, (AUTO, REVIEW): 1})
    for ticket in tickets:
        past.stored(ticket, reading=None)
    after = past.replayed(policy)
    assert after.read_again == 2
    assert (after.hits, after.changes) == (before.hits, before.changes)


def test_a_merchants_own_words_are_looked_for_in_what_was_stored(past: Past) -> None:
    past.comes(reply(), message="Ask my brother the judge.")
    policy = """version: 1
sensitive_words: {legal_threat: [brother the judge]}
policies: [{id: legal, when: {sensitive: legal_threat}, require: block}]
"""
    assert changes(past.replayed(policy)) == {(AUTO, BLOCK): 1}


def test_what_no_draft_was_found_for_may_still_be_blocked(past: Past) -> None:
    past.comes(reply(text=None, intent=None, confidence=None), message="My lawyer will write.")
    past.comes(reply(text=None, intent=None, confidence=None))
    assert changes(past.replayed(ALL_SIGNED)) == {(BLOCK, None): 1}
    stricter = past.replayed("version: 1\npolicies: [{id: all, require: block}]")
    assert changes(stricter) == {(None, BLOCK): 1}
    assert stricter.held_more == 1


def test_limits_use_up_in_order_of_time_and_give_back_what_was_given_back(past: Past) -> None:
    over = POLICY.replace("60.00", "45.00")
    first = past.comes(reply(refund("30.00")))
    past.pass_time(days=1)
    assert past.held(past.comes(reply(refund("20.00")))).oversight is REVIEW
    past.pass_time(days=1)
    past.moves(first, DraftState.REJECTED)
    past.pass_time(days=1)
    past.comes(reply(refund("20.00")))
    past.pass_time(days=40)
    past.comes(reply(refund("44.99")))
    assert past.replayed().changes == ()
    found = past.replayed(over)
    assert found.changes == (Change(REVIEW, APPROVAL, 1),)
    assert found.newly_held.worth == Decimal("20.00")
    assert [(hit.id, hit.drafts) for hit in found.hits][-1] == ("month", 1)


def test_what_was_done_by_hand_counts_though_its_draft_was_set_aside(past: Past) -> None:
    first = past.comes(reply(refund("50.00")))
    past.pass_time(hours=1)
    past.ticked(first)
    past.pass_time(hours=1)
    past.moves(first, DraftState.ANSWERED)
    past.pass_time(hours=1)
    assert past.held(past.comes(reply(refund("20.00")))).oversight is APPROVAL
    assert past.replayed().changes == ()


def test_what_came_before_the_period_still_uses_limits_up(past: Past) -> None:
    past.comes(reply(refund("50.00")))
    past.pass_time(days=5)
    later = past.at
    past.comes(reply(refund("20.00")))
    for found in (past.replayed(since=later), past.replayed(most=1)):
        assert (found.drafts, found.same) == (1, 1)
        assert [hit.drafts for hit in found.hits][-1] == 1
    assert past.replayed(most=1).left_out == 1


def test_what_the_file_would_block_uses_no_limit_up(past: Past) -> None:
    past.comes(reply(refund("50.00")), message="I write, lawyers too")
    past.comes(reply(refund("50.00")))
    blocking = POLICY.replace("contains: lawyer", "contains: lawyers")
    assert changes(past.replayed(blocking)) == {(REVIEW, BLOCK): 1, (APPROVAL, REVIEW): 1}


def test_another_merchants_drafts_are_not_seen(past: Past, runtime: Runtime) -> None:
    past.comes(reply(refund("50.00")))
    other = Past(runtime, POLICY, "Other")
    assert other.replayed().drafts == 0
    other.comes(reply(refund("50.00")))
    found = other.replayed(ALL_SIGNED)
    assert (found.drafts, found.newly_held.worth) == (1, Decimal("50.00"))
    assert other.replayed().changes == ()


def test_progress_is_told_to_the_end(past: Past) -> None:
    for _ in range(3):
        past.comes(reply())
    told: list[tuple[int, int]] = []

    def on_progress(done: int, total: int) -> None:
        told.append((done, total))

    past.replayed(on_progress=on_progress)
    assert told[-1] == (3, 3)


amounts = st.none() | st.integers(0, 9000).map(lambda cents: str(Decimal(cents) / 100))
drafted = st.tuples(
    st.lists(st.builds(refund, amounts, st.sampled_from(["USD", "EUR", "CHF"])), max_size=2),
    st.sampled_from([None, "Your parcel is on its way.", "We will refund you 40.00 USD."]),
    st.sampled_from([None, Decimal("0.95"), Decimal("0.5")]),
    st.sampled_from([None, "Where is it?", "My lawyer will write."]),
    st.sampled_from([MAYA.email, "tom@example.com", None]),
    st.integers(0, 20 * 24),
    st.sampled_from([None, DraftState.REJECTED, DraftState.ANSWERED, DraftState.STALE]),
)


@settings(max_examples=12, suppress_health_check=list(HealthCheck))
@given(st.lists(drafted, min_size=1, max_size=8))
def test_the_file_in_force_changes_nothing_of_its_own_decisions(
    runtime: Runtime, story: list[tuple[Any, ...]]
) -> None:
    past = Past(runtime, POLICY)
    for actions, text, confidence, message, customer, hours, then in story:
        past.pass_time(hours=hours)
        draft = reply(*actions, text=text, confidence=confidence)
        ticket = past.comes(draft, message=message, customer=customer)
        if then in MOVES[past.held(ticket).draft.state]:
            past.pass_time(hours=1).moves(ticket, then)
    found = past.replayed()
    assert found.drafts == len(story)
    assert (found.held_more, found.held_less) == (0, 0)
    assert found.same == found.drafts - found.unknown
