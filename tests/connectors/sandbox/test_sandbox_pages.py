import re

import pytest
from selectolax.lexbor import LexborHTMLParser as HTMLParser
from selectolax.lexbor import LexborNode as Node

from .support import AGENT, Caller

HOSTILE = (
    "<p>Hi</p><script>steal()</script><img src=x onerror=steal()><a href='javascript:steal()'>x</a>"
    "<iframe src='https://evil.example'></iframe><form action='https://evil.example'><input></form>"
    "<p style='position:fixed' onclick='steal()'>there</p>"
)
MARKED = '"><script>steal()</script>'


def _page(anyone: Caller, path: str) -> HTMLParser:
    got = anyone("GET", path)
    assert got.status_code == 200
    policy = got.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe-inline" not in policy
    tree = HTMLParser(got.text)
    assert not tree.css("script, iframe, style, [style], img")
    return tree


def _text(node: HTMLParser | Node, selector: str) -> str:
    found = node.css_first(selector)
    assert found is not None, selector
    return " ".join(found.text().split())


def test_the_list_shows_each_ticket(anyone: Caller) -> None:
    assert "No tickets yet" in anyone("GET", "/").text
    anyone.open_ticket(tags=["vip"])
    anyone.post("/sandbox/tickets/1/agent", {"agent": AGENT, "text": "Sent!", "public": True})
    anyone.post("/sandbox/tickets/1/agent", {"agent": AGENT, "text": "Hm.", "public": False})
    row = _page(anyone, "/").css_first("tbody tr")
    assert row is not None
    cells = [" ".join(cell.text().split()) for cell in row.css("td")]
    assert cells == ["1", "Parcel", "Cleo", "new", "vip", "Ben: Sent!", "1"]


def test_the_conversation_keeps_notes_apart(anyone: Caller) -> None:
    anyone.open_ticket()
    anyone.post("/sandbox/tickets/1/agent", {"agent": AGENT, "text": "Hm.", "public": False})
    page = _page(anyone, "/tickets/1")
    assert _text(page, ".comment.public .body") == "Where is my parcel?"
    assert _text(page, ".comment.note .body") == "Hm."
    assert _text(page, ".comment.note .kind") == "Internal note"
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
    body = page.css_first(".comment .body")
    assert body is not None
    assert not body.css("form, input")
    assert _text(body, "p") == "Hi"
    assert "steal" not in body.text()


@pytest.mark.parametrize(("visibility", "public"), [("public", True), ("internal", False)])
def test_the_form_writes_as_a_browser_does(
    anyone: Caller, admin: Caller, visibility: str, public: bool
) -> None:
    anyone.open_ticket()
    form = {"agent": AGENT, "visibility": visibility, "text": "On its way", "status": "pending"}
    sent = anyone("POST", "/tickets/1/reply", data=form, allow_redirects=False)
    assert sent.status_code == 303
    assert sent.headers["Location"].endswith("/tickets/1")
    audit = admin.get("/api/v2/tickets/1/audits")["audits"][-1]
    assert audit["via"]["channel"] == "web"
    assert audit["events"][0]["public"] is public
    assert admin.get("/api/v2/tickets/1")["ticket"]["status"] == "pending"


@pytest.mark.parametrize(
    "form",
    [
        {"agent": AGENT, "visibility": "public", "text": "  "},
        {"agent": "x@home.example", "visibility": "public", "text": "<b>kept</b>"},
    ],
)
def test_a_wrong_form_says_so_and_keeps_the_text(anyone: Caller, form: dict[str, str]) -> None:
    anyone.open_ticket()
    refused = anyone("POST", "/tickets/1/reply", data=form)
    assert refused.status_code == 422
    page = HTMLParser(refused.text)
    assert "not sent" in _text(page, "[role=alert]")
    assert _text(page, "textarea") == form["text"].strip()
    assert len(anyone.get("/sandbox/log")["public_comments"]) == 1


def test_a_form_without_a_visibility_is_never_public(anyone: Caller) -> None:
    anyone.open_ticket()
    anyone("POST", "/tickets/1/reply", data={"agent": AGENT, "text": "x"})
    assert len(anyone.get("/sandbox/log")["notes"]) == 1


def test_the_style_sheet_is_a_file(anyone: Caller) -> None:
    link = _page(anyone, "/").css_first("link[rel=stylesheet]")
    assert link is not None
    got = anyone("GET", link.attributes["href"] or "")
    assert got.headers["Content-Type"].startswith("text/css")
    assert "prefers-color-scheme: dark" in got.text
