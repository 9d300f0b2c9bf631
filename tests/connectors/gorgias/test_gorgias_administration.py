"""A Gorgias account is set up, looked at, changed by others, and taken back."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from connectors.administration import Kind, Setup, Thing, Wanted
from connectors.base import AccountAccess
from connectors.errors import AuthError, RejectedError
from connectors.gorgias.administration import GorgiasAdministration
from connectors.gorgias.helpdesk import GorgiasHelpdesk
from connectors.gorgias.webhooks import GorgiasWebhooks
from connectors.sandbox.gorgias import RateLimits, SandboxConfig, Seat, create_app
from connectors.sandbox.server import SandboxServer
from connectors.types import PersonRole

OURS, AGENT, KEY = "bot@acme.example", "bo@acme.example", "t0ken-t0ken"
SETUP = Setup(
    webhook_url="https://support.example/webhooks/gorgias/acc0unt",
    backend_url="https://support.example",
    account_id="acc0unt",
    draft_tag="bookbag_draft",
    approval_tag="bookbag_approval_required",
)


class Account:
    """A running Gorgias, and our way into it as an admin."""

    def __init__(self, url: str) -> None:
        self.url = url
        access = AccountAccess(url, "sandbox", {"api_user": OURS, "api_token": KEY})
        desk = GorgiasHelpdesk(access, allow_private=True)
        self.admin: GorgiasAdministration = desk.administration()

    def api(self, method: str, path: str, body: Any = None) -> Any:
        url = f"{self.url}/api/{path}"
        answer = requests.request(method, url, json=body, auth=(OURS, KEY), timeout=5)
        assert answer.ok, answer.text
        return answer.json() if answer.content else None

    def install(self) -> dict[str, Thing]:
        """What an admin's command does: look, then make or mend."""
        done = {}
        for wanted in self.admin.wanted(SETUP, ()):
            there = self.find(wanted)
            if there is None:
                there = self.admin.create(wanted, tell=lambda _: None)
            elif not self.admin.fits(wanted, there):
                there = self.admin.update(there, wanted, tell=lambda _: None)
            assert self.admin.is_it(wanted, there)
            assert self.admin.fits(wanted, there)
            done[wanted.key] = there
        return done

    def find(self, wanted: Wanted) -> Thing | None:
        found = self.admin.things(wanted.kind)
        return next((one for one in found if self.admin.is_it(wanted, one)), None)

    def counts(self) -> dict[str, int]:
        areas = ("integrations", "views", "macros", "widgets")
        ours = {area: self.api("GET", f"{area}?limit=100")["data"] for area in areas}
        http = [one for one in ours["integrations"] if one["type"] == "http"]
        return {area: len(found) for area, found in {**ours, "integrations": http}.items()}


@pytest.fixture
def account() -> Iterator[Account]:
    config = SandboxConfig(
        agents=(Seat("Bookbag", OURS, "admin"), Seat("Bo", AGENT)),
        api_keys={OURS: KEY},
        limits=RateLimits(100_000, 100_000),
    )
    with SandboxServer(create_app(config)) as server:
        yield Account(server.url)


def test_it_is_made_once_however_often_it_is_installed(account: Account) -> None:
    before = account.counts()
    first = account.install()
    made = account.counts()
    assert {area: made[area] - before[area] for area in made} == {
        "integrations": 2,
        "views": 2,
        "macros": 5,
        "widgets": 1,
    }
    assert {key: one.id for key, one in account.install().items()} == {
        key: one.id for key, one in first.items()
    }
    assert account.counts() == made


def test_the_integration_calls_us_with_a_secret_that_we_learn(account: Account) -> None:
    done = account.install()
    webhook = account.api("GET", f"integrations/{done['webhook'].id}")
    secret = account.admin.webhook_secret(done["webhook"].id)
    assert len(secret) > 40
    assert webhook["http"]["headers"] == {
        "X-Bookbag-Secret": secret,
        "X-Bookbag-Account": "sandbox",
    }
    assert {name for name, on in webhook["http"]["triggers"].items() if on} >= {
        "ticket-message-created",
        "ticket-message-failed",
    }
    told = GorgiasWebhooks().verify(
        webhook["http"]["headers"],
        b"{}",
        secrets=(secret,),
        vendor_account="sandbox",
        now=datetime.now(UTC),
    )
    assert told == "sandbox"


