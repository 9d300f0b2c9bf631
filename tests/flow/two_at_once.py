"""Two people give a verdict on one draft at the same moment, again and again."""

from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Barrier

from plugin.errors import MovedError
from plugin.models import DraftState, Surface, VerdictKind
from plugin.review.verdicts import Verdict, give
from plugin.store import audit, verdicts
from plugin.store.people_tables import PersonRow
from tests.bench.world import BEN, CHLOE, Bench
from tests.flow.made_up import made_up

VERDICTS = (VerdictKind.APPROVE, VerdictKind.REJECT, VerdictKind.EDIT, VerdictKind.REGENERATE)


@dataclass(frozen=True)
class Round:
    """What became of one draft: who won, and what the other was told."""

    draft_id: str
    won: Sequence[str]
    told: Sequence[str]


def rounds(bench: Bench, number: int) -> list[Round]:
    """So many drafts, each with two people at once who say what two people may say."""
    names = {email: bench.person(email) for email in (BEN, CHLOE)}
    with ThreadPoolExecutor(2) as threads:
        return [one_round(bench, each, tuple(names.values()), threads) for each in range(number)]


def one_round(
    bench: Bench, number: int, people: Sequence[PersonRow], threads: ThreadPoolExecutor
) -> Round:
    draft_id = made_up(bench, number)
    start = Barrier(2)

    def say(which: int) -> tuple[str, str]:
        kind = VERDICTS[(number // (1 + which * len(VERDICTS))) % len(VERDICTS)]
        verdict = Verdict(
            kind,
            Surface.REVIEW_PAGE,
            rev=1,
            state=DraftState.AWAITING_REVIEW,
            text=f"Written by {which}." if kind is VerdictKind.EDIT else None,
            reason="So it is.",
        )
        start.wait(60)
        try:
            give(bench.runtime, bench.scope, draft_id, people[which], verdict)
        except MovedError as moved:
            return "", str(moved)
        return people[which].name, ""

    said = list(threads.map(say, range(2)))
    return Round(draft_id, [won for won, _ in said if won], [told for _, told in said if told])


def require_one_winner(bench: Bench, played: Sequence[Round]) -> Counter[str]:
    """Of each two one has won, alone in the record; the other was told who. Returns who won."""
    for each in played:
        assert len(each.won) == 1, each
        assert len(each.told) == 1, each
        assert f"by {each.won[0]}" in each.told[0], each
        with bench.runtime.database.read() as session:
            recorded = verdicts.of_draft(session, bench.scope, each.draft_id)
            moves = [
                row
                for row in audit.of_draft(session, bench.scope, each.draft_id)
                if "verdict" in row.detail and row.event == "draft_moved"
            ]
        assert len(recorded) == 1, each
        assert len({row.actor for row in moves}) == 1, each
    return Counter(each.won[0] for each in played)
