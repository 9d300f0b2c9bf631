import re
from typing import Any

import pytest
import requests
from selectolax.lexbor import LexborHTMLParser as HTMLParser
from selectolax.lexbor import LexborNode as Node

from .support import ADMIN, ADMIN_ID, AGENT, AGENT_ID, Caller

HOSTILE = (
    "<p>Hi</p><script>steal()</script><img src=x onerror=steal()><a href='javascript:steal()'>x</a>"
    "<iframe src='https://evil.example'></iframe><form action='https://evil.example'><input></form>"
    "<p style='position:fixed' onclick='steal()' id='composer'>there</p><main>far</main>"
)
MARKED = '"><script>steal()</script>'
APP = "http://127.0.0.1:5000/zendesk/1/sidebar"
BEN = {"sandbox_agent": str(AGENT_ID)}


def _page(anyone: Caller, path: str, cookies: dict[str, str] | None = None) -> HTMLParser:
    got = anyone("GET", path, cookies=cookies)
    assert got.status_code == 200
    policy = got.headers["Content-Security-Policy"]
    assert "default-src 'none'; script-src 'self'; style-src 'self'" in policy
    assert "unsafe" not in policy
    tree = HTMLParser(got.text)
    assert not tree.css("style, [style], img")
    assert [script.attributes for script in tree.css("script")] == [
        {"type": "module", "src": "/workspace/workspace.js"}
    ]
    return tree


def _text(node: HTMLParser | Node, selector: str) -> str:
    found = node.css_first(selector)
    assert found is not None, selector
    return " ".join(found.text().split())


def _texts(node: HTMLParser | Node, selector: str) -> list[str]:
    return [" ".join(found.text().split()) for found in node.css(selector)]


def _claims(anyone: Caller, cookies: dict[str, str] | None = None) -> tuple[str, str]:
    """The address that the page opens the app at, and the middle part of its token."""
    form = _page(anyone, "/tickets/1", cookies).css_first("#opening")
    assert form is not None
    field = form.css_first("input[name=token]")
    assert field is not None
    return form.attributes["action"] or "", (field.attributes["value"] or "").split(".")[1]


def test_the_list_shows_each_ticket(anyone: Caller) -> None:
    assert "No tickets yet" in anyone("GET", "/").text
    anyone.open_ticket(tags=["vip"])
    anyone.post("/sandbox/tickets/1/agent", {"agent": AGENT, "text": "Sent!", "public": True})
    anyone.post("/sandbox/tickets/1/agent", {"agent": AGENT, "text": "Hm.", "public": False})
    row = _page(anyone, "/").css_first("tbody tr")
    assert row is not None
    assert _texts(row, "td") == ["Parcel #1 Ben: Sent!", "Cleo", "vip", "just now", "new"]


def test_views_hold_what_their_names_say(anyone: Caller) -> None:
    for number, tags in enumerate(([], ["bookbag_draft"], ["bookbag_approval_required"]), 1):
        anyone.open_ticket(subject=f"S{number}", tags=tags)
    anyone.put("/sandbox/tickets/1/status", {"status": "solved"})

    def held(view: str) -> list[str]:
        return _texts(_page(anyone, f"/?view={view}"), ".subject a")

    assert held("open") == held("nonsense") == ["S3", "S2"]
    assert held("approval") == ["S3"]
    assert held("drafts") == ["S2"]
    assert held("solved") == ["S1"]
    page = _page(anyone, "/?view=drafts")
    assert _texts(page, ".count") == ["2", "1", "1", "1"]
    assert _text(page, ".views [aria-current=page]") == "AI drafts 1"


@pytest.mark.parametrize("path", ["/tickets/1", "/agent/tickets/1"])
def test_the_conversation_keeps_notes_apart(anyone: Caller, path: str) -> None:
    anyone.open_ticket()
    anyone.post("/sandbox/tickets/1/agent", {"agent": AGENT, "text": "Hm.", "public": False})
    page = _page(anyone, path)
    assert _text(page, ".comment.public .body") == "Where is my parcel?"
    assert _text(page, ".comment.note .body") == "Hm."
    assert _text(page, ".comment.note .kind") == "Internal note"
    assert "via web" in _text(page, ".comment.note header")
    assert anyone("GET", "/tickets/9").status_code == 404


