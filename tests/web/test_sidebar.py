"""Who gets into the sidebar, how long, and which page may hold it."""

import gzip
import logging
import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import requests
from structlog.testing import capture_logs

from plugin import onboarding
from plugin.models import DraftState, Role
from plugin.onboarding import NewAccount
from plugin.store import credentials, merchants
from plugin.store.scope import Scope
from tests.bench.world import ANA, BEN, Bench
from tests.web.conftest import Visit
from tests.web.sidebar_app import AUDIENCE, SECONDS, Sidebar, claims, install, public, signed
from tests.web.visitor import parsed, text_of

STRANGER = "stranger@larkspur.example"


@pytest.fixture(autouse=True)
def _installed(bench: Bench) -> None:
    install(bench)


def other_merchant(bench: Bench) -> tuple[str, str]:
    """Another merchant's id, and their account, with the same app and the same person."""
    merchant_id = onboarding.add_merchant(bench.runtime, "Another")
    account_id, _ = onboarding.add_account(
        bench.runtime,
        merchant_id,
        NewAccount("zendesk", bench.hands.url, f"9{merchant_id[-8:]}", "secret", {}),
    )
    install(bench, account_id, merchant_id=merchant_id)
    return merchant_id, account_id


def test_the_helpdesks_token_opens_it_for_its_agent_without_a_cookie(bench: Bench) -> None:
    ana = Sidebar(bench, ANA)
    assert ana.page.status_code == 200
    # A redirect would have to keep the query, by which the helpdesk's library finds its page.
    assert ana.page.history == []
    assert "Set-Cookie" not in ana.page.headers
    assert text_of(ana.page, ".top bdi") == "Ana Reyes"
    assert len(ana.session) > 40
    assert ana.draft(bench.opened("refund_under_limit")).status_code == 200
    with bench.runtime.database.read() as session:
        assert ana.session not in str(
            session.connection().exec_driver_sql("SELECT digest FROM bb_web_session").all()
        )


def test_only_the_accounts_own_helpdesk_may_frame_it(bench: Bench) -> None:
    ana = Sidebar(bench, ANA)
    shown = [ana.page, ana.open("wrong")]
    for page in shown:
        policy = page.headers["Content-Security-Policy"]
        assert policy.endswith(f"frame-ancestors {bench.hands.url}")
        assert "evil" not in policy
        assert "script-src 'self';" in policy
        assert page.headers["Cache-Control"] == "no-store"
    (main,) = parsed(ana.page).css("#sidebar")
    assert main.attributes["data-host-origin"] == bench.hands.url
    assert main.attributes["data-host"] == "sandbox"
    fragment = ana.draft(bench.opened("refund_under_limit"))
    unknown = requests.post(f"{bench.url}/zendesk/{'0' * 32}/sidebar", timeout=SECONDS)
    for page in (fragment, unknown):
        assert page.headers["Content-Security-Policy"].endswith("frame-ancestors 'none'")


def test_a_real_zendesk_is_reached_by_its_own_library_and_nothing_else_is(bench: Bench) -> None:
    def host(url: str) -> tuple[str, list[str], str]:
        with bench.runtime.database.write() as session:
            merchants.account(session, bench.scope, bench.account_id).url = url
        page = Sidebar(bench, ANA).page
        (main,) = parsed(page).css("#sidebar")
        scripts = [urlsplit(s.attributes["src"] or "").netloc for s in parsed(page).css("script")]
        return main.attributes["data-host"] or "", scripts, page.headers["Content-Security-Policy"]

    real, scripts, policy = host("https://larkspur.zendesk.com")
    assert (real, scripts) == ("zendesk", ["static.zdassets.com", ""])
    assert "script-src 'self' https://static.zdassets.com;" in policy
    assert policy.endswith("frame-ancestors https://larkspur.zendesk.com")
    for other in (
        "http://larkspur.zendesk.com",
        "https://zendesk.com.evil.example",
        "https://evilzendesk.com",
        bench.hands.url,
    ):
        assert host(other)[:2] == ("sandbox", [""])


