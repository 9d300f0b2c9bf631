"""A person's verdict on a draft: what follows from it. Who may give it is in `rights`.

The draft is compared-and-set on (id, revision, state): of two people at once one wins and the
other is told what happened.
"""

from dataclasses import dataclass, replace
from datetime import timedelta

import structlog
from sqlalchemy.orm import Session

from plugin.audit import record
from plugin.binding import offered, signed_digest
from plugin.card import INSERT_IT, plain_note_html
from plugin.errors import ForbiddenError, InvalidInputError, MovedError
from plugin.judgement import ask_draft_note
from plugin.models import UNDELIVERED, DraftState, Oversight, RejectReason, Surface, VerdictKind
from plugin.outbox import ask_delivery, ask_note, ask_redraft, ask_tags
from plugin.review import claims
from plugin.review.action_edits import ActionChange
from plugin.review.edits import Edit, Editor
from plugin.review.habits import habit_of
from plugin.review.rights import (
    require_answerable,
    require_as_seen,
    require_awaiting,
    require_done,
    require_in_no_composer,
    require_payable,
    require_still_true,
)
from plugin.runtime import Runtime
from plugin.signing import require_agent, require_role, require_signer
from plugin.store import drafts, verdicts
from plugin.store.drafts import Held
from plugin.store.people_tables import PersonRow
from plugin.store.scope import Scope
from plugin.telling import ask as telling

log = structlog.get_logger(__name__)

