"""Hostile words go the whole way: kept as they are, shown as text, obeyed nowhere."""

import io
import json
import sys
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import requests
import structlog
from selectolax.lexbor import LexborHTMLParser, LexborNode

from plugin import onboarding
from plugin.logs import log_to_stderr
from plugin.models import DraftState
from plugin.store.schema import DraftRow
from plugin.text.markup import html_to_text
from tests.bench.databases import KINDS, Databases, settings_for
from tests.bench.world import BEN
from tests.hostile.merchant import EVE, QUESTION, Hostile, as_kept, hostile_merchant
from tests.hostile.texts import TAGS, TEXTS
from tests.web.visitor import JSON, Visitor

# Characters that change the order of what stands after them, and those that only claim a side.
OVERRIDES = frozenset("\u202a\u202b\u202d\u202e\u2066\u2067\u2068")
IN_NOTES = {"html", "head", "body", "-text", "div", "p", "ul", "li", "strong", "em", "br", "a"} | {
    *("blockquote", "code", "bdi", "span")
}
ACTIVE = "img, svg, iframe, object, embed, video, audio, math, base, meta[http-equiv], style"
LINKED = ("http://", "https://", "/", "#")


@pytest.fixture(scope="module", params=KINDS)
def hostile(
    request: pytest.FixtureRequest,
    all_databases: Databases,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Hostile]:
    url = all_databases.fresh(request.param)
    with hostile_merchant(settings_for(url, tmp_path_factory.mktemp("words"))) as merchant:
        yield merchant


@pytest.fixture(scope="module")
def eve(hostile: Hostile) -> Iterator[Visitor]:
    visitor = Visitor(hostile.bench)
    visitor.sign_in(EVE)
    yield visitor
    visitor.http.close()


def draft_of(hostile: Hostile, name: str) -> DraftRow:
    return hostile.bench.draft(hostile.tickets[name])


def ours(hostile: Hostile, name: str) -> list[Mapping[str, Any]]:
    """What we wrote on a ticket."""
    comments = hostile.bench.hands.comments(hostile.tickets[name])
    return [comment for comment in comments if str(comment["author_id"]) == hostile.bot]


def everything(html: str) -> list[LexborNode]:
    """Every element and text of a page."""
    root = LexborHTMLParser(html).root
    assert root is not None
    return list(root.traverse(include_text=True))


def around(node: LexborNode) -> Iterator[LexborNode]:
    """What a text stands in, from the inside out."""
    parent = node.parent
    while parent is not None:
        yield parent
        parent = parent.parent


def is_isolated(text: LexborNode) -> bool:
    """Whether what stands around a text keeps its order, whatever characters are in the text."""
    inner = next(around(text))
    # The first three cannot hold an element; they are shown on their own.
    return inner.tag in {"title", "option", "textarea", "bdi"} or "dir" in inner.attributes


def check_page(answer: requests.Response) -> None:
    """A page in which nothing is active that we did not put there."""
    tree = LexborHTMLParser(answer.text)
    assert tree.css(ACTIVE) == [], answer.url
    for script in tree.css("script"):
        if script.attributes.get("type") == "application/json":
            json.loads(script.text())
        else:
            assert (script.attributes.get("src") or "").startswith("/static/"), answer.url
            assert script.text() == ""
    for node in everything(answer.text):
        for name, value in (node.attributes if node.tag != "-text" else {}).items():
            assert not name.startswith("on"), (answer.url, name)
            if name in {"href", "src", "action", "formaction"}:
                assert (value or "").startswith(LINKED), (answer.url, value)
        if node.tag == "-text" and OVERRIDES & set(node.text_content or ""):
            assert is_isolated(node), (answer.url, node.text_content)


@pytest.mark.parametrize("name", TEXTS)
def test_words_are_kept_as_they_came(hostile: Hostile, name: str) -> None:
    draft, words = draft_of(hostile, name), as_kept(TEXTS[name])
    assert (draft.subject, draft.customer_name) == (words, words)
    assert draft.facts["tags"] == sorted(TAGS)
    if name == "control":  # escape, bell and the like are no part of what HTML shows
        words = "bell"
    assert words.strip() in draft.message_text
    assert draft.message_text.startswith(QUESTION)


@pytest.mark.parametrize("name", TEXTS)
def test_nothing_is_filled_in_but_what_the_macro_says(hostile: Hostile, name: str) -> None:
    """The order's title and state are the text; so is the customer's name, where it is a name."""
    draft, words = draft_of(hostile, name), as_kept(TEXTS[name])
    if name == "nul":
        assert draft.state is DraftState.NO_DRAFT
        assert "The shop could not be read" in (draft.note or "")
        return
    assert draft.text is not None
    greeting, said, end = draft.text.split("\n\n", 2)
    assert f"you get 12.00 USD for {words}, which is {words}: " in f"{said}\n\n{end}"
    assert greeting == "Hi," or all(
        unicodedata.category(one)[0] in "LM" or one in " .'\u2019-,"
        for one in greeting.removeprefix("Hi ")
    )


@pytest.mark.parametrize("name", TEXTS)
def test_a_note_shows_the_words_and_nothing_of_them_is_active(hostile: Hostile, name: str) -> None:
    (note,) = ours(hostile, name)
    assert note["public"] is False
    html = str(note["html_body"])
    for node in everything(html):
        assert node.tag in IN_NOTES, node.tag
        for attribute, value in (node.attributes if node.tag != "-text" else {}).items():
            assert attribute in {"dir", "class", "href"}, attribute
            if attribute == "href":
                assert (value or "").startswith(f"{hostile.bench.url}/drafts/")
    if name not in {"nul", "control", "separators"}:
        assert " ".join(as_kept(TEXTS[name]).split()) in " ".join(html_to_text(html).split())


