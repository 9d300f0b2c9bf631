"""Every state that a draft can be in, and what else the two weeks bring.

A state that lasts is read from the draft's row and from the ticket's tags. One that passes is read
from our audit trail, and from what the helpdesk shows of it.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from plugin.demo.looking import Looking
from plugin.demo.proofs import Stage, Tickets, has_note, reply_effect, sent_effect
from plugin.models import DraftState, EffectState, Outcome
from plugin.store.audit_tables import AuditRow
from plugin.store.drafts import Held
from plugin.ticket_tags import (
    TAG_APPROVAL_REQUIRED,
    TAG_APPROVED,
    TAG_DELIVERY_FAILED,
    TAG_DELIVERY_UNKNOWN,
    TAG_DRAFT,
    TAG_EXPIRED,
    TAG_PREFIX,
    tags_of,
)

# Put on the ticket by the helpdesk itself.
_TAG_MERGED = "closed_by_merge"


def _drafting(look: Looking, tickets: Tickets) -> str | None:
    """A draft's history begins with it, and the note with that draft stands on the ticket."""
    held = look.newest(tickets["gift_card"])
    if held is None or not has_note(look, held):
        return None
    moves = look.moves(held.draft.id)
    return moves[0].id if moves and _from(moves[0]) is DraftState.DRAFTING else None


def _awaiting_review(look: Looking, tickets: Tickets) -> str | None:
    held = _in_state(look, tickets["gift_card"], DraftState.AWAITING_REVIEW, TAG_DRAFT)
    return held.draft.id if held and has_note(look, held) else None


def _awaiting_approval(look: Looking, tickets: Tickets) -> str | None:
    state = DraftState.AWAITING_APPROVAL
    held = _in_state(look, tickets["wrong_item_photos"], state, TAG_APPROVAL_REQUIRED)
    return held.draft.id if held and has_note(look, held) else None


def _approved(look: Looking, tickets: Tickets) -> str | None:
    """It carried the tag, and its reply left only when the time to undo was over."""
    held = look.newest(tickets["refund_under_limit"])
    if held is None or sent_effect(look, held) is None:
        return None
    undo = timedelta(seconds=look.world.settings.undo_seconds)
    for approved, left in pairwise(look.moves(held.draft.id)):
        if _to(approved) is not DraftState.APPROVED or left.at - approved.at < undo:
            continue
        sent = look.hands.public_replies(held.draft.ticket_id, held.draft.final_text or "")
        # The helpdesk tells times in whole seconds.
        waited = _time(sent[-1]["created_at"]) - approved.at > undo - timedelta(seconds=1)
        return approved.id if waited and _was_tagged(look, held, TAG_APPROVED) else None
    return None


def _delivering(look: Looking, tickets: Tickets) -> str | None:
    """Between the approval and the receipt there was an attempt."""
    held = look.newest(tickets["refund_over_limit"])
    if held is None or sent_effect(look, held) is None:
        return None
    last = look.moves(held.draft.id)[-3:]
    path = [DraftState.APPROVED, DraftState.DELIVERING, DraftState.DELIVERED]
    return last[1].id if [_to(move) for move in last] == path else None


def _delivered(look: Looking, tickets: Tickets) -> str | None:
    held = look.newest(tickets["refund_over_limit"])
    return held.draft.id if held and sent_effect(look, held) else None


def _delivery_failed(look: Looking, tickets: Tickets) -> str | None:
    """The helpdesk refused the reply: it stands nowhere, and a person is asked."""
    ticket_id = tickets["warranty_outlook"]
    held = _in_state(look, ticket_id, DraftState.DELIVERY_FAILED, TAG_DELIVERY_FAILED)
    return _unsent(look, held, EffectState.FAILED)


def _delivery_unknown(look: Looking, tickets: Tickets) -> str | None:
    """No usable answer came to the reply, and the look-up found no trace: a person is asked."""
    ticket_id = tickets["french_returns_yahoo"]
    held = _in_state(look, ticket_id, DraftState.DELIVERY_UNKNOWN, TAG_DELIVERY_UNKNOWN)
    return _unsent(look, held, EffectState.UNKNOWN)


def _expired(look: Looking, tickets: Tickets) -> str | None:
    held = _in_state(look, tickets["flash_sale_code"], DraftState.EXPIRED, TAG_EXPIRED)
    if held is None or look.verdicts(held.draft.id) or sent_effect(look, held):
        return None
    return held.draft.id


def _sent_by_agent(look: Looking, tickets: Tickets) -> str | None:
    """An agent's own public comment is that draft, but for a few words."""
    found = look.drafts(tickets["follow_up_on_solved"])
    if not found or found[0].draft.state is not DraftState.SENT_BY_AGENT:
        return None
    correction = look.correction(found[0].draft.id)
    if correction is None or correction.outcome is Outcome.DISCARDED:
        return None
    sent = look.hands.public_replies(found[0].draft.ticket_id, correction.final_text)
    return correction.id if correction.message_id in {str(c["id"]) for c in sent} else None


