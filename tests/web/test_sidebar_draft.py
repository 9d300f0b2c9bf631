"""What the sidebar shows of a ticket's draft, and what its buttons do."""

import pytest
import requests

from plugin import onboarding
from plugin.models import DraftState, Role, Surface, VerdictKind
from plugin.store import verdicts
from tests.bench.faults import with_faults
from tests.bench.world import ANA, BEN, Bench
from tests.flow.test_attachments import attaching
from tests.web.conftest import Visit
from tests.web.sidebar_app import Sidebar, install
from tests.web.test_hostile_text import HOSTILE
from tests.web.test_verdicts import lose_sight_of
from tests.web.visitor import parsed, text_of

ILL_ANSWER = "I\N{RIGHT SINGLE QUOTATION MARK}ll answer"
ANOTHER = "Make another draft"
AUDITOR = "audrey@larkspur-outfitters.example"


@pytest.fixture(autouse=True)
def _installed(bench: Bench) -> None:
    install(bench)


def buttons(answer: requests.Response) -> list[str]:
    return [button.text() for button in parsed(answer).css("button")]


def words_of(answer: requests.Response) -> str:
    body = parsed(answer).body
    assert body is not None
    return " ".join(body.text().split())


def sentence(answer: requests.Response) -> str:
    return str(answer.json()["error"]["message"])


def test_everything_to_judge_a_draft_is_on_it(bench: Bench) -> None:
    ticket_id = bench.opened("refund_over_limit")
    draft, ben = bench.draft(ticket_id), Sidebar(bench, BEN)
    shown = ben.draft(ticket_id)
    words = words_of(shown)
    assert text_of(shown, ".pill") == "awaiting approval"
    assert text_of(shown, "#state") == "Draft reply, needs approval by a lead or an admin"
    assert text_of(shown, "#text").strip() == draft.text
    decision = bench.held(ticket_id).decision
    assert decision is not None
    assert all(because in words for because in decision.held_because)
    for wanted in ("Sign by", "left)", "Confidence", "from macro", "I have done: refund"):
        assert wanted in words
    (link,) = parsed(shown).css(".more a")
    assert link.attributes["href"] == f"{bench.url}/drafts/{draft.id}"
    assert (link.attributes["target"], link.attributes["rel"]) == ("_blank", "noopener noreferrer")
    assert buttons(shown) == ["Approve and send", ILL_ANSWER, ANOTHER, "Reject"]
    assert "inserted into the composer once it is approved" in words
    assert "csrf_token" not in shown.text
    ana = Sidebar(bench, ANA).draft(ticket_id)
    assert buttons(ana) == [ANOTHER, "Reject"]
    assert "Not yours to approve. This draft needs a lead or an admin." in words_of(ana)


def test_it_says_what_would_have_needed_less_while_it_is_held(bench: Bench) -> None:
    ticket_id = bench.opened("refund_over_limit")
    draft, ben = bench.draft(ticket_id), Sidebar(bench, BEN)
    words = "At 50.00 USD or less it would need review only."
    assert words in words_of(ben.draft(ticket_id))
    assert not any("it would need" in note for note in bench.notes(ticket_id))
    ben.act(draft.id, "verdict", verdict="reject", reason="Not so.", **ben.seen(ticket_id))
    assert bench.draft(ticket_id).state is DraftState.REJECTED
    assert words not in words_of(ben.draft(ticket_id))


