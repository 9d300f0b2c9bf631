"""What the queue shows: sections of drafts that want the same of their reader."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from plugin.card import approvers_words
from plugin.models import UNDELIVERED, DraftState, Oversight
from plugin.review.rights import may_sign
from plugin.store import drafts, people, waiting
from plugin.store.drafts import Held, action_of
from plugin.store.schema import DecisionRow, DraftRow
from plugin.store.waiting import Decided
from plugin.web.sign_in import SignedIn
from plugin.web.words import NEXT_STEPS, money_moved

LONGEST = 200
BYPASSES_STAY = timedelta(days=7)
_FOR_PEOPLE = (
    DraftState.BLOCKED,
    DraftState.NO_DRAFT,
    DraftState.REJECTED,
    DraftState.EXPIRED,
)
_GOING_OUT = (DraftState.APPROVED, DraftState.DELIVERING)
_NEVER = datetime.max.replace(tzinfo=UTC)
_LEFT = "A reply went out without the approval that this draft needed."
_OVER_LIMIT = "more than you may sign"


@dataclass(frozen=True, slots=True)
class Line:
    """A draft in the queue.

    Attributes:
        why: Why it waits, as one sentence.
        signers: Whose approval it needs: ``a lead or an admin``; or why not the reader's.
        signed: ``1 of 2 signed``, where more than one must.
        money: What its actions would move; None where it will not go out.
        answering: Who said that they answer this customer themselves.
        mine: The reader may sign it now.
    """

    draft: DraftRow
    decision: DecisionRow | None
    why: str
    signers: str | None
    signed: str | None
    money: str | None
    answering: str | None
    mine: bool

    @property
    def deadline(self) -> datetime | None:
        """By when it must be signed, if it must."""
        due = self.decision.deadline_at if self.decision else None
        return due if self.draft.state.is_awaiting else None


@dataclass(frozen=True, slots=True)
class Section:
    """Drafts that want the same of people.

    Attributes:
        key: Its name in the page.
        cut: There are more than are shown; `order` says which are.
        turn: The other order can be asked for.
        note: One sentence on what is in it.
    """

    key: str
    title: str
    lines: tuple[Line, ...]
    cut: bool
    order: str = "oldest"
    turn: bool = False
    note: str | None = None


def sections(
    session: Session, who: SignedIn, *, now: datetime, newest_first: bool
) -> tuple[Section, ...]:
    """The sections that hold anything, in a number of queries that no draft adds to.

    Args:
        session: One look.
        who: Whose queue.
        now: For how long bypasses are shown.
        newest_first: What people must answer, from its other end: nothing but an answer ends it,
            so what nobody will answer any more may fill the first of it.
    """
    scope, most = who.scope, LONGEST + 1
    undelivered = waiting.drafts_in(session, scope, tuple(UNDELIVERED), limit=most)
    approvals = waiting.approvals(session, scope, limit=most)
    reviews = waiting.drafts_in(session, scope, [DraftState.AWAITING_REVIEW], limit=most)
    for_people = waiting.drafts_in(
        session, scope, _FOR_PEOPLE, limit=most, newest_first=newest_first
    )
    left = waiting.bypassed(session, scope, since=now - BYPASSES_STAY, limit=most)
    going = waiting.drafts_in(session, scope, _GOING_OUT, limit=most)
    found = (undelivered, approvals, reviews, for_people, left, going)
    line = _writer(session, who, [draft for rows in found for draft, _ in rows])
    to_sign, to_review = _lines(line, approvals), _lines(line, reviews)
    for_others = [one for one in (*to_sign, *to_review) if not one.mine]
    for_others.sort(key=lambda one: (one.deadline or _NEVER, one.draft.id))
    cut = len(approvals) > LONGEST or len(reviews) > LONGEST
    made = (
        _section("undelivered", "Delivery needs a look", _lines(line, undelivered)),
        _section(
            "signature",
            "Needs your signature",
            [one for one in to_sign if one.mine],
            cut=len(approvals) > LONGEST,
            order="most urgent",
        ),
        _section(
            "review",
            "Ready for your review",
            [one for one in to_review if one.mine],
            cut=len(reviews) > LONGEST,
        ),
        _section("others", "Waits for somebody else", for_others, cut=cut, order="most urgent"),
        _section(
            "people",
            "For people to answer in the helpdesk",
            _lines(line, for_people),
            order="newest" if newest_first else "oldest",
            turn=len(for_people) > LONGEST,
        ),
        _section(
            "bypassed",
            "Left without its approval",
            _lines(line, left, why=_LEFT),
            order="newest",
            note=f"The last {BYPASSES_STAY.days} days, newest first.",
        ),
        _section("going", "Going out", _lines(line, going)),
    )
    return tuple(section for section in made if section.lines)


_Write = Callable[[Decided, str | None], Line]


def _lines(line: _Write, rows: Iterable[Decided], *, why: str | None = None) -> list[Line]:
    return [line(row, why) for row in rows]


def _section(
    key: str,
    title: str,
    lines: Sequence[Line],
    *,
    cut: bool | None = None,
    order: str = "oldest",
    turn: bool = False,
    note: str | None = None,
) -> Section:
    is_cut = len(lines) > LONGEST if cut is None else cut
    return Section(key, title, tuple(lines[:LONGEST]), is_cut, order, turn, note)


def _writer(session: Session, who: SignedIn, rows: Sequence[DraftRow]) -> _Write:
    """Writes lines, with all that is known of these drafts read at once."""
    names = people.names(session, who.scope)
    actions = drafts.actions_of(session, who.scope, rows)
    awaiting = [row for row in rows if row.state.is_awaiting]
    signers = waiting.signers_of(session, who.scope, awaiting)

    def line(row: Decided, why: str | None) -> Line:
        draft, decision = row
        held = Held(draft, decision, tuple(actions[draft.id]))
        wants = draft.state.is_awaiting
        may = wants and may_sign(held, who.person) is None
        signed = signers[draft.id]
        gone = draft.state in _FOR_PEOPLE or draft.bypassed
        return Line(
            draft=draft,
            decision=decision,
            why=why or _why(draft, decision),
            signers=_signers(held, may=may) if wants else None,
            signed=_signed(decision, len(signed)) if wants else None,
            money=None if gone else money_moved(action_of(action) for action in held.actions),
            answering=names.get(draft.opened_for or "") if draft.state.is_open else None,
            mine=may and who.person.id not in signed,
        )

    return line


def _signers(held: Held, *, may: bool) -> str | None:
    if held.decision is not None and held.oversight is Oversight.APPROVAL:
        return f"by {approvers_words(held.decision.approvers)}"
    return None if may else _OVER_LIMIT


def _signed(decision: DecisionRow | None, count: int) -> str | None:
    needed = decision.approvals if decision else 0
    return f"{count} of {needed} signed" if needed > 1 else None


def _why(draft: DraftRow, decision: DecisionRow | None) -> str:
    if draft.state in UNDELIVERED:
        return NEXT_STEPS[draft.state]
    held_because = decision.held_because if decision else ()
    return held_because[0] if held_because else draft.note or ""
