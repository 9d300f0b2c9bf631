"""What review page and sidebar show of a draft, and what their reader may do with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from plugin.card import Card, card_of, people_words
from plugin.delivery.unsent import why_unsent
from plugin.judgement import ways_to_pass
from plugin.models import UNDELIVERED, DraftState, Oversight, VerdictKind
from plugin.review.insertion import insertable_unasked
from plugin.review.rights import are_done
from plugin.runtime import Runtime
from plugin.store import audit, bypasses, corrections, drafts, merchants, people, verdicts
from plugin.store.audit_tables import AuditRow
from plugin.store.drafts import Held, in_composer_until
from plugin.store.people_tables import PersonRow
from plugin.store.schema import CorrectionRow, VerdictRow
from plugin.text.diff import diff
from plugin.text.hunks import Hunk, display_hunks
from plugin.web import standing
from plugin.web.changeable import Changeable, changeable, is_untouched
from plugin.web.history import Happened, history, why_anew, why_set_aside
from plugin.web.order_view import OrderView, order_of
from plugin.web.reader import Rights, advice_for, rights_of
from plugin.web.sign_in import SignedIn
from plugin.web.standing import YOU, Answering, Deed, InComposer, PastApproval, past_approval
from plugin.web.words import TEXT_TITLES

_SIGNATURES = (VerdictKind.APPROVE, VerdictKind.EDIT)


@dataclass(frozen=True, slots=True)
class DraftView:
    """Everything that is shown of a draft.

    Attributes:
        deed: Who brought it to where it stands.
        trouble: Why it was not sent.
        anew: Why there is another revision of it than the first.
        would_pass: What would have let it pass, while it is held.
        advice: What its policies tell those who may still sign it.
        signed: Who has approved this revision, in order.
        missing: How many more must approve after the reader.
        waits_for: Who must approve still: ``one more admin``; after the reader, if they may sign.
        undo_left: Seconds until an approved reply goes out; None where none does.
        answering: Who said that they answer this customer themselves.
        composer: Who has it in their composer; None where nobody has.
        done: Its actions are done, or it has none.
        order: What was known of the order when the draft was made.
        measured: It is measured how long the draft is in sight.
        ticket_url: The ticket in the helpdesk.
        newer: The id of the ticket's newer draft, where this one is stale.
        changeable: The actions that a reviewer may still change.
        may_regenerate: Another draft can be asked for.
        insertable_unasked: It may come into an empty composer by itself.
        bypasses: What left without its approval, oldest first.
    """

    held: Held
    card: Card
    headline: str
    deed: Deed | None
    trouble: str | None
    next_step: str | None
    anew: str | None
    would_pass: tuple[str, ...]
    advice: tuple[str, ...]
    rights: Rights
    signed: tuple[str, ...]
    missing: int
    waits_for: str
    undo_left: float | None
    answering: Answering | None
    composer: InComposer | None
    done: bool
    history: tuple[Happened, ...]
    correction: CorrectionRow | None
    hunks: tuple[Hunk, ...]
    newer: str | None
    order: OrderView | None
    measured: bool
    ticket_url: str
    changeable: tuple[Changeable, ...]
    may_regenerate: bool
    insertable_unasked: bool
    bypasses: tuple[PastApproval, ...]

    @property
    def offered(self) -> str:
        """The text that goes out, or went out, as far as we know."""
        return self.held.draft.final_text or self.held.draft.text or ""

    @property
    def text_title(self) -> str:
        """What stands above the text, so that nobody takes for sent what was not."""
        return TEXT_TITLES.get(self.held.draft.state, "The draft (not sent)")

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
        rights, held = self.rights, self.held
        if held.insert_only and held.oversight is not Oversight.APPROVAL:
            return False
        return rights.why_not_approve is None and not rights.has_signed and self.composer is None

    @property
    def can_change(self) -> bool:
        """The text is theirs to change: to approve it so, or to put it so into their composer."""
        mine = self.composer is not None and self.composer.mine
        return self.can_approve or (mine and self.rights.insert and not _is_approved(self.held))


def view_of(session: Session, runtime: Runtime, who: SignedIn, draft_id: str) -> DraftView:
    """Look a draft up for one of the merchant's people.

    Raises:
        MissingError: Not there, or another merchant's.
    """
    scope, reader, now = who.scope, who.person, runtime.now()
    held = drafts.get(session, scope, draft_id)
    draft = held.draft
    names = people.names(session, scope)
    to_reader = {**names, reader.id: YOU}
    said = tuple(verdicts.of_draft(session, scope, draft_id))
    past = audit.of_draft(session, scope, draft_id)
    signers = [row.person_id for row in said if _counts(row, draft.rev)]
    correction = corrections.of_draft(session, scope, draft_id)
    card = card_of(held, public_url=runtime.settings.public_url)
    composer = _composer(held, reader, names, now)
    answering = _answering(held, reader, names)
    rights = rights_of(held, reader, signers, answering, now)
    needed = max(1, held.decision.approvals if held.decision else 1)
    reader_signs = rights.why_not_approve is None and not rights.has_signed
    missing = needed - len(signers) - 1
    return DraftView(
        held=held,
        card=card,
        headline=standing.headline(
            held,
            card,
            composer=composer,
            answering=answering,
            signed=len(signers),
            needed=needed,
            aside=why_set_aside(past),
        ),
        deed=standing.deed(held, said, past, signers, to_reader),
        trouble=_trouble(held, past),
        next_step=standing.next_step(held, reader, answering),
        anew=why_anew(past, draft.rev, held.decision.held_because if held.decision else ()),
        would_pass=_would_pass(session, runtime, who, held),
        advice=advice_for(held, card, rights),
        rights=rights,
        signed=tuple(to_reader.get(signer, "somebody") for signer in signers),
        missing=missing,
        waits_for=people_words(
            held.decision.approvers if held.decision else (),
            max(1, missing if reader_signs else missing + 1),
            more=True,
        ),
        undo_left=None if composer or held.insert_only else _undo_left(held, now),
        answering=answering,
        composer=composer,
        done=are_done(held),
        history=history(past, said, names),
        correction=correction,
        hunks=_hunks(correction),
        newer=_newer(session, who, held),
        order=order_of(held),
        measured=merchants.has_habits(session, scope),
        ticket_url=runtime.ticket_url(
            merchants.account(session, scope, draft.account_id), draft.ticket_id
        ),
        changeable=changeable(held),
        may_regenerate=draft.state.is_awaiting and composer is None and is_untouched(held),
        insertable_unasked=insertable_unasked(held, past, now),
        bypasses=_bypasses(session, who, held, to_reader),
    )


def _would_pass(session: Session, runtime: Runtime, who: SignedIn, held: Held) -> tuple[str, ...]:
    if not held.draft.state.is_awaiting and held.draft.state is not DraftState.BLOCKED:
        return ()
    return ways_to_pass(session, who.scope, runtime.policy(session, who.scope), held)


def _counts(row: VerdictRow, rev: int) -> bool:
    return row.counts and row.rev == rev and row.kind in _SIGNATURES


def _is_approved(held: Held) -> bool:
    return held.draft.state is DraftState.APPROVED


def _composer(
    held: Held, reader: PersonRow, names: Mapping[str, str], now: datetime
) -> InComposer | None:
    until = in_composer_until(held.draft, now)
    whose = held.draft.inserted_by
    if until is None or whose is None:
        return None
    return InComposer(names.get(whose, "Somebody"), whose == reader.id, until)


def _answering(held: Held, reader: PersonRow, names: Mapping[str, str]) -> Answering | None:
    whose = held.draft.opened_for
    return Answering(names.get(whose, "Somebody"), whose == reader.id) if whose else None


def _trouble(held: Held, past: Sequence[AuditRow]) -> str | None:
    state = held.draft.state
    if state not in UNDELIVERED:
        return None
    return why_unsent(state, standing.unsent_because(held, past))


def _undo_left(held: Held, now: datetime) -> float | None:
    draft = held.draft
    if draft.state is not DraftState.APPROVED or held.oversight is Oversight.AUTO:
        return None
    return max(0.0, (draft.due_at - now).total_seconds()) if draft.due_at else 0.0


def _hunks(correction: CorrectionRow | None) -> tuple[Hunk, ...]:
    if correction is None:
        return ()
    return display_hunks(diff(correction.draft_text, correction.final_text))


def _bypasses(
    session: Session, who: SignedIn, held: Held, names: Mapping[str, str]
) -> tuple[PastApproval, ...]:
    if not held.draft.bypassed:
        return ()
    rows = bypasses.of_draft(session, who.scope, held.draft.id)
    return tuple(past_approval(row, names) for row in rows)


def _newer(session: Session, who: SignedIn, held: Held) -> str | None:
    draft = held.draft
    if draft.state is not DraftState.STALE:
        return None
    newest = drafts.of_ticket(session, who.scope, draft.account_id, draft.ticket_id)[0]
    return newest.id if newest.id != draft.id else None