@pytest.mark.parametrize("wrong", ["nothing", "expired", "another key", "another place", "garbage"])
def test_a_wrong_token_opens_nothing_and_is_told_nothing(bench: Bench, wrong: str) -> None:
    user, now = bench.hands.users()[ANA], bench.clock()
    tokens = {
        "nothing": "",
        "expired": signed(claims(user, now - timedelta(minutes=5))),
        "another key": signed(claims(user, now), by="another"),
        "another place": signed(claims(user, now, context={"location": "nav_bar"})),
        "garbage": "a.b.c",
    }
    with capture_logs() as logs:
        page = Sidebar(bench, ANA).open(tokens[wrong])
    assert page.status_code == 401
    assert parsed(page).css("#sidebar, script") == []
    assert "Reload the ticket" in text_of(page, "main p")
    (line,) = [line for line in logs if line["event"] == "sidebar_refused"]
    assert line["account"] == bench.account_id
    assert not tokens[wrong] or tokens[wrong] not in str(logs)
    assert line["reason"] not in page.text


def test_where_no_app_is_registered_no_token_is_good(bench: Bench) -> None:
    with bench.runtime.database.write() as session:
        merchants.account(session, bench.scope, bench.account_id).app_key = None
    assert Sidebar(bench, ANA).page.status_code == 401


def test_an_account_that_is_not_there_or_is_no_zendesk_has_no_sidebar(
    bench: Bench, visit: Visit
) -> None:
    merchant_id, account_id = other_merchant(bench)
    with bench.runtime.database.write() as session:
        merchants.account(session, Scope(merchant_id), account_id).helpdesk = "gorgias"
    ana, visitor = Sidebar(bench, ANA), visit(ANA)
    for unknown in ("0" * 32, "x", account_id):
        ana.account_id = unknown
        assert ana.open(ana.token).status_code == 404
        assert visitor.get(f"/zendesk/{unknown}/sidebar").status_code == 404


def test_a_helpdesk_user_whom_we_do_not_know_is_told_what_the_admin_does(bench: Bench) -> None:
    stranger = Sidebar(bench, STRANGER)
    assert stranger.page.status_code == 403
    user = bench.hands.users()[STRANGER]
    for name in ("add", "link"):
        (command,) = (
            pre.text() for pre in parsed(stranger.page).css("pre") if f"user {name}" in pre.text()
        )
        assert f"--helpdesk-user {bench.account_id}:{user}" in command
        assert f"--merchant {bench.scope.merchant_id}" in command
    (script,) = parsed(stranger.page).css("script")
    assert script.attributes["src"] == "/static/frame.js"
    assert stranger.page.headers["Content-Security-Policy"].endswith(bench.hands.url)


def test_a_session_is_good_for_eight_hours_and_one_merchant(bench: Bench) -> None:
    ticket_id = bench.opened("refund_under_limit")
    ana = Sidebar(bench, ANA)
    _, account_id = other_merchant(bench)
    ana.account_id = account_id
    for answer in (ana.draft(ticket_id), ana.save(ticket_id)):
        assert answer.status_code == 404
    draft_id = bench.draft(ticket_id).id
    for what in ("verdict", "insert", "release"):
        answer = ana.act(draft_id, what, verdict="reject", reason="x", **ana.seen(ticket_id))
        assert answer.status_code == 404, what
    ana.account_id = bench.account_id
    bench.clock.ahead += timedelta(hours=7, minutes=59)
    assert ana.draft(ticket_id).status_code == 200
    bench.clock.ahead += timedelta(minutes=2)
    assert ana.draft(ticket_id).status_code == 401
    assert ana.act(draft_id, "insert").json()["error"]["message"].startswith("Your session")


def test_the_same_merchants_other_account_shows_nothing_of_this_one(bench: Bench) -> None:
    ticket_id = bench.opened("refund_under_limit")
    other, _ = onboarding.add_account(
        bench.runtime,
        bench.scope.merchant_id,
        NewAccount("zendesk", bench.hands.url, f"8{ticket_id}", "secret", {}),
    )
    ana = Sidebar(bench, ANA)
    ana.account_id = other
    assert "No draft on this ticket" in ana.draft(ticket_id).text
    for what in ("verdict", "insert", "release"):
        answer = ana.act(
            bench.draft(ticket_id).id,
            what,
            verdict="reject",
            reason="x",
            **ana.seen(ticket_id),
        )
        assert answer.status_code == 404


def test_a_person_of_another_merchant_with_the_same_helpdesk_id_is_nobody_here(
    bench: Bench,
) -> None:
    _, account_id = other_merchant(bench)
    assert Sidebar(bench, ANA, account_id=account_id).page.status_code == 403


