"""Verdicts by note: an internal note whose first line is a command.

A note counts only as the helpdesk's audit log gives it: written by a person we know, in the agent
interface, by the author it names. Whatever is refused is answered by a note that says why; an
approval by one that says until when it can be taken back.
"""

from collections.abc import Sequence
from itertools import takewhile

import structlog

from connectors.types import Channel, Message
from plugin.card import plain_note_html
from plugin.errors import BookbagError, ForbiddenError, InvalidInputError, MovedError
from plugin.judgement import draft_note_key
from plugin.models import AWAITING, DraftState, Surface, VerdictKind
from plugin.outbox import ask_note, note_key
from plugin.review import refusals, status
from plugin.review.verdicts import Verdict, give
from plugin.runtime import Case
from plugin.store import drafts, effects, people
from plugin.store import verdicts as verdict_rows
from plugin.store.people_tables import PersonRow
from plugin.store.schema import DraftRow
from plugin.text.commands import NoteCommand, parse_command

log = structlog.get_logger(__name__)

_AGENT_INTERFACE = frozenset({Channel.WEB, Channel.MOBILE})
_STATUS = "status"
_VERBS = {
    "approve": VerdictKind.APPROVE,
    "edit": VerdictKind.EDIT,
    "reject": VerdictKind.REJECT,
    "respond": VerdictKind.RESPOND,
}
# Ten seconds to take it back, told where it was written. The other two are answered already: by
# the tag on the ticket, and by a note that says who answers.
_CONFIRMED = frozenset({VerdictKind.APPROVE, VerdictKind.EDIT})


def read(case: Case, note: Message) -> str | None:
    """Do what a staff note commands. Returns a sentence for the inbox; None if it is no command."""
    with case.runtime.database.read() as session:
        on_ticket = drafts.of_ticket(session, case.scope, case.account.id, case.ticket_id)
    open_drafts = [draft for draft in on_ticket if draft.state.is_open]
    open_ids = frozenset(draft.short_id for draft in open_drafts)
    command = parse_command(note.text, note.html, open_ids=open_ids)
    if command is None:
        return None
    source = f"{case.account.id}:{note.id}"
    with case.runtime.database.read() as session:
        if verdict_rows.was_read(session, case.scope, source):
            return "This verdict was read already."
    try:
        person = _person(case, note)
        if command.verb == _STATUS:
            answer = _status(case, command, on_ticket)
        else:
            draft = _meant(command, on_ticket, _shown(case, open_drafts, note) or open_drafts)
            if command.short_id is None:
                _require_shown(case, draft, note)
            return _give(case, note, draft, person, command, source=source)
    except BookbagError as refused:
        answer = (refusals.sentence(refused, command),)
    _answer(case, note, *answer)
    return " ".join(answer)


def _status(case: Case, command: NoteCommand, on_ticket: Sequence[DraftRow]) -> tuple[str, ...]:
    """Of the draft that is named, of whatever state; else of all that matter."""
    named = [draft for draft in on_ticket if draft.short_id == command.short_id]
    if command.short_id is not None and not named:
        raise InvalidInputError("", f"There is no draft {command.short_id} on this ticket.")
    if named:
        return status.of_draft(case.runtime, case.scope, named[0].id)
    return status.of_ticket(case.runtime, case.scope, on_ticket)


def _person(case: Case, note: Message) -> PersonRow:
    """Who wrote the note, proven by the audit log."""
    origin = case.helpdesk.origin(case.ticket_id, note.id)
    if origin.author_id != note.author.id:
        raise ForbiddenError("This command was not counted: the note names another author.")
    if origin.channel not in _AGENT_INTERFACE:
        raise ForbiddenError(
            "This command was not counted: it was not written in the agent interface."
        )
    if not note.author.role.is_staff:
        raise ForbiddenError("This command was not counted: only staff may give a verdict.")
    with case.runtime.database.read() as session:
        person = people.by_helpdesk_user(session, case.scope, case.account.id, note.author.id)
    if person is None:
        raise ForbiddenError(
            "This command was not counted: Bookbag does not know you yet. Ask an admin to add you."
        )
    if person.deactivated_at is not None:
        raise ForbiddenError("This command was not counted: you are deactivated. Ask an admin.")
    return person


def _meant(
    command: NoteCommand, on_ticket: Sequence[DraftRow], open_drafts: Sequence[DraftRow]
) -> DraftRow:
    """The draft a verdict is about."""
    if command.short_id is not None:
        for draft in on_ticket:
            if draft.short_id == command.short_id and draft.state.is_open:
                return draft
        raise InvalidInputError("", refusals.no_such(command, on_ticket))
    awaiting = [draft for draft in open_drafts if draft.state in AWAITING]
    candidates = awaiting or open_drafts
    if not candidates:
        raise InvalidInputError("", refusals.none_open(command, on_ticket))
    if len(candidates) > 1:
        ids = ", ".join(draft.short_id for draft in candidates)
        raise InvalidInputError(
            "", f"{refusals.not_counted(command)} which draft do you mean? Add one of: {ids}."
        )
    return candidates[0]


def _shown(case: Case, open_drafts: list[DraftRow], note: Message) -> list[DraftRow]:
    """The drafts whose own notes stood on the ticket when this note was written."""
    before = {m.id for m in takewhile(lambda m: m.id != note.id, case.conversation)}
    with case.runtime.database.read() as session:
        shown = []
        for draft in open_drafts:
            key = note_key(draft_note_key(draft.id, draft.rev))
            effect = effects.by_key(session, case.scope, key)
            if effect is not None and effect.receipt_id in before:
                shown.append(draft)
    return shown


def _require_shown(case: Case, draft: DraftRow, note: Message) -> None:
    """Nobody signs what they have not seen: without an ID, the note must have stood before."""
    if not _shown(case, [draft], note):
        raise InvalidInputError(
            "",
            "This was not counted: the newest draft was not shown yet when you wrote it. "
            "Read its note, then write the command again.",
        )


def _give(
    case: Case,
    note: Message,
    draft: DraftRow,
    person: PersonRow,
    command: NoteCommand,
    *,
    source: str,
) -> str:
    kind = _VERBS[command.verb]
    if kind is VerdictKind.APPROVE and command.rest:
        raise InvalidInputError(
            "", f"{refusals.not_counted(command)} it takes an ID and “done”, and no other words."
        )
    verdict = Verdict(
        kind=kind,
        surface=Surface.NOTE,
        rev=draft.rev,
        text=command.rest if kind is VerdictKind.EDIT else None,
        reason=command.rest if kind is VerdictKind.REJECT else None,
        done=command.done,
        source=source,
    )
    try:
        state = give(case.runtime, case.scope, draft.id, person, verdict)
    except (ForbiddenError, MovedError) as refused:
        raise type(refused)(f"Your /{command.verb} was not counted. {refused}") from refused
    if kind in _CONFIRMED:
        _answer(case, note, status.counted(case.runtime, case.scope, draft.id, person, kind))
    return f"A verdict by note: {kind}; the draft is {DraftState(state).words}."


def _answer(case: Case, note: Message, *sentences: str) -> None:
    log.info("note_command_answered", account=case.account.id, note=note.id)
    with case.runtime.database.write() as session:
        ask_note(
            session,
            case.runtime.enqueue,
            case.scope,
            account_id=case.account.id,
            ticket_id=case.ticket_id,
            html=plain_note_html(*sentences),
            key=f"answer:{case.account.id}:{note.id}",
            at=case.runtime.now(),
        )
