import json
from collections.abc import Iterator

import pytest
import requests
import responses
from responses.matchers import header_matcher

from connectors.errors import AuthError, ConnectorError, RateLimitedError, UnavailableError
from connectors.types import TagChange
from connectors.zendesk.helpdesk import ZendeskHelpdesk
from connectors.zendesk.oauth import TokenCache

from .answers import API, BASE, TICKET, access, updated, wrote

TOKENS = f"{BASE}/oauth/tokens"
ME = f"{API}/users/me.json"


class Clock:
    now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(autouse=True)
def _edge() -> Iterator[None]:
    with responses.mock:
        yield


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tenacity.nap.time.sleep", lambda _: None)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def cache(clock: Clock) -> TokenCache:
    return TokenCache(clock)


def desk(cache: TokenCache) -> ZendeskHelpdesk:
    client = access(client_id="bookbag", client_secret="s3cret-s3cret")
    return ZendeskHelpdesk(client, allow_private=False, tokens=cache)


def grant(token: str, **more: object) -> responses.BaseResponse:
    body = {"access_token": token, "token_type": "bearer", **more}
    edge: responses.BaseResponse = responses.post(TOKENS, json=body)
    return edge


def me(token: str, status: int = 200) -> responses.BaseResponse:
    edge: responses.BaseResponse = responses.get(
        ME,
        status=status,
        json={"user": {"id": 7, "name": "AI", "role": "admin"}},
        match=[header_matcher({"Authorization": f"Bearer {token}"})],
    )
    return edge


def test_the_grant_is_asked_for_as_documented(cache: TokenCache) -> None:
    grant("one", expires_in=1_800)
    me("one")
    assert desk(cache).me().id == "7"
    assert json.loads(responses.calls[0].request.body or "") == {
        "grant_type": "client_credentials",
        "client_id": "bookbag",
        "client_secret": "s3cret-s3cret",
        "scope": "read write",
    }


def test_a_token_is_kept_across_instances_until_it_is_about_to_end(
    cache: TokenCache, clock: Clock
) -> None:
    granted = grant("one", expires_in=1_800)
    me("one")
    desk(cache).me()
    desk(cache).me()
    clock.now += 1_739
    desk(cache).me()
    assert granted.call_count == 1
    clock.now += 2
    desk(cache).me()
    assert granted.call_count == 2


@pytest.mark.parametrize("life", [{}, {"expires_in": None}, {"expires_in": "x"}])
def test_a_token_without_a_life_lives_half_an_hour(
    cache: TokenCache, clock: Clock, life: dict[str, object]
) -> None:
    granted = grant("one", **life)
    me("one")
    desk(cache).me()
    clock.now += 1_739
    desk(cache).me()
    clock.now += 2
    desk(cache).me()
    assert granted.call_count == 2


def test_a_refused_token_is_fetched_anew_once(cache: TokenCache) -> None:
    grant("one")
    grant("two")
    refused = responses.put(
        TICKET, status=401, match=[header_matcher({"Authorization": "Bearer one"})]
    )
    taken = responses.put(
        TICKET,
        json=updated(wrote(901)),
        match=[header_matcher({"Authorization": "Bearer two"})],
    )
    receipt = desk(cache).add_note("35", "<p>x</p>", tags=TagChange(), effect_id="e")
    assert receipt.external_id == "901"
    assert (refused.call_count, taken.call_count) == (1, 1)


def test_a_token_refused_twice_is_an_auth_error(cache: TokenCache) -> None:
    granted = grant("one")
    refused = me("one", status=401)
    with pytest.raises(AuthError):
        desk(cache).me()
    assert (granted.call_count, refused.call_count) == (2, 2)


def test_a_missing_scope_fetches_no_new_token(cache: TokenCache) -> None:
    granted = grant("one")
    me("one", status=403)
    with pytest.raises(AuthError):
        desk(cache).me()
    assert granted.call_count == 1


@pytest.mark.parametrize("status", [400, 401, 403, 422])
def test_a_refused_client_is_an_auth_error(cache: TokenCache, status: int) -> None:
    responses.post(
        TOKENS, status=status, json={"error": "invalid_client", "description": "s3cret-s3cret"}
    )
    with pytest.raises(AuthError) as error:
        desk(cache).me()
    assert "s3cret" not in str(error.value)


@pytest.mark.parametrize(
    "body", [requests.exceptions.ReadTimeout(), "", "[]", "{}", '{"access_token": "a\\nb"}']
)
def test_without_a_token_a_note_was_surely_not_written(
    cache: TokenCache, body: str | Exception
) -> None:
    responses.post(TOKENS, body=body)
    put = responses.put(TICKET)
    with pytest.raises(UnavailableError):
        desk(cache).add_note("35", "<p>x</p>", tags=TagChange(), effect_id="e")
    assert put.call_count == 0


def test_a_rate_limit_on_tokens_is_handed_on(cache: TokenCache) -> None:
    responses.post(TOKENS, status=429, headers={"Retry-After": "9"})
    with pytest.raises(RateLimitedError) as error:
        desk(cache).me()
    assert error.value.retry_after == 9


def test_an_access_token_is_in_no_error(cache: TokenCache) -> None:
    grant("acc3ss-token")
    responses.get(ME, status=422, json={"error": "acc3ss-token"})
    with pytest.raises(ConnectorError) as error:
        desk(cache).me()
    assert "acc3ss" not in str(error.value)


def test_a_token_replaced_meanwhile_is_not_dropped(cache: TokenCache) -> None:
    cache.put("k", "new", 1_800)
    cache.drop("k", "old")
    assert cache.get("k") == "new"
    cache.drop("k", "new")
    assert cache.get("k") is None
