"""Where a draft stands, as each reader is told it: whose turn it is, and who did what."""

import pytest
import requests

from plugin import onboarding
from plugin.delivery.unsent import NEXT_STEPS, unsent_note
from plugin.models import UNDELIVERED, DraftState
from plugin.store import drafts
from tests.bench.world import ANA, BEN, CHLOE, Bench
from tests.web.conftest import Visit
from tests.web.sidebar_app import Sidebar, install
from tests.web.test_sidebar_draft import ILL_ANSWER, buttons, words_of
from tests.web.visitor import text_of

NEVER_MIND = "Never mind"
FIRST = "Check the photos and the history before you sign."


@pytest.fixture(autouse=True)
def _installed(bench: Bench) -> None:
    install(bench)


def say(bench: Bench, email: str, ticket_id: str, verdict: str, **more: object) -> None:
    who = Sidebar(bench, email)
    draft_id = bench.draft(ticket_id).id
    answer = who.act(draft_id, "verdict", verdict=verdict, **who.seen(ticket_id), **more)
    assert answer.status_code == 200, answer.text


def undelivered(bench: Bench, ticket_id: str, state: DraftState, error: str) -> None:
    with bench.runtime.database.write() as session:
        held = drafts.get(session, bench.scope, bench.draft(ticket_id).id)
        for to, detail in ((DraftState.DELIVERING, {}), (state, {"error": error})):
            now = bench.clock()
            drafts.move(session, bench.scope, held.draft, to, actor="system", at=now, detail=detail)


def test_what_an_approval_would_have_needed_is_answered_by_who_could_have_signed(
    bench: Bench,
) -> None:
    ticket_id = bench.opened("refund_over_limit")
    ana, ben = Sidebar(bench, ANA), Sidebar(bench, BEN)
    assert FIRST in words_of(ben.draft(ticket_id))
    assert FIRST not in words_of(ana.draft(ticket_id))
    say(bench, ANA, ticket_id, "reject", reason="Never sent back")
    hers, his = ana.draft(ticket_id), ben.draft(ticket_id)
    assert "The customer still waits. A lead or an admin must answer." in words_of(hers)
    assert text_of(hers, "#deed") == "Rejected by you: Never sent back"
    assert buttons(hers) == []
    assert f"Press “{ILL_ANSWER}”, then write in the helpdesk." in words_of(his)
    assert text_of(his, "#deed") == "Rejected by Ana Reyes: Never sent back"
    assert buttons(his) == [ILL_ANSWER]
    for shown in (hers, his):
        assert FIRST not in words_of(shown)
        assert "The draft (not sent)" in words_of(shown)
    assert "Let one of them answer." in ana.save(ticket_id).text
    assert "first" in ben.save(ticket_id).json()["error"]["message"]

    say(bench, BEN, ticket_id, "respond")
    assert ben.save(ticket_id).status_code == 200
    assert text_of(ben.draft(ticket_id), "#state") == "You answer this customer"
    assert buttons(ben.draft(ticket_id)) == [NEVER_MIND]
    assert text_of(ana.draft(ticket_id), "#state") == "Ben Mercer answers this customer"
    chloe = Sidebar(bench, CHLOE)
    assert chloe.save(ticket_id).status_code == 409
    refused = chloe.act(
        bench.draft(ticket_id).id, "verdict", verdict="step_back", **chloe.seen(ticket_id)
    )
    assert refused.status_code == 409
    say(bench, BEN, ticket_id, "step_back")
    assert ben.save(ticket_id).status_code == 409
    say(bench, BEN, ticket_id, "respond")
    bench.hands.agent_writes(ticket_id, BEN, "I call you.", public=True)
    bench.settle()
    assert not bench.draft(ticket_id).bypassed
    assert text_of(ana.draft(ticket_id), "#deed") == "Answered by Ben Mercer"


def test_a_deadline_that_passed_says_who_must_answer_and_how(bench: Bench) -> None:
    ticket_id = bench.opened("flash_sale_code")
    bench.pass_time(10)
    bench.sweep()
    draft = bench.draft(ticket_id)
    assert draft.state is DraftState.EXPIRED
    assert (
        f"A lead or an admin must answer: first the note /respond {draft.short_id}"
        in (bench.notes(ticket_id)[-1])
    )
    shown = words_of(Sidebar(bench, ANA).draft(ticket_id))
    assert "A lead or an admin must answer." in shown
    assert "Sign now" not in shown
    bench.note(ticket_id, BEN, f"/respond {draft.short_id}")
    assert Sidebar(bench, BEN).save(ticket_id).status_code == 200


def test_who_approved_and_who_took_it_back(bench: Bench, visit: Visit) -> None:
    ticket_id = bench.opened("complaint")
    ben = Sidebar(bench, BEN)
    say(bench, CHLOE, ticket_id, "approve")
    assert text_of(ben.draft(ticket_id), "#deed") == "Approved by Chloe Duval"
    page = visit(BEN).get(f"/drafts/{bench.draft(ticket_id).id}")
    assert text_of(page, "#deed") == "Approved by Chloe Duval"
    say(bench, BEN, ticket_id, "undo")
    assert text_of(ben.draft(ticket_id), "#deed") == "The approval was taken back by you"
    say(bench, BEN, ticket_id, "approve", text="I am sorry.")
    bench.pass_time(10)
    assert text_of(ben.draft(ticket_id), "#deed") == "Edited and approved by you"


@pytest.mark.parametrize("state", sorted(UNDELIVERED))
def test_an_unsent_reply_says_why_and_the_note_names_the_buttons(
    bench: Bench, visit: Visit, state: DraftState
) -> None:
    ticket_id = bench.opened("german_html_thread")
    say(bench, ANA, ticket_id, "approve")
    undelivered(bench, ticket_id, state, "rejected")
    shown = Sidebar(bench, ANA).draft(ticket_id)
    page = visit(ANA).get(f"/drafts/{bench.draft(ticket_id).id}")
    why = unsent_note(state, "rejected").split(". ")[1]
    for answer in (shown, page):
        assert why in words_of(answer)
        assert "rejected" not in words_of(answer)
    for named in NEXT_STEPS[state].split("“")[1:]:
        assert named.split("”")[0] in buttons(shown)


def test_each_reason_has_a_sentence_of_its_own() -> None:
    reasons = (
        "auth not_found conflict rejected rate_limited unavailable overtaken connector_error"
    ).split()
    said = {unsent_note(DraftState.DELIVERY_FAILED, reason) for reason in (*reasons, None)}
    assert len(said) == len(reasons)
    assert not any(reason in sentence for sentence in said for reason in reasons if "_" in reason)
    unknown = {unsent_note(DraftState.DELIVERY_UNKNOWN, reason) for reason in ("ambiguous", "x")}
    assert len(unknown) == 2


def test_a_stricter_policy_is_said_with_the_new_revision(bench: Bench) -> None:
    ticket_id = bench.opened("reship")
    ana = Sidebar(bench, ANA)

    def anew(answer: requests.Response) -> bool:
        return "The policies have become stricter." in answer.text

    assert not anew(ana.draft(ticket_id))
    stricter = "version: 1\npolicies: [{id: all, when: {actions: any}, require: approval}]\n"
    onboarding.activate_policy(bench.runtime, bench.scope.merchant_id, stricter, by="test")
    refused = ana.act(
        bench.draft(ticket_id).id, "verdict", verdict="approve", done="0", **ana.seen(ticket_id)
    )
    assert refused.status_code == 409
    assert anew(ana.draft(ticket_id))
