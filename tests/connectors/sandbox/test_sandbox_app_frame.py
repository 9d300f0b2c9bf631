import base64
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from flask import Flask

from connectors.sandbox.zendesk import SandboxConfig, Seat, create_app
from connectors.sandbox.zendesk.app_frame import opening, sign
from connectors.sandbox.zendesk.errors import ApiError
from connectors.sandbox.zendesk.wiring import Sandbox, sandbox

from .support import ADMIN, ADMIN_ID, AGENT, AGENT_ID, CUSTOMER_ID, Caller

NOW = datetime(2026, 11, 22, 9, 30, 15, 700_000, UTC)
URL = "http://127.0.0.1:5000/zendesk/1/sidebar"


@pytest.fixture
def app() -> Flask:
    seats = (Seat("Ada", ADMIN, "admin"), Seat("Ben", AGENT))
    return create_app(SandboxConfig(agents=seats, subdomain="acme", clock=lambda: NOW))


@pytest.fixture
def box(app: Flask) -> Sandbox:
    with app.app_context():
        return sandbox()


def decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def verified(token: str, pem: str) -> dict[str, Any]:
    signed, _, seal = token.rpartition(".")
    key = load_pem_public_key(pem.encode())
    assert isinstance(key, rsa.RSAPublicKey)
    key.verify(decoded(seal), signed.encode(), padding.PKCS1v15(), hashes.SHA256())
    head, body = signed.split(".")
    assert json.loads(decoded(head)) == {"typ": "JWT", "alg": "RS256"}
    claims: dict[str, Any] = json.loads(decoded(body))
    return claims


def test_no_app_is_installed_at_first(anyone: Caller) -> None:
    assert anyone.get("/sandbox/app")["url"] is None


def test_an_app_is_installed_and_taken_out(anyone: Caller, box: Sandbox) -> None:
    before = anyone.get("/sandbox/app")
    after = anyone.put("/sandbox/app", {"url": URL})
    assert after["url"] == URL
    assert after["public_key"] == before["public_key"]
    assert after["installation_id"] == before["installation_id"]
    assert anyone("DELETE", "/sandbox/app").status_code == 200
    assert anyone.get("/sandbox/app")["url"] is None
    assert opening(box) is None


@pytest.mark.parametrize("url", ["", "sidebar", "ftp://host/x", "http:///x", URL + "?a=1"])
def test_an_address_that_cannot_be_opened_is_refused(anyone: Caller, url: str) -> None:
    assert anyone("PUT", "/sandbox/app", {"url": url}).status_code == 422
    assert anyone.get("/sandbox/app")["url"] is None


def test_every_page_load_has_its_own_guid(box: Sandbox) -> None:
    box.installation.point_at(URL)
    first, second = opening(box), opening(box)
    assert first is not None
    assert second is not None
    assert first[:2] == second[:2] == (URL, box.installation.id)
    assert first.app_guid != second.app_guid


def test_the_token_names_the_agent_and_the_installation(app: Flask, box: Sandbox) -> None:
    told = app.test_client().get("/sandbox/app").get_json()
    claims = verified(sign(box, AGENT_ID), told["public_key"])
    at = int(NOW.timestamp())
    installation = f"api/v2/apps/installations/{told['installation_id']}.json"
    jti = claims.pop("jti")
    assert claims == {
        "iss": "acme.zendesk.com",
        "aud": f"https://acme.zendesk.com/{installation}",
        "sub": f"https://acme.zendesk.com/api/v2/users/{AGENT_ID}.json",
        "iat": at,
        "nbf": at,
        "exp": at + 60,
        "context": {"product": "support", "location": "ticket_sidebar"},
    }
    assert (told["issuer"], told["audience"]) == (claims["iss"], claims["aud"])
    assert jti != verified(sign(box, AGENT_ID), told["public_key"])["jti"]


def test_another_accounts_key_does_not_verify(box: Sandbox) -> None:
    other = create_app(SandboxConfig(agents=(Seat("Ada", ADMIN, "admin"),)))
    stranger = other.test_client().get("/sandbox/app").get_json()["public_key"]
    with pytest.raises(InvalidSignature):
        verified(sign(box, ADMIN_ID), stranger)


def test_a_customer_cannot_open_the_workspace(app: Flask, box: Sandbox) -> None:
    customer = {"name": "Cleo", "email": "cleo@home.example"}
    ticket = {"subject": "Parcel", "text": "Where?", "from": customer}
    assert app.test_client().post("/sandbox/tickets", json=ticket).status_code == 201
    with pytest.raises(ApiError):
        sign(box, CUSTOMER_ID)
    with pytest.raises(ApiError):
        sign(box, 1)
