"""What holds for every address: its headers, and how it says no. Who gets in: test_doors."""

import re

import pytest

from plugin.store.columns import new_id
from tests.bench.world import ANA, CHLOE, Bench
from tests.web.conftest import Visit
from tests.web.visitor import JSON, text_of

SHOWN = ("/", "/queue", "/healthz", "/readyz", "/static/style.css")
CSP = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


@pytest.fixture
def without_tokens(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Forms need no token: else that alone would refuse strangers."""
    monkeypatch.setitem(bench.web.config, "WTF_CSRF_ENABLED", False)


def test_every_answer_carries_the_headers(bench: Bench, visit: Visit) -> None:
    draft_id = bench.draft(bench.opened("refund_under_limit")).id
    ana, stranger = visit(ANA), visit()
    answers = [who.get(path) for who in (ana, stranger) for path in SHOWN]
    answers += [
        ana.get(f"/drafts/{draft_id}"),
        ana.get(f"/drafts/{draft_id}/state"),
        ana.get("/nowhere"),
        ana.verdict(draft_id, "reject"),
        stranger.post("/sign-out"),
        stranger.get("/sign-in/wrong"),
        stranger.post("/webhooks/zendesk/unknown", data=b"{}"),
        stranger.post("/queue"),
    ]
    for answer in answers:
        headers = answer.headers
        assert headers["Content-Security-Policy"] == CSP, answer.url
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "camera=()" in headers["Permissions-Policy"]
        assert "Strict-Transport-Security" not in headers  # by http it would mean nothing
        kept = headers["Cache-Control"]
        assert kept == ("no-cache" if "/static/" in answer.url else "no-store")


def test_no_page_has_inline_script_or_style(bench: Bench, visit: Visit) -> None:
    """The policy would refuse them; this says so before a browser does."""
    draft_id = bench.draft(bench.opened("refund_under_limit")).id
    ana = visit(ANA)
    chloe = visit(CHLOE)
    policies = ("/policies", "/policies/text", "/policies/table", "/policies/versions/1")
    for answer in (
        *(ana.get(path) for path in ("/queue", f"/drafts/{draft_id}", "/nowhere")),
        *(chloe.get(path) for path in policies),
    ):
        html = answer.text.lower()
        assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", html)
        assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", html))


def test_an_address_with_nothing_behind_it_says_so(visit: Visit) -> None:
    ana = visit(ANA)
    gone = f"/drafts/{new_id()}"
    for path in ("/nowhere", "/queue/", "/drafts/%00", "/drafts/1", gone, f"{gone}/state"):
        page, machine = ana.get(path), ana.get(path, headers=JSON)
        assert page.status_code == machine.status_code == 404
        sentence = text_of(page, "main p:first-of-type")
        missing = "There is no such draft." if gone in path else "There is nothing at this address."
        assert sentence == missing
        assert machine.json() == {"error": {"code": "not_found", "message": sentence}}


@pytest.mark.usefixtures("without_tokens")
def test_a_wrong_method_is_told_the_right_ones(visit: Visit) -> None:
    answer = visit().post("/queue")
    assert answer.status_code == 405
    assert text_of(answer, "main p:first-of-type") == "This address is not used this way."
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}


def test_a_form_without_its_token_changes_nothing(bench: Bench, visit: Visit) -> None:
    ticket_id = bench.opened("refund_under_limit")
    draft = bench.draft(ticket_id)
    ana = visit(ANA)
    form = ana.seen(draft.id) | {"verdict": "approve", "done": "0"}
    for token in (None, "", "wrong", visit(ANA).seen(draft.id)["csrf_token"]):
        sent = {**form, "csrf_token": token} if token is not None else dict(form)
        if token is None:
            del sent["csrf_token"]
        answer = ana.post(f"/drafts/{draft.id}/verdict", data=sent)
        assert answer.status_code == 400
        assert "reload the page and try again" in text_of(answer, "main p:first-of-type")
    assert bench.draft(ticket_id).state == "awaiting_review"
    assert ana.post("/sign-out").status_code == 400
    assert ana.get("/queue").status_code == 200


def test_only_what_is_larger_than_a_mebibyte_is_too_large(bench: Bench, visit: Visit) -> None:
    """Asked without a network, where a refused body may break the connection."""
    draft = bench.draft(bench.opened("refund_under_limit"))
    ana = visit(ANA)
    seen, client = ana.seen(draft.id), bench.web.test_client()
    for name, value in ana.http.cookies.items():
        client.set_cookie(name, value or "")
    for size, status, sentence in (
        (600_000, 422, "A reply has at most 20000 characters."),
        (1_048_577, 413, "The request is larger than 1 MiB."),
    ):
        form = seen | {"verdict": "approve", "text": "x" * size}
        answer = client.post(f"/drafts/{draft.id}/verdict", data=form)
        assert answer.status_code == status
        assert sentence in answer.text


def test_a_fault_of_ours_says_so_and_shows_nothing(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("a customer's words")

    ana = visit(ANA)
    monkeypatch.setattr("plugin.web.queue_view.waiting.firsts", fail)
    answer = ana.get("/queue")
    assert answer.status_code == 500
    assert text_of(answer, "h1") == "Something went wrong"
    assert "customer" not in answer.text
