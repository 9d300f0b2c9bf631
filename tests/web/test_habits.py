"""How long a draft was in sight: told of policies, of nobody, and only where it is wanted."""

from plugin import onboarding
from plugin.store import verdicts
from plugin.store.schema import VerdictRow
from plugin.web.habits import ENOUGH, by_policy
from tests.bench.world import ANA, BEN, Bench
from tests.web.conftest import Visit
from tests.web.sidebar_app import Sidebar, install
from tests.web.visitor import parsed, words_of


def only_verdict(bench: Bench, ticket_id: str) -> VerdictRow:
    with bench.runtime.database.read() as session:
        (row,) = verdicts.of_draft(session, bench.scope, bench.draft(ticket_id).id)
    return row


def approved(bench: Bench, visit: Visit, *, seen_ms: str) -> VerdictRow:
    ticket_id = bench.opened("refund_under_limit")
    answer = visit(ANA).verdict(bench.draft(ticket_id).id, "approve", done="0", seen_ms=seen_ms)
    answer.raise_for_status()
    return only_verdict(bench, ticket_id)


def test_the_time_in_sight_is_kept_with_the_verdict(bench: Bench, visit: Visit) -> None:
    for sent, kept in (("900", (900, True)), ("60000", (60_000, False)), ("x", (None, None))):
        row = approved(bench, visit, seen_ms=sent)
        assert (row.seen_ms, row.quick) == kept
    install(bench)
    ticket_id = bench.opened("refund_under_limit")
    sidebar = Sidebar(bench, ANA)
    seen = {**sidebar.seen(ticket_id), "done": "0", "seen_ms": "1200"}
    sidebar.act(bench.draft(ticket_id).id, "verdict", verdict="approve", **seen)
    assert only_verdict(bench, ticket_id).quick is True
    by_note = bench.opened("refund_under_limit")
    bench.note(by_note, ANA, "/approve done")
    assert only_verdict(bench, by_note).seen_ms is None


def test_a_switch_turns_it_off_and_erases_it(bench: Bench, visit: Visit) -> None:
    before = approved(bench, visit, seen_ms="900")
    ticket_id = bench.opened("refund_under_limit")
    merchant = bench.scope.merchant_id
    onboarding.set_habits(bench.runtime, merchant, is_on=False)
    try:
        page = visit(ANA).get(f"/drafts/{bench.draft(ticket_id).id}")
        assert parsed(page).css("[name=seen_ms]") == []
        row = approved(bench, visit, seen_ms="900")
        assert (row.seen_ms, row.quick) == (None, None)
        with bench.runtime.database.read() as session:
            (again,) = verdicts.of_draft(session, bench.scope, before.draft_id)
        assert (again.seen_ms, again.quick) == (None, None)
        assert "This is switched off" in words_of(visit(BEN).get("/habits"))
    finally:
        onboarding.set_habits(bench.runtime, merchant, is_on=True)


def test_the_page_tells_of_policies_and_of_nobody(bench: Bench, visit: Visit) -> None:
    approved(bench, visit, seen_ms="900")
    page = visit(BEN).get("/habits")
    (row,) = parsed(page).css("tbody tr")
    assert f"fewer than {ENOUGH}: too few to say" in row.text()
    assert all(name not in words_of(page) for name in ("Ana Reyes", ANA))
    assert visit(ANA).get("/habits").status_code == 403


def test_policies_stand_by_name_not_by_figure() -> None:
    rows = [([{"id": "b"}], True)] * 3 + [([{"id": "a"}, {"id": "b"}], False), ([], False)]
    told = [(held.policy, held.approved, held.quick) for held in by_policy(rows)]
    assert told == [("a", 1, 0), ("b", 4, 3), ("no policy (the default)", 1, 0)]
    many = by_policy([([{"id": "a"}], True)] * ENOUGH)
    assert many[0].is_enough
