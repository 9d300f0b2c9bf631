from urllib.parse import quote

import pytest

from connectors.sandbox.server import SandboxServer
from connectors.sandbox.zendesk import SandboxConfig, Seat, create_app

from .support import ADMIN, ADMIN_TOKEN, AGENT, Caller

SIZE, AFTER = quote("page[size]"), quote("page[after]")


def _conversation(admin: Caller, *, messages: int) -> str:
    ticket_id = admin.open_ticket(text="0")
    for number in range(1, messages):
        admin.post(f"/sandbox/tickets/{ticket_id}/messages", {"text": str(number)})
    return f"/api/v2/tickets/{ticket_id}/comments.json"


def test_comments_come_oldest_first_with_their_forms(admin: Caller) -> None:
    ticket_id = admin.open_ticket(text="Hello <you>\nthere\n\nBye")
    (comment,) = admin.get(f"/api/v2/tickets/{ticket_id}/comments.json")["comments"]
    assert comment["plain_body"] == comment["body"] == "Hello <you>\nthere\n\nBye"
    assert comment["html_body"] == (
        '<div class="zd-comment" dir="auto"><p dir="auto">Hello &lt;you&gt;<br>there</p>'
        '<p dir="auto">Bye</p></div>'
    )
    assert comment["public"] is True
    assert comment["via"]["channel"] == "email"
    assert "role" not in comment
    assert "custom" not in comment["metadata"]


def test_html_reads_as_text(admin: Caller) -> None:
    markup = "<p>Hi&nbsp;&amp; bye</p><style>p{}</style><ul><li>one</li></ul><script>x()</script>"
    ticket_id = admin.open_ticket(text="", html=markup)
    (comment,) = admin.get(f"/api/v2/tickets/{ticket_id}/comments.json")["comments"]
    assert comment["plain_body"] == "Hi\u00a0& bye\n\none"
    assert "<script>x()</script>" in comment["html_body"]


def test_users_are_side_loaded_with_their_roles(admin: Caller) -> None:
    path = _conversation(admin, messages=2)
    admin.post("/sandbox/tickets/1/agent", {"agent": AGENT, "text": "Hi", "public": True})
    admin.put("/api/v2/tickets/1", {"ticket": {"comment": {"body": "Note", "public": False}}})
    users = admin.get(f"{path}?include=users")["users"]
    assert [(user["name"], user["role"]) for user in users] == [
        ("Cleo", "end-user"),
        ("Ben", "agent"),
        ("Ada", "admin"),
    ]
    assert "users" not in admin.get(path)


@pytest.mark.parametrize(
    ("sort", "bodies"),
    [("created_at", ["0", "1", "2", "3", "4"]), ("-created_at", ["4", "3", "2", "1", "0"])],
)
def test_pages_follow_each_other(admin: Caller, sort: str, bodies: list[str]) -> None:
    path = f"{_conversation(admin, messages=5)}?sort={sort}&{SIZE}=2"
    seen, more, url = [], True, path
    while more:
        page = admin.get(url)
        seen.append([comment["body"] for comment in page["comments"]])
        more = page["meta"]["has_more"]
        assert (page["links"]["next"] is not None) == more
        url = f"{path}&{AFTER}={quote(page['meta']['after_cursor'])}"
        if more:
            linked = admin.get(page["links"]["next"].removeprefix(admin.base))
            assert linked["comments"] == admin.get(url)["comments"]
    assert seen == [bodies[0:2], bodies[2:4], bodies[4:5]]
    back = admin.get(page["links"]["prev"].removeprefix(admin.base))
    assert [comment["body"] for comment in back["comments"]] == bodies[2:4]
    assert admin.get(url)["comments"] == []


def test_a_cursor_holds_while_comments_are_added(admin: Caller) -> None:
    path = f"{_conversation(admin, messages=3)}?sort=-created_at&{SIZE}=2"
    first = admin.get(path)
    admin.post("/sandbox/tickets/1/messages", {"text": "3"})
    after = quote(first["meta"]["after_cursor"])
    second = admin.get(f"{path}&{AFTER}={after}")
    assert [comment["body"] for comment in second["comments"]] == ["0"]


@pytest.mark.parametrize(
    "query",
    ["sort=body", f"{SIZE}=0", f"{SIZE}=101", f"{SIZE}=two", f"{AFTER}=zzz", "page=0"],
)
def test_wrong_paging_is_400(admin: Caller, query: str) -> None:
    path = _conversation(admin, messages=1)
    assert admin("GET", f"{path}?{query}").status_code == 400


def test_offset_paging_is_the_default(admin: Caller) -> None:
    path = _conversation(admin, messages=3)
    page = admin.get(f"{path}?per_page=2&page=2")
    assert [comment["body"] for comment in page["comments"]] == ["2"]
    assert (page["count"], page["next_page"]) == (3, None)
    assert page["previous_page"].endswith("per_page=2&page=1")
    assert "meta" not in page


def test_a_full_ticket_takes_no_more_comments() -> None:
    config = SandboxConfig(
        agents=(Seat("Ada", ADMIN, "admin"),), api_users={ADMIN: ADMIN_TOKEN}, comment_limit=2
    )
    with SandboxServer(create_app(config)) as running:
        admin = Caller(running.url, (f"{ADMIN}/token", ADMIN_TOKEN))
        admin.open_ticket()
        note = {"ticket": {"comment": {"body": "x", "public": False}}}
        assert admin("PUT", "/api/v2/tickets/1", note).status_code == 200
        assert admin("PUT", "/api/v2/tickets/1", note).status_code == 422
        assert admin("PUT", "/api/v2/tickets/1", {"ticket": {"tags": ["a"]}}).status_code == 200
