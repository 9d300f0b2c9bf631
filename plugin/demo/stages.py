"""The stages of the main path, each found both in the database and in the helpdesk, or missing."""

from collections.abc import Sequence

from plugin.demo.looking import Looking
from plugin.demo.proofs import Stage, Tickets, has_note, sent_effect
from plugin.demo.state_stages import STATE_STAGES
from plugin.models import DraftState, InboxState, Outcome, Oversight, Surface, VerdictKind
from plugin.store.drafts import Held
from plugin.ticket_tags import (
    TAG_APPROVAL_REQUIRED,
    TAG_BLOCKED,
    TAG_DRAFT,
    TAG_NO_DRAFT,
    TAG_REJECTED,
)


def _accepted(look: Looking, tickets: Tickets) -> str | None:
    """A webhook about a comment the helpdesk really has was stored and handled."""
    ticket_id = tickets["where_is_my_order"]
    comments = {str(comment["id"]) for comment in look.hands.comments(ticket_id)}
    for event in look.events(ticket_id, InboxState.DONE):
        if event.message_id is None or event.message_id in comments:
            return event.id
    return None


def _ignored(look: Looking, tickets: Tickets) -> str | None:
    """Our own note came back as a webhook and was dropped by its receipt."""
    ticket_id = tickets["where_is_my_order"]
    ours = {str(c["id"]) for c in look.hands.comments(ticket_id) if not c["public"]}
    for event in look.events(ticket_id, InboxState.IGNORED):
        if event.message_id in ours:
            return event.id
    return None


def _drafted(look: Looking, tickets: Tickets) -> str | None:
    held = look.newest(tickets["damaged_item"])
    if held is None or held.draft.text is None or not has_note(look, held):
        return None
    return held.draft.id


def _no_draft(look: Looking, tickets: Tickets) -> str | None:
    held = look.newest(tickets["no_macro_polish"])
    if held is None or held.draft.state is not DraftState.NO_DRAFT:
        return None
    return held.draft.id if TAG_NO_DRAFT in look.hands.tags(held.draft.ticket_id) else None


def _held_by_tag(look: Looking, tickets: Tickets) -> str | None:
    """Only a ticket tag mapped to a policy holds it: the amount would not."""
    held = look.newest(tickets["complaint"])
    if held is None or not _held_for(look, held, "complaints"):
        return None
    return held.draft.id if TAG_APPROVAL_REQUIRED in look.hands.tags(held.draft.ticket_id) else None


def _held_by_amount(look: Looking, tickets: Tickets) -> str | None:
    held = look.newest(tickets["refund_over_limit"])
    if held is None or held.decision is None or not _held_for(look, held, "big-refund"):
        return None
    amounts = [row.amount_minor for row in held.actions if row.amount_minor]
    tagged = "big_refund" in look.hands.tags(held.draft.ticket_id)
    return held.decision.id if amounts and tagged else None


def _blocked(look: Looking, tickets: Tickets) -> str | None:
    """No text is offered anywhere, and nothing went out."""
    held = look.newest(tickets["legal_threat"])
    if held is None or held.draft.state is not DraftState.BLOCKED or not held.draft.text:
        return None
    comments = look.hands.comments(held.draft.ticket_id)
    silent = not any(held.draft.text in str(comment["plain_body"]) for comment in comments)
    tagged = TAG_BLOCKED in look.hands.tags(held.draft.ticket_id)
    return held.draft.id if silent and tagged else None


def _auto(look: Looking, tickets: Tickets) -> str | None:
    held = look.newest(tickets["where_is_my_order"])
    if held is None or held.oversight is not Oversight.AUTO or look.verdicts(held.draft.id):
        return None
    return sent_effect(look, held)


def _approved_by_note(look: Looking, tickets: Tickets) -> str | None:
    held = look.newest(tickets["refund_under_limit"])
    return _signed(look, held, VerdictKind.APPROVE, Surface.NOTE)


