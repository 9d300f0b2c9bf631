"""Files and people in copy, as the API and the webhooks show them."""

import json
from typing import Any

import pytest

from connectors.base import AccountAccess
from connectors.registry import helpdesk

from .support import (
    ADMIN,
    ADMIN_TOKEN,
    AGENT,
    AGENT_ID,
    CUSTOMER,
    CUSTOMER_ID,
    Caller,
    Receiver,
    hook,
)

PHOTO = {"file_name": "broken mug.jpg", "content_type": "image/jpeg", "size": 65_229}
COPY = {"name": "Dora", "email": "dora@home.example"}


def comments(admin: Caller) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = admin.get("/api/v2/tickets/1/comments")["comments"]
    return listed


def test_a_file_comes_in_zendesks_shape(admin: Caller) -> None:
    admin.open_ticket(attachments=[PHOTO])
    file = comments(admin)[0]["attachments"][0]
    number = file["id"]
    assert {name: file[name] for name in PHOTO} == PHOTO
    assert file["url"] == f"{admin.base}/api/v2/attachments/{number}.json"
    assert file["content_url"].startswith(f"{admin.base}/attachments/token/")
    assert file["content_url"].endswith("/?name=broken%20mug.jpg")
    assert (file["inline"], file["deleted"], file["thumbnails"]) == (False, False, [])
    assert file["malware_scan_result"] == "malware_not_found"


def test_every_file_has_an_id_of_its_own(admin: Caller) -> None:
    admin.open_ticket(attachments=[PHOTO, {"file_name": "b.pdf"}])
    admin.post("/sandbox/tickets/1/messages", {"text": "", "attachments": [PHOTO]})
    first, second = comments(admin)
    files = first["attachments"] + second["attachments"]
    assert [file["file_name"] for file in files] == ["broken mug.jpg", "b.pdf", "broken mug.jpg"]
    assert files[1]["content_type"] == "application/octet-stream"
    assert len({file["id"] for file in files}) == len({file["content_url"] for file in files}) == 3


def test_the_adapter_reads_the_names_of_files(admin: Caller) -> None:
    admin.open_ticket(attachments=[PHOTO, {"file_name": "b.pdf"}])
    admin.post("/sandbox/tickets/1/messages", {"text": "No file"})
    credentials = {"api_user": ADMIN, "api_token": ADMIN_TOKEN}
    access = AccountAccess(admin.base, "2222096", credentials)
    read = helpdesk("zendesk", access, allow_private=True).conversation("1")
    assert [message.attachments for message in read] == [("broken mug.jpg", "b.pdf"), ()]


def test_a_file_has_an_event_of_its_own(admin: Caller, receiver: Receiver, hook_url: str) -> None:
    names = ("created", "comment_added", "attachment_linked_to_comment")
    admin.post("/api/v2/webhooks", hook(hook_url, *names))
    admin.open_ticket(attachments=[PHOTO])
    got = [json.loads(receiver.next().body) for _ in range(3)]
    assert [one["type"].rpartition(".")[2] for one in got] == list(names)
    comment = comments(admin)[0]
    file = comment["attachments"][0]
    linked = got[2]["event"]["comment"]
    assert linked["id"] == str(comment["id"])
    assert linked["attachment"]["id"] == str(file["id"])
    assert linked["attachment"]["filename"] == "broken mug.jpg"
    assert linked["attachment"]["content_type"] == "image/jpeg"
    assert linked["attachment"]["is_public"] is True
    assert linked["attachment"]["content_url"].startswith("https://sandbox.zendesk.com/attachments")
    positions = [one["event"]["meta"]["sequence"]["position"] for one in got]
    assert positions == [1, 2, 3]


def test_people_in_copy_are_on_the_ticket_and_in_the_mail(admin: Caller) -> None:
    admin.open_ticket(cc=[COPY])
    ticket = admin.get("/api/v2/tickets/1")["ticket"]
    assert ticket["email_cc_ids"] == ticket["collaborator_ids"] == [CUSTOMER_ID + 1]
    assert ticket["follower_ids"] == []
    user = admin.get(f"/api/v2/users/{CUSTOMER_ID + 1}")["user"]
    assert (user["name"], user["email"], user["role"]) == (*COPY.values(), "end-user")
    ours = "support@sandbox.zendesk.com"
    source = {
        "from": {
            "address": CUSTOMER["email"],
            "name": CUSTOMER["name"],
            "original_recipients": [COPY["email"], ours],
        },
        "to": {"address": ours, "name": "sandbox"},
        "rel": None,
    }
    assert ticket["via"] == {"channel": "email", "source": source}
    assert comments(admin)[0]["via"] == ticket["via"]
    audit = admin.get("/api/v2/tickets/1/audits")["audits"][0]
    assert audit["via"] == ticket["via"]


def test_a_later_mail_adds_to_the_copies(admin: Caller) -> None:
    admin.open_ticket(cc=[COPY])
    again = [COPY, {"email": AGENT}, {"email": CUSTOMER["email"].upper()}]
    admin.post("/sandbox/tickets/1/messages", {"text": "More", "cc": again})
    ticket = admin.get("/api/v2/tickets/1")["ticket"]
    assert ticket["email_cc_ids"] == [CUSTOMER_ID + 1, AGENT_ID]
    assert ticket["via"]["source"]["from"]["original_recipients"][0] == COPY["email"]
    admin.post("/sandbox/tickets/1/messages", {"text": "No copies"})
    assert admin.get("/api/v2/tickets/1")["ticket"]["email_cc_ids"] == ticket["email_cc_ids"]


def test_what_is_no_mail_names_no_address(admin: Caller) -> None:
    admin.open_ticket(channel="web", cc=[COPY])
    ticket = admin.get("/api/v2/tickets/1")["ticket"]
    assert ticket["via"] == {"channel": "web", "source": {"from": {}, "to": {}, "rel": None}}
    assert ticket["email_cc_ids"] == [CUSTOMER_ID + 1]


@pytest.mark.parametrize(
    "wrong",
    [
        {"attachments": {"file_name": "a"}},
        {"attachments": ["a.jpg"]},
        {"attachments": [{"size": 1}]},
        {"attachments": [{"file_name": "a", "size": -1}]},
        {"attachments": [{"file_name": "a", "content_type": 1}]},
        {"cc": [{"name": "Dora"}]},
        {"cc": ["dora@home.example"]},
    ],
)
def test_wrong_files_and_copies_are_422(admin: Caller, wrong: dict[str, Any]) -> None:
    body = {"subject": "Parcel", "text": "x", "from": CUSTOMER, **wrong}
    assert admin("POST", "/sandbox/tickets", body).status_code == 422
    assert admin.get("/api/v2/tickets")["tickets"] == []
