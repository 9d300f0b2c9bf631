"""Who looks at a draft: shown to all, binding nobody, and only one of two is first."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import requests

from plugin import onboarding
from plugin.errors import MovedError
from plugin.models import DraftState, Role
from plugin.review import claims
from plugin.store.columns import new_id
from tests.bench.world import ANA, BEN, CHLOE, Bench
from tests.web.conftest import Visit
from tests.web.visitor import JSON, Visitor, hidden, parsed, text_of, words_of

AUDITOR = "audrey@larkspur-outfitters.example"


def press(
    visitor: Visitor, draft_id: str, name: str = "claim", **options: Any
) -> requests.Response:
    """A button of the queue's lines."""
    form = hidden(visitor.get("/queue")) | {name: draft_id}
    return visitor.post("/queue/claims", data=form, **options)


def line(visitor: Visitor, draft_id: str) -> str:
    (row,) = parsed(visitor.get("/queue")).css(f"#line-{draft_id}")
    return " ".join(row.text().split())


def test_who_looks_at_a_draft_is_shown_in_queue_and_page(bench: Bench, visit: Visit) -> None:
    draft = bench.draft(bench.opened("refund_under_limit"))
    ana, ben = visit(ANA), visit(BEN)
    assert "I look at this" in line(ana, draft.id)
    answer = press(ana, draft.id)
    assert answer.url.endswith(f"/queue#line-{draft.id}")
    assert "You look at this" in line(ana, draft.id)
    assert "Let go: Refund for the gloves" in line(ana, draft.id)
    assert "Ana Reyes looks at this" in line(ben, draft.id)
    assert "I look at this" not in line(ben, draft.id)
    assert "You look at this (30 min left)." in words_of(ana.get(f"/drafts/{draft.id}"))
    page = words_of(ben.get(f"/drafts/{draft.id}"))
    assert "Ana Reyes looks at this (30 min left). You may sign all the same; ask first." in page
    assert "Ana Reyes said that they look at it" in page
    assert line(ana, draft.id) in words_of(ana.get("/queue?whose=claimed"))
    press(ana, draft.id, "unclaim")
    assert "I look at this" in line(ben, draft.id)
    assert "said that they look at it no longer" in words_of(ben.get(f"/drafts/{draft.id}"))


def test_the_second_is_told_who_was_first(bench: Bench, visit: Visit) -> None:
    draft = bench.draft(bench.opened("refund_under_limit"))
    ana, ben = visit(ANA), visit(BEN)
    press(ana, draft.id)
    refused = press(ben, draft.id, headers=JSON)
    assert refused.status_code == 409
    sentence = "Ana Reyes looks at this draft already, for up to 30 min more."
    assert refused.json()["error"]["message"] == sentence
    assert text_of(press(ben, draft.id), ".flash") == sentence
    press(ben, draft.id, "unclaim")  # what is not theirs
    assert "Ana Reyes looks at this" in line(ben, draft.id)


def test_of_many_at_once_one_is_first(bench: Bench) -> None:
    draft = bench.draft(bench.opened("refund_under_limit"))
    people = [bench.person(email) for email in (ANA, BEN, CHLOE)] * 2
    start = Barrier(len(people))

    def claim(number: int) -> str:
        start.wait(timeout=15)
        try:
            claims.claim(bench.runtime, bench.scope, draft.id, people[number])
        except MovedError as moved:
            return str(moved).partition(" looks")[0]
        return people[number].name

    with ThreadPoolExecutor(len(people)) as pool:
        told = list(pool.map(claim, range(len(people))))
    assert len(set(told)) == 1  # all name the same one, and that one was told nothing else


def test_a_claim_ends_by_itself_and_another_may_take_it(bench: Bench, visit: Visit) -> None:
    draft = bench.draft(bench.opened("refund_under_limit"))
    ana, ben = visit(ANA), visit(BEN)
    press(ana, draft.id)
    bench.clock.ahead += claims.LASTS + timedelta(seconds=1)
    assert "I look at this" in line(ben, draft.id)
    press(ben, draft.id)
    assert "Ben Mercer looks at this" in line(ana, draft.id)


def test_a_claim_stops_nobody_and_ends_with_the_verdict(bench: Bench, visit: Visit) -> None:
    ticket_id = bench.opened("refund_under_limit")
    draft = bench.draft(ticket_id)
    press(visit(ANA), draft.id)
    assert visit(BEN).verdict(draft.id, "approve", done="0").status_code == 200
    now = bench.draft(ticket_id)
    assert (now.state, now.claimed_by) == (DraftState.APPROVED, None)


def test_it_ends_too_where_more_must_sign(bench: Bench, visit: Visit) -> None:
    twice = "version: 1\npolicies: [{id: two, when: {action: refund}, require: approval,"
    twice += " approvers: [lead], approvals: 2}]\n"
    onboarding.activate_policy(bench.runtime, bench.scope.merchant_id, twice, by="test")
    ticket_id = bench.opened("refund_over_limit")
    onboarding.activate_policy(bench.runtime, bench.scope.merchant_id, bench.policies, by="test")
    draft, ben = bench.draft(ticket_id), visit(BEN)
    press(ben, draft.id)
    ben.verdict(draft.id, "respond")
    now = bench.draft(ticket_id)
    assert (now.state, now.claimed_by) == (DraftState.AWAITING_APPROVAL, None)


def test_an_auditor_sees_and_claims_nothing(bench: Bench, visit: Visit) -> None:
    onboarding.add_person(
        bench.runtime, bench.scope.merchant_id, email=AUDITOR, name="Audrey", role=Role.AUDITOR
    )
    draft = bench.draft(bench.opened("refund_under_limit"))
    audrey = visit(AUDITOR)
    assert parsed(audrey.get("/queue")).css("#sections button") == []
    assert parsed(audrey.get(f"/drafts/{draft.id}")).css("#claim") == []
    assert press(audrey, draft.id).status_code == 403
    assert bench.draft(draft.ticket_id).claimed_by is None


def test_only_ones_own_merchants_drafts_can_be_claimed(bench: Bench, visit: Visit) -> None:
    draft = bench.draft(bench.opened("refund_under_limit"))
    other = onboarding.add_merchant(bench.runtime, "Other")
    email = f"{new_id()}@other.example"
    onboarding.add_person(bench.runtime, other, email=email, name="Eve", role=Role.ADMIN)
    eve = visit(email, other)
    assert press(eve, draft.id).status_code == 404
    assert press(eve, draft.id, "unclaim").status_code == 404
    assert bench.draft(draft.ticket_id).claimed_by is None


def test_what_waits_for_nobody_cannot_be_claimed(bench: Bench, visit: Visit) -> None:
    ticket_id = bench.opened("refund_under_limit")
    draft, ana = bench.draft(ticket_id), visit(ANA)
    ana.verdict(draft.id, "approve", done="0")
    assert text_of(press(ana, draft.id), ".flash") == (
        "This draft is approved; it waits for nobody."
    )
