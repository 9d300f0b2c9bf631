import pytest
import responses

from connectors.errors import (
    AmbiguousError,
    ConflictError,
    NotFoundError,
    RejectedError,
    UnavailableError,
)
from connectors.types import TagChange

from .answers import (
    API,
    DONE,
    DRAFT,
    NO_TAGS,
    STAMP,
    TICKET,
    helpdesk,
    retagged,
    sent,
    stands,
    takes,
    ticket,
    wrote,
)

pytestmark = pytest.mark.usefixtures("edge", "no_waiting")


def test_a_note_is_one_put_with_tags_and_effect() -> None:
    stands("vip")
    takes(wrote(901), retagged(["vip"], ["bookbag_draft", "vip"]))
    receipt = helpdesk().add_note("35", "<p>Draft</p>", tags=DRAFT, effect_id="note:1")
    assert receipt == DONE
    assert sent() == [
        {
            "id": 35,
            "comment": {"html_body": "<p>Draft</p>", "public": False},
            "metadata": {"bookbag_effect": "note:1"},
            "tags": ["bookbag_draft", "vip"],
            "updated_stamp": STAMP,
            "safe_update": True,
        }
    ]


def test_a_note_without_tags_needs_no_reading() -> None:
    takes(wrote(901))
    assert helpdesk().add_note("35", "<p>x</p>", tags=NO_TAGS, effect_id="e") == DONE
    assert "tags" not in sent()[0]
    assert len(responses.calls) == 1


def test_tags_that_are_so_already_are_not_sent() -> None:
    stands("bookbag_draft")
    takes(wrote(901))
    helpdesk().add_note("35", "<p>x</p>", tags=DRAFT, effect_id="e")
    assert "tags" not in sent()[0]


def test_a_reply_is_public_as_the_agent_with_status() -> None:
    stands("bookbag_approved", "vip")
    takes(wrote(901))
    receipt = helpdesk().send_reply(
        "35",
        "Hi Ann,\nit's <sent>.\n\nBo",
        author_id="600",
        tags=TagChange(frozenset({"bookbag_sent"}), frozenset({"bookbag_approved"})),
        status="solved",
        effect_id="send:1",
    )
    assert receipt == DONE
    assert sent() == [
        {
            "id": 35,
            "comment": {
                "html_body": "<p>Hi Ann,<br>it&#x27;s &lt;sent&gt;.</p><p>Bo</p>",
                "public": True,
                "author_id": 600,
            },
            "metadata": {"bookbag_effect": "send:1"},
            "status": "solved",
            "tags": ["bookbag_sent", "vip"],
            "updated_stamp": STAMP,
            "safe_update": True,
        }
    ]


def test_a_reply_as_ourselves_names_no_author_and_no_status() -> None:
    takes(wrote(901))
    helpdesk().send_reply("35", "Hi", author_id=None, tags=NO_TAGS, status=None, effect_id="e")
    assert sent()[0]["comment"] == {"html_body": "<p>Hi</p>", "public": True}
    assert "status" not in sent()[0]


@pytest.mark.parametrize(("text", "author"), [(" \n ", None), ("Hi", "6/0"), ("Hi", "")])
def test_a_reply_that_cannot_be_meant_is_not_sent(text: str, author: str | None) -> None:
    with pytest.raises(RejectedError):
        helpdesk().send_reply(
            "35", text, author_id=author, tags=NO_TAGS, status=None, effect_id="e"
        )
    assert not responses.calls


def test_changing_tags_keeps_others() -> None:
    stands("vip", "bookbag_draft")
    takes(retagged(["vip", "bookbag_draft"], ["bookbag_approved", "vip"]))
    helpdesk().change_tags(
        "35",
        TagChange(frozenset({"bookbag_approved"}), frozenset({"bookbag_draft"})),
        effect_id="tag:1",
    )
    assert sent()[0]["tags"] == ["bookbag_approved", "vip"]
    assert sent()[0]["metadata"] == {"bookbag_effect": "tag:1"}
    assert "comment" not in sent()[0]


@pytest.mark.parametrize("change", [DRAFT, NO_TAGS])
def test_tags_that_need_no_change_are_not_written(change: TagChange) -> None:
    stands("bookbag_draft")
    helpdesk().change_tags("35", change, effect_id="e")
    assert sent() == []


def test_a_conflict_reads_again_and_keeps_what_came_between() -> None:
    stands("vip")
    stands("vip", "urgent", updated_at="2026-11-22T09:00:05Z")
    conflict = responses.put(TICKET, status=409, json={"error": "UpdateConflict"})
    takes(wrote(901))
    assert helpdesk().add_note("35", "<p>x</p>", tags=DRAFT, effect_id="e") == DONE
    assert conflict.call_count == 1
    assert sent()[1]["tags"] == ["bookbag_draft", "urgent", "vip"]
    assert sent()[1]["updated_stamp"] == "2026-11-22T09:00:05Z"


def test_endless_conflicts_end() -> None:
    stands("vip")
    conflict = responses.put(TICKET, status=409)
    with pytest.raises(ConflictError):
        helpdesk().add_note("35", "<p>x</p>", tags=DRAFT, effect_id="e")
    assert conflict.call_count == 5


