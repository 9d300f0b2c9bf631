"""A helpdesk is connected by a person's consent: the page, the way there and back, and all that
can go wrong on it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from html import unescape
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from sqlalchemy import text

from connectors.errors import GrantLostError
from plugin import onboarding
from plugin.connecting.accounts import Wanted as Other
from plugin.connecting.accounts import connect, how
from plugin.errors import InvalidInputError
from plugin.models import Role
from plugin.store import audit, merchants
from plugin.store.audit import Wanted
from plugin.store.schema import Account
from tests.bench.world import ANA, BOT, CHLOE, TOKEN, Bench
from tests.connecting.consented import Desk
from tests.intake.payloads import ACCOUNT, encoded, event, signature
from tests.web.conftest import Visit
from tests.web.visitor import SECONDS, Visitor, hidden, text_of, words_of

SECRET = "a-secret-nobody-may-see-again"
DORA = "dora@larkspur-outfitters.example"
PUBLIC, WEBHOOK_SECRET = "public-client", "a-secret"


@dataclass(frozen=True)
class World:
    """The bench with OAuth clients that may send people back to it."""

    bench: Bench
    desk: Desk
    # The sandbox by another name of the same machine: an account that is not connected yet.
    url: str

    def accounts(self) -> list[Account]:
        with self.bench.runtime.database.read() as session:
            return list(merchants.accounts(session, self.bench.scope))

    def account(self, url: str) -> Account:
        (found,) = [one for one in self.accounts() if one.url == url]
        return found

    def events(self) -> list[Any]:
        with self.bench.runtime.database.read() as session:
            rows, _ = audit.newest(session, self.bench.scope, Wanted(), before=None, limit=20)
        return [(row.event, row.actor, dict(row.detail)) for row in rows]


@pytest.fixture(scope="module")
def bench(sqlite_bench: Bench) -> Bench:
    """One database: what is asked of both is asked without pages, in tests/connecting."""
    return sqlite_bench


@pytest.fixture(scope="module")
def world(bench: Bench) -> World:
    desk = Desk(bench.hands.url, bench.clock)
    back = f"{bench.url}/connect/zendesk/callback"
    for client_id, secret in (("bookbag", "client-secret"), ("secretive", SECRET), (PUBLIC, "")):
        desk.client(client_id=client_id, secret=secret, redirect_uris=[back], user=BOT)
    onboarding.add_person(
        bench.runtime, bench.scope.merchant_id, email=DORA, name="Dora", role=Role.ADMIN
    )
    return World(bench, desk, bench.hands.url.replace("127.0.0.1", "localhost"))


@pytest.fixture
def new_account(world: World) -> Iterator[World]:
    """Nobody has connected the other address."""
    yield world
    world.bench.queue.lose_all()
    with world.bench.runtime.database.write() as session:
        for table, column in (
            ("bb_pending_connection", "connected_id"),
            ("bb_grant", "account_id"),
            ("bb_webhook_secret", "account_id"),
            ("bb_inbox", "account_id"),
            ("bb_reconciliation", "account_id"),
            ("bb_rate", "account_id"),
            ("bb_account", "id"),
        ):
            which = "(SELECT id FROM bb_account WHERE url = :url)"
            session.execute(
                text(f"DELETE FROM {table} WHERE {column} IN {which}"), {"url": world.url}
            )


def begin(
    world: World, visitor: Visitor, *, client_id: str = PUBLIC, secret: str = "", url: str = ""
) -> requests.Response:
    form = hidden(visitor.get("/connect"))
    fields = {"url": url or world.url, "client_id": client_id, "client_secret": secret}
    return visitor.post("/connect", data={**form, **fields})


def page_of(shown: requests.Response) -> str:
    """Where the page leads by itself, and where its link does."""
    assert shown.status_code == 200, words_of(shown)
    (by_itself,) = re.findall(r'http-equiv="refresh" content="0; url=([^"]+)"', shown.text)
    assert f'href="{by_itself}"' in shown.text
    return unescape(by_itself)


def back(world: World, visitor: Visitor, page: str, **answered: str) -> requests.Response:
    """Somebody answers in the helpdesk and is sent back."""
    address = urlsplit(world.desk.consent(page, **{"agent": BOT, **answered}))
    return visitor.get(f"{address.path}?{address.query}")


def test_an_account_is_connected_by_a_consent(new_account: World, visit: Visit) -> None:
    world, chloe = new_account, visit(CHLOE)
    page = page_of(begin(world, chloe, client_id="secretive", secret=SECRET))
    assert page.startswith(f"{world.url}/oauth/authorizations/new?")
    assert SECRET not in page
    done = back(world, chloe, page)
    assert done.status_code == 200
    assert text_of(done, "h1") == "Connected"
    account = world.account(world.url)
    assert "Bookbag reads and writes there as Bookbag" in words_of(done)
    whose = f"--merchant {world.bench.scope.merchant_id} --account {account.id}"
    assert f"bookbag install zendesk {whose}" in words_of(done)
    assert (account.vendor_account, how(account)) == ("", "consent")
    assert world.bench.runtime.helpdesk(account).me().email == BOT
    # Its first token ends after half an hour, and nobody notices.
    world.bench.clock.ahead += timedelta(minutes=31)
    assert world.bench.runtime.helpdesk(account).me().email == BOT
    world.bench.clock.ahead -= timedelta(minutes=31)
    chloes = f"person:{world.bench.person(CHLOE).id}"
    what, actor, detail = world.events()[0]
    assert (what, actor) == ("account_connected", chloes)
    assert (detail["account"], detail["by"]) == (account.id, "consent")
    shown = chloe.get("/connect")
    assert "no webhook yet" in words_of(shown)
    assert SECRET not in shown.text


def test_an_account_without_a_webhook_secret_takes_none(new_account: World, visit: Visit) -> None:
    """Then it gets one, and its first genuine webhook tells the account's number."""
    world, bench, chloe = new_account, new_account.bench, visit(CHLOE)
    back(world, chloe, page_of(begin(world, chloe)))
    account = world.account(world.url)
    address = f"{bench.url}/webhooks/zendesk/{account.id}"

    def send(number: str, secret: str = WEBHOOK_SECRET) -> int:
        body = encoded(event("tags_changed"))
        stamp = bench.clock().isoformat()
        headers = {
            "X-Zendesk-Webhook-Signature": signature(secret, stamp, body),
            "X-Zendesk-Webhook-Signature-Timestamp": stamp,
            "X-Zendesk-Account-Id": number,
        }
        return requests.post(address, data=body, headers=headers, timeout=SECONDS).status_code

    assert send("77", secret="") == 401
    onboarding.add_webhook_secret(
        bench.runtime, bench.scope.merchant_id, account.id, WEBHOOK_SECRET
    )
    # The same account under another name would have two drafts for each message.
    assert [send(number) for number in ("", "seven", ACCOUNT)] == [401, 401, 401]
    assert world.account(world.url).vendor_account == ""
    assert [send(number) for number in ("77", "78", "77")] == [200, 401, 200]
    assert world.account(world.url).vendor_account == "77"
    assert "Account number 77." in words_of(chloe.get("/connect"))
    learned = [detail for what, _, detail in world.events() if what == "vendor_account_learned"]
    assert learned == [{"account": account.id, "vendor_account": "77"}]


