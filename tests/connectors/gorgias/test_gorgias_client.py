import base64
import json
from collections.abc import Sequence
from dataclasses import replace

import pytest
import requests
import responses
from responses.matchers import query_param_matcher

from connectors.base import AccountAccess, RateLimit, RateTold
from connectors.errors import (
    AmbiguousError,
    AuthError,
    ConnectorError,
    GrantLostError,
    NotFoundError,
    RateLimitedError,
    RejectedError,
    UnavailableError,
)
from connectors.gorgias.client import GorgiasClient
from connectors.grants import FreshGrant, Renew, Tokens

from .answers import BASE, MESSAGES, TICKET, access, client, listed

pytestmark = pytest.mark.usefixtures("edge")

TOKEN = f"{BASE}/oauth/token"
CONSENTED = {"by": "consent", "client_id": "bookbag", "client_secret": "s3cret-s3cret"}


def authorization() -> str:
    return str(responses.calls[-1].request.headers["Authorization"])


def basic(user: str, secret: str) -> str:
    return f"Basic {base64.b64encode(f'{user}:{secret}'.encode()).decode()}"


def test_an_api_key_goes_with_every_call_and_into_no_error() -> None:
    responses.get(TICKET, status=400, json={"error": {"msg": "k3y-k3y-k3y is wrong"}})
    with pytest.raises(RejectedError) as error:
        client().get("tickets/86500001")
    assert authorization() == basic("bot@acme.example", "k3y-k3y-k3y")
    assert "k3y" not in str(error.value)


@pytest.mark.parametrize("credentials", [{"api_user": "a"}, {"api_token": "b"}, {"client_id": "c"}])
def test_credentials_that_lack_something_are_refused(credentials: dict[str, str]) -> None:
    with pytest.raises(AuthError):
        GorgiasClient(access(**credentials), allow_private=False)


@pytest.mark.parametrize("url", ["http://acme.gorgias.com", "acme", "https://a:b@acme.gorgias.com"])
def test_an_address_that_would_show_the_key_is_refused(url: str) -> None:
    with pytest.raises(RejectedError, match="address"):
        GorgiasClient(replace(access(), url=url), allow_private=False)


def test_gorgias_own_words_stand_in_the_error() -> None:
    told = {"msg": "Failed to create ticket message", "data": {"sender": ["Missing data."]}}
    responses.post(f"{TICKET}/messages", status=400, json={"error": told})
    with pytest.raises(RejectedError, match="Failed to create ticket message: sender Missing data"):
        client().write("POST", "tickets/86500001/messages", {})


@pytest.mark.parametrize(
    ("status", "read", "wrote"),
    [
        (401, AuthError, AuthError),
        (403, AuthError, AuthError),
        (404, NotFoundError, NotFoundError),
        (413, RejectedError, RejectedError),
        (429, RateLimitedError, RateLimitedError),
        (500, UnavailableError, AmbiguousError),
        (502, UnavailableError, AmbiguousError),
        (302, RejectedError, RejectedError),
    ],
)
def test_what_a_status_means(
    status: int, read: type[ConnectorError], wrote: type[ConnectorError]
) -> None:
    headers = {"Location": "https://evil.example/"} if status == 302 else {}
    responses.get(TICKET, status=status, headers=headers)
    responses.put(TICKET, status=status, headers=headers)
    with pytest.raises(read):
        client().get("tickets/86500001")
    with pytest.raises(wrote):
        client().write("PUT", "tickets/86500001", {})
    assert {call.request.url for call in responses.calls} == {TICKET}


def test_a_read_that_failed_for_a_moment_is_tried_again() -> None:
    """Gorgias names a time in every answer; of one that failed it says nothing."""
    responses.get(TICKET, status=502, headers={"Retry-after": "0"})
    responses.get(TICKET, json={"id": 86500001})
    assert client().get("tickets/86500001").number("id") == 86500001


def test_nothing_is_an_answer_to_a_change_of_tags_and_no_proof_of_a_message() -> None:
    responses.post(f"{TICKET}/tags", status=201)
    client().change("POST", "tickets/86500001/tags", {"names": ["a"]})
    responses.post(f"{TICKET}/messages", status=201)
    with pytest.raises(AmbiguousError):
        client().write("POST", "tickets/86500001/messages", {})


@pytest.mark.parametrize("body", ["", "<html>", "[]", "[" * 100_000])
def test_an_answer_to_a_read_that_is_no_object_is_refused(body: str) -> None:
    responses.get(TICKET, body=body)
    with pytest.raises(RejectedError, match="not understood"):
        client().get("tickets/86500001")


def test_a_list_is_read_to_its_end_by_cursor() -> None:
    one, two = {"limit": "100"}, {"limit": "100", "cursor": "c1"}
    first = listed({"id": 1}, following="c1")
    responses.get(MESSAGES, json=first, match=[query_param_matcher(one)])
    responses.get(MESSAGES, json=listed({"id": 2}), match=[query_param_matcher(two)])
    assert [item.number("id") for item in client().listed("messages", {}, 100)] == [1, 2]


def test_a_list_that_leads_in_a_circle_ends() -> None:
    responses.get(MESSAGES, json=listed({"id": 1}, following="c1"))
    assert len(list(client().listed("messages", {}, 100))) == 2


def test_a_429_within_a_list_is_not_its_end() -> None:
    responses.get(MESSAGES, json=listed({"id": 1}, following="c1"))
    responses.get(MESSAGES, status=429, headers={"Retry-after": "7"})
    with pytest.raises(RateLimitedError) as busy:
        list(client().listed("messages", {}, 100))
    assert busy.value.retry_after == 7


