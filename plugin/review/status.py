"""What a ticket's drafts wait for and what became of them, in sentences for a note."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from plugin.card import INSERT_IT, approvers_words
from plugin.models import AWAITING, DraftState, Oversight, VerdictKind
from plugin.review.rejections import rejection
from plugin.review.rights import in_composer_words
from plugin.runtime import Runtime
from plugin.store import audit, drafts, people, verdicts
from plugin.store.drafts import Held, in_composer_until
from plugin.store.people_tables import PersonRow
from plugin.store.schema import DraftRow, VerdictRow
from plugin.store.scope import Scope

_SIGNING = frozenset({VerdictKind.APPROVE, VerdictKind.EDIT})
_SENT = (DraftState.DELIVERED, DraftState.SENT_BY_AGENT)
_NOTHING = "Bookbag has made no draft on this ticket."
_UNDO = "Undo it in the sidebar or on the review page."
_LONGEST_QUOTE = 200
_WORDS = {
    DraftState.AWAITING_REVIEW: "Draft {id} is {words}: any agent may approve it. {why}",
    DraftState.AWAITING_APPROVAL: "Draft {id} is {words} {awaits} {why}",
    DraftState.APPROVED: "Draft {id} goes out{due}{by}.{undo}",
    DraftState.DELIVERED: "Draft {id} was sent to the customer at {when}{by}.",
    DraftState.SENT_BY_AGENT: "An agent sent draft {id} themselves at {when}.",
    DraftState.ANSWERED: "An agent answered at {when}; draft {id} was not sent.",
    DraftState.REJECTED: "Draft {id} was rejected{rejected} The customer still waits.",
    DraftState.EXPIRED: "Draft {id} expired at {when}: nobody signed it. The customer still waits.",
    DraftState.STALE: "Draft {id} was set aside at {when}{aside}.",
    DraftState.BLOCKED: "Draft {id} is blocked: a person must answer. {why}",
    DraftState.NO_DRAFT: "There is no reply to offer. {note} Answer yourself.",
    DraftState.DELIVERY_FAILED: "Draft {id} was not sent at {when}. Decide on the review page.",
    DraftState.DELIVERY_UNKNOWN: "It is not known whether draft {id} was sent at {when}. "
    "Say on the review page what you find.",
}


def of_ticket(runtime: Runtime, scope: Scope, on_ticket: Sequence[DraftRow]) -> tuple[str, ...]:
    """Where all stand that are open, and what was sent last; else what became of the newest.

    Args:
        runtime: The service.
        scope: Whose.
        on_ticket: The ticket's drafts, newest first.
    """
    if not on_ticket:
        return (_NOTHING,)
    shown = [draft for draft in on_ticket if draft.state.is_open]
    sent = next((draft for draft in on_ticket if draft.state in _SENT), None)
    said = [] if shown else ["There is no open draft."]
    told = [*shown, *([sent] if sent else [])] if shown else on_ticket[:1]
    with runtime.database.read() as session:
        names = people.names(session, scope)
        for draft in told:
            said += _Draft(runtime, session, scope, draft.id, names).sentences()
    return tuple(said)


def of_draft(runtime: Runtime, scope: Scope, draft_id: str) -> tuple[str, ...]:
    """Where one draft stands."""
    with runtime.database.read() as session:
        names = people.names(session, scope)
        return tuple(_Draft(runtime, session, scope, draft_id, names).sentences())


def counted(
    runtime: Runtime, scope: Scope, draft_id: str, person: PersonRow, kind: VerdictKind
) -> str:
    """That an approval was counted, what follows, and how to take it back."""
    with runtime.database.read() as session:
        names = people.names(session, scope)
        draft = _Draft(runtime, session, scope, draft_id, names)
        did = "edited and approved" if kind is VerdictKind.EDIT else "approved"
        name, now = draft.held.draft.short_id, runtime.now()
        if draft.held.draft.state is DraftState.APPROVED:
            due = draft.held.draft.due_at
            when = f"at {_clock(due, now, seconds=True)}" if due else "now"
            if draft.held.insert_only:
                return f"{person.name} {did} draft {name}. {INSERT_IT}"
            return f"{person.name} {did} draft {name}; it goes out {when}. {_UNDO}"
        return f"{person.name} {did} draft {name}. {draft.missing()}"


class _Draft:
    """One draft, with what must be read to speak of it."""

    def __init__(
        self,
        runtime: Runtime,
        session: Session,
        scope: Scope,
        draft_id: str,
        names: Mapping[str, str],
    ) -> None:
        self._runtime, self._session, self._scope = runtime, session, scope
        self._names = names
        self._now = runtime.now()
        self.held: Held = drafts.get(session, scope, draft_id)
        self._said = verdicts.of_draft(session, scope, draft_id)

    def sentences(self) -> list[str]:
        """Where it stands; then who has it in hand."""
        draft = self.held.draft
        said = [self._state()]
        if in_composer_until(draft, self._now) is not None:
            said.append(in_composer_words(self._runtime, self._session, self._scope, self.held))
        if draft.opened_for is not None and draft.state.is_open:
            name = self._names.get(draft.opened_for, "Somebody")
            said.append(f"{name} said that they answer this customer themselves.")
        return said

    def missing(self) -> str:
        """How many more must sign, and who may."""
        decision = self.held.decision
        more = max(1, decision.approvals if decision else 1) - len(self._signers())
        return f"It needs {more} more by {approvers_words(decision.approvers if decision else [])}."

    def _state(self) -> str:
        draft = self.held.draft
        due, by_hand = draft.due_at, self.held.oversight is not Oversight.AUTO
        words = _WORDS.get(draft.state, "Draft {id} is {words}.")
        if draft.state is DraftState.APPROVED and self.held.insert_only:
            words = f"Draft {{id}} is approved{{by}}. {INSERT_IT}"
        said = words.format(
            id=draft.short_id,
            words=draft.state.words,
            awaits=self._awaits(),
            when=_clock(draft.state_at, self._now),
            by=self._approved_by(),
            due=f" at {_clock(due, self._now, seconds=True)}" if due else "",
            undo=f" {_UNDO}" if by_hand else "",
            rejected=self._rejected_by(),
            aside=self._aside(),
            why=self._why(),
            note=draft.note or "",
        )
        return " ".join(said.split())

    def _awaits(self) -> str:
        """Of whom, until when, and who has signed already."""
        decision = self.held.decision
        if decision is None:
            return ""
        until, needed = decision.deadline_at, decision.approvals
        limit = f", until {_clock(until, self._now)}" if until else ""
        said = f"by {approvers_words(decision.approvers)}{limit}."
        if needed <= 1:
            return said
        names = ", ".join(self._names.get(one, "somebody") for one in self._signers())
        return f"{said} {len(self._signers())} of {needed} signed{f': {names}' if names else ''}."

    def _aside(self) -> str:
        """Why it is stale; of one whose texts are erased nobody can tell any more."""
        draft = self.held.draft
        if draft.state is not DraftState.STALE or draft.erased_at:
            return ""
        because = audit.set_aside_because(self._session, self._scope, draft.id)
        return f": {because or 'the customer wrote again'}"

    def _why(self) -> str:
        reasons = self.held.decision.held_because if self.held.decision else ()
        return str(reasons[0]) if reasons else ""

    def _signers(self) -> list[str]:
        rev = self.held.draft.rev
        return [one.person_id for one in self._said if _signs(one) and one.rev == rev]

    def _approved_by(self) -> str:
        names = [self._names.get(signer, "somebody") for signer in self._signers()]
        if self.held.draft.state in AWAITING:
            return ""
        return f", approved by {' and '.join(names)}" if names else ", by itself"

    def _rejected_by(self) -> str:
        last = next((one for one in reversed(self._said) if one.kind is VerdictKind.REJECT), None)
        if last is None:
            return "."
        reason = rejection(last.reason_kind, last.reason).rstrip(".")
        quoted = f"{reason[:_LONGEST_QUOTE]}…" if len(reason) > _LONGEST_QUOTE else reason
        said = f": {quoted}" if quoted else ""
        return f" by {self._names.get(last.person_id, 'somebody')}{said}."


def _signs(row: VerdictRow) -> bool:
    return row.counts and row.kind in _SIGNING


def _clock(moment: datetime, now: datetime, *, seconds: bool = False) -> str:
    """``14:03 UTC``, with the day unless it is today."""
    at, today = moment.astimezone(UTC), now.astimezone(UTC).date()
    day = "" if at.date() == today else f"{at:%-d %b} "
    return f"{day}{at:%H:%M:%S} UTC" if seconds else f"{day}{at:%H:%M} UTC"
