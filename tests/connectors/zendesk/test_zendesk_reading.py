import json
from datetime import UTC, datetime
from typing import Any

import pytest
import responses
from responses.matchers import query_param_matcher

from connectors.errors import (
    AuthError,
    NotFoundError,
    RejectedError,
    UnavailableError,
)
from connectors.markup import to_html
from connectors.types import Channel, Origin, Person, PersonRole, Receipt

from .answers import (
    ADMIN,
    AGENT,
    API,
    AUDITS,
    COMMENTS,
    CUSTOMER,
    DONE,
    STAMP,
    TICKET,
    audit,
    comment,
    helpdesk,
    ticket,
    wrote,
)

pytestmark = pytest.mark.usefixtures("edge", "no_waiting")


def test_a_ticket_as_it_stands() -> None:
    responses.get(
        TICKET,
        json={"ticket": ticket("vip", status="OPEN"), "users": [AGENT, CUSTOMER]},
        match=[query_param_matcher({"include": "users"})],
    )
    seen = helpdesk().ticket("35")
    assert (seen.id, seen.subject, seen.status, seen.stamp) == ("35", "Where is it?", "open", STAMP)
    assert seen.tags == {"vip"}
    assert seen.requester == Person("500", "Ann", PersonRole.END_USER, "ann@example.com")
    assert seen.channel is Channel.EMAIL


def test_a_requester_who_is_not_side_loaded_is_asked_for() -> None:
    responses.get(TICKET, json={"ticket": ticket()})
    responses.get(f"{API}/users/500.json", json={"user": CUSTOMER})
    assert helpdesk().ticket("35").requester.email == "ann@example.com"


def test_a_ticket_of_zendesk_itself_has_no_customer() -> None:
    responses.get(TICKET, json={"ticket": ticket(requester_id=-1)})
    assert helpdesk().ticket("35").requester.role.is_staff


def test_a_ticket_may_lack_what_it_need_not_have() -> None:
    responses.get(TICKET, json={"ticket": ticket(tags=None, subject=None, via=None)})
    responses.get(f"{API}/users/500.json", status=404, json={"error": "RecordNotFound"})
    seen = helpdesk().ticket("35")
    assert (seen.subject, seen.tags, seen.channel) == ("", frozenset(), Channel.OTHER)
    assert seen.requester == Person("500", "", PersonRole.END_USER)


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ("", UnavailableError),
        ("<html>", UnavailableError),
        ("[" * 100_000, UnavailableError),
        ("[]", RejectedError),
        ("{}", RejectedError),
        ('{"ticket": {"id": 35, "status": 3}}', RejectedError),
    ],
)
def test_a_strange_answer_to_a_read_is_an_error_of_ours(body: str, error: type[Exception]) -> None:
    responses.get(TICKET, body=body)
    with pytest.raises(error):
        helpdesk().ticket("35")


def test_a_conversation_over_several_pages() -> None:
    size = {"include": "users", "page[size]": "100"}
    responses.get(
        COMMENTS,
        json={
            "comments": [comment(2, 600, public=False), comment(1)],
            "users": [CUSTOMER, AGENT],
            "meta": {"has_more": True, "after_cursor": "abc=="},
            "links": {"next": "https://evil.example/?page[after]=zzz"},
        },
        match=[query_param_matcher(size)],
    )
    responses.get(
        COMMENTS,
        json={
            "comments": [
                comment(3, 700, plain_body="", via={"channel": "api"}),
                comment(4, -1, via={"channel": "rule"}),
                comment(5, 12, attachments=[{"file_name": "a.png"}, {"file_name": None}]),
            ],
            "users": [ADMIN],
            "meta": {"has_more": False},
        },
        match=[query_param_matcher(size | {"page[after]": "abc=="})],
    )
    messages = helpdesk().conversation("35")
    assert [one.id for one in messages] == ["1", "2", "3", "4", "5"]
    assert [one.author.role for one in messages] == [
        PersonRole.END_USER,
        PersonRole.AGENT,
        PersonRole.ADMIN,
        PersonRole.AGENT,
        PersonRole.END_USER,
    ]
    assert [one.public for one in messages] == [True, False, True, True, True]
    assert [one.text for one in messages[:3]] == ["plain 1", "plain 2", "body 3"]
    assert messages[0].html == "<p>1</p>"
    assert [one.channel for one in messages[1:4]] == [Channel.WEB, Channel.API, Channel.RULE]
    assert messages[4].attachments == ("a.png", "")
    assert messages[0].created_at == datetime(2026, 11, 22, 9, 0, 1, tzinfo=UTC)