def _followed_up(look: Looking, tickets: Tickets) -> str | None:
    """The customer wrote on a solved ticket: it is open again, with a draft of its own."""
    ticket_id = tickets["follow_up_on_solved"]
    found = look.drafts(ticket_id)
    ticket = look.hands.ticket(ticket_id)
    was_solved = any(event.get("value") == "solved" for event in _events(look, ticket_id))
    if len(found) != len(("first", "follow-up")) or not was_solved or ticket["status"] == "solved":
        return None
    return found[1].draft.id if has_note(look, found[1]) else None


def _files_named(look: Looking, tickets: Tickets) -> str | None:
    """What came with the mail is in the helpdesk, and the note names it."""
    held = look.newest(tickets["wrong_item_photos"])
    if held is None:
        return None
    comments = look.hands.comments(held.draft.ticket_id)
    names = [file["file_name"] for file in comments[0]["attachments"]]
    notes = " ".join(str(c["plain_body"]) for c in comments if not c["public"])
    told = names and names == held.draft.attachments and all(name in notes for name in names)
    return held.draft.id if told else None


def _merged(look: Looking, tickets: Tickets) -> str | None:
    """One ticket was closed into another, which has still the one draft for its one question."""
    closed = look.hands.ticket(tickets["stove_question_again"])
    if closed["status"] != "closed" or _TAG_MERGED not in closed["tags"]:
        return None
    found = look.drafts(tickets["stove_question"])
    told = f"Request #{closed['id']} "
    comments = look.hands.comments(tickets["stove_question"])
    is_told = any(str(c["plain_body"]).startswith(told) for c in comments if not c["public"])
    return found[0].draft.id if is_told and len(found) == 1 else None


def _every_state(look: Looking, tickets: Tickets) -> str | None:
    """All states were reached, and each ticket's tags tell where its newest draft stands."""
    moves = look.moves()
    reached = {state for move in moves for state in (_from(move), _to(move))}
    if reached != set(DraftState):
        return None
    mirrored = all(_is_mirrored(look, ticket_id) for ticket_id in tickets.values())
    return moves[-1].id if mirrored else None


STATE_STAGES: Sequence[Stage] = (
    Stage("drafting", _drafting),
    Stage("awaiting review", _awaiting_review),
    Stage("awaiting approval", _awaiting_approval),
    Stage("approved", _approved),
    Stage("delivering", _delivering),
    Stage("delivered", _delivered),
    Stage("delivery failed", _delivery_failed),
    Stage("delivery unknown", _delivery_unknown),
    Stage("expired", _expired),
    Stage("sent by the agent", _sent_by_agent),
    Stage("followed up", _followed_up),
    Stage("files named", _files_named),
    Stage("merged", _merged),
    Stage("every state", _every_state),
)


def _in_state(look: Looking, ticket_id: str, state: DraftState, tag: str) -> Held | None:
    """The ticket's newest draft, if it is in this state and its tag says so."""
    held = look.newest(ticket_id)
    if held is None or held.draft.state is not state:
        return None
    return held if tag in look.hands.tags(ticket_id) else None


def _unsent(look: Looking, held: Held | None, became: EffectState) -> str | None:
    """The reply's effect, if it came to this and the customer has not got the reply."""
    if held is None or look.hands.public_replies(held.draft.ticket_id, held.draft.text or ""):
        return None
    effect = reply_effect(look, held, became)
    return effect.id if effect else None


def _is_mirrored(look: Looking, ticket_id: str) -> bool:
    held = look.newest(ticket_id)
    if held is None:
        return False
    wanted = tags_of(held.draft.state, held.oversight, held.policy_tags)
    ticket = look.hands.ticket(ticket_id)
    tags = frozenset(ticket["tags"])
    ours = {tag for tag in tags if tag.startswith(TAG_PREFIX)}
    # Nobody can change a ticket any more that was closed by a merge.
    return _TAG_MERGED in tags or (wanted <= tags and ours <= wanted)


def _was_tagged(look: Looking, held: Held, tag: str) -> bool:
    """Whether the ticket once carried a tag, by the helpdesk's own audit log."""
    return any(
        event.get("field_name") == "tags" and tag in (event.get("value") or ())
        for event in _events(look, held.draft.ticket_id)
    )


def _events(look: Looking, ticket_id: str) -> Iterator[Mapping[str, Any]]:
    for update in look.hands.updates(ticket_id):
        yield from update["events"]


def _from(move: AuditRow) -> DraftState:
    return DraftState(move.detail["from"])


def _to(move: AuditRow) -> DraftState:
    return DraftState(move.detail["to"])


def _time(stamp: str) -> datetime:
    return datetime.fromisoformat(stamp)
