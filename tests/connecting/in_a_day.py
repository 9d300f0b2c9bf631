"""All that connecting an account sends to the database in its life, one after another."""

from collections.abc import Callable
from contextlib import suppress

from connectors.connecting import Client
from connectors.errors import ConnectorError
from connectors.zendesk.oauth_grant import Renewal
from plugin import onboarding
from plugin.connecting import consents
from plugin.connecting.accounts import Wanted
from plugin.connecting.kept_grant import KeptGrant
from plugin.store import grants, merchants
from tests.bench.world import BOT, CHLOE, Bench
from tests.connecting.consented import Desk, answered
from tests.web.visitor import Visitor

# Not the client that the day's account is reached by.
CLIENT = "let-in"


def connected_and_lost(bench: Bench) -> None:
    """Consented to, renewed, not renewed, lost, and reached otherwise."""
    runtime, scope, desk = bench.runtime, bench.scope, Desk(bench.hands.url, bench.clock)
    desk.client(
        client_id=CLIENT, redirect_uris=[consents.back_address(runtime, "zendesk")], user=BOT
    )
    url = desk.url.replace("127.0.0.1", "localhost")
    wanted, client = Wanted("zendesk", url), Client(CLIENT, "")
    begun = consents.begin(runtime, scope, wanted, client, person_id=None)
    consents.outcome(runtime, scope, begun.id)
    answer = answered(desk.consent(begun.page, BOT))
    account_id = consents.finish(runtime, "zendesk", answer, person_id=None).account_id
    with suppress(consents.NotConnectedError):
        consents.finish(runtime, "zendesk", answer, person_id=None)
    learned_and_looked_at(bench, account_id)
    grant = KeptGrant(runtime.database, scope, account_id, bench.clock)
    renewal = Renewal(url, {"client_id": CLIENT}, allow_private=True)
    happenings: tuple[Callable[[], None], ...] = (
        lambda: None,
        lambda: desk.fault("503"),
        desk.revoke,
    )
    for happens in happenings:
        with runtime.database.read() as session:
            held = grants.held(session, scope, account_id)
        happens()
        with suppress(ConnectorError):
            grant.another(held.pair.access if held else "", renewal, seconds=20)
    onboarding.replace_credentials(
        runtime, scope.merchant_id, account_id, {"client_id": "a", "client_secret": "b"}
    )


def learned_and_looked_at(bench: Bench, account_id: str) -> None:
    visitor = Visitor(bench)
    visitor.sign_in(CHLOE)
    visitor.get("/connect").raise_for_status()
    visitor.http.close()
    with bench.runtime.database.write() as session:
        merchants.learn_vendor_account(session, bench.scope, account_id, "77")
