"""An edit of a draft's text and actions, held against the policies before it is signed.

Text and actions are judged together. What needs no more than the draft was held for is signed as it
stands. What needs more is not lost to whoever may sign that as well: the draft takes a new revision
under the stricter decision, and their signature is its first. Everybody else is told who could.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from connectors.types import ActionRequest
from plugin import facts, headroom
from plugin.card import approvers_words
from plugin.errors import ForbiddenError, MovedError
from plugin.judgement import (
    STATE_FOR,
    at_least_review,
    decision_row,
    hold_again,
    is_stricter,
    judge,
    stored_situation,
)
from plugin.models import Decision, DraftState, Facts, Oversight
from plugin.policy.limits import keys_of
from plugin.provenance import Kind, Told
from plugin.review import named_money
from plugin.review.action_edits import ActionChange, Edited, edited
from plugin.review.rights import checked_text
from plugin.runtime import PolicyInForce, Runtime
from plugin.signing import require_signer, require_signing_role
from plugin.store import drafts, people, verdicts
from plugin.store.drafts import Held, action_of
from plugin.store.people_tables import PersonRow
from plugin.store.scope import Scope


@dataclass(frozen=True, slots=True)
class Edit:
    """What somebody made of a draft. `text` is None where they left it as it is offered."""

    text: str | None
    actions: tuple[ActionChange, ...] = ()


@dataclass(frozen=True, slots=True)
class Applied:
    """A draft as an edit has it; `held` has a new revision where more than the text changed."""

    held: Held
    text: str
    changes: list[dict[str, object]] | None


@dataclass(frozen=True, slots=True)
class Editor:
    """A person with a draft before them that they may approve.

    Attributes:
        session: The transaction of their verdict; it holds the draft's lock.
        held: Awaiting a verdict.
        detail: For the audit.
    """

    runtime: Runtime
    session: Session
    scope: Scope
    held: Held
    person: PersonRow
    detail: Mapping[str, object]

    def apply(self, edit: Edit) -> Applied:
        """Make an edit; nothing is signed by it yet.

        Raises:
            InvalidInputError: A text or an amount cannot be.
            ForbiddenError: So edited it needs somebody else.
            MovedError: Somebody has signed it already as it was.
        """
        held, draft = self.held, self.held.draft
        if verdicts.signers(self.session, self.scope, draft.id, draft.rev):
            raise MovedError("Somebody has signed this text already; reject it to change it.")
        require_signing_role(held, self.person)
        text = checked_text(edit.text if edit.text is not None else draft.final_text or draft.text)
        before = {row.position: action_of(row) for row in held.actions}
        done = frozenset(row.position for row in held.actions if row.done_at is not None)
        known = facts.from_record(draft.facts)
        change = edited(before, edit.actions, done=done, known=known)
        self._require_named(text, before, change, known)
        in_force = self.runtime.policy(self.session, self.scope)
        again = at_least_review(self._judged(in_force, text, change))
        stricter = held.decision is not None and is_stricter(again, held.decision)
        if not stricter and not change.changes:
            return Applied(held, text, None)
        if stricter:
            _require_may(again, self.person)
        new = self._new_revision(in_force, again, text, change)
        require_signer(new, self.person)
        return Applied(new, text, change.changes or None)

    def _require_named(
        self, text: str, before: Mapping[int, ActionRequest], change: Edited, known: Facts
    ) -> None:
        offered = self.held.draft.final_text or self.held.draft.text or ""
        named_money.require_same(text, offered, before, change.actions)
        named_money.require_within(
            text,
            offered,
            actions=change.actions.values(),
            grounded=known.grounded or (),
            language=self.held.draft.language,
            limit=people.limit_of(self.person),
        )

    def _judged(self, in_force: PolicyInForce, text: str, change: Edited) -> Decision:
        """The decision about text and actions together.

        Who asks for more than before stands behind everybody who was counted meanwhile; who does
        not keeps the headroom that the draft was given.
        """
        draft, session, scope = self.held.draft, self.session, self.scope
        actions = tuple(change.actions.values())
        situation = stored_situation(in_force.file, self.held, text=text, actions=actions)
        known = situation.facts
        if _asks_for_more(self.held, change):
            keys = keys_of(in_force.file, situation.draft, known)
            spent = headroom.beside(session, scope, keys, draft.id, at=self.runtime.now())
        else:
            spent = headroom.before(session, scope, draft.id, known.at or draft.created_at)
        return judge(situation, spent)

    def _new_revision(
        self, in_force: PolicyInForce, again: Decision, text: str, change: Edited
    ) -> Held:
        """The draft as it was edited, waiting under the decision about that."""
        draft, session, scope = self.held.draft, self.session, self.scope
        now = self.runtime.now()

        def move(to: DraftState, **changes: object) -> None:
            actor = f"person:{self.person.id}"
            detail = self.detail
            drafts.move(session, scope, draft, to, actor=actor, at=now, detail=detail, **changes)

        move(DraftState.DRAFTING, rev=draft.rev + 1, final_text=text)
        row = decision_row(draft, draft.rev, again, in_force=in_force, at=now)
        drafts.add_decision(session, scope, row)
        kept = [row for row in self.held.actions if row.position not in change.dropped]
        origin = str(Told(Kind.PERSON, f"{self.person.name}, who changed it"))
        drafts.carry_actions(
            session, scope, kept, to_rev=draft.rev, amounts=change.amounts, origin=origin
        )
        session.flush()
        new = drafts.get(session, scope, draft.id)
        hold_again(session, scope, new, facts.from_record(draft.facts), at=now)
        move(STATE_FOR[again.oversight])
        return drafts.get(session, scope, draft.id)


def _asks_for_more(held: Held, change: Edited) -> bool:
    before = {row.position: action_of(row).amount for row in held.actions}
    return any(
        (was := before[position]) is None or money.amount > was.amount
        for position, money in change.amounts.items()
    )


def _require_may(again: Decision, person: PersonRow) -> None:
    """The stricter decision lets this person sign as well."""
    why = " ".join(again.held_because)
    if again.oversight is Oversight.BLOCK:
        raise ForbiddenError(f"This edit must not go out: {why}")
    if not any(person.role.may_sign_for(role) for role in again.approvers):
        whom = approvers_words([role.value for role in again.approvers])
        raise ForbiddenError(f"This edit needs {again.oversight.value} by {whom}: {why}")
