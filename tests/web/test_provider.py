"""Sign-in through an OpenID Connect provider: who gets in, and which tokens prove nothing."""

import dataclasses
import logging
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from plugin import config, onboarding
from plugin.models import Role
from plugin.staff import changes
from plugin.store.people_tables import Subject
from plugin.web import create_web
from tests.bench.databases import Databases, settings_for
from tests.bench.world import ANA, Bench
from tests.web.oidc import CLIENT_ID, CLIENT_SECRET, Lies, Provider
from tests.web.visitor import SECONDS, Visitor, text_of, words_of


@pytest.fixture(scope="module")
def served(
    all_databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Bench, Provider]]:
    """On SQLite: nothing here hangs on the database."""
    provider = Provider()
    settings = dataclasses.replace(
        settings_for(all_databases.fresh("sqlite"), tmp_path_factory.mktemp("provider")),
        provider=config.Provider(provider.url, CLIENT_ID, CLIENT_SECRET),
    )
    with Bench(settings) as bench:
        yield bench, provider
    provider.stop()


@pytest.fixture
def bench(served: tuple[Bench, Provider]) -> Bench:
    return served[0]


@pytest.fixture
def provider(served: tuple[Bench, Provider]) -> Provider:
    """Honest, and with another person each time."""
    found = served[1]
    found.lies = Lies()
    found.subject = f"subject-{next(_numbers)}"
    found.email = ANA
    return found


_numbers = iter(range(1_000))


@pytest.fixture
def visitor(bench: Bench) -> Iterator[Visitor]:
    made = Visitor(bench)
    yield made
    made.http.close()


def newcomer(bench: Bench, merchant_id: str = "", email: str = "") -> str:
    """Somebody who has not come through the provider yet. Returns their e-mail."""
    email = email or f"new-{next(_numbers)}@larkspur.example"
    owner = merchant_id or bench.scope.merchant_id
    onboarding.add_person(bench.runtime, owner, email=email, name="New Comer", role=Role.AGENT)
    return email


def test_whoever_the_provider_vouches_for_is_signed_in(
    bench: Bench, provider: Provider, visitor: Visitor
) -> None:
    provider.email = newcomer(bench).upper()
    page = visitor.get("/sign-in?next=/you")
    (link,) = [a for a in page.text.split('"') if a.startswith("/sign-in/provider")]
    landed = visitor.get(link)
    assert landed.url == f"{bench.url}/you"
    assert text_of(landed, ".who bdi") == "New Comer"
    asked = provider.asked[-1]
    assert asked["redirect_uri"] == f"{bench.url}/sign-in/provider/back"
    assert len(asked["state"]) > 20
    assert len(asked["nonce"]) >= 20


@pytest.mark.parametrize(
    "lies",
    [
        Lies({"aud": "somebody-else"}),
        Lies({"aud": "somebody-else", "azp": CLIENT_ID}),
        Lies({"aud": None}),
        Lies({"iss": "http://127.0.0.1:1"}),
        Lies({"nonce": "of-another-visit"}),
        Lies({"nonce": None}),
        Lies({"exp": 1_700_000_000}),
        Lies({"exp": None}),
        Lies({"nbf": 4_000_000_000}),
        Lies({"sub": None}),
        Lies({"sub": ""}),
        Lies({"sub": 7}),
        Lies({"email": None}),
        Lies({"email": ["a@b.example"]}),
        Lies({"email_verified": False}),
        Lies({"email_verified": None}),
        Lies({"email_verified": "true"}),
        Lies(algorithm="none"),
        Lies(algorithm="HS256"),
        Lies(signed_by="thief"),
    ],
    ids=str,
)
def test_a_token_with_anything_wrong_lets_nobody_in(
    bench: Bench, provider: Provider, visitor: Visitor, lies: Lies
) -> None:
    provider.email = newcomer(bench)
    provider.lies = lies
    refused = visitor.get("/sign-in/provider")
    assert refused.status_code == 401
    assert "company account" in words_of(refused)
    assert visitor.get("/queue").status_code == 401
    provider.lies = Lies()
    assert visitor.get("/sign-in/provider").url == f"{bench.url}/queue"


def test_a_provider_that_calls_itself_otherwise_is_not_asked(
    all_databases: Databases, tmp_path_factory: pytest.TempPathFactory, provider: Provider
) -> None:
    provider.lies = Lies(issuer="https://accounts.example.com")
    settings = dataclasses.replace(
        settings_for(all_databases.fresh("sqlite"), tmp_path_factory.mktemp("issuer")),
        provider=config.Provider(provider.url, CLIENT_ID, CLIENT_SECRET),
    )
    before = len(provider.asked)
    with Bench(settings) as bench:
        assert Visitor(bench).get("/sign-in/provider").status_code == 401
    assert len(provider.asked) == before


def test_nobody_signs_up_by_themself(provider: Provider, visitor: Visitor) -> None:
    provider.email = "stranger@larkspur.example"
    refused = visitor.get("/sign-in/provider")
    assert refused.status_code == 403
    assert "nobody here has your e-mail address" in words_of(refused)


