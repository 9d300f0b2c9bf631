"""An account is connected: by key, and by an admin's consent in a running Gorgias."""

from collections.abc import Iterator, Mapping
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from connectors import registry
from connectors.base import AccountAccess
from connectors.connecting import Client
from connectors.errors import AuthError, GrantLostError, RejectedError
from connectors.gorgias.auth import Renewal
from connectors.gorgias.connecting import GorgiasConnecting
from connectors.grants import FreshGrant
from connectors.sandbox.gorgias import OAuthClient, SandboxConfig, Seat, create_app
from connectors.sandbox.server import SandboxServer

ADMIN, AGENT = "bot@acme.example", "bo@acme.example"
BACK = "https://support.example/connect/gorgias/callback"
CLIENT = Client("bookbag", "s3cret-s3cret")
CONNECTING = GorgiasConnecting(allow_private=True)
CONSENT = {"by": "consent", "client_id": CLIENT.id, "client_secret": CLIENT.secret}


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    config = SandboxConfig(
        agents=(Seat("Bookbag", ADMIN, "admin"), Seat("Bo", AGENT)),
        api_keys={ADMIN: "admins-key", AGENT: "agents-key"},
        oauth_clients={CLIENT.id: OAuthClient(CLIENT.secret, (BACK,))},
    )
    with SandboxServer(create_app(config)) as server:
        yield server.url


def key(url: str, user: str, token: str) -> AccountAccess:
    return AccountAccess(url, "sandbox", {"api_user": user, "api_token": token})


def consent(url: str) -> str:
    """An admin says yes. Returns the code."""
    page = CONNECTING.consent_page(url, CLIENT, back=BACK, state="s7", proof="unused")
    assert requests.get(page, timeout=5).ok
    given: Mapping[str, str] = {"agent": ADMIN, "answer": "yes"}
    answer = requests.post(page, data=given, allow_redirects=False, timeout=5)
    found = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert found["state"] == ["s7"]
    return found["code"][0]


@pytest.mark.parametrize(
    "given",
    [
        *("larkspur", "LARKSPUR", " larkspur ", "larkspur.gorgias.com"),
        *("https://larkspur.gorgias.com/app/ticket/1", "https://larkspur.gorgias.com"),
    ],
)
def test_an_address_in_any_form(given: str) -> None:
    assert GorgiasConnecting(allow_private=False).address(given) == "https://larkspur.gorgias.com"


@pytest.mark.parametrize(
    "given",
    [
        *("", "lark spur", "evil.example", "https://larkspur.gorgias.com.evil.example"),
        *("https://gorgias.com", "larkspur.zendesk.com", "https://larkspur.gorgias.com:8443"),
        *("http://127.0.0.1:1", "https://[", "-"),
    ],
)
def test_no_other_address_is_taken(given: str) -> None:
    with pytest.raises(ValueError, match="larkspur"):
        GorgiasConnecting(allow_private=False).address(given)


def test_an_admins_key_lacks_nothing(url: str) -> None:
    found = CONNECTING.look(key(url, ADMIN, "admins-key"))
    assert (found.name, found.email, found.lacks) == ("Bookbag", ADMIN, ())


def test_an_agents_key_is_told_what_it_lacks(url: str) -> None:
    found = CONNECTING.look(key(url, AGENT, "agents-key"))
    assert found.lacks[0].startswith("It is not an admin")


def test_a_wrong_key_lets_nobody_in(url: str) -> None:
    with pytest.raises(AuthError):
        CONNECTING.look(key(url, ADMIN, "agents-key"))


def test_where_there_is_no_gorgias_it_is_said(url: str) -> None:
    with pytest.raises(RejectedError, match="there is no Gorgias account at"):
        CONNECTING.look(key(f"{url}/elsewhere", ADMIN, "admins-key"))


def test_an_admin_consents_and_tokens_are_renewed(url: str) -> None:
    code = consent(url)
    tokens = CONNECTING.exchange(url, CLIENT, back=BACK, code=code, verifier="unused")
    assert tokens.life == 86_400
    assert tokens.refresh
    access = AccountAccess(url, "sandbox", CONSENT, FreshGrant(tokens))
    assert CONNECTING.look(access).lacks == ()
    assert registry.helpdesk("gorgias", access, allow_private=True).me().email == ADMIN
    renewed = Renewal(url, CLIENT, allow_private=True)(tokens.refresh)
    assert renewed.access != tokens.access
    assert renewed.refresh
    again = AccountAccess(url, "sandbox", CONSENT, FreshGrant(renewed))
    assert CONNECTING.look(again).email == ADMIN


def test_a_code_is_good_once(url: str) -> None:
    code = consent(url)
    CONNECTING.exchange(url, CLIENT, back=BACK, code=code, verifier="")
    with pytest.raises(GrantLostError, match="used before"):
        CONNECTING.exchange(url, CLIENT, back=BACK, code=code, verifier="")


def test_a_wrong_client_is_told_apart_and_hidden(url: str) -> None:
    wrong = Client(CLIENT.id, "an0ther-s3cret")
    with pytest.raises(AuthError, match="check its identifier and secret") as refused:
        CONNECTING.exchange(url, wrong, back=BACK, code=consent(url), verifier="")
    assert not isinstance(refused.value, GrantLostError)
    assert "an0ther" not in str(refused.value)


def test_it_is_registered() -> None:
    assert isinstance(registry.connecting("gorgias", allow_private=False), GorgiasConnecting)