def test_the_widget_is_fed_with_the_same_secret(account: Account) -> None:
    done = account.install()
    widget = account.api("GET", f"widgets/{done['widget'].id}")
    feed = account.api("GET", f"integrations/{widget['integration_id']}")
    assert feed["http"]["url"] == "https://support.example/gorgias/acc0unt/widget"
    secret = account.admin.webhook_secret(done["webhook"].id)
    assert feed["http"]["headers"]["X-Bookbag-Secret"] == secret
    (card,) = widget["template"]["widgets"]
    assert card["meta"]["custom"] == {
        "links": [{"url": "{{review_url}}", "label": "Review and approve"}]
    }


def test_without_a_webhook_there_is_no_widget(account: Account) -> None:
    wanted = account.admin.wanted(SETUP, ())[-1]
    with pytest.raises(RejectedError, match="no webhook shows one"):
        account.admin.create(wanted, tell=lambda _: None)
    assert account.counts()["integrations"] == 0


def test_no_macro_of_ours_writes_what_a_customer_sees(account: Account) -> None:
    account.install()
    macros = account.api("GET", "macros?limit=100")["data"]
    ours = [one for one in macros if str(one["external_id"]).startswith("bookbag:")]
    assert {action["name"] for one in ours for action in one["actions"]} == {"addInternalNote"}
    assert {action["arguments"]["body_text"] for one in ours for action in one["actions"]} == {
        *("/approve", "/approve done", "/reject ", "/respond", "/status")
    }


def test_an_integration_that_was_turned_off_is_turned_on_with_its_secret(
    account: Account,
) -> None:
    done = account.install()
    secret = account.admin.webhook_secret(done["webhook"].id)
    path = f"integrations/{done['webhook'].id}"
    account.api("PUT", path, {"deactivated_datetime": datetime.now(UTC).isoformat()})
    (webhook, *_) = account.admin.wanted(SETUP, ())
    off = account.find(webhook)
    assert off is not None
    assert (off.active, account.admin.fits(webhook, off)) == (False, False)
    account.install()
    assert account.api("GET", path)["deactivated_datetime"] is None
    assert account.admin.webhook_secret(done["webhook"].id) == secret


def test_an_integration_keeps_what_else_it_is_triggered_by(account: Account) -> None:
    done = account.install()
    path = f"integrations/{done['webhook'].id}"
    triggers = {"ticket-self-unsnoozed": True, "ticket-message-created": True}
    account.api("PUT", path, {"http": {"triggers": triggers, "form": {"mine": "x"}}})
    account.install()
    http = account.api("GET", path)["http"]
    found = {name for name, on in http["triggers"].items() if on}
    assert {"ticket-self-unsnoozed", "ticket-message-failed"} <= found
    assert "ticket_id" in http["form"]


def test_a_secret_that_is_not_shown_is_said_to_be_hidden(account: Account) -> None:
    done = account.install()
    path = f"integrations/{done['webhook'].id}"
    for hidden in ({}, {"X-Bookbag-Secret": "********"}):
        account.api("PUT", path, {"http": {"headers": hidden}})
        with pytest.raises(AuthError):
            account.admin.webhook_secret(done["webhook"].id)


def test_what_was_made_is_taken_back_and_no_more(account: Account) -> None:
    before = account.counts()
    for thing in account.install().values():
        account.admin.delete(thing)
        account.admin.delete(thing)
    assert account.counts() == before


def test_a_changed_thing_gets_back_what_it_was(account: Account) -> None:
    done = account.install()
    view = done["view:drafts"]
    changed = replace(view, shape={**view.shape, "order_dir": "desc"})
    account.admin.restore(view, changed.shape)
    assert account.api("GET", f"views/{view.id}")["order_dir"] == "desc"
    widget = done["widget"]
    account.admin.restore(widget, {**widget.shape, "template": {"type": "wrapper", "widgets": []}})
    assert account.api("GET", f"widgets/{widget.id}")["template"]["widgets"] == []


def test_how_the_credential_stands(account: Account) -> None:
    standing = account.admin.standing()
    assert (standing.person.email, standing.person.role) == (OURS, PersonRole.ADMIN)
    assert standing.clock is not None
    assert abs(standing.clock - datetime.now(UTC)) < timedelta(minutes=1)
    assert standing.headroom is not None
    assert 0 < standing.headroom.left <= standing.headroom.limit


def test_what_gorgias_does_not_have(account: Account) -> None:
    assert Kind.APP not in account.admin.kinds()
    assert account.admin.things(Kind.APP) == ()
    assert account.admin.failures("1", most=5) == (0, ())
    with pytest.raises(RejectedError):
        account.admin.switch(on=["1"], off=[])
    with pytest.raises(RejectedError):
        account.admin.trust("1", "2")