class Budget:
    """Writes down what is spent and told."""

    def __init__(self) -> None:
        self.spent: list[tuple[RateLimit, bool]] = []
        self.told: list[RateTold] = []

    def spend(self, limits: Sequence[RateLimit], *, writing: bool) -> None:
        self.spent += [(limit, writing) for limit in limits]

    def learn(self, told: Sequence[RateTold]) -> None:
        self.told += told


LEVELS: list[tuple[int, dict[str, str], RateTold | None]] = [
    (200, {"X-Gorgias-Account-Api-Call-Limit": "10/40"}, RateTold("calls", 40, 30)),
    (
        200,
        {"X-Gorgias-Account-Api-Call-Limit": "1/80", "Retry-after": "3"},
        RateTold("calls", 80, 79),
    ),
    (200, {"X-Gorgias-Account-Api-Call-Limit": "38/40"}, RateTold("calls", 40, 2, closed=1.0)),
    (200, {"X-Gorgias-Account-Api-Call-Limit": "41/40"}, RateTold("calls", 40, 0, closed=2.0)),
    (429, {"Retry-after": "9"}, RateTold("calls", closed=9.0)),
    (
        429,
        {"X-Gorgias-Account-Api-Call-Limit": "40/40"},
        RateTold("calls", 40, 0, closed=2.0),
    ),
    (200, {"X-Gorgias-Account-Api-Call-Limit": "a/b"}, None),
    (200, {"X-Gorgias-Account-Api-Call-Limit": "0/0"}, None),
    (200, {}, None),
]


@pytest.mark.parametrize(("status", "headers", "told"), LEVELS)
def test_the_bucket_is_known_from_every_answer(
    status: int, headers: dict[str, str], told: RateTold | None
) -> None:
    budget = Budget()
    responses.put(TICKET, status=status, headers=headers, json={})
    asking = GorgiasClient(access(), allow_private=False, rates=budget)
    try:
        asking.change("PUT", "tickets/86500001", {})
    except RateLimitedError:
        assert status == 429
    assert budget.spent == [(RateLimit("calls", 40, 20.0), True)]
    assert budget.told == ([told] if told else [])


class Kept:
    """A grant that renews whenever a token was refused."""

    def __init__(self, tokens: Tokens) -> None:
        self.tokens = tokens

    def token(self, renew: Renew, *, seconds: float) -> str:
        assert seconds > 0
        del renew
        return self.tokens.access

    def another(self, refused: str, renew: Renew, *, seconds: float) -> str:
        assert (refused, seconds > 0) == (self.tokens.access, True)
        self.tokens = renew(self.tokens.refresh)
        return self.tokens.access


def consented(grant: Kept | FreshGrant) -> GorgiasClient:
    account = AccountAccess(BASE, "acme", CONSENTED, grant)
    return GorgiasClient(account, allow_private=False)


def test_a_token_that_ended_is_renewed_and_the_call_made_once_more() -> None:
    responses.get(TICKET, status=401)
    responses.get(TICKET, json={"id": 1})
    responses.post(TOKEN, json={"access_token": "new-token", "expires_in": 86_400})
    grant = Kept(Tokens("old-token", "refresh-it", 1.0))
    assert consented(grant).get("tickets/86500001").number("id") == 1
    assert authorization() == "Bearer new-token"
    # It has no end and stays the same.
    assert grant.tokens == Tokens("new-token", "refresh-it", 86_400.0)
    asked = responses.calls[1].request
    assert asked.body == "grant_type=refresh_token&refresh_token=refresh-it"
    assert asked.headers["Authorization"] == basic("bookbag", "s3cret-s3cret")


def test_a_consent_that_was_taken_back_is_lost() -> None:
    responses.get(TICKET, status=401)
    responses.post(TOKEN, status=400, json={"error": "invalid_grant"})
    with pytest.raises(GrantLostError, match="connected again"):
        consented(Kept(Tokens("old-token", "refresh-it", 1.0))).get("tickets/86500001")


def test_a_client_that_is_refused_is_told_apart_from_a_consent_that_is() -> None:
    responses.get(TICKET, status=401)
    responses.post(TOKEN, status=401, json={"error": "invalid_client"})
    with pytest.raises(AuthError) as refused:
        consented(Kept(Tokens("old-token", "refresh-it", 1.0))).get("tickets/86500001")
    assert not isinstance(refused.value, GrantLostError)
    assert "s3cret" not in str(refused.value)
    assert "refresh-it" not in str(refused.value)


def test_tokens_that_cannot_be_had_now_leave_the_consent_alone() -> None:
    responses.get(TICKET, status=401)
    responses.post(TOKEN, body=requests.exceptions.ReadTimeout())
    with pytest.raises(UnavailableError):
        consented(Kept(Tokens("old-token", "refresh-it", 1.0))).get("tickets/86500001")


def test_without_a_consent_nobody_gets_in() -> None:
    with pytest.raises(AuthError, match="connected again"):
        GorgiasClient(access(**CONSENTED), allow_private=False)


def test_a_body_is_sent_as_json() -> None:
    responses.put(TICKET, json={"id": 1}, status=202)
    client().write("PUT", "tickets/86500001", {"status": "closed"})
    assert json.loads(responses.calls[0].request.body or "") == {"status": "closed"}