def test_an_answer_counts_once(new_account: World, visit: Visit) -> None:
    world, chloe = new_account, visit(CHLOE)
    address = urlsplit(world.desk.consent(page_of(begin(world, chloe)), agent=BOT))
    path = f"{address.path}?{address.query}"
    assert chloe.get(path).status_code == 200
    twice = chloe.get(path)
    assert (twice.status_code, text_of(twice, "h1")) == (409, "Connected already")
    assert len(world.accounts()) == 2


def test_the_same_account_again_is_reached_by_the_newest_consent(
    new_account: World, visit: Visit
) -> None:
    world, chloe = new_account, visit(CHLOE)
    back(world, chloe, page_of(begin(world, chloe)))
    first = world.account(world.url)
    done = back(world, chloe, page_of(begin(world, chloe, client_id="secretive", secret=SECRET)))
    assert text_of(done, "h1") == "Connected again"
    assert world.account(world.url).id == first.id
    assert world.events()[0][0] == "credentials_replaced"


def test_an_answer_is_for_whoever_began(new_account: World, visit: Visit) -> None:
    """Nobody lets a helpdesk in by somebody else's hand. Who began can still come back."""
    world, chloe = new_account, visit(CHLOE)
    address = urlsplit(world.desk.consent(page_of(begin(world, chloe)), agent=BOT))
    path = f"{address.path}?{address.query}"
    for other in (visit(), visit(DORA), visit(ANA)):
        refused = other.get(path)
        assert refused.status_code == 403
        assert "Somebody else began this" in words_of(refused)
    assert [one.url for one in world.accounts()] == [world.bench.hands.url]
    # From another browser, where the same person is signed in.
    assert visit(CHLOE).get(path).status_code == 200


