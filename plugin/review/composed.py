"""What an agent is about to send from their composer, held against what the ticket's draft allows.

The sidebar asks before the helpdesk saves a public reply. While a draft waits for its approval, no
reply of theirs leaves. Once it is approved, one leaves that promises no more than was approved: by
its words (`text.surplus`), and by the policies.
"""

import hashlib
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy.orm import Session

from plugin import facts
from plugin.binding import offered
from plugin.card import approvers_words
from plugin.drafting.language import detect_language
from plugin.judgement import HELD_OR_OPEN, is_bypass, is_stricter, judge_again
from plugin.models import DraftState, Oversight
from plugin.review.rights import I_ANSWER, LONGEST_TEXT, may_respond
from plugin.runtime import Runtime
from plugin.store.drafts import Held, action_of
from plugin.store.people_tables import PersonRow
from plugin.store.schema import DraftRow
from plugin.store.scope import Scope
from plugin.text.changes import differing_sentences
from plugin.text.surplus import surplus
from plugin.text.tokens import canonical

_QUOTED, _QUOTED_CHARACTERS = 3, 120
# Where nobody can approve it any more.
_BECAME = {
    DraftState.REJECTED: "Its draft was rejected.",
    DraftState.EXPIRED: "Nobody approved its draft in time.",
}
_WAY_BACK = (
    "Send what was approved, or undo the approval in Bookbag, change the draft there and have that"
    " approved."
)


class Leave(StrEnum):
    """What a public reply on a ticket needs to leave."""

    FREE = "free"
    HELD = "held"
    APPROVED = "approved"


@dataclass(frozen=True, slots=True)
class Gate:
    """What a save on a ticket will need, for one agent.

    Attributes:
        why: For the agent whose reply is held.
        digest: Of the approved text, as `digest_of` makes it: that text may leave unasked.
    """

    leave: Leave
    why: str = ""
    digest: str = ""


FREE = Gate(Leave.FREE)


def meant(rows: Sequence[DraftRow]) -> DraftRow | None:
    """The draft that a reply would be about: the newest open one. `rows` come newest first."""
    return next((row for row in rows if row.state in HELD_OR_OPEN), None)


def gate(held: Held | None, person: PersonRow) -> Gate:
    """What a public reply of this person needs, by the ticket's draft."""
    if held is None:
        return FREE
    if is_bypass(held, person.id):
        return Gate(Leave.HELD, why=_why_held(held, person))
    if _is_signed(held) and held.draft.opened_for != person.id:
        return Gate(Leave.APPROVED, digest=digest_of(offered(held)))
    return FREE


def why_stopped(
    runtime: Runtime, session: Session, scope: Scope, held: Held, *, person: PersonRow, text: str
) -> str | None:
    """A sentence for the agent whose public reply may not leave; None where it may.

    Args:
        runtime: The service.
        session: Reads.
        scope: Whose ticket.
        held: Its draft, by `meant`.
        person: Who sends.
        text: What stands in their composer; untrusted.
    """
    now = gate(held, person)
    if now.leave is Leave.APPROVED and digest_of(text) != now.digest:
        return _why_beyond(runtime, session, scope, held, text)
    return now.why if now.leave is Leave.HELD else None


def digest_of(text: str) -> str:
    """Names a text, whatever its white space. `static/gate.js` makes the same."""
    plain = " ".join(unicodedata.normalize("NFC", text).split())
    return hashlib.sha256(plain.encode(errors="replace")).hexdigest()


def _is_signed(held: Held) -> bool:
    return held.oversight is Oversight.APPROVAL and held.draft.state is DraftState.APPROVED


def _why_beyond(
    runtime: Runtime, session: Session, scope: Scope, held: Held, text: str
) -> str | None:
    """Why this is more than was approved, by its words or by the policies; None where it is not."""
    if len(text) > LONGEST_TEXT:
        return f"Not sent: this is too long to be held against what was approved. {_WAY_BACK}"
    more = _beyond(held, text)
    if more:
        quoted = ", ".join(f"“{_short(words)}”" for words in more[:_QUOTED])
        return f"Not sent: {quoted} is more than was approved. {_WAY_BACK}"
    again = judge_again(session, scope, runtime.policy(session, scope).file, held, text=text)
    if held.decision is None or not is_stricter(again, held.decision):
        return None
    why = " ".join(again.held_because)
    return f"Not sent: so changed it needs another approval. {why} {_WAY_BACK}"


def _beyond(held: Held, text: str) -> tuple[str, ...]:
    draft = held.draft
    known = facts.from_record(draft.facts)
    drafted_in = draft.language or known.language or "en"
    # What the agent added may be in another language than the rest.
    added = " ".join(differing_sentences(canonical(offered(held)), canonical(text))[1])
    seen_in = detect_language(added, fallback=drafted_in)
    return surplus(
        text,
        offered(held),
        actions=tuple(action_of(row) for row in held.actions),
        grounded=known.grounded or (),
        languages=tuple(dict.fromkeys((drafted_in, seen_in))),
    )


def _short(words: str) -> str:
    one_line = " ".join(words.split())
    cut = one_line[: _QUOTED_CHARACTERS - 1].rstrip()
    return one_line if len(one_line) <= _QUOTED_CHARACTERS else f"{cut}…"


def _why_held(held: Held, person: PersonRow) -> str:
    """A sentence for the agent whose reply is stopped."""
    whom = approvers_words(held.decision.approvers if held.decision else ())
    became = _BECAME.get(held.draft.state)
    if may_respond(held, person):
        way_out = f"Press “{I_ANSWER}” in Bookbag first"
        way_out += "." if became else ", or approve the draft there."
    elif became:
        way_out = "Let one of them answer."
    else:
        way_out = "Have the draft in Bookbag approved, or let one of them answer."
    needs = f"Not sent: a reply to this message needs approval by {whom}."
    return " ".join(part for part in (needs, became, way_out) if part)