def test_it_is_sent_again_only_when_it_shows_something_else(bench: Bench) -> None:
    ticket_id = bench.opened("refund_under_limit")
    draft = bench.draft(ticket_id)
    ana, ben = Sidebar(bench, ANA), Sidebar(bench, BEN)
    seen: list[str] = []

    def changed() -> bool:
        answer = ana.draft(ticket_id, **({"If-None-Match": seen[-1]} if seen else {}))
        assert answer.status_code in (200, 304)
        assert (answer.content == b"") == (answer.status_code == 304)
        seen.append(answer.headers["ETag"])
        return answer.status_code == 200

    assert changed()
    assert not changed()
    for what, fields in (
        ("verdict", {"verdict": "respond"}),
        ("insert", {"done": "0"}),
        ("release", {}),
        ("verdict", {"verdict": "approve"}),
        ("verdict", {"verdict": "undo"}),
        ("verdict", {"verdict": "reject", "reason": "Not so."}),
    ):
        assert ben.act(draft.id, what, **ben.seen(ticket_id), **fields).status_code == 200
        assert changed(), what
        assert not changed(), what
    bench.hands.customer_writes(ticket_id, "Where is my order?")
    bench.settle()
    assert changed()


def test_the_seconds_left_to_undo_are_no_news(bench: Bench) -> None:
    ticket_id = bench.opened("german_html_thread")
    ana = Sidebar(bench, ANA)
    ana.act(bench.draft(ticket_id).id, "verdict", verdict="approve", **ana.seen(ticket_id))
    first = ana.draft(ticket_id)
    (form,) = parsed(first).css("#undo")
    assert 0 < float(form.attributes["data-left"] or "") <= 10
    assert ana.draft(ticket_id, **{"If-None-Match": first.headers["ETag"]}).status_code == 304


def test_a_ticket_without_a_draft_says_so_and_the_newest_open_one_is_shown(bench: Bench) -> None:
    ana = Sidebar(bench, ANA)
    for nobody in ("999999", "x y", "%00"):
        empty = ana.draft(nobody)
        assert empty.status_code == 200
        assert text_of(empty, "#state") == "No draft on this ticket"
        assert buttons(empty) == []
    ticket_id = bench.opened("second_message_before_answer")
    bench.hands.customer_writes(ticket_id, bench.tickets["second_message_before_answer"]["then"])
    bench.settle()
    newest = bench.draft(ticket_id)
    assert newest.short_id in ana.draft(ticket_id).text
    bench.note(ticket_id, BEN, "/approve done")
    bench.pass_time(10)
    assert bench.draft(ticket_id).state is DraftState.DELIVERED
    assert text_of(ana.draft(ticket_id), "#state") == "Sent to the customer"


def test_what_came_with_the_message_is_named_and_was_not_seen(bench: Bench, visit: Visit) -> None:
    runtime = bench.runtime
    with_faults(bench, "conversation", *[attaching("crack.jpg")] * 9)
    ticket_id = bench.opened("refund_under_limit")
    said = "The customer attached: crack.jpg. The AI has not seen it."
    assert said in words_of(Sidebar(bench, ANA).draft(ticket_id))
    assert said in " ".join(
        visit(BEN)
        .get(f"/drafts/{bench.draft(ticket_id).id}")
        .text.replace("<bdi>", "")
        .replace("</bdi>", "")
        .split()
    )
    assert said in bench.notes(ticket_id)[-1]

    with_faults(bench, "conversation", *[attaching(*HOSTILE, "", " ")] * 9)
    ticket_id = bench.opened("reship")
    names = [*HOSTILE, "a file without a name", "a file without a name"]
    for shown in (
        Sidebar(bench, ANA).draft(ticket_id),
        visit(BEN).get(f"/drafts/{bench.draft(ticket_id).id}"),
    ):
        assert [name.text() for name in parsed(shown).css(".attached bdi")] == names
        assert "The AI has not seen them." in text_of(shown, ".attached")
        assert parsed(shown).css("img, svg, script:not([src])") == []
    bench.runtime = bench.web.extensions["bookbag"] = runtime


