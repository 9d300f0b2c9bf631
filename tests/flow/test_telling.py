"""Approvers are told by note, by mail and in the chat: once, and in time."""

from datetime import timedelta

import pytest

from plugin import onboarding
from plugin.models import DraftState, Surface, VerdictKind
from plugin.review.verdicts import Verdict, give
from plugin.workers import sweep
from tests.bench.world import ANA, BEN, CHLOE
from tests.flow.telling import FOUR_EYES, POLICIES, Told, subject


def test_from_the_first_word_to_the_expiry_everybody_hears_it_once(told: Told) -> None:
    ticket_id = told.waiting()
    short_id = told.bench.draft(ticket_id).short_id
    assert "Asked to sign: Ben Mercer." in told.bench.notes(ticket_id)[0]
    told.after(1)
    assert [len(told.office.letters), len(told.room.messages)] == [1, 1]

    told.after(4.5)
    for _ in range(2):
        sweep(told.bench.runtime)
    told.bench.settle()
    told.after(1)
    reminded = told.bench.notes(ticket_id)
    assert sum("still waits for a lead or an admin" in note for note in reminded) == 1
    assert "Asked to sign: Ben Mercer." in reminded[-1]

    told.after(5)
    assert "Asked to sign: Chloe Duval." in told.bench.notes(ticket_id)[-1]
    told.after(11)
    assert told.bench.draft(ticket_id).state is DraftState.EXPIRED
    told.after(60)
    expired = f"Draft {short_id} expired: it was not signed in time"
    assert told.subjects(BEN) == [
        f"Draft {short_id} waits for your approval (refund 38.50 USD)",
        f"Draft {short_id} still waits for your approval (refund 38.50 USD)",
        expired,
    ]
    asked = f"You are asked to sign draft {short_id}: its deadline passed (refund 38.50 USD)"
    assert told.subjects(CHLOE) == [asked, expired]
    assert told.subjects(ANA) == []
    assert len(told.room.messages) == 4
    assert told.bench.public(ticket_id) == []


def test_whoever_is_deactivated_hears_nothing_any_more(told: Told) -> None:
    told.waiting()
    told.after(1)
    told.change(BEN, deactivated_at=told.bench.clock())
    for minutes in (5, 5, 11):
        told.after(minutes)
    assert len(told.subjects(BEN)) == 1
    assert len(told.subjects(CHLOE)) > 1


def test_a_mail_says_what_is_needed_and_nothing_of_the_customers(told: Told) -> None:
    ticket_id = told.waiting(
        subject="<!channel> my refund",
        text=f"{told.bench.tickets['refund_under_limit']['text']} Or my lawyer writes. @channel",
    )
    held = told.bench.held(ticket_id)
    (letter,), (message,) = told.office.to(BEN), told.room.messages
    text = str(letter.get_content())
    for needed in (
        held.draft.short_id,
        f"on ticket {ticket_id}",
        "Held by:  all",
        "Needs:    a lead or an admin",
        "Sign by:",
        f"/drafts/{held.draft.id}",
        "approves nothing",
    ):
        assert needed in text
    assert "refund" in subject(letter)
    for word in ("lawyer", "my refund", held.draft.customer_name, "channel"):
        assert word not in text
        assert word not in subject(letter)
        assert word not in message
    assert f"/drafts/{held.draft.id}|Open the draft>" in message
    assert message.count("<") == 1


def test_a_link_in_a_mail_signs_nobody_in(told: Told) -> None:
    ticket_id = told.waiting()
    (letter,) = told.office.to(BEN)
    link = next(line for line in str(letter.get_content()).splitlines() if "/drafts/" in line)
    answer = told.bench.web.test_client().get(link.removeprefix(told.bench.url))
    assert answer.status_code in (302, 401)
    assert told.bench.draft(ticket_id).state is DraftState.AWAITING_APPROVAL


def test_whoever_is_away_or_over_their_limit_is_passed_by(told: Told) -> None:
    later = told.bench.clock() + timedelta(days=1)
    told.change(BEN, limit_minor=100)
    told.waiting()
    assert (told.subjects(BEN), len(told.subjects(CHLOE))) == ([], 1)

    told.change(BEN, limit_minor=25000, away_until=later, delegate_id=told.bench.person(ANA).id)
    told.waiting()
    assert (told.subjects(ANA), len(told.subjects(CHLOE))) == ([], 2)

    told.change(BEN, delegate_id=told.bench.person(CHLOE).id)
    told.waiting()
    assert told.subjects(BEN) == []
    assert "in place of Ben Mercer, who is away" in str(told.office.to(CHLOE)[2].get_content())

    told.change(CHLOE, away_until=later)
    ticket_id = told.waiting()
    assert len(told.office.letters) == 3
    assert "Nobody who may sign it is here" in told.bench.notes(ticket_id)[0]

    told.bench.clock.ahead += timedelta(days=2)
    told.waiting()
    assert len(told.subjects(BEN)) == 1


