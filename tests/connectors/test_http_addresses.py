import socket

import pytest
import requests

from connectors.errors import (
    RejectedError,
)
from connectors.http import (
    OutboundSession,
    base_url,
    outbound_session,
)
from connectors.transport import is_public

from .clocks import StillClock

URL = "https://api.example/things/1"


def session(*, allow_private: bool = False, secrets: tuple[str, ...] = ()) -> OutboundSession:
    return outbound_session(allow_private=allow_private, secrets=secrets, clock=StillClock())


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "169.254.169.254", "10.0.0.1"])
def test_private_addresses_are_refused_by_what_a_name_resolves_to(host: str) -> None:
    with pytest.raises(RejectedError, match="private"):
        session().get(f"http://{host}:1/")


def test_a_public_name_with_a_private_address_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def resolve(*_: object, **__: object) -> list[object]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("192.168.1.1", 443))]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    with pytest.raises(RejectedError, match="private"):
        session().get("https://shop.example/")


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1::1", True),
        ("127.0.0.1", False),
        ("100.64.0.1", False),
        ("224.0.0.1", False),
        ("0.0.0.0", False),  # noqa: S104 - an address to refuse, not to bind
        ("::ffff:127.0.0.1", False),
        ("64:ff9b::7f00:1", False),
        ("64:ff9b::5db8:d822", True),
        ("2002:7f00:1::", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
    ],
)
def test_what_counts_as_public(address: str, public: bool) -> None:
    assert is_public(address) is public


def test_both_schemes_send_once() -> None:
    for adapter in session().adapters.values():
        assert isinstance(adapter, requests.adapters.HTTPAdapter)
        assert adapter.max_retries.total == 0


@pytest.mark.parametrize(
    ("url", "tidy"),
    [
        ("https://acme.zendesk.com/", "https://acme.zendesk.com"),
        ("https://shop.example:8443/api/", "https://shop.example:8443/api"),
        (" https://shop.example ", "https://shop.example"),
    ],
)
def test_a_base_address_is_tidied(url: str, tidy: str) -> None:
    assert base_url(url, allow_private=False) == tidy


@pytest.mark.parametrize(
    "url",
    ["", "acme.zendesk.com", "ftp://a.example", "http://a.example", "https://u:p@a.example",
     "https://a.example/?q", "https://a.example/#f", "https://"],
)  # fmt: skip
def test_a_wrong_base_address_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="the address must"):
        base_url(url, allow_private=False)


def test_plain_http_is_for_private_addresses() -> None:
    assert base_url("http://127.0.0.1:9999", allow_private=True) == "http://127.0.0.1:9999"
