import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.errors import BadSignatureError, UnreadablePayloadError
from connectors.gorgias.webhooks import FORM, TRIGGERS, GorgiasWebhooks
from connectors.types import EventKind, HelpdeskEvent

from .answers import FIXTURES, fixture

WEBHOOKS = GorgiasWebhooks()
NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
AT = datetime(2026, 11, 22, 9, 0, 0, 308988, UTC)
UNTOLD = datetime.fromtimestamp(0, UTC)
SECRET, OTHER = "a-long-random-secret", "the-one-before-it"
MESSAGE = {
    "id": "ticket-message-created:208800001",
    "kind": EventKind.MESSAGE_ADDED,
    "vendor_type": "ticket-message-created",
    "ticket_id": "86500001",
    "message_id": "208800001",
    "author_id": "93000001",
    "author_is_staff": False,
    "public": True,
    "requester_id": "93000001",
    "occurred_at": AT,
}
NOTE = {"message_id": "208800009", "author_is_staff": True, "public": False}
# What is read of each: an event's fields, or the complaint.
EXPECTED: Mapping[str, Mapping[str, object] | str] = {
    "customer_message": MESSAGE,
    "customer_message_with_real_types": MESSAGE,
    "message_with_underscores": MESSAGE,
    "message_without_event": MESSAGE,
    "message_with_time_as_python_writes_it": MESSAGE,
    "message_without_times": {**MESSAGE, "occurred_at": UNTOLD},
    "message_with_templates_left_as_they_are": {
        **MESSAGE,
        "author_id": None,
        "occurred_at": datetime(2026, 11, 22, 9, 0, 1, 308988, UTC),
    },
    "agent_reply": {"message_id": "208800003", "author_is_staff": True, "public": True},
    "note": NOTE,
    "note_that_says_public": {**NOTE, "message_id": "208800011"},
    "message_failed": {"kind": EventKind.MESSAGE_FAILED, "message_id": "208800013"},
    "ticket_created": {
        "id": "ticket-created:86500001",
        "kind": EventKind.TICKET_CREATED,
        "message_id": None,
        "public": None,
    },
    "ticket_created_without_message": {"kind": EventKind.TICKET_CREATED, "message_id": None},
    "ticket_updated": {"kind": EventKind.TAGS_CHANGED, "ticket_id": "86500001"},
    "ticket_handed_over": {"kind": EventKind.TICKET_CREATED, "message_id": None},
    "unknown_event": {"kind": EventKind.OTHER, "vendor_type": "ticket-haunted"},
    "message_missing_ticket_id": "ticket_id: expected an id",
    "message_missing_message_id": "message_id: expected an id",
    "message_with_an_object_for_id": "message_id: expected an id",
    "event_that_is_no_name": "event: expected a short name",
}


def body(name: str = "customer_message", **changes: Any) -> bytes:
    return json.dumps({**fixture(f"webhooks/{name}"), **changes}).encode()


def read(name: str = "customer_message", **changes: Any) -> HelpdeskEvent:
    return WEBHOOKS.parse(body(name, **changes))


def test_every_webhook_is_read() -> None:
    assert {path.stem for path in (FIXTURES / "webhooks").glob("*.json")} == set(EXPECTED)


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_webhook(name: str) -> None:
    expected = EXPECTED[name]
    if isinstance(expected, str):
        with pytest.raises(UnreadablePayloadError, match=expected):
            read(name)
        return
    found = read(name)
    assert {key: getattr(found, key) for key in expected} == expected


def test_a_message_is_told_once_and_a_failure_as_often_as_it_fails() -> None:
    again = {"updated": "2026-11-22T09:30:00+00:00"}
    assert read().id == read(**again).id
    assert read("ticket_created").id == read("ticket_created", **again).id
    assert read("ticket_updated").id != read("ticket_updated", **again).id
    assert read("message_failed").id == read("message_failed", **again).id
    later = read("message_failed", failed="2026-11-22T10:00:00+00:00")
    assert read("message_failed").id != later.id
    assert later.message_id == read("message_failed").message_id


def test_the_form_asks_for_single_values_of_what_is_read() -> None:
    assert set(FORM) == set(fixture("webhooks/customer_message"))
    assert all(value.startswith("{{") and value.endswith("}}") for value in FORM.values())
    assert {"ticket-message-created", "ticket-message-failed"} <= set(TRIGGERS)


