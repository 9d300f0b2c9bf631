from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.drafting.template import (
    fill,
    missing_facts,
    name_facts,
    order_facts,
    placeholders_in,
)

from .support import ORDER


def test_placeholders_are_filled() -> None:
    assert fill("#{order_id} at {order_total}", order_facts(ORDER)) == "#1002 at 54.20 USD"


def test_an_order_gives_its_facts() -> None:
    assert order_facts(ORDER) == {
        "order_id": "1002",
        "order_total": "54.20 USD",
        "order_date": "2026-11-13",
        "order_status": "in_transit",
        "shipping": "4.20 USD",
        "items": "Enamel Mug, Camp Tent",
        "tracking_url": "https://track.example.com/1002",
    }


def test_the_hash_of_an_id_is_the_macros_business() -> None:
    assert order_facts(replace(ORDER, id="#1002"))["order_id"] == "1002"


@pytest.mark.parametrize("url", [None, "", "javascript:alert(1)", "https://a.example/ b"])
def test_only_a_web_address_is_a_tracking_url(url: str | None) -> None:
    assert "tracking_url" not in order_facts(replace(ORDER, tracking_url=url))


def test_a_fact_is_never_a_template() -> None:
    facts = {"customer_name": "{order_total}", "customer_first_name": "x", "order_total": "54.20"}

    assert fill("Hi {customer_name}", facts) == "Hi {order_total}"


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("Hi {customer_name},\nyes.", "Hi,\nyes."),
        ("Hallo {customer_first_name}!", "Hallo!"),
        ("Good news\n{customer_name}, yes.", "Good news\nyes."),
    ],
)
def test_a_greeting_can_do_without_a_name(text: str, filled: str) -> None:
    assert fill(text, {}) == filled


@pytest.mark.parametrize("name", ["Ada", "Ada  Byron", "Zoë O\u2019Neill-Müller", "李 小龙", "अनु"])
def test_a_name_is_a_name(name: str) -> None:
    assert name_facts(name) == {
        "customer_name": " ".join(name.split()),
        "customer_first_name": name.split(maxsplit=1)[0],
    }


@pytest.mark.parametrize(
    "name",
    [
        None,
        " ",
        "ada@example.com",
        "Visit https://evil.example",
        "Refund $5000",
        "{order_total}",
        "<b>Ada</b>",
        "you have been granted a full refund",
        "A" * 61,
        "Ada\u202eByron",
    ],
)
def test_anything_else_is_not_repeated(name: str | None) -> None:
    assert name_facts(name) == {}


def test_missing_facts_are_named_once_and_names_are_not() -> None:
    text = "{customer_name} {order_id} {order_id} {tracking_url}"

    assert missing_facts(text, {"order_id": "1"}) == ("tracking_url",)


@pytest.mark.parametrize("text", ["{", "}", "{a}}", "{{a}}", "{a\n}"])
def test_a_stray_brace_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="a brace stands alone"):
        placeholders_in(text)


@given(st.text(max_size=200))
def test_no_name_can_bring_in_a_placeholder_or_a_digit(name: str) -> None:
    filled = fill("Hi {customer_name},", name_facts(name))

    assert not set("{}<>$0123456789@/\n") & set(filled)
