"""Every payload that a helpdesk is known to send is read, or its fault is named."""

from pathlib import Path

import pytest

from connectors.errors import UnreadablePayloadError
from connectors.registry import HELPDESKS, webhooks
from connectors.types import HelpdeskEvent

FIXTURES = Path(__file__).parents[2] / "fixtures"


def payloads(helpdesk: str) -> list[Path]:
    folder = FIXTURES / helpdesk
    own = folder / "webhooks"
    return sorted((own if own.is_dir() else folder).glob("*.json"))


@pytest.mark.parametrize("helpdesk", HELPDESKS)
def test_every_payload_is_read_or_named(helpdesk: str) -> None:
    assert (FIXTURES / helpdesk / "README.md").is_file()
    read: list[HelpdeskEvent] = []
    for path in payloads(helpdesk):
        try:
            read.append(webhooks(helpdesk).parse(path.read_bytes()))
        except UnreadablePayloadError as named:
            # Whoever looks at a failed event must find the field.
            assert ": " in str(named), path.name  # noqa: PT017 - some are read, and some are not
    assert len(read) > len(payloads(helpdesk)) / 2
    assert all(event.id and event.vendor_type for event in read)


@pytest.mark.parametrize("helpdesk", HELPDESKS)
@pytest.mark.parametrize("body", [b"", b"null", b"[]", b'"a"', b"\xff\xfe", b"{" * 100_000])
def test_what_is_no_payload_is_named(helpdesk: str, body: bytes) -> None:
    with pytest.raises(UnreadablePayloadError):
        webhooks(helpdesk).parse(body)