def test_tags_of_the_same_second_are_put_back() -> None:
    stands("vip")
    stands("vip", "bookbag_draft")
    takes(wrote(901), retagged(["vip", "urgent"], ["bookbag_draft", "vip"]))
    takes(retagged(["vip", "bookbag_draft"], ["bookbag_draft", "urgent", "vip"]))
    assert helpdesk().add_note("35", "<p>x</p>", tags=DRAFT, effect_id="e") == DONE
    assert [one["tags"] for one in sent()] == [
        ["bookbag_draft", "vip"],
        ["bookbag_draft", "urgent", "vip"],
    ]
    assert "comment" not in sent()[1]


def test_tags_are_put_back_only_once_the_second_is_over() -> None:
    stands("vip")
    for date in ("09:00:00", "09:00:01"):
        now = {"Date": f"Sun, 22 Nov 2026 {date} GMT"}
        body = {"ticket": ticket("bookbag_draft", "vip")}
        responses.add("GET", TICKET, json=body, headers=now)
    takes(wrote(901), retagged(["vip", "urgent"], ["bookbag_draft", "vip"]))
    takes(retagged(["vip", "bookbag_draft"], ["bookbag_draft", "urgent", "vip"]))
    helpdesk().add_note("35", "<p>x</p>", tags=DRAFT, effect_id="e")
    assert [call.request.method for call in responses.calls] == ["GET", "PUT", "GET", "GET", "PUT"]


def test_a_tag_that_we_take_off_is_not_put_back() -> None:
    stands("vip")
    takes(retagged(["vip", "old"], []))
    helpdesk().change_tags("35", TagChange(remove=frozenset({"vip", "old"})), effect_id="e")
    assert len(sent()) == 1


def test_a_note_stands_even_if_lost_tags_cannot_be_put_back() -> None:
    stands("vip")
    responses.get(TICKET, status=404)
    takes(wrote(901), retagged(["urgent"], ["bookbag_draft", "vip"]))
    assert helpdesk().add_note("35", "<p>x</p>", tags=DRAFT, effect_id="e") == DONE


@pytest.mark.parametrize("status", [500, 502, 504])
def test_a_lost_answer_is_ambiguous_and_sent_once(status: int) -> None:
    put = responses.put(TICKET, status=status)
    with pytest.raises(AmbiguousError):
        helpdesk().add_note("35", "<p>x</p>", tags=NO_TAGS, effect_id="e")
    assert put.call_count == 1


def test_an_unavailable_desk_took_no_note() -> None:
    put = responses.put(TICKET, status=503)
    with pytest.raises(UnavailableError):
        helpdesk().add_note("35", "<p>x</p>", tags=NO_TAGS, effect_id="e")
    assert put.call_count == 1


@pytest.mark.parametrize(
    "body",
    ["", "<html>", "[]", "{}", '{"ticket": {"id": 1}}', '{"ticket": {}, "audit": []}',
     '{"ticket": {"id": 1}, "audit": {"id": 1, "events": []}}',
     '{"ticket": {}, "audit": {"id": 1, "events": [{"type": "Comment", "id": "x"}]}}',
     '{"ticket": {}, "audit": {"id": 1, "events": [{"type": "Comment", "id": 9}]}}'],
)  # fmt: skip
def test_a_note_whose_receipt_is_unreadable_may_have_been_done(body: str) -> None:
    responses.put(TICKET, body=body, content_type="application/json")
    with pytest.raises(AmbiguousError):
        helpdesk().add_note("35", "<p>x</p>", tags=NO_TAGS, effect_id="e")


@pytest.mark.parametrize("ticket_id", ["", "35/../36", "x", "٣٥", "1" * 21])
def test_a_ticket_id_is_a_number(ticket_id: str) -> None:
    desk = helpdesk()
    for call in (desk.ticket, desk.conversation):
        with pytest.raises(NotFoundError):
            call(ticket_id)
    with pytest.raises(NotFoundError):
        desk.add_note(ticket_id, "<p>x</p>", tags=NO_TAGS, effect_id="e")


def test_tags_are_read_a_page_at_a_time_until_there_are_enough() -> None:
    pages = [
        {
            "tags": [{"name": f"tag_{page}{number:02}", "count": 9} for number in range(100)],
            "meta": {"has_more": True, "after_cursor": f"c{page}"},
        }
        for page in range(4)
    ]
    for page in pages:
        responses.get(f"{API}/tags", json=page)
    found = helpdesk().tags()
    assert (len(found), found[0], found[-1]) == (300, "tag_000", "tag_299")
    assert len(responses.calls) == 3
    assert "page%5Bafter%5D=c1" in str(responses.calls[2].request.url)


def test_a_tag_without_a_name_is_an_answer_that_is_not_understood() -> None:
    responses.get(f"{API}/tags", json={"tags": [{"count": 1}]})
    with pytest.raises(RejectedError, match="name: expected a string"):
        helpdesk().tags()