def test_our_own_sign_in_lets_somebody_look_and_no_more(bench: Bench, visit: Visit) -> None:
    ticket_id = bench.opened("refund_under_limit")
    draft, base = bench.draft(ticket_id), f"/zendesk/{bench.account_id}"
    ana = visit(ANA)
    page = ana.get(f"{base}/sidebar?origin=x&app_guid=y")
    assert page.status_code == 200
    (main,) = parsed(page).css("#sidebar")
    assert main.attributes["data-session"] in ("", None)
    assert text_of(page, ".top bdi") == "Ana Reyes"
    fragment = ana.get(f"{base}/tickets/{ticket_id}/draft")
    assert "refund 38.50 USD" in fragment.text
    assert parsed(fragment).css("form, button, textarea, details") == []
    assert parsed(fragment).css(".more a")[0].text().startswith("Act on the review page")
    save = ana.post(f"{base}/tickets/{ticket_id}/save", json={"public": True, "text": "x"})
    assert save.status_code == 200
    seen = {"rev": 1, "state": "awaiting_review", "verdict": "approve", "done": "0"}
    for what in ("verdict", "insert", "release"):
        answer = ana.post(f"{base}/drafts/{draft.id}/{what}", data=seen)
        assert answer.status_code == 401, what
    assert bench.draft(ticket_id).state is DraftState.AWAITING_REVIEW
    assert bench.draft(ticket_id).inserted_by is None


def test_a_cookie_of_another_merchant_opens_nothing(bench: Bench, visit: Visit) -> None:
    merchant_id, _ = other_merchant(bench)
    onboarding.add_person(
        bench.runtime, merchant_id, email="x@example.com", name="X", role=Role.ADMIN
    )
    ticket_id = bench.opened("refund_under_limit")
    stranger = visit("x@example.com", merchant_id)
    for path in ("sidebar", f"tickets/{ticket_id}/draft"):
        assert stranger.get(f"/zendesk/{bench.account_id}/{path}").status_code == 404


def test_without_any_sign_in_the_page_says_how(bench: Bench, visit: Visit) -> None:
    page = visit().get(f"/zendesk/{bench.account_id}/sidebar")
    assert page.status_code == 401
    assert "sign in with the link" in text_of(page, "main p")
    assert page.headers["Content-Security-Policy"].endswith(bench.hands.url)


def test_what_stands_in_the_authorization_is_a_session_or_nothing(bench: Bench) -> None:
    ticket_id = bench.opened("refund_under_limit")
    ana = Sidebar(bench, ANA)
    url = f"{bench.url}/zendesk/{bench.account_id}/tickets/{ticket_id}/draft"
    given = ("", "Bearer", "Bearer ", "bearer", f"Basic {ana.session}", ana.session, "Bearer wrong")
    for proof in (*given, f"Bearer {ana.token}", f"Bearer {credentials.digest(ana.session)}"):
        answer = requests.get(url, headers={"Authorization": proof}, timeout=SECONDS)
        assert answer.status_code == 401, proof


def test_nothing_of_a_token_or_a_session_is_logged(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG), capture_logs() as logs:
        ben = Sidebar(bench, BEN)
        ben.draft(bench.opened("reship"))
    assert ben.token not in f"{logs}{caplog.text}"
    assert ben.session not in f"{logs}{caplog.text}"
    assert public() not in f"{logs}{caplog.text}"
    assert AUDIENCE not in ben.page.text


def test_all_of_it_is_small_as_it_travels(bench: Bench) -> None:
    """The page with all its scripts and style sheets, without the helpdesk's own library."""
    ana = Sidebar(bench, ANA)
    page = parsed(ana.page)
    linked = [node.attributes["href"] for node in page.css("link[href]")]
    scripts = [node.attributes["src"] for node in page.css("script[src]")]
    total = len(ana.page.content)
    for address in (*linked, *scripts):
        url = f"{bench.url}{address}"
        plain = requests.get(url, headers={"Accept-Encoding": "identity"}, timeout=SECONDS)
        packed = requests.get(
            url, headers={"Accept-Encoding": "gzip"}, timeout=SECONDS, stream=True
        )
        travelled = packed.raw.read()
        assert packed.headers["Content-Encoding"] == "gzip"
        assert gzip.decompress(travelled) == plain.content
        assert packed.headers["Vary"] == plain.headers["Vary"] == "Accept-Encoding"
        again = requests.get(
            url, headers={"If-None-Match": packed.headers["ETag"]}, timeout=SECONDS
        )
        assert again.status_code == 304
        total += len(travelled)
    assert total <= 40 * 1024
    # Nothing is fetched that was not named at once.
    named = {address.rpartition("/")[2] for address in (*linked, *scripts) if address}
    for name in named:
        if name.endswith(".js"):
            script = requests.get(f"{bench.url}/static/{name}", timeout=SECONDS).text
            assert set(re.findall(r'"\./(\w+\.js)"', script)) <= named
