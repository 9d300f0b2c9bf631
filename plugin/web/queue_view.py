"""What the queue shows: sections of drafts that want the same of their reader."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from plugin.models import UNDELIVERED, DraftState, Role
from plugin.review.lookalikes import FEWEST, Kind
from plugin.store import people, waiting
from plugin.store.urgency import signed_by
from plugin.store.waiting import Awaiting, Decided, InStates, Lane, LeftUnsigned, Question
from plugin.web.queue_filters import SECTIONS, Filters
from plugin.web.queue_lines import FOR_PEOPLE, Line, Write, writer
from plugin.web.sign_in import SignedIn

LONGEST = 15
BYPASSES_STAY = timedelta(days=7)
_GOING_OUT = (DraftState.APPROVED, DraftState.DELIVERING)


@dataclass(frozen=True, slots=True)
class Section:
    """Drafts that want the same of people.

    Attributes:
        key: Its name in the page.
        cut: There are more than are shown; `order` says which are.
        turn: The other order can be asked for.
        note: One sentence on what is in it.
        alike: The kinds of drafts in it that may be approved together, and how many are shown.
    """

    key: str
    lines: tuple[Line, ...]
    cut: bool
    order: str = "oldest"
    turn: bool = False
    note: str | None = None
    alike: tuple[tuple[Kind, int], ...] = ()

    @property
    def title(self) -> str:
        """For people."""
        return SECTIONS[self.key]

    @property
    def told(self) -> tuple[object, ...]:
        """All that it says, but for what the time alone changes."""
        return (self.key, self.cut, self.alike, *(line.told for line in self.lines))


@dataclass(frozen=True, slots=True)
class _Found:
    """What each section's question gave, before it is known whose the drafts are."""

    undelivered: Sequence[Decided]
    signature: Sequence[Decided]
    review: Sequence[Decided]
    others: Sequence[Decided]
    people: Sequence[Decided]
    bypassed: Sequence[Decided]
    going: Sequence[Decided]

    def drafts(self) -> list[Decided]:
        """All of them."""
        lists = (self.undelivered, self.signature, self.review, self.others)
        return [row for rows in (*lists, self.people, self.bypassed, self.going) for row in rows]


def sections(
    session: Session, who: SignedIn, filters: Filters, *, now: datetime
) -> tuple[Section, ...]:
    """The sections that hold anything, in a number of queries that no draft adds to.

    Args:
        session: One look.
        who: Whose queue.
        filters: What they ask to see; also whether what people must answer comes from its other
            end: nothing but an answer ends that, so what nobody will answer any more may fill the
            first of it.
        now: For how long bypasses are shown.
    """
    found = _found(session, who, filters, now)
    line = writer(session, who, [draft for draft, _ in found.drafts()], now)
    to_sign, to_review = _lines(line, found.signature), _lines(line, found.review)
    not_mine = [one for one in (*to_sign, *to_review) if not one.mine]
    elsewhere = _lines(line, found.others)
    others = sorted((*elsewhere, *not_mine), key=lambda one: one.urgency)
    reviews = [one for one in to_review if one.mine]
    newest = filters.people == "newest"
    made = (
        _section("undelivered", _lines(line, found.undelivered)),
        _section(
            "signature",
            [one for one in to_sign if one.mine],
            cut=len(to_sign) > LONGEST,
            order="most urgent",
        ),
        _section(
            "review",
            reviews,
            cut=len(to_review) > LONGEST,
            order="most urgent",
            alike=_alike(reviews[:LONGEST]),
        ),
        _section("others", others if filters.show("others") else (), order="most urgent"),
        _section(
            "people",
            _lines(line, found.people),
            order="newest" if newest else "oldest",
            turn=len(found.people) > LONGEST,
        ),
        _section(
            "bypassed",
            _lines(line, found.bypassed),
            order="newest",
            note=f"The last {BYPASSES_STAY.days} days, newest first.",
        ),
        _section("going", _lines(line, found.going)),
    )
    return tuple(section for section in made if section.lines)


