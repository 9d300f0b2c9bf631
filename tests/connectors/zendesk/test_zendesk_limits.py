"""What each call is counted against, and what is learned from its answer."""

from collections.abc import Mapping, Sequence

import pytest
import responses

from connectors.base import RateLimit, RateTold
from connectors.errors import AmbiguousError, ConnectorError, RateLimitedError
from connectors.types import TagChange
from connectors.zendesk.helpdesk import ZendeskHelpdesk

from .answers import API, access, stands, updated, wrote

pytestmark = pytest.mark.usefixtures("edge", "no_waiting")

CALLS, UPDATES = "calls", "updates"


class Book:
    """A budget that writes down what it is asked and told."""

    def __init__(self, refuse: str | None = None) -> None:
        self.spent: list[tuple[tuple[str, ...], bool]] = []
        self.told: list[RateTold] = []
        self._refuse = refuse

    def spend(self, limits: Sequence[RateLimit], *, writing: bool) -> None:
        names = tuple(limit.name for limit in limits)
        if self._refuse in names:
            raise RateLimitedError("used up", retry_after=12)
        self.spent.append((names, writing))

    def learn(self, told: Sequence[RateTold]) -> None:
        self.told += told


def desk(book: Book) -> ZendeskHelpdesk:
    return ZendeskHelpdesk(access(), allow_private=False, rates=book)


def test_a_read_is_a_call_and_an_update_is_three_things() -> None:
    book = Book()
    stands("a")
    responses.put(f"{API}/tickets/35.json", json=updated(wrote(1)))
    desk(book).add_note("35", "<p>x</p>", tags=TagChange(add=frozenset({"b"})), effect_id="e")
    assert book.spent[0] == ((CALLS,), False)
    assert book.spent[1] == ((CALLS, UPDATES, "ticket:35"), True)


def test_each_try_of_a_read_is_counted() -> None:
    book = Book()
    responses.get(f"{API}/tickets/35.json", status=500)
    with pytest.raises(ConnectorError):
        desk(book).ticket("35")
    assert len(book.spent) == len(responses.calls) == 3


def test_what_may_not_be_spent_is_not_sent() -> None:
    with pytest.raises(RateLimitedError) as refused:
        desk(Book(refuse=UPDATES)).add_note("35", "<p>x</p>", tags=TagChange(), effect_id="e")
    assert refused.value.retry_after == 12
    assert not [call for call in responses.calls if call.request.method == "PUT"]


@pytest.mark.parametrize(
    ("headers", "told"),
    [
        (
            {"x-rate-limit": "700", "x-rate-limit-remaining": "699"},
            RateTold(CALLS, most=700, left=699),
        ),
        (
            {"ratelimit-limit": "400", "ratelimit-remaining": "3", "ratelimit-reset": "41"},
            RateTold(CALLS, most=400, left=3, resets=41),
        ),
        ({"x-rate-limit": "a lot"}, None),
        ({"x-rate-limit": "9" * 40}, None),
        ({}, None),
    ],
)
def test_the_accounts_numbers_are_learned(
    headers: Mapping[str, str], told: RateTold | None
) -> None:
    book = Book()
    responses.get(f"{API}/tickets/35.json", status=404, json={}, headers=headers)
    assert not desk(book).has_ticket("35")
    assert book.told == ([told] if told else [])


def put_answered(status: int, headers: Mapping[str, str]) -> list[RateTold]:
    book = Book()
    responses.put(f"{API}/tickets/35.json", status=status, json=updated(wrote(1)), headers=headers)
    try:
        desk(book).add_note("35", "<p>x</p>", tags=TagChange(), effect_id="e")
    except (RateLimitedError, AmbiguousError):
        assert status != 200
    return book.told


def test_the_updates_number_is_learned() -> None:
    words = {"zendesk-rate-limit-tickets-update": "total=20; remaining=-1; resets=59"}
    assert put_answered(200, words) == [RateTold(UPDATES, most=20, left=0, resets=59)]


@pytest.mark.parametrize(
    ("account", "updates", "about"),
    [
        ("0", "19", CALLS),
        ("5", "0", UPDATES),
        ("5", "19", "ticket:35"),
        (None, None, CALLS),
    ],
)
def test_a_429_closes_what_it_is_about(
    account: str | None, updates: str | None, about: str
) -> None:
    headers = {"Retry-After": "7"}
    if account is not None:
        headers |= {"x-rate-limit": "700", "x-rate-limit-remaining": account}
        words = f"total=20; remaining={updates}; resets=59"
        headers |= {"zendesk-rate-limit-tickets-update": words}
    assert put_answered(429, headers)[-1] == RateTold(about, closed=7)


def test_a_429_on_a_read_closes_the_account_for_a_minute_where_it_names_no_time() -> None:
    book = Book()
    responses.get(f"{API}/tickets/35.json", status=429, json={})
    with pytest.raises(RateLimitedError):
        desk(book).ticket("35")
    assert book.told == [RateTold(CALLS, closed=60)]
