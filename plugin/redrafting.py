"""Makes another draft where a person has asked for one: a job of its own, as every draft is.

The draft waits as `drafting` and is held as closely as it was before. The job reads ticket and shop
again, asks the drafter with the person's instruction, decides, and puts the new revision before the
agents. Where nothing better is found the draft is offered again as it was, with the reason. A
worker that dies on the way leaves a row that the sweep drives on.
"""

from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta

import structlog
from sqlalchemy.orm import Session

from connectors.errors import ConnectorError
from connectors.types import Message
from plugin import facts, headroom
from plugin.delivery import answers
from plugin.drafting.base import Again
from plugin.judgement import STATE_FOR, ask_draft_note, at_least_review, decision_row, judge
from plugin.models import Decision, DraftState, VerdictKind
from plugin.novelty import novel, topics_of
from plugin.outbox import ask_redraft, ask_tags
from plugin.policy import reading
from plugin.policy.limits import keys_of
from plugin.policy.situation import Situation
from plugin.provenance import completed
from plugin.runtime import Case, Runtime
from plugin.store import drafts, effects, merchants, verdicts
from plugin.store.drafts import Held
from plugin.store.schema import DraftRow
from plugin.store.scope import Scope

log = structlog.get_logger(__name__)

_SYSTEM = "system"
_UNREAD = "The ticket could not be read, so there is no other draft. Ask again in a while."
_OVERTAKEN = "Somebody wrote on the ticket meanwhile, so there is no other draft."
# A person waits for it, and the draft that was there is better than none.
PATIENCE = timedelta(minutes=5)
_WAIT = timedelta(seconds=10)
# Whatever stands in the way, a fault of ours too: the sweep does not drive on for ever.
_HOPELESS = 2 * PATIENCE


def redraft(runtime: Runtime, scope: Scope, draft_id: str) -> None:
    """Make another draft, if one is still asked for."""
    with runtime.database.read() as session:
        held = drafts.get(session, scope, draft_id)
        if held.draft.state is not DraftState.DRAFTING:
            return
        account = merchants.account(session, scope, held.draft.account_id)
        ours = effects.ours_on_ticket(session, scope, account.id, held.draft.ticket_id)
        again = _wanted(session, scope, held.draft)
    if runtime.now() - held.draft.state_at > _HOPELESS:
        _offer_as_it_was(runtime, scope, held.draft, _UNREAD)
        return
    try:
        helpdesk = runtime.helpdesk(account)
        conversation = helpdesk.conversation(held.draft.ticket_id)
        case = Case(runtime, scope, account, helpdesk, held.draft.ticket_id, conversation)
        newer = answers.newer_public_message(conversation, held.draft, ours)
        if newer is not None:
            _overtaken(case, held.draft, newer)
            return
        _answer(case, held.draft, again, ours)
    except ConnectorError as error:
        _not_read(runtime, scope, held.draft, error)


def _wanted(session: Session, scope: Scope, draft: DraftRow) -> Again:
    """What the last person who asked for another draft said."""
    asked = [
        verdict
        for verdict in verdicts.of_draft(session, scope, draft.id)
        if verdict.kind is VerdictKind.REGENERATE
    ]
    words = asked[-1].reason or "" if asked else ""
    return Again(words, frozenset(str(source["id"]) for source in draft.sources))


def _answer(case: Case, seen: DraftRow, again: Again, ours: Collection[str]) -> None:
    runtime, scope = case.runtime, case.scope
    message = next((one for one in case.conversation if one.id == seen.message_id), None)
    if message is None:
        _offer_as_it_was(runtime, scope, seen, _UNREAD)
        return
    ticket = case.helpdesk.ticket(case.ticket_id)
    shops = runtime.shops(scope)
    gathered = facts.gather(ticket, message, case.conversation, shops, ours=ours)
    request = replace(gathered.request, again=again)
    draft = runtime.drafter(scope).draft(request)
    if draft.text is None:
        _offer_as_it_was(runtime, scope, seen, draft.note or "There is no other draft.")
        return
    known = facts.facts_of(gathered, draft, at=runtime.now())
    with runtime.database.write() as session:
        held = drafts.get(session, scope, seen.id, lock=True)
        if not _still_wanted(held.draft, seen):
            return
        in_force = runtime.policy(session, scope)
        known = replace(known, novel=novel(session, scope, in_force.file, draft, known))
        situation = Situation(in_force.file, draft, known)
        note = " ".join(part for part in (draft.note, *gathered.warnings) if part) or None
        _put(runtime, session, scope, held, situation=situation, note=note)
    log.info("redrafted", draft=seen.id, rev=seen.rev)


