"""The helpdesk's signed token: whatever is not as it must be opens nothing."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest

from plugin.web.app_token import UntrustedTokenError, helpdesk_user
from tests.web.sidebar_app import AUDIENCE, HOST, claims, public, signed

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
AT = int(NOW.timestamp())


def read(token: str, *, key: str | None = None, audience: str = AUDIENCE) -> str:
    return helpdesk_user(token, key=key or public(), audience=audience, now=NOW)


def part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"iss": f"https://{HOST}"},
        {"sub": f"https://{HOST}/api/v2/users/901.json"},
        {"sub": f"https://{HOST}/api/v2/users/901"},
        {"iat": AT + 20, "nbf": AT + 20},
        {"exp": AT - 20},
        {"qsh": "what we do not know"},
    ],
)
def test_a_token_of_the_helpdesk_names_its_agent(changes: dict[str, Any]) -> None:
    assert read(signed(claims("901", NOW, **changes))) == "901"


WRONG: dict[str, dict[str, Any]] = {
    "no issuer": {"iss": None},
    "another issuer": {"iss": "evil.zendesk.com"},
    "an issuer over http": {"iss": f"http://{HOST}"},
    "an issuer with more behind": {"iss": f"{HOST}.evil.example"},
    "issuers": {"iss": [HOST]},
    "no audience": {"aud": None},
    "another installation": {"aud": AUDIENCE.replace("42", "43")},
    "several audiences": {"aud": [AUDIENCE]},
    "no subject": {"sub": None},
    "a bare subject": {"sub": "901"},
    "a subject elsewhere": {"sub": "https://evil.example/api/v2/users/901.json"},
    "a subject behind ours": {"sub": f"https://{HOST}@evil.example/api/v2/users/901.json"},
    "a subject that is no user": {"sub": f"https://{HOST}/api/v2/tickets/901.json"},
    "a subject with more behind": {"sub": f"https://{HOST}/api/v2/users/901.json?x"},
    "a subject that is no number": {"sub": f"https://{HOST}/api/v2/users/me.json"},
    "a subject of other digits": {"sub": f"https://{HOST}/api/v2/users/٩٠١.json"},
    "a number as subject": {"sub": 901},
    "no expiry": {"exp": None},
    "expired": {"exp": AT - 31},
    "expiry as text": {"exp": str(AT + 60)},
    "expiry as truth": {"exp": True},
    "no start": {"nbf": None},
    "not started": {"nbf": AT + 31},
    "start as text": {"nbf": "now"},
    "no issue": {"iat": None},
    "issued later": {"iat": AT + 31},
    "issue as a list": {"iat": [AT]},
    "no context": {"context": None},
    "context as text": {"context": "ticket_sidebar"},
    "another place": {"context": {"product": "support", "location": "nav_bar"}},
}


@pytest.mark.parametrize("changes", WRONG.values(), ids=WRONG.keys())
def test_every_claim_must_be_right(changes: dict[str, Any]) -> None:
    with pytest.raises(UntrustedTokenError) as refused:
        read(signed(claims("901", NOW, **changes)))
    assert "901" not in str(refused.value)


def test_another_key_and_another_algorithm_are_refused() -> None:
    made = claims("901", NOW)
    header, body, seal = signed(made).split(".")
    by_public_key = hmac.new(
        public().encode(), f"{part({'alg': 'HS256', 'typ': 'JWT'})}.{body}".encode(), hashlib.sha256
    )
    forged = {
        "another key": signed(made, by="another"),
        "RS512 with our key": signed(made, algorithm="RS512"),
        "no algorithm": jwt.encode(made, "", algorithm="none"),
        "no algorithm, in capitals": f"{part({'alg': 'NONE'})}.{body}.",
        "HS256 with the public key": ".".join(
            (
                part({"alg": "HS256", "typ": "JWT"}),
                body,
                base64.urlsafe_b64encode(by_public_key.digest()).rstrip(b"=").decode(),
            )
        ),
        "a key of its own": f"{part({'alg': 'RS256', 'jwk': {}, 'x5u': 'http://x'})}.{body}.{seal}",
        "another user under our seal": f"{header}.{part({**made, 'sub': 'x'})}.{seal}",
        "no seal": f"{header}.{body}.",
        "two parts": f"{header}.{body}",
        "nothing": "",
        "no token": "hello",
        "no text": "\x00\udcff.é.☃",
        "deep": f"{base64.urlsafe_b64encode(b'[' * 100_000).decode()}.{body}.{seal}",
    }
    for what, token in forged.items():
        with pytest.raises(UntrustedTokenError):
            read(token)
        assert what


@pytest.mark.parametrize(
    "key", ["", "not a key", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----"]
)
def test_a_registered_key_that_is_none_opens_nothing(key: str) -> None:
    with pytest.raises(UntrustedTokenError):
        helpdesk_user(signed(claims("901", NOW)), key=key, audience=AUDIENCE, now=NOW)


def test_an_audience_without_a_host_opens_nothing() -> None:
    for audience in ("", "installations/42.json"):
        with pytest.raises(UntrustedTokenError):
            read(signed(claims("901", NOW, aud=audience)), audience=audience)


def test_time_is_the_services_own() -> None:
    made = claims("901", NOW - timedelta(days=365))
    assert (
        helpdesk_user(signed(made), key=public(), audience=AUDIENCE, now=NOW - timedelta(days=365))
        == "901"
    )
    with pytest.raises(UntrustedTokenError, match="expired"):
        read(signed(made))