def test_who_comes_late_begins_again(new_account: World, visit: Visit) -> None:
    world, chloe = new_account, visit(CHLOE)
    page = page_of(begin(world, chloe))
    try:
        world.bench.clock.ahead += timedelta(minutes=10, seconds=1)
        late = back(world, chloe, page)
    finally:
        world.bench.clock.ahead -= timedelta(minutes=10, seconds=1)
    assert (late.status_code, text_of(late, "h1")) == (410, "Too late")


@pytest.mark.parametrize(
    ("query", "status", "title"),
    [
        ("", 404, "This answer is not known"),
        ("?state=made-up&code=x", 404, "This answer is not known"),
        ("?code=%00&state=%ff%00", 404, "This answer is not known"),
    ],
)
def test_an_answer_that_nobody_asked_for_leads_nowhere(
    visit: Visit, query: str, status: int, title: str
) -> None:
    for visitor in (visit(), visit(CHLOE)):
        answer = visitor.get(f"/connect/zendesk/callback{query}")
        assert (answer.status_code, text_of(answer, "h1")) == (status, title)


def test_whoever_says_no_is_believed(new_account: World, visit: Visit) -> None:
    world, chloe = new_account, visit(CHLOE)
    page = page_of(begin(world, chloe))
    refused = back(world, chloe, page, decision="deny")
    assert (refused.status_code, text_of(refused, "h1")) == (403, "Consent was refused")
    state = re.findall(r"state=([^&]+)", page)[0]
    again = chloe.get(f"/connect/zendesk/callback?state={state}&code=x")
    assert (again.status_code, text_of(again, "h1")) == (409, "Used already")


def test_words_in_the_answers_address_are_not_repeated(new_account: World, visit: Visit) -> None:
    chloe = visit(CHLOE)
    for error, shown in (("invalid_scope", "invalid_scope"), ("<b>Call 0800</b>", "unknown")):
        state = re.findall(r"state=([^&]+)", page_of(begin(new_account, chloe)))[0]
        told = chloe.get("/connect/zendesk/callback", params={"state": state, "error": error})
        assert told.status_code == 422
        assert f"It says “{shown}”" in words_of(told)
        assert "0800" not in told.text


def test_a_code_that_is_not_right_connects_nothing(new_account: World, visit: Visit) -> None:
    chloe = visit(CHLOE)
    state = re.findall(r"state=([^&]+)", page_of(begin(new_account, chloe)))[0]
    told = chloe.get(f"/connect/zendesk/callback?state={state}&code=made-up-code-of-mine")
    assert (told.status_code, text_of(told, "h1")) == (422, "It could not be connected")
    assert "does not accept the code" in words_of(told)
    assert "made-up-code-of-mine" not in told.text


