"""Passwords over HTTP: chosen by invitation, good for signing in, changed, and one's sessions."""

import dataclasses
import re
from datetime import timedelta

import pytest
import requests
from sqlalchemy import select

from plugin import onboarding
from plugin.config import PasswordCost
from plugin.models import Role
from plugin.staff import changes, passwords
from plugin.store.people_tables import Password, WebSession
from plugin.web import create_web
from tests.bench.world import ANA, Bench
from tests.web.conftest import Visit
from tests.web.sidebar_app import Sidebar, install
from tests.web.visitor import Visitor, hidden, text_of, words_of

GOOD, BETTER = "grass lantern orbit 5", "seven quiet tugboats"
_numbers = iter(range(1_000))
REFUSED = "That e-mail and password do not belong together."


def newcomer(bench: Bench, merchant_id: str = "", email: str = "") -> str:
    email = email or f"new-{next(_numbers)}@larkspur.example"
    owner = merchant_id or bench.scope.merchant_id
    onboarding.add_person(bench.runtime, owner, email=email, name="New Comer", role=Role.AGENT)
    return email


def choose(
    bench: Bench, visitor: Visitor, email: str, password: str, merchant_id: str = ""
) -> requests.Response:
    """By a fresh invitation."""
    owner = merchant_id or bench.scope.merchant_id
    link = onboarding.invite(bench.runtime, owner, email)
    form = hidden(visitor.http.get(link, timeout=15))
    return visitor.http.post(
        link, data=form | {"password": password, "again": password}, timeout=15
    )


def sign_in(visitor: Visitor, email: str, password: str, query: str = "") -> requests.Response:
    form = hidden(visitor.get("/sign-in"))
    return visitor.post(f"/sign-in{query}", data=form | {"email": email, "password": password})


def kept(bench: Bench, email: str) -> str:
    with bench.runtime.database.read() as session:
        person = bench.person(email)
        return session.scalars(
            select(Password.hash).where(
                Password.merchant_id == bench.scope.merchant_id, Password.person_id == person.id
            )
        ).one()


def test_an_invitation_sets_a_password_that_signs_in(bench: Bench, visit: Visit) -> None:
    email = newcomer(bench)
    assert choose(bench, visit(), email, GOOD).url == f"{bench.url}/queue"
    again = visit()
    landed = sign_in(again, f" {email.upper()} ", GOOD, "?next=/you")
    assert landed.url == f"{bench.url}/you"
    assert text_of(landed, ".who bdi") == "New Comer"
    assert again.get("/sign-in").url == f"{bench.url}/queue"
    assert GOOD not in kept(bench, email)
    assert kept(bench, email).startswith("$argon2id$")


@pytest.mark.parametrize(
    ("password", "sentence"),
    [
        ("short", "Use at least 12 characters."),
        ("newcomer12345678", "This one is easy to guess."),
        ("x" * 201, "Use at most 200 characters."),
    ],
)
def test_a_weak_password_is_refused_and_the_link_still_good(
    bench: Bench, visit: Visit, password: str, sentence: str
) -> None:
    email, visitor = newcomer(bench), visit()
    link = onboarding.invite(bench.runtime, bench.scope.merchant_id, email)
    form = hidden(visitor.http.get(link, timeout=15))
    refused = visitor.http.post(
        link, data=form | {"password": password, "again": password}, timeout=15
    )
    assert refused.status_code == 422
    assert sentence in text_of(refused, ".problem")
    typo = visitor.http.post(link, data=form | {"password": GOOD, "again": "other"}, timeout=15)
    assert "The two differ." in text_of(typo, ".problem")
    assert visitor.get("/queue").status_code == 401
    good = visitor.http.post(link, data=form | {"password": GOOD, "again": GOOD}, timeout=15)
    assert good.url == f"{bench.url}/queue"