@settings(max_examples=50)
@given(
    st.dictionaries(
        st.sampled_from(sorted(FORM)),
        st.none() | st.booleans() | st.integers() | st.text() | st.lists(st.text()),
    )
)
def test_whatever_a_form_holds_it_is_read_or_named(changes: dict[str, Any]) -> None:
    with suppress(UnreadablePayloadError):
        event = read(**changes)
        assert event.ticket_id.isdigit()
        assert len(event.id) < 200


@pytest.mark.parametrize("raw", [b"", b"[]", b"{'a': True}", b"\xff", b"[" * 100_000])
def test_a_body_that_is_no_form_is_named(raw: bytes) -> None:
    with pytest.raises(UnreadablePayloadError, match="body"):
        WEBHOOKS.parse(raw)


def verify(
    headers: Mapping[str, str],
    *secrets: str,
    raw: bytes = body(),
    account: str = "acme",
) -> str:
    return WEBHOOKS.verify(headers, raw, secrets=secrets, vendor_account=account, now=NOW)


@pytest.mark.parametrize("header", ["X-Bookbag-Secret", "x-bookbag-secret"])
def test_any_of_our_secrets_opens(header: str) -> None:
    assert verify({header: SECRET}, SECRET) == "acme"
    assert verify({header: OTHER}, SECRET, OTHER) == "acme"


@pytest.mark.parametrize("given_", [None, "", "wrong", SECRET[:-1], f"{SECRET} ", "ü"])
def test_no_other_secret_opens(given_: str | None) -> None:
    headers = {} if given_ is None else {"X-Bookbag-Secret": given_}
    with pytest.raises(BadSignatureError):
        verify(headers, SECRET)


def test_without_a_secret_nothing_is_genuine() -> None:
    for secrets in ((), ("",), ("hmac:a:hex:",)):
        with pytest.raises(BadSignatureError):
            verify({"X-Bookbag-Secret": "", "a": ""}, *secrets)


@pytest.mark.parametrize("told", ["acme", "ACME", "acme.gorgias.com", "", "None", "{{x}}"])
def test_the_account_is_compared_where_it_is_told(told: str) -> None:
    raw = body(account=told)
    assert verify({"X-Bookbag-Secret": SECRET}, SECRET, raw=raw) == "acme"


def test_another_accounts_call_is_refused_and_an_unknown_one_is_learned() -> None:
    key = {"X-Bookbag-Secret": SECRET}
    with pytest.raises(BadSignatureError, match="another"):
        verify(key, SECRET, raw=body(account="evil"))
    with pytest.raises(BadSignatureError, match="another"):
        verify({**key, "X-Bookbag-Account": "evil"}, SECRET, raw=b"{}")
    assert verify(key, SECRET, account="") == "acme"
    named = {**key, "X-Bookbag-Account": "acme"}
    assert verify(named, SECRET, raw=b"not json", account="") == "acme"
    with pytest.raises(BadSignatureError, match="does not say"):
        verify(key, SECRET, raw=b"{}", account="")


def signed(encoding: str, key: str = "k3y") -> str:
    digest = hmac.new(key.encode(), body(), hashlib.sha256).digest()
    made = {
        "hex": digest.hex(),
        "base64": base64.b64encode(digest).decode(),
        "sha256=hex": f"sha256={digest.hex()}",
    }
    return made[encoding]


@pytest.mark.parametrize("encoding", ["hex", "base64", "sha256=hex"])
def test_a_signature_is_asked_for_where_an_admin_says_how(encoding: str) -> None:
    """In which header Gorgias puts one, and how, is not known."""
    asked = f"hmac:X-Gorgias-Signature:{encoding}:k3y"
    both = {"X-Bookbag-Secret": SECRET, "x-gorgias-signature": signed(encoding)}
    assert verify(both, SECRET, asked) == "acme"
    assert verify({"x-gorgias-signature": signed(encoding)}, asked) == "acme"
    for headers in (
        {"X-Bookbag-Secret": SECRET},
        {"x-gorgias-signature": signed(encoding)},
        {**both, "x-gorgias-signature": signed(encoding, "another")},
    ):
        with pytest.raises(BadSignatureError):
            verify(headers, SECRET, asked)
    with pytest.raises(BadSignatureError):
        verify(both, SECRET, asked, raw=body() + b" ")


@pytest.mark.parametrize("wrong", ["hmac:", "hmac:X:rot13:k3y", "hmac:X:hex:", "hmac:X"])
def test_a_signature_that_is_asked_for_in_no_known_way_opens_nothing(wrong: str) -> None:
    with pytest.raises(BadSignatureError):
        verify({"X-Bookbag-Secret": SECRET, "X": ""}, SECRET, wrong)
    with pytest.raises(BadSignatureError):
        verify({"X-Bookbag-Secret": wrong}, wrong)
