"""A verdict as the forms of review page and sidebar send it, and what is said after one."""

from dataclasses import dataclass

from flask import request

from connectors.types import ActionRequest
from plugin.errors import InvalidInputError
from plugin.models import DraftState, RejectReason, Surface, VerdictKind
from plugin.review.action_edits import ActionChange, field_of, plain_amount
from plugin.review.habits import milliseconds
from plugin.review.verdicts import Verdict
from plugin.store.drafts import Held, action_of

LONGEST_REASON = 500
_UNREADABLE = "This form cannot be read; reload the page."
_SAID_OF_ITSELF = {
    VerdictKind.RESPOND: "Noted: you answer this customer yourself, in the helpdesk.",
    VerdictKind.STEP_BACK: "Noted: you do not answer this customer after all.",
    VerdictKind.UNDO: "Taken back. Nothing went out.",
    VerdictKind.REGENERATE: "Asked. Another draft is being made.",
}
_EDITABLE = frozenset({VerdictKind.APPROVE, VerdictKind.EDIT})
_SAID = {
    DraftState.APPROVED: "Approved. The reply goes out in a moment; you can still undo.",
    DraftState.REJECTED: "Rejected. Nothing goes out.",
    DraftState.DELIVERED: "Noted: the reply went out.",
    DraftState.ANSWERED: "Noted: the customer was answered.",
}


@dataclass(frozen=True, slots=True)
class Seen:
    """What a person had before them when they pressed a button.

    Attributes:
        text: The reply as they changed it; None where they left it as it was offered.
        done: They ticked every action.
    """

    rev: int
    state: DraftState
    text: str | None
    done: bool


def read_seen(held: Held) -> Seen:
    """The part of a form that says what was seen, and done to it.

    Raises:
        InvalidInputError: It is no form of ours.
    """
    form = request.form
    try:
        state, rev = DraftState(form.get("state", "")), int(form.get("rev", ""))
    except ValueError as bad:
        raise InvalidInputError("", _UNREADABLE) from bad
    text = plain_lines(form.get("text", ""))
    ticked, dropped = set(form.getlist("done")), set(form.getlist("drop"))
    wanted = [
        number
        for number, row in enumerate(held.actions)
        if row.done_at is None and str(row.position) not in dropped
    ]
    return Seen(
        rev=rev,
        state=state,
        text=text if _is_changed(text, held) else None,
        done=all(str(number) in ticked for number in wanted),
    )


def read_changes(held: Held) -> tuple[ActionChange, ...]:
    """What the reader made of the actions; those that they left as they were are not in it."""
    form, dropped = request.form, set(request.form.getlist("drop"))
    changes = []
    for row in held.actions:
        typed, action = form.get(field_of(row.position)), action_of(row)
        if str(row.position) in dropped:
            changes.append(ActionChange(row.position, drop=True))
        elif typed is not None and typed.strip() != _as_offered(action):
            changes.append(ActionChange(row.position, amount=typed))
    return tuple(changes)


def typed_amounts() -> dict[int, str]:
    """What was typed for amounts, by the actions' positions."""
    prefix = field_of(0).removesuffix("0")
    return {
        int(number): typed
        for name, typed in request.form.items()
        if name.startswith(prefix) and (number := name.removeprefix(prefix)).isdecimal()
    }


def read_verdict(held: Held, surface: Surface) -> Verdict:
    """A person's verdict. To approve a changed text or action is to edit.

    Raises:
        InvalidInputError: It is no form of ours, or the reason is too long.
    """
    form = request.form
    try:
        kind = VerdictKind(form.get("verdict", ""))
    except ValueError as bad:
        raise InvalidInputError("", _UNREADABLE) from bad
    seen = read_seen(held)
    changes = read_changes(held) if kind in _EDITABLE else ()
    if kind is VerdictKind.APPROVE and (seen.text is not None or changes):
        kind = VerdictKind.EDIT
    asks = kind is VerdictKind.REGENERATE
    reason = form.get("instruction" if asks else "reason", "").strip()
    if not asks and len(reason) > LONGEST_REASON:
        raise InvalidInputError("reason", f"A reason has at most {LONGEST_REASON} characters.")
    return Verdict(
        kind=kind,
        surface=surface,
        rev=seen.rev,
        state=seen.state,
        text=plain_lines(form["text"]) if kind is VerdictKind.EDIT and "text" in form else None,
        actions=changes,
        reason=reason or None,
        reason_kind=_reason_kind() if kind is VerdictKind.REJECT else None,
        done=seen.done,
        seen_ms=milliseconds(form.get("seen_ms", "")),
    )


def _as_offered(action: ActionRequest) -> str:
    return plain_amount(action.amount) if action.amount else ""


def _reason_kind() -> RejectReason | None:
    kind = request.form.get("reason_kind")
    if not kind:
        return None
    try:
        return RejectReason(kind)
    except ValueError as bad:
        raise InvalidInputError("", _UNREADABLE) from bad


def said(kind: VerdictKind, now: DraftState, *, insert_only: bool = False) -> str:
    """What a person is told after their verdict. `insert_only`: an agent has to send it."""
    if insert_only and now is DraftState.APPROVED:
        return "Approved. Insert it beside the ticket, and send it there."
    if kind in _SAID_OF_ITSELF:
        return _SAID_OF_ITSELF[kind]
    if now.is_awaiting:
        return "Your approval is recorded; another person must approve too."
    return _SAID.get(now, f"This draft is {now.words} now.")


def plain_lines(text: str) -> str:
    """As browsers send a text: with CRLF for every line end."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _is_changed(text: str, held: Held) -> bool:
    """Whether the reader changed the text. A form without the field takes what is offered."""
    offered = plain_lines(held.draft.final_text or held.draft.text or "")
    return "text" in request.form and text.strip() != offered.strip()
