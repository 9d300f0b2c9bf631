"""What is written, in which order, and what stands where a part of it fails."""

import json
from typing import Any

import pytest
import responses
from responses.matchers import query_param_matcher

from connectors.errors import AmbiguousError, NotFoundError, RejectedError, UnavailableError
from connectors.gorgias import routing
from connectors.gorgias.helpdesk import GorgiasHelpdesk, ticket_page
from connectors.reading import Fields
from connectors.types import TagChange
from tests.connectors.clocks import StillClock

from .answers import API, BASE, MESSAGES, TICKET, access, fixture, helpdesk, listed

TAGS = TagChange(
    add=frozenset({"bookbag_sent", "vip"}),
    remove=frozenset({"bookbag_draft", "bookbag_bypass"}),
)
NO_TAGS = TagChange()


@pytest.fixture(autouse=True)
def gorgias_(edge: None) -> None:
    """A ticket with a customer's mail, and our user."""
    del edge
    responses.get(f"{API}/users/0", json={"id": 510001, "name": "Bookbag"})
    responses.get(TICKET, json=fixture("tickets/mail"))
    responses.get(MESSAGES, json=listed(fixture("messages/customer_mail")))


def calls() -> list[str]:
    """What was written, in order."""
    return [
        f"{call.request.method} {(call.request.url or '').removeprefix(API)}"
        for call in responses.calls
        if call.request.method != "GET"
    ]


def sent(number: int) -> dict[str, Any]:
    written = [call.request for call in responses.calls if call.request.method != "GET"]
    found: dict[str, Any] = json.loads(written[number].body or "{}")
    return found


def takes(**answers: int) -> None:
    """What Gorgias says to each write."""
    note = fixture("messages/our_note")
    responses.post(f"{TICKET}/tags", status=answers.get("add", 201))
    responses.delete(f"{TICKET}/tags", status=answers.get("remove", 204))
    responses.post(f"{TICKET}/messages", json=note, status=answers.get("message", 201))
    responses.put(TICKET, json=fixture("tickets/closed"), status=answers.get("ticket", 202))


def reply(**changes: Any) -> Any:
    asked = {"author_id": None, "tags": TAGS, "status": "solved", "effect_id": "send:1", **changes}
    desk = GorgiasHelpdesk(access(), allow_private=False, clock=StillClock())
    return desk.send_reply("86500001", "Hi <Ann>,\n\nit ships.", **asked)


def test_tags_come_before_the_message_and_the_status_after_it() -> None:
    takes()
    receipt = reply()
    tags, message = "/tickets/86500001/tags", "/tickets/86500001/messages"
    assert calls() == [
        *(f"POST {tags}", f"DELETE {tags}", f"POST {message}"),
        "PUT /tickets/86500001",
    ]
    # What is there is not put on again, and what is not there is not taken off.
    assert (sent(0), sent(1)) == ({"names": ["bookbag_sent"]}, {"names": ["bookbag_draft"]})
    assert sent(2)["body_html"] == "<p>Hi &lt;Ann&gt;,</p><p>it ships.</p>"
    assert sent(2)["sender"] == {"id": 510001}
    assert sent(3) == {"status": "closed"}
    assert receipt.external_id == "208800012"


@pytest.mark.parametrize(
    ("status", "sent_"),
    [("open", None), ("pending", None), ("solved", "closed"), ("closed", "closed"), (None, None)],
)
def test_gorgias_has_two_statuses(status: str | None, sent_: str | None) -> None:
    takes()
    reply(status=status, tags=NO_TAGS)
    assert calls()[1:] == (["PUT /tickets/86500001"] if sent_ else [])


@pytest.mark.parametrize("wrong", [{"status": "haunted"}, {"author_id": "5a"}, {"author_id": ""}])
def test_what_gorgias_would_not_take_is_not_sent(wrong: dict[str, str]) -> None:
    takes()
    with pytest.raises(RejectedError):
        reply(**wrong)
    assert calls() == []


@pytest.mark.parametrize("failing", ["add", "remove"])
@pytest.mark.parametrize("status", [500, 502, 503])
def test_where_tags_fail_nothing_was_sent_and_it_is_asked_for_again(
    failing: str, status: int
) -> None:
    """In doubt about a tag is not in doubt about the reply."""
    takes(**{failing: status})
    with pytest.raises(UnavailableError):
        reply()
    assert not [call for call in calls() if "/messages" in call]


def test_a_reply_in_doubt_is_in_doubt() -> None:
    takes(message=502)
    with pytest.raises(AmbiguousError):
        reply()
    assert "PUT /tickets/86500001" not in calls()


@pytest.mark.parametrize(("status", "tries"), [(400, 1), (403, 1), (409, 4), (429, 4), (500, 4)])
def test_a_reply_that_left_has_left_whatever_becomes_of_the_status(
    status: int, tries: int, caplog: pytest.LogCaptureFixture
) -> None:
    takes(ticket=status)
    assert reply().external_id == "208800012"
    assert calls().count("PUT /tickets/86500001") == tries
    assert "the status stays as it was" in caplog.text


def test_nothing_of_the_ticket_can_make_a_reply_that_left_look_unsent() -> None:
    takes()
    responses.replace(responses.GET, TICKET, json={**fixture("tickets/mail"), "status": 7})
    assert reply(tags=NO_TAGS).external_id == "208800012"


