"""What review page and sidebar show of a draft, and what their reader may do with it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from plugin.card import Card, card_of
from plugin.models import DraftState, Oversight, Role, VerdictKind
from plugin.review.insertion import may_insert
from plugin.review.rights import are_done, may_respond, may_sign
from plugin.runtime import Runtime
from plugin.store import audit, corrections, drafts, merchants, people, verdicts
from plugin.store.drafts import Held, in_composer_until
from plugin.store.schema import CorrectionRow, PersonRow, VerdictRow
from plugin.text.diff import diff
from plugin.text.hunks import Hunk, display_hunks
from plugin.web.history import Happened, history
from plugin.web.sign_in import SignedIn
from plugin.web.words import HEADLINES, NEXT_STEPS

_IN_COMPOSER = "Approved, to be sent from a composer"
_SIGNATURES = (VerdictKind.APPROVE, VerdictKind.EDIT)


@dataclass(frozen=True, slots=True)
class Rights:
    """What the reader may do.

    Attributes:
        why_not_approve: The sentence in place of the button; None where they may.
        is_agent: They may reject and undo.
        respond: They may say that they answer themselves.
        insert: They may take it into their composer, once its actions are done.
    """

    why_not_approve: str | None
    is_agent: bool
    respond: bool
    insert: bool


@dataclass(frozen=True, slots=True)
class InComposer:
    """An agent has the draft in their composer, so nobody approves it. `mine`: the reader has."""

    name: str
    mine: bool
    until: datetime


@dataclass(frozen=True, slots=True)
class DraftView:
    """Everything that is shown of a draft.

    Attributes:
        signed: Who has approved this revision, in order.
        missing: How many more must approve after the reader.
        undo_left: Seconds until an approved reply goes out; None where none does.
        answering: Who said that they answer this customer themselves.
        composer: Who has it in their composer; None where nobody has.
        done: Its actions are done, or it has none.
        ticket_url: The ticket in the helpdesk.
        newer: The id of the ticket's newer draft, where this one is stale.
    """

    held: Held
    card: Card
    headline: str
    next_step: str | None
    rights: Rights
    signed: tuple[str, ...]
    missing: int
    undo_left: float | None
    answering: str | None
    composer: InComposer | None
    done: bool
    history: tuple[Happened, ...]
    correction: CorrectionRow | None
    hunks: tuple[Hunk, ...]
    newer: str | None
    ticket_url: str

    @property
    def offered(self) -> str:
        """The text that goes out, or went out, as far as we know."""
        return self.held.draft.final_text or self.held.draft.text or ""

    @property
    def can_undo(self) -> bool:
        """An approval of a person's can still be taken back."""
        return (
            _is_approved(self.held)
            and self.held.oversight is not Oversight.AUTO
            and self.rights.is_agent
        )

    @property
    def can_approve(self) -> bool:
        """The button to approve is there."""
        return self.rights.why_not_approve is None and self.composer is None


def view_of(session: Session, runtime: Runtime, who: SignedIn, draft_id: str) -> DraftView:
    """Look a draft up for one of the merchant's people.

    Raises:
        MissingError: Not there, or another merchant's.
    """
    scope = who.scope
    held = drafts.get(session, scope, draft_id)
    draft = held.draft
    names = people.names(session, scope)
    said = tuple(verdicts.of_draft(session, scope, draft_id))
    signers = [row.person_id for row in said if _counts(row, draft.rev)]
    correction = corrections.of_draft(session, scope, draft_id)
    card = card_of(held, public_url=runtime.settings.public_url)
    now = runtime.now()
    composer = _composer(held, who.person, names, now)
    return DraftView(
        held=held,
        card=card,
        headline=_IN_COMPOSER if composer and _is_approved(held) else _headline(held, card),
        next_step=NEXT_STEPS.get(draft.state),
        rights=_rights(held, who.person, signers, now),
        signed=tuple(names.get(signer, "Somebody") for signer in signers),
        missing=_needed(held) - len(signers) - 1,
        undo_left=None if composer else _undo_left(held, now),
        answering=names.get(draft.opened_for or ""),
        composer=composer,
        done=are_done(held),
        history=history(audit.of_draft(session, scope, draft_id), said, names),
        correction=correction,
        hunks=_hunks(correction),
        newer=_newer(session, who, held),
        ticket_url=runtime.ticket_url(
            merchants.account(session, scope, draft.account_id), draft.ticket_id
        ),
    )


def _counts(row: VerdictRow, rev: int) -> bool:
    return row.counts and row.rev == rev and row.kind in _SIGNATURES


def _is_approved(held: Held) -> bool:
    return held.draft.state is DraftState.APPROVED


def _headline(held: Held, card: Card) -> str:
    if held.draft.state is DraftState.APPROVED and held.oversight is Oversight.AUTO:
        return card.headline
    return HEADLINES.get(held.draft.state, card.headline)


def _composer(
    held: Held, person: PersonRow, names: Mapping[str, str], now: datetime
) -> InComposer | None:
    until = in_composer_until(held.draft, now)
    whose = held.draft.inserted_by
    if until is None or whose is None:
        return None
    return InComposer(names.get(whose, "Somebody"), whose == person.id, until)


def _rights(held: Held, person: PersonRow, signers: list[str], now: datetime) -> Rights:
    why_not = may_sign(held, person)
    if why_not is None and held.draft.state.is_awaiting and person.id in signers:
        why_not = "You have approved it already; another person must too."
    is_agent = person.role.may_sign_for(Role.AGENT)
    return Rights(
        why_not,
        is_agent,
        respond=may_respond(held, person),
        insert=may_insert(held, person, now),
    )


def _needed(held: Held) -> int:
    return max(1, held.decision.approvals if held.decision else 1)


def _undo_left(held: Held, now: datetime) -> float | None:
    draft = held.draft
    if draft.state is not DraftState.APPROVED or held.oversight is Oversight.AUTO:
        return None
    return max(0.0, (draft.due_at - now).total_seconds()) if draft.due_at else 0.0


def _hunks(correction: CorrectionRow | None) -> tuple[Hunk, ...]:
    if correction is None:
        return ()
    return display_hunks(diff(correction.draft_text, correction.final_text))


def _newer(session: Session, who: SignedIn, held: Held) -> str | None:
    draft = held.draft
    if draft.state is not DraftState.STALE:
        return None
    newest = drafts.of_ticket(session, who.scope, draft.account_id, draft.ticket_id)[0]
    return newest.id if newest.id != draft.id else None
