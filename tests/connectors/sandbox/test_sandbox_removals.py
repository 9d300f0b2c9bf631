"""What is deleted or redacted in the sandbox is gone there, and its webhooks say so."""

import json

from .support import CUSTOMER_ID, Caller, Receiver, hook

BLACK = "\u2587"


def test_a_redacted_comment_is_black_for_good(
    admin: Caller, anyone: Caller, receiver: Receiver, hook_url: str
) -> None:
    ticket_id = anyone.open_ticket(text="My card is 4111.")
    (comment,) = admin.get(f"/api/v2/tickets/{ticket_id}/comments")["comments"]
    admin.post("/api/v2/webhooks", hook(hook_url, "comment_redacted", "soft_deleted"))
    path = f"/api/v2/tickets/{ticket_id}/comments/{comment['id']}/redact"
    assert admin("PUT", path, {"text": "not in it"}).status_code == 404
    shown = admin.put(path, {"text": "4111"})["comment"]
    assert shown["plain_body"] == f"My card is {BLACK * 4}."
    assert "4111" not in json.dumps(admin.get(f"/api/v2/tickets/{ticket_id}/comments"))
    told = json.loads(receiver.next().body)
    assert (told["type"], told["subject"]) == (
        "zen:event-type:ticket.comment_redacted",
        f"zen:ticket:{ticket_id}",
    )
    assert told["event"]["comment"] == {"id": str(comment["id"])}
    assert "4111" not in json.dumps(told)

    assert admin("DELETE", f"/api/v2/tickets/{ticket_id}").status_code == 204
    assert admin("GET", f"/api/v2/tickets/{ticket_id}").status_code == 404
    assert json.loads(receiver.next().body)["type"] == "zen:event-type:ticket.soft_deleted"


def test_a_deleted_customer_is_shown_as_not_active(
    admin: Caller, anyone: Caller, receiver: Receiver, hook_url: str
) -> None:
    anyone.open_ticket()
    user_hook = hook(hook_url, subscriptions=["zen:event-type:user.deleted"])
    admin.post("/api/v2/webhooks", user_hook)
    assert admin("DELETE", f"/api/v2/users/{CUSTOMER_ID}").json()["user"]["active"] is False
    assert admin.get(f"/api/v2/users/{CUSTOMER_ID}")["user"]["active"] is False
    told = json.loads(receiver.next().body)
    assert (told["subject"], told["detail"]["id"]) == (f"zen:user:{CUSTOMER_ID}", str(CUSTOMER_ID))
