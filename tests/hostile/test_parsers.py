"""Whatever a parser is given, it answers or says what is wrong: nothing else gets out of it."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from connectors import strict_json
from connectors.errors import UnreadablePayloadError
from connectors.orders import OrderFormatError, parse_order
from connectors.reading import WrongShapeError
from connectors.strict_json import NotJsonError
from connectors.types import HelpdeskEvent, Money, Order
from connectors.zendesk import mapping
from connectors.zendesk.reading import Fields
from connectors.zendesk.webhooks import ZendeskWebhooks
from plugin import documents
from plugin.cli.jsonl import parse_json
from plugin.drafting.macros import load_macros
from plugin.errors import InvalidInputError, PolicyFileError
from plugin.policy.load import load as load_policy
from plugin.text.commands import parse_command
from plugin.text.diff import diff_line
from plugin.text.reply import reply_line
from tests.bench.databases import Databases, settings_for
from tests.bench.world import ANA, Bench
from tests.connectors.shop_api.order_sample import ORDER
from tests.connectors.zendesk.answers import CUSTOMER, audit, comment, ticket, wrote
from tests.hostile.reading import tried
from tests.hostile.texts import TEXTS, mutants
from tests.intake.payloads import event
from tests.web.visitor import Visitor

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=30)
    | st.sampled_from(sorted(TEXTS.values()))
)
trees = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)
encoded_trees = trees.map(lambda tree: json.dumps(tree).encode())
raw = st.binary(max_size=200) | st.text(max_size=100).map(lambda t: t.encode("utf-8", "replace"))
LONGEST_COMPLAINT = 200
PRINTABLE = {"\t", "\n", "\r", "\x85"}


def test_every_scrap_in_a_webhook_is_read_or_named() -> None:
    for where, body in mutants(event()):
        found, said = tried(ZendeskWebhooks().parse, body, refusal=UnreadablePayloadError)
        assert len(said) < LONGEST_COMPLAINT
        if found is None:
            assert ": expected" in said or said.startswith("body: "), where
        else:
            assert isinstance(found, HelpdeskEvent), where
            assert found.id.isascii()
            assert found.ticket_id.isascii()


@given(body=raw | encoded_trees)
@example(body=b'{"a":' * 990 + b"1" + b"}" * 990)
def test_any_webhook_is_read_or_named(body: bytes) -> None:
    tried(ZendeskWebhooks().parse, body, refusal=UnreadablePayloadError)


@pytest.mark.parametrize("limit", range(900, 1100, 7))
def test_at_no_depth_is_nesting_a_fault(limit: int) -> None:
    """The reader's own limit depends on how deep the caller is already."""
    for text in (b"[" * limit + b"]" * limit, b'{"a":' * limit + b"1" + b"}" * limit):
        for read, refusal in ((strict_json.load, NotJsonError), (parse_json, InvalidInputError)):
            _, said = tried(read, text, refusal=refusal)
            assert said in {"", "nested too deeply"}


def test_every_scrap_in_a_ticket_a_comment_or_an_update_is_read_or_named() -> None:
    for good, read in (
        ({"ticket": ticket("a"), "users": [CUSTOMER]}, _ticket),
        ({"comments": [comment(1)], "users": [CUSTOMER]}, _messages),
        ({"audits": [audit(1, wrote(1), effect="e")]}, _updates),
    ):
        for where, body in mutants(good):
            page, said = tried(strict_json.load, body, refusal=NotJsonError)
            if not said:
                _, said = tried(read, page, refusal=WrongShapeError)
                assert not said or ": expected" in said, where
            assert len(said) < LONGEST_COMPLAINT


def _ticket(answer: object) -> None:
    page = Fields(answer)
    people = mapping.people(page)
    requester_id = mapping.requester_id(page)
    mapping.ticket(page, people.get(requester_id) or mapping.stranger(requester_id))


def _messages(answer: object) -> None:
    page = Fields(answer)
    people = mapping.people(page)
    for one in page.children("comments"):
        int(mapping.message(one, people).id)


def _updates(answer: object) -> None:
    page = Fields(answer)
    audits = page.children("audits")
    mapping.origin(audits, "1")
    mapping.effect_receipt(audits, "e")


def test_every_scrap_in_an_order_is_read_or_named() -> None:
    for where, body in mutants(ORDER):
        order, said = tried(strict_json.load, body, refusal=NotJsonError)
        found, said = (None, said) if said else tried(parse_order, order, refusal=OrderFormatError)
        assert said or isinstance(found, Order), where
        assert found is None or found.total.minor() < 2**63


@given(order=trees)
def test_any_order_is_read_or_named(order: Any) -> None:
    with pytest.raises(OrderFormatError):
        parse_order(order)


@given(amount=st.text(max_size=25) | st.from_regex(r"[0-9.]{1,25}"), currency=st.text(max_size=4))
def test_any_amount_is_money_or_refused(amount: str, currency: str) -> None:
    for code in (currency, "USD", "JPY", "KWD"):
        money, _ = tried(Money.parse, amount, code, refusal=ValueError)
        assert money is None or money.minor() >= 0