def test_hostile_text_is_shown_as_text(bench: Bench) -> None:
    ana = Sidebar(bench, ANA)
    for hostile in HOSTILE:
        ticket_id = bench.opened("refund_under_limit", subject=hostile)
        draft = bench.draft(ticket_id)
        answer = ana.act(draft.id, "insert", done="0", text=f"Hi {hostile}", **ana.seen(ticket_id))
        assert answer.json()["text"] == f"Hi {hostile}"
        ana.act(draft.id, "release")
        ana.act(draft.id, "verdict", verdict="approve", text=hostile, **ana.seen(ticket_id))
        shown = ana.draft(ticket_id)
        assert text_of(shown, ".reply") == hostile
        assert parsed(shown).css("script, img, svg") == []


def test_approving_is_recorded_as_of_the_sidebar_and_goes_out(bench: Bench) -> None:
    ticket_id = bench.opened("refund_under_limit")
    draft, ana = bench.draft(ticket_id), Sidebar(bench, ANA)
    seen = ana.seen(ticket_id)
    refused = ana.act(draft.id, "verdict", verdict="approve", **seen)
    assert refused.status_code == 422
    assert refused.json()["error"]["fields"].keys() == {"done"}
    words = (draft.text or "").replace("Warm regards", "All the best")
    answer = ana.act(
        draft.id, "verdict", verdict="approve", text=words.replace("\n", "\r\n"), done="0", **seen
    )
    assert answer.json() == {
        "said": "Approved. The reply goes out in a moment; you can still undo.",
        "state": "approved",
    }
    assert buttons(ana.draft(ticket_id)) == ["Undo", "Insert into composer"]
    bench.pass_time(10)
    assert bench.public(ticket_id) == [words]
    with bench.runtime.database.read() as session:
        (row,) = verdicts.of_draft(session, bench.scope, draft.id)
    assert (row.kind, row.surface) == (VerdictKind.EDIT, Surface.SIDEBAR)
    sent = ana.draft(ticket_id)
    assert text_of(sent, "h3 .quiet") == "(small changes only)"
    assert text_of(sent, ".reply") == words
    assert buttons(sent) == []


def test_a_refusal_is_a_sentence(bench: Bench) -> None:
    ticket_id = bench.opened("refund_over_limit")
    draft_id = bench.draft(ticket_id).id
    ana, ben = Sidebar(bench, ANA), Sidebar(bench, BEN)
    seen = ana.seen(ticket_id)
    not_hers = ana.act(draft_id, "verdict", verdict="approve", done="0", **seen)
    assert (not_hers.status_code, sentence(not_hers)) == (
        403,
        "This draft needs a lead or an admin.",
    )
    no_reason = ana.act(draft_id, "verdict", verdict="reject", **seen)
    assert (no_reason.status_code, sentence(no_reason)) == (
        422,
        "Choose what is wrong with it, or say it in a few words.",
    )
    for broken in ({"rev": "x"}, {"state": "sent"}, {"verdict": "delete"}):
        answer = ana.act(draft_id, "verdict", **{"verdict": "reject", **seen, **broken})
        assert answer.status_code == 422
    assert ana.act(draft_id, "insert", **{**seen, "rev": ""}).status_code == 422
    ben.act(draft_id, "verdict", verdict="reject", reason="I call her.", **seen)
    late = ben.act(draft_id, "verdict", verdict="approve", done="0", **seen)
    assert (late.status_code, sentence(late)) == (
        409,
        "This draft moved meanwhile: it is rejected now, by Ben Mercer.",
    )


