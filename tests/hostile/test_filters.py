"""Filters given nonsense: each line has its answer in its place, whatever stands around it."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from plugin.demo.world import data
from tests.cli.support import run
from tests.hostile.texts import TEXTS, mutants

LONGEST_COMPLAINT = 1200
MESSAGE = {
    "subject": "Order",
    "text": "Where is my order?",
    "tags": ["vip"],
    "language": "en",
    "customer": {"name": "Ann", "email": "priya.nair@example.com"},
    "order": "1002",
}
DRAFTED = {
    "text": "Done.",
    "actions": [
        {
            "type": "refund",
            "amount": "60.00",
            "currency": "USD",
            "order": "1",
            "items": ["a"],
        }
    ],
    "confidence": 0.9,
    "intent": "refund",
    "tags": ["vip"],
    "channel": "email",
    "language": "en",
    "facts": {"order": {"total": "5.00", "currency": "USD", "placed_at": "2026-01-01T00:00:00Z"}},
    "at": "2026-11-22T09:00:00Z",
}
FILTERS: Mapping[str, tuple[str, Any]] = {
    "diff": ("diff", {"draft": "Hello Ana.", "final": "Hi"}),
    "reply-text": ("reply-text", {"text": "Thanks"}),
    "reply-text of HTML": ("reply-text", {"html": "<p>Thanks</p>"}),
    "draft": ("draft --macros MACROS --orders ORDERS", MESSAGE),
    "policy decide": ("policy decide POLICIES", DRAFTED),
    "policy decide --stateful": ("policy decide POLICIES --stateful", DRAFTED),
}


@pytest.fixture
def files(tmp_path: Path) -> Mapping[str, str]:
    found = {}
    for name in ("macros.yaml", "policies.yaml", "orders.jsonl"):
        path = tmp_path / name
        path.write_text(data(name), encoding="utf-8")
        found[name.partition(".")[0].upper()] = str(path)
    return found


def answers(files: Mapping[str, str], words: str, lines: list[bytes]) -> tuple[int, list[Any]]:
    """The exit code and one record a line, each in plain ASCII and without NaN."""
    ran = run(*(files.get(word, word) for word in words.split()), given=b"\n".join(lines))
    assert ran.err == ""
    assert ran.out.isascii()
    return ran.code, [json.loads(line, parse_constant=pytest.fail) for line in ran.out.splitlines()]


@pytest.mark.parametrize("name", FILTERS)
def test_a_scrap_anywhere_harms_no_other_line(files: Mapping[str, str], name: str) -> None:
    words, good = FILTERS[name]
    around = json.dumps(good).encode()
    spoilt = [line for _, line in mutants(good)]
    lines = [part for line in spoilt for part in (line, around)] + [around]
    _, (right,) = answers(files, words, [around])
    code, records = answers(files, words, lines)
    assert code == 2
    assert len(records) == len(lines)
    if "stateful" not in name:
        assert all(record == right for record in records[1::2])
    for record in records[::2]:
        if "error" in record:
            assert set(record) == {"error"}
            assert set(record["error"]) == {"field", "message"}
            assert record["error"]["message"]
            assert len(json.dumps(record)) < LONGEST_COMPLAINT * 6


NOT_RECORDS = [
    *(b"", b" ", b"\x00", b"\xff\xfe", b"null", b"[]", b'"x"', b"1", b"{", b"}", b"{}}", b"nan"),
    *(b"[" * 100_000, b'{"a":' * 50_000, b'{"a": NaN}', b'{"a": 1, "a": 2}', b"{'a': 1}"),
    *(b'{"a": 1e99999999999999999999}', b'{"a": -1E-99999999999999999999}', b'{"a": 1e999999}'),
    *(b'{"a": ' + b"9" * 5000 + b"}", b"\xef\xbb\xbf{}", b'{"a": "\x01"}', b"// {}", b"\x1b[31m"),
]


@pytest.mark.parametrize("name", FILTERS)
def test_what_is_no_record_is_refused_in_its_place(files: Mapping[str, str], name: str) -> None:
    words, good = FILTERS[name]
    around = json.dumps(good).encode()
    lines = [part for line in NOT_RECORDS for part in (line, around)]
    code, records = answers(files, words, lines)
    assert code == 2
    assert ["error" in record for record in records] == [True, False] * len(NOT_RECORDS)


def test_a_line_of_ten_megabytes_is_answered(files: Mapping[str, str]) -> None:
    text = "x" * 10_000_000
    code, (record,) = answers(files, "reply-text", [json.dumps({"text": text}).encode()])
    assert code == 0
    assert record["reply"] == text


@pytest.mark.parametrize("name", TEXTS)
def test_words_come_through_as_they_are(files: Mapping[str, str], name: str) -> None:
    words = TEXTS[name]
    line = json.dumps({"draft": f"a {words}", "final": words}).encode()
    code, (record,) = answers(files, "diff", [line])
    assert code == 0
    assert "".join(record["tokens_draft"]) == f"a {words}"
    assert "".join(record["tokens_final"]) == words


@pytest.mark.parametrize("name", TEXTS)
def test_words_of_a_customer_are_never_filled_in(files: Mapping[str, str], name: str) -> None:
    words = TEXTS[name]
    hostile = {**MESSAGE, "customer": {"name": words, "email": "a@b.example"}, "subject": words}
    line = json.dumps(hostile | {"text": f"Where is my order?\n{words}"}).encode()
    _, (record,) = answers(files, "draft --macros MACROS", [line])
    assert "error" not in record
    text = record["text"] or ""
    assert "49" not in text
    assert "{" not in text
    assert "<" not in text