LONGEST_INSTRUCTION = 500
_NO_REASON = {
    False: "Choose what is wrong with it, or say it in a few words.",
    True: "Say in a few words why you reject it.",
}
_SIGNING = frozenset({VerdictKind.APPROVE, VerdictKind.EDIT})
_SETTLES = {
    VerdictKind.WAS_SENT: DraftState.DELIVERED,
    VerdictKind.WAS_ANSWERED: DraftState.ANSWERED,
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a person says.

    Attributes:
        rev: The revision they saw.
        state: The state they saw; None where the surface cannot know it.
        text: The new text of an edit; None where only actions are changed.
        actions: What an edit makes of the actions.
        reason: Why it is rejected; of another draft that is asked for, how it should be.
        reason_kind: Why it is rejected, in short.
        done: They say they have done every action.
        source: The helpdesk message it was read from: it counts once.
        seen_ms: For how long the draft was in sight before, as their browser says.
    """

    kind: VerdictKind
    surface: Surface
    rev: int
    state: DraftState | None = None
    text: str | None = None
    actions: tuple[ActionChange, ...] = ()
    reason: str | None = None
    reason_kind: RejectReason | None = None
    done: bool = False
    source: str | None = None
    seen_ms: int | None = None


def give(
    runtime: Runtime, scope: Scope, draft_id: str, person: PersonRow, verdict: Verdict
) -> DraftState:
    """Give a verdict. Returns where the draft stands after it.

    Raises:
        MissingError: No such draft of this merchant.
        MovedError: It is not what they saw any more; says what it is now.
        ForbiddenError: They may not, and who may.
        InvalidInputError: A text, a reason or a tick is missing.
    """
    if verdict.kind in _SIGNING:
        require_still_true(
            runtime, scope, draft_id, said_done=verdict.done, changes=verdict.actions
        )
    with runtime.database.write() as session:
        held = drafts.get(session, scope, draft_id, lock=True)
        require_as_seen(session, scope, held, verdict.rev, verdict.state)
        step = _Step(runtime, session, scope, held, person, verdict)
        match verdict.kind:
            case VerdictKind.APPROVE | VerdictKind.EDIT:
                step.approve()
            case VerdictKind.REJECT:
                step.reject()
            case VerdictKind.RESPOND:
                step.respond()
            case VerdictKind.STEP_BACK:
                step.step_back()
            case VerdictKind.REGENERATE:
                step.regenerate()
            case VerdictKind.UNDO:
                step.undo()
            case VerdictKind.SEND_AGAIN:
                step.send_again()
            case VerdictKind.WAS_SENT | VerdictKind.WAS_ANSWERED:
                step.settle_delivery(_SETTLES[verdict.kind])
        claims.end(session, scope, held.draft)
        log.info(
            "verdict",
            draft=draft_id,
            kind=verdict.kind,
            surface=verdict.surface,
            state=held.draft.state,
        )
        return held.draft.state


@dataclass(frozen=True, slots=True)
class _Step:
    """One verdict inside its transaction."""

    runtime: Runtime
    session: Session
    scope: Scope
    held: Held
    person: PersonRow
    verdict: Verdict

    def approve(self) -> None:
        """Sign; with the last signature the reply is due after the time to undo."""
        require_awaiting(self.held)
        require_in_no_composer(self.runtime, self.session, self.scope, self.held, self.person)
        if self.held.insert_only and self.held.oversight is not Oversight.APPROVAL:
            raise MovedError(INSERT_IT)
        if self.verdict.kind is VerdictKind.EDIT:
            self._edit()
        else:
            require_signer(self.held, self.person)
            self._sign(self._offered())

    def _edit(self) -> None:
        """Sign what the person made of it."""
        detail = {"verdict": self.verdict.kind, "surface": self.verdict.surface}
        editor = Editor(self.runtime, self.session, self.scope, self.held, self.person, detail)
        applied = editor.apply(Edit(self.verdict.text, self.verdict.actions))
        require_signer(applied.held, self.person)
        edited = replace(self, held=applied.held)
        edited._sign(applied.text, changes=applied.changes)  # noqa: SLF001 - the same step, further on

    def _sign(self, text: str, changes: list[dict[str, object]] | None = None) -> None:
        """Record the signature, with what it is given on; the last one releases the reply.

        Only signatures under the very same text, actions and facts count together.
        """
        draft, digest = self.held.draft, signed_digest(self.held, text=text)
        signed = verdicts.signatures(self.session, self.scope, draft.id, draft.rev)
        same = {signer for signer, given_on in signed.items() if given_on == digest}
        if self.person.id in same:
            raise MovedError("You have approved this draft already; another person must too.")
        require_payable(self.held, said_done=self.verdict.done)
        last = len(same) + 1 >= self._needed()
        if last:
            self._tick()
        edits = self.verdict.kind is VerdictKind.EDIT
        self._record(text=text if edits else None, changes=changes, digest=digest)
        if last:
            self._release(final_text=text)
            return
        drafts.change(self.session, self.scope, draft, final_text=text)
        if draft.rev != self.verdict.rev:
            ask_draft_note(self.runtime, self.session, self.scope, draft.id)

    def send_again(self) -> None:
        """Deliver a reply that did not go out, as a new attempt of its own."""
        self._require_undelivered()
        require_signer(self.held, self.person)
        self._record()
        self._release(round=self.held.draft.round + 1)

    def settle_delivery(self, state: DraftState) -> None:
        """Say what became of a reply of which we do not know."""
        self._require_undelivered()
        require_signer(self.held, self.person)
        self._record()
        self._move(state)

    def _require_undelivered(self) -> None:
        if self.held.draft.state not in UNDELIVERED:
            raise MovedError(f"This draft is {self.held.draft.state.words}.")

    def _release(self, **changes: object) -> None:
        """Approved: the reply is due once the time to undo is over, or waits for who sends it."""
        if self.held.insert_only:
            self._move(DraftState.APPROVED, **changes)
            return
        now = self.runtime.now()
        due = now + timedelta(seconds=self.runtime.settings.undo_seconds)
        self._move(DraftState.APPROVED, due_at=due, **changes)
        enqueue = self.runtime.enqueue
        ask_delivery(self.session, enqueue, self.scope, self.held.draft, due=due, at=now)

    def reject(self) -> None:
        """Say that it must not go out, and why."""
        require_awaiting(self.held)
        require_agent(self.person)
        short = self.verdict.reason_kind in (None, RejectReason.OTHER)
        if short and not (self.verdict.reason or "").strip():
            raise InvalidInputError("reason", _NO_REASON[self.verdict.surface is Surface.NOTE])
        self._record(reason_kind=self.verdict.reason_kind or RejectReason.OTHER)
        self._move(DraftState.REJECTED)

    def respond(self) -> None:
        """Say that this person answers themself: no bypass, and nothing is sent by us."""
        require_answerable(self.held)
        require_agent(self.person)
        if self.held.oversight is Oversight.APPROVAL:
            require_role(self.held, self.person)
        self._record()
        self._open_for(self.person.id, "answers this customer in their own words.")

    def step_back(self) -> None:
        """Say that this person does not answer themself after all."""
        require_answerable(self.held)
        if self.held.draft.opened_for != self.person.id:
            raise MovedError("You have not said that you answer this customer.")
        self._record()
        self._open_for(None, "does not answer this customer after all.")

    def _open_for(self, person_id: str | None, told: str) -> None:
        """Let one person reply without a bypass, or nobody any more; the ticket's note says it."""
        draft, now = self.held.draft, self.runtime.now()
        drafts.change(self.session, self.scope, draft, opened_for=person_id)
        ask_note(
            self.session,
            self.runtime.enqueue,
            self.scope,
            account_id=draft.account_id,
            ticket_id=draft.ticket_id,
            html=plain_note_html(f"{self.person.name} {told}"),
            key=f"respond:{draft.id}:{now.timestamp()}",
            at=now,
            draft_id=draft.id,
        )

    def regenerate(self) -> None:
        """Ask the drafter for another draft. What was signed is void; a job makes the new one."""
        require_awaiting(self.held)
        require_agent(self.person)
        require_in_no_composer(self.runtime, self.session, self.scope, self.held, self.person)
        draft, session, scope = self.held.draft, self.session, self.scope
        if len(self.verdict.reason or "") > LONGEST_INSTRUCTION:
            most = f"An instruction has at most {LONGEST_INSTRUCTION} characters."
            raise InvalidInputError("instruction", most)
        if any(row.done_at is not None for row in self.held.actions):
            raise MovedError("Its actions are done already, so it stays. Edit the reply instead.")
        verdicts.void(session, scope, draft.id)
        self._record()
        due = self.runtime.now()
        self._move(DraftState.DRAFTING, rev=draft.rev + 1, final_text=None, due_at=due)
        # Until another takes its place it is the draft that it was: held as closely, no less.
        if self.held.decision is not None:
            drafts.carry_decision(session, scope, self.held.decision, to_rev=draft.rev)
        drafts.carry_actions(session, scope, self.held.actions, to_rev=draft.rev)
        ask_redraft(session, self.runtime.enqueue, scope, draft, due=due, at=due)

    def undo(self) -> None:
        """Take an approval back while the reply has not left."""
        require_agent(self.person)
        draft = self.held.draft
        if draft.state is not DraftState.APPROVED or self.held.oversight is Oversight.AUTO:
            raise MovedError(f"Too late to undo: this draft is {draft.state.words}.")
        signers = verdicts.signers(self.session, self.scope, draft.id, draft.rev)
        verdicts.void(self.session, self.scope, draft.id)
        telling.voided(
            self.runtime,
            self.session,
            self.scope,
            self.held,
            signers - {self.person.id},
            why=f"{self.person.name} took it back.",
            at=self.runtime.now(),
        )
        self._record()
        approval = self.held.oversight is Oversight.APPROVAL
        back = DraftState.AWAITING_APPROVAL if approval else DraftState.AWAITING_REVIEW
        # It stays as it was edited: only the signature is taken back.
        self._move(back)
        ask_draft_note(self.runtime, self.session, self.scope, draft.id)

    def _offered(self) -> str:
        """What would go out: the draft's text, or an earlier signer's edit."""
        draft = self.held.draft
        edited = draft.final_text is not None and draft.final_text != draft.text
        if edited and self.verdict.surface is Surface.NOTE:
            raise ForbiddenError(
                "This reply was edited after its note. Read it and sign on the review page."
            )
        return offered(self.held)

    def _tick(self) -> None:
        """The last signature says that actions nobody executes for us are done."""
        if require_done(self.held, said=self.verdict.done):
            draft, now = self.held.draft, self.runtime.now()
            verdicts.tick_actions(
                self.session, self.scope, draft.id, draft.rev, self.person.id, at=now
            )

    def _needed(self) -> int:
        decision = self.held.decision
        return max(1, decision.approvals if decision else 1)

    def _record(
        self,
        *,
        text: str | None = None,
        reason_kind: RejectReason | None = None,
        changes: list[dict[str, object]] | None = None,
        digest: str | None = None,
    ) -> None:
        """Keep the verdict; `digest` names what a signature is given on."""
        decision = self.held.decision
        offered_text, said = self.held.draft.final_text or self.held.draft.text, self.verdict
        habit = habit_of(self.session, self.scope, said.kind, offered_text, said.seen_ms)
        verdicts.add(
            self.session,
            self.scope,
            draft_id=self.held.draft.id,
            rev=self.held.draft.rev,
            person_id=self.person.id,
            kind=self.verdict.kind,
            surface=self.verdict.surface,
            text=text,
            reason=self.verdict.reason,
            reason_kind=reason_kind,
            action_changes=changes,
            signed_digest=digest,
            signed_policy=decision.policy_number if digest and decision else None,
            source=self.verdict.source,
            at=self.runtime.now(),
            seen_ms=habit.seen_ms,
            quick=habit.quick,
        )
        record.verdict(
            self.session,
            self.scope,
            self.held,
            self.verdict.kind,
            surface=self.verdict.surface,
            person_id=self.person.id,
            reply=text or self.held.draft.final_text or self.held.draft.text,
            reason=self.verdict.reason,
            at=self.runtime.now(),
        )

    def _move(self, to: DraftState, **changes: object) -> None:
        now = self.runtime.now()
        drafts.move(
            self.session,
            self.scope,
            self.held.draft,
            to,
            actor=f"person:{self.person.id}",
            at=now,
            detail={"verdict": self.verdict.kind, "surface": self.verdict.surface},
            **changes,
        )
        ask_tags(self.session, self.runtime.enqueue, self.scope, self.held.draft, at=now)