def test_hostile_text_stays_text(anyone: Caller) -> None:
    sender = {"name": MARKED, "email": "x@home.example"}
    anyone.open_ticket(subject=MARKED, html=HOSTILE, sender=sender)
    for path in ("/", "/tickets/1"):
        page = _page(anyone, path)
        assert MARKED in page.text()
        attributes = [name for node in page.css("*") for name in node.attributes]
        assert not [name for name in attributes if name.startswith("on")]
        assert not re.search(r"javascript:", page.html or "")
        ids = [node.attributes["id"] for node in page.css("[id]")]
        assert len(ids) == len(set(ids))
    body = page.css_first(".comment .body")
    assert body is not None
    assert not body.css("form, input, iframe, main, [id]")
    assert _text(body, "p") == "Hi"
    assert "steal" not in body.text()


@pytest.mark.parametrize(("visibility", "public"), [("public", True), ("internal", False)])
def test_the_form_writes_as_a_browser_does(
    anyone: Caller, admin: Caller, visibility: str, public: bool
) -> None:
    anyone.open_ticket()
    form = {"agent": AGENT, "visibility": visibility, "text": "On\r\nits way", "status": "pending"}
    sent = anyone("POST", "/tickets/1/reply", data=form, allow_redirects=False)
    assert sent.status_code == 303
    assert sent.headers["Location"].endswith("/tickets/1")
    audit = admin.get("/api/v2/tickets/1/audits")["audits"][-1]
    assert audit["via"]["channel"] == "web"
    assert audit["events"][0]["public"] is public
    assert audit["events"][0]["body"] == "On\nits way"
    assert admin.get("/api/v2/tickets/1")["ticket"]["status"] == "pending"


@pytest.mark.parametrize(
    ("form", "why"),
    [
        ({"agent": AGENT, "visibility": "public", "text": "  "}, "the text is empty."),
        (
            {"agent": "x@home.example", "visibility": "public", "text": "<b>kept</b>"},
            "that agent is not here any more.",
        ),
        ({"visibility": "internal", "text": "kept", "status": "solved"}, "this ticket is closed."),
    ],
)
def test_a_wrong_form_says_so_and_keeps_what_was_typed(
    anyone: Caller, form: dict[str, str], why: str
) -> None:
    anyone.open_ticket()
    if "closed" in why:
        anyone.put("/sandbox/tickets/1/status", {"status": "closed"})
    refused = anyone("POST", "/tickets/1/reply", data=form)
    assert refused.status_code == 422
    page = HTMLParser(refused.text)
    assert _text(page, "#composer-problem") == f"That was not sent: {why}"
    assert _text(page, "#text") == form["text"].strip()
    chosen = page.css_first("[name=visibility][checked]")
    assert chosen is not None
    assert chosen.attributes["value"] == form["visibility"]
    assert _text(page, "#status [selected]").lower() == form.get("status", "open")
    assert len(anyone.get("/sandbox/log")["public_comments"]) == 1


def test_a_closed_ticket_offers_no_form(anyone: Caller) -> None:
    anyone.open_ticket(tags=["vip"])
    assert len(_page(anyone, "/tickets/1").css("main form")) == 4
    anyone.put("/sandbox/tickets/1/status", {"status": "closed"})
    page = _page(anyone, "/tickets/1")
    assert not page.css("main button, main textarea")
    assert _texts(page, "#tags li") == ["vip"]
    assert _text(page, "#closed") == "This ticket is closed and takes no more messages."


def test_files_and_people_in_copy_are_named(anyone: Caller) -> None:
    files = [{"file_name": MARKED, "size": 5_400_000}, {"file_name": "b.txt", "size": 12}]
    copies = [{"name": "Dan", "email": "dan@home.example"}, {"email": "eve@home.example"}]
    anyone.open_ticket(attachments=files, cc=copies)
    page = _page(anyone, "/tickets/1")
    assert _texts(page, ".files li") == [f"{MARKED} 5.1 MB", "b.txt 12 bytes"]
    assert _text(page, ".copies") == "CC Dan, eve@home.example"
    assert _text(page, "#audience .if-public") == "To Cleo, CC Dan, eve@home.example"


def test_a_merged_ticket_says_where_it_goes_on(anyone: Caller) -> None:
    for _ in range(3):
        anyone.open_ticket()
    anyone.post("/sandbox/tickets/1/merge", {"into": 2})
    merged = _page(anyone, "/tickets/1")
    assert _text(merged, ".merged").startswith("This ticket was merged into #2.")
    assert merged.css("a#merged[href='/tickets/2']")
    # The one that goes on says nothing, not even when it is closed in turn.
    for status in ("open", "closed"):
        anyone.put("/sandbox/tickets/2/status", {"status": status})
        assert not _page(anyone, "/tickets/2").css(".merged")


