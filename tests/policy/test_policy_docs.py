"""docs/policies.md says what is true."""

import re
from dataclasses import replace
from pathlib import Path

from plugin.models import Facts
from plugin.policy.conditions import CONDITIONS
from plugin.policy.load import check, load
from plugin.policy.schema import LimitSchema
from plugin.policy.situation import Situation
from plugin.policy.would_pass import would_pass
from plugin.text.sensitive import TOPICS

from .policy_samples import EXAMPLE, action, decided, draft

PAGE = (Path(__file__).parents[2] / "docs" / "policies.md").read_text(encoding="utf-8")
TABLE = PAGE.split("## Conditions")[1].split("\n## ")[0]


def test_its_example_is_in_order_and_the_promised_one() -> None:
    example = PAGE.split("```yaml")[1].split("```")[0]
    assert check(example) == []
    assert replace(load(example), limits=()) == load(EXAMPLE)


def test_it_tells_every_condition_with_an_example_that_loads() -> None:
    rows = {row.split("`")[1]: row for row in TABLE.splitlines() if row.startswith("| `")}
    assert rows.keys() == CONDITIONS.keys()
    for key, row in rows.items():
        example = re.findall(r"`([^`]+)`", row)[-1]
        assert example.startswith(f"{key}: ")
        source = (
            'version: 1\ncurrency: USD\nbusiness_hours: {timezone: UTC, mon: "09:00-18:00"}\n'
            f"policies: [{{id: p, require: block, when: {{{example}}}}}]"
        )
        assert check(source) == [], key


def test_its_example_of_sensitive_words_is_in_order() -> None:
    example = PAGE.split("## Sensitive topics")[1].split("```yaml")[1].split("```")[0]
    assert check(example) == []
    assert decided(example, draft(), Facts(message="Bis bald, Ihre Verbraucherzentrale")).policies


def test_it_explains_every_topic() -> None:
    table = PAGE.split("## Sensitive topics")[1].split("\n\n")[1]
    assert re.findall(r"^\| `([a-z_]+)` \|", table, flags=re.MULTILINE) == list(TOPICS)


def test_it_tells_every_key_of_a_limit_with_an_example_that_loads() -> None:
    table = PAGE.split("## Limits")[1].split("\n## ")[0]
    rows = {row.split("`")[1] for row in table.splitlines() if row.startswith("| `")}
    assert (
        rows | {"approvers", "approvals", "deadline", "escalate_to"} == LimitSchema().fields.keys()
    )
    assert check(f"version: 1\ncurrency: USD\n{table.split('```yaml')[1].split('```')[0]}") == []


def test_its_table_of_decisions_is_true() -> None:
    status, other = draft(), {"intent": "return"}
    complaint = Facts(tags=frozenset({"complaint"}))
    told = re.findall(r"^\| [^|]+ \| (auto|review|approval) \| ", PAGE, flags=re.MULTILINE)
    assert told == [
        decided(EXAMPLE, asked, facts).oversight.value
        for asked, facts in (
            (status, Facts()),
            (status, complaint),
            (draft(confidence=None), Facts()),
            (draft(action("refund", "50.00"), **other), Facts()),
            (draft(action("refund", "54.20"), **other), Facts()),
            (draft(*[action("refund", "25.10", "EUR")] * 2, **other), Facts()),
            (draft(action("refund"), **other), Facts()),
        )
    ]


def test_its_table_of_what_would_pass_is_true() -> None:
    table = PAGE.split("## What would have let it pass")[1].split("\n## ")[0]
    told = re.findall(r"^\| [^|]+ \| ([A-Z][^|]+\.) \|$", table, flags=re.MULTILINE)
    refund, other = action("refund", "54.20"), {"intent": "return"}
    assert told == [
        would_pass(Situation(load(EXAMPLE), asked, known))[0].words
        for asked, known in (
            (draft(refund, **other), Facts()),
            (draft(refund, **other), Facts(tags=frozenset({"complaint"}))),
            (draft(confidence="0.80"), Facts()),
            (draft(action("refund"), **other), Facts()),
        )
    ]