def test_inserting_and_releasing(bench: Bench, visit: Visit) -> None:
    ticket_id = bench.opened("refund_under_limit")
    draft, ana, ben = bench.draft(ticket_id), Sidebar(bench, ANA), Sidebar(bench, BEN)
    seen = ana.seen(ticket_id)
    assert buttons(ana.draft(ticket_id)) == [
        "Approve and send",
        "Insert into composer",
        ILL_ANSWER,
        ANOTHER,
        "Reject",
    ]
    undone = ana.act(draft.id, "insert", **seen)
    assert undone.status_code == 422
    assert "First do this" in sentence(undone)
    answer = ana.act(draft.id, "insert", done="0", text=draft.text, **seen)
    assert answer.json()["text"] == draft.text

    mine, others = ana.draft(ticket_id), ben.draft(ticket_id)
    assert buttons(mine) == ["Release it", "Insert it again", ILL_ANSWER, "Reject"]
    assert text_of(mine, "#state") == "It is in your composer, not sent yet"
    assert "nobody else does (10 min left)" in words_of(mine)
    assert "refund 38.50 USD on #1005 (done)" in words_of(mine)
    assert buttons(others) == [ILL_ANSWER, "Reject"]
    assert text_of(others, "#state") == "Ana Reyes has it in their composer"
    page = visit(BEN).get(f"/drafts/{draft.id}")
    assert "Approve and send" not in page.text
    assert "until Ana Reyes sends or releases it" in text_of(page, ".composer")
    for what, status in (("insert", 409), ("release", 403)):
        refused = ben.act(draft.id, what, **seen)
        assert refused.status_code == status
        assert "Ana Reyes has this draft in their composer for up to 10 min more" in sentence(
            refused
        )
    approve = ben.act(draft.id, "verdict", verdict="approve", **seen)
    assert approve.status_code == 409
    assert (
        ana.act(draft.id, "release", **seen).json()["said"].startswith("Released. The text still")
    )
    assert "Ana Reyes did its actions and put it into their composer" in " ".join(
        text_of(visit(BEN).get(f"/drafts/{draft.id}"), ".history").split()
    )
    assert buttons(ben.draft(ticket_id))[0] == "Approve and send"


def test_a_released_approved_draft_can_still_be_undone(bench: Bench) -> None:
    ticket_id = bench.opened("complaint")
    draft_id, ben = bench.draft(ticket_id).id, Sidebar(bench, BEN)
    ben.act(draft_id, "verdict", verdict="approve", **ben.seen(ticket_id))
    ben.act(draft_id, "insert", **ben.seen(ticket_id))
    held = ben.draft(ticket_id)
    assert buttons(held) == ["Release it", "Undo the approval", "Insert it again"]
    assert parsed(held).css("[role=timer]") == []
    released = ben.act(draft_id, "release", **ben.seen(ticket_id))
    assert "you can still undo" in released.json()["said"]
    assert buttons(ben.draft(ticket_id)) == ["Undo", "Insert into composer"]


def test_an_auditor_has_nothing_to_press(bench: Bench) -> None:
    onboarding.add_person(
        bench.runtime,
        bench.scope.merchant_id,
        email=AUDITOR,
        name="Audrey",
        role=Role.AUDITOR,
        helpdesk_user=(bench.account_id, bench.hands.users()["stranger@larkspur.example"]),
    )
    ticket_id = bench.opened("refund_under_limit")
    draft_id = bench.draft(ticket_id).id
    audrey = Sidebar(bench, "stranger@larkspur.example")
    assert buttons(audrey.draft(ticket_id)) == []
    for what in ("verdict", "insert"):
        answer = audrey.act(draft_id, what, verdict="approve", done="0", **audrey.seen(ticket_id))
        assert answer.status_code == 403
    assert bench.draft(ticket_id).state is DraftState.AWAITING_REVIEW


def test_a_person_settles_a_delivery_of_which_nobody_knows(bench: Bench) -> None:
    ana = Sidebar(bench, ANA)
    ticket_id = bench.opened("german_html_thread")
    draft_id = bench.draft(ticket_id).id
    ana.act(draft_id, "verdict", verdict="approve", **ana.seen(ticket_id))

    lose_sight_of(bench, draft_id)
    assert buttons(ana.draft(ticket_id)) == [
        "It was sent",
        "It was not sent, send it again",
        "I have answered myself",
    ]
    answer = ana.act(draft_id, "verdict", verdict="was_answered", **ana.seen(ticket_id))
    assert answer.json()["state"] == "answered"
