"""A consent of an account where nothing happens lives on, as long as a worker is there."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from connectors.connecting import Client
from plugin.connecting import consents
from plugin.connecting.accounts import Wanted
from plugin.installing.check import Check
from plugin.installing.examine import examine
from plugin.installing.failing import StepError
from plugin.installing.looking import Site, look, site
from plugin.store import grants
from plugin.store.grants import Held
from tests.bench.catching_up import compare
from tests.bench.databases import Databases, settings_for
from tests.bench.world import BOT, Bench
from tests.connecting.consented import Desk, answered

CLIENT = "let-in"
REFRESH_LASTS = timedelta(days=30)


@pytest.fixture
def bench(all_databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """A merchant whose account is reached by a person's consent."""
    settings = settings_for(all_databases.fresh("sqlite"), tmp_path_factory.mktemp("alive"))
    with Bench(settings) as running:
        desk = Desk(running.hands.url, running.clock)
        back = consents.back_address(running.runtime, "zendesk")
        desk.client(client_id=CLIENT, redirect_uris=[back], user=BOT)
        wanted = Wanted("zendesk", desk.url, account_id=running.account_id)
        begun = consents.begin(
            running.runtime, running.scope, wanted, Client(CLIENT, ""), person_id=None
        )
        answer = answered(desk.consent(begun.page, BOT))
        consents.finish(running.runtime, "zendesk", answer, person_id=None)
        yield running


def held(bench: Bench) -> Held:
    with bench.runtime.database.read() as session:
        found = grants.held(session, bench.scope, bench.account_id)
    assert found is not None
    return found


def account_of(bench: Bench) -> Site:
    return site(bench.runtime, bench.scope.merchant_id, bench.account_id, "zendesk")


def way_in(bench: Bench) -> Check:
    """What the doctor says of it."""
    return examine(account_of(bench), lambda _: None)[0]


def test_catching_up_alone_keeps_it(bench: Bench) -> None:
    desk, began = Desk(bench.hands.url, bench.clock), bench.clock()
    while bench.clock() - began < 2 * REFRESH_LASTS:
        bench.pass_time((REFRESH_LASTS - timedelta(days=1)).total_seconds())
        compare(bench)
        assert desk.me(held(bench).pair.access) == 200
    assert (way_in(bench).health, way_in(bench).found) == ("ok", "Bookbag (admin): a consent")


def test_the_doctor_and_install_say_how_it_is_given_again(bench: Bench) -> None:
    bench.pass_time((REFRESH_LASTS + timedelta(hours=1)).total_seconds())
    lost = way_in(bench)
    assert (lost.name, lost.health, held(bench).is_lost) == ("token", "fail", True)
    assert lost.fix is not None
    assert "*Connect again*" in lost.fix
    assert "`bookbag connect zendesk`" in lost.fix
    with pytest.raises(StepError) as stopped:
        look(account_of(bench), fields=False, gate=False, tell=lambda _: None)
    assert lost.fix in str(stopped.value)
