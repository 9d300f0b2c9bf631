"""Times and money in words."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from connectors.types import ActionRequest, Money
from plugin.card import action_words, approvers_words, people_words
from plugin.models import AWAITING, DraftState, Outcome, Surface, VerdictKind
from plugin.store.audit_tables import AuditRow
from plugin.store.schema import VerdictRow
from plugin.web import history, words
from plugin.web.words import money_moved, span, time_left, utc

NOON = datetime(2026, 3, 7, 12, 0, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (-5, "under 1 min"),
        (59, "under 1 min"),
        (60, "1 min"),
        (3599, "59 min"),
        (3600, "1 h"),
        (11_100, "3 h 5 min"),
        (86_400, "1 d"),
        (187_200, "2 d 4 h"),
    ],
)
def test_a_length_of_time(seconds: int, expected: str) -> None:
    assert span(timedelta(seconds=seconds)) == expected


def test_a_time_is_shown_in_utc_and_says_so() -> None:
    berlin = NOON.astimezone(timezone(timedelta(hours=1)))
    assert utc(berlin) == "7 Mar 2026, 12:00 UTC"
    assert utc(berlin, seconds=True) == "7 Mar 2026, 12:00:05 UTC"


def test_a_deadline_is_ahead_or_missed() -> None:
    assert time_left(NOON + timedelta(minutes=12), NOON) == "12 min left"
    assert time_left(NOON - timedelta(minutes=12), NOON) == "12 min late"


def test_ten_minutes_that_have_just_begun_are_ten_minutes() -> None:
    assert time_left(NOON + timedelta(minutes=9, seconds=59), NOON) == "10 min left"
    assert time_left(NOON + timedelta(seconds=59), NOON) == "under 1 min left"


def test_people_and_actions_are_called_as_people_call_them() -> None:
    assert approvers_words(["agent", "lead", "admin"]) == "anyone on the team"
    assert approvers_words(["lead", "admin"]) == "a lead or an admin"
    assert people_words(["admin"], 2) == "two admins"
    assert people_words(["lead", "admin"], 1, more=True) == "one more lead or admin"
    assert people_words(["agent", "lead", "admin"], 2) == "two people on the team"
    usd = Money(Decimal("54.20"), "USD")
    for action, expected in (
        (ActionRequest(type="refund", amount=usd, order="1002"), "refund 54.20 USD on #1002"),
        (
            ActionRequest(type="reship", value=usd, order="#1002"),
            "send order #1002 again (worth 54.20 USD)",
        ),
        (ActionRequest(type="cancel_order", order="1002"), "cancel order #1002"),
        (ActionRequest(type="return_label"), "return label"),
        (ActionRequest(type="custom:gift_box", order="7"), "gift box on #7"),
    ):
        assert action_words(action) == expected


def test_money_is_summed_by_currency_and_unknown_is_said() -> None:
    def action(kind: str, amount: str | None = None, currency: str = "USD") -> ActionRequest:
        money = Money(Decimal(amount), currency) if amount else None
        return ActionRequest(type=kind, amount=money)

    refund, more = action("refund", "0.10"), action("refund", "0.20")
    yen = action("refund", "5", "JPY")
    assert money_moved([]) is None
    assert money_moved([action("cancel_order")]) is None
    assert money_moved([refund, more, yen]) == "0.30 USD + 5 JPY"
    assert money_moved([refund, action("custom:gift")]) == "0.10 USD + an unknown amount"


def test_a_history_tells_each_thing_once() -> None:
    def moved(came_from: str, to: str, actor: str = "system", **detail: object) -> AuditRow:
        told = {"from": came_from, "to": to, **detail}
        return AuditRow(at=NOON, actor=actor, event="draft_moved", detail=told)

    stricter: dict[str, Any] = {"because": "stricter_policy", "policy": 2}
    audit = [
        moved("drafting", "awaiting_review"),
        moved("awaiting_review", "approved", "person:1", verdict="approve"),
        moved("approved", "awaiting_review", **stricter),
        moved("awaiting_review", "drafting", **stricter),
        moved("drafting", "awaiting_approval", **stricter),
        moved("awaiting_approval", "answered", "helpdesk_user:7"),
        AuditRow(at=NOON, actor="helpdesk_user:7", event="bypass", detail={}),
        AuditRow(at=NOON, actor="system", event="something_new", detail={}),
    ]
    verdict = VerdictRow(
        person_id="1", kind=VerdictKind.APPROVE, surface=Surface.NOTE, created_at=NOON
    )
    lines = history.history(audit, [verdict], {"1": "Ana"})
    assert [f"{line.who} {line.what}" for line in lines] == [
        "Bookbag made a draft and offered it for review",
        "Bookbag held it anew, for the policies have become stricter",
        "An agent whom Bookbag does not know answered in the helpdesk, in their own words",
        "An agent whom Bookbag does not know answered without the approval that was needed",
        "Bookbag something new",
        "Ana approved it (by a note)",
    ]


def test_every_state_verdict_and_outcome_has_its_words() -> None:
    cards_own = AWAITING | {DraftState.BLOCKED, DraftState.NO_DRAFT}
    assert set(words.HEADLINES) == set(DraftState) - cards_own
    assert set(words.OUTCOMES) == set(Outcome)
    assert set(history.SAID) == set(VerdictKind)
    assert set(history._WHERE) == set(Surface)
    assert set(history._MOVED) == set(DraftState) - {DraftState.REJECTED}
