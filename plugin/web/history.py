"""A draft's history as sentences, from the audit and from people's verdicts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from plugin.delivery.unsent import why_unsent
from plugin.models import SET_ASIDE, UNDELIVERED, DraftState, Surface, VerdictKind
from plugin.review.rejections import rejection
from plugin.store.audit_tables import AuditRow
from plugin.store.schema import VerdictRow

_BOOKBAG = "Bookbag"
ANOTHER_APP = "Another app"
SAID = {
    VerdictKind.APPROVE: "approved it",
    VerdictKind.EDIT: "edited and approved it",
    VerdictKind.REJECT: "rejected it",
    VerdictKind.RESPOND: "will answer in their own words",
    VerdictKind.STEP_BACK: "does not answer after all",
    VerdictKind.REGENERATE: "asked for another draft",
    VerdictKind.UNDO: "took the approval back",
    VerdictKind.SEND_AGAIN: "asked to send it again",
    VerdictKind.WAS_SENT: "said that it was sent",
    VerdictKind.WAS_ANSWERED: "said that they have answered",
}
_WHERE = {
    Surface.SIDEBAR: "in the sidebar",
    Surface.REVIEW_PAGE: "on this page",
    Surface.NOTE: "by a note",
    Surface.BATCH: "with others like it",
}
_MOVED = {
    DraftState.NO_DRAFT: "made no draft",
    DraftState.DRAFTING: "began a new draft",
    DraftState.AWAITING_REVIEW: "made a draft and offered it for review",
    DraftState.AWAITING_APPROVAL: "made a draft and held it for approval",
    DraftState.APPROVED: "made a draft that may go out by itself",
    DraftState.BLOCKED: "held the message for people",
    DraftState.EXPIRED: "gave up waiting for an approval",
    DraftState.STALE: "set it aside, for the customer wrote again",
    DraftState.DELIVERING: "began to send it",
    DraftState.DELIVERED: "sent it",
    DraftState.DELIVERY_FAILED: "could not send it",
    DraftState.DELIVERY_UNKNOWN: "could not learn whether it was sent",
    DraftState.SENT_BY_AGENT: "answered from this draft, in the helpdesk",
    DraftState.ANSWERED: "answered in the helpdesk, in their own words",
}
_EVENTS = {
    "claimed": "said that they look at it",
    "unclaimed": "said that they look at it no longer",
    "bypass": "answered without the approval that was needed",
    "our_tags_changed": "changed tags of Bookbag on the ticket",
    "not_made_private": "could not make the reply an internal note",
    "taken_back": "saw that what was sent was made an internal note",
    "reminded": "reminded whoever may sign",
    "telling_given_up": "could not tell somebody who was asked, and gave up",
    "escalated": "asked the next role, for nobody had signed in time",
    "inserted": "put it into their composer",
    "inserted and ticked": "did its actions and put it into their composer",
    "released": "took it out of their composer again",
}
_HELD_ANEW = {
    "stricter_policy": "held it anew, for the policies have become stricter",
    "order_changed": "held it anew, for its order has changed",
    "signed_otherwise": "held it anew, for it is not what was signed",
    "regenerated": "offered another draft",
    "app_wrote": "held it, for another app wrote to the customer",
}
_WHY_ANEW = {
    "stricter_policy": "The policies have become stricter.",
    "regenerated": "Somebody asked for another draft.",
}
_WITHDRAWN = "withdrew it, for what it was made from is erased"


@dataclass(frozen=True, slots=True)
class Happened:
    """One line of the history. `quote` is somebody's own words, such as a reason."""

    at: datetime
    who: str
    what: str
    quote: str | None = None


def why_set_aside(audit: Iterable[AuditRow]) -> str | None:
    """Why a draft is stale, where the customer did not write again."""
    for row in audit:
        if "set_aside" in row.detail:
            return f"Set aside: {SET_ASIDE[row.detail['set_aside']]}"
    return None


def history(
    audit: Iterable[AuditRow], verdicts: Iterable[VerdictRow], names: Mapping[str, str]
) -> tuple[Happened, ...]:
    """What happened to a draft, oldest first.

    A move that a verdict caused is told once, as the verdict; the moves by which stricter policies
    take hold are told as one.
    """
    lines = [_moved(row, names) for row in audit if _is_told(row)]
    lines += [_said(row, names) for row in verdicts]
    return tuple(sorted(lines, key=lambda line: line.at))


def why_anew(audit: Iterable[AuditRow], rev: int, held_because: Sequence[str]) -> str | None:
    """Why a draft has this revision, for who had an earlier one before them; None for the first.

    The first of the reasons it is held for say so, as many as the audit tells.
    """
    if rev == 1:
        return None
    rows = [row for row in audit if row.detail.get("rev") == rev and "because" in row.detail]
    if not rows:
        return "Somebody changed this draft; read it again."
    last = rows[-1].detail
    why = " ".join(held_because[: last.get("reasons", 0)]) or _WHY_ANEW.get(last["because"], "")
    return f"{why} This draft was made anew; read it again.".strip()


def person_of(actor: str, names: Mapping[str, str]) -> str:
    """Who an actor of the audit is, in the middle of a sentence."""
    kind, _, identity = actor.partition(":")
    if kind == "person":
        return names.get(identity, "somebody")
    return "an agent whom Bookbag does not know" if kind == "helpdesk_user" else _BOOKBAG


def _is_told(row: AuditRow) -> bool:
    if row.event == "decided":
        return False  # The move that follows it says what came of it.
    if "because" in row.detail:
        return bool(row.detail["from"] == DraftState.DRAFTING)
    return "verdict" not in row.detail


def _moved(row: AuditRow, names: Mapping[str, str]) -> Happened:
    to = row.detail.get("to")
    event = f"{row.event} and ticked" if row.detail.get("ticked") else row.event
    told = _EVENTS.get(event, row.event.replace("_", " "))
    what = _MOVED[DraftState(to)] if to else told
    if "because" in row.detail:
        what = _HELD_ANEW.get(row.detail["because"], what)
    if "withdrawn" in row.detail:
        what = _WITHDRAWN
    if "set_aside" in row.detail:
        what = f"set it aside, for {SET_ASIDE[row.detail['set_aside']]}"
    who = ANOTHER_APP if is_by_app(row) else _who(row.actor, names)
    return Happened(row.at, who, what, _error(row))


def is_by_app(row: AuditRow) -> bool:
    """Whether no person did it, whatever seat the app used."""
    return row.event == "bypass" and bool(row.detail.get("app"))


def _error(row: AuditRow) -> str | None:
    """Why it was not sent, as the sentence that everybody reads."""
    to = row.detail.get("to")
    return why_unsent(DraftState(to), row.detail.get("error")) if to in UNDELIVERED else None


def _said(row: VerdictRow, names: Mapping[str, str]) -> Happened:
    what = f"{SAID[row.kind]} ({_WHERE[row.surface]})"
    quote = rejection(row.reason_kind, row.reason) or None
    return Happened(row.created_at, _who(f"person:{row.person_id}", names), what, quote)


def _who(actor: str, names: Mapping[str, str]) -> str:
    name = person_of(actor, names)
    return name if name in names.values() else f"{name[0].upper()}{name[1:]}"