def _put(
    runtime: Runtime,
    session: Session,
    scope: Scope,
    held: Held,
    *,
    situation: Situation,
    note: str | None,
) -> None:
    """The new draft in the place of the one before it."""
    row, draft, known, now = held.draft, situation.draft, situation.facts, runtime.now()
    keys = keys_of(situation.file, draft, known)
    decision = judge(situation, headroom.beside(session, scope, keys, row.id, at=now))
    drafts.change(
        session,
        scope,
        row,
        text=draft.text,
        intent=draft.intent,
        language=draft.language,
        confidence=draft.confidence,
        drafter=draft.drafter,
        note=note,
        sources=[
            {"kind": source.kind, "id": source.id, "title": source.title}
            for source in draft.sources
        ],
        facts=facts.to_record(known),
        reading=reading.to_record(situation.reading),
        topics=topics_of(known, draft),
    )
    drafts.forget_revision(session, scope, row.id, row.rev)
    drafts.add_actions(session, scope, row.id, row.rev, completed(draft.actions, known))
    actions = dict(enumerate(draft.actions))
    headroom.hold_again(session, scope, row.id, actions, known, at=now)
    _wait_for_verdict(runtime, session, scope, row, decision)


def _wait_for_verdict(
    runtime: Runtime, session: Session, scope: Scope, row: DraftRow, decision: Decision
) -> None:
    """A person asked for it, so a person sees it before it leaves."""
    now, in_force = runtime.now(), runtime.policy(session, scope)
    decision = at_least_review(decision)
    decided = decision_row(row, row.rev, decision, in_force=in_force, at=now)
    drafts.add_decision(session, scope, decided)
    session.flush()
    _move(runtime, session, scope, row, STATE_FOR[decision.oversight])
    ask_draft_note(runtime, session, scope, row.id)


def _move(runtime: Runtime, session: Session, scope: Scope, row: DraftRow, to: DraftState) -> None:
    at, why = runtime.now(), {"because": "regenerated"}
    drafts.move(session, scope, row, to, actor=_SYSTEM, at=at, detail=why)


def _offer_as_it_was(runtime: Runtime, scope: Scope, seen: DraftRow, why: str) -> None:
    """Nothing better was found: what was offered before is offered again, held as it was."""
    with runtime.database.write() as session:
        held = drafts.get(session, scope, seen.id, lock=True)
        if not _still_wanted(held.draft, seen) or held.decision is None:
            return
        drafts.change(session, scope, held.draft, note=why)
        _move(runtime, session, scope, held.draft, STATE_FOR[held.decision.oversight])
        ask_draft_note(runtime, session, scope, seen.id)
    log.info("not_redrafted", draft=seen.id, rev=seen.rev)


def _overtaken(case: Case, seen: DraftRow, newer: Message) -> None:
    """Somebody wrote after the message that the draft is for."""
    if newer.author.role.is_staff:
        _offer_as_it_was(case.runtime, case.scope, seen, _OVERTAKEN)
        answers.agent_replied(case, newer)
        return
    with case.runtime.database.write() as session:
        draft = drafts.get(session, case.scope, seen.id, lock=True).draft
        if _still_wanted(draft, seen):
            _move(case.runtime, session, case.scope, draft, DraftState.STALE)
            ask_tags(session, case.runtime.enqueue, case.scope, draft, at=case.runtime.now())


def _not_read(runtime: Runtime, scope: Scope, seen: DraftRow, error: ConnectorError) -> None:
    """Come back; in the end the person gets the draft that was there."""
    log.warning("redraft_not_read", draft=seen.id, reason=error.reason)
    now = runtime.now()
    if error.permanent or now - seen.state_at > PATIENCE:
        _offer_as_it_was(runtime, scope, seen, _UNREAD)
        return
    due = now + max(_WAIT, timedelta(seconds=error.retry_after or 0))
    with runtime.database.write() as session:
        draft = drafts.get(session, scope, seen.id, lock=True).draft
        if not _still_wanted(draft, seen):
            return
        drafts.change(session, scope, draft, due_at=due)
        ask_redraft(session, runtime.enqueue, scope, draft, due=due, at=now)


def _still_wanted(draft: DraftRow, seen: DraftRow) -> bool:
    return (draft.state, draft.rev) == (DraftState.DRAFTING, seen.rev)
