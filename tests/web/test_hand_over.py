"""From the sidebar to the review page: a link for one person, once, for a minute, to one place."""

import logging
from datetime import timedelta
from urllib.parse import parse_qs, quote, urlsplit

import pytest
import requests
from structlog.testing import capture_logs

from plugin import onboarding
from plugin.models import Role
from plugin.store.columns import new_id
from tests.bench.world import ANA, BEN, Bench
from tests.web.conftest import Visit
from tests.web.sidebar_app import SECONDS, Sidebar, install
from tests.web.test_sidebar import other_merchant
from tests.web.visitor import hidden, text_of


@pytest.fixture(autouse=True)
def _installed(bench: Bench) -> None:
    install(bench)


def handed(bench: Bench, email: str, draft_id: str) -> str:
    answer = Sidebar(bench, email).act(draft_id, "hand-over")
    assert answer.status_code == 200
    return f"{bench.url}{answer.json()['url']}"


def test_it_signs_the_same_person_in_and_shows_the_draft(bench: Bench, visit: Visit) -> None:
    draft = bench.draft(bench.opened("refund_under_limit"))
    link = handed(bench, ANA, draft.id)
    ana, thief = visit(), visit()
    shown = ana.http.get(link, timeout=SECONDS)
    assert "Ana Reyes" in text_of(shown, "main p")
    landed = ana.use_link(link)
    assert landed.url == f"{bench.url}/drafts/{draft.id}"
    assert text_of(landed, ".who bdi") == "Ana Reyes"

    again = thief.http.get(link, timeout=SECONDS)
    assert again.status_code == 404
    assert text_of(again, "h1") == "This link was used already"
    assert thief.get("/queue").status_code == 401
    # Whoever is signed in already goes on at once, and uses nothing up.
    second = handed(bench, ANA, draft.id)
    assert ana.http.get(second, timeout=SECONDS).url == f"{bench.url}/drafts/{draft.id}"
    other = handed(bench, BEN, draft.id)
    assert "Ben Mercer" in text_of(ana.http.get(other, timeout=SECONDS), "main p")


def test_it_is_good_for_a_minute(bench: Bench, visit: Visit) -> None:
    draft = bench.draft(bench.opened("refund_under_limit"))
    link, late = (handed(bench, ANA, draft.id) for _ in range(2))
    bench.clock.ahead += timedelta(seconds=59)
    assert visit().use_link(link).status_code == 200
    bench.clock.ahead += timedelta(seconds=1)
    over = visit().http.get(late, timeout=SECONDS)
    assert over.status_code == 404
    assert text_of(over, "h1") == "This link is not good any more"


def test_only_the_sidebars_own_session_gets_one(bench: Bench, visit: Visit) -> None:
    draft = bench.draft(bench.opened("refund_under_limit"))
    path = f"/zendesk/{bench.account_id}/drafts/{draft.id}/hand-over"
    assert visit(ANA).post(path).status_code == 401
    assert requests.post(f"{bench.url}{path}", timeout=SECONDS).status_code == 401
    ana = Sidebar(bench, ANA)
    assert ana.act(new_id(), "hand-over").status_code == 404
    merchant_id, ana.account_id = other_merchant(bench)
    assert ana.act(draft.id, "hand-over").status_code == 404
    onboarding.add_person(
        bench.runtime, merchant_id, email="eve@x.example", name="Eve", role=Role.ADMIN
    )
    assert visit("eve@x.example", merchant_id).get(f"/drafts/{draft.id}").status_code == 404


@pytest.mark.parametrize(
    "asked",
    [
        "//evil.example/drafts/{id}",
        "https://evil.example/queue",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "/queue?next=//evil.example",
        "/static/style.css",
        "/drafts/{id}/state",
        "/sign-in/x",
        "/sign-out",
        "",
    ],
)
def test_it_leads_to_a_page_of_ours_or_to_the_queue(bench: Bench, visit: Visit, asked: str) -> None:
    draft = bench.draft(bench.opened("refund_under_limit"))
    link = onboarding.invite(bench.runtime, bench.scope.merchant_id, ANA)
    ana = visit()
    url = f"{link}?next={quote(asked.format(id=draft.id), safe='')}"
    form = hidden(ana.http.get(url, timeout=SECONDS))
    answer = ana.http.post(url, data=form, timeout=SECONDS, allow_redirects=False)
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/queue"


def test_nothing_of_it_is_logged(
    bench: Bench, visit: Visit, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = bench.draft(bench.opened("refund_under_limit"))
    with caplog.at_level(logging.DEBUG), capture_logs() as logs:
        link = handed(bench, ANA, draft.id)
        visit().use_link(link)
        broken = handed(bench, ANA, draft.id)

        def fail(*_: object, **__: object) -> None:
            raise RuntimeError

        monkeypatch.setattr("plugin.web.sign_in.unscoped.sign_in_link", fail)
        assert visit().http.get(broken, timeout=SECONDS).status_code == 500
    tokens = [urlsplit(url).path.rsplit("/", 1)[-1] for url in (link, broken)]
    assert all(len(token) > 40 for token in tokens)
    said = f"{logs}{[r.getMessage() for r in caplog.records if r.name.startswith('plugin')]}"
    assert not any(token in said for token in tokens)
    assert parse_qs(urlsplit(link).query) == {"next": [f"/drafts/{draft.id}"]}
    assert {"handed_over", "request_fault"} <= {line["event"] for line in logs}