def _edited_on_the_page(look: Looking, tickets: Tickets) -> str | None:
    held = look.newest(tickets["damaged_item"])
    if held is None or held.draft.final_text == held.draft.text:
        return None
    return _signed(look, held, VerdictKind.EDIT, Surface.REVIEW_PAGE)


def _signed_by_lead(look: Looking, tickets: Tickets) -> str | None:
    held = look.newest(tickets["refund_over_limit"])
    return _signed(look, held, VerdictKind.APPROVE, Surface.REVIEW_PAGE)


def _rejected(look: Looking, tickets: Tickets) -> str | None:
    held = look.newest(tickets["reship"])
    if held is None or held.draft.state is not DraftState.REJECTED or sent_effect(look, held):
        return None
    tags = look.hands.tags(held.draft.ticket_id)
    said = [v.id for v in look.verdicts(held.draft.id) if v.kind is VerdictKind.REJECT]
    return said[0] if said and TAG_REJECTED in tags and TAG_DRAFT not in tags else None


def _stale(look: Looking, tickets: Tickets) -> str | None:
    """The first draft is stale, and a live one for the newer message took its place."""
    ticket_id = tickets["second_message_before_answer"]
    found = look.drafts(ticket_id)
    states = [held.draft.state for held in found]
    if states != [DraftState.STALE, DraftState.AWAITING_REVIEW] or not has_note(look, found[1]):
        return None
    return found[0].draft.id


def _sent_once(look: Looking, tickets: Tickets) -> str | None:
    """Every delivered reply stands in the helpdesk once, under the receipt we keep."""
    delivered = [
        held
        for ticket_id in tickets.values()
        for held in look.drafts(ticket_id)
        if held.draft.state is DraftState.DELIVERED
    ]
    receipts = [sent_effect(look, held) for held in delivered]
    return receipts[0] if receipts and all(receipts) else None


def _answered(look: Looking, tickets: Tickets) -> str | None:
    held = look.newest(tickets["german_html_thread"])
    if held is None or held.draft.state is not DraftState.ANSWERED:
        return None
    tags = look.hands.tags(held.draft.ticket_id)
    correction = look.correction(held.draft.id)
    if correction is None or correction.outcome is not Outcome.DISCARDED:
        return None
    return None if any(tag.startswith("bookbag_") for tag in tags) else held.draft.id


def _correction_logged(look: Looking, tickets: Tickets) -> str | None:
    held = look.newest(tickets["damaged_item"])
    correction = look.correction(held.draft.id) if held else None
    if held is None or correction is None or correction.outcome is not Outcome.LIGHT_EDIT:
        return None
    sent = look.hands.public_replies(held.draft.ticket_id, correction.final_text)
    same = [comment for comment in sent if str(comment["id"]) == correction.message_id]
    return correction.id if same else None


STAGES: Sequence[Stage] = (
    Stage("accepted", _accepted),
    Stage("ignored", _ignored),
    Stage("drafted", _drafted),
    Stage("no draft", _no_draft),
    Stage("held by tag", _held_by_tag),
    Stage("held by amount", _held_by_amount),
    Stage("blocked", _blocked),
    Stage("auto", _auto),
    Stage("approved by note", _approved_by_note),
    Stage("edited on the page", _edited_on_the_page),
    Stage("signed by a lead", _signed_by_lead),
    Stage("rejected", _rejected),
    Stage("stale", _stale),
    Stage("sent once", _sent_once),
    Stage("answered by the agent in own words", _answered),
    Stage("correction logged", _correction_logged),
    *STATE_STAGES,
)


def _held_for(look: Looking, held: Held, policy: str) -> bool:
    if held.decision is None or held.oversight is not Oversight.APPROVAL:
        return False
    return policy in {hit["id"] for hit in held.decision.policies} and has_note(look, held)


def _signed(look: Looking, held: Held | None, kind: VerdictKind, surface: Surface) -> str | None:
    """A person's signature through this surface, and the reply it let out."""
    if held is None or sent_effect(look, held) is None:
        return None
    for verdict in look.verdicts(held.draft.id):
        if verdict.kind is kind and verdict.surface is surface and verdict.counts:
            return verdict.id
    return None
