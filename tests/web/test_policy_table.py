"""``/policies/table``: rows for people who never saw YAML, and the file around them untouched."""

from typing import Any

import pytest
import requests

from connectors.errors import UnavailableError
from plugin.models import DraftState
from plugin.policy.rows import Row
from tests.bench.world import CHLOE, Bench
from tests.web.conftest import Visit
from tests.web.policy_pages import (
    DEMO,
    PLAIN,
    activated,
    form_of,
    in_force,
    put_in_force,
    rows_in,
    source_of,
)
from tests.web.visitor import Visitor, hidden, parsed, text_of, words_of

COMPLAINTS = """\

  # The owner reads these herself.
  - id: complaints
    tags: [complaint]   # and no other
    require: approval
    approvers: [admin]
    note: Call them.
"""
MIXED = PLAIN + COMPLAINTS


@pytest.fixture
def chloe(bench: Bench, visit: Visit) -> Visitor:
    """An admin, and a file with one row in force."""
    put_in_force(bench, MIXED)
    return visit(CHLOE)


def pressed(
    visitor: Visitor, page: requests.Response, do: str, **typed: object
) -> requests.Response:
    """Press a button of the table, with some fields typed over; ``tags_0`` is ``tags-0``."""
    form: dict[str, Any] = {**form_of(page), "do": do}
    form.update({name.replace("_", "-"): value for name, value in typed.items()})
    files = [
        (name, (None, str(value)))
        for name, values in form.items()
        for value in (values if isinstance(values, list) else [values])
    ]
    return visitor.post("/policies/table", files=files)


def test_rows_and_what_is_only_in_the_text(chloe: Visitor) -> None:
    page = chloe.get("/policies/table")
    assert rows_in(page) == [
        {
            "id": "complaints",
            "tags": "complaint",
            "oversight": "approval",
            "approver": "admin",
            "amount": "",
            "deadline": "",
        }
    ]
    assert text_of(page, "label[for=amount-0]") == "Only over (USD)"
    (others,) = parsed(page).css("section[aria-labelledby=others]")
    assert "Refunds over 50.00 USD need 1 lead's approval" in others.text()


def test_a_newcomers_row_is_seen_activated_and_obeyed(bench: Bench, chloe: Visitor) -> None:
    ticket_id = bench.opened("refund_under_limit", tags=["wholesale"])
    assert bench.draft(ticket_id).state is DraftState.AWAITING_REVIEW
    page = pressed(chloe, chloe.get("/policies/table"), "add")
    (fresh,) = parsed(page).css("[autofocus]")
    assert fresh.attributes["name"] == "tags-1"
    shown = pressed(chloe, page, "preview", tags_1="wholesale", deadline_1="2 h")
    words = words_of(shown)
    sentence = "Drafts on tickets tagged wholesale need 1 lead's approval, within 2 h."
    assert f"wholesale is new {sentence}" in words
    assert "draft that was offered for review would need an approval" in words
    activated(chloe, shown, why="Wholesale is new")
    assert in_force(bench).source == (
        f"{MIXED}\n  - id: wholesale\n    tags: [wholesale]\n    require: approval\n"
        "    approvers: [lead]\n    deadline: 2h\n"
    )
    ticket_id = bench.opened("refund_under_limit", tags=["wholesale"])
    assert bench.draft(ticket_id).state is DraftState.AWAITING_APPROVAL


def test_a_row_is_changed_in_its_own_lines(bench: Bench, chloe: Visitor) -> None:
    page = chloe.get("/policies/table")
    shown = pressed(chloe, page, "preview", oversight_0="block", amount_0="20")
    activated(chloe, shown, why="Enough")
    assert in_force(bench).source == MIXED.replace(
        "    require: approval\n    approvers: [admin]\n    note",
        "    when: {amount_over: 20}\n    require: block\n    note",
    )


def test_a_removed_row_is_gone_after_the_activation(bench: Bench, chloe: Visitor) -> None:
    page = pressed(chloe, chloe.get("/policies/table"), "remove-0")
    assert rows_in(page) == []
    assert "No rows yet." in words_of(page)
    shown = pressed(chloe, page, "preview")
    assert "complaints is gone" in words_of(shown)
    activated(chloe, shown, why="Not any more")
    assert in_force(bench).source == f"{PLAIN}\n  # The owner reads these herself.\n"