def test_a_next_link_is_read_for_its_cursor_only() -> None:
    first = {
        "comments": [comment(1)],
        "meta": {"has_more": True},
        "links": {"next": "https://evil.example/x?page%5Bafter%5D=c2&page%5Bsize%5D=100"},
    }
    responses.get(COMMENTS, json=first)
    responses.get(COMMENTS, json={"comments": [comment(2)], "meta": {"has_more": False}})
    assert len(helpdesk().conversation("35")) == 2
    assert "c2" in (responses.calls[1].request.url or "")


def test_a_conversation_ends_even_if_the_desk_never_says_so() -> None:
    def endless(request: Any) -> tuple[int, dict[str, str], str]:
        del request
        page = len(responses.calls)
        body = {
            "comments": [comment(page * 100 + n) for n in range(100)],
            "meta": {"has_more": True, "after_cursor": f"c{page}"},
        }
        return 200, {}, json.dumps(body)

    responses.add_callback("GET", COMMENTS, callback=endless)
    assert len(helpdesk().conversation("35")) == 5_000
    assert len(responses.calls) == 50


def test_a_cursor_that_stands_still_ends_the_list() -> None:
    page = {"comments": [comment(1)], "meta": {"has_more": True, "after_cursor": "same"}}
    responses.get(COMMENTS, json=page)
    assert len(helpdesk().conversation("35")) == 2


@pytest.mark.parametrize(
    ("name", "channel"),
    [("web", Channel.WEB), ("mobile", Channel.MOBILE), ("mobile_sdk", Channel.MOBILE),
     ("Email", Channel.EMAIL), ("api", Channel.API), ("rule", Channel.RULE),
     ("trigger", Channel.RULE), ("chat", Channel.CHAT), ("messaging", Channel.CHAT),
     ("native_messaging", Channel.CHAT), ("web_widget", Channel.OTHER), (7, Channel.OTHER),
     (None, Channel.OTHER)],
)  # fmt: skip
def test_channels(name: object, channel: Channel) -> None:
    responses.get(TICKET, json={"ticket": ticket(via={"channel": name}), "users": [CUSTOMER]})
    assert helpdesk().ticket("35").channel is channel


def test_the_origin_is_the_audits_author_and_channel() -> None:
    responses.get(
        AUDITS,
        json={
            "audits": [
                audit(3, wrote(902), author_id=600, via={"channel": "web"}),
                audit(2, wrote(901), author_id=700),
            ],
            "meta": {"has_more": False},
        },
        match=[query_param_matcher({"sort": "-created_at", "page[size]": "100"})],
    )
    assert helpdesk().origin("35", "901") == Origin("700", Channel.API)
    assert helpdesk().origin("35", "902") == Origin("600", Channel.WEB)
    with pytest.raises(NotFoundError):
        helpdesk().origin("35", "903")


def test_an_effect_is_found_by_its_id() -> None:
    audits = [
        audit(7, {"type": "Change", "id": 1}, effect="tags:1"),
        audit(6, {"type": "Notification", "id": 2}, metadata={"custom": "odd"}),
        audit(5, metadata=None),
        audit(4, wrote(901), effect="note:1"),
    ]
    responses.get(AUDITS, json={"audits": audits})
    desk = helpdesk()
    assert desk.find_effect("35", "note:1") == DONE
    assert desk.find_effect("35", "tags:1") == Receipt("7", DONE.at)
    assert desk.find_effect("35", "note:2") is None


def test_me() -> None:
    responses.get(f"{API}/users/me.json", json={"user": ADMIN})
    assert helpdesk().me() == Person("700", "Bookbag", PersonRole.ADMIN, "ai@acme.example")


def test_an_anonymous_me_is_a_wrong_credential() -> None:
    anonymous = {"id": None, "name": "Anonymous user", "email": "x", "role": "end-user"}
    responses.get(f"{API}/users/me.json", json={"user": anonymous})
    with pytest.raises(AuthError):
        helpdesk().me()


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("a", "<p>a</p>"),
        ("a\r\nb\r\n\r\nc", "<p>a<br>b</p><p>c</p>"),
        ("\n\na\n \t\n\n\nb\n", "<p>a</p><p>b</p>"),
        ('<b>"&', "<p>&lt;b&gt;&quot;&amp;</p>"),
        ("see https://a.example/?x=1&y", "<p>see https://a.example/?x=1&amp;y</p>"),
        ("", ""),
    ],
)
def test_text_becomes_safe_paragraphs(text: str, html: str) -> None:
    assert to_html(text) == html
