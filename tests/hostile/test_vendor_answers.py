"""A helpdesk or a shop that answers nonsense: an error of ours, soon, and never a crash."""

import gc
import gzip
import json
import time
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import pytest
import requests
import responses
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.base import AccountAccess
from connectors.errors import ConnectorError, RejectedError, UnavailableError
from connectors.shop_api import ShopApi
from connectors.types import Message, Order, Origin, Person, Receipt, Ticket
from connectors.zendesk import helpdesk as zendesk
from connectors.zendesk.conversation import MOST_COMMENTS
from connectors.zendesk.helpdesk import ZendeskHelpdesk
from tests.connectors.shop_api.order_sample import ORDER
from tests.connectors.zendesk.answers import (
    ADMIN,
    AGENT,
    API,
    AUDITS,
    COMMENTS,
    CUSTOMER,
    DRAFT,
    NO_TAGS,
    TICKET,
    audit,
    comment,
    helpdesk,
    retagged,
    stands,
    ticket,
    updated,
    wrote,
)
from tests.hostile.reading import tried
from tests.hostile.texts import mutants
from tests.hostile.wire import answering

SHOP = "https://shop.example"
MEBIBYTE = 1024 * 1024
LONGEST_ERROR = 600


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tenacity.nap.time.sleep", lambda _: None)


def shop() -> ShopApi:
    return ShopApi(SHOP, "a-token-of-the-shop", allow_private=False)


def says(address: str, body: bytes, method: str = "GET") -> None:
    responses.add(method, address, body=body, content_type="application/json")


ME = {"user": ADMIN}
TICKETS = {"ticket": ticket("a", "b"), "users": [CUSTOMER, AGENT]}
PAGE = {
    "comments": [comment(1, attachments=[{"file_name": "x.png"}]), comment(2, 600)],
    "users": [CUSTOMER, AGENT],
    "meta": {"has_more": False, "after_cursor": "x"},
    "links": {"next": "https://evil.example/?page[after]=x"},
}
LOG = {"audits": [audit(1, wrote(1), effect="e")], "meta": {"has_more": False}}
CHANGE = updated(wrote(901), retagged(["a"], ["b"]))

Read = Callable[[], Any]
# What is asked, the good answer, where it comes from, and what it is read as.
READINGS: dict[str, tuple[Any, str, Read, type]] = {
    "me": (ME, f"{API}/users/me.json", lambda: helpdesk().me(), Person),
    "ticket": (TICKETS, TICKET, lambda: helpdesk().ticket("35"), Ticket),
    "comments": (PAGE, COMMENTS, lambda: helpdesk().conversation("35"), tuple),
    "origin": (LOG, AUDITS, lambda: helpdesk().origin("35", "1"), Origin),
    "effect": (LOG, AUDITS, lambda: helpdesk().find_effect("35", "e"), Receipt),
    "order": (ORDER, f"{SHOP}/orders/1002", lambda: shop().order("1002"), Order),
    "orders": (
        {"orders": [ORDER, ORDER | {"id": "2"}]},
        f"{SHOP}/orders",
        lambda: shop().orders_of("ann@example.com"),
        tuple,
    ),
}
WRITES: dict[str, Read] = {
    "note": lambda: helpdesk().add_note("35", "<p>x</p>", tags=DRAFT, effect_id="e"),
    "reply": lambda: helpdesk().send_reply(
        "35", "x", author_id=None, tags=NO_TAGS, status=None, effect_id="e"
    ),
}
SCRAPS = {name: list(mutants(answer)) for name, (answer, *_) in READINGS.items()}
modest = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


def is_read_or_refused(read: Read, kind: type, *, optional: bool = False) -> None:
    """An answer of the right kind, or an error of ours that is short."""
    found, said = tried(read, refusal=ConnectorError)
    assert len(said) < LONGEST_ERROR
    if said:
        return
    assert isinstance(found, kind) or (optional and found is None)
    if isinstance(found, tuple):
        assert all(isinstance(one, Message | Order) for one in found)


@pytest.mark.parametrize("name", READINGS)
@given(data=st.data())
@modest
def test_a_scrap_in_any_field_of_an_answer(name: str, data: st.DataObject) -> None:
    _, address, read, kind = READINGS[name]
    where, body = data.draw(st.sampled_from(SCRAPS[name]))
    with responses.mock:
        responses.mock.reset()
        says(address, body)
        says(f"{API}/users/500.json", json.dumps({"user": CUSTOMER}).encode())
        is_read_or_refused(read, kind, optional=name in {"effect", "order"})
    assert where


@pytest.mark.parametrize("name", WRITES)
@given(scrap=st.sampled_from(list(mutants(CHANGE))))
@modest
def test_a_scrap_in_any_field_of_the_answer_to_a_write(name: str, scrap: tuple[str, bytes]) -> None:
    """It may have been done: whatever is not understood is in doubt, and looked for later."""
    with responses.mock:
        responses.mock.reset()
        stands("a")
        says(TICKET, scrap[1], "PUT")
        is_read_or_refused(WRITES[name], Receipt)


@given(body=st.binary(max_size=200) | st.text(max_size=100).map(str.encode))
@modest
def test_any_bytes_for_an_answer(body: bytes) -> None:
    for _, address, read, kind in READINGS.values():
        with responses.mock:
            responses.mock.reset()
            says(address, body)
            is_read_or_refused(read, kind, optional=True)


