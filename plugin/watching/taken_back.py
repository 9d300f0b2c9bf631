"""A public message was made an internal note: what was sent is taken back, or was never asked."""

from connectors.errors import ConflictError
from plugin.errors import MovedError
from plugin.models import InboxState
from plugin.outbox import ask_tags
from plugin.privacy.erase import SYSTEM, require_still
from plugin.privacy.follow import Became
from plugin.runtime import Runtime
from plugin.store import audit, bypasses, drafts, merchants
from plugin.store.schema import InboxEvent
from plugin.store.scope import Scope
from plugin.watching.setting_aside import set_aside


def made_private(runtime: Runtime, scope: Scope, event: InboxEvent) -> Became:
    """Mark what is known of messages that the customer does not see any more.

    Raises:
        ConflictError: Something leaves on the ticket at this moment.
    """
    ticket = (event.account_id, event.ticket_id or "")
    with runtime.database.read() as session:
        account = merchants.account(session, scope, event.account_id)
    conversation = runtime.helpdesk(account).conversation(ticket[1])
    private = {message.id for message in conversation if not message.public}
    now = runtime.now()
    with runtime.database.write() as session:
        drafts.lock_ticket(session, *ticket)
        on_ticket = drafts.of_ticket(session, scope, *ticket)
        asked = [draft for draft in on_ticket if draft.message_id in private]
        if asked:
            try:
                require_still(session, scope, ticket)
            except MovedError as busy:
                raise ConflictError("something leaves on the ticket at this moment") from busy
        aside = [
            draft
            for draft in asked
            if set_aside(runtime, session, scope, draft, because="made_private")
        ]
        for draft in aside[:1]:
            ask_tags(session, runtime.enqueue, scope, draft, at=now)
        known = [draft.id for draft in on_ticket]
        marked = bypasses.take_back(session, scope, known, private, at=now)
        for draft_id, message_id in sorted({(row.draft_id, row.message_id) for row in marked}):
            audit.add(
                session,
                scope,
                at=now,
                actor=SYSTEM,
                event="taken_back",
                draft_id=draft_id,
                detail={"message": message_id},
            )
    if not aside and not marked:
        return InboxState.IGNORED, "Nothing rests on what was made private."
    return InboxState.DONE, "What was made private counts no more."
