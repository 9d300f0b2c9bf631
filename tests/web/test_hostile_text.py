"""Customers' text is shown as it is and never obeyed."""

from tests.bench.world import BEN, Bench
from tests.web.conftest import Visit
from tests.web.visitor import parsed, text_of, typed

HOSTILE = (
    "<script>alert(1)</script>",
    "</textarea></script><img src=x onerror=alert(1)>",
    "{{ 7 * 7 }} {% raw %} ${7*7} #{7*7}",
    "مرحبا \u202egnp.exe\u202c שלום \u2066x",
    "\"'><svg onload=alert(1)>",
    "nul \u2400 inside",
    "&lt;b&gt; &amp;amp; \ud83d\udc50".encode("utf-16", "surrogatepass").decode("utf-16"),
)

SCRIPTS = ["/static/live.js", "/static/action_edit.js"]


def test_hostile_text_is_shown_as_text(bench: Bench, visit: Visit) -> None:
    ben = visit(BEN)
    for number, hostile in enumerate(HOSTILE):
        sender = {"name": hostile, "email": f"{number}@example.com"}
        message = f"Could I have my money back for this order, please?\n\n{hostile}"
        ticket_id = bench.hands.open_ticket({"subject": hostile, "text": message, "from": sender})
        bench.settle()
        draft = bench.draft(ticket_id)
        page = ben.get(f"/drafts/{draft.id}")
        assert text_of(page, "h1") == text_of(page, "#message bdi") == hostile
        assert text_of(page, ".untrusted") == draft.message_text.strip()
        assert hostile in draft.message_text
        shown = parsed(page)
        assert [script.attributes["src"] for script in shown.css("script")] == SCRIPTS
        assert shown.css("img, svg") == []
    queue = parsed(ben.get("/queue"))
    assert {subject.text() for subject in queue.css(".subject a bdi")} >= set(HOSTILE)
    assert queue.css("main script, main img, main svg") == []


def test_a_hostile_reason_and_edit_are_shown_as_text(bench: Bench, visit: Visit) -> None:
    draft = bench.draft(bench.opened("refund_under_limit"))
    ben = visit(BEN)
    for hostile in HOSTILE:
        refused = ben.verdict(draft.id, "approve", text=hostile, reason=hostile)
        assert refused.status_code == 422
        assert typed(refused) == hostile
        assert parsed(refused).css("#reason")[0].attributes["value"] == hostile
        assert len(parsed(refused).css("script")) == len(SCRIPTS)


def test_nul_is_shown_by_its_symbol(bench: Bench, visit: Visit) -> None:
    ticket_id = bench.opened("refund_under_limit")
    ben = visit(BEN)
    page = ben.verdict(bench.draft(ticket_id).id, "reject", reason="a\x00b")
    assert page.status_code == 200
    assert text_of(page, ".history q") == "a\u2400b"
    assert "a\u2400b" in ben.get(f"/drafts/{bench.draft(ticket_id).id}").text


def test_a_message_of_20000_characters_is_shown_whole(bench: Bench, visit: Visit) -> None:
    message = "Where is my parcel? " + "x" * 19_980
    ticket_id = bench.opened("refund_under_limit", text=message)
    page = visit(BEN).get(f"/drafts/{bench.draft(ticket_id).id}")
    assert text_of(page, ".untrusted") == message