def needs_reader(shown: Iterable[Section]) -> tuple[int, bool]:
    """How many of the drafts shown wait for their reader, and whether there are more."""
    mine = [section for section in shown if section.key in ("signature", "review")]
    return sum(len(section.lines) for section in mine), any(section.cut for section in mine)


def reviewable(session: Session, who: SignedIn, *, now: datetime) -> list[Line]:
    """What the reader may review, as far as the queue shows it."""
    wanted = {"review": Awaiting(_lanes(who, DraftState.AWAITING_REVIEW, Filters()))}
    found = waiting.firsts(session, who.scope, wanted, limit=LONGEST, since=now)["review"]
    line = writer(session, who, [draft for draft, _ in found], now)
    return [one for one in _lines(line, found) if one.mine]


def _found(session: Session, who: SignedIn, filters: Filters, now: datetime) -> _Found:
    lists: dict[str, Question] = {
        "undelivered": InStates(tuple(UNDELIVERED)),
        "signature": Awaiting(_lanes(who, DraftState.AWAITING_APPROVAL, filters)),
        "review": Awaiting(_lanes(who, DraftState.AWAITING_REVIEW, filters)),
        "others": Awaiting(_others_lanes(who, filters)),
        "people": InStates(FOR_PEOPLE, newest_first=filters.people == "newest"),
        "bypassed": LeftUnsigned(),
        "going": InStates(_GOING_OUT),
    }
    found = waiting.firsts(
        session,
        who.scope,
        {key: question for key, question in lists.items() if filters.show(key)},
        limit=LONGEST + 1,
        since=now - BYPASSES_STAY,
        only=filters.only(session, who, now),
    )
    return _Found(**{key: found.get(key, ()) for key in lists})


def _lanes(who: SignedIn, state: DraftState, filters: Filters) -> tuple[Lane, ...]:
    """What the reader may sign."""
    limit = people.limit_of(who.person)
    return tuple(
        Lane(state, least, limit)
        for least in signed_by(who.person.role)[True]
        if _asked_for(state, least, filters)
    )


def _others_lanes(who: SignedIn, filters: Filters) -> tuple[Lane, ...]:
    """What the reader may not sign: by their role, or for its money."""
    limit, least_signers = people.limit_of(who.person), signed_by(who.person.role)
    awaiting = (DraftState.AWAITING_APPROVAL, DraftState.AWAITING_REVIEW)
    by_role = [Lane(state, least) for state in awaiting for least in least_signers[False]]
    by_limit = [
        Lane(state, least, limit, over=True)
        for state in awaiting
        for least in least_signers[True]
        if limit is not None
    ]
    return tuple(
        lane for lane in (*by_role, *by_limit) if _asked_for(lane.state, lane.signer, filters)
    )


def _asked_for(state: DraftState, least: Role, filters: Filters) -> bool:
    """Whether there can be such drafts, and they are asked for. An agent may give any review."""
    if state is DraftState.AWAITING_REVIEW and least is not Role.AGENT:
        return False
    return filters.signer in (None, least)


def _lines(line: Write, rows: Iterable[Decided]) -> list[Line]:
    return [line(row) for row in rows]


def _alike(lines: Iterable[Line]) -> tuple[tuple[Kind, int], ...]:
    counts = Counter(line.kind for line in lines if line.kind)
    return tuple(sorted((kind, count) for kind, count in counts.items() if count >= FEWEST))


def _section(
    key: str,
    lines: Sequence[Line],
    *,
    cut: bool | None = None,
    order: str = "oldest",
    turn: bool = False,
    note: str | None = None,
    alike: tuple[tuple[Kind, int], ...] = (),
) -> Section:
    is_cut = len(lines) > LONGEST if cut is None else cut
    return Section(key, tuple(lines[:LONGEST]), is_cut, order, turn, note, alike)
