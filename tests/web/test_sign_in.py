"""Single-use links, sessions, and whose draft it is."""

import dataclasses
from datetime import timedelta

from selectolax.lexbor import LexborHTMLParser

from plugin import onboarding
from plugin.models import Role
from plugin.web import create_web
from tests.bench.world import ANA, BEN, Bench
from tests.web.conftest import Visit
from tests.web.visitor import hidden, text_of


def link_for(bench: Bench, email: str) -> str:
    return onboarding.invite(bench.runtime, bench.scope.merchant_id, email)


def test_opening_a_link_uses_nothing_up_and_its_button_does(bench: Bench, visit: Visit) -> None:
    link = link_for(bench, ANA)
    scanner, ana, thief = visit(), visit(), visit()
    for _ in range(3):
        shown = scanner.http.get(link, timeout=5)
        assert shown.status_code == 200
        assert "Ana Reyes" in text_of(shown, "main section > p")
        assert scanner.get("/queue").status_code == 401
    assert ana.use_link(link).url == f"{bench.url}/queue"
    assert "Ana Reyes" in text_of(ana.get("/queue"), "header form")

    again = thief.http.get(link, timeout=5)
    assert again.status_code == 404
    assert "was used or is too old" in text_of(again, "main p:first-of-type")
    assert thief.use_link(link).status_code in {400, 404}
    assert thief.get("/queue").status_code == 401


def test_two_who_press_the_button_at_once_are_not_both_let_in(bench: Bench, visit: Visit) -> None:
    link = link_for(bench, ANA)
    one, other = visit(), visit()
    forms = [hidden(who.http.get(link, timeout=5)) for who in (one, other)]
    answers = [
        who.http.post(link, data=form, timeout=5, allow_redirects=False).status_code
        for who, form in zip((one, other), forms, strict=True)
    ]
    assert answers == [302, 404]


def test_a_link_is_good_for_a_day(bench: Bench, visit: Visit) -> None:
    link = link_for(bench, ANA)
    bench.clock.ahead += timedelta(hours=24)
    assert visit().http.get(link, timeout=5).status_code == 404


def test_a_session_ends_by_the_button_and_by_itself(bench: Bench, visit: Visit) -> None:
    ana, ben = visit(ANA), visit(BEN)
    stolen = ana.http.cookies["bookbag_session"]
    out = ana.sign_out()
    assert text_of(out, "h1") == "Signed out"
    thief = visit()
    thief.http.cookies.set("bookbag_session", stolen)
    assert thief.get("/queue").status_code == 401
    assert ana.get("/queue").status_code == 401

    assert ben.get("/queue").status_code == 200
    bench.clock.ahead += timedelta(hours=12)
    expired = ben.get("/queue")
    assert expired.status_code == 401
    assert text_of(expired, "h1") == "You are not signed in"
    assert "open the link your admin gave you" in text_of(expired, "main p")


def test_another_merchants_person_sees_nothing_of_a_draft(bench: Bench, visit: Visit) -> None:
    ticket_id = bench.opened("refund_under_limit")
    draft = bench.draft(ticket_id)
    other_id = onboarding.add_merchant(bench.runtime, "Harbour Books")
    onboarding.add_person(
        bench.runtime, other_id, email="eve@harbour.example", name="Eve", role=Role.ADMIN
    )
    eve = visit("eve@harbour.example", other_id)
    for path in (f"/drafts/{draft.id}", f"/drafts/{draft.id}/state"):
        answer = eve.get(path)
        assert answer.status_code == 404
        assert draft.subject not in answer.text
    form = hidden(eve.get("/queue")) | {"rev": "1", "state": "awaiting_review", "done": "0"}
    assert eve.verdict(draft.id, "approve", seen=form).status_code == 404
    queue = eve.get("/queue")
    assert draft.short_id not in queue.text
    assert "Nothing waits for you" in queue.text
    assert bench.draft(ticket_id).state == "awaiting_review"


def test_cookies_are_for_the_server_only(bench: Bench) -> None:
    """`Secure` wherever people come by https."""
    for public_url in ("http://support.example", "https://support.example"):
        settings = dataclasses.replace(bench.runtime.settings, public_url=public_url)
        web = create_web(dataclasses.replace(bench.runtime, settings=settings))
        client = web.test_client()
        path = link_for(bench, ANA).removeprefix(bench.url)
        shown = client.get(path, base_url=public_url)
        (field,) = LexborHTMLParser(shown.text).css("input[name=csrf_token]")
        form = {"csrf_token": field.attributes["value"]}
        used = client.post(path, base_url=public_url, data=form)
        cookies = shown.headers.getlist("Set-Cookie") + used.headers.getlist("Set-Cookie")
        prefix = "__Host-" if public_url.startswith("https") else ""
        assert {cookie.partition("=")[0] for cookie in cookies} == {
            f"{prefix}bookbag_session",
            f"{prefix}bookbag_session_form",
        }
        for cookie in cookies:
            assert "HttpOnly" in cookie
            assert "SameSite=Lax" in cookie
            assert "Path=/" in cookie
            assert "Domain=" not in cookie
            assert ("Secure" in cookie) is public_url.startswith("https")