def test_a_seat_that_is_no_admin_is_told_what_it_lacks(new_account: World, visit: Visit) -> None:
    world, chloe = new_account, visit(CHLOE)
    told = back(world, chloe, page_of(begin(world, chloe)), agent=ANA)
    assert (told.status_code, text_of(told, "h1")) == (422, "This account cannot be used")
    assert "Ana Reyes (ana@larkspur-outfitters.example)" in words_of(told)
    assert "It is not an admin" in words_of(told)
    assert len(world.accounts()) == 1


def test_a_consent_for_one_account_is_none_for_another(new_account: World) -> None:
    world, bench = new_account, new_account.bench
    other = Other("zendesk", world.url, account_id=bench.account_id)
    by_token = {"api_user": BOT, "api_token": TOKEN}
    before = how(world.account(bench.hands.url))
    with pytest.raises(InvalidInputError, match=r"it is http://127\.0\.0\.1:"):
        connect(bench.runtime, bench.scope, "command", other, by_token)
    assert how(world.account(bench.hands.url)) == before


@pytest.mark.parametrize(
    ("scope", "lacks"),
    [
        ("read", "It may not change tickets"),
        ("users:read tickets:write", "It may not read tickets"),
        ("tickets:read", "does not let this credential in"),
        ("tickets", "does not let this credential in"),
    ],
)
def test_a_scope_that_is_too_narrow_is_found_before_anything_is_stored(
    new_account: World, visit: Visit, scope: str, lacks: str
) -> None:
    world, chloe = new_account, visit(CHLOE)
    page = page_of(begin(world, chloe)).replace("scope=read+write", f"scope={scope}")
    told = back(world, chloe, page)
    assert told.status_code == 422
    assert lacks in words_of(told)
    assert len(world.accounts()) == 1


@pytest.mark.parametrize(
    ("fields", "where", "words"),
    [
        ({"url": ""}, "url", "Expected the account's subdomain"),
        ({"url": "lark spur"}, "url", "Expected the account's subdomain"),
        ({"url": "https://user:pass@evil.example"}, "url", "The address must not hold a user"),
        ({"url": "larkspur.zendesk.com.evil.example"}, "url", "Expected the account's subdomain"),
        ({"client_id": ""}, "client-id", "Expected the OAuth client's identifier"),
        ({"client_id": "x" * 501}, "client-id", "Expected the OAuth client's identifier"),
    ],
)
def test_a_form_that_is_wrong_keeps_what_was_typed_but_the_secret(
    world: World, visit: Visit, fields: dict[str, str], where: str, words: str
) -> None:
    chloe = visit(CHLOE)
    form = {**hidden(chloe.get("/connect")), "url": world.url, "client_id": "kept"}
    shown = chloe.post("/connect", data={**form, "client_secret": SECRET, **fields})
    assert shown.status_code == 422
    assert words in text_of(shown, f"#wrong-{where}")
    assert 'aria-invalid="true"' in shown.text
    assert SECRET not in shown.text
    if "client_id" not in fields:
        assert 'value="kept"' in shown.text


def test_a_lost_consent_is_given_again_and_what_waited_goes_on(world: World, visit: Visit) -> None:
    bench, chloe = world.bench, visit(CHLOE)
    back(world, chloe, page_of(begin(world, chloe, url=bench.hands.url)))
    world.desk.revoke()
    ticket_id = bench.opened("refund_under_limit")
    assert bench.drafts(ticket_id) == []
    account = world.account(bench.hands.url)
    with pytest.raises(GrantLostError):
        bench.runtime.helpdesk(account).me()
    shown = chloe.get("/connect")
    assert "must be connected again" in words_of(shown)
    (form,) = re.findall(rf'action="(/connect/accounts/{account.id})"', shown.text)
    assert "Connect again" in words_of(shown)
    done = back(world, chloe, page_of(chloe.post(form, data=hidden(shown))))
    assert text_of(done, "h1") == "Connected again"
    assert "must be connected again" not in words_of(chloe.get("/connect"))
    bench.pass_time(400)
    assert bench.draft(ticket_id).state == "awaiting_review"