def test_a_form_without_a_visibility_is_never_public(anyone: Caller) -> None:
    anyone.open_ticket()
    anyone("POST", "/tickets/1/reply", data={"agent": AGENT, "text": "x"})
    assert len(anyone.get("/sandbox/log")["notes"]) == 1


def test_the_cookie_says_who_writes(anyone: Caller) -> None:
    anyone.open_ticket()
    form = {"agent": AGENT, "ticket": "1"}
    chosen = anyone("POST", "/agent", data=form, allow_redirects=False)
    assert (chosen.status_code, chosen.headers["Location"]) == (303, "/tickets/1")
    assert "HttpOnly" in chosen.headers["Set-Cookie"]
    assert chosen.cookies.get_dict() == BEN
    text = {"text": "x", "visibility": "internal"}
    anyone("POST", "/tickets/1/reply", data=text, cookies=chosen.cookies)
    anyone("POST", "/tickets/1/reply", data=text)
    anyone("POST", "/tickets/1/reply", data=text, cookies={"sandbox_agent": "9"})
    assert [note["author"] for note in anyone.get("/sandbox/log")["notes"]] == [AGENT, ADMIN, ADMIN]


def test_nobody_but_a_seat_can_be_chosen(anyone: Caller) -> None:
    anyone.open_ticket()
    for agent in ("cleo@home.example", "nobody@home.example", ""):
        chosen = anyone("POST", "/agent", data={"agent": agent}, allow_redirects=False)
        assert (chosen.status_code, chosen.headers["Location"]) == (303, "/")
        assert "Set-Cookie" not in chosen.headers


def test_tags_come_and_go_as_the_agent(anyone: Caller, admin: Caller) -> None:
    anyone.open_ticket(tags=["old", "kept"])
    anyone("POST", "/tickets/1/tags", data={"add": " VIP, late "}, cookies=BEN)
    page = HTMLParser(anyone("POST", "/tickets/1/tags", data={"remove": "old"}, cookies=BEN).text)
    assert _texts(page, "#tags li") == ["kept", "late", "vip"]
    audit = admin.get("/api/v2/tickets/1/audits")["audits"][-1]
    assert (audit["author_id"], audit["via"]["channel"]) == (AGENT_ID, "web")

    refused = anyone("POST", "/tickets/1/tags", data={"add": "<b>"})
    assert refused.status_code == 422
    page = HTMLParser(refused.text)
    assert _text(page, "#tag-problem") == "That was not sent: tags are made of a-z, 0-9 and _."
    field = page.css_first("#add")
    assert field is not None
    assert field.attributes["value"] == "<b>"


def test_a_status_goes_without_words(anyone: Caller, admin: Caller) -> None:
    anyone.open_ticket()
    anyone("POST", "/tickets/1/status", data={"status": "solved", "agent": AGENT, "text": "draft"})
    audit = admin.get("/api/v2/tickets/1/audits")["audits"][-1]
    assert [event["type"] for event in audit["events"]] == ["Change"]
    assert audit["events"][0]["value"] == "solved"
    assert audit["author_id"] == AGENT_ID


def test_the_customer_can_be_played(anyone: Caller, admin: Caller) -> None:
    form = {"name": "", "email": "dan@home.example", "subject": "Hello", "text": "Anybody there?"}
    opened = anyone("POST", "/tickets", data=form, allow_redirects=False)
    assert opened.headers["Location"] == "/tickets/1"
    admin.put("/sandbox/tickets/1/status", {"status": "solved"})
    anyone("POST", "/tickets/1/customer", data={"text": "Still there?"})
    log = anyone.get("/sandbox/log")["public_comments"]
    told = [(entry["author"], entry["role"], entry["body"]) for entry in log]
    assert told == [
        ("dan@home.example", "end-user", "Anybody there?"),
        ("dan@home.example", "end-user", "Still there?"),
    ]
    assert admin.get("/api/v2/tickets/1")["ticket"]["status"] == "open"


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"email": " "}, "the e-mail address is empty."),
        ({"email": AGENT}, "that address belongs to an agent."),
        ({"subject": ""}, "the subject is empty."),
        ({"text": ""}, "the text is empty."),
    ],
)
def test_a_customer_who_leaves_something_out(
    anyone: Caller, wrong: dict[str, str], why: str
) -> None:
    form = {"email": "dan@home.example", "subject": "Hello", "text": "Hm", **wrong}
    refused = anyone("POST", "/tickets", data=form)
    assert refused.status_code == 422
    page = HTMLParser(refused.text)
    assert _text(page, "[role=alert]") == f"That was not sent: {why}"
    assert _text(page, "#words") == form["text"]
    assert anyone.get("/sandbox/log")["public_comments"] == []


