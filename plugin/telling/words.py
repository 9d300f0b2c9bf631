"""What approvers are told: subjects, letters and chat messages.

No word of a customer's leaves by mail or chat: neither their name nor the ticket's subject, nor a
reason that may quote them. What is told is the short id, what it moves, which policies hold it, and
until when. Whoever wants to read more signs in.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from plugin.card import approvers_words, people_words
from plugin.models import Occasion
from plugin.policy.model import PolicyFile
from plugin.policy.wording import listed
from plugin.store.drafts import Held, action_of

_SHOWN_NAMES = 5
_SUBJECTS: Mapping[Occasion, str] = {
    Occasion.AWAITING: "Draft {id} waits for your approval",
    Occasion.REMINDER: "Draft {id} still waits for your approval",
    Occasion.ESCALATED: "You are asked to sign draft {id}: its deadline passed",
    Occasion.EXPIRED: "Draft {id} expired: it was not signed in time",
    Occasion.VOIDED: "Your approval of draft {id} is void",
    Occasion.BYPASSED: "A reply left without its approval: draft {id}",
}
_OPENINGS: Mapping[Occasion, str] = {
    Occasion.AWAITING: "A reply to a customer waits for your approval before it goes out.",
    Occasion.REMINDER: "Half of the time to sign is over, and this reply still waits for you.",
    Occasion.ESCALATED: "Its deadline passed without the approval it needs. You are asked now.",
    Occasion.EXPIRED: (
        "Its deadline passed without the approval it needs. Nothing was sent, and the customer "
        "still waits for an answer. Whoever may sign opens the draft and takes “I'll answer”."
    ),
    Occasion.VOIDED: "What you signed does not go out: {why}",
    Occasion.BYPASSED: (
        "A customer was answered in the helpdesk without the approval that this draft needed. "
        "The ticket's note says who answered, and the page shows what was sent."
    ),
}
_CHAT: Mapping[Occasion, str] = {
    Occasion.AWAITING: "{draft} needs approval by {needs}.",
    Occasion.REMINDER: "{draft} still needs approval by {needs}.",
    Occasion.ESCALATED: "{draft} was not signed in time: the next role is asked.",
    Occasion.EXPIRED: "{draft} expired: it was not signed in time, and nothing was sent.",
    Occasion.BYPASSED: "{draft}: the customer was answered without the approval it needed.",
}
_NO_AUTHORITY = (
    "Without a signature nothing goes out. This mail approves nothing, and neither does an answer "
    "to it: sign on the page, where you sign in."
)
# Somebody is wanted to sign.
ASKING = frozenset({Occasion.AWAITING, Occasion.REMINDER, Occasion.ESCALATED})


@dataclass(frozen=True, slots=True)
class About:
    """What a draft is told with.

    Attributes:
        held_by: The policies that hold it, by their ids.
        until: The deadline in the merchant's own time; None where there is none.
    """

    short_id: str
    ticket: str
    moves: tuple[str, ...]
    held_by: tuple[str, ...]
    needs: str
    until: str | None
    url: str


def about(held: Held, file: PolicyFile, *, public_url: str) -> About:
    """What is told of a draft."""
    draft, decision = held.draft, held.decision
    return About(
        short_id=draft.short_id,
        ticket=draft.ticket_id,
        moves=tuple(_move(row.type, action_of(row).money) for row in held.actions),
        held_by=tuple(str(hit["id"]) for hit in (decision.policies if decision else ())),
        needs=_needs(held),
        until=moment(decision.deadline_at, file) if decision and decision.deadline_at else None,
        url=f"{public_url}/drafts/{draft.id}",
    )


def subject(of: About, occasion: Occasion) -> str:
    """A letter's subject: ``Draft K7Q2M waits for your approval (refund 80.00 USD)``."""
    said = _SUBJECTS[occasion].format(id=of.short_id)
    return f"{said} ({'; '.join(of.moves)})" if of.moves and occasion in ASKING else said


def letter(of: About, occasion: Occasion, *, why: str = "", in_place_of: str | None = None) -> str:
    """A letter's text.

    Args:
        of: The draft.
        occasion: What has happened.
        why: Why an approval is void.
        in_place_of: Who is away, where a delegate is asked.
    """
    opening = _OPENINGS[occasion].format(why=why)
    lines = [opening]
    if in_place_of:
        lines.append(f"You are asked in place of {in_place_of}, who is away.")
    facts = [("Draft", f"{of.short_id}, on ticket {of.ticket}")]
    if of.moves:
        facts.append(("Moves", "; ".join(of.moves)))
    if of.held_by:
        facts.append(("Held by", ", ".join(of.held_by)))
    if occasion in ASKING:
        facts.append(("Needs", of.needs))
        facts += [("Sign by", of.until)] if of.until else []
    table = "\n".join(f"{name + ':':<9} {value}" for name, value in facts)
    closing = [_NO_AUTHORITY] if occasion in ASKING else []
    return "\n\n".join([*lines, table, of.url, *closing]) + "\n"


def chat_line(of: About, occasion: Occasion) -> str:
    """A chat message without its link; everything in it is still to be escaped."""
    moves = f" ({'; '.join(of.moves)})" if of.moves else ""
    name = f"Draft {of.short_id} on ticket {of.ticket}{moves}"
    said = _CHAT[occasion].format(draft=name, needs=of.needs)
    return f"{said} Sign by {of.until}." if of.until and occasion in ASKING else said


def asked_words(names: Sequence[str]) -> str:
    """Who is asked, as a sentence of a note."""
    if not names:
        return "Nobody who may sign it is here. An admin can raise a limit or end an absence."
    shown = [*names[:_SHOWN_NAMES]]
    if len(names) > _SHOWN_NAMES:
        shown.append(f"{len(names) - _SHOWN_NAMES} more")
    return f"Asked to sign: {listed(shown)}."


def moment(at: datetime, file: PolicyFile) -> str:
    """``Mon 30 Nov 2026, 15:40 (Europe/Berlin)``: on the clock of the merchant's business hours."""
    hours = file.business_hours
    zone, name = (ZoneInfo(hours.timezone), hours.timezone) if hours else (UTC, "UTC")
    return f"{at.astimezone(zone):%a %d %b %Y, %H:%M} ({name})"


def _move(kind: str, money: object) -> str:
    name = kind.removeprefix("custom:").replace("_", " ")
    return f"{name} {money}" if money else name


def _needs(held: Held) -> str:
    decision = held.decision
    if decision is None:
        return ""
    if decision.approvals > 1:
        return people_words(decision.approvers, decision.approvals)
    return approvers_words(decision.approvers)
