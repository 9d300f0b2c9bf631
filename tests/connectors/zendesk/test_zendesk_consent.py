"""A person's consent at Zendesk's edge: addresses, tokens, one more try after a 401."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
import responses
from responses.matchers import header_matcher

from connectors.base import AccountAccess
from connectors.connecting import Client, Identity
from connectors.errors import AuthError, ConnectorError, GrantLostError, RejectedError
from connectors.grants import FreshGrant, Renew, Tokens
from connectors.types import TagChange
from connectors.zendesk.connecting import ZendeskConnecting
from connectors.zendesk.helpdesk import ZendeskHelpdesk
from connectors.zendesk.oauth_grant import Renewal

from .answers import API, BASE, TICKET, updated, wrote

TOKENS = f"{BASE}/oauth/tokens"
ME = f"{API}/users/me.json"
BACK = "https://support.example/connect/zendesk/callback"
PUBLIC = Client("bookbag", "")
CONSENTED = {"by": "consent", "client_id": "bookbag"}
CONNECTING = ZendeskConnecting(allow_private=False)


@pytest.fixture(autouse=True)
def _edge() -> Iterator[None]:
    with responses.mock:
        yield


class Kept:
    """A grant whose tokens a test lays out, newest last."""

    def __init__(self, *tokens: str) -> None:
        self.tokens = list(tokens)
        self.refused: list[str] = []

    def token(self, renew: Renew, *, seconds: float) -> str:
        del renew
        assert seconds > 0
        return self.tokens[0]

    def another(self, refused: str, renew: Renew, *, seconds: float) -> str:
        del renew
        assert seconds > 0
        self.refused.append(refused)
        if len(self.tokens) == 1:
            raise GrantLostError("lost")
        return self.tokens.pop(1)


def desk(grant: Kept) -> ZendeskHelpdesk:
    return ZendeskHelpdesk(AccountAccess(BASE, "1", CONSENTED, grant), allow_private=False)


def asked(number: int = -1) -> dict[str, str]:
    body: dict[str, str] = json.loads(responses.calls[number].request.body or "")
    return body


@pytest.mark.parametrize(
    "given",
    [
        "larkspur",
        " Larkspur ",
        "larkspur.zendesk.com",
        "https://larkspur.zendesk.com",
        "https://LARKSPUR.zendesk.com/agent/tickets/1?x=1",
        "http://larkspur.zendesk.com/",
    ],
)
def test_an_address_is_made_of_what_an_admin_has_at_hand(given: str) -> None:
    assert CONNECTING.address(given) == "https://larkspur.zendesk.com"


@pytest.mark.parametrize(
    "given",
    [
        *("", " ", ".", "-lark", "lark spur", "lark/spur", "lark\nspur", "x" * 64),
        *("zendesk.com", ".zendesk.com", "a.b.zendesk.com", "larkspur.zendesk.com.evil.example"),
        *("https://evil.example", "https://larkspur.zendesk.com:8443", "http://127.0.0.1:9"),
        *("https://evil.example/.zendesk.com", "https://larkspur.zendesk.com@evil.example"),
        *("https://[::1", "lärkspur", "larkspur。zendesk。com"),
    ],
)
def test_no_other_address_is_taken(given: str) -> None:
    with pytest.raises(ValueError, match="expected the account's subdomain"):
        CONNECTING.address(given)


def test_a_sandbox_is_taken_where_private_addresses_are_allowed() -> None:
    local = ZendeskConnecting(allow_private=True)
    assert local.address("http://127.0.0.1:9/") == "http://127.0.0.1:9"
    assert local.address("larkspur") == "https://larkspur.zendesk.com"
    with pytest.raises(ValueError, match="must not hold a user"):
        local.address("https://a:b@larkspur.example")


def test_the_consent_page_is_asked_for_as_documented() -> None:
    page = CONNECTING.consent_page(BASE, PUBLIC, back=BACK, state="s+/=", proof="p")
    assert page.startswith(f"{BASE}/oauth/authorizations/new?")
    assert {name: value for name, (value,) in parse_qs(urlsplit(page).query).items()} == {
        "response_type": "code",
        "client_id": "bookbag",
        "redirect_uri": BACK,
        "scope": "read write",
        "state": "s+/=",
        "code_challenge": "p",
        "code_challenge_method": "S256",
    }


@pytest.mark.parametrize("secret", ["", "s3cret-s3cret"])
def test_a_code_is_exchanged_as_documented(secret: str) -> None:
    responses.post(
        TOKENS, json={"access_token": "a", "refresh_token": "r", "expires_in": 900, "scope": "read"}
    )
    client = Client("bookbag", secret)
    tokens = CONNECTING.exchange(BASE, client, back=BACK, code="c0de", verifier="v")
    assert tokens == Tokens("a", "r", 900.0, "read")
    assert asked() == {
        "grant_type": "authorization_code",
        "code": "c0de",
        "redirect_uri": BACK,
        "scope": "read write",
        "code_verifier": "v",
        "client_id": "bookbag",
        **({"client_secret": secret} if secret else {}),
    }


def test_a_refresh_is_asked_for_as_documented() -> None:
    responses.post(TOKENS, json={"access_token": "a2", "refresh_token": "r2"})
    renewal = Renewal(BASE, CONSENTED, allow_private=False)
    assert renewal("r1") == Tokens("a2", "r2", 1_800.0)
    assert asked() == {
        "grant_type": "refresh_token",
        "refresh_token": "r1",
        "client_id": "bookbag",
    }


def test_a_refresh_token_that_does_not_rotate_stays_good() -> None:
    responses.post(TOKENS, json={"access_token": "a2"})
    assert Renewal(BASE, CONSENTED, allow_private=False)("r1").refresh == "r1"


def test_a_token_of_the_old_kind_has_no_end() -> None:
    """Neither a life nor a refresh token: a client that was made before tokens ended."""
    responses.post(TOKENS, json={"access_token": "a", "token_type": "bearer"})
    tokens = CONNECTING.exchange(BASE, PUBLIC, back=BACK, code="c", verifier="v")
    assert tokens.refresh == ""
    assert tokens.life > 365 * 86_400


def test_without_a_refresh_token_a_consent_ends_with_its_access_token() -> None:
    with pytest.raises(GrantLostError, match="must be connected again"):
        Renewal(BASE, CONSENTED, allow_private=False)("")
    assert len(responses.calls) == 0


@pytest.mark.parametrize(
    ("status", "error", "is_lost"),
    [
        (400, "invalid_grant", True),
        (401, "invalid_grant", True),
        (401, "invalid_client", False),
        (400, "unauthorized_client", False),
        (400, {"title": "x"}, False),
        (404, "InvalidEndpoint", False),
        (403, "Forbidden", False),
    ],
)
def test_only_a_refused_grant_is_lost(status: int, error: object, is_lost: bool) -> None:
    responses.post(
        TOKENS, status=status, json={"error": error, "error_description": "r3fresh-token"}
    )
    with pytest.raises(AuthError) as refused:
        Renewal(BASE, CONSENTED, allow_private=False)("r3fresh-token")
    assert isinstance(refused.value, GrantLostError) is is_lost
    assert "r3fresh" not in str(refused.value)


@pytest.mark.parametrize("body", ["", "[]", "{}", '{"access_token": ""}', '{"access_token": "é"}'])
def test_an_answer_that_is_not_understood_loses_nothing(body: str) -> None:
    responses.post(TOKENS, body=body)
    with pytest.raises(ConnectorError) as error:
        Renewal(BASE, CONSENTED, allow_private=False)("r1")
    assert not error.value.permanent


def test_a_lost_answer_is_asked_for_once_more_with_the_same_token() -> None:
    responses.post(TOKENS, body=requests.exceptions.ReadTimeout())
    responses.post(TOKENS, json={"access_token": "a2", "refresh_token": "r2"})
    assert Renewal(BASE, CONSENTED, allow_private=False)("r1").access == "a2"
    assert asked(0) == asked(1)
    responses.reset()
    responses.post(TOKENS, body=requests.exceptions.ReadTimeout())
    with pytest.raises(ConnectorError) as error:
        Renewal(BASE, CONSENTED, allow_private=False)("r1")
    assert not error.value.permanent
    assert len(responses.calls) == 2


def test_a_refused_token_is_replaced_once_in_the_midst_of_a_write() -> None:
    refused = responses.put(
        TICKET, status=401, match=[header_matcher({"Authorization": "Bearer one"})]
    )
    taken = responses.put(
        TICKET, json=updated(wrote(901)), match=[header_matcher({"Authorization": "Bearer two"})]
    )
    grant = Kept("one", "two")
    receipt = desk(grant).add_note("35", "<p>x</p>", tags=TagChange(), effect_id="e")
    assert receipt.external_id == "901"
    assert (refused.call_count, taken.call_count, grant.refused) == (1, 1, ["one"])


def test_a_token_refused_twice_is_an_error_that_holds_none_of_them() -> None:
    responses.get(ME, status=401, json={"error": "acc3ss-one acc3ss-two"})
    with pytest.raises(AuthError) as error:
        desk(Kept("acc3ss-one", "acc3ss-two")).me()
    assert not isinstance(error.value, GrantLostError)
    assert "acc3ss" not in str(error.value)


def test_a_lost_grant_is_told_as_such() -> None:
    responses.get(ME, status=401)
    with pytest.raises(GrantLostError):
        desk(Kept("one")).me()


def look() -> Identity:
    tokens = Tokens("one", "r", 900)
    access = AccountAccess(BASE, "", CONSENTED, FreshGrant(tokens))
    return CONNECTING.look(access)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ({"json": {"user": {"id": None, "name": "Anonymous"}}}, AuthError),
        ({"status": 302, "headers": {"Location": "https://evil.example"}}, RejectedError),
        ({"body": "<html>"}, RejectedError),
        ({"json": {"user": {"id": "seven", "role": "admin"}}}, RejectedError),
        ({"status": 401}, GrantLostError),
    ],
)
def test_a_strange_first_answer_is_an_error_of_ours(
    answer: dict[str, Any], error: type[Exception]
) -> None:
    responses.get(ME, **answer)
    responses.get(f"{API}/tickets.json", json={"tickets": []})
    responses.put(f"{API}/tickets/0.json", status=404)
    with pytest.raises(error):
        look()


@pytest.mark.parametrize("status", [200, 400, 404, 422])
def test_whether_one_may_write_is_tried_on_no_ticket(status: int) -> None:
    """Whatever Zendesk says of a ticket that is not there, it let the token in."""
    responses.get(ME, json={"user": {"id": 7, "name": "AI", "email": "a@b.c", "role": "admin"}})
    responses.get(f"{API}/tickets.json", json={"tickets": []})
    responses.put(f"{API}/tickets/0.json", status=status, json={})
    assert look() == Identity("7", "AI", "a@b.c")