def test_a_customer_writes_nothing(anyone: Caller) -> None:
    anyone.open_ticket()
    page = HTMLParser(anyone("POST", "/tickets/1/customer", data={"text": " "}).text)
    assert _text(page, "#customer-problem") == "That was not sent: the text is empty."
    assert page.css("details[open]")


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_another_site_cannot_post_here(anyone: Caller, site: str) -> None:
    anyone.open_ticket()
    form = {"text": "x", "visibility": "public"}
    url = f"{anyone.base}/tickets/1/reply"
    for told, status in ((site, 403), ("same-origin", 200)):
        got = requests.post(url, data=form, headers={"Sec-Fetch-Site": told}, timeout=5)
        assert got.status_code == status
    assert len(anyone.get("/sandbox/log")["public_comments"]) == 2


def test_the_app_is_opened_for_the_chosen_agent(anyone: Caller) -> None:
    anyone.open_ticket()
    assert not _page(anyone, "/tickets/1").css("iframe, #opening, .app")
    anyone.put("/sandbox/app", {"url": APP})
    frame = _page(anyone, "/tickets/1").css_first("iframe")
    assert frame is not None
    assert frame.attributes["title"] == "Bookbag"
    assert "needs JavaScript" in _text(_page(anyone, "/tickets/1"), "noscript")
    assert "allow-top-navigation" not in (frame.attributes["sandbox"] or "")
    action, first = _claims(anyone)
    assert action.startswith(f"{APP}?origin=http%3A%2F%2F127.0.0.1%3A")
    assert re.search(r"&app_guid=[0-9a-f-]{36}$", action)
    assert first != _claims(anyone, BEN)[1]
    assert action != _claims(anyone)[0]
    got = anyone("GET", "/tickets/1")
    assert got.headers["Cache-Control"] == "no-store"
    assert got.headers["Referrer-Policy"] == "strict-origin"
    policy = got.headers["Content-Security-Policy"]
    assert "form-action 'self' http://127.0.0.1:5000;" in policy
    assert "frame-src http://127.0.0.1:5000;" in policy


def test_an_address_cannot_widen_the_policy(anyone: Caller) -> None:
    anyone.open_ticket()
    anyone.put("/sandbox/app", {"url": "http://a.example;script-src/sidebar"})
    page = _page(anyone, "/tickets/1")
    assert not page.css("iframe")
    policy = anyone("GET", "/tickets/1").headers["Content-Security-Policy"]
    assert "frame-src 'none';" in policy
    assert "a.example" not in policy


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/sandbox/tickets/1/messages", {"text": "Hello?"}),
        ("POST", "/sandbox/tickets/1/tags", {"add": ["vip"]}),
        ("PUT", "/sandbox/tickets/1/status", {"status": "solved"}),
        ("PUT", "/api/v2/tickets/1/comments/{comment}/make_private", None),
    ],
)
def test_the_state_moves_with_the_ticket(
    anyone: Caller, admin: Caller, method: str, path: str, body: Any
) -> None:
    anyone.open_ticket()
    anyone.open_ticket()
    comment = admin.get("/api/v2/tickets/1/comments")["comments"][0]["id"]
    paths = ("/tickets/1/state", "/tickets/2/state", "/state")
    before = [anyone.get(path)["version"] for path in paths]
    main = _page(anyone, "/tickets/1").css_first("main")
    assert main is not None
    assert main.attributes["data-version"] == before[0]
    admin(method, path.format(comment=comment), body).raise_for_status()
    after = [anyone.get(path)["version"] for path in paths]
    assert [old == new for old, new in zip(before, after, strict=True)] == [False, True, False]
    assert anyone.get("/tickets/1/state")["agent"] == str(ADMIN_ID)
    assert anyone("GET", "/tickets/9/state").status_code == 404


def test_the_style_sheet_is_a_file(anyone: Caller) -> None:
    link = _page(anyone, "/").css_first("link[rel=stylesheet]")
    assert link is not None
    got = anyone("GET", link.attributes["href"] or "")
    assert got.headers["Content-Type"].startswith("text/css")
    assert "prefers-color-scheme: dark" in got.text
