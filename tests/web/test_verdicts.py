"""Verdicts by the review page: what is taken, what is refused with which sentence, who wins."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import requests

from connectors.types import Money
from plugin import onboarding
from plugin.models import DraftState, Role, VerdictKind
from plugin.store import drafts, verdicts
from plugin.store.schema import VerdictRow
from tests.bench.world import ANA, BEN, CHLOE, Bench
from tests.web.conftest import Visit
from tests.web.visitor import JSON, Visitor, hidden, parsed, problem, text_of, typed, words_of

ILL_ANSWER = "I\N{RIGHT SINGLE QUOTATION MARK}ll answer"
ANOTHER = "Make another draft"
AUDITOR = "audrey@larkspur-outfitters.example"


def verdicts_of(bench: Bench, ticket_id: str) -> list[VerdictRow]:
    with bench.runtime.database.read() as session:
        return list(verdicts.of_draft(session, bench.scope, bench.draft(ticket_id).id))


def buttons(answer: requests.Response) -> list[str]:
    return [button.text() for button in parsed(answer).css("#draft button:not(#claim)")]


def test_approving_sends_the_reply_as_that_person(bench: Bench, visit: Visit) -> None:
    ticket_id = bench.opened("refund_under_limit")
    draft = bench.draft(ticket_id)
    ana = visit(ANA)
    shown = ana.get(f"/drafts/{draft.id}")
    assert buttons(shown) == ["Approve and send", ILL_ANSWER, ANOTHER, "Reject"]
    answer = ana.verdict(draft.id, "approve", text=typed(shown).replace("\n", "\r\n"), done="0")
    assert answer.url.endswith(f"/drafts/{draft.id}")
    assert "you can still undo" in text_of(answer, ".flash")
    assert "refund 38.50 USD on #1005 (done)" in words_of(answer)
    bench.pass_time(10)
    assert bench.public(ticket_id) == [draft.text]
    assert [row.kind for row in verdicts_of(bench, ticket_id)] == [VerdictKind.APPROVE]
    delivered = ana.get(f"/drafts/{draft.id}")
    assert text_of(delivered, "#sent .quiet") == "sent as drafted"
    assert text_of(delivered, "#reply") == "Sent to the customer"
    assert buttons(delivered) == []


def test_without_the_tick_nothing_is_approved_and_nothing_typed_is_lost(
    bench: Bench, visit: Visit
) -> None:
    ticket_id = bench.opened("refund_under_limit")
    draft = bench.draft(ticket_id)
    words = '\n  Hi Priya,\n\nhere you are: </textarea><b>38.50 USD</b> &amp; "thanks".\n'
    answer = visit(ANA).verdict(draft.id, "approve", text=words)
    assert answer.status_code == 422
    assert problem(answer) == "First do this, then say that it is done: refund 38.50 USD on #1005."
    assert typed(answer) == words
    assert bench.draft(ticket_id).state is DraftState.AWAITING_REVIEW
    assert verdicts_of(bench, ticket_id) == []


def test_an_edit_goes_out_and_is_shown_against_the_draft(bench: Bench, visit: Visit) -> None:
    ticket_id = bench.opened("refund_under_limit")
    draft = bench.draft(ticket_id)
    words = (draft.text or "").replace("Warm regards", "All the best")
    ana = visit(ANA)
    ana.verdict(draft.id, "approve", text=words, done="0")
    bench.pass_time(10)
    assert bench.public(ticket_id) == [words]
    page = parsed(ana.get(f"/drafts/{draft.id}"))
    assert "Warm regards" in "".join(cut.text() for cut in page.css(".words del"))
    assert "All the best" in "".join(new.text() for new in page.css(".words ins"))
    assert "Ana Reyes edited and approved it" in page.css(".history")[0].text()


def test_an_emptied_reply_is_not_sent(bench: Bench, visit: Visit) -> None:
    draft = bench.draft(bench.opened("refund_under_limit"))
    answer = visit(ANA).verdict(draft.id, "approve", text=" \r\n ", done="0")
    assert (answer.status_code, problem(answer)) == (422, "The edited reply is empty.")


def test_a_reply_of_20000_characters_is_the_longest(bench: Bench, visit: Visit) -> None:
    draft = bench.draft(bench.opened("refund_under_limit"))
    ana = visit(ANA)
    refused = ana.verdict(draft.id, "approve", text="é" * 20_001, done="0")
    assert (refused.status_code, problem(refused)) == (
        422,
        "A reply has at most 20000 characters.",
    )
    assert len(typed(refused)) == 20_001
    assert ana.verdict(draft.id, "approve", text="é" * 20_000, done="0").status_code == 200


def test_what_is_over_ones_limit_shows_why_and_no_button(bench: Bench, visit: Visit) -> None:
    ticket_id = bench.opened("refund_over_limit")
    draft = bench.draft(ticket_id)
    ana = visit(ANA)
    shown = ana.get(f"/drafts/{draft.id}")
    assert buttons(shown) == [ANOTHER, "Reject"]
    assert "Not yours to approve. This draft needs a lead or an admin." in shown.text.replace(
        "</strong>", ""
    ).replace("<strong>", "")
    answer = ana.verdict(draft.id, "approve", text="Of course, here it is.", done="0")
    assert answer.status_code == 403
    assert problem(answer) == "This draft needs a lead or an admin."
    assert "Of course, here it is." in words_of(answer)
    assert ana.verdict(draft.id, "respond").status_code == 403
    assert bench.draft(ticket_id).state is DraftState.AWAITING_APPROVAL
    bench.pass_time(60)
    assert bench.public(ticket_id) == []


def test_an_auditor_looks_and_has_nothing_to_press(bench: Bench, visit: Visit) -> None:
    onboarding.add_person(
        bench.runtime,
        bench.scope.merchant_id,
        email=AUDITOR,
        name="Audrey",
        role=Role.AUDITOR,
    )
    ticket_id = bench.opened("refund_under_limit")
    draft = bench.draft(ticket_id)
    audrey = visit(AUDITOR)
    shown = audrey.get(f"/drafts/{draft.id}")
    assert buttons(shown) == []
    assert "Your role may look, and give no verdict." in shown.text
    for kind in ("approve", "reject", "respond"):
        answer = audrey.verdict(draft.id, kind, done="0", reason="no", seen=_seen(shown, draft.rev))
        assert answer.status_code == 403
        assert "Your role may look, and give no verdict." in words_of(answer)
    visit(ANA).verdict(draft.id, "approve", done="0")
    assert buttons(audrey.get(f"/drafts/{draft.id}")) == []
    undo = _seen(shown, draft.rev) | {"state": "approved"}
    assert audrey.verdict(draft.id, "undo", seen=undo).status_code == 403
    assert bench.draft(ticket_id).state is DraftState.APPROVED


def test_a_rejection_needs_a_reason(bench: Bench, visit: Visit) -> None:
    ticket_id = bench.opened("refund_under_limit")
    draft = bench.draft(ticket_id)
    ana = visit(ANA)
    for reason, sentence in (
        (" ", "Choose what is wrong with it, or say it in a few words."),
        ("x" * 501, "A reason has at most 500 characters."),
    ):
        refused = ana.verdict(draft.id, "reject", reason=reason)
        assert (refused.status_code, problem(refused)) == (422, sentence)
        (field,) = parsed(refused).css("details[open] #reason")
        assert field.attributes["value"] == reason
        assert field.attributes["aria-invalid"] == "true"
    rejected = ana.verdict(draft.id, "reject", reason="Never sent back <b>")
    assert text_of(rejected, ".flash") == "Rejected. Nothing goes out."
    assert text_of(rejected, ".history q") == "Never sent back <b>"
    assert buttons(rejected) == []
    assert bench.draft(ticket_id).state is DraftState.REJECTED


def test_i_will_answer_sends_nothing_and_names_who(bench: Bench, visit: Visit) -> None:
    ticket_id = bench.opened("complaint")
    draft = bench.draft(ticket_id)
    ben = visit(BEN)
    answer = ben.verdict(draft.id, "respond", text="Half a sentence")
    assert "you answer this customer yourself" in text_of(answer, ".flash")
    assert text_of(answer, "#reply") == "You answer this customer"
    assert "Ben Mercer answers" in words_of(ben.get("/queue"))
    bench.pass_time(60)
    assert bench.public(ticket_id) == []


def test_undo_in_time_and_too_late(bench: Bench, visit: Visit) -> None:
    ticket_id = bench.opened("refund_under_limit")
    draft = bench.draft(ticket_id)
    ana = visit(ANA)
    approved = ana.verdict(draft.id, "approve", done="0")
    assert buttons(approved) == ["Undo"]
    assert 0 < float(parsed(approved).css("#undo")[0].attributes["data-left"] or "") <= 10
    assert "It goes out after" in text_of(approved, "#left")
    undone = ana.verdict(draft.id, "undo")
    assert text_of(undone, ".flash") == "Taken back. Nothing went out."
    bench.pass_time(60)
    assert bench.public(ticket_id) == []

    ana.verdict(draft.id, "approve", done="0")
    seen = ana.seen(draft.id)
    bench.pass_time(10)
    late = ana.verdict(draft.id, "undo", seen=seen)
    assert late.status_code == 409
    assert problem(late) == "This draft moved meanwhile: it is delivered now."
    assert len(bench.public(ticket_id)) == 1


def test_a_page_that_is_too_old_is_told_what_happened(bench: Bench, visit: Visit) -> None:
    ticket_id = bench.opened("refund_under_limit")
    draft = bench.draft(ticket_id)
    ana, ben = visit(ANA), visit(BEN)
    seen = ana.seen(draft.id)
    ben.verdict(draft.id, "reject", reason="I call her")
    late = ana.verdict(draft.id, "approve", seen=seen, text="My own words", done="0")
    assert late.status_code == 409
    assert problem(late) == "This draft moved meanwhile: it is rejected now, by Ben Mercer."
    assert "My own words" in words_of(late)
    as_json = ana.verdict(draft.id, "approve", seen=seen, headers=JSON)
    assert as_json.json() == {"error": {"code": "moved", "message": problem(late)}}

    other = bench.draft(bench.opened("reship"))
    for wrong in ({"rev": "2"}, {"state": "approved"}):
        stale = ana.verdict(other.id, "approve", seen=ana.seen(other.id) | wrong, done="0")
        assert stale.status_code == 409
        assert problem(stale) == "This draft moved meanwhile: it is awaiting review now."


def test_the_address_of_a_refused_verdict_leads_to_the_draft(bench: Bench, visit: Visit) -> None:
    path = f"/drafts/{bench.draft(bench.opened('reship')).id}"
    assert visit(ANA).get(f"{path}/verdict").url == f"{bench.url}{path}"


def test_a_form_that_cannot_be_read_changes_nothing(bench: Bench, visit: Visit) -> None:
    ticket_id = bench.opened("refund_under_limit")
    path = f"/drafts/{bench.draft(ticket_id).id}"
    ana = visit(ANA)
    form = hidden(ana.get(path)) | {"verdict": "approve", "done": "0"}
    for name, value in (
        ("rev", "one"),
        ("rev", ""),
        ("state", "sent"),
        ("verdict", "delete"),
        ("verdict", ""),
    ):
        answer = ana.post(f"{path}/verdict", data=form | {name: value})
        assert answer.status_code == 422
        assert problem(answer) == "This form cannot be read; reload the page."
    assert bench.draft(ticket_id).state is DraftState.AWAITING_REVIEW


def test_of_two_people_at_once_one_wins(bench: Bench, visit: Visit) -> None:
    ticket_id = bench.opened("refund_over_limit")
    draft = bench.draft(ticket_id)
    people = [visit(BEN), visit(CHLOE)]
    forms = [person.seen(draft.id) for person in people]
    together = Barrier(2)

    def approve(person: Visitor, seen: dict[str, str]) -> requests.Response:
        together.wait(timeout=5)
        return person.verdict(draft.id, "approve", seen=seen, done="0")

    with ThreadPoolExecutor(2) as threads:
        answers = list(threads.map(approve, people, forms))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    (lost,) = (answer for answer in answers if answer.status_code == 409)
    (row,) = verdicts_of(bench, ticket_id)
    winner = {BEN: "Ben Mercer", CHLOE: "Chloe Duval"}
    by = next(name for email, name in winner.items() if bench.person(email).id == row.person_id)
    assert problem(lost) == f"This draft moved meanwhile: it is approved now, by {by}."
    bench.pass_time(10)
    assert len(bench.public(ticket_id)) == 1


def test_every_tick_is_needed(bench: Bench, visit: Visit) -> None:
    """The same tick sent twice does not stand for two."""
    ticket_id = bench.opened("refund_under_limit")
    draft = bench.draft(ticket_id)
    with bench.runtime.database.write() as session:
        held = drafts.get(session, bench.scope, draft.id)
        small = replace(drafts.action_of(held.actions[0]), amount=Money.from_minor(1900, "USD"))
        drafts.add_actions(session, bench.scope, draft.id, draft.rev + 1, [small, small])
        drafts.change(session, bench.scope, held.draft, rev=draft.rev + 1)
    ben = visit(BEN)
    assert ben.verdict(draft.id, "approve", done=["0", "0"]).status_code == 422
    refused = ben.verdict(draft.id, "approve", done=["1"])
    ticks = [tick.attributes for tick in parsed(refused).css("input[name=done]")]
    assert ["checked" in tick for tick in ticks] == [False, True]


def test_two_approvals_are_two_people(bench: Bench, visit: Visit) -> None:
    """The first signs the text, the last ticks the actions."""
    ticket_id = bench.opened("refund_over_limit")
    draft = bench.draft(ticket_id)
    with bench.runtime.database.write() as session:
        held = drafts.get(session, bench.scope, draft.id)
        assert held.decision is not None
        held.decision.approvals = 2
    ben, chloe = visit(BEN), visit(CHLOE)
    shown = ben.get(f"/drafts/{draft.id}")
    assert buttons(shown)[0] == "Approve"
    assert parsed(shown).css("input[name=done]") == []
    assert "Nothing goes out before one more lead or admin approves." in shown.text
    first = ben.verdict(draft.id, "approve", text=typed(shown))
    assert "another person must approve too" in text_of(first, ".flash")
    assert "It waits for one more lead or admin." in first.text
    assert buttons(first) == [ILL_ANSWER, ANOTHER, "Reject"]
    shown = chloe.get(f"/drafts/{draft.id}")
    assert buttons(shown)[0] == "Approve and send"
    assert "readonly" in parsed(shown).css("#text")[0].attributes
    assert chloe.verdict(draft.id, "approve", text="Other words", done="0").status_code == 409
    assert chloe.verdict(draft.id, "approve", text=typed(shown), done="0").status_code == 200
    bench.pass_time(10)
    assert bench.public(ticket_id) == [draft.text]


def test_a_person_settles_a_delivery_of_which_nobody_knows(bench: Bench, visit: Visit) -> None:
    ana = visit(ANA)
    for key, kind, state in (
        ("refund_under_limit", "was_sent", DraftState.DELIVERED),
        ("damaged_item", "send_again", DraftState.APPROVED),
        ("german_html_thread", "was_answered", DraftState.ANSWERED),
    ):
        ticket_id = bench.opened(key)
        draft = bench.draft(ticket_id)
        ana.verdict(draft.id, "approve", done="0")
        lose_sight_of(bench, draft.id)
        shown = ana.get(f"/drafts/{draft.id}")
        assert text_of(shown, "#reply") == "It is not known whether this was sent"
        assert buttons(shown) == [
            "It was sent",
            "It was not sent, send it again",
            "I have answered myself",
        ]
        assert "Delivery needs a look" in words_of(ana.get("/queue"))
        assert ana.verdict(draft.id, kind).status_code == 200
        assert bench.draft(ticket_id).state is state


def lose_sight_of(bench: Bench, draft_id: str) -> None:
    with bench.runtime.database.write() as session:
        held = drafts.get(session, bench.scope, draft_id)
        for to in (DraftState.DELIVERING, DraftState.DELIVERY_UNKNOWN):
            now = bench.clock()
            drafts.move(session, bench.scope, held.draft, to, actor="system", at=now)


def test_a_long_message_scrolls_by_itself_and_by_keyboard(bench: Bench, visit: Visit) -> None:
    long = bench.draft(bench.opened("thirty_kilobytes"))
    (words,) = parsed(visit(ANA).get(f"/drafts/{long.id}")).css(".message .words")
    assert (words.attributes["tabindex"], words.attributes["role"]) == ("0", "region")
    short = bench.draft(bench.opened("reship"))
    (words,) = parsed(visit(ANA).get(f"/drafts/{short.id}")).css(".message .words")
    assert "tabindex" not in words.attributes


def _seen(answer: requests.Response, rev: int) -> dict[str, str]:
    """The fields of a form that this page rightly does not have."""
    (token,) = parsed(answer).css("header input[name=csrf_token]")
    value = token.attributes["value"] or ""
    return {"csrf_token": value, "rev": str(rev), "state": "awaiting_review"}
