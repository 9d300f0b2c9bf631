"""What a question costs grows neither with what is finished nor with what is another merchant's."""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from plugin.jobs import executors_at_work, swept_and_waiting
from plugin.models import AWAITING, FINISHED, DraftState, EffectState, InboxState, Role
from plugin.store import (
    corrections,
    drafts,
    exports,
    habits,
    inbox,
    narrowing,
    precedents,
    replayed,
    unscoped,
    waiting,
    workload,
)
from plugin.store.columns import Keyring
from plugin.store.engine import Database
from plugin.store.schema import EffectRow
from plugin.store.waiting import Awaiting, InStates, Lane, LeftUnsigned
from tests.bench.databases import KEY, KINDS, Databases
from tests.bench.plans import asked, plan, work
from tests.store.crowd import finished_jobs, name_of, tickets
from tests.store.support import AT, Owner, add_draft, first_of, owner, plan_note
from tests.store.test_unscoped import add_event

MANY, FEW = 5_000, 5
# A row that is read takes SQLite three steps and more.
MOST = MANY // 2
LATER = AT + timedelta(days=1)

Ask = Callable[[Session, Owner], object]


@dataclass(frozen=True)
class Town:
    """A large merchant and a small one, nearly all of whose work is finished."""

    database: Database
    large: Owner
    small: Owner


@pytest.fixture(scope="module", params=KINDS)
def town(request: pytest.FixtureRequest, all_databases: Databases) -> Iterator[Town]:
    Keyring.use((KEY,))
    with closing(Database(all_databases.fresh(request.param))) as database:
        made = Town(database, owner(database, "Large"), owner(database, "Small"))
        for of, number in ((made.large, MANY), (made.small, FEW)):
            with database.write() as session:
                tickets(session, of, number)
            leave_open(database, of)
        finished_jobs(database, made.large, MANY)
        with database.write() as session:
            count_rows(session)
        yield made


def leave_open(database: Database, of: Owner) -> None:
    """A few of whatever is not finished."""
    for number, open_ in enumerate(sorted(set(DraftState) - FINISHED)):
        add_draft(database, of, f"{number}00000", state=open_, due_at=AT, open_short_id=None)
    for state in (InboxState.ACCEPTED, InboxState.FAILED, InboxState.IGNORED):
        add_event(database, of, state.value, state=state)
    with database.write() as session:
        for key in ("one", "two"):
            plan_note(session, of, key)


