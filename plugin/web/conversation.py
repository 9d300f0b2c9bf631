"""What a draft's ticket holds, read from its helpdesk while somebody waits for it."""

import time
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import structlog

from connectors.deadline import not_after
from connectors.errors import ConnectorError, NotFoundError
from connectors.types import Message
from plugin.runtime import Runtime
from plugin.store import drafts, effects, merchants
from plugin.store.columns import storable
from plugin.store.schema import DraftRow
from plugin.text.reply import split_reply
from plugin.web.sign_in import SignedIn

log = structlog.get_logger(__name__)

LONGEST = 50
_PATIENCE_SECONDS = 8.0
_GONE = "The helpdesk does not have this ticket any more."
_SILENT = (
    "The conversation cannot be read: the helpdesk does not answer. What the customer wrote stands "
    "above as it was stored. Open the ticket in the helpdesk, or try again."
)


@dataclass(frozen=True, slots=True)
class Line:
    """One message or note. All of it is untrusted text.

    Attributes:
        whose: ``customer``, ``staff``, or ``ours`` for our own notes and replies.
        words: What its writer wrote.
        rest: What stands there beside: quoted messages, signatures.
        is_answered: It is the message that the draft answers.
        stands_above: Its words are those that the page shows as the customer's already.
    """

    who: str
    whose: str
    public: bool
    at: datetime
    words: str
    rest: str
    attachments: tuple[str, ...]
    is_answered: bool
    stands_above: bool


@dataclass(frozen=True, slots=True)
class Conversation:
    """A ticket's last messages, oldest first.

    Attributes:
        earlier: How many came before them.
        trouble: The sentence why there is none.
    """

    lines: tuple[Line, ...] = ()
    earlier: int = 0
    trouble: str | None = None


def conversation_of(runtime: Runtime, who: SignedIn, draft_id: str) -> Conversation:
    """Read it now. A helpdesk that fails is told, and is no error.

    Raises:
        MissingError: No such draft of this merchant.
    """
    with runtime.database.read() as session:
        draft = drafts.get(session, who.scope, draft_id).draft
        account = merchants.account(session, who.scope, draft.account_id)
        ours = effects.ours_on_ticket(session, who.scope, draft.account_id, draft.ticket_id)
    try:
        with not_after(time.monotonic() + _PATIENCE_SECONDS):
            messages = runtime.helpdesk(account).conversation(draft.ticket_id)
    except ConnectorError as error:
        log.warning("conversation_not_read", draft=draft_id, reason=error.reason)
        return Conversation(trouble=_GONE if isinstance(error, NotFoundError) else _SILENT)
    shown = messages[-LONGEST:]
    return Conversation(
        tuple(_line(message, ours, draft) for message in shown),
        earlier=len(messages) - len(shown),
    )


def _line(message: Message, ours: Collection[str], draft: DraftRow) -> Line:
    parts = split_reply(message.text, message.html)
    staff = "staff" if message.author.role.is_staff else "customer"
    answered = message.id == draft.message_id
    return Line(
        who=storable(message.author.name),
        whose="ours" if message.id in ours else staff,
        public=message.public,
        at=message.created_at,
        words=storable(parts.reply),
        rest=storable("\n\n".join(part.text for part in parts.removed)),
        attachments=tuple(map(storable, message.attachments)),
        is_answered=answered,
        stands_above=answered and storable(parts.reply) == draft.message_text,
    )
