"""Filters: a line in, a line out, whatever the line is; fast, and without the service."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cli.support import BOOKBAG, POLICY, Ran, run

GOOD = {"draft": "Hello Ana.", "final": "Hi Ana!"}
DRAFTED = {
    "text": "Done.",
    "actions": [{"type": "refund", "amount": "60.00"}],
    "confidence": 0.9,
    "intent": "refund",
    "tags": [],
    "channel": "email",
    "language": "en",
}
SECONDS = 20


@pytest.fixture
def policy(tmp_path: Path) -> str:
    path = tmp_path / "policies.yaml"
    path.write_text(POLICY, encoding="utf-8")
    return str(path)


def lines(*records: object) -> bytes:
    return b"".join(
        record if isinstance(record, bytes) else json.dumps(record).encode() + b"\n"
        for record in records
    )


def refused(record: Any) -> str | None:
    """The field that is wrong; None where the line was answered."""
    assert set(record) == {"error"} or "error" not in record
    if "error" not in record:
        return None
    assert set(record["error"]) == {"field", "message"}
    assert record["error"]["message"]
    return str(record["error"]["field"])


def test_each_line_is_answered_in_its_place_and_bad_ones_say_why() -> None:
    given = lines(
        GOOD,
        b"{\n",
        {"draft": 1, "final": "x"},
        GOOD,
        {"draft": "x"},
        b"\n",
        [],
        "a draft",
        7,
        GOOD,
    )
    ran = run("diff", given=given)
    assert [refused(record) for record in ran.records] == [
        None,
        "",
        "draft",
        None,
        "final",
        *[""] * 4,
        None,
    ]
    assert (ran.code, ran.err) == (2, "")


def test_good_lines_alone_are_0() -> None:
    ran = run("diff", given=lines(GOOD, GOOD))
    assert ran.code == 0
    assert [record["outcome"] for record in ran.records] == ["cosmetic"] * 2


def test_an_answer_has_all_its_parts() -> None:
    (answer,) = run("diff", given=lines(GOOD)).records
    assert set(answer) == {
        "outcome",
        "material",
        "hter",
        "similarity",
        "tokens_draft",
        "tokens_final",
        "ops",
    }
    assert "".join(answer["tokens_draft"]) == GOOD["draft"]


def test_nothing_in_is_nothing_out(policy: str) -> None:
    assert run("diff") == Ran(0, "", "")
    assert run("policy", "decide", policy) == Ran(0, "", "")


def test_the_last_line_needs_no_end() -> None:
    assert len(run("diff", given=json.dumps(GOOD)).records) == 1


@pytest.mark.parametrize(
    "text", ["\x00", "\ud800", "\udfff\ud800", "\u2028\u2029\x85", "\r", "\ufeff", "📦\u200d"]
)
def test_every_character_comes_through_in_one_line(text: str) -> None:
    ran = run("diff", given=lines({"draft": f"a{text}b", "final": "ab"}))
    (answer,) = ran.records
    assert "".join(answer["tokens_draft"]) == f"a{text}b"
    assert ran.out.count("\n") == 1
    assert ran.out.isascii()


@pytest.mark.parametrize(
    "line",
    [
        b'{"draft": "a", "draft": "b", "final": "c"}\n',
        b'{"draft": {"a": 1, "a": 2}, "final": "c"}\n',
        b'{"draft": NaN, "final": "c"}\n',
        b'{"draft": "\xff", "final": "c"}\n',
        b"[" * 100_000 + b"\n",
        b'{"draft": ' + b"9" * 5000 + b', "final": "c"}\n',
        b"\x00\n",
        b"null\n",
        b'"\n',
    ],
)
def test_a_line_that_is_no_record_is_refused(line: bytes) -> None:
    ran = run("diff", given=line + lines(GOOD))
    assert [refused(record) is None for record in ran.records] == [False, True]
    assert ran.code == 2


def test_a_key_that_stands_twice_is_named() -> None:
    (record,) = run("diff", given=b'{"draft": "a", "draft": "b", "final": "c"}').records
    assert "'draft' stands twice" in record["error"]["message"]


def test_decisions_are_made_line_by_line(policy: str) -> None:
    small = {**DRAFTED, "actions": [{"type": "refund", "amount": "5.00"}]}
    wrong = {**DRAFTED, "actions": [{"type": "refund", "amount": 60.0}]}
    unknown = {**DRAFTED, "actions": [{"type": "gift", "amount": "1.00"}]}
    given = lines(DRAFTED, small, wrong, unknown, {**DRAFTED, "hint": 1}, DRAFTED)
    ran = run("policy", "decide", policy, given=given)
    oversight = [record.get("oversight") for record in ran.records]
    assert oversight == ["approval", "review", None, None, None, "approval"]
    assert [refused(record) for record in ran.records if refused(record)] == [
        "actions[0].amount",
        "actions[0].type",
        "hint",
    ]
    assert ran.code == 2


def test_a_decision_has_all_its_parts(policy: str) -> None:
    (answer,) = run("policy", "decide", policy, given=lines(DRAFTED)).records
    assert answer["policies"] == [{"id": "big-refund", "reason": answer["policies"][0]["reason"]}]
    assert (answer["approvals"], answer["approvers"], answer["tags"]) == (
        1,
        ["lead", "admin"],
        [],
    )


@pytest.mark.parametrize("source", ["policies: [", "version: 2\n", "\x00", "- a\n"])
def test_a_policy_file_that_is_refused_decides_nothing(tmp_path: Path, source: str) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(source, encoding="utf-8")
    ran = run("policy", "decide", str(path), given=lines(DRAFTED))
    assert (ran.code, ran.out) == (2, "")
    assert ran.line.startswith("bookbag: line ")


@given(st.lists(st.binary(max_size=40), max_size=5))
def test_whatever_comes_in_there_is_one_answer_a_line(raw: list[bytes]) -> None:
    given = b"".join(line.replace(b"\n", b"") + b"\n" for line in raw)
    ran = run("diff", given=given)
    assert len(ran.records) == len(raw)
    assert ran.code == (2 if raw else 0)


def test_answers_stream_one_line_at_a_time() -> None:
    with subprocess.Popen(
        [BOOKBAG, "diff"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for number in range(3):
            process.stdin.write(lines({"draft": str(number), "final": str(number)}))
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["tokens_draft"] == [str(number)]
        process.stdin.close()
        assert process.wait(timeout=SECONDS) == 0


def test_a_decision_explains_itself_where_it_is_asked_to(policy: str) -> None:
    given = lines(DRAFTED)
    (plain,) = run("policy", "decide", policy, given=given).records
    (explained,) = run("policy", "decide", policy, "--explain", given=given).records
    assert "would_pass" not in plain
    assert explained.pop("would_pass")
    assert explained == plain


@pytest.mark.parametrize(
    ("words", "line"), [(["diff"], GOOD), (["policy", "decide", "POLICY"], DRAFTED)]
)
def test_a_filter_loads_nothing_of_the_service(words: list[str], line: object, policy: str) -> None:
    words = [policy if word == "POLICY" else word for word in words]
    code = (
        "import sys\n"
        f"sys.argv = ['bookbag', *{words!r}]\n"
        "from plugin.cli import main\n"
        "try:\n    main()\n"
        "finally:\n    print(sorted(sys.modules), file=sys.stderr)\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code],
        input=lines(line),
        capture_output=True,
        timeout=SECONDS,
        check=False,
    )
    assert ran.returncode == 0
    assert "error" not in json.loads(ran.stdout)
    loaded = {name.partition(".")[0] for name in eval_list(ran.stderr.decode())}
    assert "plugin" in loaded
    heavy = "sqlalchemy flask sklearn numpy scipy dbos requests zenpy alembic structlog psycopg"
    assert loaded & set(heavy.split()) == set()


def eval_list(text: str) -> list[str]:
    found: list[str] = json.loads(text.splitlines()[-1].replace("'", '"'))
    return found