@pytest.mark.parametrize("name", ["script", "markdown", "mention", "placeholder", "override"])
def test_a_reply_that_goes_out_holds_the_words_as_text(hostile: Hostile, name: str) -> None:
    bench, ticket_id = hostile.bench, hostile.tickets[name]
    bench.note(ticket_id, BEN, "/approve done")
    bench.pass_time(10)
    reply = [one for one in bench.hands.comments(ticket_id) if one["public"]][-1]
    assert {node.tag for node in everything(str(reply["html_body"]))} <= {
        *("html", "head", "body", "-text", "div", "p", "br"),
    }
    assert TEXTS[name].split("\n")[0] in html_to_text(str(reply["html_body"]))
    assert {"bookbag_sent"} | set(TAGS) <= bench.hands.tags(ticket_id)


def addresses(hostile: Hostile, eve_can: Visitor) -> Iterator[str]:
    """Every route that can be opened, for each of the drafts where it is about one."""
    bench = hostile.bench
    link = onboarding.invite(bench.runtime, bench.scope.merchant_id, EVE)
    drafts = [draft_of(hostile, name) for name in TEXTS]
    assert eve_can
    for rule in bench.web.url_map.iter_rules():
        if "GET" not in (rule.methods or ()):
            continue
        for draft in drafts if "draft_id" in rule.arguments else drafts[:1]:
            known = {
                "draft_id": draft.id,
                "token": link.rpartition("/")[2],
                "filename": "style.css",
                "helpdesk": "zendesk",
                "account_id": bench.account_id,
                "ticket_id": draft.ticket_id,
            }
            path = rule.rule
            for argument in rule.arguments:
                converter = next(part for part in path.split("<") if f"{argument}>" in part)
                hole = f"<{converter.partition('>')[0]}>"
                path = path.replace(hole, known.get(argument, "x"))
            yield path


def test_every_page_shows_words_as_text(hostile: Hostile, eve: Visitor) -> None:
    seen = 0
    for path in addresses(hostile, eve):
        for headers in ({}, JSON):
            answer = eve.get(path, headers=headers)
            assert answer.status_code < 500, path
            kind = answer.headers["Content-Type"].partition(";")[0]
            if kind == "application/json":
                answer.json()
            elif kind == "text/html":
                check_page(answer)
                seen += 1
    assert seen > len(TEXTS)


@pytest.mark.parametrize("name", TEXTS)
def test_the_review_page_shows_subject_name_and_message(
    hostile: Hostile, eve: Visitor, name: str
) -> None:
    draft = draft_of(hostile, name)
    tree = LexborHTMLParser(eve.get(f"/drafts/{draft.id}").text)
    shown = [tree.css_first(selector) for selector in ("h1", "#message bdi", ".untrusted")]
    for node, words in zip(
        shown, (draft.subject, draft.customer_name, draft.message_text), strict=True
    ):
        assert node is not None
        assert " ".join(node.text().split()) == " ".join(words.split())


@pytest.mark.parametrize("name", TEXTS)
def test_a_refused_verdict_gives_the_words_back_as_text(
    hostile: Hostile, eve: Visitor, name: str
) -> None:
    draft = draft_of(hostile, "emoji")
    text = TEXTS[name].encode("utf-8", "replace").decode()
    answer = eve.verdict(draft.id, "reject", text=text, reason=text + "x" * 500)
    assert answer.status_code in {409, 422}
    check_page(answer)


@pytest.mark.parametrize("rev", ["9" * 30, "-1", "9" * 5000, "1e9", "NaN", "\x00", "true", ""])
def test_a_strange_number_in_a_form_is_refused(hostile: Hostile, eve: Visitor, rev: str) -> None:
    draft = draft_of(hostile, "emoji")
    answer = eve.verdict(draft.id, "approve", rev=rev, done=["0", rev])
    assert answer.status_code in {409, 422}
    check_page(answer)


def test_logs_hold_one_object_a_line_and_no_customers_words(
    hostile: Hostile, eve: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError(f"customer's words {TEXTS['control']}\nand more")

    bench = hostile.bench
    written = io.StringIO()
    monkeypatch.setattr(sys, "stderr", written)
    try:
        log_to_stderr()
        strange = "%0A%1B[31m%E2%80%AE{evil}<script>"
        requests.post(f"{bench.url}/webhooks/zendesk/{bench.account_id}", data=b"{}", timeout=10)
        requests.post(f"{bench.url}/webhooks/zendesk/{strange}", data=b"{}", timeout=10)
        ticket_id = bench.opened("refund_under_limit", subject=TEXTS["control"])
        bench.note(ticket_id, BEN, f"/reject {TEXTS['control']}")
        with monkeypatch.context() as broken:
            broken.setattr("plugin.web.drafts.view_of", fail)
            assert eve.get(f"/drafts/{bench.draft(ticket_id).id}").status_code == 500
    finally:
        structlog.reset_defaults()
    said = written.getvalue()
    events = [json.loads(line) for line in said.splitlines()]
    assert {"webhook_refused", "request_fault", "event_handled"} <= {e["event"] for e in events}
    assert said.isascii()
    assert not {one for one in said if one < " "} - {"\n"}
    for words in ("evil", "bell", "[31m", "customer's words", bench.secret, "client-secret"):
        assert words not in said
