"""The workspace's pages: what they show, what their forms do, and that nothing runs in them."""

import re
from typing import Any

import requests
from flask import Flask
from playwright.sync_api import expect
from selectolax.lexbor import LexborHTMLParser as HTMLParser
from selectolax.lexbor import LexborNode as Node

from connectors.sandbox.server import SandboxServer
from tests.bench.chromium import launched

from .support import AGENT, CUSTOMER, Caller
from .test_gorgias_integrations import integration

MARKED = '"><script>steal()</script>'
HOSTILE = (
    "<p>Hi</p><script>steal()</script><img src=x onerror=steal()><a href='javascript:steal()'>x</a>"
    "<form action='https://evil.example'><input></form><p style='position:fixed'>there</p>"
)


def page(caller: Caller, path: str) -> HTMLParser:
    got = caller("GET", path)
    assert got.status_code == 200, got.text
    policy = got.headers["Content-Security-Policy"]
    assert "default-src 'none'; script-src 'self'; style-src 'self'" in policy
    assert "frame-src 'none'" in policy
    tree = HTMLParser(got.text)
    assert not tree.css("style, [style], img, iframe")
    assert [script.attributes for script in tree.css("script")] == [
        {"type": "module", "src": "/workspace/workspace.js"}
    ]
    return tree


def texts(node: HTMLParser | Node, selector: str) -> list[str]:
    return [" ".join(found.text().split()) for found in node.css(selector)]


def ticket_page(caller: Caller, ticket_id: int) -> HTMLParser:
    return page(caller, f"/app/ticket/{ticket_id}")


def fill(caller: Caller, path: str, **form: str) -> requests.Response:
    return requests.post(caller.base + path, data=form, timeout=5, allow_redirects=False)


def test_a_ticket_shows_its_conversation_and_what_became_of_it(admin: Caller) -> None:
    ticket_id = admin.opened(tags=["vip", "bookbag_draft"])
    says: dict[str, Any] = {"agent": AGENT, "text": "On its way", "public": True}
    admin.post(f"/sandbox/tickets/{ticket_id}/agent", says)
    admin.settle()
    admin.post("/sandbox/sending/faults", {"error": "Mailbox full", "messages": 1})
    admin.post(f"/sandbox/tickets/{ticket_id}/agent", {**says, "text": "Again"})
    admin.post(f"/sandbox/tickets/{ticket_id}/agent", {**says, "text": "Hm", "public": False})
    admin.settle()
    tree = ticket_page(admin, ticket_id)
    assert texts(tree, ".comment .kind") == ["Customer", "Reply", "Reply", "Internal note"]
    assert texts(tree, "article > .body")[1:] == ["On its way", "Again", "Hm"]
    assert texts(tree, ".failed") == ["Not delivered: Mailbox full"]
    assert texts(tree, "#tags .tag") == ["vip", "bookbag_draft"]
    assert texts(tree, "#beside h2") == [CUSTOMER["name"]]
    assert texts(page(admin, f"/app/views/1/{ticket_id}"), "h1") == [f"Parcel #{ticket_id}"]
    assert admin("GET", "/app/ticket/1").status_code == 404


def test_the_list_has_views_and_those_of_the_account(admin: Caller) -> None:
    here = admin.opened(tags=["listed"])
    trashed, closed = admin.opened(tags=["listed"]), admin.opened(tags=["listed"])
    admin.put(f"/sandbox/tickets/{trashed}/status", {"trashed": True})
    admin.put(f"/sandbox/tickets/{closed}/status", {"status": "closed"})
    filters = "eq(ticket.status, 'open') && containsAny(ticket.tags.name, ['listed'])"
    view = admin.post("/api/views", {"name": "Needs approval", "filters": filters})["id"]

    def shown(key: object) -> list[str]:
        tree = page(admin, f"/?view={key}")
        return [(one.attributes["href"] or "") for one in tree.css("tbody a")]

    assert shown(view) == [f"/app/ticket/{here}"]
    assert f"/app/ticket/{trashed}" in shown("trash")
    assert f"/app/ticket/{closed}" in shown("closed")
    assert f"/app/ticket/{trashed}" not in shown("open")
    assert "Needs approval 1" in texts(page(admin, "/"), "#views a")


def test_an_agent_writes_tags_and_closes(admin: Caller) -> None:
    path = f"/app/ticket/{(ticket_id := admin.opened(tags=['a']))}"
    assert fill(admin, f"{path}/reply", text="Hello", visibility="public", agent=AGENT).ok
    assert fill(admin, f"{path}/reply", text="Hm", visibility="internal", status="closed").ok
    assert fill(admin, f"{path}/tags", add="two words, b ,", remove="a").status_code == 303
    ticket = admin.get(f"/sandbox/tickets/{ticket_id}")
    reply, note = ticket["messages"][1:]
    assert (reply["via"], reply["text"], reply["sender"]["email"]) == ("helpdesk", "Hello", AGENT)
    assert (note["channel"], ticket["status"]) == ("internal-note", "closed")
    assert [tag["name"] for tag in ticket["tags"]] == ["two words", "b"]
    fill(admin, f"{path}/status", set="open")
    assert fill(admin, f"{path}/customer", text="Thanks").status_code == 303
    after = admin.get(f"/sandbox/tickets/{ticket_id}")
    assert (after["status"], after["messages"][-1]["from_agent"]) == ("open", False)
    admin.settle()
    assert len(admin.log("mailed", ticket_id)) == 1