def test_a_status_waits_for_its_turn(caplog: pytest.LogCaptureFixture) -> None:
    """The reply has left; the account's calls may be used up by then."""
    responses.put(TICKET, status=429, headers={"Retry-after": "2"})
    takes()
    reply()
    assert calls().count("PUT /tickets/86500001") == 2
    assert not caplog.text


def test_a_note_is_found_by_the_effect_it_carries() -> None:
    takes()
    helpdesk().add_note("86500001", "<p>Draft</p><p>K7Q2M</p>", tags=NO_TAGS, effect_id="n:1")
    assert calls() == ["POST /tickets/86500001/messages"]
    assert (sent(0)["external_id"], sent(0)["body_text"]) == ("bookbag:n:1", "Draft\nK7Q2M")
    first = {"ticket_id": "86500001", "order_by": "created_datetime:desc", "limit": "100"}
    ours = {**fixture("messages/our_note"), "external_id": "bookbag:n:1"}
    responses.replace(
        responses.GET, MESSAGES, json=listed(ours), match=[query_param_matcher(first)]
    )
    found = helpdesk().find_effect("86500001", "n:1")
    assert found is not None
    assert found.external_id == "208800012"
    assert helpdesk().find_effect("86500001", "n:2") is None


@pytest.mark.parametrize("name", ["agent_note", "agent_reply", "customer_mail"])
def test_only_a_note_of_ours_is_edited(name: str) -> None:
    responses.get(f"{TICKET}/messages/1", json=fixture(f"messages/{name}"))
    with pytest.raises(RejectedError):
        helpdesk().edit_note("86500001", "1", "<p>x</p>", effect_id="n:2")
    assert calls() == []


def test_a_note_of_ours_is_edited_in_place_and_stays_a_note() -> None:
    responses.get(f"{TICKET}/messages/208800012", json=fixture("messages/our_note"))
    responses.put(f"{TICKET}/messages/208800012", status=202)
    helpdesk().edit_note("86500001", "208800012", "<p>new</p>", effect_id="n:2")
    assert (sent(0)["channel"], sent(0)["body_html"]) == ("internal-note", "<p>new</p>")
    assert sent(0)["external_id"] == "bookbag:n:2"


def test_an_id_that_is_none_gets_into_no_address() -> None:
    desk = helpdesk()
    for ask in (
        lambda: desk.ticket("1/messages"),
        lambda: desk.add_note("../users", "<p>x</p>", tags=NO_TAGS, effect_id="e"),
        lambda: desk.group("1?x"),
        lambda: desk.origin("1", "a"),
    ):
        with pytest.raises(NotFoundError):
            ask()
    assert not desk.has_user("²")
    assert calls() == []


def test_where_an_agent_opens_a_ticket() -> None:
    assert ticket_page(BASE, "86500001") == "https://acme.gorgias.com/app/ticket/86500001"


def way(ticket: dict[str, Any], *newest_first: dict[str, Any], address: str | None = None) -> Any:
    found = routing.route(Fields(ticket), [Fields(one) for one in newest_first], lambda _: address)
    return found.channel, found.source, found.receiver, found.subject


def to(*addresses: str, **changes: Any) -> dict[str, Any]:
    mail = fixture("messages/customer_mail")
    source = {**mail["source"], "to": [{"address": one} for one in addresses]}
    return {**mail, "source": source, **changes}


MAIL = fixture("tickets/mail")
ANN = [{"address": "ann@example.com", "name": "Ann Example"}]


def test_a_mail_goes_to_the_tickets_customer_whoever_wrote_last() -> None:
    eve = to("support@acme.example")
    eve["source"]["from"] = {"address": "eve@evil.example"}
    channel, source, receiver, subject = way(MAIL, eve)
    assert (channel, receiver, subject) == ("email", 93000001, "Re: Where is my order?")
    assert (source["from"], source["to"]) == ({"address": "support@acme.example"}, ANN)


def test_it_is_from_where_the_customer_wrote_to() -> None:
    agent = fixture("messages/agent_reply")
    agent["source"]["from"] = {"address": "sales@acme.example"}
    assert way(MAIL, agent, to("support@acme.example"))[1]["from"]["address"].startswith("support")
    assert way(MAIL, agent)[1]["from"]["address"] == "sales@acme.example"
    many = to("boss@else.example", "support@acme.example")
    found = way(MAIL, many, address="help@acme.example")
    assert found[1]["from"]["address"] == "help@acme.example"
    with pytest.raises(RejectedError, match="not sure"):
        way(MAIL, many)
    with pytest.raises(RejectedError, match="not sure"):
        way(MAIL, fixture("messages/agent_note"))


def test_a_chat_is_answered_in_its_conversation() -> None:
    source = {"type": "chat", "to": [{"address": "c0ffee"}]}
    assert way(fixture("tickets/chat")) == ("chat", source, None, None)
    known = way(fixture("tickets/chat_known_by_its_customer"))
    assert known[1]["to"] == [{"address": "cafe"}]


@pytest.mark.parametrize("name", ["chat_of_nobody", "phone", "mail_of_nobody"])
def test_where_no_way_is_sure_an_agent_answers(name: str) -> None:
    with pytest.raises(RejectedError):
        way(fixture(f"tickets/{name}"), to("support@acme.example"))