@pytest.mark.parametrize(
    "body",
    [
        b'{"id": "1", "id": "2"}',
        json.dumps(ORDER)[:-1].encode() + b', "total": "5000.00"}',
        b'{"id": NaN}',
        b'{"id": 1e999}',
        b"[" * 100_000,
        b'"\xff"',
    ],
)
@responses.activate
def test_an_order_that_can_be_read_in_two_ways_is_not_read(body: bytes) -> None:
    says(f"{SHOP}/orders/1", body)
    with pytest.raises(UnavailableError, match="the shop's answer is not JSON: "):
        shop().order("1")


@responses.activate
def test_a_byte_order_mark_before_an_order_is_passed_over() -> None:
    says(f"{SHOP}/orders/1", b"\xef\xbb\xbf" + json.dumps(ORDER).encode())
    assert shop().order("1")


@pytest.mark.parametrize("amount", ["1000000000000", "9" * 20, "9" * 17 + ".99"])
@responses.activate
def test_an_amount_that_no_database_holds_is_refused(amount: str) -> None:
    says(f"{SHOP}/orders/1", json.dumps(ORDER | {"total": amount}).encode())
    with pytest.raises(RejectedError, match="total: expected an amount below 1,000,000,000,000"):
        shop().order("1")


def pages_without_end(key: str, item: Callable[[int], Any], size: int) -> Callable[..., Any]:
    numbers = count(1)

    def answer(_request: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
        items = [item(next(numbers)) for _ in range(size)]
        more = {"has_more": True, "after_cursor": str(next(numbers))}
        return 200, {}, json.dumps({key: items, "users": [CUSTOMER], "meta": more})

    return answer


@responses.activate
def test_comments_without_end_are_read_to_the_vendors_own_limit() -> None:
    responses.add_callback("GET", COMMENTS, pages_without_end("comments", comment, 100))
    assert len(helpdesk().conversation("35")) == MOST_COMMENTS


@responses.activate
def test_pages_that_bring_little_take_only_so_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zendesk, "_READ_SECONDS", 0.2)
    responses.add_callback("GET", COMMENTS, pages_without_end("comments", comment, 1))
    responses.add_callback("GET", AUDITS, pages_without_end("audits", audit, 1))
    for read in (
        lambda: helpdesk().conversation("35"),
        lambda: helpdesk().origin("35", "1"),
        lambda: helpdesk().find_effect("35", "e"),
    ):
        with pytest.raises(UnavailableError):
            read()


@pytest.mark.parametrize("cursors", [["a"], ["a", "b"]])
@responses.activate
def test_cursors_that_go_in_a_circle_come_to_an_end(cursors: list[str]) -> None:
    for cursor in cursors * 60:
        page = {**PAGE, "meta": {"has_more": True, "after_cursor": cursor}}
        responses.get(COMMENTS, json=page | {"comments": [comment(n) for n in range(1, 101)]})
    assert len(helpdesk().conversation("35")) <= MOST_COMMENTS


def http(body: bytes, *headers: bytes) -> bytes:
    head = [b"HTTP/1.1 200 OK", b"Connection: close", b"Content-Type: application/json", *headers]
    return b"\r\n".join(head) + b"\r\n\r\n" + body


def bombs() -> Iterator[tuple[str, bytes]]:
    """Answers that are small on the wire and 256 MiB when they are opened."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    once = b"".join(packer.compress(b" " * MEBIBYTE) for _ in range(256)) + packer.flush()
    yield "gzip", once
    yield "gzip, gzip", gzip.compress(once)
    packer = zlib.compressobj(9)
    yield "deflate", b"".join(packer.compress(b"[" * MEBIBYTE) for _ in range(256))


BOMBS = dict(bombs())


@pytest.mark.parametrize("how", BOMBS)
def test_a_bomb_is_not_blown_up(how: str) -> None:
    raw = http(BOMBS[how], f"Content-Encoding: {how}".encode())
    with answering(raw) as url:
        commerce = ShopApi(url, "a-token-of-the-shop", allow_private=True)
        access = AccountAccess(url, "1", {"api_user": "a@b.example", "api_token": "t0ken"})
        desk = ZendeskHelpdesk(access, allow_private=True)
        for read, cap in ((commerce.order, 4), (desk.ticket, 16)):
            started = time.monotonic()
            tracemalloc.start()
            with pytest.raises(RejectedError, match="the answer is too large"):
                read("1")
            peak = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
            assert peak < 3 * cap * MEBIBYTE
            assert time.monotonic() - started < 3


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x00" * 100,
        b"hello\r\n\r\n",
        b"HTTP/1.1 999 \r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{",
        b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}",
        http(b"{}", b"Content-Encoding: gzip"),
        http(b"{}", *(b"X-%d: y" % number for number in range(500))),
        http(b"{}", b"X: " + b"y" * 100_000),
        http(b"{}", b"Content-Encoding: " + b", ".join([b"gzip"] * 50)),
        b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 429 Slow\r\nRetry-After: " + b"9" * 5000 + b"\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n" * 1000,
    ],
    ids=lambda raw: repr(raw[:50]),
)
def test_what_is_no_answer_is_an_error_of_ours(raw: bytes) -> None:
    with answering(raw) as url:
        started = time.monotonic()
        shop_there = ShopApi(url, "a-token-of-the-shop", allow_private=True)
        found, said = tried(shop_there.order, "1", refusal=ConnectorError)
        assert time.monotonic() - started < 5
    assert found is None
    assert len(said) < LONGEST_ERROR
    del shop_there
    gc.collect()  # a connection that was left open is a warning now