def test_an_unknown_e_mail_and_a_wrong_password_are_answered_alike(
    bench: Bench, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same page, and one comparison of the same cost for each."""
    email, without = newcomer(bench), newcomer(bench)
    choose(bench, visit(), email, GOOD)
    compared: list[str] = []
    real = passwords._hasher(bench.runtime.settings.password_cost)

    class Counting:
        def verify(self, hashed: str, given: str) -> bool:
            compared.append(hashed.rsplit("$", 2)[0])
            return bool(real.verify(hashed, given))

        def __getattr__(self, name: str) -> object:
            return getattr(real, name)

    monkeypatch.setattr(passwords, "_hasher", lambda _: Counting())
    pages = []
    for tried in (email, without, "nobody@larkspur.example"):
        answer = sign_in(visit(), tried, BETTER)
        assert answer.status_code == 401
        assert REFUSED in text_of(answer, "#problem")
        pages.append(re.sub(r'value="[^"]*"', "", answer.text))
    assert len(set(pages)) == 1
    assert len(compared) == 3
    assert len(set(compared)) == 1


def test_a_deactivated_person_has_no_password_any_more(bench: Bench, visit: Visit) -> None:
    email = newcomer(bench)
    choose(bench, visit(), email, GOOD)
    scope, person = onboarding.somebody(bench.runtime, bench.scope.merchant_id, email)
    changes.deactivate(bench.runtime, scope, "command", person.id)
    assert sign_in(visit(), email, GOOD).status_code == 401
    changes.reactivate(bench.runtime, scope, "command", person.id)
    assert sign_in(visit(), email, GOOD).status_code == 401


def test_one_e_mail_at_two_merchants(bench: Bench, visit: Visit) -> None:
    """Each has its own password; where both are the same, its owner chooses."""
    other = onboarding.add_merchant(bench.runtime, "Harbour Books")
    email = newcomer(bench, email=newcomer(bench, other))
    choose(bench, visit(), email, GOOD)
    choose(bench, visit(), email, BETTER, other)
    for password, at in ((GOOD, bench.scope.merchant_id), (BETTER, other)):
        visitor = visit()
        assert sign_in(visitor, email, password).url == f"{bench.url}/queue"
        _, person = onboarding.somebody(bench.runtime, at, email)
        assert live(bench, at, person.id) >= 1

    choose(bench, visit(), email, GOOD, other)
    visitor = visit()
    chosen = sign_in(visitor, email, GOOD, "?next=/you")
    assert visitor.get("/queue").status_code == 401
    buttons = dict(
        re.findall(r'action="(/sign-in/[^"]+)".*?<bdi>([^<]+)</bdi>', chosen.text, re.DOTALL)
    )
    assert sorted(buttons.values()) == ["Harbour Books", "Larkspur Outfitters"]
    (action,) = [path for path, name in buttons.items() if name == "Harbour Books"]
    landed = visitor.post(action.replace("&amp;", "&"), data=hidden(chosen))
    assert landed.url == f"{bench.url}/you"


def live(bench: Bench, merchant_id: str, person_id: str) -> int:
    with bench.runtime.database.read() as session:
        rows = session.scalars(
            select(WebSession).where(
                WebSession.merchant_id == merchant_id, WebSession.person_id == person_id
            )
        ).all()
    return sum(row.expires_at > bench.clock() for row in rows)


def test_a_hash_of_a_former_cost_is_replaced(bench: Bench, visit: Visit) -> None:
    email = newcomer(bench)
    choose(bench, visit(), email, GOOD)
    before = kept(bench, email)
    dearer = dataclasses.replace(
        bench.runtime.settings, password_cost=PasswordCost(memory=16, passes=2, lanes=1)
    )
    runtime = dataclasses.replace(bench.runtime, settings=dearer)
    assert passwords.whose(runtime, email, BETTER) == ()
    assert kept(bench, email) == before
    assert len(passwords.whose(runtime, email, GOOD)) == 1
    assert "m=16,t=2" in kept(bench, email)
    assert len(passwords.whose(bench.runtime, email, GOOD)) == 1


def test_a_change_of_the_password_ends_the_other_sessions(bench: Bench, visit: Visit) -> None:
    email, here, there = newcomer(bench), visit(), visit()
    choose(bench, here, email, GOOD)
    sign_in(there, email, GOOD)
    token = hidden(here.get("/you"))
    form = {**token, "current": GOOD, "password": BETTER, "again": BETTER}
    wrong = here.post("/you/password", data=form | {"current": BETTER})
    assert (wrong.status_code, text_of(wrong, ".problem")) == (422, "This is not your password.")
    weak = here.post("/you/password", data=form | {"password": "short", "again": "short"})
    assert "at least 12" in text_of(weak, ".problem")
    assert there.get("/queue").status_code == 200
    done = here.post("/you/password", data=form)
    assert "You are signed out everywhere else." in words_of(done)
    assert there.get("/queue").status_code == 401
    assert here.get("/queue").status_code == 200
    assert sign_in(there, email, GOOD).status_code == 401
    assert sign_in(there, email, BETTER).status_code == 200


def test_an_invitation_sets_a_lost_password_anew_and_signs_out_everywhere(
    bench: Bench, visit: Visit
) -> None:
    email, there = newcomer(bench), visit()
    choose(bench, there, email, GOOD)
    choose(bench, visit(), email, BETTER)
    assert there.get("/queue").status_code == 401
    assert sign_in(visit(), email, GOOD).status_code == 401
    assert sign_in(visit(), email, BETTER).status_code == 200


def test_only_an_invitation_sets_a_password(bench: Bench, visit: Visit) -> None:
    """A link from the sidebar is for a minute, and leaves nothing behind."""
    install(bench)
    draft = bench.draft(bench.opened("refund_under_limit"))
    link = f"{bench.url}{Sidebar(bench, ANA).act(draft.id, 'hand-over').json()['url']}"
    ana = visit()
    form = hidden(ana.http.get(link, timeout=15)) | {"password": GOOD, "again": GOOD}
    ana.http.post(link, data=form, timeout=15)
    assert "You have none" in words_of(ana.get("/you"))
    assert sign_in(visit(), ANA, GOOD).status_code == 401


def test_where_you_are_signed_in(bench: Bench, visit: Visit) -> None:
    install(bench)
    here, there = visit(ANA), visit(ANA)
    sidebar = Sidebar(bench, ANA)
    ticket = bench.opened("refund_under_limit")
    page = here.get("/you")
    assert "The sidebar in the helpdesk" in words_of(page)
    ids = re.findall(r'name="session" value="([0-9a-f-]{36})"', page.text)
    assert len(ids) >= 2
    eve = visit("ben@larkspur-outfitters.example")
    stolen = eve.post("/you/sessions/end", data=hidden(eve.get("/you")) | {"session": ids[0]})
    assert "You were not signed in there any more." in words_of(stolen)
    assert there.get("/queue").status_code == sidebar.draft(ticket).status_code == 200
    one = here.post("/you/sessions/end", data=hidden(page) | {"session": ids[0]})
    assert "Signed out there." in words_of(one)
    assert {there.get("/queue").status_code, sidebar.draft(ticket).status_code} == {200, 401}
    here.post("/you/sessions/end", data=hidden(page) | {"session": "others"})
    assert there.get("/queue").status_code == sidebar.draft(ticket).status_code == 401
    assert here.get("/queue").status_code == 200


def test_a_browser_in_which_nobody_does_anything_is_signed_out(bench: Bench, visit: Visit) -> None:
    busy, left_open = visit(ANA), visit(ANA)
    asks = {"Sec-Fetch-Dest": "empty"}
    for _ in range(3):
        bench.clock.ahead += timedelta(minutes=50)
        assert busy.get("/queue").status_code == 200
        left = left_open.get("/queue", headers=asks).status_code
    assert left == 401
    bench.clock.ahead += timedelta(hours=9, minutes=30)
    assert busy.get("/queue").status_code == 401


def test_by_https_passwords_and_cookies_stay_there(bench: Bench) -> None:
    settings = dataclasses.replace(bench.runtime.settings, public_url="https://support.example")
    web = create_web(dataclasses.replace(bench.runtime, settings=settings))
    answer = web.test_client().get("/sign-in", base_url="https://support.example")
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
    assert "__Host-bookbag_session_form" in answer.headers["Set-Cookie"]
