"""Each payload that Zendesk is known to send goes through the door and is handled to an end."""

import json
from pathlib import Path

import pytest

from connectors.types import EventKind
from connectors.zendesk.webhooks import ZendeskWebhooks
from plugin.models import InboxState
from tests.bench.world import Bench
from tests.intake.payloads import fresh_id, kept, kept_raw, post

FIXTURES = Path(__file__).parents[1] / "fixtures" / "zendesk"
NAMES = sorted(path.stem for path in FIXTURES.glob("*.json"))
# They cannot be read: stored, shown as failed, to be replayed.
BROKEN = {
    name for name in NAMES if name.startswith(("comment_added_missing", "comment_added_with"))
}
BROKEN |= {"messaging_message_added_missing_message"}
# No test opens a ticket of that number: whoever asks the helpdesk learns that it has none.
_ASKS_FOR_THE_MESSAGE = {EventKind.MESSAGE_ADDED, EventKind.TICKET_CREATED}


@pytest.mark.parametrize("name", NAMES)
def test_it_is_taken_in_and_handled(shared: Bench, name: str) -> None:
    payload = {**json.loads((FIXTURES / f"{name}.json").read_text()), "id": fresh_id()}
    body = json.dumps(payload).encode()
    answer = post(shared, body)
    assert answer.status_code == 200
    if name in BROKEN:
        assert kept_raw(shared, body).state is InboxState.FAILED
        return
    shared.settle()
    row = kept(shared, payload["id"])
    kind = ZendeskWebhooks().parse(body).kind
    assert row.kind == kind
    assert row.reason
    if kind in _ASKS_FOR_THE_MESSAGE:
        assert (row.state, "not_found" in row.reason) == (InboxState.FAILED, True)
    elif kind in (EventKind.TICKET_DELETED, EventKind.USER_DELETED):
        assert row.state is InboxState.DONE
    elif kind is EventKind.MESSAGE_REDACTED:
        assert row.state is InboxState.FAILED
    else:
        assert row.state is InboxState.IGNORED