@given(
    text=st.text(max_size=80)
    | st.sampled_from(sorted(TEXTS.values()))
    | st.from_regex(r"/(approve|edit|reject|respond|status)[\s\S]{0,30}"),
    html=st.none() | st.text(alphabet="<>/!-abdivp&;\"'= \n\x00\ud800", max_size=80),
)
def test_any_note_is_a_command_or_none(text: str, html: str | None) -> None:
    found = parse_command(text, html, open_ids={"K7Q2M"})
    assert found is None or found.verb in {"approve", "edit", "reject", "respond", "status"}


@given(
    source=st.text(max_size=80)
    | st.text(alphabet="{}[]:,-&*!|>'\"#%@`? \n\tab01\\ux\x00\x1b", max_size=60)
    | trees.map(json.dumps)
)
@example(source='a: "\\0"')
@example(source='"\\e[31m": 1')
@example(source='{"\\0\\u00AD"')
@example(source="- " * 500 + "a")
@example(source="&a [*a]")
def test_any_file_is_read_or_its_problems_are_told(source: str) -> None:
    document = documents.read(source)
    assert document.tree is not None or document.problems
    for problem in document.problems:
        assert problem.line >= 1
        assert all(one.isprintable() for one in problem.field)
    for text in _texts(document.tree):
        assert all(one >= " " or one in PRINTABLE for one in text)
    for load, refusal in ((load_policy, PolicyFileError), (load_macros, InvalidInputError)):
        tried(load, source, refusal=refusal)


def _texts(tree: documents.Tree | None) -> Iterator[str]:
    if isinstance(tree, str):
        yield tree
    elif isinstance(tree, dict):
        for key, value in tree.items():
            yield key
            yield from _texts(value)
    elif tree is not None:
        for value in tree:
            yield from _texts(value)


@pytest.mark.parametrize("escape", [r"\0", r"\x07", r"\e[31m", r"\x7f", r"\x9b", r"\uFFFE"])
def test_a_control_character_is_refused_though_it_is_escaped(escape: str) -> None:
    for source in (f'a: "{escape}"', f'"{escape}": a', f'- ["{escape}"]'):
        document = documents.read(source)
        assert document.tree is None
        assert "control character" in document.problems[0].message


@given(line=raw | encoded_trees)
def test_any_line_is_a_record_or_refused(line: bytes) -> None:
    record, _ = tried(parse_json, line, refusal=InvalidInputError)
    if isinstance(record, dict):
        for answer in (diff_line, reply_line):
            found, _ = tried(answer, record, refusal=InvalidInputError)
            assert json.dumps(found)


@pytest.fixture(scope="module")
def site(all_databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    folder = tmp_path_factory.mktemp("tokens")
    with Bench(settings_for(all_databases.fresh("sqlite"), folder)) as running:
        yield running


@pytest.fixture(scope="module")
def signed_in(site: Bench) -> Iterator[dict[str, str]]:
    """The cookies of somebody who is signed in."""
    ana = Visitor(site)
    ana.sign_in(ANA)
    yield {name: value or "" for name, value in ana.http.cookies.items()}
    ana.http.close()


modest = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
header_text = st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=120)


def client(site: Bench) -> FlaskClient:
    return site.web.test_client(use_cookies=False)


@given(token=st.text(max_size=60) | st.binary(max_size=60))
@modest
def test_any_sign_in_token_lets_nobody_in(site: Bench, token: str | bytes) -> None:
    raw_token = token.encode("utf-8", "surrogatepass") if isinstance(token, str) else token
    quoted = "".join(f"%{one:02x}" for one in raw_token)
    for method in ("GET", "POST"):
        answer = client(site).open(f"/sign-in/{quoted}", method=method)
        assert answer.status_code in {400, 404, 405}


@given(cookie=header_text, name=st.sampled_from(["bookbag_session", "bookbag_session_form"]))
@modest
def test_any_cookie_lets_nobody_in(site: Bench, cookie: str, name: str) -> None:
    for header in (cookie, f"{name}={cookie}", f'{name}="{cookie}"; {name}={cookie}'):
        answer = client(site).get("/queue", headers={"Cookie": header})
        assert answer.status_code == 401


@given(at=st.integers(0, 200), mark=st.sampled_from("aA0.-_=%\x00é"))
@modest
def test_a_cookie_that_was_touched_lets_nobody_in(
    site: Bench, signed_in: dict[str, str], at: int, mark: str
) -> None:
    token = signed_in["bookbag_session"]
    touched = token[: at % len(token)] + mark + token[at % len(token) + 1 :]
    answer = client(site).get("/queue", headers={"Cookie": f"bookbag_session={touched}"})
    assert answer.status_code == (200 if touched == token else 401)


@given(
    fields=st.dictionaries(
        st.sampled_from(["verdict", "rev", "state", "text", "reason", "done", "csrf_token"]),
        st.text(max_size=50) | st.sampled_from(["approve", "1", "awaiting_review"]),
    )
)
@modest
def test_any_form_is_refused_or_understood(
    site: Bench, signed_in: dict[str, str], fields: dict[str, str]
) -> None:
    cookies = "; ".join(f"{name}={value}" for name, value in signed_in.items())
    data = {name: value.encode("utf-8", "replace").decode() for name, value in fields.items()}
    answer = client(site).post(
        "/drafts/00000000-0000-7000-8000-000000000000/verdict",
        data=data,
        headers={"Cookie": cookies},
    )
    assert answer.status_code in {400, 404}
