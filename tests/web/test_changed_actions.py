"""The forms in which a reviewer changes actions, asks for another draft, or says why not."""

from typing import Any

from plugin.models import DraftState
from tests.bench.world import ANA, BEN, Bench
from tests.web.conftest import Visit
from tests.web.sidebar_app import Sidebar, install
from tests.web.visitor import JSON, parsed, problem, text_of, words_of

GLOVES = "refund_under_limit"


def amount(typed: str) -> dict[str, Any]:
    return {"amount-0": typed}


def test_a_lower_amount_is_signed_and_told(bench: Bench, visit: Visit) -> None:
    ana, ticket_id = visit(ANA), bench.opened(GLOVES)
    draft = bench.draft(ticket_id)
    page = ana.get(f"/drafts/{draft.id}")
    assert "At most 38.50 USD" in words_of(page)
    text = (draft.text or "").replace("38.50", "20.00")
    sent = ana.verdict(draft.id, "approve", text=text, done="0", **amount("20.00"))
    assert sent.status_code == 200
    assert "refund 20.00 USD on #1005" in words_of(sent)
    assert "20.00 USD from Ana Reyes, who changed it" in words_of(sent)
    assert "20.00 USD from shop order" not in words_of(sent)
    assert "edited and approved it" in words_of(sent)
    assert bench.draft(ticket_id).state is DraftState.APPROVED


def test_what_was_typed_stays_beside_what_is_wrong_with_it(bench: Bench, visit: Visit) -> None:
    ana, draft = visit(ANA), bench.draft(bench.opened(GLOVES))
    refused = ana.verdict(draft.id, "approve", done="0", **amount("500"))
    assert refused.status_code == 422
    assert "only 38.50 USD left to give back" in problem(refused)
    (field,) = parsed(refused).css("#amount-0")
    assert (field.attributes["value"], field.attributes["aria-invalid"]) == ("500", "true")
    assert "open" in parsed(refused).css("#change")[0].attributes


def test_an_action_that_is_taken_out_needs_no_tick(bench: Bench, visit: Visit) -> None:
    ana, ticket_id = visit(ANA), bench.opened(GLOVES)
    draft_id = bench.draft(ticket_id).id
    assert ana.verdict(draft_id, "approve", drop="0", text="I look into it.").status_code == 200
    assert (bench.held(ticket_id).actions, bench.draft(ticket_id).state) == (
        (),
        DraftState.APPROVED,
    )


def test_what_nobody_changed_is_no_edit(bench: Bench, visit: Visit) -> None:
    ana, ticket_id = visit(ANA), bench.opened(GLOVES)
    sent = ana.verdict(bench.draft(ticket_id).id, "approve", done="0", **amount(" 38.50 "))
    assert "approved it" in words_of(sent)
    assert "edited" not in words_of(sent)
    assert bench.draft(ticket_id).rev == 1


def test_an_order_that_moved_is_told_on_the_page(bench: Bench, visit: Visit) -> None:
    ana, ticket_id = visit(ANA), bench.opened(GLOVES)
    bench.in_the_shop("1005", total="44.00")
    refused = ana.verdict(bench.draft(ticket_id).id, "approve", done="0")
    bench.in_the_shop("1005", total="38.50")
    assert refused.status_code == 409
    told = "Order #1005's total is now 44.00 USD; it was 38.50 USD when this was drafted."
    assert problem(refused) == f"{told} Please look again."
    assert told in words_of(refused)
    assert "held it anew, for its order has changed" in words_of(refused)


def test_another_draft_with_an_instruction(bench: Bench, visit: Visit) -> None:
    ben, ticket_id = visit(BEN), bench.opened(GLOVES)
    draft_id = bench.draft(ticket_id).id
    asked = ben.verdict(draft_id, "regenerate", instruction="use the macro “Returns”")
    assert "Another draft is being made" in words_of(asked)
    assert "This takes a few seconds" in words_of(asked)
    bench.settle()
    page = words_of(ben.get(f"/drafts/{draft_id}"))
    assert "Ben Mercer asked for another draft (on this page): use the macro “Returns”" in page
    assert "which the instruction names" in page
    ana = visit(ANA)
    stale = ana.verdict(draft_id, "approve", seen={**ana.seen(draft_id), "rev": "1"})
    assert stale.status_code == 409


def test_a_rejection_takes_a_reason_of_the_list_or_words(bench: Bench, visit: Visit) -> None:
    ana, draft = visit(ANA), bench.draft(bench.opened(GLOVES))
    empty = ana.verdict(draft.id, "reject", reason_kind="", reason=" ")
    assert problem(empty) == "Choose what is wrong with it, or say it in a few words."
    unknown = ana.verdict(draft.id, "reject", reason_kind="mood", headers=JSON)
    assert unknown.status_code == 422
    done = ana.verdict(draft.id, "reject", reason_kind="wrong_amount", reason="It was one of two.")
    assert text_of(done, "#deed").endswith("Ana Reyes: wrong amount: It was one of two.") or (
        "wrong amount: It was one of two." in words_of(done)
    )


def test_the_list_names_every_reason_once(bench: Bench, visit: Visit) -> None:
    page = visit(ANA).get(f"/drafts/{bench.draft(bench.opened(GLOVES)).id}")
    values = [option.attributes["value"] for option in parsed(page).css("#reason-kind option")]
    assert values[0] in ("", None)
    assert len(values) == len(set(values)) == 9


def test_the_composer_takes_words_only(bench: Bench) -> None:
    install(bench)
    ana, ticket_id = Sidebar(bench, ANA), bench.opened(GLOVES)
    draft, fields = bench.draft(ticket_id), amount("5.00")
    refused = ana.act(draft.id, "insert", done="0", **fields, **ana.seen(ticket_id))
    assert refused.status_code == 422
    assert "The composer takes words only" in refused.json()["error"]["message"]
    assert "amount-0" in refused.json()["error"]["fields"]
