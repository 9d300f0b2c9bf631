"""A policy file is checked against what the merchant's tickets have shown."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.errors import UnavailableError
from plugin.sightings import check_for
from tests.bench.databases import settings_for
from tests.bench.faults import fail_with, with_faults
from tests.bench.world import Bench

POLICY = """version: 1
policies:
  - {id: a, tags: [complaint, vip], require: approval}
  - {id: b, when: {intent: [refund_request, refund_requests]}, require: approval}
"""
DAY = 86400


@pytest.fixture
def bench(database_url: str, tmp_path: Path) -> Iterator[Bench]:
    with Bench(settings_for(database_url, tmp_path)) as running:
        yield running


def doubts(bench: Bench) -> list[str]:
    problems = check_for(bench.runtime, bench.scope.merchant_id, POLICY)
    assert all(problem.level == "warning" for problem in problems)
    return [problem.message for problem in problems]


def test_tags_and_intents_of_the_last_two_weeks_are_known(bench: Bench) -> None:
    bench.opened("refund_under_limit", tags=["complaint"])
    lately = "in the last 14 days"
    assert doubts(bench) == [
        'the helpdesk has no tag "vip"',
        f'no draft had the intent "refund_requests" {lately}; did you mean refund_request?',
    ]
    bench.pass_time(15 * DAY)
    bench.opened("refund_under_limit", tags=["complaints"])
    assert f'no ticket had the tag "complaint" {lately}; did you mean complaints?' in doubts(bench)


def test_where_the_helpdesk_does_not_answer_the_tickets_speak(bench: Bench) -> None:
    bench.opened("refund_under_limit", tags=["complaint"])
    with_faults(bench, "tags", fail_with(UnavailableError("no answer")))
    assert 'no ticket had the tag "vip" in the last 14 days' in doubts(bench)