def test_what_is_wrong_stands_beside_its_field_and_nothing_is_lost(
    bench: Bench, chloe: Visitor
) -> None:
    number = in_force(bench).number
    page = pressed(chloe, chloe.get("/policies/table"), "add")
    typed = {"tags_1": "", "amount_1": "5,00", "deadline_1": "soon", "approver_1": "admin"}
    answer = pressed(chloe, page, "preview", **typed)
    assert answer.status_code == 422
    for field, sentence in (
        ("tags", "Expected a ticket's tag."),
        ("amount", 'Expected an amount such as 50.00 or 50.00 EUR, not "5,00".'),
        ("deadline", 'Expected a duration such as 90s, 30m, 4h or 30d, at most 366d, not "soon".'),
    ):
        assert text_of(answer, f"#wrong-{field}-1") == sentence
        (marked,) = parsed(answer).css(f"[name={field}-1]")
        assert marked.attributes["aria-describedby"] == f"wrong-{field}-1"
    row = rows_in(answer)[1]
    assert (row["amount"], row["deadline"], row["approver"]) == ("5,00", "soon", "admin")
    assert in_force(bench).number == number


def test_a_file_without_a_currency_is_asked_for_one(bench: Bench, visit: Visit) -> None:
    put_in_force(bench, "version: 1\n")
    chloe = visit(CHLOE)
    page = pressed(chloe, chloe.get("/policies/table"), "add")
    refused = pressed(chloe, page, "preview", tags_0="vip", amount_0="5")
    assert "Expected currency: at the top of the file" in text_of(refused, "#wrong-amount-0")
    wrong = pressed(chloe, refused, "preview", currency="dollars")
    assert "ISO 4217 code such as USD" in text_of(wrong, "#wrong-currency-None")
    shown = pressed(chloe, wrong, "preview", currency="usd")
    assert "Actions over 5.00 USD on tickets tagged vip need" in words_of(shown)
    assert hidden(shown)["source"].startswith("version: 1\ncurrency: USD\n")


def test_the_way_to_the_text_takes_the_rows_along_and_back(chloe: Visitor) -> None:
    page = pressed(chloe, chloe.get("/policies/table"), "add")
    text = pressed(chloe, page, "text", tags_1="vip")
    assert source_of(text).endswith(
        "  - id: vip\n    tags: [vip]\n    require: approval\n    approvers: [lead]\n"
    )
    form = {**hidden(text), "source": source_of(text)}
    back = chloe.post("/policies/table", data=form)
    assert [row["id"] for row in rows_in(back)] == ["complaints", "vip"]


def test_tags_are_suggested_as_the_helpdesk_has_them(bench: Bench, chloe: Visitor) -> None:
    bench.opened("refund_under_limit", tags=["from_the_helpdesk"])
    page = chloe.get("/policies/table")
    suggested = [node.attributes["value"] for node in parsed(page).css("#known-tags option")]
    assert "from_the_helpdesk" in suggested
    assert not [tag for tag in suggested if str(tag).startswith("bookbag_")]
    (field,) = parsed(page).css("[name=tags-0]")
    assert field.attributes["list"] == "known-tags"


def test_without_an_answer_of_the_helpdesk_the_table_works_and_says_so(
    chloe: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_: object) -> tuple[str, ...]:
        raise UnavailableError("no answer")

    monkeypatch.setattr("connectors.zendesk.helpdesk.ZendeskHelpdesk.tags", away)
    page = chloe.get("/policies/table")
    assert page.status_code == 200
    assert text_of(page, ".notice").startswith("Your helpdesk did not answer")
    assert len(rows_in(page)) == 1
    assert pressed(chloe, page, "preview", tags_0="x").status_code == 200


def test_a_text_with_problems_is_mended_first(chloe: Visitor) -> None:
    form = {**hidden(chloe.get("/policies/text")), "source": "policies: no\n"}
    answer = chloe.post("/policies/table", data=form)
    assert answer.status_code == 422
    assert text_of(answer, "#problem").startswith("The table shows only a text without problems.")
    assert source_of(answer) == "policies: no\n"


def test_a_large_table_is_sent_whole_and_a_larger_file_stays_a_text(
    bench: Bench, visit: Visit
) -> None:
    def tagged(count: int) -> str:
        rows = (f"  - {{id: p{n}, tags: [t{n}], require: review}}\n" for n in range(count))
        return f"version: 1\npolicies:\n{''.join(rows)}"

    put_in_force(bench, tagged(200))
    chloe = visit(CHLOE)
    page = chloe.get("/policies/table")
    assert len(rows_in(page)) == 200
    assert "Add a row" not in words_of(page)
    assert "p0 changes" in words_of(pressed(chloe, page, "preview", tags_0="other"))
    put_in_force(bench, tagged(201))
    refused = chloe.get("/policies/table")
    assert refused.status_code == 422
    assert "at most 200 rows" in text_of(refused, "#problem")
    assert source_of(refused) == tagged(201)
    put_in_force(bench, DEMO)


def test_an_empty_row_is_a_row_of_nothing() -> None:
    assert Row().is_empty
    assert not Row(tags="x").is_empty
