"""What stands beside a ticket costs as many queries after a long quarrel as at its beginning."""

import re
from collections import Counter
from collections.abc import Callable
from functools import reduce
from operator import and_

import pytest

from plugin.models import DraftState
from tests.bench.queries import counted
from tests.bench.world import BEN, Bench
from tests.web.conftest import Visit
from tests.web.sidebar_app import Sidebar, install

MORE, TIMES = 5, 4
VERDICTS = (("approve", DraftState.APPROVED), ("undo", DraftState.AWAITING_REVIEW))
# As long as what is looked for: a statement with another number of values is the same.
_LIST = re.compile(r"IN \((?!SELECT).*?\)(?!s)")
ANGRY = "I still want my refund of 12 dollars!"


@pytest.fixture
def ticket_id(bench: Bench) -> str:
    install(bench)
    return bench.opened("refund_under_limit")


def grown(
    bench: Bench, ticket_id: str, work: Callable[[], object]
) -> tuple[Counter[str], Counter[str]]:
    """The queries that some work takes, before and after the customer has written again and again.

    Each message makes a draft, and sets the one before aside.
    """
    few = _queries(bench, work)
    for number in range(MORE):
        bench.hands.customer_writes(ticket_id, f"{ANGRY} ({number})")
        bench.settle()
    assert len(bench.drafts(ticket_id)) > MORE
    return few, _queries(bench, work)


def _queries(bench: Bench, work: Callable[[], object]) -> Counter[str]:
    """What is done each time: of each statement the fewest of some times, after a first.

    The first may do what is done once a draft, such as ticking an action. And where a webhook comes
    amid the work, as it does on a slow machine, one time has a look more than another.
    """
    work()
    return reduce(and_, (_once(bench, work) for _ in range(TIMES)))


def _once(bench: Bench, work: Callable[[], object]) -> Counter[str]:
    with counted(bench.runtime.database) as statements:
        work()
    return Counter(_LIST.sub("IN (...)", statement) for statement in statements)


def test_the_sidebars_draft(bench: Bench, ticket_id: str) -> None:
    ben = Sidebar(bench, BEN)
    few, many = grown(bench, ticket_id, lambda: ben.draft(ticket_id).raise_for_status())
    assert few == many
    assert many.total() <= 14


def test_what_the_composer_asks_before_a_reply_leaves(bench: Bench, ticket_id: str) -> None:
    ben = Sidebar(bench, BEN)
    few, many = grown(bench, ticket_id, lambda: ben.save(ticket_id, "Words of my own"))
    assert few == many
    assert many.total() <= 7


def test_the_review_page(bench: Bench, visit: Visit, ticket_id: str) -> None:
    ben = visit(BEN)

    def look() -> None:
        ben.get(f"/drafts/{bench.draft(ticket_id).id}").raise_for_status()

    few, many = grown(bench, ticket_id, look)
    assert few == many
    assert many.total() <= 13


def test_an_approval_and_its_undo(bench: Bench, ticket_id: str) -> None:
    ben = Sidebar(bench, BEN)

    def approve_and_undo() -> None:
        draft = bench.draft(ticket_id)
        for verdict, becomes in VERDICTS:
            seen = ben.seen(ticket_id)
            ben.act(draft.id, "verdict", verdict=verdict, done="0", **seen).raise_for_status()
            assert bench.draft(ticket_id).state is becomes

    few, many = grown(bench, ticket_id, approve_and_undo)
    assert few == many


def test_a_message_from_its_webhook_to_its_note(bench: Bench, ticket_id: str) -> None:
    def write() -> None:
        bench.hands.customer_writes(ticket_id, ANGRY)
        bench.settle()

    few, many = grown(bench, ticket_id, write)
    assert few == many