def count_rows(session: Session) -> None:
    """PostgreSQL knows how many rows there are; SQLite does not, in service either."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("ANALYZE"))


def first_in(*states: DraftState, newest_first: bool = False) -> Ask:
    return lambda session, of: first_of(
        session, of.scope, InStates(states, newest_first), limit=FEW
    )


def newest_webhooks(state: InboxState) -> Ask:
    return lambda session, of: inbox.recent(session, of.scope, state=state, limit=FEW)


def with_actions(session: Session, of: Owner) -> None:
    found = first_of(session, of.scope, InStates((DraftState.DELIVERED,)), limit=FEW)
    assert len(drafts.actions_of(session, of.scope, [draft for draft, _ in found])) == FEW


def signed_by(session: Session, of: Owner) -> None:
    found = first_of(session, of.scope, InStates((DraftState.DELIVERED,)), limit=FEW)
    waiting.signers_of(session, of.scope, [draft for draft, _ in found])


def page_of_a_replay(session: Session, of: Owner) -> None:
    after = (AT, name_of(of, FEW // 2))
    for with_actions in (False, True):
        page = replayed.page(
            session, of.scope, after=after, limit=FEW, upto=None, with_actions=with_actions
        )
        ids = [stored.id for stored in page]
        assert len(replayed.actions(session, of.scope, ids)) == len(ids)
        replayed.events(session, of.scope, ids)
        assert replayed.answers(session, of.scope, ids).first_verdict.keys() == set(ids)


QUESTIONS: dict[str, Ask] = {
    "a page of a replay": page_of_a_replay,
    "a page of an export": lambda session, of: exports.corrections_page(
        session, of.scope, after=name_of(of, FEW // 2), limit=FEW
    ),
    "the newest corrections": lambda session, of: corrections.recent(session, of.scope, limit=FEW),
    "a draft's correction": lambda session, of: corrections.of_draft(
        session, of.scope, name_of(of, FEW)
    ),
    "what approved drafts of an intent speak of": lambda session, of: (
        corrections.topics_of_approved(session, of.scope, "refund", limit=FEW)
    ),
    "what was decided about an intent": lambda session, of: precedents.topics_of_decided(
        session, of.scope, "refund", but=name_of(of, 1), looked_at=FEW
    ),
    "past decisions": lambda session, of: precedents.precedents(
        session, of.scope, [name_of(of, number) for number in range(1, FEW)]
    ),
    "measured approvals": lambda session, of: habits.measured(session, of.scope, limit=FEW),
    "the newest webhooks": lambda session, of: inbox.recent(session, of.scope, limit=FEW),
    **{f"the newest webhooks that are {state}": newest_webhooks(state) for state in InboxState},
    "what waits": first_in(*AWAITING),
    "what is for people": first_in(DraftState.EXPIRED, DraftState.REJECTED, newest_first=True),
    "what must be signed": lambda session, of: first_of(
        session, of.scope, Awaiting((Lane(DraftState.AWAITING_APPROVAL, Role.LEAD),)), limit=FEW
    ),
    "what waits in all": lambda session, of: workload.piles(session, of.scope, {}, now=AT),
    "who looks at what": lambda session, of: workload.claimed(session, of.scope, since=AT),
    "who signed lately": lambda session, of: workload.signed(session, of.scope, since=LATER),
    "what is called so": lambda session, of: narrowing.called(
        session, of.scope, str(FEW), limit=FEW
    ),
    "what left unsigned": lambda session, of: first_of(
        session, of.scope, LeftUnsigned(), limit=FEW
    ),
    "who signed": signed_by,
    "many in one state": first_in(DraftState.DELIVERED, DraftState.APPROVED, newest_first=True),
    "drafts with their actions": with_actions,
    "a draft": lambda session, of: drafts.get(session, of.scope, name_of(of, FEW)),
    "a ticket's drafts": lambda session, of: drafts.of_ticket(
        session, of.scope, of.account_id, str(FEW)
    ),
    "a ticket's policy tags": lambda session, of: drafts.policy_tags_of_ticket(
        session, of.scope, of.account_id, str(FEW)
    ),
    "the backlog": lambda session, _: unscoped.backlog(session, at=LATER),
    "overdue webhooks": lambda session, _: unscoped.overdue_events(
        session, before=LATER, limit=FEW
    ),
    "overdue drafts": lambda session, _: unscoped.overdue_drafts(session, before=LATER, limit=FEW),
    "overdue redrafts": lambda session, _: unscoped.overdue_redrafts(
        session, before=LATER, limit=FEW
    ),
    "overdue approvals": lambda session, _: unscoped.overdue_approvals(
        session, before=LATER, limit=FEW
    ),
    "overdue effects": lambda session, _: unscoped.overdue_effects(
        session, before=LATER, limit=FEW
    ),
    "who works": lambda session, _: executors_at_work(session),
    "what the sweep asked for": lambda session, _: swept_and_waiting(session),
}


@pytest.mark.parametrize("question", QUESTIONS)
def test_it_reads_what_it_needs(town: Town, question: str) -> None:
    for of in (town.large, town.small):
        with town.database.read() as session:
            with asked(town.database) as statements:
                QUESTIONS[question](session, of)
            assert statements
            connection = session.connection()
            for wanted in statements:
                assert work(connection, wanted) < MOST, plan(connection, wanted)


def test_what_reads_all_is_noticed(town: Town) -> None:
    with town.database.read() as session:
        with asked(town.database) as statements:
            session.scalar(select(func.count()).where(EffectRow.state != EffectState.DONE))
        (wanted,) = statements
        assert work(session.connection(), wanted) > MOST
