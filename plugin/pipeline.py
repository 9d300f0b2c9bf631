"""The main path. Read this file first.

1. `intake.accept` verifies a webhook's raw bytes, stores it once and enqueues `handle_event`.
2. A worker reads the ticket again from the helpdesk: the payload was only a hint.
3. Our own messages are dropped by receipt; a staff member's go to `review.notes` (internal) or to
   `delivery.answers` (public). What is no message goes to `privacy.follow` or `watching.watch`.
4. For a customer's message, `facts.gather` reads what is known, from the shop too.
5. The merchant's drafter makes a draft: `drafting`.
6. `judgement.judge_new` holds it against the policies: `policy.decide`. Pure.
7. `present.present` stores it all in one transaction; `delivery.effects` writes note and tags.
8. A person's verdict (`review.verdicts`) approves it; `delivery.replies` sends it exactly once.
9. What was really sent becomes a correction: `learning.corrections`.
"""

from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta

import structlog

from connectors.errors import AuthError, ConflictError, ConnectorError, RateLimitedError
from connectors.types import Message
from plugin import facts
from plugin.delivery import answers
from plugin.delivery.unsettled import UnderWayError, settle_on_ticket
from plugin.errors import MovedError
from plugin.jobs import JobName
from plugin.judgement import judge_new
from plugin.models import InboxState
from plugin.novelty import novel
from plugin.outbox import ticket_key
from plugin.policy.situation import Situation
from plugin.present import present
from plugin.privacy import follow
from plugin.rate_budget import in_bulk
from plugin.review import notes
from plugin.runtime import Case, Runtime
from plugin.store import drafts, effects, inbox, merchants
from plugin.store.engine import DatabaseUnavailableError
from plugin.store.schema import InboxEvent
from plugin.store.scope import Scope
from plugin.watching.watch import watch

log = structlog.get_logger(__name__)

# With waits of up to five minutes about three days: an outage loses nothing.
_MAX_ATTEMPTS = 900
# After about two minutes a message that was just written is not merely read late.
_READ_LATE = 6


def handle_event(runtime: Runtime, scope: Scope, event_id: str) -> None:
    """Do what an accepted webhook asks for, and say what became of it."""
    now, lease = runtime.now(), timedelta(seconds=runtime.pace.event_lease)
    with runtime.database.write() as session:
        event = inbox.claim(session, scope, event_id, at=now, until=now + lease)
    if event is None:
        return
    try:
        with in_bulk(event.vendor_type == inbox.FOUND):
            followed = follow.follow(runtime, scope, event) or watch(runtime, scope, event)
            nothing_new = followed or _known(runtime, scope, event)
            state, reason = nothing_new or _route(_case(runtime, scope, event), event)
    except (ConnectorError, MovedError, DatabaseUnavailableError) as error:
        _again_or_failed(runtime, scope, event, error)
        return
    with runtime.database.write() as session:
        inbox.finish(session, scope, event_id, state, reason=reason, at=runtime.now())
    log.info("event_handled", inbox=event_id, state=state, ticket=event.ticket_id)


def _known(runtime: Runtime, scope: Scope, event: InboxEvent) -> follow.Became | None:
    """What became of a message that we know, without asking the helpdesk; None for a new one.

    Each note and each reply of ours comes back as an event, and a new ticket's message comes twice.
    """
    account_id, message_id = event.account_id, event.message_id
    if message_id is None:
        return None
    with runtime.database.read() as session:
        if message_id in effects.ours_on_ticket(session, scope, account_id, event.ticket_id or ""):
            return InboxState.IGNORED, "Our own message."
        if drafts.of_message(session, scope, account_id, message_id):
            return InboxState.IGNORED, "This message has its draft already."
    return None


def _case(runtime: Runtime, scope: Scope, event: InboxEvent) -> Case:
    """The ticket as it stands now, with nothing of ours on it left in doubt."""
    ticket_id = event.ticket_id or ""
    with runtime.database.read() as session:
        account = merchants.account(session, scope, event.account_id)
    settle_on_ticket(runtime, scope, account.id, ticket_id)
    helpdesk = runtime.helpdesk(account)
    read = helpdesk.conversation(ticket_id)
    conversation, erased = follow.since_erased(runtime, scope, (account.id, ticket_id), read)
    return Case(runtime, scope, account, helpdesk, ticket_id, conversation, erased)