def test_what_is_refused_comes_back_with_a_sentence(admin: Caller) -> None:
    path = f"/app/ticket/{(ticket_id := admin.opened())}"
    empty = fill(admin, f"{path}/reply", text=" ", visibility="internal")
    assert empty.status_code == 400
    assert texts(HTMLParser(empty.text), "#composer-problem") == [
        "That was not sent: the text is empty."
    ]
    stranger = fill(admin, f"{path}/reply", text="Kept", agent="nobody@shop.example")
    assert "that agent is not here any more" in stranger.text
    assert texts(HTMLParser(stranger.text), "#text") == ["Kept"]
    assert "no macro is chosen" in fill(admin, f"{path}/macro").text
    seat = fill(admin, "/tickets", email=AGENT, subject="x", text="x")
    assert "that address belongs to an agent" in seat.text
    assert len(admin.messages(ticket_id)) == 1
    other = requests.post(
        f"{admin.base}{path}/reply", headers={"Sec-Fetch-Site": "cross-site"}, timeout=5
    )
    assert other.status_code == 403


def test_a_customer_writes_in_and_agents_switch(admin: Caller) -> None:
    made = fill(admin, "/tickets", name="Gil", email="gil@home.example", subject="S", text="T")
    assert (made.status_code, made.headers["Location"][:12]) == (303, "/app/ticket/")
    chosen = fill(admin, "/agent", agent=AGENT, ticket=made.headers["Location"].split("/")[-1])
    assert chosen.headers["Location"] == made.headers["Location"]
    cookie = chosen.headers["Set-Cookie"].partition(";")[0]
    shown = requests.get(
        admin.base + made.headers["Location"], headers={"Cookie": cookie}, timeout=5
    )
    assert texts(HTMLParser(shown.text), "#as") == ["As Ben Hall"]
    assert "Robot" not in texts(HTMLParser(shown.text), "#seat-agent option")


def test_nothing_that_others_write_runs(admin: Caller) -> None:
    endpoint = Flask("endpoint")
    told = {
        "title": MARKED,
        "value": MARKED,
        "url": "javascript:steal()",
        "nice": "https://a.example",
    }
    endpoint.add_url_rule("/w", view_func=lambda: told, methods=["POST"])
    links = [{"url": "{{url}}", "label": "bad"}, {"url": "{{nice}}", "label": MARKED}]
    card = {
        "type": "card",
        "title": "{{title}}",
        "meta": {"link": "{{url}}", "custom": {"links": links}},
        "widgets": [{"type": "text", "path": "value", "title": MARKED}],
    }
    with SandboxServer(endpoint) as serving:
        trigger = integration(f"{serving.url}/w", "ticket-message-created")
        made = admin.post("/api/integrations", trigger)["id"]
        widget = {"type": "http", "template": {"type": "wrapper", "widgets": [card]}}
        number = admin.post("/api/widgets", {**widget, "integration_id": made})["id"]
        admin.post("/api/macros", {"name": MARKED})
        sender = {"name": MARKED, "email": "evil@home.example"}
        ticket_id = admin.opened(sender=sender, subject=MARKED, html=HOSTILE, text=None)
        admin.settle()
    admin("POST", f"/api/tickets/{ticket_id}/tags", {"names": [MARKED]})
    tree = ticket_page(admin, ticket_id)
    page(admin, "/")
    assert texts(tree, "#beside h2") == [MARKED, MARKED]
    beside = [one.attributes["href"] for one in tree.css("#beside a")]
    assert beside == ["https://a.example"]
    inside = tree.css("article > .body")[0]
    assert not inside.css("form, [onerror], [onclick], [href]")
    assert texts(inside, "p") == ["Hi", "there"]
    admin("DELETE", f"/api/integrations/{made}")
    admin("DELETE", f"/api/widgets/{number}")


def test_a_reply_is_written_in_a_browser(admin: Caller) -> None:
    ticket_id = admin.opened(tags=["a tag"])
    macro = {"name": "setResponseText", "arguments": {"body_text": "From the macro"}}
    admin.post("/api/macros", {"name": f"Macro {ticket_id}", "actions": [macro]})
    with launched() as chromium:
        window = chromium.new_page(viewport={"width": 1280, "height": 900})
        complaints: list[str] = []
        window.on("pageerror", lambda error: complaints.append(str(error)))
        window.goto(f"{admin.base}/app/ticket/{ticket_id}")
        bodies = window.locator("article > .body")
        window.fill("#text", "Typed here")
        window.click("text=Send & close")
        expect(bodies.last).to_have_text(re.compile("Typed here"))
        expect(window.locator("#text")).to_have_value("")
        expect(window.locator("#head .status")).to_have_text("closed")
        window.click("text=Internal note")
        window.select_option("#macro", label=f"Macro {ticket_id}")
        window.click("#send-macro")
        expect(bodies.last).to_have_text(re.compile("From the macro"))
        window.click("[aria-label='Remove tag a tag']")
        expect(window.locator("#tags li")).to_have_count(0)
        admin.post(f"/sandbox/tickets/{ticket_id}/messages", {"text": "And I saw it come"})
        expect(bodies.last).to_have_text(re.compile("And I saw it come"))
        expect(window.locator("#head .status")).to_have_text("open")
        window.set_viewport_size({"width": 320, "height": 900})
        assert window.evaluate("document.documentElement.scrollWidth") == 320
    assert complaints == []
    assert [one["channel"] for one in admin.messages(ticket_id)] == [
        *("email", "email", "internal-note", "email")
    ]