def test_the_subject_is_pinned_at_the_first_sign_in(
    bench: Bench, provider: Provider, visitor: Visitor
) -> None:
    provider.email = newcomer(bench)
    first = provider.subject
    visitor.get("/sign-in/provider")
    visitor.sign_out()
    provider.subject = "the-next-who-has-this-address"
    refused = visitor.get("/sign-in/provider")
    assert refused.status_code == 403
    assert "came with another account of your company before" in words_of(refused)
    provider.subject = first
    assert visitor.get("/sign-in/provider").url == f"{bench.url}/queue"

    # Who an admin lets back in comes with whatever account they have now.
    scope, person = onboarding.somebody(bench.runtime, bench.scope.merchant_id, provider.email)
    changes.deactivate(bench.runtime, scope, "command", person.id)
    assert visitor.get("/queue").status_code == 401
    assert visitor.get("/sign-in/provider").status_code == 403
    changes.reactivate(bench.runtime, scope, "command", person.id)
    provider.subject = "the-next-who-has-this-address"
    assert visitor.get("/sign-in/provider").url == f"{bench.url}/queue"


def test_one_subject_is_never_two_people_of_a_merchant(
    bench: Bench, provider: Provider, visitor: Visitor
) -> None:
    provider.email = newcomer(bench)
    visitor.get("/sign-in/provider")
    visitor.sign_out()
    provider.email = newcomer(bench)
    assert visitor.get("/sign-in/provider").status_code == 403
    with bench.runtime.database.read() as session:
        rows = session.query(Subject).filter_by(
            merchant_id=bench.scope.merchant_id, subject=provider.subject
        )
        assert rows.count() == 1


def test_whoever_works_for_two_merchants_chooses(
    bench: Bench, provider: Provider, visitor: Visitor
) -> None:
    other = onboarding.add_merchant(bench.runtime, "Harbour Books")
    provider.email = newcomer(bench, email=newcomer(bench, other))
    chosen = visitor.get("/sign-in/provider")
    assert text_of(chosen, "h1") == "Where to?"
    assert "Harbour Books" in words_of(chosen)
    assert visitor.get("/queue").status_code == 401


def test_a_code_is_worth_nothing_in_another_browser(
    bench: Bench, provider: Provider, visitor: Visitor
) -> None:
    """Else somebody could be signed in as whoever sent them a link."""
    provider.email = newcomer(bench)
    to_provider = visitor.get("/sign-in/provider", allow_redirects=False)
    back = requests.get(
        to_provider.headers["Location"], timeout=SECONDS, allow_redirects=False
    ).headers["Location"]
    victim = Visitor(bench)
    assert victim.http.get(back, timeout=SECONDS).status_code == 401
    assert victim.get("/queue").status_code == 401
    assert visitor.http.get(back, timeout=SECONDS).url == f"{bench.url}/queue"
    visitor.sign_out()
    assert visitor.http.get(back, timeout=SECONDS).status_code == 401
    victim.http.close()


@pytest.mark.parametrize(
    "query", ["", "?error=access_denied&state=x", "?code=x&state=x", "?code=x"]
)
def test_a_return_that_nobody_asked_for_is_refused(visitor: Visitor, query: str) -> None:
    assert visitor.get(f"/sign-in/provider/back{query}").status_code == 401


def test_it_leads_to_no_page_of_others(bench: Bench, provider: Provider, visitor: Visitor) -> None:
    provider.email = newcomer(bench)
    landed = visitor.get("/sign-in/provider?next=//evil.example/queue")
    assert landed.url == f"{bench.url}/queue"


def test_nothing_of_a_token_is_logged(
    bench: Bench, provider: Provider, visitor: Visitor, caplog: pytest.LogCaptureFixture
) -> None:
    provider.email = newcomer(bench)
    with caplog.at_level(logging.INFO):
        answer = visitor.get("/sign-in/provider", allow_redirects=False)
        state = parse_qs(urlsplit(answer.headers["Location"]).query)["state"][0]
        visitor.http.get(answer.headers["Location"], timeout=SECONDS)
    ours = [r.getMessage() for r in caplog.records if not r.name.startswith("werkzeug")]
    assert not any(state in line or CLIENT_SECRET in line for line in ours)


def test_without_a_provider_there_is_no_such_page(sqlite_bench: Bench) -> None:
    visitor = Visitor(sqlite_bench)
    assert "company" not in words_of(visitor.get("/sign-in")).partition("No password yet")[0]
    for path in ("/sign-in/provider", "/sign-in/provider/back"):
        assert visitor.get(path).status_code == 404
    visitor.http.close()


def test_a_private_address_is_not_asked_where_none_may_be(
    all_databases: Databases, tmp_path_factory: pytest.TempPathFactory, provider: Provider
) -> None:
    settings = dataclasses.replace(
        settings_for(all_databases.fresh("sqlite"), tmp_path_factory.mktemp("private")),
        provider=config.Provider(provider.url, CLIENT_ID, CLIENT_SECRET),
    )
    with Bench(settings) as bench:
        strict = dataclasses.replace(settings, allow_private_addresses=False)
        web = create_web(dataclasses.replace(bench.runtime, settings=strict))
        assert web.test_client().get("/sign-in/provider").status_code == 401