def _route(case: Case, event: InboxEvent) -> follow.Became:
    """Find out who wrote what, and pass it on."""
    if event.message_id in case.erased:
        return InboxState.IGNORED, "It came before this ticket was erased."
    message = _message_of(event, case)
    if message is None:
        return InboxState.IGNORED, "There is no public message yet."
    with case.runtime.database.read() as session:
        ours = effects.ours_on_ticket(session, case.scope, case.account.id, case.ticket_id)
    if message.id in ours:
        return InboxState.IGNORED, "Our own message."
    if not message.author.role.is_staff:
        return _customer_wrote(case, message, ours)
    if message.public:
        return InboxState.DONE, answers.agent_replied(case, message)
    did = notes.read(case, message)
    return (InboxState.DONE, did) if did else (InboxState.IGNORED, "An internal note.")


def _customer_wrote(case: Case, message: Message, ours: Collection[str]) -> follow.Became:
    """Draft, decide and present; one draft for each message, and only for the newest word."""
    answers.catch_up(case, ours)
    overtaken = _overtaken(case, message, ours)
    if overtaken is not None:
        return InboxState.IGNORED, overtaken
    runtime, scope = case.runtime, case.scope
    ticket = case.helpdesk.ticket(case.ticket_id)
    if ticket.is_over:
        return InboxState.IGNORED, "Overtaken: the ticket was solved before a draft was made."
    shops = runtime.shops(scope)
    gathered = facts.gather(ticket, message, case.conversation, shops, ours=ours)
    draft = runtime.drafter(scope).draft(gathered.request)
    known = facts.facts_of(gathered, draft, at=runtime.now())
    with runtime.database.read() as session:
        policy = runtime.policy(session, scope)
        known = replace(known, novel=novel(session, scope, policy.file, draft, known))
    situation = Situation(policy.file, draft, known)
    decision = judge_new(situation)
    state = present(case, gathered, situation, decision=decision, in_force=policy)
    if state is None:
        return InboxState.IGNORED, "This message has its draft already."
    answers.apps_were_faster(case, message, ours)
    return InboxState.DONE, f"Drafted: {state.words}."


def _message_of(event: InboxEvent, case: Case) -> Message | None:
    """The message an event is about; a new ticket's is its newest public one of a person.

    So is one that the helpdesk goes on not showing: it may be called otherwise there.

    Raises:
        ConflictError: The helpdesk does not show it yet: what was just written may be read late.
    """
    said = (m for m in reversed(case.conversation) if m.public and not m.is_by_machine)
    if event.message_id is None:
        return next(said, None)
    named = next((m for m in case.conversation if m.id == event.message_id), None)
    if named is None and event.attempts < _READ_LATE:
        raise ConflictError("the helpdesk does not show this message")
    return named or next(said, None)


def _overtaken(case: Case, message: Message, ours: Collection[str]) -> str | None:
    """Why a customer's message gets no draft (any more); None where it does.

    Our own reply overtakes nothing: it answers an earlier message. Nor does a rule's or another
    app's: nobody has answered.
    """
    if not message.public:
        return "Not a public message."
    newest = next(
        m
        for m in reversed(case.conversation)
        if m.public and m.id not in ours and not m.is_by_machine
    )
    if newest.id != message.id:
        who = "an agent answered" if newest.author.role.is_staff else "the customer wrote again"
        return f"Overtaken: {who} before a draft was made."
    with case.runtime.database.read() as session:
        has_draft = drafts.of_message(session, case.scope, case.account.id, message.id)
    return "This message has its draft already." if has_draft else None


def _again_or_failed(runtime: Runtime, scope: Scope, event: InboxEvent, error: Exception) -> None:
    """Try later where that may help; else show the event as failed, to be replayed.

    A wrong credential may be mended by an admin meanwhile, so it is tried again as well.
    """
    outside = error if isinstance(error, ConnectorError) else ConflictError("moved meanwhile")
    log.warning("event_error", inbox=event.id, reason=outside.reason, attempts=event.attempts)
    now = runtime.now()
    hopeless = outside.permanent and not isinstance(outside, AuthError)
    with runtime.database.write() as session:
        if hopeless or event.attempts + 1 >= _MAX_ATTEMPTS:
            why = f"{outside.reason}: {outside}"
            inbox.finish(session, scope, event.id, InboxState.FAILED, reason=why, at=now)
            return
        # To be told to wait is no failure.
        failures = 0 if isinstance(error, RateLimitedError) else event.attempts
        delay = max(outside.retry_after or 0, runtime.pace.back_off(failures))
        # We wait for ourselves: most often for a moment, and never longer than a claim lasts.
        if isinstance(error, UnderWayError):
            delay = min(outside.retry_after or 0, runtime.pace.back_off(0))
        until = now + timedelta(seconds=delay)
        attempts = inbox.defer(session, scope, event.id, until=until, reason=outside.reason)
        runtime.enqueue(
            session,
            JobName.HANDLE_EVENT,
            scope,
            event.id,
            key=f"{event.id}:{attempts}",
            ticket=ticket_key(event.account_id, event.ticket_id or ""),
            delay=delay,
        )