def test_four_eyes_ask_two_people_and_remind_only_who_has_not_signed(told: Told) -> None:
    ticket_id = told.waiting(FOUR_EYES)
    assert "Asked to sign: Ben Mercer and Chloe Duval." in told.bench.notes(ticket_id)[0]
    told.bench.note(ticket_id, BEN, "/approve")
    told.after(6)
    assert [len(told.subjects(BEN)), len(told.subjects(CHLOE))] == [1, 2]
    told.after(6)
    told.after(11)
    assert [len(told.subjects(BEN)), len(told.subjects(CHLOE))] == [2, 4]
    assert "expired" in told.subjects(BEN)[-1]


def test_what_a_service_that_was_down_missed_is_no_reminder_but_the_escalation(told: Told) -> None:
    ticket_id = told.waiting()
    told.after(12)
    assert "reminded" not in told.events(ticket_id)
    assert told.events(ticket_id).count("escalated") == 1


def test_half_of_the_time_counts_in_business_hours(told: Told) -> None:
    hours = 'business_hours: {timezone: Europe/Berlin, mon-fri: "09:00-12:00"}\n'
    ticket_id = told.waiting(POLICIES.replace("10m", "8h") + hours)
    decision = told.bench.held(ticket_id).decision
    assert decision is not None
    assert decision.remind_at is not None
    with told.bench.runtime.database.read() as session:
        file = told.bench.runtime.policy(session, told.bench.scope).file
    assert file.time_given(decision.decided_at, decision.remind_at) == pytest.approx(4 * 3600)
    assert "(Europe/Berlin)" in str(told.office.to(BEN)[0].get_content())


def test_who_signed_hears_that_a_new_message_of_the_customer_voids_it(told: Told) -> None:
    ticket_id = told.waiting()
    first = told.bench.draft(ticket_id).short_id
    told.bench.note(ticket_id, BEN, "/approve done")
    told.bench.hands.customer_writes(ticket_id, "Please wait, I found it.")
    told.bench.settle()
    void = [note for note in told.bench.notes(ticket_id) if "is void" in note]
    assert len(void) == 1
    assert f"of draft {first} by Ben Mercer is void: the customer wrote again." in void[0]
    assert "stay done" in void[0]
    assert f"Your approval of draft {first} is void" in told.subjects(BEN)
    told.after(1)
    assert told.bench.public(ticket_id) == ["Please wait, I found it."]


def test_who_signed_hears_that_a_stricter_policy_voids_it(told: Told) -> None:
    ticket_id = told.waiting(FOUR_EYES)
    told.bench.note(ticket_id, BEN, "/approve")
    stricter = FOUR_EYES.replace("[lead]", "[admin]")
    onboarding.activate_policy(
        told.bench.runtime, told.bench.scope.merchant_id, stricter, by="test"
    )
    told.bench.note(ticket_id, CHLOE, "/approve done")
    assert any(
        "by Ben Mercer is void: the policies" in note for note in told.bench.notes(ticket_id)
    )
    assert any("is void" in line for line in told.subjects(BEN))
    # The new revision is asked for anew.
    assert [line for line in told.subjects(CHLOE) if "waits for your approval" in line][1:]


def test_who_signed_beside_somebody_hears_that_they_took_it_back(told: Told) -> None:
    ticket_id = told.waiting(FOUR_EYES)
    told.bench.note(ticket_id, BEN, "/approve")
    told.bench.note(ticket_id, CHLOE, "/approve done")
    held, chloe = told.bench.held(ticket_id), told.bench.person(CHLOE)
    undo = Verdict(VerdictKind.UNDO, Surface.REVIEW_PAGE, rev=held.draft.rev)
    give(told.bench.runtime, told.bench.scope, held.draft.id, chloe, undo)
    told.bench.settle()
    assert "by Ben Mercer is void: Chloe Duval took it back." in told.bench.notes(ticket_id)[-1]
    assert [any("is void" in line for line in told.subjects(who)) for who in (BEN, CHLOE)] == [
        True,
        False,
    ]
